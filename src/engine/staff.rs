//! A vendor's records as its own staff sees and handles them: past tokens, limits and chaos, with what no api shows, under
//! the laws that hold for every surface.
//!
//! **Invariant:** staff belongs to one organization at a time, and names a record by the id that any api has for it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::sandbox::Sandbox;
use super::vendor::Vendor;
use super::{Engine, Refused};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::operation::{self, Condition, Input, Links, Outcome, Scene, Target, Want, Who, table};
use crate::profile::model::{Deactivate, RecordType};
use crate::record;
use crate::record::id::Ids;
use crate::record::law::is_active;
use crate::record::text::{folded, rfc3339};
use crate::store::{Departed, Lag, OrganizationId, Record, RecordId, State, View};
use crate::vault::Vault;

/// Whoever works for a vendor, on one organization's records.
#[derive(Debug)]
pub struct Staff<'a> {
    /// The sandbox.
    pub sandbox: &'a Sandbox,
    /// The vendor.
    pub vendor: Arc<Vendor>,
    /// The organization's index in the sandbox.
    pub organization: usize,
    vault: &'a Vault,
}

/// What is filled in of a record.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Attributes as the record has them, `{"name": {"givenName": "Ada"}}`; of a record that is there, those to change, and
    /// `null` takes one away.
    pub attributes: Map<String, Value>,
    /// The ids of the groups that it is to be in, and in no others.
    pub groups: Option<Vec<String>>,
    /// The ids of its members.
    pub members: Option<Vec<String>>,
}

impl Engine {
    /// A vendor's staff, for an organization; without a name for the first.
    ///
    /// # Errors
    /// That the sandbox has no such vendor or organization.
    pub fn staff<'a>(
        &'a self,
        sandbox: &'a Sandbox,
        vendor: usize,
        organization: Option<&str>,
    ) -> Result<Staff<'a>, Refused> {
        let known = &sandbox.organizations;
        let place = organization.map_or(Some(0), |name| known.iter().position(|known| known == name));
        let organization = place.ok_or_else(|| {
            let name = organization.unwrap_or_default();
            Refused::Invalid(format!("there is no organization `{name}`; there is {}", known.join(", ")))
        })?;
        let vendor = self.vendor_in(sandbox, vendor)?;
        Ok(Staff { sandbox, vendor, organization, vault: &self.vault })
    }
}

/// Looking.
impl Staff<'_> {
    /// Part of the records of a type in the order they were made, and how many there are.
    ///
    /// # Errors
    /// That there is no such type.
    pub fn list(&self, kind: &str, skip: usize, take: usize) -> Result<(Vec<Value>, usize), Refused> {
        let of = self.kind(kind)?;
        self.with(|scene| {
            let (table, organization) = (table(of), scene.organization);
            scene.store.read(|state| {
                let page = state.page(table, organization, skip, take);
                let seen = page.iter().map(|record| self.seen(scene, state, record, None));
                Ok((seen.collect(), state.count(table, organization)))
            })
        })
    }

    /// A record by an id that any api has for it, also one that is gone, if that is not too long ago.
    ///
    /// # Errors
    /// That there is no such type, or nobody of that id.
    pub fn get(&self, kind: &str, id: &str) -> Result<Value, Refused> {
        let of = self.kind(kind)?;
        let serial = self.serial(of, id)?;
        self.with(|scene| self.look_at(scene, of, serial)).ok_or_else(|| nobody(kind, id))
    }

    /// The record that holds a unique value; else the last that held it and is gone.
    ///
    /// # Errors
    /// That there is no such type, or that nobody ever held it, or too long ago.
    pub fn find(&self, kind: &str, value: &str) -> Result<Value, Refused> {
        let of = self.kind(kind)?;
        let serial = self.serial_of(of, value);
        let found = serial.and_then(|serial| self.with(|scene| self.look_at(scene, of, serial)));
        found.ok_or_else(|| Refused::Unknown(format!("no {kind} has {value}")))
    }
}

