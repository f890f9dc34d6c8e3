//! The tables and the links of one store: what its lock guards.
//!
//! **Invariant:** no link dangles. Both ends exist and belong to one organization, or the link is not made; who is
//! removed leaves all groups, and a removed group lets its members go.

use std::sync::Arc;

use super::lag::{Stamp, View};
use super::links::Links;
use super::record::{Draft, OrganizationId, Record, RecordId, TableId};
use super::table::{Clash, Departed, ReplaceError, Table, TableRules};

/// All records and links of one vendor in one sandbox.
///
/// A clone is a snapshot: it costs a few pointers, and a table is copied (its indexes, not its records) by the first
/// change after it. Nothing here fails for an unknown organization or table: an organization is empty until its first
/// record, and a table that nobody has opened is one without unique keys.
#[derive(Debug, Clone)]
pub struct State {
    /// By number.
    tables: Vec<Arc<Table>>,
    links: Arc<Links>,
}

/// Records, one by one.
impl State {
    /// Empty tables, one per rule, in that order: `TableId(0)` follows `rules[0]`, and there are at most 256.
    pub fn new(rules: &[TableRules]) -> Self {
        let ids = (0..=u8::MAX).map(TableId);
        let tables = ids.zip(rules).map(|(id, rules)| Arc::new(Table::new(id, rules))).collect();
        Self { tables, links: Arc::default() }
    }

    /// The same records under other rules, table by table: what a key is, and how far it reaches, may be another now.
    /// All shows as it is: what stood there before had other keys.
    #[must_use]
    pub fn under(&self, rules: &[TableRules], keys: &dyn Fn(&Record) -> Vec<Option<String>>) -> Self {
        let none = TableRules::default();
        let tables = self.tables.iter().enumerate();
        let tables =
            tables.map(|(index, table)| Arc::new(table.under(rules.get(index).unwrap_or(&none), keys)));
        let mut links = Arc::clone(&self.links);
        if !links.is_settled(View::Lists(i64::MIN)) {
            Arc::make_mut(&mut links).settle();
        }
        Self { tables: tables.collect(), links }
    }

    /// Makes room for so many more records at once: spares a large seed the regrowing of its indexes.
    pub fn reserve(&mut self, table: TableId, organization: OrganizationId, additional: usize) {
        self.table_mut(table).reserve(organization, additional);
    }

    /// The serial that the next inserted record will get.
    pub fn next_serial(&self, table: TableId) -> u64 {
        self.table(table).map_or(0, Table::next_serial)
    }

    /// Adds a record at the end of its organization's order.
    ///
    /// # Errors
    /// When another record holds one of its keys; then no serial is used up either.
    pub fn insert(
        &mut self,
        table: TableId,
        organization: OrganizationId,
        draft: Draft,
        stamp: Stamp,
    ) -> Result<Arc<Record>, Clash> {
        self.table_mut(table).insert(organization, draft, stamp)
    }

    /// Makes the next version of a record, of whichever organization; its place in the order and its links stay.
    ///
    /// # Errors
    /// When it is not there, or another record holds one of the new keys.
    pub fn replace(
        &mut self,
        table: TableId,
        serial: u64,
        draft: Draft,
        stamp: Stamp,
    ) -> Result<Arc<Record>, ReplaceError> {
        self.table_mut(table).replace(serial, draft, stamp)
    }

    /// Makes the next version of a record with the same content, as when a group's members changed; `None` when it
    /// is not there.
    pub fn touch(&mut self, table: TableId, serial: u64, stamp: Stamp) -> Option<Arc<Record>> {
        self.table_mut(table).touch(serial, stamp)
    }

    /// Takes a record out, and out of all its links. The other members of its groups stay. Returns its last version;
    /// `None` when it is not there.
    pub fn remove(&mut self, table: TableId, serial: u64, stamp: Stamp) -> Option<Arc<Record>> {
        let record = self.table_mut(table).remove(serial, stamp)?;
        if self.links.knows(record.id()) {
            Arc::make_mut(&mut self.links).forget(record.id(), stamp);
        }
        Some(record)
    }

    /// [`remove`](State::remove), but the record is remembered among the departed with these amounts beside it.
    pub fn remove_with(
        &mut self,
        table: TableId,
        serial: u64,
        aside_after: Box<[u32]>,
        stamp: Stamp,
    ) -> Option<Arc<Record>> {
        let record = self.remove(table, serial, stamp)?;
        let departed = Departed { record: Arc::clone(&record), removed_ms: stamp.now_ms, aside: aside_after };
        self.table_mut(table).remember(departed);
        Some(record)
    }

    /// Gives the departed of a serial these amounts; `false` when there is none, or the table remembers it no more.
    pub fn forget_departed(
        &mut self,
        table: TableId,
        organization: OrganizationId,
        serial: u64,
        aside: Box<[u32]>,
    ) -> bool {
        let is_it = |one: &Departed| one.record.serial == serial;
        self.departed(table, organization).any(is_it)
            && self.table_mut(table).forget_departed(organization, serial, aside)
    }

    /// The record of this organization with this serial; another organization's is `None`. O(1).
    pub fn get(&self, table: TableId, organization: OrganizationId, serial: u64) -> Option<&Arc<Record>> {
        self.table(table)?.get(organization, serial)
    }

