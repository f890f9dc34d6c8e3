//! Replies that leave late, or badly, as a client of HTTP/1.1 sees them.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, StatusCode};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::{AT_ONCE_MS, Client, PATIENCE_MS, Server, door, get, header};
use crate::call::{Call, Delivery, Ending, Reply};
use crate::server::ending::Drip;
use crate::server::line::GARBAGE;
use crate::server::{Answer, Limits};

/// What every reply has for a body, unless it has none.
pub(super) const BODY: &str = "0123456789abcdefghijklmnopqrst";

/// Longer than any test lives.
pub(super) const FOR_EVER_MS: u64 = 600_000;

/// Long enough that the server has to wait.
pub(super) const A_WHILE_MS: u64 = 60;

/// Answers well below `/well`, and elsewhere with a delivery, after which it hangs up its end of a channel.
pub(super) fn delivering(delay_ms: u64, ending: Ending) -> (impl Answer, Calls) {
    let (begun, calls) = unbounded_channel();
    let (held, released) = unbounded_channel();
    let held = Mutex::new(Some(held));
    let answer = move |call: &Call| {
        let mut reply = match call.path.as_str() {
            "/204" => Reply::new(StatusCode::NO_CONTENT),
            "/empty" => Reply::new(StatusCode::OK),
            _ => Reply::new(StatusCode::OK).with_body("text/plain", BODY),
        };
        if call.path != "/well" {
            let held = held.lock().unwrap().take().map(|held: UnboundedSender<()>| Arc::new(held) as _);
            reply.delivery = Some(Box::new(Delivery { delay_ms, ending, held }));
        }
        let _ = begun.send(call.method.clone());
        reply
    };
    (answer, Calls { calls, released })
}

/// What a test hears of the calls that are answered.
pub(super) struct Calls {
    calls: UnboundedReceiver<Method>,
    released: UnboundedReceiver<()>,
}

impl Calls {
    /// Waits for a call to be answered, though nothing may have left.
    pub(super) async fn answered(&mut self) {
        let call = timeout(Duration::from_millis(PATIENCE_MS), self.calls.recv()).await;
        call.expect("a call").expect("a server");
    }

    /// Waits until what the first bad delivery held is let go of.
    pub(super) async fn released(&mut self) {
        let end = timeout(Duration::from_millis(PATIENCE_MS), self.released.recv()).await;
        assert_eq!(end.expect("the reply has left, or the client has"), None);
    }

    /// Whether it is held still.
    pub(super) fn is_held(&mut self) -> bool {
        self.released.try_recv() == Err(tokio::sync::mpsc::error::TryRecvError::Empty)
    }
}

/// All that comes to the end, and how it ends.
async fn to_the_end(client: &mut Client) -> (String, Option<io::ErrorKind>) {
    use tokio::io::AsyncReadExt;
    let mut bytes = std::mem::take(&mut client.unread);
    let read = client.socket.read_to_end(&mut bytes);
    let read = timeout(Duration::from_millis(PATIENCE_MS), read).await.expect("an end");
    (String::from_utf8_lossy(&bytes).into_owned(), read.err().map(|error| error.kind()))
}

/// How a connection ends on which nothing comes, or garbage.
#[tokio::test]
async fn a_lost_reply_ends_its_connection_as_asked_for() {
    let garbage = String::from_utf8_lossy(GARBAGE).into_owned();
    let reset = Some(io::ErrorKind::ConnectionReset);
    let post = "POST /a HTTP/1.1\r\nhost: b\r\ncontent-length: 3\r\n\r\nxyz".to_owned();
    for (ending, bytes, end) in [
        (Ending::Reset, "", reset),
        (Ending::Close, "", None),
        (Ending::Garbage, garbage.as_str(), None),
        (Ending::Hang { at_most_ms: A_WHILE_MS }, "", None),
    ] {
        for delay_ms in [0, A_WHILE_MS] {
            for request in
                [get("/a"), get("/204"), "HEAD / HTTP/1.0\r\n\r\n".into(), post.clone(), get("/a").repeat(3)]
            {
                let (answer, mut calls) = delivering(delay_ms, ending);
                let server = Server::start_with(Limits::default(), answer).await;
                let mut client = server.client().await;
                client.send(&request).await;
                let received = to_the_end(&mut client).await;
                assert_eq!(received, (bytes.to_owned(), end), "{ending:?} {request}");
                calls.released().await;
                let mut other = server.client().await;
                assert_eq!(other.ask(&get("/well")).await.body, BODY, "only one connection is over");
            }
        }
    }
}

