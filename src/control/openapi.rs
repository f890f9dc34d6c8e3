//! The table as an OpenAPI 3.1 document, which the control API serves itself.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes};
use super::shape::{Field, Kind, schema};
use super::{Desk, ROOT, table};
use crate::call::Reply;

/// The rows.
pub(super) const ROWS: &[Row] = &[Row {
    method: Method::GET,
    path: "/v1/openapi.json",
    name: "get_openapi",
    about: "This document.",
    query: &[],
    takes: Takes::Nothing,
    gives: &[(200, Gives::Json(Kind::Map(&Kind::Any)))],
    refuses: &[],
    is_open: false,
    run: openapi,
}];

/// It follows from the table, which does not change.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document().to_string()));

fn openapi(_: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    Ok(Reply::new(StatusCode::OK).with_body("application/json", DOCUMENT.clone()))
}

/// The document.
pub(super) fn document() -> Value {
    let mut paths = Map::new();
    for row in table::rows() {
        let entry = paths.entry(row.path).or_insert_with(|| json!({}));
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(row.method.as_str().to_ascii_lowercase(), operation(row));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Standin control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Sandboxes, credentials, clock, limits and journal of a running Standin.",
        },
        "servers": [{"url": ROOT}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "What `--control-token` was given."},
            },
            "schemas": {"Problem": problem_schema()},
        },
    })
}

/// RFC 9457.
fn problem_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "What the status is called."},
            "status": {"type": "integer", "description": "The status."},
            "detail": {"type": "string", "description": "What is wrong, and what to send instead."},
        },
        "required": ["title", "status", "detail"],
    })
}

fn operation(row: &Row) -> Value {
    let segments = segments(row.path).map(|name| {
        let about = table::SEGMENTS.iter().find(|(known, _)| *known == name).map_or("", |(_, about)| about);
        json!({"name": name, "in": "path", "required": true, "description": about,
            "schema": {"type": "string", "minLength": 1}})
    });
    let query = row.query.iter().map(|Field { name, kind, is_required, about }| {
        json!({"name": name, "in": "query", "required": is_required, "description": about, "schema": schema(kind)})
    });
    let mut responses = Map::new();
    for (status, gives) in statuses(row) {
        let mut response = response(status, gives);
        match responses.get_mut(&status.to_string()).and_then(|known| known["content"].as_object_mut()) {
            // The same status in another media type.
            Some(known) => {
                known.extend(response["content"].as_object_mut().map(std::mem::take).unwrap_or_default());
            }
            None => drop(responses.insert(status.to_string(), response)),
        }
    }
    let mut operation = json!({
        "operationId": row.name,
        "summary": row.about,
        "parameters": segments.chain(query).collect::<Vec<_>>(),
        "responses": responses,
    });
    let content: Map<String, Value> = match row.takes {
        Takes::Nothing => Map::new(),
        Takes::Object(fields) => {
            [("application/json".to_owned(), json!({"schema": schema(&Kind::Object(fields))}))]
                .into_iter()
                .collect()
        }
        Takes::Bytes(media) => {
            media.iter().map(|media| ((*media).to_owned(), json!({"schema": {}}))).collect()
        }
    };
    if !content.is_empty() {
        let can_be_left_out =
            matches!(row.takes, Takes::Object(fields) if fields.iter().all(|field| !field.is_required));
        operation["requestBody"] = json!({"required": !can_be_left_out, "content": content});
    }
    if row.is_open {
        operation["security"] = json!([]);
    }
    operation
}

/// Every status that a row can answer, with what comes then.
pub(super) fn statuses(row: &Row) -> Vec<(u16, &Gives)> {
    let mut statuses: Vec<(u16, &Gives)> = row.gives.iter().map(|(status, gives)| (*status, gives)).collect();
    let reads_body = !matches!(row.takes, Takes::Nothing) || matches!(row.method, Method::POST | Method::PUT);
    let mut refuse = |status: u16, can: bool| {
        if can && statuses.iter().all(|(known, _)| *known != status) {
            statuses.push((status, &Gives::Problem));
        }
    };
    row.refuses.iter().for_each(|status| refuse(*status, true));
    // A parameter that is not known is refused everywhere.
    refuse(400, true);
    refuse(401, !row.is_open);
    refuse(403, !row.is_open);
    refuse(404, segments(row.path).next().is_some());
    refuse(408, reads_body);
    refuse(413, reads_body);
    statuses.sort_by_key(|(status, _)| *status);
    statuses
}

fn segments(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn response(status: u16, gives: &Gives) -> Value {
    let about =
        StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    match gives {
        Gives::Nothing => json!({"description": about}),
        Gives::Json(kind) => {
            json!({"description": about, "content": {"application/json": {"schema": schema(kind)}}})
        }
        Gives::Problem => json!({"description": about,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}),
        Gives::Media(media) => {
            // With its parameters it would be another type to whoever compares.
            let media = media.split(';').next().unwrap_or_default();
            json!({"description": about, "content": {media: {"schema": {"type": "string"}}}})
        }
    }
}
