//! Showing records: one, or part of a list.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::shown::add_groups;
use super::{
    Condition, FieldTest, Listed, Listing, Mark, OfKind, Outcome, Scene, Selection, Shown, Target, Window,
    table,
};
use crate::fault::Fault;
use crate::notes::{Notes, Picked};
use crate::profile::model::{Matching, RecordType};
use crate::record::law::first_fit;
use crate::record::text::folded;
use crate::record::{attributes, display_name, id::Ids};
use crate::scim::filter::Filter;
use crate::scim::path::AttrPath;
use crate::scim::resource::schemas_of;
use crate::scim::sort::{Key, Order};
use crate::store::{Record, RecordId, Seen};

/// Shows one record, unless the caller has this version of it.
pub(super) fn fetch(scene: &Scene<'_>, target: &Target) -> Result<Outcome, Fault> {
    scene.store.read(|state| {
        let record = scene.get(state, target)?;
        let Condition { one_of, none_of } = &target.condition;
        if one_of.as_ref().is_some_and(|versions| !versions.have(record.version)) {
            return Err(Fault::ConditionFailed);
        }
        let is_known = none_of.as_ref().is_some_and(|versions| versions.have(record.version));
        let shown = scene.show(state.seen(scene.by_id), record, target.want);
        Ok(if is_known { Outcome::Unchanged(shown) } else { Outcome::Shown(shown) })
    })
}

/// Shows part of a list.
pub(super) fn list(scene: &Scene<'_>, listing: &Listing, notes: &mut Notes) -> Result<Outcome, Fault> {
    let outcome = part_of_list(scene, listing, notes)?;
    note_matching(scene, listing, &outcome, notes);
    Ok(outcome)
}

fn part_of_list(scene: &Scene<'_>, listing: &Listing, notes: &mut Notes) -> Result<Outcome, Fault> {
    for kind in &listing.kinds {
        let kind = scene.record_type(kind.record);
        if kind.visible_after_ms > 0 {
            notes.rule(&kind.visibility_rule);
        }
    }
    let mut listed = |seen: Seen<'_>, part: Part| {
        note_part(listing, &part, notes);
        let shown = Shown::gather(scene, seen, part.records, listing.want);
        Ok(Outcome::Listed(Listed { shown, total: part.total, skip: part.skip, next: part.next }))
    };
    if let ([kind], None) = (&listing.kinds[..], &listing.order)
        && matches!(kind.selection, Selection::All)
    {
        return scene.store.read(|state| {
            let seen = state.seen(scene.lists());
            listed(seen, part_of_all(scene, seen, kind.record, &listing.window))
        });
    }
    let records = meant(scene, listing);
    let part = match &listing.order {
        Some(order) => part_in_order(scene, records, order, listing),
        None => {
            let place = |record: &Record| (place_of(&listing.kinds, record.id()), record.serial);
            let is_behind = |mark: &Mark, record: &Record| {
                place(record) > (place_at(&listing.kinds, mark.record), mark.serial)
            };
            part_of(records, &listing.window, |mark, record| is_behind(mark, record), |_| None)
        }
    };
    scene.store.read(|state| listed(state.seen(scene.lists()), part))
}

/// Notes which part of which list is shown.
fn note_part(listing: &Listing, part: &Part, notes: &mut Notes) {
    let Some(note) = &mut notes.listing else { return };
    (note.given, note.total) = (part.records.len(), part.total);
    (note.from, note.to) = match &listing.window {
        Window::All => (0, None),
        Window::Skip { skip, .. } => {
            let from = *skip as u64;
            (from, part.next.is_some().then_some(from + note.given as u64))
        }
        Window::After { mark, .. } => {
            note.is_by_cursor = true;
            (mark.as_ref().map_or(0, |mark| mark.serial), part.next.as_ref().map(|mark| mark.serial))
        }
    };
    let is_all = |kind: &OfKind| matches!(kind.selection, Selection::All);
    note.of = match () {
        () if listing.kinds.iter().any(|kind| kind.ignored.is_some()) => Picked::Ignored,
        () if listing.kinds.iter().all(is_all) => Picked::All,
        () => Picked::Some,
    };
}

