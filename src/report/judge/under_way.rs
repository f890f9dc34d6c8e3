//! Which calls can have been under way when an answer came that should have stopped them.

use std::collections::HashSet;

use crate::report::trail::{Step, Trail};

/// How long after an answer another call can come that was under way already, in milliseconds: its client cannot have seen
/// the answer.
const UNDER_WAY_MS: i64 = 50;

/// How many such calls there can be: more than so many at the same time no client of such an api has.
const UNDER_WAY_MAX: usize = 16;

/// How many replies must have been held back before it is believed of a client that it makes one call after the other.
const HELD_BACK_MIN: usize = 3;

/// An answer that should stop its client, or several that say the same.
#[derive(Debug)]
pub(super) struct Halt {
    since_ms: i64,
    /// The calls that were answered so.
    of: HashSet<u64>,
    /// How many calls came since that can have been under way.
    under_way: usize,
}

impl Halt {
    pub fn new(step: &Step<'_>) -> Self {
        Self { since_ms: step.left_ms, of: HashSet::from([step.same]), under_way: 0 }
    }

    /// Another call was answered so.
    pub fn took(&mut self, step: &Step<'_>) {
        self.of.insert(step.same);
    }

    /// Whether a call can have been under way when the answer came: it asks for something else, came at once, and its client
    /// is not one that makes one call after the other.
    pub fn excuses(&mut self, step: &Step<'_>, is_serial: bool) -> bool {
        let is_near = step.entry.at_ms.saturating_sub(self.since_ms) <= UNDER_WAY_MS;
        let excused =
            !is_serial && is_near && !self.of.contains(&step.same) && self.under_way < UNDER_WAY_MAX;
        self.under_way += usize::from(excused);
        excused
    }
}

/// Whether a client makes one call after the other, as far as can be told: replies were held back from it, and it never
/// called again before they left.
pub(super) fn is_serial(trail: &Trail<'_>) -> bool {
    let mut held_back = 0;
    for (step, next) in trail.steps.iter().zip(trail.steps.iter().skip(1)) {
        if step.left_ms > step.entry.at_ms {
            if next.entry.at_ms < step.left_ms && next.entry.at_ms >= step.entry.at_ms {
                return false;
            }
            held_back += 1;
        }
    }
    held_back >= HELD_BACK_MIN
}
