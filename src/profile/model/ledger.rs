//! What is declared, known, varying or absent.

use super::{Requires, Rule};
use crate::fault::FaultName;
use crate::profile::path::RecordPath;
use crate::profile::source::Place;

/// Something that the admin console, or the vendor's staff, can do.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// What it is and where.
    pub about: String,
    /// What it needs first.
    pub requires: Requires,
    /// What has to be filled in.
    pub asks: Vec<Ask>,
    /// What happens. At most one record is worked on.
    pub does: Vec<Step>,
    /// What it shows afterwards.
    pub gives: Vec<Gives>,
    /// Where it is written.
    pub rule: Rule,
}

/// What an action shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// The base of the api that takes the credential.
    BaseUrl,
    /// The token.
    Token,
    /// The client's id.
    ClientId,
    /// The client's secret.
    ClientSecret,
    /// The record.
    Record,
}

impl Gives {
    /// By the words in profiles.
    pub const ALL: [(&str, Self); 5] = [
        ("base_url", Self::BaseUrl),
        ("token", Self::Token),
        ("client_id", Self::ClientId),
        ("client_secret", Self::ClientSecret),
        ("record", Self::Record),
    ];

    /// The word in profiles.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, gives)| *gives == self).map_or("", |(word, _)| word)
    }
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
    /// The attribute that it fills, or by which it names the record.
    pub at: Option<RecordPath>,
    /// The type of record (its index) of which it names one.
    pub names: Option<usize>,
    /// What it says of the credential.
    pub is: Option<OfCredential>,
}

/// What an answer says of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfCredential {
    /// Its name.
    Label,
    /// When it expires.
    Expiry,
    /// Its scopes.
    Scopes,
}

impl OfCredential {
    /// The word in profiles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Expiry => "expiry",
            Self::Scopes => "scopes",
        }
    }
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
    /// A credential is shown again.
    Show(usize),
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
    /// The rule of good conduct that whoever runs into it did not keep.
    pub conduct: Option<String>,
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
