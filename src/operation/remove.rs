//! Removing a record, its memberships with it; what the vendor keeps beside it as the profile says.

use std::sync::Arc;

use super::{Outcome, Scene, Target};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::profile::model::RecordType;
use crate::store::{Record, State};

/// Deletes a record.
pub(super) fn delete(scene: &Scene<'_>, target: &Target, notes: &mut Notes) -> Result<Outcome, Fault> {
    let kind = scene.record_type(target.record);
    scene.store.write(|state| {
        let record = scene.find(state, target)?;
        remove(scene, state, kind, &record);
        notes.word("deleted");
        notes.rule(&kind.deletion);
        Ok(Outcome::Deleted)
    })
}

/// Takes a record out of the store and of its groups.
pub(super) fn remove(scene: &Scene<'_>, state: &mut State, kind: &RecordType, record: &Arc<Record>) {
    let stamp = scene.stamp(usize::from(record.table.0));
    let groups: Vec<_> = state.groups_of(record.id()).collect();
    let amounts = kind.vendor_data.iter().zip(record.aside.iter());
    let aside = amounts.map(|(data, amount)| if data.erased_when_deleted { 0 } else { *amount }).collect();
    state.remove_with(record.table, record.serial, aside, stamp);
    for group in groups {
        state.touch(group.table, group.serial, stamp);
    }
}
