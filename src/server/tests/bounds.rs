//! What is too large, too slow, too many or not HTTP at all.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use hyper::body::Frame;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Interval, interval, timeout};

use super::{Server, get, header, stub};
use crate::call::Call;
use crate::server::socket::Socket;
use crate::server::{BODY_BYTES_MAX, HEADER_BYTES_MAX, Limits, is_of_the_peer};

#[tokio::test]
async fn a_body_beyond_the_bound_is_answered_and_the_connection_ends() {
    let server = Server::start().await;
    let body = "x".repeat(BODY_BYTES_MAX + 1);
    let length = body.len();
    let chunked = "transfer-encoding: chunked";
    for (head, body) in [
        (format!("content-length: {length}"), body.clone()),
        (format!("content-length: {}", 4 * length), body.repeat(4)),
        (chunked.to_owned(), format!("{length:x}\r\n{body}\r\n0\r\n\r\n")),
        (chunked.to_owned(), format!("{length:x}\r\n{body}\r\n").repeat(4)),
    ] {
        let mut client = server.client().await;
        // The whole body is written before a byte of the answer is read, as simple clients do.
        client.send(format!("POST /a HTTP/1.1\r\nhost: b\r\n{head}\r\n\r\n{body}")).await;
        let received = client.receive().await;
        assert_eq!(
            (received.status, received.body.as_str()),
            (413, "POST /a None b too large None"),
            "{head}"
        );
        assert_eq!(header(&received.head, "connection"), Some("close"));
        client.is_closed().await;
    }
}

/// Ten bytes, one every few milliseconds; counts those that were taken.
struct Trickle(Interval, Arc<AtomicUsize>);

impl hyper::body::Body for Trickle {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.1.load(Ordering::Relaxed) == 10 {
            return Poll::Ready(None);
        }
        ready!(self.0.poll_tick(context));
        self.1.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
    }
}

/// curl takes the reset of a stream on which it still sends for the answer.
#[tokio::test]
async fn a_stream_is_not_reset_under_a_client_that_still_sends() {
    let server = Server::start_with(Limits { body_bytes_max: 5, ..Limits::default() }, stub).await;
    let Socket::Tcp(socket) = server.client().await.socket else { panic!("not TCP") };
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
    let client = tokio::spawn(connection);
    let taken = Arc::new(AtomicUsize::new(0));
    let body = Trickle(interval(Duration::from_millis(5)), Arc::clone(&taken));
    let request = Request::post("http://a.test/a").body(body).unwrap();
    let reply = sender.send_request(request).await.unwrap();
    assert_eq!((reply.status().as_u16(), taken.load(Ordering::Relaxed)), (413, 10));
    client.abort();
}

#[tokio::test]
async fn who_asks_before_sending_too_much_need_not_send_it() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let length = BODY_BYTES_MAX + 1;
    let request =
        format!("POST /a HTTP/1.1\r\nhost: b\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n");
    assert_eq!(client.ask(&request).await.status, 413);
    client.is_closed().await;
}

#[tokio::test]
async fn a_body_of_just_the_bound_is_read() {
    let server = Server::start_with(Limits { body_bytes_max: 5, ..Limits::default() }, stub).await;
    let mut client = server.client().await;
    for (body, status) in [("12345", 200), ("123456", 413)] {
        let length = body.len();
        let request = format!("POST /a HTTP/1.1\r\nhost: b\r\ncontent-length: {length}\r\n\r\n{body}");
        assert_eq!(client.ask(&request).await.status, status);
    }
}

#[tokio::test]
async fn a_broken_or_slow_body_is_answered_and_the_connection_ends() {
    let server = Server::start_with(Limits { body_read_ms_max: 20, ..Limits::default() }, stub).await;
    for (head, body, is_cut) in [
        ("content-length: 9", "1234", true),
        ("content-length: 9", "1234", false),
        ("transfer-encoding: chunked", "4\r\n12", true),
        ("transfer-encoding: chunked", "4\r\n12", false),
        ("transfer-encoding: chunked", "nonsense\r\n", false),
    ] {
        let mut client = server.client().await;
        client.send(format!("POST /a HTTP/1.1\r\nhost: b\r\n{head}\r\n\r\n{body}")).await;
        if is_cut {
            client.socket.shutdown().await.unwrap();
        }
        let received = client.receive().await;
        assert_eq!((received.status, received.body.as_str()), (400, "POST /a None b broken None"), "{head}");
        assert_eq!(header(&received.head, "connection"), Some("close"));
        if !is_cut {
            client.socket.shutdown().await.unwrap();
        }
        client.is_closed().await;
    }
}

