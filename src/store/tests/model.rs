//! The store as one would write it on a napkin, and the steps that are taken in both.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::{Strategy, any, prop, prop_oneof};

use super::{ACME, GLOBEX, TABLES, rules};
use crate::store::{
    Clash, Draft, OrganizationId, Record, RecordId, ReplaceError, Scope, Stamp, State, TableId,
};

/// How far the unique keys of a table reach.
fn scopes(table: TableId) -> Vec<Scope> {
    rules().into_iter().nth(usize::from(table.0)).map(|rules| rules.uniques).unwrap_or_default()
}

/// Everything that a record says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plain {
    organization: OrganizationId,
    body: Vec<u8>,
    keys: Vec<Option<String>>,
    aside: Vec<u32>,
    created_ms: i64,
    modified_ms: i64,
    version: u64,
}

impl Plain {
    fn of(record: &Record) -> (u64, Self) {
        let uniques = scopes(record.table).len();
        assert_eq!(record.key(uniques), None, "a key beyond the table's indexes");
        let plain = Self {
            organization: record.organization,
            body: record.body().to_vec(),
            keys: (0..uniques).map(|unique| record.key(unique).map(String::from)).collect(),
            aside: record.aside.to_vec(),
            created_ms: record.created_ms,
            modified_ms: record.modified_ms,
            version: record.version,
        };
        (record.serial, plain)
    }
}

pub(super) fn plain(records: &[Arc<Record>]) -> Vec<(u64, Plain)> {
    records.iter().map(|record| Plain::of(record)).collect()
}

/// Records, links and departed, each in the plainest form.
#[derive(Debug, Default, Clone)]
pub(super) struct Model {
    pub(super) tables: BTreeMap<TableId, BTreeMap<u64, Plain>>,
    next: BTreeMap<TableId, u64>,
    /// (group, member), in the order of linking.
    pub(super) links: Vec<(RecordId, RecordId)>,
    departed: Vec<(RecordId, Plain, i64)>,
}

impl Model {
    pub(super) fn list(&self, table: TableId, organization: OrganizationId) -> Vec<(u64, Plain)> {
        let records = self.tables.get(&table).into_iter().flatten();
        let own = records.filter(|(_, record)| record.organization == organization);
        own.map(|(serial, record)| (*serial, record.clone())).collect()
    }

    /// All records.
    pub(super) fn ids(&self) -> impl Iterator<Item = RecordId> {
        let ids = |(table, records): (&TableId, &BTreeMap<u64, Plain>)| {
            let table = *table;
            records.keys().map(move |serial| RecordId { table, serial: *serial }).collect::<Vec<_>>()
        };
        self.tables.iter().flat_map(ids)
    }

    pub(super) fn holds(record: &Plain, unique: usize, key: &str) -> bool {
        record.keys.get(unique).is_some_and(|held| held.as_deref() == Some(key))
    }

    pub(super) fn record(&self, id: RecordId) -> Option<&Plain> {
        self.tables.get(&id.table)?.get(&id.serial)
    }

    fn clash(
        &self,
        table: TableId,
        organization: OrganizationId,
        keys: &[Option<String>],
        own: Option<u64>,
    ) -> Option<(usize, u64)> {
        scopes(table).iter().zip(keys).enumerate().find_map(|(unique, (scope, key))| {
            let mut others = self.tables.get(&table).into_iter().flatten();
            let holder = others.find(|(serial, other)| {
                key.is_some()
                    && other.keys[unique] == *key
                    && (*scope == Scope::Platform || other.organization == organization)
                    && Some(**serial) != own
            });
            holder.map(|(serial, _)| (unique, *serial))
        })
    }

    fn can_link(&self, group: RecordId, member: RecordId) -> bool {
        let organization = |id| self.record(id).map(|record| record.organization);
        organization(group).is_some() && organization(group) == organization(member)
    }

    fn link(&mut self, group: RecordId, member: RecordId) -> bool {
        let new = self.can_link(group, member) && !self.links.contains(&(group, member));
        if new {
            self.links.push((group, member));
        }
        new
    }

    pub(super) fn members(&self, group: RecordId) -> Vec<RecordId> {
        self.links.iter().filter(|link| link.0 == group).map(|link| link.1).collect()
    }

