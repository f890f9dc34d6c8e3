//! Changing a record: field by field, by replacement, by a PatchOp. One way in, one way out.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::create::{draft, link, not_unique};
use super::list::{entries, values};
use super::{
    FieldChange, Links, Outcome, Scene, Target, invalid, must_name_members, name_assigned, remove, table,
};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::profile::model::{Deactivate, RecordType};
use crate::record;
use crate::record::law::{self, first_fit, is_active, value_at};
use crate::scim::leniency::Leniency;
use crate::scim::patch::Patch;
use crate::scim::resource;
use crate::store::{Record, ReplaceError, State, View};

/// What is to become of a record: its attributes with this surface's ids, and its links.
pub(super) struct Wanted {
    pub attributes: Map<String, Value>,
    pub links: Links,
}

/// Changes fields.
pub(super) fn update(
    scene: &Scene<'_>,
    target: &Target,
    fields: Vec<FieldChange>,
    links: &Links,
    notes: &mut Notes,
) -> Result<Outcome, Fault> {
    change(scene, target, notes, |_, _, mut attributes| {
        for field in fields {
            set(&mut attributes, &field);
        }
        Ok(Wanted { attributes, links: links.clone() })
    })
}

/// Gives a field its new value: at the place that it was read from. The other places that held the same value follow, so
/// that a work address does not stay behind when the login changes.
fn set(attributes: &mut Map<String, Value>, field: &FieldChange) {
    let before =
        first_fit(&field.at, field.format, attributes).map(|(path, value)| (path.clone(), value.clone()));
    let home = before.as_ref().map(|(path, _)| path).or(field.at.first());
    for path in &field.at {
        let same = before.as_ref().is_some_and(|(_, value)| value_at(attributes, path) == Some(value));
        if Some(path) == home || same {
            match &field.value {
                Some(value) => path.set(attributes, value.clone()),
                None => path.clear(attributes),
            }
        }
    }
}

/// Replaces a record (RFC 7644 section 3.5.1).
pub(super) fn replace(
    scene: &Scene<'_>,
    target: &Target,
    attributes: Map<String, Value>,
    links: &Links,
    notes: &mut Notes,
) -> Result<Outcome, Fault> {
    let kind = scene.record_type(target.record);
    must_name_members(kind, links, notes)?;
    let set_once = kind.rules.iter().filter(|rule| rule.immutable && rule.ignore_late_change);
    let unnamed: Vec<_> = set_once.filter(|rule| value_at(&attributes, &rule.path).is_none()).collect();
    change(scene, target, notes, |_, _, old| {
        let stays = unnamed.iter().filter_map(|rule| Some((&rule.path, value_at(&old, &rule.path)?.clone())));
        let stays: Vec<_> = stays.collect();
        let replaced = resource::replace(&kind.scim_schema, &Value::Object(old), Value::Object(attributes))
            .map_err(Fault::Scim)?;
        // What a replacement does not name, it empties, or takes back to what it is by default (RFC 7644 section 3.5.1).
        let mut attributes = object(replaced);
        law::assume(kind, &mut attributes);
        // Who leaves out what is set once does not ask for another value.
        for (path, value) in stays {
            path.set(&mut attributes, value);
        }
        let members = kind.is_group().then(|| links.members.clone().unwrap_or_default());
        Ok(Wanted { attributes, links: Links { members, ..links.clone() } })
    })
}

/// Changes a record by a PatchOp (RFC 7644 section 3.5.2).
pub(super) fn patch(
    scene: &Scene<'_>,
    target: &Target,
    patch: &Patch,
    leniency: &Leniency,
    ignore_unknown: bool,
    notes: &mut Notes,
) -> Result<Outcome, Fault> {
    let kind = scene.record_type(target.record);
    let mut ignored = Vec::new();
    let outcome = change(scene, target, notes, |state, record, mut old| {
        let members = state.members(record.id());
        let before = kind.is_group().then(|| match patch.looks_at_sub("display") {
            true => entries(scene, state.seen(View::Present), members.map(|id| (id, None))),
            false => values(scene, members),
        });
        if let Some(members) = before.clone().filter(|members| members != &Value::Array(Vec::new())) {
            old.insert("members".to_owned(), members);
        }
        if let Some(ids) = scene.ids.get(target.record).and_then(Option::as_ref) {
            old.insert("id".to_owned(), Value::String(ids.id(record.serial)));
        }
        let mut resource = Value::Object(old);
        let applied = patch.apply(&kind.scim_schema, &mut resource, leniency).map_err(Fault::Scim)?;
        ignored = applied.ignored;
        let mut attributes = object(resource);
        attributes.shift_remove("id");
        if let Some(keeps) = &kind.keeps {
            law::give_back_primary(keeps, &record::attributes(record.body()), &mut attributes);
        }
        let members = attributes.shift_remove("members").unwrap_or(Value::Array(Vec::new()));
        let links = match before {
            Some(before) if before != members => Links {
                members: Some(member_ids(&members)?),
                members_field: "members".to_owned(),
                ignore_unknown,
                ..Links::default()
            },
            _ => Links::default(),
        };
        Ok(Wanted { attributes, links })
    });
    notes.dropped.extend(ignored);
    outcome
}