#[tokio::test]
async fn what_is_no_good_request_is_refused() {
    let server = Server::start().await;
    let many = "a: b\r\n".repeat(101);
    let large = "x".repeat(HEADER_BYTES_MAX);
    let flood = large.repeat(24);
    for (bytes, status) in [
        ("nonsense\r\n\r\n".to_owned(), 400),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n"), 431),
        (format!("GET / HTTP/1.1\r\nhost: a\r\na: {large}\r\n\r\n"), 431),
        (format!("GET / HTTP/1.1\r\nhost: a\r\na: {flood}\r\n\r\n"), 431),
    ] {
        let mut client = server.client().await;
        client.send(&bytes).await;
        assert_eq!(client.receive().await.status, status);
        client.is_closed().await;
    }
    assert_eq!(server.client().await.ask(&get("/")).await.status, 200);
}

#[tokio::test]
async fn headers_within_the_bound_are_read() {
    let server = Server::start().await;
    let large = "x".repeat(HEADER_BYTES_MAX - 100);
    let request = format!("GET / HTTP/1.1\r\nhost: a\r\na: {large}\r\n\r\n");
    assert_eq!(server.client().await.ask(&request).await.status, 200);
}

#[tokio::test]
async fn who_lets_the_server_wait_is_sent_away() {
    let limits = Limits { header_read_ms_max: 20, idle_ms_max: 40, ..Limits::default() };
    let server = Server::start_with(limits, stub).await;
    for (sent, status) in [
        ("", None),
        ("P", Some(408)),
        ("GET / HT", Some(408)),
        ("GET / HTTP/1.1\r\nhost: a\r\n", Some(408)),
        ("PRI * HTTP/2.0\r\n\r\n", None),
    ] {
        for is_first in [true, false] {
            let mut client = server.client().await;
            if !is_first {
                assert_eq!(client.ask(&get("/")).await.status, 200);
            }
            client.send(sent).await;
            match status {
                Some(status) => assert_eq!(client.receive().await.status, status, "{sent}"),
                None if !is_first && !sent.is_empty() => continue,
                None => {}
            }
            client.is_closed().await;
        }
    }
}

#[tokio::test]
async fn a_call_may_take_longer_than_a_pause() {
    let limits = Limits { header_read_ms_max: 10, idle_ms_max: 10, ..Limits::default() };
    let server = Server::start_with(limits, stub).await;
    let mut client = server.client().await;
    client.send("POST /a HTTP/1.1\r\nhost: b\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n").await;
    assert_eq!(client.head().await.0, 100);
    // Nothing is awaited here but the passing of time, several times the patience of the server.
    let silence = timeout(Duration::from_millis(100), client.socket.read_u8()).await;
    assert!(silence.is_err(), "{silence:?}");
    assert_eq!(client.ask("x").await.status, 200);
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_for_another_to_end() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let answer = {
        let order = Arc::clone(&order);
        move |call: &Call| {
            order.lock().unwrap().push(call.path.clone());
            stub(call)
        }
    };
    let server = Server::start_with(Limits { connections_max: 2, ..Limits::default() }, answer).await;
    let (mut first, mut second) = (server.client().await, server.client().await);
    for client in [&mut first, &mut second] {
        assert_eq!(client.ask(&get("/in")).await.status, 200);
    }
    let mut third = server.client().await;
    third.send(get("/surplus")).await;
    for _ in 0..50 {
        assert_eq!(first.ask(&get("/in")).await.status, 200);
    }
    assert!(!order.lock().unwrap().contains(&"/surplus".to_owned()));
    drop(second);
    assert_eq!(third.receive().await.status, 200);
}

#[test]
fn only_the_peers_own_errors_are_passed_over() {
    // EMFILE and ENFILE have one number on all systems, and no kind.
    let no_descriptor = [24, 23].map(io::Error::from_raw_os_error);
    let kinds = [io::ErrorKind::OutOfMemory, io::ErrorKind::Other].map(io::Error::from);
    for error in no_descriptor.into_iter().chain(kinds) {
        assert!(!is_of_the_peer(&error), "{error}");
    }
    for kind in [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset] {
        assert!(is_of_the_peer(&kind.into()), "{kind}");
    }
}