#[tokio::test]
async fn replies_before_a_lost_one_are_whole() {
    for (ending, bytes) in [(Ending::Close, &b""[..]), (Ending::Garbage, GARBAGE)] {
        let (answer, _) = delivering(0, ending);
        let server = Server::start_with(Limits::default(), answer).await;
        let mut client = server.client().await;
        client.send([get("/well"), get("/well"), get("/a"), get("/well")].concat()).await;
        for _ in 0..2 {
            assert_eq!(client.receive().await.body, BODY);
        }
        let end = (String::from_utf8_lossy(bytes).into_owned(), None);
        assert_eq!(to_the_end(&mut client).await, end);
    }
}

/// A client that still writes its body reads its end, not a reset.
#[tokio::test]
async fn who_sends_too_much_sees_the_ending_all_the_same() {
    for (ending, bytes) in [(Ending::Close, &b""[..]), (Ending::Garbage, GARBAGE)] {
        let (answer, _) = delivering(0, ending);
        let server = Server::start_with(Limits { body_bytes_max: 5, ..Limits::default() }, answer).await;
        let mut client = server.client().await;
        let (length, body) = (1 << 20, "x".repeat(1 << 20));
        client.send(format!("POST /a HTTP/1.1\r\nhost: b\r\ncontent-length: {length}\r\n\r\n{body}")).await;
        assert_eq!(to_the_end(&mut client).await, (String::from_utf8_lossy(bytes).into_owned(), None));
    }
}

/// A Unix socket knows no reset.
#[tokio::test]
async fn over_a_unix_socket_a_reset_is_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let unix = format!("unix:{}", folder.path().join("a.sock").display());
    let (answer, _) = delivering(0, Ending::Reset);
    let server = Server::start_at(vec![door(&unix, None)], Limits::default(), answer).await;
    let mut client = server.client().await;
    client.send(get("/a")).await;
    assert_eq!(to_the_end(&mut client).await, (String::new(), None));
}

#[tokio::test]
async fn a_truncated_body_ends_before_its_length() {
    let length = BODY.len();
    for (after_bytes, received) in [(0, 0), (7, 7), (length - 1, length - 1), (length, length - 1), (99, 29)]
    {
        let (answer, mut calls) = delivering(0, Ending::Truncate { after_bytes });
        let server = Server::start_with(Limits::default(), answer).await;
        let mut client = server.client().await;
        client.send(get("/a")).await;
        let (status, head) = client.head().await;
        assert_eq!((status, header(&head, "content-length")), (200, Some("30")));
        assert_eq!(header(&head, "connection"), None, "nobody announces this");
        assert_eq!(to_the_end(&mut client).await, (BODY[..received].to_owned(), None));
        calls.released().await;
    }
}

#[tokio::test]
async fn a_long_body_is_truncated_where_it_should_be() {
    // More than a socket takes at once, to a client that reads nothing before the server has written what it can.
    let length = 32 << 20;
    let answer = move |_: &Call| {
        let ending = Ending::Truncate { after_bytes: length - 1 };
        let mut reply = Reply::new(StatusCode::OK).with_body("text/plain", vec![b'x'; length]);
        reply.delivery = Some(Box::new(Delivery { ending, ..Delivery::default() }));
        reply
    };
    let server = Server::start_with(Limits::default(), answer).await;
    let mut client = server.client().await;
    client.send(get("/a")).await;
    client.head().await;
    let (body, end) = to_the_end(&mut client).await;
    assert_eq!((body.len(), end), (length - 1, None));
}

#[tokio::test]
async fn where_there_is_no_body_nothing_is_cut_short() {
    for (request, status, length) in [
        ("HEAD /a HTTP/1.1\r\nhost: b\r\n\r\n", 200, Some("30")),
        ("GET /204 HTTP/1.1\r\nhost: b\r\n\r\n", 204, None),
        ("GET /empty HTTP/1.1\r\nhost: b\r\n\r\n", 200, Some("0")),
    ] {
        for (ending, connection) in [
            (Ending::Truncate { after_bytes: 1 }, Some("close")),
            (Ending::Drip { bytes_per_second: 1 }, None),
            (Ending::Whole, None),
        ] {
            let (answer, mut calls) = delivering(0, ending);
            let server = Server::start_with(Limits::default(), answer).await;
            let mut client = server.client().await;
            client.send(request).await;
            let (received, head) = client.head().await;
            assert_eq!((received, header(&head, "content-length")), (status, length), "{request}");
            assert_eq!(header(&head, "connection"), connection, "{request} {ending:?}");
            calls.released().await;
            match connection {
                Some(_) => client.is_closed().await,
                None => assert_eq!(client.ask(&get("/well")).await.body, BODY),
            }
        }
    }
}

