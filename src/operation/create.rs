//! Making a record.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Links, Outcome, Scene, Want, invalid, must_name_members, name_assigned, remove, table};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::profile::model::{CreateInactive, RecordType};
use crate::record;
use crate::record::law::{self, Admitted, is_active};
use crate::scim::error::Error;
use crate::store::{Clash, Draft, RecordId, State, View};

/// How many records of a type an organization keeps at most: twice what a recipient file may hold, so that no client can
/// fill the memory.
pub const RECORDS_MAX: usize = 2_000_000;

/// How long a record's attributes are at most, in bytes of JSON: as much as one call can send, so that no number of calls
/// makes one record fill the memory.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// Makes a record: rules, uniqueness and links together, or nothing.
pub(super) fn create(
    scene: &Scene<'_>,
    of: usize,
    mut attributes: Map<String, Value>,
    links: &Links,
    want: Want,
    is_own: bool,
    notes: &mut Notes,
) -> Result<Outcome, Fault> {
    let kind = scene.record_type(of);
    must_name_members(kind, links, notes)?;
    scene.store.write(|state| {
        let caller = state.caller(table(of), scene.organization).filter(|_| is_own);
        if caller.is_some_and(|serial| state.get(table(of), scene.organization, serial).is_some()) {
            let detail = "whoever calls has a resource already";
            return Err(Fault::Scim(Error::uniqueness(detail)));
        }
        scene
            .inward(state, kind, &mut attributes, None)
            .map_err(|problems| invalid(kind, problems, notes))?;
        let admitted =
            law::admit(kind, attributes, None).map_err(|problems| invalid(kind, problems, notes))?;
        notes.dropped.extend_from_slice(&admitted.left_out);
        name_assigned(kind, notes);
        let inactive = !is_active(kind, &admitted.attributes);
        if inactive && kind.create_inactive != CreateInactive::Allow {
            notes.rule(&kind.create_inactive_rule);
        }
        if inactive && kind.create_inactive == CreateInactive::Refuse {
            let field = kind.active.as_ref().map(ToString::to_string).unwrap_or_default();
            return Err(Fault::value(field, "true when a record is created"));
        }
        let members = scene.members(state, links)?;
        let groups = scene.groups(state, links)?;
        let amounts = kind.vendor_data.iter().map(|_| 0).collect();
        let draft = draft(admitted, amounts)?;
        if state.count(table(of), scene.organization) >= RECORDS_MAX {
            return Err(Fault::Full);
        }
        let record =
            state.insert(table(of), scene.organization, draft, scene.stamp(of)).map_err(|clash| {
                notes.rule(&kind.unique[clash.unique].rule);
                not_unique(kind, &clash)
            })?;
        if is_own {
            state.set_caller(record.table, scene.organization, record.serial);
        }
        link(scene, state, record.id(), members, groups);
        let shown = scene.show(state.seen(View::Present), Arc::clone(&record), want);
        if inactive && kind.create_inactive == CreateInactive::Discard {
            remove::remove(scene, state, kind, &record);
        }
        Ok(Outcome::Made(shown))
    })
}

/// Puts links in place, and says whether the record has other members now. The groups that it joined or left are changed
/// by that.
pub(super) fn link(
    scene: &Scene<'_>,
    state: &mut State,
    id: RecordId,
    members: Option<Vec<RecordId>>,
    groups: Option<Vec<RecordId>>,
) -> bool {
    let stamp = scene.stamp(usize::from(id.table.0));
    if let Some(groups) = groups {
        let before: Vec<_> = state.groups_of(id).collect();
        if state.set_groups(id, groups, stamp) {
            let after: Vec<_> = state.groups_of(id).collect();
            let left = before.iter().filter(|one| !after.contains(one));
            let joined = after.iter().filter(|one| !before.contains(one));
            for group in left.chain(joined) {
                state.touch(group.table, group.serial, stamp);
            }
        }
    }
    members.is_some_and(|members| state.set_members(id, members, stamp))
}

/// What goes into the store.
pub(super) fn draft(admitted: Admitted, aside: Box<[u32]>) -> Result<Draft, Fault> {
    let body = record::body(&admitted.attributes);
    if body.len() > RECORD_BYTES_MAX {
        return Err(Fault::RecordTooLarge);
    }
    Ok(Draft { body, keys: admitted.keys, aside })
}

/// The fault of a value that another record has.
pub(super) fn not_unique(kind: &RecordType, clash: &Clash) -> Fault {
    Fault::NotUnique {
        unique: kind.unique[clash.unique].name.clone(),
        record: kind.resource_type.to_owned(),
        value: clash.holder.key(clash.unique).unwrap_or_default().to_owned(),
    }
}
