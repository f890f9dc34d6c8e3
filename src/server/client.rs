//! Questions to a running server: is it well, and whatever `standin ctl` asks. An image has neither shell nor curl.
//!
//! **Invariant:** it asks over a socket like any client and shares nothing with the server that answers.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::address::Address;
use super::socket::Socket;

/// Longest head of a reply that is read, in bytes; ours are shorter by far.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// How much of a body is read at a time, in bytes.
const CHUNK_BYTES: usize = 16 * 1024;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The path with its query.
    pub path: &'a str,
    /// The `Host`; without it the address.
    pub host: Option<&'a str>,
    /// A bearer token.
    pub token: Option<&'a str>,
    /// The media type and the bytes of a body.
    pub body: Option<(&'a str, &'a [u8])>,
}

/// The head of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    text: String,
}

impl Head {
    /// Reads a head as it came; `None` for what is none of HTTP/1.
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        // RFC 9112 section 4: version SP status SP reason.
        let status = text.split(' ').nth(1)?.parse().ok()?;
        text.starts_with("HTTP/1.").then_some(Self { status, text })
    }

    /// The value of a header, by its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.text.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Asks, and hands status and body over as they come; gives the head. `timeout_ms` is for connecting and for the reply's head.
///
/// # Errors
/// One sentence that says what was found instead of a reply.
pub async fn ask(
    address: &Address,
    request: &Request<'_>,
    timeout_ms: u64,
    mut take: impl FnMut(u16, &[u8]) -> io::Result<()>,
) -> Result<Head, String> {
    let destination = address.as_destination();
    let silent = |error: io::Error| format!("no answer from {destination}: {error}");
    let begun = timeout(Duration::from_millis(timeout_ms), begin(&destination, request)).await;
    let (mut socket, head, rest) = match begun {
        Ok(begun) => begun.map_err(silent)?,
        Err(_) => return Err(format!("no answer from {destination} within {timeout_ms} ms")),
    };
    let head = Head::read(&head).ok_or_else(|| format!("{destination} does not speak HTTP/1.1"))?;
    let status = head.status;
    take(status, &rest).map_err(silent)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match socket.read(&mut chunk).await.map_err(silent)? {
            0 => return Ok(head),
            count => take(status, &chunk[..count]).map_err(silent)?,
        }
    }
}

/// Asks `GET path` of the server that listens on `address`. `Ok` only when it answers 200 within `timeout_ms`.
///
/// # Errors
/// One sentence that says what was found instead.
pub async fn healthy(address: &Address, path: &str, timeout_ms: u64) -> Result<(), String> {
    let request = Request { method: "GET", path, host: None, token: None, body: None };
    // A body that never ends is not well either.
    let asked =
        timeout(Duration::from_millis(timeout_ms), ask(address, &request, timeout_ms, |_, _| Ok(()))).await;
    let late = |_| format!("no answer from {} within {timeout_ms} ms", address.as_destination());
    match asked.map_err(late)??.status {
        200 => Ok(()),
        status => Err(format!("{} answered {status} to GET {path}, not 200", address.as_destination())),
    }
}

/// The address of a name and a port, `standin:8080`.
///
/// # Errors
/// One sentence: the name is unknown.
pub async fn resolve(authority: &str) -> Result<Address, String> {
    let found = lookup_host(authority).await;
    let found = found.map_err(|error| format!("nobody knows {authority}: {error}"))?.next();
    found.map(Address::Tcp).ok_or_else(|| format!("nobody knows {authority}"))
}

/// Sends a request; gives the reply's head, and what of its body came with it.
async fn begin(destination: &Address, request: &Request<'_>) -> io::Result<(Socket, Vec<u8>, Vec<u8>)> {
    let mut socket = Socket::connect(destination).await?;
    socket.write_all(&written(destination, request)).await?;
    let mut read = Vec::new();
    let mut source = (&mut socket).take(HEAD_BYTES_MAX as u64);
    loop {
        let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let rest = read.split_off(end + 4);
            return Ok((socket, read, rest));
        }
        if source.read_buf(&mut read).await? == 0 {
            return Ok((socket, read, Vec::new()));
        }
    }
}

/// By HTTP/1.0 a reply ends with its connection, so that nothing needs to be counted.
fn written(destination: &Address, request: &Request<'_>) -> Vec<u8> {
    let Request { method, path, host, token, body } = request;
    let host = match (host, destination) {
        (Some(host), _) => (*host).to_owned(),
        (None, Address::Tcp(address)) => address.to_string(),
        (None, Address::Unix(_)) => "localhost".to_owned(),
    };
    let mut text = format!("{method} {path} HTTP/1.0\r\nhost: {host}\r\n");
    if let Some(token) = token {
        text += &format!("authorization: Bearer {token}\r\n");
    }
    let (media_type, bytes) = body.unwrap_or_default();
    if body.is_some() {
        text += &format!("content-type: {media_type}\r\ncontent-length: {}\r\n", bytes.len());
    }
    [text.as_bytes(), b"\r\n", bytes].concat()
}