/// Handling.
impl Staff<'_> {
    /// Makes a record.
    ///
    /// # Errors
    /// What the vendor finds wrong.
    pub fn create(&self, kind: &str, entry: Entry) -> Result<Value, Refused> {
        self.make(self.kind(kind)?, entry)
    }

    /// Changes a record.
    ///
    /// # Errors
    /// What the vendor finds wrong, or that there is no such record.
    pub fn change(&self, kind: &str, id: &str, entry: Entry) -> Result<Value, Refused> {
        let of = self.kind(kind)?;
        self.edit(of, self.serial(of, id)?, id, entry)
    }

    /// Removes a record; what the vendor keeps of it then, it keeps.
    ///
    /// # Errors
    /// That there is no such record.
    pub fn remove(&self, kind: &str, id: &str) -> Result<(), Refused> {
        let of = self.kind(kind)?;
        let target = target(of, self.serial(of, id)?, id);
        self.with(|scene| operation::run(scene, Input::Delete(target), &mut Notes::default()))
            .map_err(|fault| refused(&fault))?;
        Ok(())
    }

    pub(super) fn make(&self, of: usize, entry: Entry) -> Result<Value, Refused> {
        let record = &self.vendor.profile.records[of];
        let attributes = operation::filled_in(record, entry.attributes).map_err(|fault| refused(&fault))?;
        // Who makes a group by hand and names nobody has said that it is empty.
        let members = entry.members.or_else(|| record.is_group().then(Vec::new));
        let links = links(entry.groups, members);
        self.run(of, Input::Create { record: of, attributes, links, want: Want::default(), is_own: false })
    }

    pub(super) fn edit(&self, of: usize, serial: u64, id: &str, entry: Entry) -> Result<Value, Refused> {
        let links = links(entry.groups, entry.members);
        self.run(of, Input::Edit { target: target(of, serial, id), changes: entry.attributes, links })
    }

    /// Takes a record away with all that the vendor keeps of it, also one that is gone already.
    pub(super) fn erase(&self, of: usize, serial: u64) -> bool {
        self.with(|scene| operation::erase(scene, of, serial))
    }
}