    /// The record of this organization that holds a unique key; another organization's is `None`, even where it keeps
    /// this one from taking the key. O(1).
    pub fn find(
        &self,
        table: TableId,
        organization: OrganizationId,
        unique: usize,
        key: &str,
    ) -> Option<&Arc<Record>> {
        self.table(table)?.find(organization, unique, key)
    }
}

/// Who calls.
impl State {
    /// The serial of the record that stands for whoever calls for an organization: the first that it ever had, unless
    /// [`set_caller`](State::set_caller) named another. The record may be gone.
    pub fn caller(&self, table: TableId, organization: OrganizationId) -> Option<u64> {
        self.table(table)?.caller(organization)
    }

    /// Lets a record stand for whoever calls for an organization.
    pub fn set_caller(&mut self, table: TableId, organization: OrganizationId, serial: u64) {
        self.table_mut(table).set_caller(organization, serial);
    }
}

/// Records, many at once, always in the order they were inserted.
impl State {
    /// How many records an organization has in a table. O(1).
    pub fn count(&self, table: TableId, organization: OrganizationId) -> usize {
        self.table(table).map_or(0, |table| table.count(organization))
    }

    /// At most `take` records after the first `skip`. O(log n + take).
    pub fn page(
        &self,
        table: TableId,
        organization: OrganizationId,
        skip: usize,
        take: usize,
    ) -> Vec<Arc<Record>> {
        self.table(table).map(|table| table.page(organization, skip, take)).unwrap_or_default()
    }

    /// At most `take` records inserted after the one of this serial (from the first, when `None`), whether or not
    /// that one is still there. O(log² n + take).
    pub fn after(
        &self,
        table: TableId,
        organization: OrganizationId,
        serial: Option<u64>,
        take: usize,
    ) -> Vec<Arc<Record>> {
        self.table(table).map(|table| table.after(organization, serial, take)).unwrap_or_default()
    }

    /// All records of an organization in a table.
    pub fn scan(&self, table: TableId, organization: OrganizationId) -> impl Iterator<Item = &Arc<Record>> {
        self.table(table).into_iter().flat_map(move |table| table.scan(organization))
    }

    /// What [`remove_with`](State::remove_with) took out of an organization's table, oldest first; the table keeps
    /// the last [`DEPARTED_MAX`](super::DEPARTED_MAX) of all organizations.
    pub fn departed(&self, table: TableId, organization: OrganizationId) -> impl Iterator<Item = &Departed> {
        self.table(table).into_iter().flat_map(move |table| table.departed(organization))
    }
}

/// Who is in what.
impl State {
    /// A group's members in the order they joined.
    pub fn members(&self, group: RecordId) -> impl Iterator<Item = RecordId> {
        self.links.members(group)
    }

    /// How many members a group has. O(1).
    pub fn member_count(&self, group: RecordId) -> usize {
        self.links.member_count(group)
    }

    /// The groups a member is in, in the order the groups were made (by table, then serial).
    pub fn groups_of(&self, member: RecordId) -> impl Iterator<Item = RecordId> {
        self.links.groups_of(member)
    }

    /// Puts a member at the end of a group. `false`, and nothing changes, when it is in there already, or when one
    /// of them does not exist or belongs to another organization.
    pub fn link(&mut self, group: RecordId, member: RecordId, stamp: Stamp) -> bool {
        !self.links.is_member(group, member)
            && self.can_link(group, member)
            && Arc::make_mut(&mut self.links).link(group, member, stamp)
    }

    /// Makes a group's members exactly these, leaving out whom [`link`](State::link) would refuse. Who stays keeps
    /// the place, who is new comes after in this order. Says whether anybody joined or left.
    pub fn set_members(&mut self, group: RecordId, mut members: Vec<RecordId>, stamp: Stamp) -> bool {
        members.retain(|member| self.can_link(group, *member));
        Arc::make_mut(&mut self.links).set_members(group, &members, stamp)
    }

    /// Makes a member be in exactly these groups, leaving out those where [`link`](State::link) would refuse it. It
    /// keeps its place where it stays. Says whether it joined or left any.
    pub fn set_groups(&mut self, member: RecordId, mut groups: Vec<RecordId>, stamp: Stamp) -> bool {
        groups.retain(|group| self.can_link(*group, member));
        Arc::make_mut(&mut self.links).set_groups(member, &groups, stamp)
    }

    fn can_link(&self, group: RecordId, member: RecordId) -> bool {
        match (self.record(group), self.record(member)) {
            (Some(group), Some(member)) => group.organization == member.organization,
            _ => false,
        }
    }

    fn record(&self, id: RecordId) -> Option<&Arc<Record>> {
        self.table(id.table)?.record(id.serial)
    }

    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    pub(super) fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(usize::from(id.0)).map(Arc::as_ref)
    }

    /// The table to be changed: a copy of its own, if a snapshot shares it.
    fn table_mut(&mut self, id: TableId) -> &mut Table {
        let index = usize::from(id.0);
        while let Ok(next) = u8::try_from(self.tables.len())
            && usize::from(next) <= index
        {
            self.tables.push(Arc::new(Table::new(TableId(next), &TableRules::default())));
        }
        Arc::make_mut(&mut self.tables[index])
    }
}
