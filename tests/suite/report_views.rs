//! The views of a report, from made-up reports: as text, JSON and JUnit XML compared whole, as a page looked through.

use std::collections::BTreeSet;

use roxmltree::{Document, ParsingOptions};
use standin::report::text::{Ink, text};
use standin::report::{Client, Conduct, Ended, Event, EventKind, FactShown, Report, Verdict};
use standin::report::{html, json, junit};

use crate::support::golden::golden;

/// 2026-01-01T00:00:00Z.
const START_MS: i64 = 1_767_225_600_000;

fn verdict(conduct: Conduct, ended: Ended, says: &str, evidence: &[&str], count: u64) -> Verdict {
    let evidence: Vec<String> = evidence.iter().map(|id| (*id).to_owned()).collect();
    Verdict { conduct, ended, says: says.to_owned(), evidence, count, facts: Vec::new() }
}

fn fact(id: &str, mark: &'static str, says: &str) -> FactShown {
    FactShown { id: id.to_owned(), mark, says: says.to_owned() }
}

/// One verdict for each rule: those that are named as they are, the others not met.
fn verdicts(named: &[Verdict]) -> Vec<Verdict> {
    let of_clients = Conduct::ALL.iter().filter(|conduct| **conduct != Conduct::EndsAsExpected);
    let known = |conduct: Conduct| named.iter().find(|verdict| verdict.conduct == conduct).cloned();
    of_clients
        .map(|conduct| {
            let not_met = || verdict(*conduct, Ended::NotMet, "Nothing came up that asks for it.", &[], 0);
            known(*conduct).unwrap_or_else(not_met)
        })
        .collect()
}

fn client(vendor: &str, credential: Option<&str>, calls: u64, named: &[Verdict]) -> Client {
    Client {
        vendor: vendor.to_owned(),
        credential: credential.map(str::to_owned),
        organization: credential.map(|_| "acme".to_owned()),
        calls,
        verdicts: verdicts(named),
    }
}

fn event(at_ms: i64, kind: EventKind, client: Option<usize>, id: Option<&str>, says: &str) -> Event {
    let (request_id, says) = (id.map(str::to_owned), says.to_owned());
    Event { at_ms: START_MS + at_ms, kind, client, request_id, says }
}

/// Two clients; the first ignores Retry-After and a dead token, the second does well.
fn made_up() -> Report {
    let waits = Verdict {
        facts: vec![
            fact("rookery.12", "documented", "A 429 says in Retry-After how many seconds to wait."),
            fact(
                "rookery.13",
                "assumed",
                "A call that is refused for its number does not count against the limit.",
            ),
        ],
        ..verdict(
            Conduct::WaitsAsTold,
            Ended::Fail,
            "Called again before Retry-After was over, after 5 of 6 refusals.",
            &["00000000000000a1", "00000000000000a2", "00000000000000a3"],
            5,
        )
    };
    let drops = Verdict {
        facts: vec![fact("rookery.4", "variant", "A rotated token is dead at once.")],
        ..verdict(
            Conduct::DropsDeadTokens,
            Ended::Fail,
            "Called once more with a token that had been answered 401.",
            &["00000000000000b1"],
            1,
        )
    };
    let bounds = verdict(
        Conduct::BoundsRetries,
        Ended::Pass,
        "Made one call 3 times at most.",
        &["00000000000000a2"],
        1,
    );
    let pages = verdict(Conduct::ReadsEveryPage, Ended::Pass, "Read 2 lists to the end.", &[], 0);
    let urls = verdict(Conduct::KeepsSecretsOutOfUrls, Ended::Pass, "No URL of 9 holds a secret.", &[], 0);
    let expected = verdict(Conduct::EndsAsExpected, Ended::Fail, "2 users are missing: ada, grace.", &[], 2);
    let (first, second) = (Some(0), Some(1));
    Report {
        sandbox: "rehearsal".to_owned(),
        seed: 42,
        span_ms: Some((START_MS, START_MS + 75_500)),
        calls: 12,
        forgotten: 0,
        clients: vec![
            client("rookery", Some("scim"), 9, &[waits, drops, bounds, pages, urls.clone()]),
            client("magpie", None, 3, &[urls]),
        ],
        expected: vec![expected],
        required: None,
        timeline: vec![
            event(0, EventKind::Call, first, Some("00000000000000a0"), "GET /scim/v2/Users 200"),
            event(40, EventKind::Limited, first, Some("00000000000000a1"), "GET /scim/v2/Users 429"),
            event(40, EventKind::Wait(1_000), first, None, "Retry-After: 30"),
            event(1_040, EventKind::Limited, first, Some("00000000000000a2"), "GET /scim/v2/Users 429"),
            event(1_040, EventKind::Wait(30_000), first, None, "Retry-After: 30"),
            event(20_000, EventKind::Struck, second, Some("00000000000000c0"), "POST /v1/users, no answer"),
            event(31_040, EventKind::Call, first, Some("00000000000000a3"), "GET /scim/v2/Users 200"),
            event(45_000, EventKind::Credential, first, None, "scim rotated"),
            event(45_100, EventKind::Refused, first, Some("00000000000000b0"), "GET /scim/v2/Users 401"),
            event(45_200, EventKind::Refused, first, Some("00000000000000b1"), "GET /scim/v2/Users 401"),
            event(60_000, EventKind::World, None, None, "limit calls: 5 per 60s"),
            event(75_500, EventKind::Call, second, Some("00000000000000c1"), "GET /v1/users 200"),
        ],
    }
}

