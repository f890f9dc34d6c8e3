//! What has just changed in a table, so that a list can be shown as it was a moment ago.
//!
//! **Invariant:** moments are numbers that the caller compares; nothing here knows how long ago "now" is.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::record::{OrganizationId, Record};

/// Changes remembered per table: at a hundred writes a second, a visibility lag of a minute and a half. When more
/// come, the oldest shows early.
pub const RECENT_MAX: usize = 10_000;

/// The latest changes of one table, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent(VecDeque<Change>);

#[derive(Debug, Clone)]
struct Change {
    at_ms: i64,
    organization: OrganizationId,
    serial: u64,
    /// What stood there before; `None` when the change created it.
    before: Option<Arc<Record>>,
}

impl Recent {
    /// Remembers a change of the record `now` (or, when it is gone, of its last version).
    pub(super) fn note(&mut self, now: &Record, before: Option<Arc<Record>>, at_ms: i64) {
        if self.0.len() == RECENT_MAX {
            self.0.pop_front();
        }
        let (organization, serial) = (now.organization, now.serial);
        self.0.push_back(Change { at_ms, organization, serial, before });
    }

    /// Every record of an organization that changed after the horizon, with what stood there at the horizon: `None`
    /// when it was not there yet.
    pub(super) fn undone(
        &self,
        organization: OrganizationId,
        horizon_ms: i64,
    ) -> BTreeMap<u64, Option<&Arc<Record>>> {
        let mut undone = BTreeMap::new();
        for change in &self.0 {
            if change.organization == organization && change.at_ms > horizon_ms {
                // The first change after the horizon is the one that knows what stood there.
                undone.entry(change.serial).or_insert(change.before.as_ref());
            }
        }
        undone
    }
}