/// Notes which records of a page an ignored filter means. Not under the lock: to look into a record may take it.
fn note_matching(scene: &Scene<'_>, listing: &Listing, outcome: &Outcome, notes: &mut Notes) {
    let (Outcome::Listed(listed), Some(note)) = (outcome, &mut notes.listing) else { return };
    if note.of == Picked::Ignored {
        let ids = listed.shown.records.iter().filter_map(|one| id_if_meant(scene, listing, &one.record));
        note.matching = ids.collect();
    }
}

/// The id of a record that an ignored filter means.
fn id_if_meant(scene: &Scene<'_>, listing: &Listing, record: &Record) -> Option<String> {
    let table = usize::from(record.table.0);
    let kind = listing.kinds.iter().find(|kind| kind.record == table)?;
    let is_meant =
        is_meant(scene, scene.record_type(table), record, kind.ignored.as_ref()?, listing.want.nested);
    scene.ids.get(table)?.as_ref().filter(|_| is_meant).map(|ids| ids.id(record.serial))
}

/// Part of a list.
struct Part {
    records: Vec<Arc<Record>>,
    total: usize,
    skip: usize,
    next: Option<Mark>,
}

/// Part of all records of a type, straight from the order in which they were made.
fn part_of_all(scene: &Scene<'_>, seen: Seen<'_>, record: usize, window: &Window) -> Part {
    let (table, organization) = (table(record), scene.organization);
    let total = seen.count(table, organization);
    let mark = |record: &Arc<Record>| mark(record, None);
    match window {
        Window::All => Part { records: seen.page(table, organization, 0, total), total, skip: 0, next: None },
        Window::Skip { skip, take } => {
            let records = seen.page(table, organization, *skip, *take);
            let more = skip.saturating_add(records.len()) < total;
            let next = records.last().filter(|_| more).map(mark);
            Part { records, total, skip: *skip, next }
        }
        Window::After { mark: after, take } => {
            let serial = after.as_ref().map(|mark| mark.serial);
            let mut records = seen.after(table, organization, serial, take.saturating_add(1));
            let more = records.len() > *take;
            records.truncate(*take);
            let next = records.last().filter(|_| more).map(mark);
            Part { records, total, skip: 0, next }
        }
    }
}

/// Part of some records.
fn part_of(
    records: Vec<Arc<Record>>,
    window: &Window,
    is_behind: impl Fn(&Mark, &Record) -> bool,
    key: impl Fn(&Record) -> Option<Key>,
) -> Part {
    let total = records.len();
    let (skip, take) = match window {
        Window::All => (0, total),
        Window::Skip { skip, take } => ((*skip).min(total), *take),
        Window::After { mark: None, take } => (0, *take),
        Window::After { mark: Some(mark), take } => {
            (records.partition_point(|record| !is_behind(mark, record)), *take)
        }
    };
    let end = skip.saturating_add(take).min(total);
    let records: Vec<Arc<Record>> = records.into_iter().take(end).skip(skip).collect();
    let next = records.last().filter(|_| end < total).map(|record| mark(record, key(record)));
    Part { records, total, skip, next }
}

