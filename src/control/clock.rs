//! A sandbox's clock. How injected delays pass is not told here: it comes with the faults that inject them.

use http::Method;
use serde_json::{Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, ok};
use super::shape::{Field, Kind, TIME_MS_MAX};
use crate::call::Reply;
use crate::engine::Sandbox;
use crate::record::text::rfc3339;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/clock",
        name: "get_clock",
        about: "What time it is in a sandbox.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(CLOCK)))],
        refuses: &[],
        is_open: false,
        run: get,
    },
    Row {
        method: Method::PATCH,
        path: "/v1/sandboxes/{sandbox}/clock",
        name: "move_clock",
        about: "Moves a sandbox's clock: first it is set, then advanced; frozen, it stands there.",
        query: &[],
        takes: Takes::Object(MOVE),
        gives: &[(200, Gives::Json(Kind::Object(CLOCK)))],
        refuses: &[],
        is_open: false,
        run: patch,
    },
];

const CLOCK: &[Field] = &[
    Field::required("now", Kind::Time, "What it shows."),
    Field::required("frozen", Kind::Bool, "Whether it stands still."),
];

const MOVE: &[Field] = &[
    Field::optional("advance", Kind::Duration, "Goes ahead by so long, in one instant for every observer."),
    Field::optional("set", Kind::Time, "Goes to this time, ahead or back."),
    Field::optional("freeze", Kind::Bool, "Stands still from now on, or goes on from where it stands."),
];

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    ok(&told(&*desk.sandbox(ask)?))
}

fn patch(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let body = ask.body();
    let (set_ms, by_ms, freeze) = (body.time_ms("set"), body.duration_ms("advance"), body.flag("freeze"));
    let clock = &sandbox.clock;
    let by_ms = by_ms.map(|by_ms| i64::try_from(by_ms).unwrap_or(i64::MAX));
    let ends_ms = set_ms.unwrap_or_else(|| clock.now_ms()).saturating_add(by_ms.unwrap_or(0));
    if ends_ms > TIME_MS_MAX {
        return Err(Problem::invalid("the clock would go beyond the year 9999; advance it by less"));
    }
    // Before it is set, so that it stands at that very millisecond; only then is it let go.
    if freeze == Some(true) {
        clock.freeze(true);
    }
    if let Some(set_ms) = set_ms {
        clock.set(set_ms);
    }
    if let Some(by_ms) = by_ms {
        clock.advance(by_ms);
    }
    if freeze == Some(false) {
        clock.freeze(false);
    }
    ok(&told(&sandbox))
}

fn told(sandbox: &Sandbox) -> Value {
    json!({"now": rfc3339(sandbox.clock.now_ms()), "frozen": sandbox.clock.is_frozen()})
}