fn empty() -> Report {
    let (clients, expected, timeline) = (Vec::new(), Vec::new(), Vec::new());
    let sandbox = "default".to_owned();
    Report {
        sandbox,
        seed: 1,
        span_ms: None,
        calls: 0,
        forgotten: 0,
        clients,
        expected,
        required: None,
        timeline,
    }
}

/// As many calls in four minutes, of as many clients as there are.
fn busy(calls: u64, clients: usize) -> Report {
    let kinds = [EventKind::Call, EventKind::Call, EventKind::Call, EventKind::Limited, EventKind::Refused];
    let timeline = (0..calls).map(|nth| {
        let at_ms = i64::try_from(nth * 240_000 / calls).expect("in four minutes");
        let which = usize::try_from(nth).expect("few enough");
        let id = format!("{nth:016x}");
        event(at_ms, kinds[which % kinds.len()], Some(which % clients), Some(&id), "GET /v1/users")
    });
    Report {
        span_ms: Some((START_MS, START_MS + 240_000)),
        calls,
        clients: (0..clients).map(|nth| client("rookery", Some(&format!("key-{nth}")), 1, &[])).collect(),
        timeline: timeline.collect(),
        ..empty()
    }
}

/// Whatever a client can put into what a report shows.
fn hostile() -> Report {
    let nasty = [
        "<script>alert(1)</script>",
        "]]> <!-- --> &amp; \"'",
        "nul \0 escape \u{1b}[2J bell \u{7}",
        "👩‍🚀 \u{202e}gnp.exe \u{ffff}",
        &"n".repeat(10 * 1024),
    ]
    .join(" ");
    let mut report = made_up();
    report.sandbox.clone_from(&nasty);
    for client in &mut report.clients {
        client.vendor.clone_from(&nasty);
        client.credential = Some(nasty.clone());
        client.organization = Some(nasty.clone());
        for verdict in &mut client.verdicts {
            verdict.says.clone_from(&nasty);
            verdict.evidence = vec![nasty.clone()];
            verdict.facts = vec![fact(&nasty, "assumed", &nasty)];
        }
    }
    for event in &mut report.timeline {
        event.says.clone_from(&nasty);
        event.request_id = Some(nasty.clone());
    }
    report
}

fn all() -> Vec<Report> {
    vec![empty(), made_up(), busy(1, 1), busy(10_000, 3), busy(500, 40), hostile()]
}

