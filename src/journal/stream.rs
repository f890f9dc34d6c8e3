//! Calls as they come in, as server-sent events: `event: call`, the call's number as `id`, and the call as JSON in `data`.

use std::sync::{Arc, Weak};

use bytes::Bytes;

use super::{Journal, render};
use crate::call::Follow;

/// How many events are made ready at a time.
const EVENTS_AT_ONCE_MAX: usize = 64;

/// A comment, which clients do not look at: it shows both sides that the other is still there.
const SIGN_OF_LIFE: &[u8] = b": still here\n\n";

/// What comes in to a journal from a number on; it ends with the journal.
#[derive(Debug)]
pub struct Stream {
    journal: Weak<Journal>,
    begins: u64,
}

impl Stream {
    /// What comes in after the event that a client saw last; from now on, if it has seen none.
    pub fn new(journal: &Arc<Journal>, seen: Option<u64>) -> Self {
        let begins = seen.map_or_else(|| journal.next_number(), |seen| seen.saturating_add(1));
        Self { journal: Arc::downgrade(journal), begins }
    }
}

impl Follow for Stream {
    fn begins(&self) -> u64 {
        self.begins
    }

    fn next(&self, from: u64) -> Option<(Vec<Bytes>, u64)> {
        let (calls, next) = self.journal.upgrade()?.from(from, EVENTS_AT_ONCE_MAX);
        let event = |call: &Arc<super::Entry>| {
            Bytes::from(format!("id: {}\nevent: call\ndata: {}\n\n", call.number, render::line(call)))
        };
        Some((calls.iter().map(event).collect(), next))
    }

    fn sign_of_life(&self) -> Bytes {
        Bytes::from_static(SIGN_OF_LIFE)
    }
}
