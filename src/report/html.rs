//! A report as one page for a browser: no script, and nothing that is loaded from anywhere.
//!
//! The page is HTML and well-formed XML at once, so that any parser reads it.
//!
//! **Invariant:** everything that is shown has gone through `escape`; the page is bounded whatever the journal holds.

mod axis;
mod timeline;

use std::collections::{HashMap, HashSet};

use super::escape::{markup, name, sentence};
use super::json::moment;
use super::text::{counted, ended, in_order, let_go};
use super::{Client, Ended, Event, EventKind, Report, Verdict};

/// The most events that the page lists, each a line of a table.
const EVENT_ROWS_MAX: usize = 1_000;

/// The most failures that the head of the page links to.
const LINKS_MAX: usize = 24;

/// What a browser may do with the page, wherever it was saved to: show it.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page.
pub fn html(report: &Report) -> String {
    let mut html = String::with_capacity(64 * 1024);
    let title = format!("Report on {}", name(&report.sandbox));
    html += &format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
        markup(&title),
        include_str!("page.css"),
    );
    let rows = Rows::of(report);
    head(report, &mut html);
    if !report.timeline.is_empty() {
        timeline::draw(report, &mut html);
    }
    for (index, client) in report.clients.iter().enumerate() {
        section(&client_head(client), &format!("c{index}"), &client.verdicts, &rows, &mut html);
    }
    if !report.expected.is_empty() {
        let head = "What was expected at the end";
        section(head, "expected", &report.expected, &rows, &mut html);
    }
    rows.write(report, &mut html);
    html += "</main>\n</body>\n</html>\n";
    html
}

/// What the page is about, how it ended, and what failed.
fn head(report: &Report, html: &mut String) {
    let (passed, failed) = (ended(report, Ended::Pass), ended(report, Ended::Fail));
    let not_met = ended(report, Ended::NotMet);
    let (class, word) = match (failed + passed + not_met, report.passed()) {
        (0, _) => ("none", "nothing to judge"),
        (_, true) => ("pass", "passed"),
        (_, false) => ("fail", "failed"),
    };
    let span = report.span_ms.map_or_else(String::new, |(from_ms, to_ms)| {
        format!(
            "<div><dt>sandbox time</dt><dd><time>{}</time> to <time>{}</time></dd></div>",
            moment(from_ms),
            moment(to_ms)
        )
    });
    *html += &format!(
        "<header>\n<h1><b class=\"pill {class}\">{word}</b> How the clients of <code>{}</code> behaved</h1>\n\
         <dl class=\"facts\"><div><dt>clients</dt><dd>{}</dd></div><div><dt>calls</dt><dd>{}</dd></div>\
         <div><dt>rules</dt><dd>{failed} broken, {passed} kept, {not_met} not met</dd></div>\
         <div><dt>seed</dt><dd>{}</dd></div>{span}</dl>\n",
        markup(&name(&report.sandbox)),
        report.clients.len(),
        report.calls,
        report.seed,
    );
    if report.forgotten > 0 {
        *html += &format!("<p class=\"note\">{}</p>\n", let_go(report.forgotten));
    }
    let of_clients = report
        .clients
        .iter()
        .enumerate()
        .flat_map(|(index, client)| links(&format!("c{index}"), &client.name(), &client.verdicts));
    let links: Vec<String> = of_clients.chain(links("expected", "expected", &report.expected)).collect();
    if !links.is_empty() {
        let more = match links.len().saturating_sub(LINKS_MAX) {
            0 => String::new(),
            more => format!("<li class=\"quiet\">and {more} more</li>"),
        };
        let shown: String = links.into_iter().take(LINKS_MAX).collect();
        *html += &format!("<ul class=\"failures\">{shown}{more}</ul>\n");
    }
    *html += "</header>\n";
}

/// Links to the failures of a section.
fn links<'v>(section: &str, who: &str, verdicts: &'v [Verdict]) -> impl Iterator<Item = String> + use<'v> {
    let (section, who) = (section.to_owned(), markup(&name(who)));
    let failed = in_order(verdicts).enumerate().filter(|(_, verdict)| verdict.ended == Ended::Fail);
    failed.map(move |(nth, verdict)| {
        let word = verdict.conduct.as_str();
        format!(
            "<li><a href=\"#{section}-{nth}\"><code>{word}</code></a> <span class=\"quiet\">{who}</span></li>"
        )
    })
}

fn client_head(client: &Client) -> String {
    let calls = counted(client.calls, "call", "calls");
    format!("{} <small>{calls}</small>", markup(&name(&client.name())))
}

/// The verdicts of a client, what failed first. `head` is markup.
fn section(head: &str, id: &str, verdicts: &[Verdict], rows: &Rows<'_>, html: &mut String) {
    *html += &format!(
        "<section id=\"{id}\">\n<h2>{head}</h2>\n<table class=\"verdicts\">\n\
         <thead><tr><th>verdict</th><th>rule</th><th>what was seen</th></tr></thead>\n<tbody>\n"
    );
    for (nth, verdict) in in_order(verdicts).enumerate() {
        let class = class(verdict.ended);
        *html += &format!(
            "<tr id=\"{id}-{nth}\" class=\"{class}\"><td><b class=\"pill {class}\">{}</b></td>\
             <td><code>{}</code></td><td>",
            verdict.ended.as_str(),
            verdict.conduct.as_str(),
        );
        details(verdict, rows, html);
        *html += "</td></tr>\n";
    }
    *html += "</tbody>\n</table>\n</section>\n";
}

