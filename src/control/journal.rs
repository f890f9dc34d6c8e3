//! What was called: the journal of a sandbox, verification, coverage.

use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, done, ok};
use super::shape::{Field, Fields, Kind};
use crate::call::Reply;
use crate::journal::matching::StatusMatch;
use crate::journal::stream::Stream;
use crate::journal::verify::Count;
use crate::journal::{Match, PAGE_ENTRIES, PAGE_ENTRIES_MAX, coverage, har, render};

/// By which a browser says which event it saw last (the HTML standard, server-sent events).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

const VENDOR: Field = Field::optional("vendor", Kind::Text, "The vendor's name.");
const API: Field = Field::optional("api", Kind::Text, "The api's name.");
const OPERATION: Field =
    Field::optional("operation", Kind::Text, "The operation, `API.OPERATION` or its last part.");
const METHOD: Field = Field::optional("method", Kind::Text, "The method, in any case.");
const PATH: Field = Field::optional(
    "path",
    Kind::Text,
    "The path, as sent or the vendor's own part of it; `*` stands for what is between two slashes, `**` for anything.",
);
const CREDENTIAL: Field = Field::optional(
    "credential",
    Kind::Text,
    "The credential: the name of its kind, or itself as the journal shows it, `acme…#1f0c33d2`.",
);
const STATUS: Field = Field::optional(
    "status",
    Kind::Either(&[Kind::Whole { min: 100, max: 599 }, Kind::Word(&["1xx", "2xx", "3xx", "4xx", "5xx"])]),
    "The status, or a class of them.",
);
const BODY: Field = Field::optional(
    "body",
    Kind::Any,
    "A part of the request's body: members of an object that are so, items of a list that are there, too.",
);
const BODY_TEXT: Field = Field::optional(
    "body",
    Kind::Text,
    "A part of the request's body, as JSON: `{\"email\":\"a@example.com\"}`.",
);

const MATCH: &[Field] = &[VENDOR, API, OPERATION, METHOD, PATH, STATUS, CREDENTIAL, BODY];

const COUNT: Kind = Kind::Whole { min: 0, max: u64::MAX };
const COUNTS: &[Field] = &[
    Field::optional("exactly", COUNT, "So many calls."),
    Field::optional("at_least", COUNT, "So many or more."),
    Field::optional("at_most", COUNT, "So many or fewer."),
];

/// A call as lists have it.
const CALL: Kind = Kind::Map(&Kind::Any);
const DIFFERENCE: &[Field] = &[
    Field::required(
        "dimension",
        Kind::Text,
        "Where it differs: a key of `match`; of a body with the place in it.",
    ),
    Field::required("wanted", Kind::Any, "What was wanted."),
    Field::required("got", Kind::Any, "What it is."),
];
const NEAR: &[Field] = &[
    Field::required("call", CALL, "The call."),
    Field::required(
        "differs",
        Kind::List(&Kind::Object(DIFFERENCE)),
        "How it differs; empty where it matches.",
    ),
];
const FACTS: Kind = Kind::List(&Kind::Map(&Kind::Any));
const COVERED: &[Field] = &[
    Field::required("vendor", Kind::Text, "The vendor's name."),
    Field::required("facts", COUNT, "How many facts its profile has."),
    Field::required("met", FACTS, "Those behind an answer so far, with how often each was."),
    Field::required("not_met", FACTS, "The others."),
];

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/journal",
        name: "list_calls",
        about: "The calls that came to a sandbox, the newest first. Secrets are masked. A journal holds the last 10,000 calls, or 16 MiB of them.",
        query: &[
            VENDOR,
            API,
            OPERATION,
            METHOD,
            PATH,
            STATUS,
            CREDENTIAL,
            BODY_TEXT,
            Field::optional("bodies", Kind::Bool, "Whether each call comes with what was sent and answered."),
            Field::optional(
                "limit",
                Kind::Whole { min: 1, max: PAGE_ENTRIES_MAX as u64 },
                "How many calls; 100 if nothing is said.",
            ),
            Field::optional("next", COUNT, "The page's beginning: `next` of the page before."),
        ],
        takes: Takes::Nothing,
        gives: &[(
            200,
            Gives::Json(Kind::Object(&[
                Field::required("calls", Kind::List(&CALL), "The calls."),
                Field::required("next", Kind::Any, "Where the next page begins; `null` at the end."),
                Field::required("forgotten", COUNT, "How many calls the journal has let go to make room."),
            ])),
        )],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::DELETE,
        path: "/v1/sandboxes/{sandbox}/journal",
        name: "clear_journal",
        about: "Forgets all calls of a sandbox, and which facts they met.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: clear,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/journal/{request}",
        name: "explain_call",
        about: "One call explained: what each stage found, the facts behind the answer with their sources and places in the profile, what was not looked at, and what would have been nearer.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(CALL))],
        refuses: &[],
        is_open: false,
        run: explain,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/journal/stream",
        name: "follow_calls",
        about: "Calls as they come in, as server-sent events named `call`. It begins now, or behind the event that `Last-Event-ID` names.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Media("text/event-stream"))],
        refuses: &[],
        is_open: false,
        run: follow,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/journal.har",
        name: "export_calls",
        about: "All calls as an HTTP archive (HAR 1.2), the oldest first, for the developer tools of browsers.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(&[Field::required("log", CALL, "The archive.")])))],
        refuses: &[],
        is_open: false,
        run: export,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/verify",
        name: "verify_calls",
        about: "Whether there were as many calls of a kind as there should be; if not, the nearest ones and how they differ.",
        query: &[],
        takes: Takes::Object(&[
            Field::optional("match", Kind::Object(MATCH), "Which calls; without it, all."),
            Field::required("count", Kind::Object(COUNTS), "How many there should be: one of these."),
        ]),
        gives: &[(
            200,
            Gives::Json(Kind::Object(&[
                Field::required("passed", Kind::Bool, "Whether there were as many."),
                Field::required("count", COUNT, "How many there were."),
                Field::required(
                    "nearest",
                    Kind::List(&Kind::Object(NEAR)),
                    "Where it has not passed: the calls that differ least, or those that there were too many of.",
                ),
                Field::required(
                    "forgotten",
                    COUNT,
                    "How many calls the journal has let go, which may have been among them.",
                ),
            ])),
        )],
        refuses: &[],
        is_open: false,
        run: verify,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/coverage",
        name: "cover_facts",
        about: "Which facts of each vendor were behind an answer since the journal was cleared, and which were not.",
        query: &[VENDOR],
        takes: Takes::Nothing,
        gives: &[(
            200,
            Gives::Json(Kind::Object(&[Field::required(
                "vendors",
                Kind::List(&Kind::Object(COVERED)),
                "The vendors of the sandbox.",
            )])),
        )],
        refuses: &[],
        is_open: false,
        run: cover,
    },
];

