//! What arrives and what leaves: one request read, one response to send.
//!
//! **Invariant:** nothing here knows a socket, a vendor or the time. A [`Call`] is complete (its body is read)
//! and a [`Reply`] is only data; the server alone turns bytes into the one and the other into bytes.

use std::any::Any;
use std::fmt::Debug;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};

/// One request, read to its end.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method as sent; unknown ones are kept as they are.
    pub method: Method,
    /// The authority the client asked for (`Host`, or `:authority` in HTTP/2), port included; empty when none was sent.
    pub host: String,
    /// The path as sent, still percent-encoded, beginning with `/`.
    pub path: String,
    /// The query as sent, without its `?`.
    pub query: Option<String>,
    /// All other header fields.
    pub headers: HeaderMap,
    /// The body, or why there is none to read.
    pub body: Body,
    /// The vendor to whom the listener belongs that this call came in by (`--vendor-listen`).
    pub listener_vendor: Option<Box<str>>,
    /// The client's address; `None` for calls from within, and over Unix sockets.
    pub peer: Option<IpAddr>,
}

/// A request's body.
#[derive(Debug, Clone)]
pub enum Body {
    /// Read to its end; empty when none was sent.
    Whole(Bytes),
    /// Longer than the server reads (`BODY_BYTES_MAX`).
    TooLarge,
    /// The client broke off, or took longer than the server waits.
    Broken,
}

impl Call {
    /// A header's value as text; `None` when absent or not visible ASCII.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The authority without its port and without the dot that may end a full name.
    pub fn host_name(&self) -> &str {
        let name = match self.host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => &self.host,
        };
        name.strip_suffix('.').unwrap_or(name)
    }

    /// How long the request line and the header fields are, in bytes as HTTP/1.1 writes them.
    pub fn head_bytes(&self) -> usize {
        let query = self.query.as_ref().map_or(0, |query| query.len() + 1);
        let line = self.method.as_str().len() + self.path.len() + query + " HTTP/1.1\r\n ".len();
        self.headers
            .iter()
            .fold(line, |sum, (name, value)| sum + name.as_str().len() + value.len() + ": \r\n".len())
    }
}

/// Whether two hexadecimal digits follow every `%` of a path or query (RFC 3986 section 2.1).
pub fn is_percent_encoded(text: &str) -> bool {
    let hex = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' && !(hex(bytes.next()) && hex(bytes.next())) {
            return false;
        }
    }
    true
}

/// One response, not yet sent.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// The header fields; `content-length` and `date` are the server's to add.
    pub headers: HeaderMap,
    /// The body, whole; with [`follow`](Self::follow), how it begins.
    pub body: Bytes,
    /// What the body goes on with, until it or the client ends.
    pub follow: Option<Arc<dyn Follow>>,
    /// How it leaves, where it does not simply leave: whole and at once.
    pub delivery: Option<Box<Delivery>>,
}

/// How a reply leaves: late, or badly.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// How long nothing is sent, in milliseconds.
    pub delay_ms: u64,
    /// How it ends after that.
    pub ending: Ending,
    /// What is let go of once the reply has left, or the client has.
    pub held: Option<Arc<dyn Any + Send + Sync>>,
}

/// How a reply ends, on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// Well: the whole reply.
    #[default]
    Whole,
    /// The connection is reset (RST); over HTTP/2 the stream is. Unix sockets, which know no reset, are closed.
    Reset,
    /// The connection is closed before the first byte of a reply.
    Close,
    /// So many bytes of the body are sent, of as many as were promised; then the connection is closed, over HTTP/2 the
    /// stream reset. A reply without a body is whole, and the last of its connection.
    Truncate {
        /// How many, at most; one less than there are in any case.
        after_bytes: usize,
    },
    /// Bytes that are no HTTP are sent in place of a status line; then the connection is closed.
    Garbage,
    /// The body trickles, ten drops a second, and is whole in the end.
    Drip {
        /// How fast, in bytes a second; 0 counts as 1.
        bytes_per_second: u32,
    },
    /// Nothing is sent until the client leaves or the time is over; then the connection is closed, over HTTP/2 the
    /// stream reset.
    Hang {
        /// The time, in milliseconds.
        at_most_ms: u64,
    },
}

/// A body that goes on. The server asks it again and again what there is more of it.
pub trait Follow: Debug + Send + Sync {
    /// Where it begins.
    fn begins(&self) -> u64;

    /// What there is from here on, and where to go on after that; `None` when it is over. It does not wait.
    fn next(&self, from: u64) -> Option<(Vec<Bytes>, u64)>;

    /// What is sent when there has been nothing for a while, so that a client that is gone is noticed.
    fn sign_of_life(&self) -> Bytes;
}

impl Reply {
    /// A reply without header fields or body.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), follow: None, delivery: None }
    }

    /// The same reply with one header field more (an earlier one of that name is replaced).
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same reply with a body of the given media type.
    #[must_use]
    pub fn with_body(mut self, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.body = body.into();
        self
    }
}

/// A problem of Standin's own, which no vendor has a shape for (RFC 9457): a sentence, and members of its own.
pub fn problem(status: StatusCode, detail: &str, more: Map<String, Value>) -> Reply {
    let title = status.canonical_reason().unwrap_or_default();
    let mut body = Map::new();
    body.insert("title".to_owned(), title.into());
    body.insert("status".to_owned(), status.as_u16().into());
    body.insert("detail".to_owned(), detail.into());
    body.extend(more);
    Reply::new(status).with_body("application/problem+json", Value::Object(body).to_string())
}
