//! How a reply leaves that does not simply leave: late, drop by drop, cut short, or not at all.
//!
//! Over HTTP/1 a connection carries one reply at a time, so that a reply that ends badly ends its connection: beneath
//! hyper, see [`Cut`]. Over HTTP/2 a reset, a truncation and a hang are their stream's own, and the calls beside it
//! see nothing of them; a connection that is closed without an answer, and garbage, can only be the connection's.
//!
//! **Invariant:** nothing here decides; it does what a [`Delivery`] says. Every wait ends at once when the server stops:
//! what is late leaves now, what drips pours, what hangs is closed. It ends, too, when the client leaves (hyper drops what
//! waits), unless requests that were sent ahead over HTTP/1 stand before the news. Who shuts only its sending side
//! has left.

use std::any::Any;
use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::{CONNECTION, HeaderValue};
use http_body_util::Either;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep, interval_at, sleep_until};

use super::line::{Cut, Running};
use super::wire::Out;
use crate::call::{Delivery, Ending};

/// How often a dripping body lets a drop fall, in milliseconds: seldom enough to cost nothing, often enough to be no
/// silence.
const DROP_MS: u64 = 100;

/// How long HTTP/2 is given to write what a truncated body still had, in milliseconds: to reset a stream throws away
/// what waits to be written, and nothing tells when it is.
const WRITE_MS: u64 = 50;

/// A reply that is ready, and how it leaves.
pub(super) struct Departure {
    /// The reply, framed.
    pub(super) response: Response<Bytes>,
    /// How it leaves.
    pub(super) delivery: Box<Delivery>,
    /// Whether its connection carries one reply at a time.
    pub(super) is_http1: bool,
}

impl Departure {
    /// Waits as long as nothing is sent, and gives what hyper has to send after that, if anything.
    pub(super) async fn leave(self, running: Running) -> Result<Response<Out>, Gone> {
        let Self { mut response, delivery, is_http1 } = self;
        let Delivery { delay_ms, ending, held } = *delivery;
        let nothing_ms = match ending {
            Ending::Hang { at_most_ms } => delay_ms.saturating_add(at_most_ms),
            _ => delay_ms,
        };
        if nothing_ms > 0 {
            running.edge.pause(nothing_ms).await;
        }
        let length = response.body().len();
        let cut = match ending {
            Ending::Reset | Ending::Hang { .. } if !is_http1 => return Err(Gone),
            Ending::Reset => Cut::Reset,
            Ending::Close | Ending::Hang { .. } => Cut::Close,
            Ending::Garbage => Cut::Garbage,
            Ending::Whole | Ending::Truncate { .. } | Ending::Drip { .. } => {
                // Where there is no body, nothing can be missing: the reply is whole, and the last.
                let is_last = matches!(ending, Ending::Truncate { .. }) && length == 0;
                if is_http1 && (is_last || running.edge.is_draining()) {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                let leaving = |body| Leaving::new(body, ending, is_http1, held, running);
                return Ok(response.map(|body| Either::Right(Either::Right(leaving(body)))));
            }
        };
        running.cut(cut);
        if is_http1 {
            // The connection ends beneath hyper, after what it still has to write of replies before this one.
            pending::<()>().await;
        }
        // The reset of the stream is never written: it has the connection's task write, and so end.
        Err(Gone)
    }
}

/// No reply comes.
#[derive(Debug)]
pub(super) struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reply was lost, as asked for")
    }
}

impl std::error::Error for Gone {}

/// The body of a reply that leaves late, or badly.
pub(super) struct Leaving {
    /// What is still to be sent.
    rest: Bytes,
    /// How many bytes more are promised than come.
    missing: usize,
    drip: Option<Box<Drip>>,
    /// Over HTTP/2, once all is sent of what is cut short: when its stream is reset.
    reset: Option<Pin<Box<Sleep>>>,
    is_http1: bool,
    #[expect(dead_code, reason = "held for its Drop")]
    held: Option<Arc<dyn Any + Send + Sync>>,
    /// Its peer owes nothing meanwhile.
    running: Running,
}

impl Leaving {
    fn new(
        body: Bytes,
        ending: Ending,
        is_http1: bool,
        held: Option<Arc<dyn Any + Send + Sync>>,
        running: Running,
    ) -> Self {
        let mut leaving = Self { rest: body, missing: 0, drip: None, reset: None, is_http1, held, running };
        match ending {
            Ending::Truncate { after_bytes } => {
                let length = leaving.rest.len();
                // One byte at least is missing: else nothing would be cut short.
                leaving.rest.truncate(after_bytes.min(length.saturating_sub(1)));
                leaving.missing = length - leaving.rest.len();
            }
            Ending::Drip { bytes_per_second } => leaving.drip = Some(Box::new(Drip::new(bytes_per_second))),
            Ending::Whole | Ending::Reset | Ending::Close | Ending::Garbage | Ending::Hang { .. } => {}
        }
        leaving
    }

    /// Breaks off what is not complete.
    fn poll_break(&mut self, cx: &mut Context<'_>) -> Poll<Gone> {
        if self.is_http1 {
            if self.running.cut(Cut::Close) {
                // Nothing else would: hyper flushes in each round, but in one that writes twice not after the second time.
                cx.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
        let after = Duration::from_millis(WRITE_MS);
        let reset = self.reset.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + after)));
        ready!(reset.as_mut().poll(cx));
        Poll::Ready(Gone)
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = Gone;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Gone>>> {
        let body = self.get_mut();
        if !body.rest.is_empty() {
            let length = match &mut body.drip {
                Some(drip) if !body.running.edge.is_draining() => ready!(drip.poll_due(cx)),
                Some(_) | None => usize::MAX,
            };
            let piece = body.rest.split_to(length.min(body.rest.len()));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if body.missing == 0 {
            return Poll::Ready(None);
        }
        body.poll_break(cx).map(|gone| Some(Err(gone)))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.missing == 0
    }

    /// What is promised, whether it comes or not.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact((self.rest.len() + self.missing) as u64)
    }
}

/// A rate of bytes.
pub(super) struct Drip {
    drops: Interval,
    bytes_per_second: u64,
    /// What may be sent, in thousandths of a byte: less than one is kept for the next drop.
    due: u64,
}

impl Drip {
    pub(super) fn new(bytes_per_second: u32) -> Self {
        let period = Duration::from_millis(DROP_MS);
        let mut drops = interval_at(Instant::now() + period, period);
        // Who reads late is not flooded.
        drops.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // By none at all it would never end.
        Self { drops, bytes_per_second: u64::from(bytes_per_second.max(1)), due: 0 }
    }

    /// How many bytes may be sent now: one at least.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        loop {
            ready!(self.drops.poll_tick(cx));
            match self.fall() {
                0 => {}
                bytes => return Poll::Ready(bytes),
            }
        }
    }

    /// How many bytes the next drop has.
    pub(super) fn fall(&mut self) -> usize {
        self.due += self.bytes_per_second * DROP_MS;
        let bytes = self.due / 1_000;
        self.due %= 1_000;
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }
}
