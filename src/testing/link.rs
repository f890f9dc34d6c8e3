//! The control API, called without a socket.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Error;
use crate::call::{Body, Call};
use crate::control::{Desk, ROOT};
use crate::profile::fixed::ORGANIZATIONS;
use crate::profile::grammar::duration_text;
use crate::profile::suggest::instead;

/// What stands for itself in a segment of a path (RFC 3986 section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A way to a server of this process.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub desk: Arc<Desk>,
    /// `http://127.0.0.1:41234`.
    pub url: String,
}

impl Link {
    /// Asks for something: what comes, null when that is nothing.
    ///
    /// # Errors
    /// The problem's own sentence.
    pub fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value, Error> {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (path, None),
        };
        let sent = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let reply = self.desk.answer(&Call {
            method,
            host: self.url.strip_prefix("http://").unwrap_or_default().to_owned(),
            path: format!("{ROOT}/v1{path}"),
            query,
            headers: HeaderMap::new(),
            body: Body::Whole(sent),
            listener_vendor: None,
            peer: None,
        });
        let told: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        if reply.status.is_success() {
            return Ok(told);
        }
        let sentence = told["detail"].as_str().map_or_else(|| reply.status.to_string(), str::to_owned);
        Err(Error::new(sentence))
    }

    /// Puts the fixed credentials in place of the masked ones of the default sandbox.
    pub fn tell_fixed_credentials(&self, sandbox: &mut Value) {
        let Some(vendors) = sandbox["vendors"].as_object_mut() else { return };
        for (vendor, told) in vendors {
            let fixed = |organization| self.desk.engine().default_credentials(vendor, organization);
            tell(&mut told["credentials"], fixed(ORGANIZATIONS[0]));
            for (organization, told) in told["organizations"].as_object_mut().into_iter().flatten() {
                tell(&mut told["credentials"], fixed(organization));
            }
        }
    }
}

/// Credentials by name, as token or client id, and an OAuth client's secret.
fn tell(credentials: &mut Value, fixed: Vec<(String, String, Option<String>)>) {
    for (name, token, secret) in fixed {
        match secret {
            Some(secret) => credentials[name]["client_secret"] = secret.into(),
            None => credentials[name]["token"] = token.into(),
        }
    }
}

/// What the control API has for "there is no such thing": the name, and what to write instead.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
    Error::new(format!("there is no {what} `{name}`; {}", instead(name, known)))
}

/// A length of time as the control API takes it.
pub(super) fn duration(time: Duration) -> String {
    duration_text(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// A name as a segment of a path, or as a part of a query.
pub(super) fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}
