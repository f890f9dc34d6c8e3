//! Why something was not done, for the author of a test.

use std::fmt;

use crate::serve::Refusal;

/// One sentence that says what is wrong and what to write instead.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    sentence: String,
}

impl Error {
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// As the sentence itself: it is what a test that ends in an error prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(format!("{}{}", refusal.details, refusal.sentence))
    }
}
