//! The edge from outside: real sockets, a stub for everything behind them.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::socket::Socket;
use super::{Address, Answer, Door, Limits, open, run};
use crate::call::{Body, Call, Reply};

mod bounds;
mod ending;
mod ending_http2;
mod exchange;
mod start_and_stop;

/// Long enough for a slow machine; a test that reaches it has failed.
const PATIENCE_MS: u64 = 20_000;

/// Well below the time for which a running call may hold up the stop.
const AT_ONCE_MS: u64 = 1_000;

/// A running server and the way to stop it.
struct Server {
    doors: Vec<(Address, Option<Box<str>>)>,
    stop: oneshot::Sender<()>,
    run: JoinHandle<()>,
}

impl Server {
    async fn start() -> Self {
        Self::start_with(Limits::default(), stub).await
    }

    async fn start_with(limits: Limits, answer: impl Answer) -> Self {
        Self::start_at(vec![door("127.0.0.1:0", None)], limits, answer).await
    }

    async fn start_at(doors: Vec<Door>, limits: Limits, answer: impl Answer) -> Self {
        let open = open(doors).await.unwrap();
        let doors = open.addresses();
        let (stop, stopped) = oneshot::channel();
        let run = tokio::spawn(run(open, Arc::new(answer), limits, async {
            let _ = stopped.await;
        }));
        Self { doors, stop, run }
    }

    async fn client(&self) -> Client {
        Client::to(&self.doors[0].0).await
    }

    /// Asks it to stop; the future ends with it.
    fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.run
    }
}

fn door(address: &str, vendor: Option<&str>) -> Door {
    Door { address: address.parse().unwrap(), vendor: vendor.map(Into::into) }
}

/// Says what it was asked.
fn stub(call: &Call) -> Reply {
    assert_ne!(call.path, "/panic", "asked to fall over");
    let Call { method, host, path, query, body, listener_vendor, .. } = call;
    let (status, body) = match body {
        Body::Whole(bytes) => (StatusCode::OK, bytes.len().to_string()),
        Body::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too large".to_owned()),
        Body::Broken => (StatusCode::BAD_REQUEST, "broken".to_owned()),
    };
    let status = if path == "/204" { StatusCode::NO_CONTENT } else { status };
    let said = format!("{method} {path} {query:?} {host} {body} {listener_vendor:?}");
    Reply::new(status).with_body("text/plain", said)
}

/// A client that knows only bytes.
struct Client {
    socket: Socket,
    unread: Vec<u8>,
}

/// What it received.
struct Received {
    status: u16,
    head: String,
    body: String,
}

impl Client {
    async fn to(address: &Address) -> Self {
        Self { socket: Socket::connect(address).await.unwrap(), unread: Vec::new() }
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        timeout(Duration::from_millis(PATIENCE_MS), self.socket.write_all(bytes.as_ref()))
            .await
            .unwrap()
            .unwrap();
    }

    /// More bytes; none at the end.
    async fn more(&mut self) -> usize {
        let read = self.socket.read_buf(&mut self.unread);
        timeout(Duration::from_millis(PATIENCE_MS), read).await.expect("the server is silent").unwrap()
    }

    async fn head(&mut self) -> (u16, String) {
        loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = self.unread.split_off(end + 4);
                let head = String::from_utf8(std::mem::replace(&mut self.unread, rest)).unwrap();
                return (head[9..12].parse().unwrap(), head);
            }
            assert_ne!(
                self.more().await,
                0,
                "ended inside a head: {:?}",
                String::from_utf8_lossy(&self.unread)
            );
        }
    }

    async fn receive(&mut self) -> Received {
        let (status, head) = self.head().await;
        let length = match header(&head, "content-length") {
            Some(length) => length.parse().unwrap(),
            None => 0,
        };
        while self.unread.len() < length {
            assert_ne!(self.more().await, 0, "ended inside a body");
        }
        let rest = self.unread.split_off(length);
        let body = String::from_utf8(std::mem::replace(&mut self.unread, rest)).unwrap();
        Received { status, head, body }
    }

    async fn ask(&mut self, request: &str) -> Received {
        self.send(request).await;
        self.receive().await
    }

    /// Waits for the server to close, properly: a reset is an error.
    async fn is_closed(&mut self) {
        assert_eq!(self.more().await, 0, "{:?}", String::from_utf8_lossy(&self.unread));
        assert_eq!(self.unread, b"");
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a.test:1\r\n\r\n")
}
