//! What the calls to a sandbox show of the clients that made them.

use http::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, json};
use super::shape::{Field, Kind};
use super::{Desk, PASSED};
use crate::call::Reply;
use crate::report::text::Ink;
use crate::report::{html, json as as_json, junit, text};

const TEXT: &str = "text/plain; charset=utf-8";
const JUNIT: &str = "application/xml";
const HTML: &str = "text/html; charset=utf-8";

/// What a browser may do with the page: show it, by itself. `html::POLICY` and what only a header can say.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; sandbox";

const COUNT: Kind = Kind::Whole { min: 0, max: u64::MAX };
const FACT: &[Field] = &[
    Field::required("id", Kind::Text, "Its id."),
    Field::required("mark", Kind::Text, "`documented`, `assumed` or `variant`."),
    Field::required("says", Kind::Text, "What it says."),
];
const VERDICT: &[Field] = &[
    Field::required("conduct", Kind::Text, "The rule."),
    Field::required("verdict", Kind::Word(&["pass", "fail", "not met"]), "How the client kept to it."),
    Field::required("says", Kind::Text, "What was seen, in a sentence."),
    Field::required("count", COUNT, "How many calls show it."),
    Field::required("evidence", Kind::List(&Kind::Text), "The request ids of some of them."),
    Field::required("facts", Kind::List(&Kind::Object(FACT)), "The facts behind it."),
    Field::required("advice", Kind::Any, "What to do, where it failed; else `null`."),
];
const CLIENT: &[Field] = &[
    Field::required("vendor", Kind::Text, "The vendor."),
    Field::required("credential", Kind::Any, "The credential's name; `null` for one that is not known."),
    Field::required("organization", Kind::Any, "The organization; `null` where there is none."),
    Field::required("calls", COUNT, "How many calls it made."),
    Field::required("verdicts", Kind::List(&Kind::Object(VERDICT)), "One for each rule."),
];
const REPORT: &[Field] = &[
    Field::required("sandbox", Kind::Text, "The sandbox."),
    Field::required("seed", COUNT, "Its seed."),
    Field::required("passed", Kind::Bool, "Whether nothing failed that is required."),
    Field::required("calls", COUNT, "How many calls the journal holds."),
    Field::required("forgotten", COUNT, "How many it has let go: nothing is said about those."),
    Field::required(
        "clients",
        Kind::List(&Kind::Object(CLIENT)),
        "The clients, in the order in which they came.",
    ),
    Field::required(
        "required",
        Kind::Any,
        "The rules that must not be broken, as the scenario has them; `null` for all.",
    ),
    Field::required(
        "expected",
        Kind::List(&Kind::Object(VERDICT)),
        "Verdicts on what was expected at the end.",
    ),
    Field::required("span", Kind::Any, "From when to when there were calls; `null` without any."),
    Field::required("timeline", Kind::List(&Kind::Map(&Kind::Any)), "What happened, in order."),
];

/// The rows.
pub(super) const ROWS: &[Row] = &[Row {
    method: Method::GET,
    path: "/v1/sandboxes/{sandbox}/report",
    name: "get_report",
    about: "How the clients of a sandbox behaved: a verdict for each rule of good conduct, with evidence, facts and advice. The header `Standin-Passed` says in every format whether nothing failed that is required.",
    query: &[Field::optional(
        "format",
        Kind::Word(&["json", "text", "junit", "html"]),
        "JSON, if nothing is said; text for a terminal; JUnit XML for a build server; a page for a browser.",
    )],
    takes: Takes::Nothing,
    gives: &[
        (200, Gives::Json(Kind::Object(REPORT))),
        (200, Gives::Media(TEXT)),
        (200, Gives::Media(JUNIT)),
        (200, Gives::Media(HTML)),
    ],
    refuses: &[],
    is_open: false,
    run: report,
}];

fn report(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let report = desk.engine.report(&*desk.sandbox(ask)?);
    let media = |media: &'static str, body: String| Reply::new(StatusCode::OK).with_body(media, body);
    let reply = match ask.query().text("format") {
        Some("text") => media(TEXT, text::text(&report, Ink::Plain)),
        Some("junit") => media(JUNIT, junit::junit(&[&report])),
        Some("html") => media(HTML, html::html(&report))
            .with_header(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))
            .with_header(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        _ => json(StatusCode::OK, &as_json::json(&report)),
    };
    let passed = HeaderValue::from_static(if report.passed() { "true" } else { "false" });
    Ok(reply.with_header(HeaderName::from_static(PASSED), passed))
}
