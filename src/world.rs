//! Time and chance, handed in: what the clock says and how the dice fall, per sandbox.
//!
//! **Invariant:** nothing else in the crate asks the system for the time or for randomness (clippy holds that). A draw
//! depends on the seed, on what is drawn and on the how-many-th of its kind it is, never on other traffic, so one
//! number replays a run.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use crate::seed::chance;

/// Letters and digits of drawn tokens.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// How many letters and digits a credential has: enough never to be drawn twice.
const CREDENTIAL_LETTERS: usize = 32;

/// A sandbox's clock, in milliseconds since 1970 (UTC).
#[derive(Debug)]
pub struct Clock {
    hand: RwLock<Hand>,
    /// Whether injected delays are noted and not waited.
    has_virtual_delays: AtomicBool,
}

/// How a clock goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hand {
    /// With the system's, so many milliseconds ahead of it.
    Running(i64),
    /// Not at all: it stands at a time.
    Frozen(i64),
}

impl Hand {
    fn now_ms(self) -> i64 {
        match self {
            Self::Running(ahead_ms) => system_ms().saturating_add(ahead_ms),
            Self::Frozen(now_ms) => now_ms,
        }
    }
}

impl Clock {
    /// A clock that goes with the system's.
    pub fn system() -> Self {
        Self::with(Hand::Running(0))
    }

    /// A clock that stands still.
    pub fn frozen(now_ms: i64) -> Self {
        Self::with(Hand::Frozen(now_ms))
    }

    fn with(hand: Hand) -> Self {
        Self { hand: RwLock::new(hand), has_virtual_delays: AtomicBool::new(false) }
    }

    /// What time it is.
    pub fn now_ms(&self) -> i64 {
        self.hand.read().now_ms()
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(*self.hand.read(), Hand::Frozen(_))
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by_ms: i64) {
        let mut hand = self.hand.write();
        *hand = match *hand {
            Hand::Running(ahead_ms) => Hand::Running(ahead_ms.saturating_add(by_ms)),
            Hand::Frozen(now_ms) => Hand::Frozen(now_ms.saturating_add(by_ms)),
        };
    }

    /// Puts the clock to a time; it goes on as it went, or stands there.
    pub fn set(&self, now_ms: i64) {
        let mut hand = self.hand.write();
        *hand = match *hand {
            Hand::Running(_) => Hand::Running(now_ms.saturating_sub(system_ms())),
            Hand::Frozen(_) => Hand::Frozen(now_ms),
        };
    }

    /// Stops the clock where it is, or lets it go on from where it stands.
    pub fn freeze(&self, freeze: bool) {
        let mut hand = self.hand.write();
        *hand = match (*hand, freeze) {
            (Hand::Running(_), true) => Hand::Frozen(hand.now_ms()),
            (Hand::Frozen(now_ms), false) => Hand::Running(now_ms.saturating_sub(system_ms())),
            (hand, _) => hand,
        };
    }

    /// Whether injected delays are noted and not waited.
    pub fn has_virtual_delays(&self) -> bool {
        self.has_virtual_delays.load(Ordering::Relaxed)
    }

    /// Has injected delays noted and not waited, or waited again.
    pub fn set_virtual_delays(&self, are_virtual: bool) {
        self.has_virtual_delays.store(are_virtual, Ordering::Relaxed);
    }

    /// Goes as another clock goes.
    pub fn follow(&self, other: &Clock) {
        *self.hand.write() = *other.hand.read();
        self.set_virtual_delays(other.has_virtual_delays());
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
        clock.set(5);
        assert_eq!((clock.now_ms(), clock.is_frozen()), (5, true));
    }

    #[test]
    fn a_clock_that_is_let_go_goes_on_from_where_it_stood() {
        let clock = Clock::frozen(1000);
        clock.freeze(false);
        assert!(!clock.is_frozen() && (1000..60_000).contains(&clock.now_ms()));
        clock.set(500_000);
        clock.freeze(true);
        assert!((500_000..560_000).contains(&clock.now_ms()));
        let other = Clock::system();
        other.follow(&clock);
        assert_eq!(other.now_ms(), clock.now_ms());
    }
}
