//! Calls as an HTTP archive (HAR 1.2), which browsers' developer tools open.
//!
//! Times are those of the sandbox's clock, and how long a call took is not told: it may stand still meanwhile.

use std::sync::Arc;

use serde_json::{Value, json};

use super::entry::{Entry, Kept};
use super::render;

/// What is not known, where the format wants a number.
const UNKNOWN: i64 = -1;

/// An archive of calls, in the order given.
pub fn archive(calls: &[Arc<Entry>]) -> Value {
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "standin", "version": env!("CARGO_PKG_VERSION") },
            "entries": calls.iter().map(|call| entry(call)).collect::<Vec<_>>(),
        }
    })
}

fn entry(entry: &Entry) -> Value {
    let mut own = render::line(entry);
    if let Some(own) = own.as_object_mut() {
        own.retain(|name, _| {
            !["at", "method", "path", "query", "status", "request_bytes", "reply_bytes"]
                .contains(&name.as_str())
        });
    }
    let comment = entry.notes.ended.as_ref().map_or_else(String::new, |ended| ended.why.clone());
    json!({
        "startedDateTime": render::time(entry.at_ms),
        "time": 0,
        "request": request(entry),
        "response": response(entry),
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
        "comment": comment,
        "_standin": own,
    })
}

fn request(entry: &Entry) -> Value {
    let query = entry.query().unwrap_or_default();
    let parameters = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect::<Vec<_>>();
    let mark = if entry.query().is_some() { "?" } else { "" };
    let host = if entry.host().is_empty() { "localhost" } else { entry.host() };
    let mut value = json!({
        "method": entry.method.as_str(),
        "url": format!("http://{host}{}{mark}{query}", entry.path()),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": fields(entry.request_headers()),
        "queryString": parameters,
        "headersSize": UNKNOWN,
        "bodySize": size(&entry.sent),
    });
    if !entry.sent.bytes.is_empty() {
        let media_type = media_type(entry.request_headers());
        value["postData"] = json!({ "mimeType": media_type, "params": [], "text": entry.sent.text(), "comment": lacks(&entry.sent) });
    }
    value
}

fn response(entry: &Entry) -> Value {
    let location = entry.reply_headers().find(|(name, _)| *name == "location").map_or("", |(_, to)| to);
    json!({
        "status": entry.status.map_or(0, |status| status.as_u16()),
        "statusText": entry.status.and_then(|status| status.canonical_reason()).unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": fields(entry.reply_headers()),
        "content": {
            "size": size(&entry.answered),
            "mimeType": media_type(entry.reply_headers()),
            "text": entry.answered.text(),
            "comment": lacks(&entry.answered),
        },
        "redirectURL": location,
        "headersSize": UNKNOWN,
        "bodySize": size(&entry.answered),
    })
}

fn fields<'e>(fields: impl Iterator<Item = (&'e str, &'e str)>) -> Value {
    fields.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn media_type<'e>(mut fields: impl Iterator<Item = (&'e str, &'e str)>) -> &'e str {
    fields.find(|(name, _)| *name == "content-type").map_or("", |(_, kind)| kind)
}

fn size(kept: &Kept) -> i64 {
    kept.whole_bytes.and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(UNKNOWN)
}

fn lacks(kept: &Kept) -> &'static str {
    kept.lacks.unwrap_or_default()
}
