//! Why the program cannot start, for whoever started it.

use std::fmt;

/// Why it cannot start: one sentence that says what to do instead, and where a file is to blame, its mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The mistakes of a file, drawn, each line ended; mostly empty.
    pub details: String,
    /// The sentence, without a full stop.
    pub sentence: String,
}

impl Refusal {
    /// A sentence alone.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { details: String::new(), sentence: sentence.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}error: {}", self.details, self.sentence)
    }
}

impl std::error::Error for Refusal {}