impl Staff<'_> {
    /// The index of a type of record.
    pub(super) fn kind(&self, name: &str) -> Result<usize, Refused> {
        let records = &self.vendor.profile.records;
        let known = || records.iter().map(|record| record.name.as_str()).collect::<Vec<_>>().join(", ");
        let found = records.iter().position(|record| record.name == name);
        found.ok_or_else(|| {
            Refused::Unknown(format!("there is no type of record `{name}`; there is {}", known()))
        })
    }

    /// The serial behind an id of any api.
    pub(super) fn serial(&self, of: usize, id: &str) -> Result<u64, Refused> {
        let record = &self.vendor.profile.records[of];
        let by = |api| self.vendor.ids(api).get(of).copied().flatten()?.serial(id);
        let found = self.vendor.profile.apis.iter().find_map(by);
        found.ok_or_else(|| nobody(&record.name, id))
    }

    /// The serial of the record that holds a unique value, or of the last that held it and is gone.
    pub(super) fn serial_of(&self, of: usize, value: &str) -> Option<u64> {
        let unique = &self.vendor.profile.records[of].unique;
        let keys = || unique.iter().map(|unique| folded(value, unique.case_exact)).enumerate();
        self.with(|scene| {
            let (table, organization) = (table(of), scene.organization);
            scene.store.read(|state| {
                let living = keys().find_map(|(index, key)| state.find(table, organization, index, &key));
                let held =
                    |gone: &&Departed| keys().any(|(index, key)| gone.record.key(index) == Some(&*key));
                let gone = || state.departed(table, organization).filter(held).last();
                living.map(|record| record.serial).or_else(|| gone().map(|gone| gone.record.serial))
            })
        })
    }

    /// The id by which records of a type are called here: that of the first api that shows them.
    fn ids(&self) -> Vec<Option<Ids<'_>>> {
        let mut ids = vec![None; self.vendor.profile.records.len()];
        for api in &self.vendor.profile.apis {
            for (known, found) in ids.iter_mut().zip(self.vendor.ids(api)) {
                *known = known.or(found);
            }
        }
        ids
    }

    pub(super) fn with<R>(&self, work: impl FnOnce(&Scene<'_>) -> R) -> R {
        let ids = self.ids();
        work(&Scene {
            profile: &self.vendor.profile,
            store: &self.vendor.store,
            ids: &ids,
            organization: OrganizationId(u16::try_from(self.organization).unwrap_or(u16::MAX)),
            now_ms: self.sandbox.clock.now_ms(),
            vault: self.vault,
            dice: self.sandbox.dice,
            is_elsewhere: false,
            lag: Lag::default(),
            by_id: View::Present,
        })
    }

    /// Does something to one record, and shows how that is then.
    pub(super) fn run(&self, of: usize, input: Input) -> Result<Value, Refused> {
        self.with(|scene| {
            let outcome =
                operation::run(scene, input, &mut Notes::default()).map_err(|fault| refused(&fault))?;
            let shown = match &outcome {
                Outcome::Shown(shown) | Outcome::Made(shown) | Outcome::LetGo { last: shown, .. } => {
                    shown.first()
                }
                _ => None,
            };
            let serial = shown.map(|one| one.record.serial);
            Ok(serial.and_then(|serial| self.look_at(scene, of, serial)).unwrap_or(Value::Null))
        })
    }

    /// The record of a serial, living or departed.
    fn look_at(&self, scene: &Scene<'_>, of: usize, serial: u64) -> Option<Value> {
        let (table, organization) = (table(of), scene.organization);
        scene.store.read(|state| {
            if let Some(record) = state.get(table, organization, serial) {
                return Some(self.seen(scene, state, record, None));
            }
            let gone = state.departed(table, organization).find(|gone| gone.record.serial == serial)?;
            Some(self.seen(scene, state, &gone.record, Some(gone)))
        })
    }

    /// A record as it is told.
    fn seen(&self, scene: &Scene<'_>, state: &State, record: &Record, gone: Option<&Departed>) -> Value {
        let profile = &self.vendor.profile;
        let kind = &profile.records[usize::from(record.table.0)];
        let mut attributes = record::attributes(record.body());
        let is_active = is_active(kind, &attributes);
        scene.outward(kind, &mut attributes);
        let id_of = |id: RecordId| {
            let ids = scene.ids.get(usize::from(id.table.0)).copied().flatten();
            ids.map_or_else(|| id.serial.to_string(), |ids| ids.id(id.serial))
        };
        let by_api = |api: &crate::profile::model::Api| {
            let ids = self.vendor.ids(api).get(usize::from(record.table.0)).copied().flatten()?;
            Some((api.name.clone(), Value::String(ids.id(record.serial))))
        };
        let aside = gone.map_or(&record.aside, |gone| &gone.aside);
        let amounts = kind.vendor_data.iter().zip(aside);
        let amounts: Map<String, Value> =
            amounts.map(|(data, amount)| (data.name.clone(), Value::from(*amount))).collect();
        let mut seen = json!({
            "id": id_of(record.id()),
            "type": kind.name,
            "organization": self.sandbox.organizations.get(self.organization),
            "ids": profile.apis.iter().filter_map(by_api).collect::<Map<String, Value>>(),
            "gone": gone.is_some(),
            "active": is_active && gone.is_none(),
            "login": login(kind, is_active, gone.is_some()),
            "attributes": attributes,
            "groups": state.groups_of(record.id()).map(id_of).collect::<Vec<_>>(),
            "vendor_data": amounts,
            "created_at": rfc3339(record.created_ms),
            "updated_at": rfc3339(record.modified_ms),
            "version": record.version,
        });
        if let Value::Object(seen) = &mut seen {
            if kind.is_group() {
                let members: Vec<String> = state.members(record.id()).map(id_of).collect();
                seen.insert("members".to_owned(), json!(members));
            }
            if let Some(gone) = gone {
                seen.insert("removed_at".to_owned(), json!(rfc3339(gone.removed_ms)));
            }
        }
        seen
    }
}

fn target(of: usize, serial: u64, id: &str) -> Target {
    let (who, id) = (Who::Serial(serial), id.to_owned());
    Target { record: of, who, id, want: Want::default(), condition: Condition::default() }
}

/// Whether a login of the record works.
fn login(kind: &RecordType, is_active: bool, is_gone: bool) -> &'static str {
    match (is_gone, is_active, kind.deactivate) {
        (true, _, _) => "none",
        (false, false, Deactivate::Suspend) => "suspended",
        (false, _, _) => "open",
    }
}

fn links(groups: Option<Vec<String>>, members: Option<Vec<String>>) -> Links {
    Links {
        members,
        members_field: "members".to_owned(),
        groups,
        groups_field: "groups".to_owned(),
        ignore_unknown: false,
    }
}

fn nobody(kind: &str, id: &str) -> Refused {
    Refused::Unknown(format!("there is no {kind} {id}"))
}

/// What a vendor finds wrong, to whoever works there.
fn refused(fault: &Fault) -> Refused {
    let clause = fault.clause();
    match fault {
        Fault::NoSuchRecord { .. } => Refused::Unknown(clause),
        Fault::NotUnique { .. } => Refused::Taken(clause),
        Fault::Full => Refused::Full(clause),
        _ => Refused::Invalid(clause),
    }
}
