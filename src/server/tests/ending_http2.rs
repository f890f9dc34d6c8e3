//! Replies that leave late, or badly, as a client of HTTP/2 sees them: what is a stream's own is not its neighbour's.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::ending::{A_WHILE_MS, BODY, Calls, FOR_EVER_MS, delivering};
use super::{AT_ONCE_MS, PATIENCE_MS, Server};
use crate::call::Ending;
use crate::server::Limits;
use crate::server::socket::Socket;

/// One connection to a server that delivers so.
struct Peer {
    server: Server,
    calls: Calls,
    sender: SendRequest<Empty<Bytes>>,
    connection: JoinHandle<hyper::Result<()>>,
}

impl Peer {
    async fn of(delay_ms: u64, ending: Ending) -> Self {
        let (answer, calls) = delivering(delay_ms, ending);
        let server = Server::start_with(Limits::default(), answer).await;
        let Socket::Tcp(socket) = server.client().await.socket else { panic!("not TCP") };
        let (sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
        Self { server, calls, sender, connection: tokio::spawn(connection) }
    }

    async fn is_well(&self) {
        let received = self.ask("/well").await.map(|(pieces, end)| (pieces.concat(), end));
        assert_eq!(received, Ok((BODY.into(), None)));
    }

    async fn ask(&self, path: &str) -> Received {
        ask(self.sender.clone(), path).await
    }
}

/// A reply in the pieces that came, and why there is no more; or why there is none.
type Received = Result<(Vec<Bytes>, Option<String>), String>;

async fn ask(mut sender: SendRequest<Empty<Bytes>>, path: &str) -> Received {
    let request = Request::get(format!("http://a.test{path}")).body(Empty::new()).unwrap();
    let exchange = async {
        let reply = sender.send_request(request).await.map_err(|error| format!("{error:?}"))?;
        assert_eq!(
            (reply.status().as_u16(), &reply.headers()["content-length"]),
            (200, &"30".parse().unwrap())
        );
        let (mut body, mut pieces) = (reply.into_body(), Vec::new());
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => pieces.push(frame.into_data().unwrap()),
                Err(error) => return Ok((pieces, Some(format!("{error:?}")))),
            }
        }
        Ok((pieces, None))
    };
    timeout(Duration::from_millis(PATIENCE_MS), exchange).await.expect("an end")
}

/// What the client says of a stream that the server has reset.
const RESET: &str = "INTERNAL_ERROR, Remote";

#[tokio::test]
async fn a_lost_reply_resets_its_stream_alone() {
    for ending in [Ending::Reset, Ending::Hang { at_most_ms: A_WHILE_MS }] {
        for delay_ms in [0, A_WHILE_MS] {
            let mut peer = Peer::of(delay_ms, ending).await;
            let error = peer.ask("/a").await.unwrap_err();
            assert!(error.contains(RESET), "{error}");
            peer.calls.released().await;
            peer.is_well().await;
        }
    }
}

#[tokio::test]
async fn a_truncated_body_resets_its_stream_alone() {
    for (after_bytes, length) in [(0, 0), (7, 7), (30, 29), (99, 29)] {
        let mut peer = Peer::of(0, Ending::Truncate { after_bytes }).await;
        let (pieces, end) = peer.ask("/a").await.unwrap();
        assert_eq!(pieces.concat(), &BODY.as_bytes()[..length]);
        assert!(end.as_ref().is_some_and(|end| end.contains(RESET)), "{end:?}");
        peer.calls.released().await;
        peer.is_well().await;
    }
}

#[tokio::test]
async fn a_closed_or_garbled_connection_is_no_reset_stream() {
    for (ending, said) in [(Ending::Close, "broken pipe"), (Ending::Garbage, "FRAME_SIZE_ERROR")] {
        let mut peer = Peer::of(0, ending).await;
        peer.is_well().await;
        let error = peer.ask("/a").await.unwrap_err();
        assert!(!error.contains(RESET), "{ending:?} {error}");
        peer.calls.released().await;
        let end =
            timeout(Duration::from_millis(PATIENCE_MS), peer.connection).await.expect("an end").unwrap();
        let seen = format!("{error} {end:?}");
        assert!(seen.contains(said) && !seen.contains("ConnectionReset"), "{ending:?} {seen}");
    }
}

#[tokio::test]
async fn a_neighbour_is_not_held_up() {
    for (delay_ms, ending) in [
        (FOR_EVER_MS, Ending::Whole),
        (0, Ending::Hang { at_most_ms: FOR_EVER_MS }),
        (0, Ending::Drip { bytes_per_second: 1 }),
    ] {
        let mut peer = Peer::of(delay_ms, ending).await;
        {
            let held = peer.ask("/a");
            tokio::pin!(held);
            tokio::select! {
                never = &mut held => panic!("{never:?}"),
                () = peer.is_well() => {}
            }
        }
        // The stream that nobody waits for any more was reset by its client.
        peer.calls.released().await;
        peer.is_well().await;
    }
}

#[tokio::test]
async fn late_and_dripping_replies_are_whole() {
    for (delay_ms, ending, is_in_pieces) in
        [(A_WHILE_MS, Ending::Whole, false), (0, Ending::Drip { bytes_per_second: 100 }, true)]
    {
        let mut peer = Peer::of(delay_ms, ending).await;
        let (pieces, end) = peer.ask("/a").await.unwrap();
        assert_eq!((pieces.concat(), end), (BODY.into(), None));
        assert_eq!(pieces.len() > 1, is_in_pieces, "{pieces:?}");
        peer.calls.released().await;
        peer.is_well().await;
    }
}

#[tokio::test]
async fn no_wait_holds_up_the_stop() {
    for (delay_ms, ending, is_answered) in [
        (FOR_EVER_MS, Ending::Whole, true),
        (0, Ending::Drip { bytes_per_second: 1 }, true),
        (0, Ending::Hang { at_most_ms: FOR_EVER_MS }, false),
    ] {
        let Peer { server, mut calls, sender, connection } = Peer::of(delay_ms, ending).await;
        let stop = async {
            calls.answered().await;
            timeout(Duration::from_millis(AT_ONCE_MS), server.stop()).await.expect("at once").unwrap();
        };
        let (received, ()) = tokio::join!(ask(sender, "/a"), stop);
        match received {
            Ok((pieces, None)) if is_answered => assert_eq!(pieces.concat(), BODY.as_bytes()),
            Err(error) if !is_answered => assert!(error.contains(RESET), "{error}"),
            Ok(_) | Err(_) => panic!("{ending:?}: {received:?}"),
        }
        let end = timeout(Duration::from_millis(PATIENCE_MS), connection).await.expect("an end");
        end.unwrap().expect("a proper end");
    }
}

#[tokio::test]
async fn a_connection_outlives_many_reset_streams() {
    let mut peer = Peer::of(0, Ending::Reset).await;
    for _ in 0..1_100 {
        assert!(peer.ask("/a").await.is_err_and(|error| error.contains(RESET)));
    }
    peer.calls.released().await;
    peer.is_well().await;
}
