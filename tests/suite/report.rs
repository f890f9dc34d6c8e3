//! The report on clients: small programs of this file, against the engine in one process. Its clock stands still but for
//! what they wait, so that each run is the same.

mod client;

use std::collections::BTreeSet;

use http::HeaderValue;
use standin::chaos::{Rule, What, Where};
use standin::engine::{DEFAULT_SANDBOX, Engine, Settings, Setup, Wish};
use standin::profile::{Library, files};
use standin::report::{Conduct, Ended, Report};

use self::client::{
    Client, DELETING, GOOD, IGNORING, Manners, REST, SCIM, START_MS, SURFACES, Surface, arm, engine,
};
use crate::engine::{call, json as body_of};

/// The report on a client that does its day's work.
fn report_on(at: Surface, has: &Manners) -> Report {
    let engine = engine();
    arm(&engine, at);
    Client::new(&engine, at, has.clone()).work();
    engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"))
}

fn words(report: &Report, ended: Ended) -> BTreeSet<&'static str> {
    let verdicts = report.clients.iter().flat_map(|client| &client.verdicts);
    verdicts.filter(|verdict| verdict.ended == ended).map(|verdict| verdict.conduct.as_str()).collect()
}

/// What a report says, to be read where a test fails.
fn said(report: &Report) -> String {
    let verdicts = report.clients.iter().flat_map(|client| &client.verdicts);
    let lines = verdicts.map(|verdict| {
        let events = report.timeline.iter();
        let of_it = |id: &String| {
            let event = events.clone().find(|event| event.request_id.as_ref() == Some(id));
            event.map_or_else(String::new, |event| event.says.clone())
        };
        let calls: Vec<String> = verdict.evidence.iter().map(of_it).collect();
        format!("{} {}: {} {calls:?}", verdict.conduct.as_str(), verdict.ended.as_str(), verdict.says)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_client_that_behaves_well_fails_nothing_at_any_vendor() {
    for at in SURFACES {
        let report = report_on(at, &GOOD);
        assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}\n{}", at.vendor, said(&report));
        assert_eq!(report.clients.len(), 1, "{}", at.vendor);
        let mut kept = vec![
            Conduct::WaitsAsTold,
            Conduct::BacksOff,
            Conduct::BoundsRetries,
            Conduct::DropsDeadTokens,
            Conduct::SurvivesConflicts,
            Conduct::LooksBeforeRepeating,
            Conduct::KeepsSecretsOutOfUrls,
        ];
        kept.extend((at.vendor != "cognism").then_some(Conduct::ReadsEveryPage));
        kept.extend(at.ignores.map(|_| Conduct::ChecksMatches));
        kept.extend((!at.is_scim).then_some(Conduct::Deactivates));
        let kept: BTreeSet<_> = kept.into_iter().map(Conduct::as_str).collect();
        assert_eq!(words(&report, Ended::Pass), kept, "{}\n{}", at.vendor, said(&report));
    }
}

/// Each sinner fails by its own sin and no other.
fn check(at: Surface, has: &Manners, sin: Conduct) {
    let report = report_on(at, has);
    let failed = words(&report, Ended::Fail);
    assert_eq!(failed, BTreeSet::from([sin.as_str()]), "{} {has:?}\n{}", at.vendor, said(&report));
    for (_, verdict) in report.failed() {
        assert!(!verdict.evidence.is_empty() && verdict.count > 0, "{verdict:?}");
        let known = |id: &String| report.timeline.iter().any(|event| event.request_id.as_ref() == Some(id));
        assert!(verdict.evidence.iter().all(known), "{verdict:?}");
    }
}

fn check_all(has: &Manners, sin: Conduct) {
    [REST, SCIM, IGNORING, DELETING].into_iter().for_each(|at| check(at, has, sin));
}

#[test]
fn who_ignores_retry_after_did_not_wait_as_told() {
    check_all(&Manners { reads_retry_after: false, ..GOOD }, Conduct::WaitsAsTold);
}

#[test]
fn who_tries_again_at_once_did_not_back_off() {
    check_all(&Manners { backs_off: false, ..GOOD }, Conduct::BacksOff);
}

#[test]
fn who_tries_for_ever_bounds_no_retries() {
    check_all(&Manners { tries_max: 14, ..GOOD }, Conduct::BoundsRetries);
}

#[test]
fn who_comes_again_with_the_token_does_not_drop_it() {
    check_all(&Manners { drops_dead_tokens: false, ..GOOD }, Conduct::DropsDeadTokens);
}

#[test]
fn who_stops_at_page_one_does_not_read_every_page() {
    check_all(&Manners { reads_on: false, ..GOOD }, Conduct::ReadsEveryPage);
}

#[test]
fn who_asks_for_too_many_and_believes_the_answer_heeds_no_caps() {
    let engine_wide = |at: Surface| {
        // A cap of its own: what the vendors' profiles allow is more than there are.
        let engine = engine();
        let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it");
        let place = Where { vendor: Some(at.vendor.to_owned()), ..Where::default() };
        let what = What { page_items_max: Some(40), ..What::default() };
        let rule = Rule { name: "cap".to_owned(), place, what, ..Rule::default() };
        engine.arm(&sandbox, vec![rule]).expect("a rule");
        engine
    };
    for at in [REST, SCIM, IGNORING, DELETING] {
        let engine = engine_wide(at);
        let has = Manners { asks_for: 5_000, believes_the_page: true, ..GOOD };
        let read = Client::new(&engine, at, has).read_all();
        assert_eq!(read.len(), 40);
        let report = engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"));
        assert_eq!(words(&report, Ended::Fail), BTreeSet::from(["heeds_page_caps"]), "{}", said(&report));

        // Whoever goes on by what came has everything, and heeded the cap.
        let engine = engine_wide(at);
        let has = Manners { asks_for: 5_000, ..GOOD };
        let read = Client::new(&engine, at, has).read_all();
        assert!(read.len() >= 249, "{}", read.len());
        let report = engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"));
        assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}", said(&report));
        assert!(words(&report, Ended::Pass).contains("heeds_page_caps"), "{}", said(&report));
    }
}

#[test]
fn who_gives_up_on_a_conflict_does_not_survive_it() {
    check_all(&Manners { comes_back_to_conflicts: false, ..GOOD }, Conduct::SurvivesConflicts);
}

#[test]
fn who_repeats_a_lost_create_without_a_look_did_not_look() {
    check_all(&Manners { looks_before_repeating: false, ..GOOD }, Conduct::LooksBeforeRepeating);
}

#[test]
fn who_takes_the_first_of_all_results_checks_no_matches() {
    check(IGNORING, &Manners { compares: false, ..GOOD }, Conduct::ChecksMatches);
}

#[test]
fn who_deletes_where_history_matters_does_not_deactivate() {
    check(REST, &Manners { deactivates: false, ..GOOD }, Conduct::Deactivates);
    // Where nobody says that it matters, nobody is blamed.
    for at in [SCIM, IGNORING, DELETING] {
        let report = report_on(at, &Manners { deactivates: false, ..GOOD });
        assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}", said(&report));
    }
}