/// Part of some records in another order than the one in which they were made, which orders those that are equal.
fn part_in_order(scene: &Scene<'_>, records: Vec<Arc<Record>>, order: &Order, listing: &Listing) -> Part {
    let key = |record: &Record| {
        let kind = scene.record_type(usize::from(record.table.0));
        order.key(
            &kind.scim_schema,
            &Value::Object(seen(scene, kind, record, &[&order.by], listing.want.nested)),
        )
    };
    let mut keyed: Vec<(Key, Arc<Record>)> =
        records.into_iter().map(|record| (key(&record), record)).collect();
    keyed.sort_by(|(one, one_record), (other, other_record)| {
        let places = one_record.id().cmp(&other_record.id());
        order.compare(one, other).then(places)
    });
    let records = keyed.into_iter().map(|(_, record)| record).collect();
    let is_behind = |mark: &Mark, record: &Record| {
        let keys = order.compare(&key(record), mark.key.as_ref().unwrap_or(&Key::Nothing));
        keys.then((usize::from(record.table.0), record.serial).cmp(&(mark.record, mark.serial))).is_gt()
    };
    part_of(records, &listing.window, is_behind, |record| Some(key(record)))
}

fn mark(record: &Record, key: Option<Key>) -> Mark {
    Mark { record: usize::from(record.table.0), serial: record.serial, key }
}

/// Where the records of a type stand among those of other types.
fn place_at(kinds: &[OfKind], record: usize) -> usize {
    kinds.iter().position(|kind| kind.record == record).unwrap_or(kinds.len())
}

fn place_of(kinds: &[OfKind], id: RecordId) -> usize {
    place_at(kinds, usize::from(id.table.0))
}

/// All records that are meant, type by type. They are taken under the lock and looked into outside: reading a million
/// bodies must not keep writers waiting.
fn meant(scene: &Scene<'_>, listing: &Listing) -> Vec<Arc<Record>> {
    let mut all = Vec::new();
    for OfKind { record, selection, .. } in &listing.kinds {
        let kind = scene.record_type(*record);
        let mut records =
            scene.store.read(|state| candidates(scene, state.seen(scene.lists()), *record, selection));
        records.retain(|one| is_meant(scene, kind, one, selection, listing.want.nested));
        if all.is_empty() {
            all = records;
        } else {
            all.append(&mut records);
        }
    }
    all
}

/// The records that a selection may mean, in order: the one that an index knows, else all.
fn candidates(scene: &Scene<'_>, seen: Seen<'_>, record: usize, selection: &Selection) -> Vec<Arc<Record>> {
    let (table, organization) = (table(record), scene.organization);
    match selection {
        Selection::Key { unique, key } => seen.find(table, organization, *unique, key),
        Selection::Serial(serial) => {
            serial.and_then(|serial| seen.get(table, organization, serial)).cloned().into_iter().collect()
        }
        Selection::Both(one, _) => candidates(scene, seen, record, one),
        Selection::All | Selection::Filter(_) | Selection::Fields(_) => {
            seen.page(table, organization, 0, usize::MAX)
        }
    }
}

/// Whether a selection means a record.
fn is_meant(
    scene: &Scene<'_>,
    kind: &RecordType,
    record: &Record,
    selection: &Selection,
    is_nested: bool,
) -> bool {
    match selection {
        Selection::All => true,
        Selection::Key { unique, key } => record.key(*unique) == Some(key),
        Selection::Serial(serial) => Some(record.serial) == *serial,
        Selection::Filter(filter) => matches(scene, kind, record, filter, is_nested),
        Selection::Fields(tests) => {
            let attributes = attributes(record.body());
            tests.iter().all(|test| passes(test, &attributes))
        }
        Selection::Both(one, other) => {
            [one, other].into_iter().all(|part| is_meant(scene, kind, record, part, is_nested))
        }
    }
}

/// Whether a record matches a filter, seen as this surface shows it.
fn matches(scene: &Scene<'_>, kind: &RecordType, record: &Record, filter: &Filter, is_nested: bool) -> bool {
    let paths = filter.paths();
    let paths: Vec<&AttrPath> = paths.iter().collect();
    filter.matches(&kind.scim_schema, &Value::Object(seen(scene, kind, record, &paths, is_nested)))
}

