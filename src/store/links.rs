//! Who is in which group.
//!
//! **Invariant:** knows ids, not records; that both ends exist is the state's to see to.

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

use hashbrown::HashMap;

use super::lag::{Recent, Stamp, View};
use super::record::{RecordId, TableId};

/// Links between groups and members, found from both sides.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Of each group, its members by the number of their link: in the order they joined.
    members: HashMap<RecordId, BTreeMap<u64, RecordId>>,
    /// Of each member, its groups in order, each with the number of the link. Most are in a few: a sorted list is found
    /// at once and takes little room.
    groups: HashMap<RecordId, Box<[(RecordId, u64)]>>,
    next_number: u64,
    /// Links that do not show as they are, by group and member, and the other way round: the number of the link that
    /// stood there before.
    recent: Recent<(RecordId, RecordId), u64>,
    recent_groups: Recent<(RecordId, RecordId), u64>,
}

impl Links {
    /// A group's members in the order they joined.
    pub(super) fn members(&self, group: RecordId) -> impl Iterator<Item = RecordId> {
        self.members.get(&group).into_iter().flat_map(|members| members.values().copied())
    }

    /// How many members a group has.
    pub(super) fn member_count(&self, group: RecordId) -> usize {
        self.members.get(&group).map_or(0, BTreeMap::len)
    }

    /// The groups a member is in, by table and serial.
    pub(super) fn groups_of(&self, member: RecordId) -> impl Iterator<Item = RecordId> {
        self.links_of(member).iter().map(|(group, _)| *group)
    }

    /// Whether a member is in a group.
    pub(super) fn is_member(&self, group: RecordId, member: RecordId) -> bool {
        self.links_of(member).binary_search_by_key(&group, |(group, _)| *group).is_ok()
    }

    /// A group's members as a view sees them, in the order they joined.
    pub(super) fn members_seen(&self, group: RecordId, view: View) -> impl Iterator<Item = RecordId> {
        let late = (!self.is_settled(view)).then(|| self.late_members(group, view));
        let as_is = late.is_none().then(|| self.members(group));
        as_is.into_iter().flatten().chain(late.unwrap_or_default())
    }

    /// Takes the groups a member is in as a view sees them, by table and serial. Not an iterator: each record of a page
    /// comes here, and one that may be either of two costs as much as the look itself.
    pub(super) fn each_group_seen(&self, member: RecordId, view: View, take: impl FnMut(RecordId)) {
        if self.is_settled(view) {
            self.groups_of(member).for_each(take);
        } else {
            self.late_groups(member, view).into_iter().for_each(take);
        }
    }

    /// Whether a view surely sees all links as they are.
    pub(super) fn is_settled(&self, view: View) -> bool {
        self.recent.is_settled(view)
    }

    /// Lets all links show as they are.
    pub(super) fn settle(&mut self) {
        (self.recent, self.recent_groups) = Default::default();
    }

    /// Puts a member at the end of a group; `false` when it is in there already.
    pub(super) fn link(&mut self, group: RecordId, member: RecordId, stamp: Stamp) -> bool {
        let groups = self.groups.entry(member).or_default();
        let Err(place) = groups.binary_search_by_key(&group, |(group, _)| *group) else { return false };
        let mut more = Vec::with_capacity(groups.len() + 1);
        more.extend_from_slice(groups);
        more.insert(place, (group, self.next_number));
        *groups = more.into_boxed_slice();
        self.members.entry(group).or_default().insert(self.next_number, member);
        self.next_number += 1;
        self.note(group, member, None, stamp);
        true
    }

    /// Takes a member out of a group; `false` when it is not in there.
    pub(super) fn unlink(&mut self, group: RecordId, member: RecordId, stamp: Stamp) -> bool {
        let Some(groups) = self.groups.get_mut(&member) else { return false };
        let Ok(place) = groups.binary_search_by_key(&group, |(group, _)| *group) else { return false };
        let mut fewer = groups.to_vec();
        let (_, number) = fewer.remove(place);
        *groups = fewer.into_boxed_slice();
        if groups.is_empty() {
            self.groups.remove(&member);
        }
        if let Some(members) = self.members.get_mut(&group) {
            members.remove(&number);
            if members.is_empty() {
                self.members.remove(&group);
            }
        }
        self.note(group, member, Some(number), stamp);
        true
    }

