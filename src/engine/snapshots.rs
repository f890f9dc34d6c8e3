//! Snapshots of a sandbox's records, and what was created, changed and removed since one was taken.

use serde_json::{Map, Value, json};

use super::sandbox::Sandbox;
use super::{Engine, Refused};
use crate::journal::MarkKind;
use crate::operation::table;
use crate::profile::model::Profile;
use crate::record;
use crate::stage::access::Standing;
use crate::store::{OrganizationId, Record, State};

/// How many snapshots a sandbox keeps at most; each keeps the records of its time alive.
pub const SNAPSHOTS_MAX: usize = 100;

/// What a sandbox was at a moment.
#[derive(Debug)]
pub struct Snapshot {
    name: String,
    /// By vendor; `None` for those that nobody had come to.
    vendors: Vec<Option<(State, Vec<Standing>)>>,
}

impl Engine {
    /// Takes a snapshot of a sandbox's records and of what its organizations have done; one of that name is replaced.
    ///
    /// # Errors
    /// That there are too many.
    pub fn take_snapshot(&self, sandbox: &Sandbox, name: &str) -> Result<(), Refused> {
        let kept = |index| {
            let vendor = sandbox.opened(index)?;
            Some((vendor.store.snapshot(), vendor.standings()))
        };
        let snapshot =
            Snapshot { name: name.to_owned(), vendors: (0..self.profiles().len()).map(kept).collect() };
        let mut snapshots = sandbox.snapshots.write();
        snapshots.retain(|one| one.name != name);
        if snapshots.len() >= SNAPSHOTS_MAX {
            return Err(Refused::Full(format!("a sandbox has at most {SNAPSHOTS_MAX} snapshots")));
        }
        snapshots.push(snapshot);
        Ok(())
    }

    /// Makes a sandbox's records what they were when a snapshot was taken. Vendors that nobody had come to then are as at
    /// birth.
    ///
    /// # Errors
    /// That there is no such snapshot.
    pub fn restore_snapshot(&self, sandbox: &Sandbox, name: &str) -> Result<(), Refused> {
        let snapshots = sandbox.snapshots.read();
        let snapshot = find(&snapshots, name)?;
        for (index, kept) in snapshot.vendors.iter().enumerate() {
            match (kept, sandbox.opened(index)) {
                (Some((state, standings)), Some(vendor)) => {
                    // The variants in force may be others now: keys are what they say.
                    vendor.restore(state);
                    vendor.set_standings(standings.clone());
                }
                (None, Some(_)) => sandbox.close(index),
                (_, None) => {}
            }
        }
        let says = format!("the records are again what they were in the snapshot {name}");
        sandbox.journal.mark(sandbox.clock.now_ms(), MarkKind::Settings, None, says);
        Ok(())
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// That there is no such snapshot.
    pub fn delete_snapshot(&self, sandbox: &Sandbox, name: &str) -> Result<(), Refused> {
        let mut snapshots = sandbox.snapshots.write();
        find(&snapshots, name)?;
        snapshots.retain(|one| one.name != name);
        Ok(())
    }

    /// The names of a sandbox's snapshots, the oldest first.
    pub fn snapshots(&self, sandbox: &Sandbox) -> Vec<String> {
        sandbox.snapshots.read().iter().map(|snapshot| snapshot.name.clone()).collect()
    }

    /// What was created, changed and removed since a snapshot, by vendor and type of record. Of what was changed, which
    /// attributes.
    ///
    /// # Errors
    /// That there is no such snapshot.
    pub fn diff(&self, sandbox: &Sandbox, name: &str) -> Result<Value, Refused> {
        let snapshots = sandbox.snapshots.read();
        let snapshot = find(&snapshots, name)?;
        let mut vendors = Map::new();
        for (index, profile) in self.profiles().iter().enumerate() {
            let Some(vendor) = sandbox.opened(index) else { continue };
            let empty = State::new(&[]);
            let before = match snapshot.vendors.get(index) {
                Some(Some((state, _))) => state.clone(),
                // Nobody had come to it: it was as at birth.
                _ => sandbox.born(index).unwrap_or(empty),
            };
            let now = vendor.store.snapshot();
            vendors.insert(profile.vendor.clone(), differences(profile, sandbox, &before, &now));
        }
        Ok(Value::Object(vendors))
    }
}

fn find<'a>(snapshots: &'a [Snapshot], name: &str) -> Result<&'a Snapshot, Refused> {
    let found = snapshots.iter().find(|snapshot| snapshot.name == name);
    found.ok_or_else(|| Refused::Unknown(format!("there is no snapshot `{name}`")))
}

fn differences(profile: &Profile, sandbox: &Sandbox, before: &State, now: &State) -> Value {
    let mut created = Vec::new();
    let mut changed = Vec::new();
    let mut removed = Vec::new();
    for (index, kind) in profile.records.iter().enumerate() {
        for (number, organization) in sandbox.organizations.iter().enumerate() {
            let of = OrganizationId(u16::try_from(number).unwrap_or(u16::MAX));
            let tell = |record: &Record, more: Value| {
                let mut told = json!({"type": kind.name, "organization": organization, "record": record::attributes(record.body())});
                if let (Some(told), Value::Object(more)) = (told.as_object_mut(), more) {
                    told.extend(more);
                }
                told
            };
            for record in now.scan(table(index), of) {
                match before.get(table(index), of, record.serial) {
                    None => created.push(tell(record, json!({}))),
                    Some(old) if old.version != record.version => {
                        let attributes = changed_attributes(old, record);
                        let members = before.members(old.id()).ne(now.members(record.id()));
                        let attributes: Vec<Value> =
                            attributes.into_iter().chain(members.then(|| Value::from("members"))).collect();
                        if !attributes.is_empty() {
                            changed.push(tell(record, json!({"changed": attributes})));
                        }
                    }
                    Some(_) => {}
                }
            }
            for record in before.scan(table(index), of) {
                if now.get(table(index), of, record.serial).is_none() {
                    removed.push(tell(record, json!({})));
                }
            }
        }
    }
    json!({"created": created, "changed": changed, "removed": removed})
}

/// The attributes whose values differ, in dotted notation.
fn changed_attributes(old: &Record, new: &Record) -> Vec<Value> {
    let mut paths = Vec::new();
    let (old, new) = (record::attributes(old.body()), record::attributes(new.body()));
    compare("", &old, &new, &mut paths);
    paths.into_iter().map(Value::from).collect()
}

fn compare(inside: &str, old: &Map<String, Value>, new: &Map<String, Value>, paths: &mut Vec<String>) {
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    for name in names {
        // An extension's attributes stand behind its URN and a colon.
        let path = match inside {
            "" => name.clone(),
            urn if urn.contains(':') => format!("{urn}:{name}"),
            outer => format!("{outer}.{name}"),
        };
        match (old.get(name), new.get(name)) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => compare(&path, old, new, paths),
            (one, other) if one != other => paths.push(path),
            _ => {}
        }
    }
}
