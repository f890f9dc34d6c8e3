//! Snapshots of a sandbox, and what has become of it since one.

use http::{Method, StatusCode};
use serde_json::json;

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, done, json as reply, ok};
use super::shape::{Field, Kind};
use crate::call::Reply;

/// How long a snapshot's name is at most, in bytes.
const NAME_BYTES_MAX: usize = 63;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/snapshots",
        name: "list_snapshots",
        about: "A sandbox's snapshots, the oldest first.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(LIST)))],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::PUT,
        path: "/v1/sandboxes/{sandbox}/snapshots/{snapshot}",
        name: "take_snapshot",
        about: "Keeps a sandbox's records, and what its organizations have done, under a name; one of that name is replaced.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(SNAPSHOT))), (201, Gives::Json(Kind::Object(SNAPSHOT)))],
        refuses: &[409],
        is_open: false,
        run: take,
    },
    Row {
        method: Method::DELETE,
        path: "/v1/sandboxes/{sandbox}/snapshots/{snapshot}",
        name: "delete_snapshot",
        about: "Forgets a snapshot.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: delete,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/snapshots/{snapshot}/restore",
        name: "restore_snapshot",
        about: "Makes a sandbox's records what they were. Credentials, clock, limits, settings and journal stay.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: restore,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/diff",
        name: "get_diff",
        about: "The records that were created, changed and removed since a snapshot.",
        query: &[Field::required("from", Kind::Text, "The snapshot's name.")],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(DIFF)))],
        refuses: &[],
        is_open: false,
        run: diff,
    },
];

const LIST: &[Field] = &[Field::required("snapshots", Kind::List(&Kind::Text), "Their names.")];

const SNAPSHOT: &[Field] = &[Field::required("name", Kind::Text, "Its name.")];

const DIFF: &[Field] = &[
    Field::required("from", Kind::Text, "The snapshot's name."),
    Field::required(
        "vendors",
        Kind::Map(&Kind::Object(OF_VENDOR)),
        "What became of the records of each vendor.",
    ),
];

const OF_VENDOR: &[Field] = &[
    Field::required("created", Kind::List(&Kind::Object(RECORD)), "Those that were not there."),
    Field::required("changed", Kind::List(&Kind::Object(RECORD)), "Those that are not what they were."),
    Field::required("removed", Kind::List(&Kind::Object(RECORD)), "Those that are gone, as they were."),
];

const RECORD: &[Field] = &[
    Field::required("type", Kind::Text, "The type of record."),
    Field::required("organization", Kind::Text, "Whose it is."),
    Field::required("record", Kind::Map(&Kind::Any), "Its attributes."),
    Field::optional(
        "changed",
        Kind::List(&Kind::Text),
        "The attributes whose values differ, in dotted notation.",
    ),
];

fn list(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    ok(&json!({"snapshots": desk.engine.snapshots(&*desk.sandbox(ask)?)}))
}

fn take(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let name = ask.segment("snapshot");
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.len() > NAME_BYTES_MAX || !name.bytes().all(is_good) {
        let what =
            format!("a snapshot is named by at most {NAME_BYTES_MAX} letters, digits, `-`, `_` and `.`");
        return Err(Problem::invalid(what));
    }
    let is_new = !desk.engine.snapshots(&sandbox).iter().any(|known| known == name);
    desk.engine.take_snapshot(&sandbox, name)?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(reply(status, &json!({"name": name})))
}

fn delete(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    desk.engine.delete_snapshot(&*desk.sandbox(ask)?, ask.segment("snapshot"))?;
    done()
}

fn restore(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    desk.engine.restore_snapshot(&*desk.sandbox(ask)?, ask.segment("snapshot"))?;
    done()
}

fn diff(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    let from = ask.query().text("from").unwrap_or_default();
    ok(&json!({"from": from, "vendors": desk.engine.diff(&sandbox, from)?}))
}
