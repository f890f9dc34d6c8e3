//! The chaos rules of a sandbox: which are in force, and how often each struck.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, done, json as reply, ok};
use super::shape::{Field, Kind};
use crate::call::Reply;
use crate::chaos::{Armed, Rule, read, ready_made};
use crate::profile::source::Source;
use crate::profile::suggest::instead;
use crate::record::text::rfc3339;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/chaos",
        name: "list_ready_made",
        about: "The ready-made chaos rules: what can be put into force by its name.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(READY_MADE)))],
        refuses: &[],
        is_open: false,
        run: ready_made,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/chaos",
        name: "list_chaos",
        about: "The chaos rules in force in a sandbox, in the order in which calls meet them.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(RULES)))],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/chaos",
        name: "add_chaos",
        about: "Puts chaos rules into force, all or none: a chaos file (`{\"chaos\": [RULE, …]}`), one rule, or ready-made ones \
                (`{\"use\": \"flaky\"}`). One with the name of a rule in force takes its place. Of a bad one, each mistake \
                is told with its line and column.",
        query: &[],
        takes: Takes::Bytes(&["application/json", "application/yaml"]),
        gives: &[(201, Gives::Json(Kind::Object(RULES)))],
        refuses: &[400, 409],
        is_open: false,
        run: add,
    },
    Row {
        method: Method::DELETE,
        path: "/v1/sandboxes/{sandbox}/chaos",
        name: "clear_chaos",
        about: "Takes all chaos rules of a sandbox out of force.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: clear,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/chaos/{rule}",
        name: "get_chaos",
        about: "A chaos rule in force, and how often it struck.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(RULE)))],
        refuses: &[],
        is_open: false,
        run: get,
    },
    Row {
        method: Method::PUT,
        path: "/v1/sandboxes/{sandbox}/chaos/{rule}",
        name: "use_chaos",
        about: "Puts the ready-made rules of this name into force, as they are.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(RULES)))],
        refuses: &[409],
        is_open: false,
        run: use_ready_made,
    },
    Row {
        method: Method::DELETE,
        path: "/v1/sandboxes/{sandbox}/chaos/{rule}",
        name: "remove_chaos",
        about: "Takes a chaos rule out of force, or all rules of a ready-made set.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: remove,
    },
];

const READY_MADE: &[Field] = &[Field::required(
    "ready_made",
    Kind::List(&Kind::Object(&[
        Field::required("name", Kind::Text, "Its name, for `use`."),
        Field::required("about", Kind::Text, "What it is like for a client."),
        Field::required("rules", Kind::List(&Kind::Any), "Its rules, as written."),
    ])),
    "All of them, by name.",
)];

const RULES: &[Field] = &[Field::required("rules", Kind::List(&Kind::Object(RULE)), "Each of them.")];

const COUNT: Kind = Kind::Whole { min: 0, max: u64::MAX };

const RULE: &[Field] = &[
    Field::required("number", COUNT, "Its number in the sandbox."),
    Field::required("name", Kind::Text, "Its name."),
    Field::optional("set", Kind::Text, "The name of the ready-made rules that it belongs to."),
    Field::required("since", Kind::Time, "When it came into force, by the sandbox's clock."),
    Field::required("met", COUNT, "How many calls it was about."),
    Field::required("struck", COUNT, "How many of them it struck."),
    Field::required("rule", Kind::Map(&Kind::Any), "It, as written."),
];

fn ready_made(_: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    let told = |set: ready_made::ReadyMade| {
        let rules = set.tree.get("chaos").map(|rules| rules.to_json());
        json!({"name": set.name, "about": set.about, "rules": rules})
    };
    ok(&json!({"ready_made": ready_made::all().into_iter().map(told).collect::<Vec<_>>()}))
}

fn list(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    ok(&all(&desk.sandbox(ask)?.chaos.rules()))
}

fn add(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let text = std::str::from_utf8(ask.bytes())
        .map_err(|_| Problem::invalid("the body is not UTF-8; send chaos rules as JSON or YAML"))?;
    let mut mistakes = Vec::new();
    let source = Source::new("the body", text);
    let rules = read::read_sent(&source, Some(desk.engine.profiles()), &mut mistakes)
        .ok_or_else(|| Problem::mistakes(&mistakes))?
        .into_iter()
        // A place in a body that nobody keeps leads nowhere.
        .map(|rule| Rule { at: rule.at.filter(|at| at.source.name != source.name), ..rule })
        .collect();
    Ok(reply(StatusCode::CREATED, &all(&desk.engine.arm(&sandbox, rules)?)))
}

fn use_ready_made(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let name = ask.segment("rule");
    let set = ready_made::find(name).map_err(|instead| {
        Problem::new(StatusCode::NOT_FOUND, format!("no ready-made rules are called `{name}`; {instead}"))
    })?;
    let mut mistakes = Vec::new();
    let rules = read::read_set(&set, Some(desk.engine.profiles()), &mut mistakes)
        .ok_or_else(|| Problem::mistakes(&mistakes))?;
    ok(&all(&desk.engine.arm(&sandbox, rules)?))
}

fn clear(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    desk.engine.disarm_all(&*desk.sandbox(ask)?);
    done()
}

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let id = ask.segment("rule");
    let unknown = || {
        let names: Vec<String> = sandbox.chaos.rules().iter().map(|one| one.rule.name.clone()).collect();
        Problem::new(StatusCode::NOT_FOUND, format!("there is no chaos rule `{id}`; {}", instead(id, &names)))
    };
    ok(&told(&*sandbox.chaos.find(id).ok_or_else(unknown)?))
}

fn remove(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    desk.engine.disarm(&*desk.sandbox(ask)?, ask.segment("rule"))?;
    done()
}

fn all(rules: &[Arc<Armed>]) -> Value {
    json!({"rules": rules.iter().map(|one| told(one)).collect::<Vec<_>>()})
}

fn told(one: &Armed) -> Value {
    let (met, struck) = one.counts();
    let mut told = json!({"number": one.number, "name": one.rule.name});
    if let Some(set) = &one.rule.set {
        told["set"] = set.as_str().into();
    }
    told["since"] = rfc3339(one.since_ms).into();
    told["met"] = met.into();
    told["struck"] = struck.into();
    told["rule"] = one.rule.written.clone();
    told
}