    pub(super) fn groups_of(&self, member: RecordId) -> Vec<RecordId> {
        let mut groups: Vec<_> =
            self.links.iter().filter(|link| link.1 == member).map(|link| link.0).collect();
        groups.sort();
        groups
    }
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Insert(usize, u16, Draft),
    /// Many keyless records: enough to fill blocks.
    Many(usize, u16, usize),
    Replace(usize, u64, Draft),
    Touch(usize, u64),
    /// Removes so many, beginning with a serial; with amounts to remember them by.
    Remove(usize, u64, usize, Option<u32>),
    Link(RecordId, RecordId),
    SetMembers(RecordId, Vec<RecordId>),
    SetGroups(RecordId, Vec<RecordId>),
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few keys and few serials, so that steps meet.
    let key = || prop::option::of("[a-f]");
    let drafts = (prop::collection::vec(key(), 0..4), any::<[u8; 2]>(), any::<u32>())
        .prop_map(|(keys, body, amount)| Draft { body: body.into(), keys, aside: [amount].into() });
    let drafts = drafts.boxed();
    let id = (0..3u8, 0..12u64).prop_map(|(table, serial)| RecordId { table: TableId(table), serial });
    let (table, organization, serial) = (0..3usize, 0..2u16, 0..12u64);
    let id = id.boxed();
    let ids = prop::collection::vec(id.clone(), 0..6).boxed();
    let step = prop_oneof![
        6 => (table.clone(), organization.clone(), drafts.clone()).prop_map(|(t, o, d)| Step::Insert(t, o, d)),
        1 => (table.clone(), organization, 1..150usize).prop_map(|(t, o, many)| Step::Many(t, o, many)),
        4 => (table.clone(), serial.clone(), drafts).prop_map(|(t, s, d)| Step::Replace(t, s, d)),
        2 => (table.clone(), serial.clone()).prop_map(|(t, s)| Step::Touch(t, s)),
        1 => (table.clone(), serial.clone(), prop::option::of(any::<u32>()))
            .prop_map(|(t, s, a)| Step::Remove(t, s, 1, a)),
        1 => (table, 0..200u64, 1..150usize).prop_map(|(t, s, many)| Step::Remove(t, s, many, None)),
        6 => (id.clone(), id.clone()).prop_map(|(group, member)| Step::Link(group, member)),
        1 => (id.clone(), ids.clone()).prop_map(|(group, members)| Step::SetMembers(group, members)),
        1 => (id, ids).prop_map(|(member, groups)| Step::SetGroups(member, groups)),
    ];
    prop::collection::vec(step, 1..40)
}

/// Takes one step in both and compares what they answer.
pub(super) fn take(step: Step, state: &mut State, model: &mut Model, stamp: Stamp) {
    match step {
        Step::Insert(table, organization, draft) => {
            insert(TABLES[table], OrganizationId(organization), draft, state, model, stamp);
        }
        Step::Many(table, organization, many) => {
            for _ in 0..many {
                insert(TABLES[table], OrganizationId(organization), Draft::default(), state, model, stamp);
            }
        }
        Step::Replace(table, serial, draft) => replace(TABLES[table], serial, draft, state, model, stamp),
        Step::Touch(table, serial) => {
            let got = state.touch(TABLES[table], serial, stamp);
            let expected = model.tables.entry(TABLES[table]).or_default().get_mut(&serial).map(|record| {
                record.version += 1;
                record.modified_ms = stamp.now_ms;
                (serial, record.clone())
            });
            assert_eq!(got.map(|record| Plain::of(&record)), expected);
        }
        Step::Remove(table, first, many, aside) => {
            for serial in first..first + many as u64 {
                remove(RecordId { table: TABLES[table], serial }, aside, state, model, stamp);
            }
        }
        Step::Link(group, member) => assert_eq!(state.link(group, member, stamp), model.link(group, member)),
        Step::SetMembers(group, members) => {
            let before = model.links.clone();
            model.links.retain(|link| link.0 != group || members.contains(&link.1));
            for member in &members {
                model.link(group, *member);
            }
            assert_eq!(state.set_members(group, members, stamp), model.links != before);
        }
        Step::SetGroups(member, groups) => {
            let before = model.links.clone();
            model.links.retain(|link| link.1 != member || groups.contains(&link.0));
            for group in &groups {
                model.link(*group, member);
            }
            assert_eq!(state.set_groups(member, groups, stamp), model.links != before);
        }
    }
}

fn insert(
    table: TableId,
    organization: OrganizationId,
    draft: Draft,
    state: &mut State,
    model: &mut Model,
    stamp: Stamp,
) {
    let mut keys = draft.keys.clone();
    keys.resize(scopes(table).len(), None);
    let next = model.next.entry(table).or_default();
    assert_eq!(state.next_serial(table), *next);
    let serial = *next;
    let expected = model.clash(table, organization, &keys, None);
    let record = Plain {
        organization,
        body: draft.body.to_vec(),
        keys,
        aside: draft.aside.to_vec(),
        created_ms: stamp.now_ms,
        modified_ms: stamp.now_ms,
        version: 1,
    };
    match state.insert(table, organization, draft, stamp) {
        Ok(got) => {
            assert_eq!((expected, Plain::of(&got)), (None, (serial, record.clone())));
            model.tables.entry(table).or_default().insert(serial, record);
            model.next.insert(table, serial + 1);
        }
        Err(Clash { unique, holder }) => assert_eq!(expected, Some((unique, holder.serial))),
    }
}

