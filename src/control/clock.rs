//! A sandbox's clock, and how injected delays pass on it.

use http::Method;
use serde_json::{Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, ok};
use super::shape::{Field, Kind};
use crate::call::Reply;
use crate::engine::{Sandbox, Turn};
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
    Field::required("delays", Kind::Word(DELAYS), "How injected delays pass."),
];

const DELAYS: &[&str] = &["real", "virtual"];

const MOVE: &[Field] = &[
    Field::optional("advance", Kind::Duration, "Goes ahead by so long, in one instant for every observer."),
    Field::optional("set", Kind::Time, "Goes to this time, ahead or back."),
    Field::optional("freeze", Kind::Bool, "Stands still from now on, or goes on from where it stands."),
    Field::optional(
        "delays",
        Kind::Word(DELAYS),
        "Waits injected delays out, or only notes them in the journal.",
    ),
];

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    ok(&told(&*desk.sandbox(ask)?))
}

fn patch(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let body = ask.body();
    let turn = Turn {
        set_ms: body.time_ms("set"),
        advance_ms: body.duration_ms("advance"),
        freeze: body.flag("freeze"),
        virtual_delays: body.text("delays").map(|delays| delays == "virtual"),
    };
    desk.engine.turn(&sandbox, &turn)?;
    ok(&told(&sandbox))
}

fn told(sandbox: &Sandbox) -> Value {
    let clock = &sandbox.clock;
    let delays = if clock.has_virtual_delays() { "virtual" } else { "real" };
    json!({"now": rfc3339(clock.now_ms()), "frozen": clock.is_frozen(), "delays": delays})
}