    /// Makes a group's members exactly these; who stays keeps the place, who is new comes after. Says whether
    /// anybody joined or left.
    pub(super) fn set_members(&mut self, group: RecordId, members: &[RecordId], stamp: Stamp) -> bool {
        let wanted: HashSet<RecordId> = members.iter().copied().collect();
        let leaving: Vec<RecordId> = self.members(group).filter(|member| !wanted.contains(member)).collect();
        let mut changed = false;
        for member in leaving {
            changed |= self.unlink(group, member, stamp);
        }
        for member in members {
            changed |= self.link(group, *member, stamp);
        }
        changed
    }

    /// Makes a member be in exactly these groups; it keeps its place where it stays. Says whether it joined or left
    /// any.
    pub(super) fn set_groups(&mut self, member: RecordId, groups: &[RecordId], stamp: Stamp) -> bool {
        let wanted: HashSet<RecordId> = groups.iter().copied().collect();
        let left: Vec<RecordId> = self.groups_of(member).filter(|group| !wanted.contains(group)).collect();
        let mut changed = false;
        for group in left {
            changed |= self.unlink(group, member, stamp);
        }
        for group in groups {
            changed |= self.link(*group, member, stamp);
        }
        changed
    }

    /// Whether a record is a group with members, or in a group.
    pub(super) fn knows(&self, record: RecordId) -> bool {
        self.members.contains_key(&record) || self.groups.contains_key(&record)
    }

    /// Takes a record out of its groups, and its members out of it.
    pub(super) fn forget(&mut self, record: RecordId, stamp: Stamp) {
        self.set_groups(record, &[], stamp);
        self.set_members(record, &[], stamp);
    }

    fn note(&mut self, group: RecordId, member: RecordId, before: Option<u64>, stamp: Stamp) {
        self.recent.note((group, member), before, stamp);
        self.recent_groups.note((member, group), before, stamp);
    }

    /// A group's members where a view may not see them as they are.
    fn late_members(&self, group: RecordId, view: View) -> Vec<RecordId> {
        let hidden = self.recent.hidden(all_of(group), view);
        let hidden: BTreeMap<RecordId, Option<&u64>> =
            hidden.map(|((_, member), before)| (*member, before)).collect();
        let links = self.members.get(&group).into_iter().flatten();
        let standing = links.filter(|(_, member)| !hidden.contains_key(member));
        let standing = standing.map(|(number, member)| (*number, *member));
        let stood = hidden.iter().filter_map(|(member, number)| Some((**number.as_ref()?, *member)));
        let mut late: Vec<(u64, RecordId)> = standing.chain(stood).collect();
        late.sort_unstable();
        late.into_iter().map(|(_, member)| member).collect()
    }

    /// The groups of a member where a view may not see them as they are.
    fn late_groups(&self, member: RecordId, view: View) -> Vec<RecordId> {
        let hidden = self.recent_groups.hidden(all_of(member), view);
        let hidden: BTreeMap<RecordId, bool> =
            hidden.map(|((_, group), before)| (*group, before.is_some())).collect();
        let standing = self.groups_of(member).filter(|group| !hidden.contains_key(group));
        let stood = hidden.iter().filter(|(_, stood)| **stood).map(|(group, _)| *group);
        let mut late: Vec<RecordId> = standing.chain(stood).collect();
        late.sort_unstable();
        late
    }

    fn links_of(&self, member: RecordId) -> &[(RecordId, u64)] {
        self.groups.get(&member).map_or(&[], |groups| groups)
    }
}

/// All links from one end, whatever is at the other.
fn all_of(one: RecordId) -> RangeInclusive<(RecordId, RecordId)> {
    let end = |table, serial| (one, RecordId { table: TableId(table), serial });
    end(u8::MIN, u64::MIN)..=end(u8::MAX, u64::MAX)
}
