//! Representation: the only place that reads a body, and the only one that chooses a shape, a header or a status.
//!
//! | file | does |
//! |---|---|
//! | [`mod@query`] | parameters, and which part of a list they ask for |
//! | [`mod@rest`] | a vendor's own JSON or form, to [`Input`] |
//! | [`mod@scim`] | SCIM messages, to [`Input`] |
//! | [`mod@discovery`] | what a SCIM api says about itself |
//! | [`mod@cursor`] | where the next page begins, opaque |
//! | [`mod@version`] | versions of records as entity tags, and what a client says of them |
//! | [`mod@bulk`] | a bulk job, to the calls that its operations stand for, and back |
//! | [`mod@face`] | a record as a surface shows it, rendered once and kept with the record |
//! | [`mod@links`] | which records stand beside it, as ids or as entries |
//! | [`mod@answer`] | [`Outcome`](crate::operation::Outcome) to [`Reply`](crate::call::Reply) |
//! | [`mod@levels`] | what a reply says of rate limits |
//! | [`mod@failure`] | [`Fault`] to [`Reply`](crate::call::Reply) |
//!
//! **Invariant:** nothing here changes a record or decides whether a call may pass.

pub mod answer;
pub mod bulk;
pub mod cursor;
pub mod discovery;
pub mod face;
pub mod failure;
pub mod levels;
pub mod links;
pub mod query;
pub mod rest;
pub mod scim;
pub mod version;

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::{Map, Value};

use self::cursor::Walk;
use crate::call::{Body, Call};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::oauth::{RevocationRequest, TokenRequest};
use crate::operation::{Condition, Input, Target, Want, Who};
use crate::profile::model::{Api, ApiKind, Does, Endpoint, Profile, Token};
use crate::record::id::Ids;
use crate::scim::projection::Projection;

/// The surface that a call came to.
#[derive(Debug, Clone, Copy)]
pub struct Surface<'a> {
    /// The vendor.
    pub profile: &'a Profile,
    /// The api.
    pub api: &'a Api,
    /// How it names records, by record type.
    pub ids: &'a [Option<Ids<'a>>],
    /// The call.
    pub call: &'a Call,
    /// The organization of the caller; empty as long as nobody knows it.
    pub organization: &'a str,
    /// The sandbox's time.
    pub now_ms: i64,
    /// The api's base as the client reached it, `http://127.0.0.1:8080/acme/v2`.
    pub base_url: &'a str,
}

/// What a call asks, and what its reply has to know of it.
#[derive(Debug)]
pub struct Reading {
    /// What to do.
    pub input: Input,
    /// What the reply repeats or depends on.
    pub echo: Echo,
    /// The scopes that a credential needs for what the body says, beyond the endpoint's.
    pub scopes: Vec<String>,
}

/// What a reply has to know of its call.
#[derive(Debug, Default)]
pub struct Echo {
    /// Which attributes are wanted (SCIM).
    pub projection: Option<Projection>,
    /// The page number (from 1).
    pub page: usize,
    /// The size of a page.
    pub size: usize,
    /// The walk that a page by cursor is part of (SCIM).
    pub walk: Option<Walk>,
    /// Which entry of a list of resource types or schemas (SCIM).
    pub entry: usize,
}

/// Reads what a call asks of an endpoint.
///
/// # Errors
/// What is wrong with its parameters or its body.
pub fn read(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    vendor: usize,
    id: Option<String>,
    notes: &mut Notes,
) -> Result<Reading, Fault> {
    match surface.api.kind {
        ApiKind::Rest => rest::read(surface, endpoint, id, notes),
        ApiKind::Scim => match endpoint.does {
            Does::Describe(document) => discovery::read(surface, endpoint, document, id, notes),
            _ => scim::read(surface, endpoint, id, notes),
        },
        ApiKind::OAuth => {
            let authorization = surface.call.header(&http::header::AUTHORIZATION);
            let Some(token) = surface.api.token.as_ref() else { return Err(Fault::UnknownRoute) };
            let form =
                media_type(surface.call).is_none_or(|sent| sent == "application/x-www-form-urlencoded");
            if !form {
                let what = "the body must be application/x-www-form-urlencoded";
                return Err(Fault::OAuth(crate::oauth::Error::new(
                    crate::oauth::ErrorCode::InvalidRequest,
                    what,
                )));
            }
            let (form, ways) = (whole(surface.call)?, token.authentication);
            let credential = surface.api.credential;
            let input = if endpoint.does == Does::Revoke {
                let request = RevocationRequest::read(authorization, &form, ways).map_err(Fault::OAuth)?;
                Input::Revoke { request, vendor, credential }
            } else {
                let request = TokenRequest::read(authorization, &form, ways).map_err(Fault::OAuth)?;
                let Token { expires_ms, one_per_client, .. } = *token;
                Input::Token { request, vendor, credential, expires_ms, one_per_client }
            };
            Ok(Reading { input, echo: Echo::default(), scopes: Vec::new() })
        }
    }
}

