//! The edge: sockets, HTTP framing, limits, draining. The only code that is async and the only code that waits.
//!
//! A connection comes in by a [`Door`], waits for a permit, and gets a task. There hyper reads requests, `wire`
//! makes each a [`Call`], one synchronous function ([`Answer`]) answers it, and the [`Reply`] goes back; `ending` has it
//! go back late or badly, where it is to. When asked to stop, the doors close, idle connections end, running calls are
//! finished.
//!
//! **Invariant:** the edge knows no vendor, profile or sandbox. It answers by itself only where no call comes about
//! (bytes that are no HTTP, headers beyond their bounds) or `answer` panicked.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tower::{Service, ServiceBuilder, ServiceExt};

use crate::call::{Call, Reply};

mod address;
mod client;
mod ending;
mod going_on;
mod line;
mod listen;
mod signal;
mod socket;
#[cfg(test)]
mod tests;
mod wire;

pub use address::{Address, AddressError};
pub use client::{Head, Request, ask, healthy, resolve};
pub use listen::{Door, Open, OpenError, open};
pub use signal::stop_asked;

use line::{Line, Stream};
use socket::Socket;

/// Connections at a time, where nobody says otherwise. Below the 1,024 file descriptors that a process commonly gets, so
/// that profiles, logs and sockets of its own still find one; who has a process with more says so in
/// [`Limits::connections_max`].
pub const CONNECTIONS_MAX: usize = 960;

/// Longest request body. The documented APIs take single records; 1 MiB is a bulk request of thousands.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Longest request line and headers together that are read, so that whoever answers can refuse them in words of its own
/// long before; longer ones get a bare 431.
pub const HEADER_BYTES_MAX: usize = 256 * 1024;

/// How long a client may take from the first byte of a request to the end of its headers.
pub const HEADER_READ_MS_MAX: u64 = 10_000;

/// How long a client may take to send a body: 1 MiB at 35 KiB/s.
pub const BODY_READ_MS_MAX: u64 = 30_000;

/// How long a connection may be silent between two requests. More than the minute at which many jobs poll, so that
/// a job does not find its connection closed in the moment in which it sends.
pub const IDLE_MS_MAX: u64 = 75_000;

/// How long running calls may take to finish once the server is asked to stop: half of the 10 seconds after which
/// `docker stop` kills.
pub const DRAIN_MS_MAX: u64 = 5_000;

/// How long a connection without a running call may take to end once the server is asked to stop: an HTTP/2 client
/// acknowledges first, and one that does not listen just then must not hold up the stop.
const DRAIN_IDLE_MS_MAX: u64 = 500;

/// Smallest bound that hyper takes for headers, in bytes.
const HEADER_BYTES_MIN: usize = 8 * 1024;

/// First and longest pause after the system refused a connection (no file descriptor, no memory).
const ACCEPT_PAUSE_MS: u64 = 10;
const ACCEPT_PAUSE_MS_MAX: u64 = 1_000;

/// What answers calls: the whole rest of the program, as the edge sees it.
///
/// It must not block or wait: it runs on a thread that other connections need. When it panics, that call alone is
/// answered 500; what it shares between calls must be whole again by then.
pub trait Answer: Send + Sync + 'static {
    /// The one reply to one call.
    fn answer(&self, call: &Call) -> Reply;
}

impl<F: Fn(&Call) -> Reply + Send + Sync + 'static> Answer for F {
    fn answer(&self, call: &Call) -> Reply {
        self(call)
    }
}

/// The bounds of the edge, and what a client sees that meets them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; one more waits in the kernel's queue until another ends.
    pub connections_max: usize,
    /// Longest body; a longer one is [`Body::TooLarge`](crate::call::Body::TooLarge), and the connection ends.
    pub body_bytes_max: usize,
    /// Longest request line and headers together (at least 8 KiB); longer ones are answered 431.
    pub header_bytes_max: usize,
    /// Time for one request's line and headers; slower ones are answered 408, and the connection ends.
    pub header_read_ms_max: u64,
    /// Time for one body; a slower one is [`Body::Broken`](crate::call::Body::Broken), and the connection ends.
    pub body_read_ms_max: u64,
    /// Silence between two requests; after at most twice as long the connection ends without a word.
    pub idle_ms_max: u64,
    /// Time for running calls once the server is asked to stop; connections that still have one are cut.
    pub drain_ms_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            body_bytes_max: BODY_BYTES_MAX,
            header_bytes_max: HEADER_BYTES_MAX,
            header_read_ms_max: HEADER_READ_MS_MAX,
            body_read_ms_max: BODY_READ_MS_MAX,
            idle_ms_max: IDLE_MS_MAX,
            drain_ms_max: DRAIN_MS_MAX,
        }
    }
}

