//! Who is in which group.
//!
//! **Invariant:** knows ids, not records; that both ends exist is the state's to see to.

use std::collections::{BTreeMap, HashSet};

use hashbrown::HashMap;

use super::record::RecordId;

/// Links between groups and members, found from both sides.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Of each group, its members by the number of their link: in the order they joined.
    members: HashMap<RecordId, BTreeMap<u64, RecordId>>,
    /// Of each member, its groups in order, each with the number of the link. Most are in a few: a sorted list is found
    /// at once and takes little room.
    groups: HashMap<RecordId, Box<[(RecordId, u64)]>>,
    next_number: u64,
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

    /// Puts a member at the end of a group; `false` when it is in there already.
    pub(super) fn link(&mut self, group: RecordId, member: RecordId) -> bool {
        let groups = self.groups.entry(member).or_default();
        let Err(place) = groups.binary_search_by_key(&group, |(group, _)| *group) else { return false };
        let mut more = Vec::with_capacity(groups.len() + 1);
        more.extend_from_slice(groups);
        more.insert(place, (group, self.next_number));
        *groups = more.into_boxed_slice();
        self.members.entry(group).or_default().insert(self.next_number, member);
        self.next_number += 1;
        true
    }

    /// Takes a member out of a group; `false` when it is not in there.
    pub(super) fn unlink(&mut self, group: RecordId, member: RecordId) -> bool {
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
        true
    }

    /// Makes a group's members exactly these; who stays keeps the place, who is new comes after. Says whether
    /// anybody joined or left.
    pub(super) fn set_members(&mut self, group: RecordId, members: &[RecordId]) -> bool {
        let wanted: HashSet<RecordId> = members.iter().copied().collect();
        let leaving: Vec<RecordId> = self.members(group).filter(|member| !wanted.contains(member)).collect();
        let mut changed = false;
        for member in leaving {
            changed |= self.unlink(group, member);
        }
        for member in members {
            changed |= self.link(group, *member);
        }
        changed
    }

    /// Makes a member be in exactly these groups; it keeps its place where it stays. Says whether it joined or left
    /// any.
    pub(super) fn set_groups(&mut self, member: RecordId, groups: &[RecordId]) -> bool {
        let wanted: HashSet<RecordId> = groups.iter().copied().collect();
        let left: Vec<RecordId> = self.groups_of(member).filter(|group| !wanted.contains(group)).collect();
        let mut changed = false;
        for group in left {
            changed |= self.unlink(group, member);
        }
        for group in groups {
            changed |= self.link(*group, member);
        }
        changed
    }

    /// Whether a record is a group with members, or in a group.
    pub(super) fn knows(&self, record: RecordId) -> bool {
        self.members.contains_key(&record) || self.groups.contains_key(&record)
    }

    /// Takes a record out of its groups, and its members out of it.
    pub(super) fn forget(&mut self, record: RecordId) {
        self.set_groups(record, &[]);
        self.set_members(record, &[]);
    }

    fn links_of(&self, member: RecordId) -> &[(RecordId, u64)] {
        self.groups.get(&member).map_or(&[], |groups| groups)
    }
}