impl<'a> Surface<'a> {
    /// The record that an id names on this surface.
    fn target(&self, record: usize, id: Option<String>, want: Want) -> Target {
        let id = id.unwrap_or_default();
        let who = self.serial(record, &id).map_or(Who::Nobody, Who::Serial);
        Target { record, who, id, want, condition: Condition::default() }
    }

    /// The serial behind an id of this surface.
    fn serial(&self, record: usize, id: &str) -> Option<u64> {
        self.ids.get(record).and_then(Option::as_ref).and_then(|ids| ids.serial(id))
    }

    /// Writes the id of a record on this surface, as JSON.
    fn write_id(&self, record: usize, serial: u64, out: &mut Vec<u8>) {
        out.push(b'"');
        if let Some(ids) = self.ids.get(record).and_then(Option::as_ref) {
            ids.write(serial, out);
        }
        out.push(b'"');
    }

    /// The id of a record on this surface.
    fn id(&self, record: usize, serial: u64) -> String {
        self.ids.get(record).and_then(Option::as_ref).map_or_else(String::new, |ids| ids.id(serial))
    }
}

/// The body, read to its end.
fn whole(call: &Call) -> Result<Bytes, Fault> {
    match &call.body {
        Body::Whole(bytes) => Ok(bytes.clone()),
        Body::TooLarge => Err(Fault::BodyTooLarge),
        Body::Broken => Err(Fault::BadBody { detail: "the body broke off".to_owned() }),
    }
}

/// The media type of the body, lower case and without parameters; `None` when none is said.
fn media_type(call: &Call) -> Option<String> {
    let sent = call.header(&http::header::CONTENT_TYPE)?;
    let kind = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (!kind.is_empty()).then_some(kind)
}

/// The media type in which a SCIM client is answered: SCIM's own, but for one that reads plain JSON alone (RFC 7644
/// section 8.1).
fn scim_json(call: &Call) -> &'static str {
    let Some(accept) = call.header(&http::header::ACCEPT) else { return answer::SCIM_JSON };
    let kinds = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    let takes =
        |wanted: &[&str]| kinds.clone().any(|kind| wanted.iter().any(|one| one.eq_ignore_ascii_case(kind)));
    let takes_scim = takes(&[answer::SCIM_JSON, "application/*", "*/*"]);
    if !takes_scim && takes(&[answer::JSON]) { answer::JSON } else { answer::SCIM_JSON }
}

/// Whether a media type is JSON: `application/json` or a `+json` type.
fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// The JSON object in a body.
fn json_object(call: &Call) -> Result<Map<String, Value>, Fault> {
    object_of(&whole(call)?)
}

/// The JSON object in these bytes.
fn object_of(bytes: &[u8]) -> Result<Map<String, Value>, Fault> {
    let bad = |detail: String| Fault::BadBody { detail };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(bad("a JSON object is expected, and the body is empty".to_owned()));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| bad(format!("the body is not UTF-8 at byte {}", error.valid_up_to())))?;
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(bad("a JSON object is expected, and the body is another value".to_owned())),
        Err(error) => Err(bad(format!("the body is not JSON: {error}"))),
    }
}

/// A name that the JSON object in these bytes gives twice: reading it keeps only the last. The bytes must be an object.
fn name_twice(bytes: &[u8]) -> Option<String> {
    let mut seen = HashSet::new();
    let (mut depth, mut is_name, mut at) = (0_usize, false, 0);
    while let Some(byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                at += 1;
                while bytes.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if bytes.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
            }
            _ => {}
        }
        // A name of the outermost object is the first text behind its `{` or a comma.
        if *byte == b'"' && depth == 1 && is_name {
            let name: String = serde_json::from_slice(bytes.get(start..=at)?).ok()?;
            if !seen.insert(name.clone()) {
                return Some(name);
            }
        }
        is_name = depth == 1 && (matches!(byte, b'{' | b',') || is_name && byte.is_ascii_whitespace());
        at += 1;
    }
    None
}

/// Notes the advisories that wait for attributes that are sent. One that is null or `[]` is as good as not sent (RFC 7643
/// section 2.5).
fn note_sent(profile: &Profile, body: &Map<String, Value>, notes: &mut Notes) {
    let has_value = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    for (index, advisory) in profile.advisories.iter().enumerate() {
        if advisory.sent.iter().any(|path| path.get_in(body).is_some_and(has_value)) {
            notes.sent.push(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::name_twice;

    #[test]
    fn a_name_of_the_outermost_object_stands_once() {
        let check = |text: &str, wanted: Option<&str>| {
            assert_eq!(name_twice(text.as_bytes()).as_deref(), wanted, "{text}");
        };
        check(r#"{"a": "a", "b": {"a": 1, "a": 2}, "c": ["a", "a", {"b": 1}]}"#, None);
        check(r#" { "a" : 1 , "b" : "\\", "a":2}"#, Some("a"));
        check(r#"{"a\"b": "x", "a\u0022b": 1}"#, Some("a\"b"));
        check(r#"{"a": {}, "b": [], "a": {}}"#, Some("a"));
        check("{}", None);
    }
}