fn list(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let query = ask.query();
    let body = query.text("body").map(|text| {
        serde_json::from_str(text)
            .map_err(|error| Problem::invalid(format!("`body` is no JSON: {error}; send a part of a body")))
    });
    let wanted = wanted(query, body.transpose()?);
    let size = query.count("limit").unwrap_or(PAGE_ENTRIES);
    let page = sandbox.journal.page(&wanted, query.whole("next"), size);
    let line = if query.flag("bodies") == Some(true) { render::line_with_bodies } else { render::line };
    let calls: Vec<Value> = page.calls.iter().map(|call| line(call)).collect();
    ok(&json!({ "calls": calls, "next": page.next, "forgotten": sandbox.journal.forgotten() }))
}

fn clear(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    desk.sandbox(ask)?.journal.clear();
    done()
}

fn explain(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let id = ask.segment("request");
    match desk.sandbox(ask)?.journal.find(id) {
        Some(call) => ok(&render::explained(&call)),
        None => {
            let sentence = format!(
                "no call of this sandbox has the request id `{id}`; it may be another sandbox's, or have been let go to make room"
            );
            Err(Problem::new(StatusCode::NOT_FOUND, sentence))
        }
    }
}

fn follow(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let seen = ask.call.header(&LAST_EVENT_ID).and_then(|seen| seen.parse().ok());
    let mut reply = Reply::new(StatusCode::OK)
        .with_header(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"))
        .with_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply.follow = Some(std::sync::Arc::new(Stream::new(&sandbox.journal, seen)));
    Ok(reply)
}

fn export(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let name = format!("attachment; filename=\"{}.har\"", sandbox.name);
    let reply = ok(&har::archive(&sandbox.journal.all()))?;
    Ok(match HeaderValue::try_from(name) {
        Ok(name) => reply.with_header(CONTENT_DISPOSITION, name),
        Err(_) => reply,
    })
}

fn verify(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let wanted = match ask.body().members("match") {
        Some(said) => wanted(said, said.value("body").cloned()),
        None => Match::default(),
    };
    let count = ask.body().members("count").and_then(count);
    let count =
        count.ok_or_else(|| Problem::invalid("`count` has one of `exactly`, `at_least`, `at_most`"))?;
    let verdict = sandbox.journal.verify(&wanted, count);
    let near = verdict.nearest.iter().map(|(call, differences)| {
        let differs: Vec<Value> = differences.iter().map(render::difference).collect();
        json!({ "call": render::line_with_bodies(call), "differs": differs })
    });
    ok(&json!({
        "passed": verdict.passed,
        "count": verdict.count,
        "nearest": near.collect::<Vec<_>>(),
        "forgotten": verdict.forgotten,
    }))
}

fn cover(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let named = ask.query().text("vendor");
    let profiles = desk.engine().profiles().iter().enumerate();
    let of_it = profiles
        .filter(|(index, profile)| sandbox.has(*index) && named.is_none_or(|named| named == profile.vendor));
    ok(&coverage::json(of_it.map(|(_, profile)| &**profile), &sandbox.journal.met()))
}

/// The calls that the members of a `match` mean; the body comes as JSON or as text.
fn wanted(said: Fields<'_>, body: Option<Value>) -> Match {
    let text = |name: &str| said.text(name).map(str::to_owned);
    let status = said.whole("status").map(|status| status.to_string()).or_else(|| text("status"));
    Match {
        vendor: text("vendor"),
        api: text("api"),
        operation: text("operation"),
        method: text("method"),
        path: text("path"),
        status: status.and_then(|status| StatusMatch::parse(&status)),
        credential: text("credential"),
        body,
    }
}

/// The one count that is said; `None` where none is, or several.
fn count(said: Fields<'_>) -> Option<Count> {
    let exactly = said.whole("exactly").map(Count::Exactly);
    let least = said.whole("at_least").map(Count::AtLeast);
    let most = said.whole("at_most").map(Count::AtMost);
    let mut counts = [exactly, least, most].into_iter().flatten();
    counts.next().filter(|_| counts.next().is_none())
}
