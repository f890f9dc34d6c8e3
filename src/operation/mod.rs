//! Operations: what a call does, once it has passed the gates. [`Input`] to [`Outcome`] or [`Fault`].
//!
//! **Invariant:** an operation cannot look at a call and does not know how its outcome will be written. What it needs of
//! the surface are the ids (a record is named in each surface's form) and nothing else. Every change happens under one
//! write lock, whole or not at all.

mod change;
mod create;
mod list;
mod reference;
mod remove;
mod shown;
mod token;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::fault::{Fault, Problem};
use crate::notes::Notes;
use crate::oauth::TokenRequest;
use crate::profile::model::{Format, Matching, Profile, RecordType};
use crate::profile::path::RecordPath;
use crate::record::id::Ids;
use crate::scim::filter::Filter;
use crate::scim::leniency::Leniency;
use crate::scim::patch::Patch;
use crate::store::{OrganizationId, Record, RecordId, State, Store, TableId};
use crate::vault::{Owner, Vault};
use crate::world::Dice;

pub use create::RECORDS_MAX;
pub use shown::{One, Shown};
pub use token::Granted;

/// What an operation works with.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The vendor's rules.
    pub profile: &'a Profile,
    /// Its records.
    pub store: &'a Store,
    /// How this surface names records, by record type; `None` for types that it does not show.
    pub ids: &'a [Option<Ids<'a>>],
    /// Whose records they are.
    pub organization: OrganizationId,
    /// The time.
    pub now_ms: i64,
    /// The credentials.
    pub vault: &'a Vault,
    /// Chance.
    pub dice: Dice,
}

/// What to do.
#[derive(Debug)]
pub enum Input {
    /// Show many records.
    List(Listing),
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
    },
}

/// Which record, by the id that was sent.
#[derive(Debug)]
pub struct Target {
    /// The type of record.
    pub record: usize,
    /// Its serial, if the id is one of this surface's.
    pub serial: Option<u64>,
    /// The id as sent.
    pub id: String,
    /// What of it is shown.
    pub want: Want,
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
}

/// A list to show.
#[derive(Debug)]
pub struct Listing {
    /// The type of record.
    pub record: usize,
    /// Which records.
    pub selection: Selection,
    /// Which part of them.
    pub window: Window,
    /// What of each is shown.
    pub want: Want,
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
#[derive(Debug, Clone, Copy)]
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
        /// The serial; `None` from the beginning.
        serial: Option<u64>,
        /// How many are shown at most.
        take: usize,
    },
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

/// How an operation ended well.
#[derive(Debug)]
pub enum Outcome {
    /// A record is as it is, or as it is now.
    Shown(Shown),
    /// A record was made.
    Made(Shown),
    /// A record was deleted.
    Deleted,
    /// A record was deleted because it was deactivated; this is how it last was.
    LetGo {
        /// Its last state.
        last: Shown,
        /// Whether nothing of it is shown.
        no_content: bool,
    },
    /// Part of a list.
    Listed(Listed),
    /// An access token was issued.
    Granted(Granted),
}

/// Part of a list.
#[derive(Debug)]
pub struct Listed {
    /// The records.
    pub shown: Shown,
    /// How many match in all.
    pub total: usize,
    /// How many are left out in front.
    pub skip: usize,
    /// The serial behind which the next part begins, if there is one.
    pub next: Option<u64>,
}

/// Does it.
///
/// # Errors
/// What the vendor finds wrong; nothing has changed then.
pub fn run(scene: &Scene<'_>, input: Input, notes: &mut Notes) -> Result<Outcome, Fault> {
    match input {
        Input::List(listing) => list::list(scene, &listing, notes),
        Input::Fetch(target) => list::fetch(scene, &target),
        Input::Create { record, attributes, links, want } => {
            create::create(scene, record, attributes, &links, want, notes)
        }
        Input::Update { target, fields, links } => change::update(scene, &target, fields, &links, notes),
        Input::Replace { target, attributes, links } => {
            change::replace(scene, &target, attributes, &links, notes)
        }
        Input::Patch { target, patch, leniency, ignore_unknown_members } => {
            change::patch(scene, &target, &patch, &leniency, ignore_unknown_members, notes)
        }
        Input::Delete(target) => remove::delete(scene, &target, notes),
        Input::Token { request, vendor, credential, expires_ms } => {
            token::grant(scene, &request, vendor, credential, expires_ms)
        }
    }
}

/// The owner of a credential, without its organization: what an operation compares.
fn is_for(owner: &Owner, vendor: usize, credential: usize) -> bool {
    owner.vendor == vendor && owner.credential == credential
}

impl<'a> Scene<'a> {
    /// A type of record. The index comes from the profile itself.
    fn record_type(&self, record: usize) -> &'a RecordType {
        &self.profile.records[record]
    }

    /// The fault for an id that is nobody's here.
    fn nobody(&self, target: &Target) -> Fault {
        let record = self.record_type(target.record).resource_type.to_owned();
        Fault::NoSuchRecord { record, id: target.id.clone() }
    }

    /// The record of an id.
    fn find(&self, state: &State, target: &Target) -> Result<Arc<Record>, Fault> {
        let found =
            target.serial.and_then(|serial| state.get(table(target.record), self.organization, serial));
        found.cloned().ok_or_else(|| self.nobody(target))
    }

    /// The record that an id of this surface names, of whatever type.
    fn resolve(&self, state: &State, id: &str) -> Option<RecordId> {
        self.ids.iter().enumerate().find_map(|(index, ids)| {
            let serial = ids.as_ref()?.serial(id)?;
            state.get(table(index), self.organization, serial).map(|record| record.id())
        })
    }

    /// A record with what is wanted beside it.
    fn show(&self, state: &State, record: Arc<Record>, want: Want) -> Shown {
        Shown::gather(self, state, vec![record], want)
    }
}

/// The table of a record type.
pub fn table(record: usize) -> TableId {
    TableId(u8::try_from(record).unwrap_or(u8::MAX))
}

/// The fault of fields that are not as they must be, with the facts behind them.
fn invalid(kind: &RecordType, problems: Vec<Problem>, notes: &mut Notes) -> Fault {
    for problem in &problems {
        for rule in kind.rules.iter().filter(|rule| rule.path.to_string() == problem.field) {
            notes.rule(&rule.rule);
        }
    }
    Fault::Invalid(problems)
}

/// Whether a group says who is in it, where the vendor wants that; an empty list says so too.
fn must_name_members(kind: &RecordType, links: &Links, notes: &mut Notes) -> Result<(), Fault> {
    let rule = kind.rules.iter().find(|rule| rule.required && rule.path.name == "members");
    match rule.filter(|_| kind.is_group() && links.members.is_none()) {
        Some(rule) => {
            notes.rule(&rule.rule);
            Err(Fault::missing("members"))
        }
        None => Ok(()),
    }
}

/// Names the facts behind what the vendor assigned in a write.
fn name_assigned(kind: &RecordType, notes: &mut Notes) {
    for rule in kind.rules.iter().filter(|rule| rule.assigned.is_some()) {
        notes.rule(&rule.rule);
    }
}
