//! Showing records: one, or part of a list.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{FieldTest, Listed, Listing, Outcome, Scene, Selection, Shown, Target, Window, table};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::profile::model::{Matching, RecordType};
use crate::record::law::first_fit;
use crate::record::text::folded;
use crate::record::{attributes, display_name, id::Ids};
use crate::scim::filter::Filter;
use crate::scim::resource::schemas_of;
use crate::store::{Record, RecordId, State};

/// Shows one record.
pub(super) fn fetch(scene: &Scene<'_>, target: &Target) -> Result<Outcome, Fault> {
    scene.store.read(|state| {
        let record = scene.find(state, target)?;
        Ok(Outcome::Shown(scene.show(state, record, target.want)))
    })
}

/// Shows part of a list.
pub(super) fn list(scene: &Scene<'_>, listing: &Listing, notes: &mut Notes) -> Result<Outcome, Fault> {
    let record = scene.record_type(listing.record);
    if record.visible_after_ms > 0 {
        notes.rule(&record.visibility_rule);
    }
    let as_of_ms = (record.visible_after_ms > 0)
        .then(|| scene.now_ms.saturating_sub(i64::try_from(record.visible_after_ms).unwrap_or(i64::MAX)));
    let listed = |state: &State, (records, total, skip, next): Part| {
        let shown = Shown::gather(scene, state, records, listing.want);
        Ok(Outcome::Listed(Listed { shown, total, skip, next }))
    };
    if let (Selection::All, None) = (&listing.selection, as_of_ms) {
        return scene.store.read(|state| listed(state, window_of_all(scene, state, listing)));
    }
    // Records are taken under the lock and looked into outside: reading a million bodies must not keep writers waiting.
    let mut records =
        scene.store.read(|state| candidates(scene, state, listing.record, &listing.selection, as_of_ms));
    records.retain(|one| is_meant(scene, record, one, &listing.selection));
    scene.store.read(|state| listed(state, window_of(records, listing.window)))
}

type Part = (Vec<Arc<Record>>, usize, usize, Option<u64>);

/// Part of all records, straight from the order.
fn window_of_all(scene: &Scene<'_>, state: &State, listing: &Listing) -> Part {
    let (table, organization) = (table(listing.record), scene.organization);
    let total = state.count(table, organization);
    match listing.window {
        Window::All => (state.page(table, organization, 0, total), total, 0, None),
        Window::Skip { skip, take } => {
            let records = state.page(table, organization, skip, take);
            let more = skip.saturating_add(records.len()) < total;
            let next = records.last().filter(|_| more).map(|record| record.serial);
            (records, total, skip, next)
        }
        Window::After { serial, take } => {
            let mut records = state.after(table, organization, serial, take.saturating_add(1));
            let more = records.len() > take;
            records.truncate(take);
            let next = records.last().filter(|_| more).map(|record| record.serial);
            (records, total, 0, next)
        }
    }
}

/// Part of some records.
fn window_of(records: Vec<Arc<Record>>, window: Window) -> Part {
    let total = records.len();
    let (skip, take) = match window {
        Window::All => (0, total),
        Window::Skip { skip, take } => (skip.min(total), take),
        Window::After { serial, take } => {
            (serial.map_or(0, |serial| records.partition_point(|record| record.serial <= serial)), take)
        }
    };
    let end = skip.saturating_add(take).min(total);
    let part: Vec<Arc<Record>> = records.into_iter().take(end).skip(skip).collect();
    let next = part.last().filter(|_| end < total).map(|record| record.serial);
    (part, total, skip, next)
}

/// The records that a selection may mean, in order: the one that an index knows, else all.
fn candidates(
    scene: &Scene<'_>,
    state: &State,
    record: usize,
    selection: &Selection,
    as_of_ms: Option<i64>,
) -> Vec<Arc<Record>> {
    let (table, organization) = (table(record), scene.organization);
    if let Some(as_of_ms) = as_of_ms {
        return state.page_as_of(table, organization, as_of_ms, 0, usize::MAX).0;
    }
    match selection {
        Selection::Key { unique, key } => {
            state.find(table, organization, *unique, key).cloned().into_iter().collect()
        }
        Selection::Serial(serial) => {
            serial.and_then(|serial| state.get(table, organization, serial)).cloned().into_iter().collect()
        }
        Selection::Both(one, _) => candidates(scene, state, record, one, None),
        Selection::All | Selection::Filter(_) | Selection::Fields(_) => {
            state.page(table, organization, 0, usize::MAX)
        }
    }
}

/// Whether a selection means a record.
fn is_meant(scene: &Scene<'_>, kind: &RecordType, record: &Record, selection: &Selection) -> bool {
    match selection {
        Selection::All => true,
        Selection::Key { unique, key } => record.key(*unique) == Some(key),
        Selection::Serial(serial) => Some(record.serial) == *serial,
        Selection::Filter(filter) => matches(scene, kind, record, filter),
        Selection::Fields(tests) => {
            let attributes = attributes(record.body());
            tests.iter().all(|test| passes(test, &attributes))
        }
        Selection::Both(one, other) => {
            is_meant(scene, kind, record, one) && is_meant(scene, kind, record, other)
        }
    }
}

/// Whether a record matches a filter, seen as this surface shows it.
fn matches(scene: &Scene<'_>, kind: &RecordType, record: &Record, filter: &Filter) -> bool {
    let mut seen = attributes(record.body());
    scene.outward(kind, &mut seen);
    let id = record.id();
    if let Some(ids) = scene.ids.get(usize::from(id.table.0)).and_then(Option::as_ref) {
        seen.insert("id".to_owned(), Value::String(ids.id(record.serial)));
    }
    let looks_at = |name: &str| filter.paths().iter().any(|path| path.name.eq_ignore_ascii_case(name));
    if looks_at("groups") {
        let groups = scene.store.read(|state| entries(scene, state, state.groups_of(id)));
        seen.insert("groups".to_owned(), groups);
    }
    if looks_at("members") {
        let members = scene.store.read(|state| entries(scene, state, state.members(id)));
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
    filter.matches(&kind.scim_schema, &Value::Object(seen))
}

/// Links as a multi-valued attribute with all that a filter may ask of them.
fn entries(scene: &Scene<'_>, state: &State, linked: impl Iterator<Item = RecordId>) -> Value {
    let entry = |id: RecordId| {
        let ids = scene.ids.get(usize::from(id.table.0))?.as_ref()?;
        let record = state.get(id.table, scene.organization, id.serial)?;
        let attributes = attributes(record.body());
        let display = display_name(&attributes).unwrap_or_default();
        let kind = scene.record_type(usize::from(id.table.0)).resource_type;
        Some(serde_json::json!({"value": ids.id(id.serial), "display": display, "type": kind}))
    };
    Value::Array(linked.filter_map(entry).collect())
}

/// Links as a multi-valued attribute of bare ids.
pub(super) fn values(scene: &Scene<'_>, linked: impl Iterator<Item = RecordId>) -> Value {
    let id = |linked: RecordId| {
        let ids: &Ids<'_> = scene.ids.get(usize::from(linked.table.0))?.as_ref()?;
        Some(Value::Object(Map::from_iter([("value".to_owned(), Value::String(ids.id(linked.serial)))])))
    };
    Value::Array(linked.filter_map(id).collect())
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
