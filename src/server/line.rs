//! One connection's bytes, and the server's patience with the one who sends them.
//!
//! A peer owes the server something at every moment but one: the rest of a request it has begun, or the next request.
//! Only while a call runs does it owe nothing. [`Stream`] knows which it is and ends the connection when the time for
//! it is over. It does so here, beneath hyper, because hyper's own header timeout does not cover the bytes by which
//! HTTP/1 and HTTP/2 are told apart, cuts idle connections by the same measure as slow headers, and costs an
//! allocation and a timer for every call.
//!
//! **Invariant:** nothing here understands HTTP beyond the first three bytes of the HTTP/2 preface.

use std::io;
use std::net::IpAddr;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Edge;
use super::socket::Socket;

/// How much unread input is thrown away after a reply that did not wait for it. Closing a socket with input unread
/// resets it, and the client would see the reset and not the reply. 8 MiB is more than a client has under way.
pub(super) const LINGER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How long the throwing away may take: longer than any local client needs.
pub(super) const LINGER_MS_MAX: u64 = 2_000;

/// How much is thrown away at a time, in bytes.
const LINGER_CHUNK_BYTES: usize = 16 * 1024;

/// What a client is told whose headers took too long (RFC 9110 section 15.5.9).
const REQUEST_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What is sent in place of a reply that is to be garbage: no status line, and no frame of HTTP/2, where its first three
/// bytes are a length beyond all bounds.
pub(super) const GARBAGE: &[u8] = b"\xff\xfe\xfd garbage, as asked for\r\n\r\n";

/// How a connection ends because the reply of one of its calls is to end so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is closed.
    Close,
    /// It is reset.
    Reset,
    /// It is closed after bytes that mean nothing.
    Garbage,
}

/// What the calls of one connection share with its stream. There is one `Arc` of it a connection, so that calls on
/// different threads do not fight over one reference count.
pub(super) struct Line {
    pub(super) edge: Arc<Edge>,
    /// The vendor whose own door it came in by.
    pub(super) vendor: Option<Box<str>>,
    /// The client's address.
    pub(super) peer: Option<IpAddr>,
    /// Calls ever begun.
    begun: AtomicUsize,
    /// Calls running now.
    running: AtomicUsize,
    /// Whether a reply was given without reading the request to its end.
    is_input_left: AtomicBool,
    /// How the connection ends, once it is to.
    cut: OnceLock<Cut>,
}

impl Line {
    pub(super) fn new(edge: Arc<Edge>, vendor: Option<Box<str>>, peer: Option<IpAddr>) -> Self {
        let (begun, running) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (is_input_left, cut) = (AtomicBool::new(false), OnceLock::new());
        Self { edge, vendor, peer, begun, running, is_input_left, cut }
    }

    /// Begins a call; it runs until the answer is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Running {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.running.fetch_add(1, Ordering::Relaxed);
        Running(Arc::clone(self))
    }

    /// Calls ever begun.
    pub(super) fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// Whether a call runs.
    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0
    }

    /// Notes that a request is answered though not all of it was read.
    pub(super) fn leave_input(&self) {
        self.is_input_left.store(true, Ordering::Relaxed);
    }

    /// Has the connection end: over HTTP/1 once all is sent that hyper has written, over HTTP/2 when it writes next.
    /// It ends as it was first asked to; says whether this was the first time.
    pub(super) fn cut(&self, cut: Cut) -> bool {
        self.cut.set(cut).is_ok()
    }
}

