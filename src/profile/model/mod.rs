//! What a profile was understood to mean. Nothing here can be wrong: names are indices, texts are parsed, every setting
//! has its value.
//!
//! **Invariant:** no state, no time, no file system. Only [`super::Library::profile`] makes a [`Profile`], and whoever holds one
//! checks nothing again.

mod api;
mod error;
mod ledger;
mod limits;
mod record;
mod rest;
mod scim;

use crate::profile::node::Node;
use crate::profile::source::Place;

pub use api::{
    AbsentFields, Api, ApiKind, Clients, Does, Endpoint, IdCore, IdForm, Paging, PagingStyle, ReplySlot,
    Token,
};
pub use error::{ErrorSlot, Errors, FaultLook, MessageSlot};
pub use ledger::{Absent, Action, Advisory, Ask, Fact, Gives, Mark, OfCredential, Step, Variant};
pub use limits::{LevelHeaders, Limits, Reset, RetryAfter};
pub use record::{CreateInactive, Deactivate, FieldRule, Format, RecordType, SeedSlot, Unique, VendorData};
pub use rest::{Matching, QueryFilter, Shape, ShapeField, Shows, TimeForm, Write};
pub use scim::{BulkBounds, Document, LinkSlot, Meta, Offers, Resource};

/// A vendor's behaviour, with the variants that are in force.
#[derive(Debug)]
pub struct Profile {
    /// The vendor's name, as used in paths and tokens.
    pub vendor: String,
    /// Its name as people write it.
    pub title: String,
    /// What it is.
    pub about: String,
    /// The documents that facts cite.
    pub sources: Vec<Source>,
    /// Host names, lower case; a label `*` stands for any one label.
    pub hosts: Vec<String>,
    /// Plans, the best first; organizations start on the first.
    pub plans: Vec<String>,
    /// What has to be done before an api answers.
    pub prerequisites: Vec<Prerequisite>,
    /// Kinds of token, key and client.
    pub credentials: Vec<Credential>,
    /// Types of record.
    pub records: Vec<RecordType>,
    /// Surfaces.
    pub apis: Vec<Api>,
    /// The facts behind there being these surfaces and no others.
    pub bases_rule: Rule,
    /// How faults look where no api serves the path.
    pub errors: Errors,
    /// Rate limits, declared.
    pub limits: Limits,
    /// What the admin console can do, declared.
    pub actions: Vec<Action>,
    /// Warnings of the sources.
    pub advisories: Vec<Advisory>,
    /// Behaviours that can differ, each with the value in force.
    pub variants: Vec<Variant>,
    /// The ledger of facts.
    pub facts: Vec<Fact>,
    /// What is not served.
    pub absent: Vec<Absent>,
    /// The tree that it was read from, with places, for explanations.
    pub tree: Node,
}

/// Which facts stand behind a part of the profile, and where the part is written.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Indices into [`Profile::facts`].
    pub facts: Box<[u16]>,
    /// Where it is written.
    pub place: Place,
}

impl Rule {
    /// This rule with the facts of another.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut facts = self.facts.into_vec();
        facts.extend(other.facts.into_vec());
        facts.sort_unstable();
        facts.dedup();
        Self { facts: facts.into(), place: self.place }
    }
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name that facts cite.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The file it was read from.
    pub file: Option<String>,
    /// Where it is published.
    pub url: Option<String>,
    /// Its date, as printed.
    pub dated: Option<String>,
}

/// Something that has to be done first.
#[derive(Debug, Clone)]
pub struct Prerequisite {
    /// Its name.
    pub name: String,
    /// What has to be done.
    pub about: String,
    /// Whether it is done when a sandbox begins.
    pub at_start: bool,
}

/// What an organization needs.
#[derive(Debug, Clone, Default)]
pub struct Requires {
    /// Indices of the plans that include it; empty for every plan.
    pub plans: Vec<usize>,
    /// Indices of the prerequisites.
    pub prerequisites: Vec<usize>,
}

/// A kind of token, key or client.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its name.
    pub name: String,
    /// Where a customer gets it.
    pub about: String,
    /// How it is shown.
    pub carrier: Carrier,
    /// What a new token looks like, around `{random}`.
    pub form: String,
    /// Scopes, each with what it is for.
    pub scopes: Vec<(String, String)>,
    /// How long a token lives, in milliseconds.
    pub expires_ms: Option<u64>,
    /// Issued as a client id and a secret.
    pub pair: bool,
    /// Shown only when issued.
    pub shown_once: bool,
    /// Issuing ends the one before.
    pub one_at_a_time: bool,
    /// How long the one before still works.
    pub overlap_ms: u64,
    /// How many live at once in an organization; of a client, how many of its access tokens.
    pub at_most: Option<usize>,
    /// Whether one more ends the oldest; else it is refused.
    pub ends_oldest: bool,
    /// How much later than it says a token dies, in milliseconds.
    pub expiry_skew_ms: i64,
    /// How many calls a token is good for.
    pub uses_max: Option<u64>,
    /// Where it is written.
    pub rule: Rule,
}

/// How a credential is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// `Authorization: Bearer`.
    Bearer,
    /// A header.
    Header(http::HeaderName),
    /// A query parameter.
    Query(String),
    /// An OAuth client; its access tokens are shown as bearer.
    Client,
}
