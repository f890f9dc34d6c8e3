//! A state as somebody sees it who may lag behind it: each record, key and link as it showed last.
//!
//! **Invariant:** where nothing lags, to look costs what it costs without. Nothing is decided here: a unique key is free or
//! held as it truly is, in the state itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lag::View;
use super::record::{OrganizationId, Record, RecordId, TableId};
use super::state::State;
use super::table::Table;

/// A state, seen in one way.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    state: &'a State,
    view: View,
}

impl State {
    /// What somebody sees of it.
    pub fn seen(&self, view: View) -> Seen<'_> {
        Seen { state: self, view }
    }
}

/// Records; those of a list in the order they were inserted. O(n) where some of a table's do not show as they are.
impl<'a> Seen<'a> {
    /// The record of an organization with a serial, in the version that shows.
    pub fn get(self, table: TableId, organization: OrganizationId, serial: u64) -> Option<&'a Arc<Record>> {
        let table = self.state.table(table)?;
        let before = table.recent().before(&(organization, serial), self.view);
        before.unwrap_or_else(|| table.get(organization, serial))
    }

    /// A record that stands beside another: as it shows, or else as it is, where its link shows earlier than itself.
    pub fn beside(self, organization: OrganizationId, id: RecordId) -> Option<&'a Arc<Record>> {
        let RecordId { table, serial } = id;
        self.get(table, organization, serial).or_else(|| self.state.get(table, organization, serial))
    }

    /// The records that hold a unique key: one at most, or a record that has given it up and does not show that yet,
    /// beside who holds it now.
    pub fn find(
        self,
        table: TableId,
        organization: OrganizationId,
        unique: usize,
        key: &str,
    ) -> Vec<Arc<Record>> {
        let Some(table) = self.state.table(table) else { return Vec::new() };
        let hidden = self.hidden(table, organization);
        let held = hidden.values().flatten().filter(|record| record.key(unique) == Some(key));
        let holds = table.find(organization, unique, key);
        let holds = holds.filter(|holder| !hidden.contains_key(&holder.serial));
        let mut found: Vec<Arc<Record>> = held.copied().chain(holds).cloned().collect();
        found.sort_by_key(|record| record.serial);
        found
    }

    /// How many records an organization has in a table.
    pub fn count(self, table: TableId, organization: OrganizationId) -> usize {
        let Some(table) = self.state.table(table) else { return 0 };
        let hidden = self.hidden(table, organization);
        let stood = hidden.values().flatten().count();
        let stand = hidden.keys().filter(|serial| table.get(organization, **serial).is_some()).count();
        table.count(organization) + stood - stand
    }

    /// At most `take` records after the first `skip`.
    pub fn page(
        self,
        table: TableId,
        organization: OrganizationId,
        skip: usize,
        take: usize,
    ) -> Vec<Arc<Record>> {
        let Some(table) = self.state.table(table) else { return Vec::new() };
        match self.late(table, organization) {
            None => table.page(organization, skip, take),
            Some(late) => late.into_iter().skip(skip).take(take).cloned().collect(),
        }
    }

    /// At most `take` records inserted after the one of this serial (from the first, when `None`), whether or not that
    /// one is still there.
    pub fn after(
        self,
        table: TableId,
        organization: OrganizationId,
        serial: Option<u64>,
        take: usize,
    ) -> Vec<Arc<Record>> {
        let Some(table) = self.state.table(table) else { return Vec::new() };
        match self.late(table, organization) {
            None => table.after(organization, serial, take),
            Some(late) => {
                let is_after = |record: &&Arc<Record>| serial.is_none_or(|serial| record.serial > serial);
                late.into_iter().filter(is_after).take(take).cloned().collect()
            }
        }
    }

    /// All of an organization's records as they show; `None` when that is how they are.
    fn late(self, table: &'a Table, organization: OrganizationId) -> Option<Vec<&'a Arc<Record>>> {
        let hidden = self.hidden(table, organization);
        if hidden.is_empty() {
            return None;
        }
        let unchanged = table.scan(organization).filter(|record| !hidden.contains_key(&record.serial));
        let mut late: Vec<&Arc<Record>> = unchanged.chain(hidden.values().flatten().copied()).collect();
        // Two runs that are in order each: the sort merges them.
        late.sort_by_key(|record| record.serial);
        Some(late)
    }

    /// The records that do not show as they are, with what shows in their place: `None` when nothing does.
    fn hidden(
        self,
        table: &'a Table,
        organization: OrganizationId,
    ) -> BTreeMap<u64, Option<&'a Arc<Record>>> {
        let all = (organization, u64::MIN)..=(organization, u64::MAX);
        table.recent().hidden(all, self.view).map(|((_, serial), before)| (*serial, before)).collect()
    }
}

/// Who is in what.
impl<'a> Seen<'a> {
    /// A group's members in the order they joined.
    pub fn members(self, group: RecordId) -> impl Iterator<Item = RecordId> + use<'a> {
        self.state.links().members_seen(group, self.view)
    }

    /// How many members a group has. O(1) where all links show.
    pub fn member_count(self, group: RecordId) -> usize {
        if self.state.links().is_settled(self.view) {
            return self.state.member_count(group);
        }
        self.members(group).count()
    }

    /// Takes the groups a member is in, in the order the groups were made (by table, then serial).
    pub fn each_group_of(self, member: RecordId, take: impl FnMut(RecordId)) {
        self.state.links().each_group_seen(member, self.view, take);
    }
}