#[test]
fn who_puts_the_token_into_the_query_puts_secrets_into_urls() {
    check_all(&Manners { token_in_query: true, ..GOOD }, Conduct::KeepsSecretsOutOfUrls);
}

#[test]
fn a_key_that_the_vendor_wants_in_the_url_is_nobodys_sin() {
    let engine = engine();
    let reply =
        engine.answer(&call("GET", "/rookery/feed/acme/faces?display_key=rookery-display-token", "", ""));
    let report = engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"));
    let verdicts = &report.clients[0].verdicts;
    let verdict = verdicts.iter().find(|one| one.conduct == Conduct::KeepsSecretsOutOfUrls).expect("one");
    assert_eq!(verdict.ended, Ended::NotMet, "{} {verdict:?}", reply.status);
}

/// Asks so many tokens of a token endpoint, each after such a part of the life of the one before.
fn tokens(count: usize, after_ms: i64) -> Ended {
    let engine = engine();
    let body =
        "grant_type=client_credentials&client_id=cofense-vision-client&client_secret=cofense-vision-secret";
    for _ in 0..count {
        let mut asked = call("POST", "/cofense/vision/oauth/token", "", body);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        asked.headers.insert("content-type", form);
        let reply = engine.answer(&asked);
        assert_eq!(reply.status, 200, "{:?}", body_of(&reply));
        engine.advance(DEFAULT_SANDBOX, after_ms);
    }
    let report = engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"));
    assert_eq!(report.clients.len(), 1);
    let verdicts = &report.clients[0].verdicts;
    verdicts.iter().find(|one| one.conduct == Conduct::ReusesTokens).expect("one").ended
}

#[test]
fn who_asks_a_token_for_each_call_reuses_none() {
    assert_eq!(tokens(10, 5), Ended::Fail);
    assert_eq!(tokens(10, 3_500_000), Ended::Pass);
    assert_eq!(tokens(3, 5), Ended::Pass);
}

#[test]
fn one_journal_gives_one_report_and_one_seed_the_same_again() {
    for at in SURFACES {
        let engine = engine();
        arm(&engine, at);
        let has = Manners { backs_off: false, compares: false, drops_dead_tokens: false, ..GOOD };
        Client::new(&engine, at, has.clone()).work();
        let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it");
        let report = engine.report(&sandbox);
        assert_eq!(report, engine.report(&sandbox));
        assert_eq!(report, report_on(at, &has));
    }
}

#[test]
fn what_changes_the_world_is_on_the_timeline_without_secrets() {
    let engine = engine();
    let client = Client::new(&engine, REST, GOOD);
    client.change_token();
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it");
    engine
        .set(&sandbox, 0, &Settings { plan: Some("essentials".to_owned()), ..Settings::default() })
        .expect("a plan");
    let wish: Wish = engine.wish(&sandbox, "cofense", "scim", "acme").expect("a wish");
    engine.issue(&sandbox, &wish).expect("a credential");
    let report = engine.report(&sandbox);
    let says: Vec<&str> = report.timeline.iter().map(|event| event.says.as_str()).collect();
    assert!(says.len() >= 4, "{says:?}");
    assert!(says.iter().any(|says| says.contains("plan essentials")), "{says:?}");
    assert!(says.iter().all(|says| !says.contains("cofense-api-token")), "{says:?}");
    assert!(says.iter().all(|says| !says.contains(&*client.current.borrow())), "{says:?}");
}

