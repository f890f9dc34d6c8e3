//! What a vendor insists on before it keeps a record: kept attributes, defaults, formats, what is required, set once, or
//! assigned; and the keys that no two records may share.

use serde_json::{Map, Value};

use super::text;
use crate::fault::{Problem, Wrong};
use crate::profile::model::{FieldRule, Format, RecordType, Unique};
use crate::profile::path::RecordPath;
use crate::profile::template::{Slots, write_value};
use crate::scim::resource::in_schema_order;
use crate::scim::schema::Mutability;

/// A record that may be kept.
#[derive(Debug)]
pub struct Admitted {
    /// Its attributes.
    pub attributes: Map<String, Value>,
    /// One folded key for each uniqueness rule.
    pub keys: Vec<Option<String>>,
    /// Places of things set once whose change was ignored.
    pub kept_silently: Vec<String>,
    /// What elements of lists had that the vendor has no place for.
    pub left_out: Vec<String>,
}

/// Holds a record against the vendor's rules. `old` is what is kept of it now; `None` for a new record.
///
/// # Errors
/// Every field that is not as it must be, named by its path.
pub fn admit(
    record: &RecordType,
    mut attributes: Map<String, Value>,
    old: Option<&Map<String, Value>>,
) -> Result<Admitted, Vec<Problem>> {
    let left_out = keep(record, &mut attributes);
    let mut kept_silently = Vec::new();
    let mut problems = Vec::new();
    if old.is_none() {
        assume(record, &mut attributes);
    }
    for rule in &record.rules {
        if let Some(old) = old {
            fall_back(rule, old, &mut attributes);
            hold_what_is_set_once(rule, old, &mut attributes, &mut kept_silently, &mut problems);
        }
    }
    for rule in &record.rules {
        if let Some(template) = &rule.assigned {
            let mut out = Vec::new();
            let written = template.write(&Body(&attributes), &mut out);
            match serde_json::from_slice(&out) {
                Ok(value) if written => rule.path.set(&mut attributes, value),
                _ => rule.path.clear(&mut attributes),
            }
        }
        check(rule, &attributes, &mut problems);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let keys = record.unique.iter().map(|unique| key(unique, &attributes)).collect();
    let attributes = in_schema_order(&record.schema, attributes);
    Ok(Admitted { attributes, keys, kept_silently, left_out })
}

/// Gives what is not there its default: in a new record, and in one that is replaced.
pub fn assume(record: &RecordType, attributes: &mut Map<String, Value>) {
    for rule in &record.rules {
        if let Some(default) = rule.default.as_ref().filter(|_| value_at(attributes, &rule.path).is_none()) {
            rule.path.set(attributes, default.clone());
        }
    }
}

/// Gives what has lost its value its default, so that what has one is never without a value.
fn fall_back(rule: &FieldRule, old: &Map<String, Value>, attributes: &mut Map<String, Value>) {
    let lost = value_at(old, &rule.path).is_some() && value_at(attributes, &rule.path).is_none();
    if let Some(default) = rule.default.as_ref().filter(|_| lost) {
        rule.path.set(attributes, default.clone());
    }
}

/// The key of a record under a uniqueness rule: the first of its places whose value has the format, folded.
pub fn key(unique: &Unique, attributes: &Map<String, Value>) -> Option<String> {
    let found = first_fit(&unique.at, unique.format, attributes)?;
    Some(text::folded(found.1.as_str()?, unique.case_exact).into_owned())
}

/// Of several places, the first whose value has the format.
pub fn first_fit<'a, 'v>(
    at: &'a [RecordPath],
    format: Option<Format>,
    attributes: &'v Map<String, Value>,
) -> Option<(&'a RecordPath, &'v Value)> {
    let fits = |value: &Value| {
        format.is_none_or(|format| value.as_str().is_some_and(|value| text::is(format, value)))
    };
    at.iter()
        .find_map(|path| value_at(attributes, path).filter(|value| fits(value)).map(|value| (path, value)))
}

/// Whether a record is in use: unless its attribute says no.
pub fn is_active(kind: &RecordType, attributes: &Map<String, Value>) -> bool {
    let active = kind.active.as_ref().and_then(|path| value_at(attributes, path));
    active != Some(&Value::Bool(false))
}

/// The value at a place of a record's attributes; null counts as none.
pub fn value_at<'v>(attributes: &'v Map<String, Value>, path: &RecordPath) -> Option<&'v Value> {
    path.get_in(attributes).filter(|value| !value.is_null())
}

/// Whether a secret such as a password is being set: that changes the record, although nothing of it is kept.
pub fn sets_secret(record: &RecordType, attributes: &Map<String, Value>) -> bool {
    attributes.keys().any(|name| is_secret(record, name))
}

/// Whether an attribute is written and never read.
fn is_secret(record: &RecordType, name: &str) -> bool {
    let found = record.schema.core_attribute(name);
    found.is_some_and(|found| found.attribute.mutability == Mutability::WriteOnly)
}

