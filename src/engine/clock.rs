//! The clock of a sandbox, as it is moved from outside.

use super::sandbox::Sandbox;
use super::{Engine, Refused};
use crate::journal::MarkKind;
use crate::record::text::rfc3339;

/// The latest that a clock shows, in milliseconds since 1970: the last of the year 9999.
pub const CLOCK_MS_MAX: i64 = 253_402_300_799_999;

/// How a clock is moved: first it is set, then advanced; frozen, it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// Goes to this time, in milliseconds since 1970.
    pub set_ms: Option<i64>,
    /// Goes ahead by so many milliseconds.
    pub advance_ms: Option<u64>,
    /// Stands still from now on, or goes on.
    pub freeze: Option<bool>,
    /// Has injected delays only noted, or waited out.
    pub virtual_delays: Option<bool>,
}

impl Engine {
    /// Moves the clock of a sandbox, in one instant for every observer.
    ///
    /// # Errors
    /// That it would go beyond the year 9999.
    pub fn turn(&self, sandbox: &Sandbox, turn: &Turn) -> Result<(), Refused> {
        let clock = &sandbox.clock;
        let by_ms = turn.advance_ms.map(|by_ms| i64::try_from(by_ms).unwrap_or(i64::MAX));
        let ends_ms = turn.set_ms.unwrap_or_else(|| clock.now_ms()).saturating_add(by_ms.unwrap_or(0));
        if ends_ms > CLOCK_MS_MAX {
            let what = "the clock would go beyond the year 9999; advance it by less";
            return Err(Refused::Invalid(what.to_owned()));
        }
        // Before it is set, so that it stands at that very millisecond; only then is it let go.
        if turn.freeze == Some(true) {
            clock.freeze(true);
        }
        if let Some(set_ms) = turn.set_ms {
            clock.set(set_ms);
        }
        if let Some(by_ms) = by_ms {
            clock.advance(by_ms);
        }
        if turn.freeze == Some(false) {
            clock.freeze(false);
        }
        if let Some(virtual_delays) = turn.virtual_delays {
            clock.set_virtual_delays(virtual_delays);
        }
        let now_ms = clock.now_ms();
        let stands = if clock.is_frozen() { "stands at" } else { "is at" };
        sandbox.journal.mark(
            now_ms,
            MarkKind::Clock,
            None,
            format!("the clock {stands} {}", rfc3339(now_ms)),
        );
        Ok(())
    }
}
