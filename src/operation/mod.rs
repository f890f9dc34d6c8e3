//! Operations: what a call does, once it has passed the gates. [`Input`] to [`Outcome`] or [`Fault`].
//!
//! **Invariant:** an operation cannot look at a call and does not know how its outcome will be written. What it needs of
//! the surface are the ids (a record is named in each surface's form) and nothing else. Every change happens under one
//! write lock, whole or not at all.

mod by_hand;
mod change;
mod create;
mod input;
mod list;
mod reference;
mod remove;
mod shown;
mod token;

use std::sync::Arc;

use crate::fault::{Fault, Problem};
use crate::notes::Notes;
use crate::profile::model::{Profile, RecordType};
use crate::record::id::Ids;
use crate::store::{Lag, OrganizationId, Record, RecordId, Seen, Stamp, State, Store, TableId, View};
use crate::vault::Vault;
use crate::world::Dice;

pub use by_hand::{erase, filled_in, from_text};
pub use create::{RECORD_BYTES_MAX, RECORDS_MAX};
pub use input::{
    Condition, FieldChange, FieldTest, Input, Links, Listing, Mark, OfKind, Selection, Target, Versions,
    Want, Who, Window,
};
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
    /// Whether the URL names another sandbox or organization than that of the client who calls.
    pub is_elsewhere: bool,
    /// How late what is written shows, where the type of record does not say later. Whoever writes sees it at once.
    pub lag: Lag,
    /// How a record is seen that is asked for by its id. What does not show so cannot be changed either.
    pub by_id: View,
}

/// How an operation ended well.
#[derive(Debug)]
pub enum Outcome {
    /// A record is as it is, or as it is now.
    Shown(Shown),
    /// A record is in a version that the caller has.
    Unchanged(Shown),
    /// The api itself is told of.
    Described,
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
    /// An access token lives no more, or never did.
    Revoked,
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
    /// Where the next part begins: behind this, if there is one.
    pub next: Option<Mark>,
}

/// Does it.
///
/// # Errors
/// What the vendor finds wrong; nothing has changed then.
pub fn run(scene: &Scene<'_>, input: Input, notes: &mut Notes) -> Result<Outcome, Fault> {
    match input {
        Input::List(listing) => list::list(scene, &listing, notes),
        Input::Describe => Ok(Outcome::Described),
        Input::Fetch(target) => list::fetch(scene, &target),
        Input::Create { record, attributes, links, want, is_own } => {
            create::create(scene, record, attributes, &links, want, is_own, notes)
        }
        Input::Update { target, fields, links } => change::update(scene, &target, fields, &links, notes),
        Input::Replace { target, attributes, links } => {
            change::replace(scene, &target, attributes, &links, notes)
        }
        Input::Edit { target, changes, links } => by_hand::edit(scene, &target, changes, &links, notes),
        Input::Patch { target, patch, leniency, ignore_unknown_members } => {
            change::patch(scene, &target, &patch, &leniency, ignore_unknown_members, notes)
        }
        Input::Delete(target) => remove::delete(scene, &target, notes),
        Input::Token { request, vendor, credential, expires_ms, one_per_client } => {
            let kind = token::Kind { vendor, credential };
            token::grant(scene, &request, kind, expires_ms, one_per_client)
        }
        Input::Revoke { request, vendor, credential } => {
            token::revoke(scene, &request, token::Kind { vendor, credential })
        }
    }
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

    /// When what is written of a type of record is written, and how late it shows: all that one call writes as one.
    fn stamp(&self, record: usize) -> Stamp {
        let Lag { lists_ms, by_id_ms } = self.lag;
        let lists_ms = lists_ms.max(self.record_type(record).visible_after_ms);
        Stamp { now_ms: self.now_ms, lag: Lag { lists_ms, by_id_ms } }
    }

    /// The records as lists and filters show them.
    fn lists(&self) -> View {
        View::Lists(self.now_ms)
    }

    /// The serial that a target names.
    fn serial(&self, state: &State, target: &Target) -> Option<u64> {
        match target.who {
            Who::Serial(serial) => Some(serial),
            Who::Nobody => None,
            Who::Caller => state.caller(table(target.record), self.organization),
        }
    }

    /// The record of a target, as it shows.
    fn get(&self, state: &State, target: &Target) -> Result<Arc<Record>, Fault> {
        let found = self
            .serial(state, target)
            .and_then(|serial| state.seen(self.by_id).get(table(target.record), self.organization, serial));
        found.cloned().ok_or_else(|| self.nobody(target))
    }

    /// The record of a target that is to be changed, as it is, in a version that the caller means. Who does not show yet
    /// is nobody, and so is who has gone and still shows.
    fn find(&self, state: &State, target: &Target) -> Result<Arc<Record>, Fault> {
        let serial = self.get(state, target)?.serial;
        let record = state.get(table(target.record), self.organization, serial);
        let record = record.cloned().ok_or_else(|| self.nobody(target))?;
        let Condition { one_of, none_of } = &target.condition;
        let is_meant = one_of.as_ref().is_none_or(|versions| versions.have(record.version))
            && !none_of.as_ref().is_some_and(|versions| versions.have(record.version));
        if is_meant { Ok(record) } else { Err(Fault::ConditionFailed) }
    }

    /// The record that an id of this surface names, of whatever type, as it is: to name one whom nobody sees yet is no
    /// mistake, as to take its unique value is one.
    fn resolve(&self, state: &State, id: &str) -> Option<RecordId> {
        self.ids.iter().enumerate().find_map(|(index, ids)| {
            let serial = ids.as_ref()?.serial(id)?;
            state.get(table(index), self.organization, serial).map(|record| record.id())
        })
    }

    /// A record with what is wanted beside it.
    fn show(&self, seen: Seen<'_>, record: Arc<Record>, want: Want) -> Shown {
        Shown::gather(self, seen, vec![record], want)
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
