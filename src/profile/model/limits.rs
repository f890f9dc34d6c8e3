//! Rate limits, and what is said of them.

use std::sync::Arc;

use http::HeaderName;

use super::Rule;
use crate::limit::Law;

/// Rate limits, and what is said of them.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Whether they apply from the start.
    pub in_force: bool,
    /// The limits.
    pub rates: Vec<Arc<Law>>,
    /// Where each is written, in the same order.
    pub rate_rules: Vec<Rule>,
    /// What Retry-After says.
    pub retry_after: RetryAfter,
    /// Which headers tell what is left.
    pub headers: LevelHeaders,
    /// How they tell when all is there again; the IETF's know seconds alone.
    pub reset: Reset,
    /// Whether the headers are on every reply behind the limits.
    pub on_success: bool,
    /// Where the headers are written.
    pub headers_rule: Option<Rule>,
    /// Where all that is said of a refusal is written.
    pub rule: Option<Rule>,
}

/// What Retry-After says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryAfter {
    /// It is not sent.
    #[default]
    None,
    /// Seconds to wait.
    Seconds,
    /// When to come back.
    HttpDate,
}

/// Which headers tell what is left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LevelHeaders {
    /// None.
    #[default]
    None,
    /// `X-RateLimit-Limit`, `X-RateLimit-Remaining`, `X-RateLimit-Reset`.
    XRateLimit,
    /// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10).
    Ietf,
    /// The vendor's own; those without a name are not sent.
    Own {
        /// How many calls there may be.
        limit: Option<HeaderName>,
        /// How many are left.
        remaining: Option<HeaderName>,
        /// When all of them are there again.
        reset: Option<HeaderName>,
    },
}

/// How a header tells when all is there again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reset {
    /// The moment, in seconds since 1970.
    #[default]
    Epoch,
    /// The seconds until then.
    Seconds,
    /// The moment, as a date.
    HttpDate,
}

impl RetryAfter {
    /// The word in profiles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Seconds => "seconds",
            Self::HttpDate => "http_date",
        }
    }
}

impl LevelHeaders {
    /// The word in profiles.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::XRateLimit => "x-ratelimit",
            Self::Ietf => "ietf",
            Self::Own { .. } => "own",
        }
    }
}

impl Reset {
    /// The word in profiles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::Seconds => "seconds",
            Self::HttpDate => "http_date",
        }
    }
}