/// A document, read by a parser that refuses what is not well formed.
fn parsed(text: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_terminal_shows_what_failed_first_and_last() {
    golden("tests/reports/made-up.txt", &text(&made_up(), Ink::Plain));
    golden("tests/reports/empty.txt", &text(&empty(), Ink::Plain));
    let good = Report { forgotten: 2, ..busy(1, 1) };
    golden("tests/reports/good.txt", &text(&good, Ink::Plain));
}

#[test]
fn the_text_does_not_depend_on_when_things_happened() {
    let mut later = made_up();
    later.span_ms = Some((START_MS + 5, START_MS + 99_999));
    later.timeline.iter_mut().for_each(|event| event.at_ms += 7);
    assert_eq!(text(&later, Ink::Plain), text(&made_up(), Ink::Plain));

    let mut one = json::json(&later);
    let mut other = json::json(&made_up());
    assert_ne!(one, other);
    for report in [&mut one, &mut other] {
        let members = report.as_object_mut().expect("an object");
        assert!(members.remove("span").is_some() && members.remove("timeline").is_some());
    }
    assert_eq!(one, other);
}

#[test]
fn colour_is_all_that_ink_adds() {
    for report in all() {
        let (plain, coloured) = (text(&report, Ink::Plain), text(&report, Ink::Colour));
        assert!(!plain.chars().any(|c| c.is_control() && c != '\n'), "{plain}");
        let mut parts = coloured.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let rest: String = parts.map(|part| part.split_once('m').expect("the end of a style").1).collect();
        let bare = first + &rest;
        let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
        assert_eq!(trimmed, plain.lines().collect::<Vec<_>>());
    }
}

#[test]
fn a_line_fits_a_terminal_of_a_hundred_columns() {
    for report in [empty(), made_up(), busy(500, 40)] {
        let text = text(&report, Ink::Plain);
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(wide.is_empty(), "{wide:?}");
    }
}

#[test]
fn programs_read_a_stable_shape() {
    golden("tests/reports/made-up.json", &format!("{:#}\n", json::json(&made_up())));
}

#[test]
fn build_servers_read_junit() {
    golden("tests/reports/made-up.xml", &junit::junit(&[&made_up()]));
}

/// What both schemas ask for that are in use; `tests/outside/junit.py` holds it against Jenkins' own.
#[test]
fn junit_has_what_either_schema_requires_and_nothing_that_one_refuses() {
    for report in all() {
        let xml = junit::junit(&[&report]);
        let document = parsed(&xml);
        let root = document.root_element();
        assert_eq!((root.tag_name().name(), root.attributes().count()), ("testsuites", 0));
        for (nth, suite) in root.children().filter(|node| node.is_element()).enumerate() {
            let names: Vec<&str> = suite.attributes().map(|attribute| attribute.name()).collect();
            let wanted = [
                "id",
                "name",
                "package",
                "hostname",
                "timestamp",
                "tests",
                "failures",
                "errors",
                "skipped",
                "time",
            ];
            assert_eq!(names, wanted);
            assert_eq!(suite.attribute("id"), Some(nth.to_string().as_str()));
            let inside: Vec<&str> = suite
                .children()
                .filter(|node| node.is_element())
                .map(|node| node.tag_name().name())
                .collect();
            let (first, last) = (inside.first(), &inside[inside.len() - 2..]);
            assert_eq!((first, last), (Some(&"properties"), &["system-out", "system-err"][..]));
            let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
            let with = |tag: &str| {
                let has =
                    |case: &&roxmltree::Node<'_, '_>| case.children().any(|node| node.has_tag_name(tag));
                Some(cases.iter().filter(has).count().to_string())
            };
            let said = |name: &str| suite.attribute(name).map(str::to_owned);
            assert_eq!(said("tests"), Some(cases.len().to_string()));
            assert_eq!((said("failures"), said("skipped")), (with("failure"), with("skipped")));
            let names: BTreeSet<_> = cases.iter().map(|case| case.attribute("name")).collect();
            assert_eq!(names.len(), cases.len(), "two cases have one name");
        }
    }
}

#[test]
fn a_page_is_whole_and_loads_nothing() {
    for report in all() {
        let page = html::html(&report);
        let document = parsed(&page);
        let mut ids = BTreeSet::new();
        let mut links = BTreeSet::new();
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let tag = node.tag_name().name();
            assert!(!["script", "link", "img", "iframe", "object", "base", "form"].contains(&tag), "{tag}");
            for attribute in node.attributes() {
                let (name, value) = (attribute.name(), attribute.value());
                assert!(
                    !name.starts_with("on") && !["src", "style", "srcset"].contains(&name),
                    "{name}={value}"
                );
                match name {
                    "id" => assert!(ids.insert(value.to_owned()), "two have the id {value}"),
                    "href" => {
                        let link = value.strip_prefix('#');
                        links.insert(link.unwrap_or_else(|| panic!("{value} leads away")).to_owned());
                    }
                    _ => {}
                }
            }
        }
        let nowhere: Vec<_> = links.difference(&ids).collect();
        assert!(nowhere.is_empty(), "links to nothing: {nowhere:?}");
        assert!(!page.contains("url(") && !page.contains("@import"));
        let rest = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!rest.contains("http:") && !rest.contains("https:"));
        assert!(!rest.chars().any(|c| c.is_control() && c != '\n'));
    }
}

#[test]
fn a_page_shows_every_verdict_and_what_stands_behind_a_failure() {
    let report = made_up();
    let page = html::html(&report);
    let document = parsed(&page);
    let rows: Vec<_> = document.descendants().filter(|node| node.has_tag_name("tr")).collect();
    let of = |class: &str| rows.iter().filter(|row| row.attribute("class") == Some(class)).count();
    let all: Vec<&Verdict> =
        report.clients.iter().flat_map(|client| &client.verdicts).chain(&report.expected).collect();
    let ended = |wanted: Ended| all.iter().filter(|verdict| verdict.ended == wanted).count();
    let wanted = (ended(Ended::Fail), ended(Ended::Pass), ended(Ended::NotMet));
    assert_eq!((of("fail"), of("pass"), of("none")), wanted);
    for part in [
        "rookery.12",
        "00000000000000a1",
        "and 2 more",
        Conduct::WaitsAsTold.advice(),
        "GET /scim/v2/Users 429",
        "30 s: Retry-After: 30",
        "limit calls: 5 per 60s",
    ] {
        assert!(page.contains(part), "{part} is missing");
    }
}

#[test]
fn a_page_is_bounded_however_many_called() {
    let (few, many) = (html::html(&busy(5_000, 3)).len(), html::html(&busy(50_000, 3)).len());
    assert!(many < few + few / 4 && many < 2_000_000, "{few} and {many} bytes");
    assert!(html::html(&busy(50_000, 3)).contains("1000 of 50000 events"));
    assert!(html::html(&hostile()).len() < 1_000_000);
}

#[test]
fn a_report_is_shown_as_its_text() {
    let report = made_up();
    assert_eq!(format!("{report}\n"), text(&report, Ink::Plain));
    assert!(!report.passed() && empty().passed());
}
