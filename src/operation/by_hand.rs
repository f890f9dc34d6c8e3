//! What somebody of the vendor's staff does to a record by hand: whole attributes, of all surfaces at once, under the laws
//! that hold for every surface.

use serde_json::{Map, Value};

use super::change::{Wanted, change, object};
use super::{Links, Outcome, Scene, Target, table};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::profile::model::RecordType;
use crate::profile::path::RecordPath;
use crate::scim::leniency::Leniency;
use crate::scim::path::AttrPath;
use crate::scim::resource::{self, Situation};
use crate::scim::schema::{Kind, Mutability, ResourceSchema};
use crate::store::OrganizationId;

/// The attributes of a new record, checked: their names, types and shapes.
///
/// # Errors
/// The first that is not as it must be, or that nobody can set.
pub fn filled_in(kind: &RecordType, attributes: Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    cleaned(kind, attributes, Situation::Create, |_| true)
}

/// A text as the value that an attribute wants: a number or a truth where it is one.
pub fn from_text(kind: &RecordType, path: &RecordPath, text: &str) -> Value {
    let attr = AttrPath { urn: path.urn.clone(), name: path.name.clone(), sub: path.sub.clone() };
    let of = kind.schema.find(&attr).map(|found| found.leaf().kind);
    let meant = matches!(of, Some(Kind::Boolean | Kind::Integer | Kind::Decimal));
    let value = serde_json::from_str(text).ok().filter(|_| meant);
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Changes attributes as a JSON merge patch (RFC 7396) says, so that `null` takes one away.
pub(super) fn edit(
    scene: &Scene<'_>,
    target: &Target,
    changes: Map<String, Value>,
    links: &Links,
    notes: &mut Notes,
) -> Result<Outcome, Fault> {
    let kind = scene.record_type(target.record);
    change(scene, target, notes, |_, _, old| {
        let named: Vec<String> = changes.keys().cloned().collect();
        let mut merged = old.clone();
        merge(&mut merged, changes);
        let is_named = |path: &str| named.iter().any(|name| path.starts_with(name));
        let attributes = cleaned(kind, merged, Situation::Replace, is_named)?;
        let schema = open(&kind.schema);
        let attributes = resource::replace(&schema, &Value::Object(old), Value::Object(attributes));
        Ok(Wanted { attributes: object(attributes.map_err(Fault::Scim)?), links: links.clone() })
    })
}

/// Takes a record away with all that the vendor keeps of it, also one that is gone already. `false` when nobody ever had
/// the serial.
pub fn erase(scene: &Scene<'_>, record: usize, serial: u64) -> bool {
    let (table, organization): (_, OrganizationId) = (table(record), scene.organization);
    let (amounts, stamp) = (scene.record_type(record).vendor_data.len(), scene.stamp(record));
    scene.store.write(|state| {
        let nothing = || vec![0; amounts].into_boxed_slice();
        if state.get(table, organization, serial).is_none() {
            return state.forget_departed(table, organization, serial, nothing());
        }
        let groups: Vec<_> = state.groups_of(crate::store::RecordId { table, serial }).collect();
        state.remove_with(table, serial, nothing(), stamp);
        for group in groups {
            state.touch(group.table, group.serial, stamp);
        }
        true
    })
}

/// Attributes in the schema's spelling; one that was named and that only the vendor sets is refused.
fn cleaned(
    kind: &RecordType,
    mut attributes: Map<String, Value>,
    situation: Situation,
    is_named: impl Fn(&str) -> bool,
) -> Result<Map<String, Value>, Fault> {
    for name in ["groups", "members"] {
        if attributes.keys().any(|key| key.eq_ignore_ascii_case(name)) {
            return Err(Fault::value(name, "said beside the attributes, as a list of ids"));
        }
    }
    let schema = open(&kind.schema);
    let schemas = [&schema.core].into_iter().chain(&schema.extensions);
    attributes.insert("schemas".to_owned(), schemas.map(|schema| schema.id.clone()).collect());
    let cleaned = resource::clean(&schema, Value::Object(attributes), situation, &Leniency::default())
        .map_err(Fault::Scim)?;
    if let Some(path) = cleaned.ignored.into_iter().find(|path| is_named(path)) {
        return Err(Fault::value(path, "left to the vendor, who sets it"));
    }
    let mut attributes = object(cleaned.attributes);
    attributes.shift_remove("schemas");
    Ok(attributes)
}

/// The schema for whoever works there: what clients may only read is what staff writes.
fn open(schema: &ResourceSchema) -> ResourceSchema {
    let mut schema = schema.clone();
    let extensions = schema.extensions.iter_mut().flat_map(|extension| &mut extension.attributes);
    for attribute in schema.core.attributes.iter_mut().chain(extensions) {
        // Members are said beside the attributes.
        attribute.required &= attribute.name != "members";
        for one in std::iter::once(&mut attribute.mutability)
            .chain(attribute.sub_attributes.iter_mut().map(|sub| &mut sub.mutability))
        {
            if *one == Mutability::ReadOnly {
                *one = Mutability::ReadWrite;
            }
        }
    }
    schema
}

/// RFC 7396 section 2.
fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match (value, target.get_mut(&name)) {
            (Value::Null, _) => drop(target.shift_remove(&name)),
            (Value::Object(patch), Some(Value::Object(within))) => merge(within, patch),
            (Value::Object(patch), _) => {
                let mut within = Map::new();
                merge(&mut within, patch);
                target.insert(name, Value::Object(within));
            }
            (value, _) => drop(target.insert(name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{merge, object};

    #[test]
    fn a_merge_is_rfc_7396_s() {
        let check = |target: Value, patch: Value, wanted: Value| {
            let mut got = object(target);
            merge(&mut got, object(patch.clone()));
            assert_eq!(Value::Object(got), wanted, "{patch}");
        };
        check(json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"}));
        check(json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"}));
        check(json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"}));
        check(json!({"a": [1]}), json!({"a": "c"}), json!({"a": "c"}));
        check(json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}}));
        check(json!({"a": "x"}), json!({"a": {"b": {"c": null}}}), json!({"a": {"b": {}}}));
        check(json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1}));
    }
}
