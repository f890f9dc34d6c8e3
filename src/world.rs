//! Time and chance, handed in: what the clock says and how the dice fall, per sandbox.
//!
//! **Invariant:** nothing else in the crate asks the system for the time or for randomness (clippy holds that). A draw
//! depends on the seed, on what is drawn and on the how-many-th of its kind it is, never on other traffic, so one
//! number replays a run.

use std::sync::atomic::{AtomicI64, Ordering};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use crate::seed::chance;

/// Letters and digits of drawn tokens.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// How many letters and digits a credential has: enough never to be drawn twice.
const CREDENTIAL_LETTERS: usize = 32;

/// The clock is not frozen.
const RUNNING: i64 = i64::MIN;

/// A sandbox's clock, in milliseconds since 1970 (UTC).
#[derive(Debug)]
pub struct Clock {
    frozen_at_ms: AtomicI64,
    ahead_ms: AtomicI64,
}

impl Clock {
    /// A clock that goes with the system's.
    pub fn system() -> Self {
        Self { frozen_at_ms: AtomicI64::new(RUNNING), ahead_ms: AtomicI64::new(0) }
    }

    /// A clock that stands still.
    pub fn frozen(now_ms: i64) -> Self {
        Self { frozen_at_ms: AtomicI64::new(now_ms), ahead_ms: AtomicI64::new(0) }
    }

    /// What time it is.
    pub fn now_ms(&self) -> i64 {
        match self.frozen_at_ms.load(Ordering::Relaxed) {
            RUNNING => system_ms().saturating_add(self.ahead_ms.load(Ordering::Relaxed)),
            frozen => frozen,
        }
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by_ms: i64) {
        let frozen = self.frozen_at_ms.load(Ordering::Relaxed);
        if frozen == RUNNING {
            self.ahead_ms.fetch_add(by_ms, Ordering::Relaxed);
        } else {
            self.frozen_at_ms.store(frozen.saturating_add(by_ms), Ordering::Relaxed);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
fn system_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

/// A sandbox's dice.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    seed: u64,
}

impl Dice {
    /// Dice of a seed and a sandbox.
    pub fn new(seed: u64, sandbox: &str) -> Self {
        Self { seed: chance::mix(seed, sandbox, 0) }
    }

    /// The how-many-th draw of its kind.
    pub fn draw(&self, what: &str, nth: u64) -> u64 {
        chance::mix(self.seed, what, nth)
    }

    /// The dice of one kind of draw alone, for whoever draws it very often.
    #[must_use]
    pub fn of(&self, what: &str) -> Self {
        Self { seed: self.draw(what, 0) }
    }

    /// A draw from `least` to `most`, both included.
    pub fn between(&self, what: &str, nth: u64, least: u32, most: u32) -> u32 {
        let span = u64::from(most.saturating_sub(least)) + 1;
        let offset = u32::try_from(chance::below(self.draw(what, nth), span)).unwrap_or(0);
        least.saturating_add(offset)
    }

    /// A credential of a form around `{random}`, the how-many-th of its kind.
    pub fn credential(&self, form: &str, what: &str, nth: u64) -> String {
        form.replace("{random}", &self.letters(what, nth, CREDENTIAL_LETTERS))
    }

    /// Letters and digits, so many of them.
    pub fn letters(&self, what: &str, nth: u64, count: usize) -> String {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(self.draw(what, nth));
        (0..count).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Dice};

    #[test]
    fn a_draw_depends_on_the_seed_and_on_what_is_drawn_alone() {
        let dice = Dice::new(1, "default");
        assert_eq!(dice.letters("token", 3, 32), Dice::new(1, "default").letters("token", 3, 32));
        assert_ne!(dice.letters("token", 3, 32), dice.letters("token", 4, 32));
        assert_ne!(dice.draw("a", 0), Dice::new(2, "default").draw("a", 0));
        assert_ne!(dice.draw("a", 0), Dice::new(1, "other").draw("a", 0));
        assert!((0..1000).all(|nth| (3..=5).contains(&dice.between("size", nth, 3, 5))));
    }

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::frozen(1000);
        assert_eq!(clock.now_ms(), 1000);
        clock.advance(61_000);
        assert_eq!(clock.now_ms(), 62_000);
    }
}
