//! What a row of the table is, and a call as a row reads it.

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};

use super::Desk;
use super::problem::Problem;
use super::shape::{self, Field, Fields, Kind};
use super::table::Found;
use crate::call::{Body, Call, Reply};

/// One call that the control API answers.
#[derive(Debug)]
pub struct Row {
    /// The method. GET answers HEAD too.
    pub method: Method,
    /// The path below [`ROOT`](super::ROOT), `/v1/sandboxes/{sandbox}`.
    pub path: &'static str,
    /// Its name, unlike that of any other: a verb and a noun, `delete_sandbox`.
    pub name: &'static str,
    /// What it does, in a sentence or two.
    pub about: &'static str,
    /// Parameters of the query.
    pub query: &'static [Field],
    /// The body.
    pub takes: Takes,
    /// What comes when it goes well.
    pub gives: &'static [(u16, Gives)],
    /// Statuses of its own when it does not, beside those that follow from path, query and body.
    pub refuses: &'static [u16],
    /// Whether anybody may call it, without token and from anywhere: it tells nothing and changes nothing.
    pub is_open: bool,
    /// Does it.
    pub(super) run: fn(&Desk, &Ask<'_>) -> Result<Reply, Problem>,
}

/// What a row reads of a body.
#[derive(Debug)]
pub enum Takes {
    /// None; one that is sent to POST or PUT is empty, or an empty object.
    Nothing,
    /// A JSON object, whatever the `Content-Type`; none is an empty one.
    Object(&'static [Field]),
    /// Bytes of one of these media types, which the row itself reads.
    Bytes(&'static [&'static str]),
}

/// What a reply has for a body.
#[derive(Debug)]
pub enum Gives {
    /// None.
    Nothing,
    /// JSON.
    Json(Kind),
    /// Problem details, by a status that is no success: a health check's.
    Problem,
    /// Something else, of this media type.
    Media(&'static str),
}

/// A call as its row reads it: path, query and body are checked.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    /// The row.
    pub row: &'static Row,
    /// The call.
    pub call: &'a Call,
    segments: Vec<(&'static str, String)>,
    query: Map<String, Value>,
    body: Map<String, Value>,
}

impl<'a> Ask<'a> {
    /// Reads a call.
    pub fn read(found: Found, call: &'a Call) -> Result<Self, Problem> {
        let Found { row, segments } = found;
        let query = query(row.query, call.query.as_deref().unwrap_or_default())?;
        let body = match row.takes {
            Takes::Nothing if !matches!(row.method, Method::POST | Method::PUT) => Map::new(),
            Takes::Nothing => object(whole(call)?, &[])?,
            Takes::Object(fields) => object(whole(call)?, fields)?,
            Takes::Bytes(_) => {
                whole(call)?;
                Map::new()
            }
        };
        Ok(Self { row, call, segments, query, body })
    }

    /// The root of URLs as the caller has it, `http://127.0.0.1:8080`.
    pub fn root(&self) -> String {
        let host = &self.call.host;
        if host.is_empty() { String::new() } else { format!("http://{host}") }
    }

    /// What stands in the path for `{name}`.
    pub fn segment(&self, name: &str) -> &str {
        self.segments.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }

    /// The parameters of the query.
    pub fn query(&self) -> Fields<'_> {
        Fields(&self.query)
    }

    /// The members of the body.
    pub fn body(&self) -> Fields<'_> {
        Fields(&self.body)
    }

    /// The body as it came, for rows that take [`Takes::Bytes`].
    pub fn bytes(&self) -> &[u8] {
        match &self.call.body {
            Body::Whole(bytes) => bytes,
            Body::TooLarge | Body::Broken => &[],
        }
    }
}

/// A reply of JSON.
pub(super) fn json(status: StatusCode, body: &Value) -> Reply {
    Reply::new(status).with_body("application/json", body.to_string())
}

/// 200 with JSON.
pub(super) fn ok(body: &Value) -> Result<Reply, Problem> {
    Ok(json(StatusCode::OK, body))
}

/// 201 with JSON, and where the new thing is.
pub(super) fn created(at: &str, body: &Value) -> Result<Reply, Problem> {
    let reply = json(StatusCode::CREATED, body);
    Ok(match HeaderValue::try_from(at) {
        Ok(at) => reply.with_header(http::header::LOCATION, at),
        Err(_) => reply,
    })
}

/// 204.
pub(super) fn done() -> Result<Reply, Problem> {
    Ok(Reply::new(StatusCode::NO_CONTENT))
}

fn whole(call: &Call) -> Result<&Bytes, Problem> {
    match &call.body {
        Body::Whole(bytes) => Ok(bytes),
        Body::TooLarge => {
            let sentence = "the body is longer than the server reads; send less of it at a time";
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, sentence))
        }
        Body::Broken => {
            let sentence = "the body did not come to its end in time; send it again";
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, sentence))
        }
    }
}

fn object(bytes: &Bytes, fields: &'static [Field]) -> Result<Map<String, Value>, Problem> {
    let value = match bytes.trim_ascii() {
        [] => Value::Object(Map::new()),
        bytes => serde_json::from_slice(bytes)
            .map_err(|error| Problem::invalid(format!("the body is no JSON: {error}; send an object")))?,
    };
    shape::check("", &value, &Kind::Object(fields)).map_err(Problem::invalid)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

fn query(fields: &'static [Field], text: &str) -> Result<Map<String, Value>, Problem> {
    let mut members = Map::new();
    for (name, text) in form_urlencoded::parse(text.as_bytes()) {
        let kind = fields.iter().find(|field| field.name == name).map(|field| field.kind);
        let value = kind.map_or(Value::Null, |kind| shape::from_text(&kind, &text));
        if members.insert(name.to_string(), value).is_some() {
            return Err(Problem::invalid(format!("the parameter `{name}` stands there twice; send it once")));
        }
    }
    let members = Value::Object(members);
    shape::check("", &members, &Kind::Object(fields)).map_err(Problem::invalid)?;
    match members {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}