/// Takes away what the vendor does not keep: values of the wrong `type`, `externalId` where it is not kept, and what is
/// written but never returned, such as a password. Of elements it says what they lost.
fn keep(record: &RecordType, attributes: &mut Map<String, Value>) -> Vec<String> {
    if !record.keeps_external_id {
        attributes.shift_remove("externalId");
    }
    attributes.retain(|name, _| !is_secret(record, name));
    let mut left_out = Vec::new();
    let Some(keeps) = &record.keeps else { return left_out };
    let mut names: Vec<&str> = keeps.iter().map(|path| path.name.as_str()).collect();
    names.dedup();
    for name in names {
        let Some(Value::Array(elements)) = attributes.get_mut(name) else { continue };
        let of_it: Vec<&RecordPath> = keeps.iter().filter(|path| path.name == name).collect();
        elements.retain_mut(|element| {
            let subs = kept_subs(of_it.iter().copied(), element);
            let Some(object) = element.as_object_mut() else { return false };
            object.retain(|sub, _| {
                let is_kept = matches!(sub.as_str(), "type" | "primary") || subs.contains(&sub.as_str());
                if !is_kept {
                    left_out.push(format!("{name}.{sub}"));
                }
                is_kept
            });
            object.keys().any(|sub| subs.contains(&sub.as_str()))
        });
        if elements.is_empty() {
            attributes.shift_remove(name);
        }
    }
    left_out
}

/// The sub-attributes that the vendor keeps of an element, beside its `type` and `primary`.
fn kept_subs<'a>(of_it: impl Iterator<Item = &'a RecordPath>, element: &Value) -> Vec<&'a str> {
    let fits = |path: &&RecordPath| {
        path.element.as_ref().is_some_and(|(sub, text)| {
            element.get(sub).and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(text))
        })
    };
    of_it.filter(fits).filter_map(|path| path.sub.as_deref()).collect()
}

/// Gives `primary` back to the elements that lost it to one which the vendor will not keep.
pub fn give_back_primary(
    keeps: &[RecordPath],
    old: &Map<String, Value>,
    attributes: &mut Map<String, Value>,
) {
    let is_primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true));
    for (name, value) in attributes {
        let Value::Array(elements) = value else { continue };
        let is_kept = |element: &Value| {
            let subs = kept_subs(keeps.iter().filter(|path| path.name == *name), element);
            subs.iter().any(|sub| element.get(sub).is_some())
        };
        if !elements.iter().any(|element| is_primary(element) && !is_kept(element)) {
            continue;
        }
        let before = old.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for lost in before.iter().filter(|element| is_primary(element)) {
            let mut without = lost.clone();
            without["primary"] = Value::Bool(false);
            if let Some(element) = elements.iter_mut().find(|element| **element == without) {
                *element = lost.clone();
            }
        }
    }
}

fn hold_what_is_set_once(
    rule: &FieldRule,
    old: &Map<String, Value>,
    attributes: &mut Map<String, Value>,
    kept_silently: &mut Vec<String>,
    problems: &mut Vec<Problem>,
) {
    let Some(before) = value_at(old, &rule.path).filter(|_| rule.immutable) else { return };
    if value_at(attributes, &rule.path) == Some(before) {
        return;
    }
    if rule.ignore_late_change {
        kept_silently.push(rule.path.to_string());
        rule.path.set(attributes, before.clone());
    } else {
        problems.push(Problem { field: rule.path.to_string(), wrong: Wrong::Immutable });
    }
}

fn check(rule: &FieldRule, attributes: &Map<String, Value>, problems: &mut Vec<Problem>) {
    let mut wrong = |wrong: Wrong| problems.push(Problem { field: rule.path.to_string(), wrong });
    // Members live beside the record; whoever replaces a group sees to them.
    let Some(value) = value_at(attributes, &rule.path) else {
        if rule.required && rule.path.name != "members" {
            wrong(Wrong::Missing);
        }
        return;
    };
    if rule.required && value.as_str().is_some_and(|text| text.trim().is_empty()) {
        wrong(Wrong::Missing);
        return;
    }
    if let Some(format) = rule.format {
        let fits = |value: &Value| value.as_str().is_some_and(|value| text::is(format, value));
        if !rule.path.all_in(attributes).into_iter().all(fits) {
            wrong(Wrong::Value(text::wanted(format).to_owned()));
        }
    }
    let count = value.as_array().map_or(1, Vec::len);
    if let Some(most) = rule.at_most.filter(|most| count > *most) {
        let values = if most == 1 { "one value".to_owned() } else { format!("at most {most} values") };
        wrong(Wrong::Value(values));
    }
}

/// A record's own attributes as the slots of an `assigned` template.
struct Body<'a>(&'a Map<String, Value>);

impl Slots<RecordPath> for Body<'_> {
    fn json(&self, path: &RecordPath, out: &mut Vec<u8>) -> bool {
        let value = value_at(self.0, path);
        if let Some(value) = value {
            write_value(value, out);
        }
        value.is_some()
    }

    fn text(&self, path: &RecordPath, out: &mut String) {
        out.push_str(value_at(self.0, path).and_then(Value::as_str).unwrap_or_default());
    }
}