fn replace(table: TableId, serial: u64, draft: Draft, state: &mut State, model: &mut Model, stamp: Stamp) {
    let mut keys = draft.keys.clone();
    keys.resize(scopes(table).len(), None);
    let (body, aside) = (draft.body.to_vec(), draft.aside.to_vec());
    let old = model.record(RecordId { table, serial }).cloned();
    let clash = old.as_ref().and_then(|old| model.clash(table, old.organization, &keys, Some(serial)));
    match (state.replace(table, serial, draft, stamp), old) {
        (Ok(got), Some(old)) => {
            let version = old.version + 1;
            let new = Plain { body, aside, keys, modified_ms: stamp.now_ms, version, ..old };
            assert_eq!((clash, Plain::of(&got)), (None, (serial, new.clone())));
            model.tables.entry(table).or_default().insert(serial, new);
        }
        (Err(ReplaceError::Missing), None) => {}
        (Err(ReplaceError::Clash(Clash { unique, holder })), Some(_)) => {
            assert_eq!(clash, Some((unique, holder.serial)));
        }
        (got, old) => panic!("replacing {old:?} gave {got:?}"),
    }
}

fn remove(id: RecordId, aside: Option<u32>, state: &mut State, model: &mut Model, stamp: Stamp) {
    let got = match aside {
        Some(amount) => state.remove_with(id.table, id.serial, [amount].into(), stamp),
        None => state.remove(id.table, id.serial, stamp),
    };
    let expected = model.tables.entry(id.table).or_default().remove(&id.serial);
    assert_eq!(got.map(|record| Plain::of(&record).1), expected);
    model.links.retain(|link| link.0 != id && link.1 != id);
    if let (Some(amount), Some(mut record)) = (aside, expected) {
        record.aside = vec![amount];
        model.departed.push((id, record, stamp.now_ms));
    }
}

/// Asks both for everything.
pub(super) fn compare(state: &State, model: &Model) {
    for table in TABLES {
        for organization in [ACME, GLOBEX, OrganizationId(9)] {
            let list = model.list(table, organization);
            assert_eq!(state.count(table, organization), list.len());
            assert!(state.scan(table, organization).map(|record| Plain::of(record)).eq(list.iter().cloned()));
            for (skip, take) in
                [(0, 5), (1, 100), (63, 3), (list.len() / 2, 70), (list.len(), 1), (0, usize::MAX)]
            {
                let expected: Vec<_> = list.iter().skip(skip).take(take).cloned().collect();
                assert_eq!(plain(&state.page(table, organization, skip, take)), expected);
            }
            for after in [0, 3, 64, 100, 300] {
                let expected: Vec<_> =
                    list.iter().filter(|record| record.0 > after).take(7).cloned().collect();
                assert_eq!(plain(&state.after(table, organization, Some(after), 7)), expected);
            }
            assert_eq!(plain(&state.after(table, organization, None, 9)), list[..list.len().min(9)]);
            for serial in 0..200 {
                let expected = model.record(RecordId { table, serial });
                let expected = expected.filter(|record| record.organization == organization);
                let got = state.get(table, organization, serial).map(|record| Plain::of(record).1);
                assert_eq!(got.as_ref(), expected);
            }
            for unique in 0..3 {
                for key in ["a", "b", "c", "d", "e", "f"] {
                    let holds = |(_, record): &&(u64, Plain)| {
                        record.keys.get(unique).is_some_and(|held| held.as_deref() == Some(key))
                    };
                    let expected = list.iter().find(holds).cloned();
                    let got = state.find(table, organization, unique, key).map(|record| Plain::of(record));
                    assert_eq!(got, expected, "{table:?} {organization:?} {unique} {key}");
                }
            }
            let departed = model
                .departed
                .iter()
                .filter(|(id, record, _)| id.table == table && record.organization == organization);
            let departed = departed.map(|(id, record, at_ms)| (id.serial, record.aside.clone(), *at_ms));
            let got = state.departed(table, organization);
            assert!(got.map(|gone| (gone.record.serial, gone.aside.to_vec(), gone.removed_ms)).eq(departed));
        }
        for serial in 0..14 {
            let id = RecordId { table, serial };
            let members = model.members(id);
            assert!(state.members(id).eq(members.iter().copied()), "{id:?}: {members:?}");
            assert_eq!(state.member_count(id), members.len());
            assert!(state.groups_of(id).eq(model.groups_of(id)));
        }
    }
}
