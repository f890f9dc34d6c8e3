//! What is declared, known, varying or absent.

use super::{Requires, Rule};
use crate::fault::FaultName;
use crate::profile::path::RecordPath;
use crate::profile::source::Place;

/// Rate limits, declared.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Whether they apply from the start.
    pub in_force: bool,
    /// The limits.
    pub rates: Vec<Rate>,
    /// What Retry-After says: `none`, `seconds`, `http_date`.
    pub retry_after: String,
    /// Which headers tell what is left: `none`, `x-ratelimit`, `ietf`.
    pub headers: String,
    /// Where they are written.
    pub rule: Option<Rule>,
}

/// One limit.
#[derive(Debug, Clone)]
pub struct Rate {
    /// Its name.
    pub name: String,
    /// What is counted apart.
    pub by: Vec<String>,
    /// `fixed_window`, `sliding_window`, `token_bucket`.
    pub algorithm: String,
    /// How many calls.
    pub limit: u32,
    /// In what time, in milliseconds.
    pub per_ms: u64,
    /// Where a plan has another limit.
    pub plans: Vec<(String, u32)>,
}

/// Something that the admin console, or the vendor's staff, can do; declared.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// What it is and where.
    pub about: String,
    /// What it needs first.
    pub requires: Requires,
    /// What has to be filled in: name, sentence, required, attribute.
    pub asks: Vec<Ask>,
    /// What happens.
    pub does: Vec<Step>,
    /// What it shows afterwards.
    pub gives: Vec<String>,
}

/// Something to fill in.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Its name.
    pub name: String,
    /// What is asked.
    pub about: String,
    /// Whether it must be answered.
    pub required: bool,
    /// The attribute that it fills.
    pub at: Option<RecordPath>,
}

/// One thing that an action does.
#[derive(Debug, Clone)]
pub enum Step {
    /// A prerequisite is done (its index).
    Satisfy(usize),
    /// A credential is issued (its index).
    Issue(usize),
    /// A credential is replaced.
    Rotate(usize),
    /// A credential is ended.
    Revoke(usize),
    /// A record is created (its type's index).
    Create(usize),
    /// A record and all the vendor keeps of it is gone.
    Erase(usize),
    /// An attribute is set.
    Assign(RecordPath),
}

/// A warning of a source.
#[derive(Debug, Clone)]
pub struct Advisory {
    /// Its name.
    pub name: String,
    /// Index of the fact it comes from.
    pub fact: usize,
    /// The sentence.
    pub says: String,
    /// Names of the operations; empty for any.
    pub operations: Vec<String>,
    /// Faults; empty for any end.
    pub faults: Vec<FaultName>,
    /// Attributes of which the body holds one; empty for any body.
    pub sent: Vec<RecordPath>,
    /// Notes that were all taken; empty for any.
    pub notes: Vec<String>,
}

/// A behaviour that can differ.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The fact's id.
    pub fact: String,
    /// What differs.
    pub about: String,
    /// The values by name, the first being the default.
    pub values: Vec<String>,
    /// What else may be picked: `duration`, `path`, `count`.
    pub accepts: Option<String>,
    /// The value in force.
    pub in_force: String,
}

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The source says it.
    Documented,
    /// The source is silent.
    Assumed,
    /// It can differ.
    Varies,
}

impl Mark {
    /// The word in profiles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Assumed => "assumed",
            Self::Varies => "varies",
        }
    }
}

/// A fact.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its id, `acme.12`.
    pub id: String,
    /// How well it is known.
    pub mark: Mark,
    /// Indices of the sources.
    pub sources: Vec<usize>,
    /// The fact.
    pub says: String,
    /// What was chosen where the source leaves it open.
    pub assumed: Option<String>,
    /// A file that extends the profile and shows another value.
    pub shown_by: Option<String>,
    /// The settings it fixes, as dotted paths.
    pub fixes: Vec<String>,
    /// Where it is written.
    pub place: Place,
}

/// Something that is not served.
#[derive(Debug, Clone)]
pub struct Absent {
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// The path it would have.
    pub path: Option<String>,
    /// Where it is written.
    pub rule: Rule,
}
