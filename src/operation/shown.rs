//! Records as an outcome shows them, with what stands beside each: the groups it is in, its members.
//!
//! One list of links serves a whole page, and a group that many of its records are in is looked up once.

use std::ops::Range;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::{Scene, Want};
use crate::store::{Record, RecordId, Seen};

/// Some records and what is shown beside them.
#[derive(Debug, Default)]
pub struct Shown {
    /// The records, in order.
    pub records: Vec<One>,
    links: Vec<RecordId>,
    named: HashMap<RecordId, Arc<Record>>,
}

/// One of them.
#[derive(Debug)]
pub struct One {
    /// The record.
    pub record: Arc<Record>,
    /// How many members it has, if that is wanted.
    pub member_count: usize,
    groups: Range<usize>,
    /// How many of the groups it is in itself; it is in the others because these are.
    direct: usize,
    members: Range<usize>,
}

impl Shown {
    /// Gathers what is wanted beside records.
    pub(super) fn gather(scene: &Scene<'_>, seen: Seen<'_>, records: Vec<Arc<Record>>, want: Want) -> Self {
        let mut shown = Self { records: Vec::with_capacity(records.len()), ..Self::default() };
        for record in records {
            let id = record.id();
            let start = shown.links.len();
            let direct = if want.groups { add_groups(seen, id, want.nested, &mut shown.links) } else { 0 };
            let middle = shown.links.len();
            if want.members {
                shown.links.extend(seen.members(id));
            }
            let member_count = if want.member_count { seen.member_count(id) } else { 0 };
            let (groups, members) = (start..middle, middle..shown.links.len());
            shown.records.push(One { record, member_count, groups, direct, members });
        }
        if want.names {
            for id in &shown.links {
                if let Some(record) = seen.beside(scene.organization, *id) {
                    shown.named.entry(*id).or_insert_with(|| Arc::clone(record));
                }
            }
        }
        shown
    }

    /// The only record, or the first.
    pub fn first(&self) -> Option<&One> {
        self.records.first()
    }

    /// The groups that one of the records is in, if they are wanted: those it is in itself, then those around these.
    pub fn groups(&self, one: &One) -> (&[RecordId], &[RecordId]) {
        let groups = self.links.get(one.groups.clone()).unwrap_or_default();
        groups.split_at(one.direct.min(groups.len()))
    }

    /// The members of one of the records, if they are wanted.
    pub fn members(&self, one: &One) -> &[RecordId] {
        self.links.get(one.members.clone()).unwrap_or_default()
    }

    /// A record that stands beside others, if names are wanted.
    pub fn named(&self, id: RecordId) -> Option<&Record> {
        self.named.get(&id).map(|record| &**record)
    }
}

/// Adds the groups that a record is in, and those around them if they count too, each once, however they are nested. Says
/// how many it is in itself: the first.
pub(super) fn add_groups(seen: Seen<'_>, id: RecordId, is_nested: bool, groups: &mut Vec<RecordId>) -> usize {
    let start = groups.len();
    seen.each_group_of(id, |group| groups.push(group));
    let direct = groups.len() - start;
    if !is_nested || direct == 0 {
        return direct;
    }
    let mut known: HashSet<RecordId> = groups.iter().skip(start).copied().collect();
    let mut next = start;
    while let Some(group) = groups.get(next).copied() {
        next += 1;
        seen.each_group_of(group, |around| {
            if known.insert(around) {
                groups.push(around);
            }
        });
    }
    direct
}
