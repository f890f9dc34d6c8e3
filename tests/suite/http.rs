//! HTTP/1.1 by hand, over a socket: enough for the suites that must see what is really sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How long an answer may take before a test gives up.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A response as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The status line, without its line break.
    pub line: String,
    /// The header fields in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A header's value; the name is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }
}

/// A connection that stays open between calls.
pub struct Connection {
    stream: BufReader<Box<dyn Stream>>,
}

trait Stream: Read + Write {}
impl Stream for TcpStream {}
impl Stream for UnixStream {}

impl Connection {
    /// Connects to `127.0.0.1:PORT` or `unix:PATH`.
    pub fn to(address: &str) -> Self {
        let stream: Box<dyn Stream> = match address.strip_prefix("unix:") {
            Some(path) => {
                let stream = UnixStream::connect(path).expect("the socket file is there");
                stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
                Box::new(stream)
            }
            None => {
                let stream = TcpStream::connect(address).expect("somebody listens");
                stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
                stream.set_nodelay(true).expect("no delay");
                Box::new(stream)
            }
        };
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes as they are. That the server has hung up already is no failure: its answer may be there.
    pub fn send(&mut self, bytes: &[u8]) {
        let stream = self.stream.get_mut();
        let _ = stream.write_all(bytes).and_then(|()| stream.flush());
    }

    /// Reads one response; `method` tells whether it has a body.
    pub fn receive(&mut self, method: &str) -> Response {
        let line = self.line();
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut headers = Vec::new();
        loop {
            let field = self.line();
            match field.split_once(": ") {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None => break,
            }
        }
        let status = status.unwrap_or_else(|| panic!("no status line but {line:?}"));
        let mut response = Response { status, line, headers, body: Vec::new() };
        let length = response.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if method != "HEAD" {
            response.body.resize(length, 0);
            self.stream.read_exact(&mut response.body).expect("the whole body");
        }
        response
    }

    /// Whether the server has closed its side.
    pub fn is_over(&mut self) -> bool {
        self.stream.fill_buf().map_or(true, <[u8]>::is_empty)
    }

    /// Sends a call and reads its response.
    pub fn call(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        self.send(&request(method, path, headers, body));
        self.receive(method)
    }

    /// Reads a line, without its line break.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}

/// One call on a connection of its own.
pub fn call(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    Connection::to(address).call(method, path, headers, body)
}

/// A request; `host` is `localhost` unless it is among the headers.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    if headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("host")) {
        text += "host: localhost\r\n";
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() || ["POST", "PUT", "PATCH"].contains(&method) {
        text += &format!("content-length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}
