//! A limit as declared.

use std::collections::HashMap;

/// A day, in milliseconds. Days begin at midnight in UTC.
pub const DAY_MS: u64 = 86_400_000;

/// One limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    /// Its name.
    pub name: String,
    /// How it counts.
    pub algorithm: Algorithm,
    /// What it tells apart; nothing for one count of all calls.
    pub by: Vec<By>,
    /// How many calls in what time.
    pub rate: Rate,
    /// How many calls on each plan, by the plan's index; `None` where it is as everywhere.
    pub plans: Vec<Option<u32>>,
    /// What a call costs; 0 for nothing.
    pub cost: u32,
    /// Operations that cost something else.
    pub costs: HashMap<String, u32>,
    /// Whether refused calls are charged too.
    pub charges_refused: bool,
    /// What becomes of callers who are refused and come again.
    pub penalty: Option<Penalty>,
}

/// How a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// So many in each window; a window begins with the first call after the one before.
    FixedWindow,
    /// So many in each window; windows begin on the clock, at whole multiples of their length since 1970 in UTC.
    ClockWindow,
    /// So many in any stretch of that length.
    SlidingWindow,
    /// A bucket that is full at first and refills steadily (GCRA).
    TokenBucket,
    /// So many a day, which begins at midnight in UTC.
    DailyQuota,
    /// So many at the same time.
    Concurrent,
}

/// What a limit tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Each token or key.
    Credential,
    /// Each organization.
    Organization,
    /// Each client address.
    Address,
    /// Each operation.
    Operation,
}

/// How many calls in what time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many calls, at least 1.
    pub limit: u32,
    /// In what time, in milliseconds, at least 1; `None` for calls at the same time.
    pub per_ms: Option<u64>,
}

/// What becomes of a caller who is refused: shut out for a time that grows with every call within it, until a call
/// passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Penalty {
    /// How long the first refusal shuts out, in milliseconds.
    pub first_ms: u64,
    /// By how much the next one multiplies that.
    pub factor: u32,
    /// How long it is at most, in milliseconds.
    pub max_ms: u64,
}

impl Algorithm {
    /// All of them, with the word in profiles and a clause.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::FixedWindow, "fixed_window"),
        (Self::ClockWindow, "clock_window"),
        (Self::SlidingWindow, "sliding_window"),
        (Self::TokenBucket, "token_bucket"),
        (Self::DailyQuota, "daily_quota"),
        (Self::Concurrent, "concurrent"),
    ];

    /// The word in profiles.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }

    /// The algorithm that a word of a profile stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(one, _)| *one)
    }

    /// Whether it counts calls in some time that is declared with it.
    pub fn takes_time(self) -> bool {
        !matches!(self, Self::DailyQuota | Self::Concurrent)
    }
}

impl By {
    /// All of them, with the word in profiles.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Credential, "credential"),
        (Self::Organization, "organization"),
        (Self::Address, "address"),
        (Self::Operation, "operation"),
    ];

    /// The word in profiles.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }

    /// What a word of a profile stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(one, _)| *one)
    }
}

impl Law {
    /// The rate on a plan, by the plan's index.
    pub fn rate_on(&self, plan: usize) -> Rate {
        let own = self.plans.get(plan).copied().flatten();
        Rate { limit: own.unwrap_or(self.rate.limit), ..self.rate }
    }

    /// What a call costs, by its operation; nobody knows that of a path that leads nowhere.
    pub fn cost_of(&self, operation: Option<&str>) -> u32 {
        if self.costs.is_empty() {
            return self.cost;
        }
        operation.and_then(|operation| self.costs.get(operation)).copied().unwrap_or(self.cost)
    }
}

impl Penalty {
    /// How long the how-many-th refusal in a row shuts out, in milliseconds.
    pub fn lasts_ms(&self, refusals: u32) -> u64 {
        let factor = u64::from(self.factor).checked_pow(refusals.saturating_sub(1)).unwrap_or(u64::MAX);
        self.first_ms.saturating_mul(factor).min(self.max_ms)
    }
}