#[tokio::test]
async fn a_dripping_body_comes_in_pieces_and_the_connection_stays() {
    let (answer, mut calls) = delivering(0, Ending::Drip { bytes_per_second: 100 });
    let server = Server::start_with(Limits::default(), answer).await;
    let mut client = server.client().await;
    client.send(get("/a")).await;
    let (status, head) = client.head().await;
    assert_eq!((status, header(&head, "content-length")), (200, Some("30")));
    assert_eq!(client.unread, b"", "the first drop falls later");
    assert!(calls.is_held());
    let mut pieces = Vec::new();
    while client.unread.len() < BODY.len() {
        pieces.push(client.more().await);
    }
    assert!(pieces.len() > 1, "{pieces:?}");
    assert_eq!(client.unread, BODY.as_bytes());
    client.unread.clear();
    calls.released().await;
    assert_eq!(client.ask(&get("/well")).await.body, BODY);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ten_drops_are_a_second(bytes_per_second in any::<u32>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _inside = runtime.enter();
        for rate in [bytes_per_second, bytes_per_second % 30] {
            let mut drip = Drip::new(rate);
            for _ in 0..3 {
                let sum: usize = (0..10).map(|_| drip.fall()).sum();
                prop_assert_eq!(sum, rate.max(1) as usize);
            }
        }
    }
}

#[tokio::test]
async fn a_late_reply_is_whole_and_the_connection_stays() {
    // Several times the patience that the server has with peers who owe it something.
    let limits = Limits { header_read_ms_max: 5, idle_ms_max: 10, ..Limits::default() };
    for paths in [&["/a"][..], &["/a", "/b"]] {
        let (answer, mut calls) = delivering(A_WHILE_MS, Ending::Whole);
        let server = Server::start_with(limits.clone(), answer).await;
        let mut client = server.client().await;
        client.send(paths.iter().map(|path| get(path)).collect::<String>()).await;
        calls.answered().await;
        assert!(calls.is_held() && client.unread.is_empty());
        for _ in paths {
            let received = client.receive().await;
            assert_eq!((received.status, received.body.as_str()), (200, BODY));
            assert_eq!(header(&received.head, "connection"), None);
        }
        calls.released().await;
    }
}

#[tokio::test]
async fn who_leaves_ends_the_wait() {
    for (delay_ms, ending) in [
        (FOR_EVER_MS, Ending::Whole),
        (0, Ending::Hang { at_most_ms: FOR_EVER_MS }),
        (0, Ending::Drip { bytes_per_second: 1 }),
    ] {
        let (answer, mut calls) = delivering(delay_ms, ending);
        // It is really over: another finds the only place there is.
        let limits = Limits { connections_max: 1, ..Limits::default() };
        let server = Server::start_with(limits, answer).await;
        let mut client = server.client().await;
        client.send("POST /a HTTP/1.1\r\nhost: b\r\ncontent-length: 3\r\n\r\nxyz").await;
        calls.answered().await;
        assert!(calls.is_held());
        drop(client);
        calls.released().await;
        assert_eq!(server.client().await.ask(&get("/well")).await.status, 200, "{ending:?}");
    }
}

#[tokio::test]
async fn no_wait_holds_up_the_stop() {
    for (delay_ms, ending, is_answered) in [
        (FOR_EVER_MS, Ending::Whole, true),
        (0, Ending::Drip { bytes_per_second: 1 }, true),
        (FOR_EVER_MS, Ending::Drip { bytes_per_second: 1 }, true),
        (0, Ending::Hang { at_most_ms: FOR_EVER_MS }, false),
        (FOR_EVER_MS, Ending::Close, false),
    ] {
        let (answer, mut calls) = delivering(delay_ms, ending);
        let server = Server::start_with(Limits::default(), answer).await;
        let mut client = server.client().await;
        client.send(get("/a")).await;
        calls.answered().await;
        timeout(Duration::from_millis(AT_ONCE_MS), server.stop()).await.expect("at once").unwrap();
        if is_answered {
            let received = client.receive().await;
            assert_eq!((received.status, received.body.as_str()), (200, BODY), "{ending:?}");
            assert_eq!(header(&received.head, "connection").is_some(), delay_ms > 0, "where it can be said");
        }
        client.is_closed().await;
    }
}
