//! One question to a running server: is it well? For `HEALTHCHECK` in an image that has neither shell nor client.
//!
//! **Invariant:** it asks over a socket like any client and shares nothing with the server that answers.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::address::Address;
use super::socket::Socket;

/// Longest status line that is read, in bytes; ours is shorter by far.
const STATUS_LINE_BYTES_MAX: usize = 256;

/// Asks `GET path` of the server that listens on `address`. `Ok` only when it answers 200 within `timeout_ms`.
///
/// # Errors
/// One sentence that says what was found instead.
pub async fn healthy(address: &Address, path: &str, timeout_ms: u64) -> Result<(), String> {
    let destination = address.as_destination();
    let line = match timeout(Duration::from_millis(timeout_ms), status_line(&destination, path)).await {
        Ok(Ok(line)) => line,
        Ok(Err(error)) => return Err(format!("no answer from {destination}: {error}")),
        Err(_) => return Err(format!("no answer from {destination} within {timeout_ms} ms")),
    };
    // RFC 9112 section 4: version SP status SP reason.
    match line.split(' ').nth(1) {
        Some("200") => Ok(()),
        Some(status) if line.starts_with("HTTP/1.") => {
            Err(format!("{destination} answered {status} to GET {path}, not 200"))
        }
        _ => Err(format!("{destination} does not speak HTTP/1.1")),
    }
}

async fn status_line(destination: &Address, path: &str) -> io::Result<String> {
    let host = match destination {
        Address::Tcp(address) => address.to_string(),
        Address::Unix(_) => "localhost".to_owned(),
    };
    let mut socket = Socket::connect(destination).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await?;
    let mut line = Vec::with_capacity(STATUS_LINE_BYTES_MAX);
    let mut source = socket.take(STATUS_LINE_BYTES_MAX as u64);
    while !line.contains(&b'\n') && source.read_buf(&mut line).await? > 0 {}
    let end = line.iter().position(|&byte| byte == b'\r' || byte == b'\n').unwrap_or(line.len());
    line.truncate(end);
    Ok(String::from_utf8_lossy(&line).into_owned())
}
