//! The scenario of a sandbox.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, created, done, ok};
use super::shape::{Field, Kind};
use crate::call::Reply;
use crate::profile::source::Source;
use crate::record::text::rfc3339;
use crate::scenario::{self, Due, Scenario, Timeline};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/scenarios",
        name: "list_scenarios",
        about: "The scenarios that come with Standin.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(READY)))],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/scenario",
        name: "start_scenario",
        about: "Starts a scenario: a file of the scenario language, or `{\"scenario\": NAME}` for one that comes with Standin. \
                The sandbox must be made as its setup says.",
        query: &[],
        takes: Takes::Bytes(&["application/json", "application/yaml"]),
        gives: &[(201, Gives::Json(Kind::Object(STANDING)))],
        refuses: &[400, 409],
        is_open: false,
        run: start,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/scenario",
        name: "get_scenario",
        about: "Where the scenario under way stands.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(STANDING)))],
        refuses: &[],
        is_open: false,
        run: get,
    },
    Row {
        method: Method::DELETE,
        path: "/v1/sandboxes/{sandbox}/scenario",
        name: "end_scenario",
        about: "Ends the scenario; what it did stays, the chaos rules in force too.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: end,
    },
];

const READY: &[Field] = &[Field::required(
    "scenarios",
    Kind::List(&Kind::Object(&[
        Field::required("name", Kind::Text, "Its name."),
        Field::required("about", Kind::Text, "What it rehearses."),
    ])),
    "All of them, by name.",
)];

const WHOLE: Kind = Kind::Whole { min: 0, max: 1_000_000_000 };

const STANDING: &[Field] = &[
    Field::required("scenario", Kind::Text, "Its name."),
    Field::required("about", Kind::Text, "What it rehearses."),
    Field::required("began", Kind::Time, "When it began, by the sandbox's clock."),
    Field::required("steps", WHOLE, "How many steps it has."),
    Field::required("done", Kind::List(&Kind::Object(DONE)), "What was done, in order."),
    Field::required("to_come", Kind::List(&Kind::Object(TO_COME)), "The steps that are not due yet."),
];

const DONE: &[Field] = &[
    Field::required("step", WHOLE, "Which step, from 1."),
    Field::required("at", Kind::Time, "When, by the sandbox's clock."),
    Field::optional("did", Kind::Text, "What was done."),
    Field::optional("failed", Kind::Text, "Why it could not be done."),
];

const TO_COME: &[Field] = &[
    Field::required("step", WHOLE, "Which step, from 1."),
    Field::optional("at", Kind::Time, "When it is due, by the sandbox's clock."),
    Field::optional("after", WHOLE, "After how many calls it is due."),
    Field::optional("counted", WHOLE, "How many of those came so far."),
];

fn list(_: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    let about =
        |source: &Arc<Source>| scenario::read::read(source, None, &mut Vec::new()).map(|one| one.about);
    let all = scenario::ready::all();
    let told = all.map(|(name, source)| json!({"name": name, "about": about(&source)}));
    ok(&json!({"scenarios": told.collect::<Vec<_>>()}))
}

fn start(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let text = std::str::from_utf8(ask.bytes())
        .map_err(|_| Problem::invalid("the body is not UTF-8; send a scenario as JSON or YAML"))?;
    let source = match named(text)? {
        Some(ready) => ready,
        None => Source::new("the body", text),
    };
    let mut mistakes = Vec::new();
    let read = scenario::read::read(&source, Some(desk.engine.profiles()), &mut mistakes);
    let scenario: Scenario = read.ok_or_else(|| Problem::mistakes(&mistakes))?;
    desk.engine.play(&sandbox, &Arc::new(scenario))?;
    let at = format!("{}/v1/sandboxes/{}/scenario", super::ROOT, sandbox.name);
    created(&at, &desk.engine.playing(&sandbox, |timeline| timeline.map(told).unwrap_or_default()))
}

/// The scenario that `{"scenario": NAME}` alone names.
fn named(text: &str) -> Result<Option<Arc<Source>>, Problem> {
    let Ok(Value::Object(members)) = serde_json::from_str(text) else { return Ok(None) };
    let Some(name) = members.get("scenario").and_then(Value::as_str).filter(|_| members.len() == 1) else {
        return Ok(None);
    };
    let found = scenario::ready::find(name);
    found.map(Some).map_err(|instead| Problem::invalid(format!("there is no scenario `{name}`; {instead}")))
}

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    match desk.engine.playing(&sandbox, |timeline| timeline.map(told)) {
        Some(standing) => ok(&standing),
        None => Err(none()),
    }
}

fn end(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    match desk.engine.end_play(&sandbox) {
        Some(_) => done(),
        None => Err(none()),
    }
}

fn none() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no scenario is under way; POST one to start it")
}

fn told(timeline: &Timeline) -> Value {
    let scenario = &timeline.scenario;
    let done = timeline.done.iter().map(|done| {
        let mut one = json!({"step": done.step + 1, "at": rfc3339(done.at_ms)});
        match &done.outcome {
            Ok(did) => one["did"] = did.as_str().into(),
            Err(why) => one["failed"] = why.as_str().into(),
        }
        one
    });
    let to_come = timeline.to_come().map(|(step, due, counted)| match due {
        Due::At(at_ms) => {
            let at_ms = timeline.began_ms.saturating_add(i64::try_from(*at_ms).unwrap_or(i64::MAX));
            json!({"step": step + 1, "at": rfc3339(at_ms)})
        }
        Due::After { calls, .. } => json!({"step": step + 1, "after": calls, "counted": counted}),
    });
    json!({
        "scenario": scenario.name,
        "about": scenario.about,
        "began": rfc3339(timeline.began_ms),
        "steps": scenario.steps.len(),
        "done": done.collect::<Vec<_>>(),
        "to_come": to_come.collect::<Vec<_>>(),
    })
}
