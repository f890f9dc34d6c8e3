//! What happened in a sandbox beside its calls: rules that came and went, credentials that changed, clocks that jumped.

use std::sync::Arc;

/// How many marks a journal holds; the oldest goes first.
pub const MARKS_MAX: usize = 2_000;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When, in milliseconds since 1970, by the sandbox's clock.
    pub at_ms: i64,
    /// The number of the call that came next.
    pub before: u64,
    /// What sort of thing.
    pub kind: MarkKind,
    /// Whose it was, if one vendor's.
    pub vendor: Option<Arc<str>>,
    /// What, as a clause for people, without secrets.
    pub says: String,
}

/// What sort of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A chaos rule came or went.
    Chaos,
    /// A credential was issued, rotated, revoked, or expired.
    Credential,
    /// A rate limit was set.
    Limits,
    /// A plan, a prerequisite or a variant was set, or a vendor's action was done.
    Settings,
    /// The clock was set, stopped or moved.
    Clock,
    /// A scenario began or ended.
    Scenario,
    /// A scenario came to a checkpoint.
    Checkpoint,
}

impl MarkKind {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chaos => "chaos",
            Self::Credential => "credential",
            Self::Limits => "limits",
            Self::Settings => "settings",
            Self::Clock => "clock",
            Self::Scenario => "scenario",
            Self::Checkpoint => "checkpoint",
        }
    }
}