impl Running {
    /// Another hold on the same call, for a reply that goes on after the call was answered.
    pub(super) fn hold(&self) -> Self {
        self.0.running.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

/// A running call. Its connection's peer is not hurried as long as this exists: who makes a reply take its time
/// keeps it until the reply is over.
pub(super) struct Running(Arc<Line>);

impl Deref for Running {
    type Target = Line;

    fn deref(&self) -> &Line {
        &self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the peer owes. Two that are equal are the same debt, still unpaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Debt {
    /// Nothing: a call runs, and its body has a time of its own.
    Nothing,
    /// The rest of the request that it began after this many calls.
    Head { begun: usize },
    /// The next request. Any sign of life (a ping of HTTP/2) makes it another debt.
    Request { reads: usize },
}

/// A socket that ends the connection when its peer lets the server wait too long.
pub(super) struct Stream {
    socket: Socket,
    line: Arc<Line>,
    /// Reads that brought something.
    reads: usize,
    /// How many calls had begun when the last bytes came; none if a call was running, for they may be its body.
    head_after: Option<usize>,
    is_http2: bool,
    alarm: Option<(Pin<Box<Sleep>>, Debt)>,
    /// After the write side is shut: how many bytes may still be thrown away.
    linger_bytes: Option<usize>,
}

impl Stream {
    pub(super) fn new(socket: Socket, line: Arc<Line>) -> Self {
        Self { socket, line, reads: 0, head_after: None, is_http2: false, alarm: None, linger_bytes: None }
    }

    fn note(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.reads == 0 {
            // RFC 9113 section 3.4. No method begins so; who sends it in bytes one by one is taken for HTTP/1.
            self.is_http2 = bytes.starts_with(b"PRI");
        }
        self.reads += 1;
        self.head_after = (!self.line.is_running()).then(|| self.line.begun());
    }

    fn debt(&self) -> Debt {
        let begun = self.line.begun();
        if self.line.is_running() {
            Debt::Nothing
        } else if self.head_after == Some(begun) && !self.is_http2 {
            Debt::Head { begun }
        } else {
            Debt::Request { reads: self.reads }
        }
    }

    /// Ready when the peer's time is over. Polled whenever there is nothing to read.
    ///
    /// The alarm is not moved from call to call: it goes off once a period, finds that there was life, and is set
    /// again. So an idle connection ends after one to two `idle_ms_max`, and a busy one hardly touches a timer. Slow
    /// headers are rare and get their exact time.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let debt = self.debt();
        loop {
            match &mut self.alarm {
                Some((sleep, of)) if *of == debt || !matches!(debt, Debt::Head { .. }) => {
                    ready!(sleep.as_mut().poll(cx));
                    if *of == debt && debt != Debt::Nothing {
                        break;
                    }
                }
                Some(_) | None => {}
            }
            self.set_alarm(debt);
        }
        if matches!(debt, Debt::Head { .. }) {
            // Past hyper, which has written nothing: it still waits for the request. If it does not fit, so be it.
            let _ = self.socket.try_write(REQUEST_TIMEOUT);
        }
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    fn set_alarm(&mut self, debt: Debt) {
        let limits = &self.line.edge.limits;
        let after_ms = match debt {
            Debt::Head { .. } => limits.header_read_ms_max,
            Debt::Nothing | Debt::Request { .. } => limits.idle_ms_max,
        };
        self.set_alarm_after(after_ms, debt);
    }

    fn set_alarm_after(&mut self, after_ms: u64, debt: Debt) {
        // An alarm that is due at once would be set again and again.
        let deadline = Instant::now() + Duration::from_millis(after_ms.max(1));
        match &mut self.alarm {
            Some((sleep, of)) => {
                sleep.as_mut().reset(deadline);
                *of = debt;
            }
            None => self.alarm = Some((Box::pin(sleep_until(deadline)), debt)),
        }
    }

    /// Ends the connection as asked for; ready when it has ended.
    fn poll_cut(&mut self, cut: Cut, cx: &mut Context<'_>) -> Poll<io::Error> {
        match cut {
            Cut::Close => {}
            Cut::Reset => self.socket.reset_when_dropped(),
            // Once only: when this is polled again, the write side is shut. If it does not fit, so be it.
            Cut::Garbage => drop(self.socket.try_write(GARBAGE)),
        }
        if cut != Cut::Reset {
            // Not left to the drop: where input is unread, that would be a reset.
            let _ = ready!(Pin::new(self).poll_shutdown(cx));
        }
        Poll::Ready(io::ErrorKind::ConnectionAborted.into())
    }

    /// As [`poll_cut`](Self::poll_cut), where writing must not go on. HTTP/1 may write: what there is to write
    /// belongs to replies before the one that is lost.
    fn poll_cut_http2(&mut self, cx: &mut Context<'_>) -> Option<Poll<io::Error>> {
        let cut = *self.line.cut.get().filter(|_| self.is_http2)?;
        Some(self.poll_cut(cut, cx))
    }

    /// Whether the peer may be sending what nobody will read: closing now would reset the connection under the reply.
    fn is_input_left(&self) -> bool {
        !self.is_http2
            && (self.line.is_input_left.load(Ordering::Relaxed) || matches!(self.debt(), Debt::Head { .. }))
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut stream.socket).poll_read(cx, buf) {
            Poll::Pending => stream.poll_overdue(cx).map(Err),
            Poll::Ready(read) => {
                stream.note(buf.filled().get(before..).unwrap_or_default());
                Poll::Ready(read)
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(end) = self.poll_cut_http2(cx) {
            return end.map(Err);
        }
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(end) = self.poll_cut_http2(cx) {
            return end.map(Err);
        }
        Pin::new(&mut self.socket).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    /// Asked for by hyper when all that it has written is sent, and by HTTP/1 whenever it has nothing to write.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(cut) = self.line.cut.get().copied() {
            return self.poll_cut(cut, cx).map(Err);
        }
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    /// Ends the writing; where input is left, throws it away until the peer has read its reply and closes, too.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let mut left = match stream.linger_bytes {
            Some(left) => left,
            None => {
                ready!(Pin::new(&mut stream.socket).poll_shutdown(cx))?;
                stream.set_alarm_after(LINGER_MS_MAX, Debt::Nothing);
                if stream.is_input_left() { LINGER_BYTES_MAX } else { 0 }
            }
        };
        let mut chunk = [0; LINGER_CHUNK_BYTES];
        while left > 0 {
            stream.linger_bytes = Some(left);
            let mut buf = ReadBuf::new(&mut chunk);
            match Pin::new(&mut stream.socket).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                    left = left.saturating_sub(buf.filled().len())
                }
                Poll::Ready(Ok(()) | Err(_)) => left = 0,
                Poll::Pending => match &mut stream.alarm {
                    Some((sleep, _)) => {
                        ready!(sleep.as_mut().poll(cx));
                        left = 0;
                    }
                    None => left = 0,
                },
            }
        }
        stream.linger_bytes = Some(0);
        Poll::Ready(Ok(()))
    }
}
