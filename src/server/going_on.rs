//! A body that goes on after its call was answered: the server looks for more of it, until there will be no more, the
//! client is gone, or the server stops.
//!
//! **Invariant:** it looks at fixed intervals rather than being woken: what is followed knows no tasks, and whoever
//! watches calls come in does not see the difference. Nothing is asked for while the client has not taken what there is.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::line::Running;
use crate::call::Follow;

/// How often it is looked for more, in milliseconds: at once to a person, seldom to a processor.
const LOOK_MS: u64 = 50;

/// After how many looks in vain a sign of life is sent: 15 seconds, less than proxies wait.
const LOOKS_IN_VAIN_MAX: u32 = 300;

/// A body that goes on.
pub(super) struct GoingOn {
    follow: Arc<dyn Follow>,
    /// Where to go on.
    from: u64,
    ready: VecDeque<Bytes>,
    looks: Interval,
    in_vain: u32,
    /// Its peer owes nothing meanwhile.
    running: Running,
}

impl GoingOn {
    /// A body that begins with some bytes and goes on with what is followed.
    pub(super) fn new(begins_with: Bytes, follow: Arc<dyn Follow>, running: Running) -> Self {
        let mut looks = interval(Duration::from_millis(LOOK_MS));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Something has to be sent at once: only then does the client learn of the status.
        let first = if begins_with.is_empty() { follow.sign_of_life() } else { begins_with };
        Self { from: follow.begins(), follow, ready: VecDeque::from([first]), looks, in_vain: 0, running }
    }
}

impl Body for GoingOn {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        loop {
            if let Some(piece) = body.ready.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            ready!(body.looks.poll_tick(cx));
            if body.running.edge.is_draining() {
                return Poll::Ready(None);
            }
            let Some((pieces, from)) = body.follow.next(body.from) else { return Poll::Ready(None) };
            body.from = from;
            body.ready.extend(pieces);
            body.in_vain = if body.ready.is_empty() { body.in_vain + 1 } else { 0 };
            if body.in_vain >= LOOKS_IN_VAIN_MAX {
                body.in_vain = 0;
                body.ready.push_back(body.follow.sign_of_life());
            }
        }
    }
}