/// The ids in a `members` attribute; a member without one is no member.
fn member_ids(members: &Value) -> Result<Vec<String>, Fault> {
    let elements = members.as_array().map_or(&[][..], Vec::as_slice);
    let ids = elements.iter().map(|element| element.get("value").and_then(Value::as_str).map(str::to_owned));
    ids.collect::<Option<_>>().ok_or_else(|| Fault::missing("members.value"))
}

/// Changes a record under the lock: reads it as this surface shows it, lets `make` say what is to become of it, and keeps
/// that, whole or not at all. What stays the same is not written, so its times stay too.
pub(super) fn change(
    scene: &Scene<'_>,
    target: &Target,
    notes: &mut Notes,
    make: impl FnOnce(&State, &Arc<Record>, Map<String, Value>) -> Result<Wanted, Fault>,
) -> Result<Outcome, Fault> {
    let kind = scene.record_type(target.record);
    scene.store.write(|state| {
        let record = scene.find(state, target)?;
        let old = record::attributes(record.body());
        let mut seen = old.clone();
        scene.outward(kind, &mut seen);
        let Wanted { mut attributes, links } = make(state, &record, seen)?;
        attributes.shift_remove("schemas");
        scene
            .inward(state, kind, &mut attributes, Some(&old))
            .map_err(|problems| invalid(kind, problems, notes))?;
        let sets_secret = law::sets_secret(kind, &attributes);
        let admitted =
            law::admit(kind, attributes, Some(&old)).map_err(|problems| invalid(kind, problems, notes))?;
        name_assigned(kind, notes);
        notes.dropped.extend_from_slice(&admitted.left_out);
        name_kept(kind, &admitted.kept_silently, notes);
        let members = scene.members(state, &links)?;
        let groups = scene.groups(state, &links)?;
        let deactivated = is_active(kind, &old) && !is_active(kind, &admitted.attributes);
        if deactivated {
            notes.word("deactivated");
            notes.rule(&kind.deactivation);
        }
        let same = admitted.attributes == old;
        let record = if same {
            record
        } else {
            let aside = aside(kind, &record, deactivated);
            let draft = draft(admitted, aside)?;
            let replaced =
                state.replace(table(target.record), record.serial, draft, scene.stamp(target.record));
            replaced.map_err(|error| match error {
                ReplaceError::Clash(clash) => {
                    notes.rule(&kind.unique[clash.unique].rule);
                    not_unique(kind, &clash)
                }
                ReplaceError::Missing => scene.nobody(target),
            })?
        };
        let moved = link(scene, state, record.id(), members, groups);
        let touched = (same && (moved || sets_secret))
            .then(|| state.touch(record.table, record.serial, scene.stamp(target.record)));
        let record = touched.flatten().unwrap_or(record);
        let shown = scene.show(state.seen(View::Present), Arc::clone(&record), target.want);
        if deactivated && kind.deactivate == Deactivate::Delete {
            notes.word("deleted");
            remove::remove(scene, state, kind, &record);
            return Ok(Outcome::LetGo { last: shown, no_content: kind.deactivated_no_content });
        }
        Ok(Outcome::Shown(shown))
    })
}

/// What the vendor keeps beside a record after a change.
fn aside(kind: &RecordType, record: &Record, deactivated: bool) -> Box<[u32]> {
    let amounts = kind.vendor_data.iter().zip(record.aside.iter());
    amounts
        .map(|(data, amount)| if deactivated && data.erased_when_deactivated { 0 } else { *amount })
        .collect()
}

fn name_kept(kind: &RecordType, kept: &[String], notes: &mut Notes) {
    for path in kept {
        notes.word("late_change_ignored");
        notes.dropped.push(path.clone());
        for rule in kind.rules.iter().filter(|rule| rule.path.to_string() == *path) {
            notes.rule(&rule.rule);
        }
    }
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
