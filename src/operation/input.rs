//! What a call asks, understood: whatever surface it came by.
//!
//! **Invariant:** nothing here knows how it was written, and nothing has been looked up yet.

use serde_json::{Map, Value};

use crate::oauth::{RevocationRequest, TokenRequest};
use crate::profile::model::{Format, Matching};
use crate::profile::path::RecordPath;
use crate::scim::filter::Filter;
use crate::scim::leniency::Leniency;
use crate::scim::patch::Patch;
use crate::scim::sort::{Key, Order};

/// What to do.
#[derive(Debug)]
pub enum Input {
    /// Show many records.
    List(Listing),
    /// Tell of the api itself; nothing is done.
    Describe,
    /// Show one.
    Fetch(Target),
    /// Make one.
    Create {
        /// The type of record.
        record: usize,
        /// Its attributes, ids in the surface's form.
        attributes: Map<String, Value>,
        /// Who is in it, and what it is in.
        links: Links,
        /// What of it is shown.
        want: Want,
        /// Whether it is to stand for whoever calls.
        is_own: bool,
    },
    /// Change one, field by field.
    Update {
        /// Which.
        target: Target,
        /// The fields.
        fields: Vec<FieldChange>,
        /// Who is in it, and what it is in.
        links: Links,
    },
    /// Replace one by a SCIM resource.
    Replace {
        /// Which.
        target: Target,
        /// Its attributes as cleaned, ids in the surface's form.
        attributes: Map<String, Value>,
        /// Who is in it.
        links: Links,
    },
    /// Change one by hand: as a JSON merge patch (RFC 7396) of its attributes.
    Edit {
        /// Which.
        target: Target,
        /// The attributes.
        changes: Map<String, Value>,
        /// Who is in it, and what it is in.
        links: Links,
    },
    /// Change one by a PatchOp.
    Patch {
        /// Which.
        target: Target,
        /// The operations.
        patch: Patch,
        /// What is let pass.
        leniency: Leniency,
        /// Whether members that do not exist are left out.
        ignore_unknown_members: bool,
    },
    /// Remove one.
    Delete(Target),
    /// Issue an access token.
    Token {
        /// What the client asks.
        request: TokenRequest,
        /// Which vendor's and credential's client it must be.
        vendor: usize,
        /// The credential's index.
        credential: usize,
        /// How long the token lives.
        expires_ms: u64,
        /// Whether it ends the client's one before.
        one_per_client: bool,
    },
    /// End an access token.
    Revoke {
        /// What the client asks.
        request: RevocationRequest,
        /// Which vendor's and credential's client it must be.
        vendor: usize,
        /// The credential's index.
        credential: usize,
    },
}

/// Which record, by the id that was sent.
#[derive(Debug)]
pub struct Target {
    /// The type of record.
    pub record: usize,
    /// Who it is.
    pub who: Who,
    /// The id as sent.
    pub id: String,
    /// What of it is shown.
    pub want: Want,
    /// In which version it must be, or must not be.
    pub condition: Condition,
}

/// Who a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The one of a serial.
    Serial(u64),
    /// Nobody: the id is none of this surface's.
    Nobody,
    /// Whoever calls.
    Caller,
}

/// The versions that a record must be in, or must not be in, for the operation to take place (RFC 7644 section 3.14).
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// One of these.
    pub one_of: Option<Versions>,
    /// None of these.
    pub none_of: Option<Versions>,
}

/// Some versions of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// Whichever.
    Any,
    /// These.
    These(Vec<u64>),
}

impl Versions {
    /// Whether a version is one of them.
    pub fn have(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::These(versions) => versions.contains(&version),
        }
    }
}

/// What beside its attributes is shown of a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Want {
    /// The groups that it is in.
    pub groups: bool,
    /// Its members.
    pub members: bool,
    /// How many members it has.
    pub member_count: bool,
    /// Of groups and members more than their ids.
    pub names: bool,
    /// The groups around its groups.
    pub nested: bool,
}

/// A list to show.
#[derive(Debug)]
pub struct Listing {
    /// Of which types, one behind the other unless all are ordered by something.
    pub kinds: Vec<OfKind>,
    /// By what they are ordered; as they were made where nothing is said.
    pub order: Option<Order>,
    /// Which part of them.
    pub window: Window,
    /// What of each is shown.
    pub want: Want,
}

/// The records of one type in a list.
#[derive(Debug)]
pub struct OfKind {
    /// The type of record.
    pub record: usize,
    /// Which of them.
    pub selection: Selection,
    /// Which a filter meant that the vendor does not look at: for whoever wants to know who took the wrong ones for them.
    pub ignored: Option<Selection>,
}

/// Which records a list shows.
#[derive(Debug)]
pub enum Selection {
    /// All.
    All,
    /// The one that holds a key.
    Key {
        /// The uniqueness rule's index.
        unique: usize,
        /// The key, folded.
        key: String,
    },
    /// The one of a serial; nobody where the id is none of this surface's.
    Serial(Option<u64>),
    /// Those that match a filter.
    Filter(Filter),
    /// Those whose fields pass all tests.
    Fields(Vec<FieldTest>),
    /// Those that two selections share.
    Both(Box<Selection>, Box<Selection>),
}

impl Selection {
    /// The records that another selection means too.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All => other,
            one => Self::Both(Box::new(one), Box::new(other)),
        }
    }
}

/// A test of one field.
#[derive(Debug)]
pub struct FieldTest {
    /// Where it lives.
    pub at: Vec<RecordPath>,
    /// The format by which one of several places is picked.
    pub format: Option<Format>,
    /// What it must be.
    pub wanted: Value,
    /// How texts match.
    pub matching: Matching,
    /// Whether case counts.
    pub case_exact: bool,
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub enum Window {
    /// All of it.
    All,
    /// After so many, so many.
    Skip {
        /// How many are left out in front.
        skip: usize,
        /// How many are shown at most.
        take: usize,
    },
    /// Those behind a record, so many.
    After {
        /// Where it stands or stood; `None` from the beginning.
        mark: Option<Mark>,
        /// How many are shown at most.
        take: usize,
    },
}

/// Where in a list a record stands, whether or not it is still there.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The type of record.
    pub record: usize,
    /// Its serial.
    pub serial: u64,
    /// What it is ordered by, if it is.
    pub key: Option<Key>,
}

/// Who is in a record, and what it is in, as ids of this surface; `None` where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Its members.
    pub members: Option<Vec<String>>,
    /// The field that they were sent in.
    pub members_field: String,
    /// The groups it is in.
    pub groups: Option<Vec<String>>,
    /// The field that they were sent in.
    pub groups_field: String,
    /// Whether members that do not exist are left out.
    pub ignore_unknown: bool,
}

/// A change of one field of a surface.
#[derive(Debug)]
pub struct FieldChange {
    /// Where it lives; of several places, the one whose value has the format.
    pub at: Vec<RecordPath>,
    /// The format.
    pub format: Option<Format>,
    /// The new value; `None` takes it away.
    pub value: Option<Value>,
}
