//! Whether there were as many calls of a kind as there should be; and if not, which came nearest.

use std::fmt;
use std::sync::Arc;

use super::matching::{Difference, Match};
use super::{Entry, Journal};

/// How many calls are told of when there were not as many as there should be.
pub const NEAREST_MAX: usize = 5;

/// How many there should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// So many or more.
    AtLeast(u64),
    /// So many or fewer.
    AtMost(u64),
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(wanted) => write!(f, "exactly {wanted}"),
            Self::AtLeast(wanted) => write!(f, "at least {wanted}"),
            Self::AtMost(wanted) => write!(f, "at most {wanted}"),
        }
    }
}

/// What there was.
#[derive(Debug)]
pub struct Verdict {
    /// Whether there were as many as there should be.
    pub passed: bool,
    /// How many there were.
    pub count: u64,
    /// Where it has not passed, the nearest calls: those that differ least, the newest first among equals, each with how
    /// it differs. Where there were too many, those that there were.
    pub nearest: Vec<(Arc<Entry>, Vec<Difference>)>,
    /// How many calls the journal has let go, which may have been among them.
    pub forgotten: u64,
}

impl Count {
    /// Whether a number is so many.
    pub fn is_met_by(self, count: u64) -> bool {
        match self {
            Self::Exactly(wanted) => count == wanted,
            Self::AtLeast(wanted) => count >= wanted,
            Self::AtMost(wanted) => count <= wanted,
        }
    }

    fn is_exceeded_by(self, count: u64) -> bool {
        match self {
            Self::Exactly(wanted) | Self::AtMost(wanted) => count > wanted,
            Self::AtLeast(_) => false,
        }
    }
}

impl Journal {
    /// Counts the calls that match.
    pub fn verify(&self, wanted: &Match, count: Count) -> Verdict {
        let (all, forgotten) = (self.all(), self.forgotten());
        let matching: Vec<bool> = all.iter().map(|entry| wanted.is_met_by(entry)).collect();
        let found = matching.iter().filter(|is_met| **is_met).count() as u64;
        let passed = count.is_met_by(found);
        let is_too_many = count.is_exceeded_by(found);
        let mut nearest = Vec::new();
        if !passed {
            let shown = all.iter().zip(&matching).rev().filter(|(_, is_met)| **is_met == is_too_many);
            nearest.extend(shown.map(|(entry, _)| (Arc::clone(entry), wanted.differences(entry))));
            nearest.sort_by_key(|(_, differences)| differences.len());
            nearest.truncate(NEAREST_MAX);
        }
        Verdict { passed, count: found, nearest, forgotten }
    }
}