/// A record as this surface shows it, as far as these paths look into it.
fn seen(
    scene: &Scene<'_>,
    kind: &RecordType,
    record: &Record,
    paths: &[&AttrPath],
    is_nested: bool,
) -> Map<String, Value> {
    let mut seen = attributes(record.body());
    scene.outward(kind, &mut seen);
    let id = record.id();
    if let Some(ids) = scene.ids.get(usize::from(id.table.0)).and_then(Option::as_ref) {
        seen.insert("id".to_owned(), Value::String(ids.id(record.serial)));
    }
    let looks_at = |name: &str| paths.iter().any(|path| path.name.eq_ignore_ascii_case(name));
    if looks_at("groups") {
        let groups = scene.store.read(|state| {
            let (mut groups, seen) = (Vec::new(), state.seen(scene.lists()));
            let direct = add_groups(seen, id, is_nested, &mut groups);
            let how = |index| Some(if index < direct { "direct" } else { "indirect" });
            entries(scene, seen, groups.into_iter().enumerate().map(|(index, group)| (group, how(index))))
        });
        seen.insert("groups".to_owned(), groups);
    }
    if looks_at("members") {
        let members = scene.store.read(|state| {
            let seen = state.seen(scene.lists());
            entries(scene, seen, seen.members(id).map(|id| (id, None)))
        });
        seen.insert("members".to_owned(), members);
    }
    if looks_at("meta") {
        let times = [("created", record.created_ms), ("lastModified", record.modified_ms)];
        let times =
            times.map(|(name, ms)| (name.to_owned(), Value::String(crate::record::text::rfc3339(ms))));
        let mut meta = Map::from_iter(times);
        meta.insert("resourceType".to_owned(), Value::from(kind.resource_type));
        seen.insert("meta".to_owned(), Value::Object(meta));
    }
    if looks_at("schemas") {
        seen.insert("schemas".to_owned(), schemas_of(&kind.scim_schema, &seen));
    }
    seen
}

/// Links as a multi-valued attribute with what a filter may ask of them; where nothing says how one is linked, its `type` is
/// what it is.
pub(super) fn entries(
    scene: &Scene<'_>,
    seen: Seen<'_>,
    linked: impl Iterator<Item = (RecordId, Option<&'static str>)>,
) -> Value {
    let entry = |(id, how): (RecordId, Option<&'static str>)| {
        let ids = scene.ids.get(usize::from(id.table.0))?.as_ref()?;
        let record = seen.beside(scene.organization, id)?;
        let attributes = attributes(record.body());
        let display = display_name(&attributes).unwrap_or_default();
        let how = how.unwrap_or(scene.record_type(usize::from(id.table.0)).resource_type);
        Some(serde_json::json!({"value": ids.id(id.serial), "display": display, "type": how}))
    };
    Value::Array(linked.filter_map(entry).collect())
}

/// Links as a multi-valued attribute with what is known without a look at who they are.
pub(super) fn values(scene: &Scene<'_>, linked: impl Iterator<Item = RecordId>) -> Value {
    let value = |linked: RecordId| {
        let table = usize::from(linked.table.0);
        let ids: &Ids<'_> = scene.ids.get(table)?.as_ref()?;
        let kind = scene.record_type(table).resource_type;
        Some(serde_json::json!({"value": ids.id(linked.serial), "type": kind}))
    };
    Value::Array(linked.filter_map(value).collect())
}

fn passes(test: &FieldTest, attributes: &Map<String, Value>) -> bool {
    let found = first_fit(&test.at, test.format, attributes).map(|(_, value)| value);
    match (found, &test.wanted) {
        (Some(Value::String(text)), Value::String(wanted)) => {
            let (text, wanted) = (folded(text, test.case_exact), folded(wanted, test.case_exact));
            match test.matching {
                Matching::Equals => text == wanted,
                Matching::Contains => text.contains(&*wanted),
                Matching::StartsWith => text.starts_with(&*wanted),
            }
        }
        (Some(value), wanted) => value == wanted,
        (None, _) => false,
    }
}