fn class(ended: Ended) -> &'static str {
    match ended {
        Ended::Pass => "pass",
        Ended::Fail => "fail",
        Ended::NotMet => "none",
    }
}

/// What was seen, and what stands behind it: open where it failed.
fn details(verdict: &Verdict, rows: &Rows<'_>, html: &mut String) {
    let open = if verdict.ended == Ended::Fail { " open=\"open\"" } else { "" };
    *html += &format!(
        "<details{open}><summary>{}</summary><dl><div><dt>rule</dt><dd>{}</dd></div>",
        markup(&sentence(&verdict.says)),
        markup(verdict.conduct.about())
    );
    if !verdict.evidence.is_empty() {
        let ids: Vec<String> = verdict.evidence.iter().map(|id| rows.link(id)).collect();
        let shown = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let more = match verdict.count.saturating_sub(shown) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        *html += &format!("<div><dt>calls</dt><dd>{}{more}</dd></div>", ids.join(" "));
    }
    for fact in &verdict.facts {
        let (id, mark) = (markup(&name(&fact.id)), markup(fact.mark));
        let says = markup(&sentence(&fact.says));
        *html += &format!(
            "<div><dt>fact</dt><dd><code>{id}</code> <i class=\"mark {mark}\">{mark}</i> {says}</dd></div>"
        );
    }
    if verdict.ended == Ended::Fail {
        let advice = markup(verdict.conduct.advice());
        *html += &format!("<div class=\"advice\"><dt>advice</dt><dd>{advice}</dd></div>");
    }
    *html += "</dl></details>";
}

/// The events that the page lists.
struct Rows<'a> {
    /// By their places in the timeline, in order.
    shown: Vec<usize>,
    /// Where the call of a request id is listed.
    by_id: HashMap<&'a str, usize>,
}

impl<'a> Rows<'a> {
    /// Chooses what is listed: what verdicts point at, then what is more than a call that went well, then the rest.
    fn of(report: &'a Report) -> Self {
        let of_clients = report.clients.iter().flat_map(|client| &client.verdicts);
        let evidence: HashSet<&str> = of_clients
            .chain(&report.expected)
            .flat_map(|verdict| &verdict.evidence)
            .map(|id| &**id)
            .collect();
        let rank = |event: &Event| match (&event.request_id, event.kind) {
            (Some(id), _) if evidence.contains(&**id) => 0,
            (_, EventKind::Call) => 2,
            (_, _) => 1,
        };
        let mut shown: Vec<usize> = (0..report.timeline.len()).collect();
        shown.sort_by_key(|index| rank(&report.timeline[*index]));
        shown.truncate(EVENT_ROWS_MAX);
        shown.sort_unstable();
        let ids = shown
            .iter()
            .rev()
            .filter_map(|index| Some((report.timeline[*index].request_id.as_deref()?, *index)));
        Self { by_id: ids.collect(), shown }
    }

    /// A request id, as a link where its call is listed.
    fn link(&self, id: &str) -> String {
        let shown = markup(&name(id));
        match self.by_id.get(id) {
            Some(index) => format!("<a href=\"#e{index}\"><code>{shown}</code></a>"),
            None => format!("<code>{shown}</code>"),
        }
    }

    fn write(&self, report: &Report, html: &mut String) {
        let all = report.timeline.len();
        if all == 0 {
            return;
        }
        let count = counted(u64::try_from(all).unwrap_or(u64::MAX), "event", "events");
        let (of, note) = match all - self.shown.len() {
            0 => (String::new(), ""),
            _ => (
                format!("{} of ", self.shown.len()),
                "<p class=\"note\">Listed are those that verdicts point at, then what was refused, struck or changed, then \
                 the rest, as far as there is room; <code>format=json</code> has all.</p>\n",
            ),
        };
        *html += &format!(
            "<section id=\"events\">\n<details><summary><h2>What happened <small>{of}{count}</small></h2></summary>\n{note}\
             <table class=\"events\">\n<thead><tr><th>since the first</th><th>what</th><th></th><th>client</th><th>call</th></tr></thead>\n<tbody>\n",
        );
        let first_ms = report.timeline.iter().map(|event| event.at_ms).min().unwrap_or_default();
        for index in &self.shown {
            let event = &report.timeline[*index];
            let client = event.client.and_then(|client| report.clients.get(client));
            let kind = event.kind.as_str();
            *html += &format!(
                "<tr id=\"e{index}\"><td><time datetime=\"{}\">{}</time></td><td><i class=\"kind {kind}\">{}</i></td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
                moment(event.at_ms),
                clock(event.at_ms.saturating_sub(first_ms)),
                timeline::word(event.kind),
                markup(&sentence(&event.says)),
                client.map_or_else(String::new, |client| markup(&name(&client.name()))),
                event.request_id.as_deref().map_or_else(String::new, |id| markup(&name(id))),
            );
        }
        *html += "</tbody>\n</table>\n</details>\n</section>\n";
    }
}

/// A length of time in columns: `0:01:02.003`.
fn clock(ms: i64) -> String {
    let s = ms / 1_000;
    format!("{}:{:02}:{:02}.{:03}", s / 3_600, s / 60 % 60, s % 60, ms % 1_000)
}