/// The vendor with its limits in force, telling how long to wait in one way; what follows a refusal, each so long after the
/// one before.
fn limited(retry_after: &str, then: &[(i64, &str)]) -> Report {
    let library = Library::read(&files::built_in(), &mut Vec::new());
    let picks = [("retry_after".to_owned(), retry_after.to_owned())];
    let profile = library.profile("cofense", &picks).expect("a profile without mistakes");
    let mut setup = Setup::new(vec![std::sync::Arc::new(profile)]);
    (setup.recipients, setup.clock_ms) = (5, Some(START_MS));
    setup.standing = vec![("cofense".to_owned(), "limits".to_owned(), "on".to_owned())];
    let engine = Engine::start(setup).expect("an engine that starts");
    let get = |path: &str| engine.answer(&call("GET", path, "cofense-api-token", "")).status.as_u16();
    for _ in 0..100 {
        assert_eq!(get("/cofense/v2/users"), 200);
    }
    assert_eq!(get("/cofense/v2/users"), 429);
    for (after_ms, path) in then {
        engine.advance(DEFAULT_SANDBOX, *after_ms);
        get(path);
    }
    engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"))
}

#[test]
fn all_calls_wait_that_the_limit_counts() {
    let (users, groups) = ("/cofense/v2/users", "/cofense/v2/groups");
    let check = |retry_after, then: &[(i64, &str)], wanted: Ended| {
        let report = limited(retry_after, then);
        let verdict = &report.clients[0].verdicts[0];
        assert_eq!((verdict.conduct, verdict.ended), (Conduct::WaitsAsTold, wanted), "{verdict:?}");
        let is_behind = verdict.facts.iter().any(|fact| fact.id == "cofense.30");
        assert_eq!(is_behind, wanted != Ended::NotMet || retry_after != "none", "{verdict:?}");
    };
    for retry_after in ["seconds", "http_date"] {
        check(retry_after, &[(60_000, users), (1, groups)], Ended::Pass);
        check(retry_after, &[(59_500, users)], Ended::Pass);
        check(retry_after, &[(30_000, users)], Ended::Fail);
        // Another operation counts with the same limit, but may have been under way.
        check(retry_after, &[(30_000, groups)], Ended::Fail);
        check(retry_after, &[(20, groups)], Ended::Pass);
        check(retry_after, &[(20, users)], Ended::Fail);
        // Nobody can say.
        check(retry_after, &[(0, users)], Ended::NotMet);
        check(retry_after, &[], Ended::Pass);
    }
    check("none", &[(30_000, users)], Ended::NotMet);
}

#[test]
fn whoever_nobody_knows_is_a_client_of_its_own() {
    let engine = engine();
    for token in ["", "cofense-api-token", "never-issued", "cofense-api-token-globex"] {
        engine.answer(&call("GET", "/cofense/v2/users?page=3", token, ""));
    }
    engine.answer(&call("GET", "/nobody/at/all", "", ""));
    let report = engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"));
    let clients: Vec<_> = report
        .clients
        .iter()
        .map(|one| (one.credential.as_deref(), one.organization.as_deref(), one.calls))
        .collect();
    assert_eq!(clients, [(None, None, 2), (Some("api"), Some("acme"), 1), (Some("api"), Some("globex"), 1)]);
    assert_eq!((report.calls, report.timeline.len()), (5, 5));
    assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}", said(&report));
}

#[test]
fn a_look_at_one_user_or_at_whether_the_vendor_answers_is_no_walk() {
    for at in SURFACES {
        let engine = engine();
        let client = Client::new(&engine, at, GOOD);
        let few = if at.is_scim { "?count=1" } else { "?per_page=1" };
        client.send("GET", &format!("{}{few}", at.users), "");
        client.find("nobody@example.com");
        let report = engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"));
        assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}", said(&report));
        assert!(!words(&report, Ended::Pass).contains("reads_every_page"), "{}", said(&report));
    }
}

#[test]
fn a_walk_by_cursor_is_read_to_its_end_or_not() {
    for (pages, wanted) in [(3, Ended::Pass), (2, Ended::Fail)] {
        let engine = engine();
        let client = Client::new(&engine, SCIM, GOOD);
        let mut cursor = String::new();
        for _ in 0..pages {
            let reply = client.send("GET", &format!("{}?count=100&cursor={cursor}", SCIM.users), "");
            let next = body_of(&reply.expect("a reply"))["nextCursor"].clone();
            cursor = next.as_str().unwrap_or_default().to_owned();
        }
        let report = engine.report(&engine.sandbox(DEFAULT_SANDBOX).expect("it"));
        let verdicts = &report.clients[0].verdicts;
        let verdict = verdicts.iter().find(|one| one.conduct == Conduct::ReadsEveryPage).expect("one");
        assert_eq!(verdict.ended, wanted, "{}", said(&report));
    }
}