/// Serves until `stop` resolves, then drains: the doors close, idle connections end at once, running calls are
/// finished, and what is not over after [`Limits::drain_ms_max`] is cut.
pub async fn run(open: Open, answer: Arc<dyn Answer>, limits: Limits, stop: impl Future<Output = ()>) {
    let (drain, _) = watch::channel(());
    let (stopping, is_draining) = watch::channel(false);
    let drain_ms_max = limits.drain_ms_max;
    let edge = Arc::new(Edge { http: http(&limits), answer, limits, is_draining });
    tokio::select! {
        never = accept(open, Arc::clone(&edge), &drain) => match never {},
        () = stop => {}
    }
    stopping.send_replace(true);
    let drained = async {
        drain.send_replace(());
        if timeout(Duration::from_millis(DRAIN_IDLE_MS_MAX), drain.closed()).await.is_err() {
            drain.send_replace(());
            drain.closed().await;
        }
    };
    if timeout(Duration::from_millis(drain_ms_max), drained).await.is_err() {
        tracing::warn!(connections = drain.receiver_count(), "cut: not finished within {drain_ms_max} ms");
    }
}

/// What all connections share.
struct Edge {
    http: auto::Builder<TokioExecutor>,
    answer: Arc<dyn Answer>,
    limits: Limits,
    /// Whether the server is about to stop: what goes on without end ends now, and nothing is waited for.
    is_draining: watch::Receiver<bool>,
}

impl Edge {
    fn is_draining(&self) -> bool {
        *self.is_draining.borrow()
    }

    /// Lets time pass, unless the server stops meanwhile.
    async fn pause(&self, pause_ms: u64) {
        let mut is_draining = self.is_draining.clone();
        // Either way it is over; so it is when whoever could stop the server is gone.
        let _ = timeout(Duration::from_millis(pause_ms), is_draining.wait_for(|is| *is)).await;
    }
}

fn http(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    // Slow headers are the stream's business, see `line`.
    http.http1().header_read_timeout(None).max_buf_size(limits.header_bytes_max.max(HEADER_BYTES_MIN));
    http.http2().max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX));
    http
}

/// One connection, and how it learns that the server stops: the first change asks it to end, the next ends it unless
/// a call runs, and the end of the sender ends it.
struct Arrival {
    socket: Socket,
    line: Arc<Line>,
    drain: watch::Receiver<()>,
}

/// Takes connections. tower's limit holds its permit from readiness to the end of the connection, so a full server
/// stops accepting: the surplus waits in the kernel's queue instead of in our memory.
async fn accept(mut open: Open, edge: Arc<Edge>, drain: &watch::Sender<()>) -> Infallible {
    let connections_max = edge.limits.connections_max.clamp(1, Semaphore::MAX_PERMITS);
    let mut connections =
        ServiceBuilder::new().concurrency_limit(connections_max).service(tower::service_fn(serve));
    let mut pause_ms = ACCEPT_PAUSE_MS;
    loop {
        let Ok(connection) = connections.ready().await;
        match open.accept().await {
            Ok((socket, door)) => {
                pause_ms = ACCEPT_PAUSE_MS;
                let line = Arc::new(Line::new(Arc::clone(&edge), door.vendor.clone(), socket.peer_address()));
                tokio::spawn(connection.call(Arrival { socket, line, drain: drain.subscribe() }));
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted, next try in {pause_ms} ms");
                let _ = timeout(Duration::from_millis(pause_ms), pending::<()>()).await;
                pause_ms = (pause_ms * 2).min(ACCEPT_PAUSE_MS_MAX);
            }
        }
    }
}

/// Whether the peer was gone before it was accepted. Everything else (EMFILE, ENFILE, ENOBUFS, ENOMEM) would be the
/// same at once and in a circle.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn serve(arrival: Arrival) -> Result<(), Infallible> {
    let Arrival { socket, line, mut drain } = arrival;
    let peer = tracing::enabled!(tracing::Level::DEBUG).then(|| socket.peer());
    let exchange = {
        let line = Arc::clone(&line);
        service_fn(move |request| wire::exchange(line.begin(), request))
    };
    let stream = TokioIo::new(Stream::new(socket, Arc::clone(&line)));
    let mut connection = pin!(line.edge.http.serve_connection(stream, exchange));
    let end = tokio::select! {
        biased;
        end = connection.as_mut() => Some(end),
        _ = drain.changed() => {
            connection.as_mut().graceful_shutdown();
            loop {
                tokio::select! {
                    biased;
                    end = connection.as_mut() => break Some(end),
                    changed = drain.changed() => if changed.is_err() || !line.is_running() {
                        break None;
                    },
                }
            }
        }
    };
    let error = match end {
        Some(Ok(())) => None,
        Some(Err(error)) => Some(error.to_string()),
        None => Some("cut while draining".to_owned()),
    };
    tracing::debug!(peer, calls = line.begun(), error, "connection over");
    Ok(())
}
