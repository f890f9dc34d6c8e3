//! The elements of multi-valued attributes: which count as the same, and which one is primary.
//!
//! Two elements are the same if their `value` is, and their `type` unless one has none (RFC 7643 section 2.4 allows a
//! value once for each type). Elements without a `value` are the same if all but `primary` is.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::error::Error;
use super::filter::{folded, values_equal};
use super::schema::{Attribute, Found, Kind, Mutability};

/// Finds elements of a list by what they are, without comparing each with each: groups can be large.
pub(super) struct Index<'a> {
    attribute: &'a Attribute,
    positions: HashMap<String, Vec<usize>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(attribute: &'a Attribute, list: &[Value]) -> Index<'a> {
        let mut index = Index { attribute, positions: HashMap::with_capacity(list.len()) };
        for (position, element) in list.iter().enumerate() {
            index.insert(position, element);
        }
        index
    }

    /// Where in `list`, which is the one that was indexed, the same element stands.
    pub(super) fn find(&self, list: &[Value], element: &Value) -> Option<usize> {
        let positions = self.positions.get(&key(self.attribute, element))?;
        let is_same =
            |position: &usize| list.get(*position).is_some_and(|other| same(self.attribute, other, element));
        positions.iter().copied().find(is_same)
    }

    fn insert(&mut self, position: usize, element: &Value) {
        self.positions.entry(key(self.attribute, element)).or_default().push(position);
    }
}

/// Adds `new` elements to `list`, each only if it is not there yet, and says where they now are.
///
/// An element that is there takes over the parts that may change, so that adding it again as primary makes it so; its
/// immutable parts stay (RFC 7644 section 3.5.2.2: a user who is a member already changes nothing).
pub(super) fn merge(attribute: &Attribute, list: &mut Vec<Value>, new: Vec<Value>) -> Vec<usize> {
    let mut index = Index::new(attribute, list);
    let mut touched = Vec::with_capacity(new.len());
    for element in new {
        match index.find(list, &element) {
            Some(position) => {
                touched.push(position);
                if let (Some(Value::Object(old)), Value::Object(parts)) = (list.get_mut(position), element) {
                    take_over(attribute, old, parts);
                }
            }
            None => {
                touched.push(list.len());
                index.insert(list.len(), &element);
                list.push(element);
            }
        }
    }
    touched
}

/// Makes one of elements that have become the same by an edit of the `touched`, in ascending order, whose parts then hold.
/// What the edit left nothing of is null.
pub(super) fn unite(attribute: &Attribute, list: &mut Vec<Value>, touched: &[usize]) {
    let index = Index::new(attribute, list);
    let is_again = |(position, element): (usize, &Value)| {
        !element.is_null() && index.find(list, element) != Some(position)
    };
    if !list.iter().enumerate().any(is_again) {
        return;
    }
    let (mut new, mut rest) = (Vec::new(), Vec::new());
    for (position, element) in std::mem::take(list).into_iter().enumerate() {
        let side = if touched.binary_search(&position).is_ok() { &mut new } else { &mut rest };
        side.extend(Some(element).filter(|element| !element.is_null()));
    }
    merge(attribute, list, rest);
    merge(attribute, list, new);
}

/// Leaves one primary element at most: that one of the `touched` which is (RFC 7644 section 3.5.2). If there are
/// several, the first counts if `is_loose`, else they are refused.
pub(super) fn keep_one_primary(
    found: Found<'_>,
    list: &mut [Value],
    touched: &[usize],
    is_loose: bool,
) -> Result<(), Error> {
    let Some(primary) = found.attribute.sub("primary").filter(|sub| sub.kind == Kind::Boolean) else {
        return Ok(());
    };
    let is_primary = |element: &Value| element.get(&primary.name) == Some(&Value::Bool(true));
    let mut chosen = touched
        .iter()
        .copied()
        .filter(|position| list.get(*position).is_some_and(is_primary))
        .collect::<Vec<_>>();
    chosen.sort_unstable();
    chosen.dedup();
    let Some(first) = chosen.first().copied() else { return Ok(()) };
    if chosen.len() > 1 && !is_loose {
        return Err(
            Error::invalid_value(format!("only one of {found} can be primary")).at(found.with_sub(primary))
        );
    }
    for (position, element) in list.iter_mut().enumerate() {
        if position != first
            && is_primary(element)
            && let Some(parts) = element.as_object_mut()
        {
            parts.insert(primary.name.clone(), Value::Bool(false));
        }
    }
    Ok(())
}

/// Whether two elements, or two values of a complex attribute, are about the same thing.
pub(super) fn same(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    let equal = |sub: &Attribute, is_same_if_absent: bool| match (left.get(&sub.name), right.get(&sub.name)) {
        (Some(left), Some(right)) => values_equal(sub, left, right),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => is_same_if_absent,
    };
    if attribute.kind != Kind::Complex {
        return values_equal(attribute, left, right);
    }
    match attribute.sub("value") {
        Some(value) if left.get(&value.name).is_some() => {
            equal(value, false) && attribute.sub("type").is_none_or(|sub| equal(sub, true))
        }
        Some(_) | None => {
            let mut described = attribute.sub_attributes.iter().filter(|sub| sub.name != "primary");
            described.all(|sub| equal(sub, false))
        }
    }
}

/// A text that is equal for all elements that are the same (and perhaps for others).
fn key(attribute: &Attribute, element: &Value) -> String {
    let text = |attribute: &Attribute, value: &Value| match value {
        Value::String(text) => folded(text, attribute.is_case_exact()),
        other => other.to_string(),
    };
    if attribute.kind != Kind::Complex {
        return text(attribute, element);
    }
    if let Some(sub) = attribute.sub("value")
        && let Some(value) = element.get(&sub.name)
    {
        return text(sub, value);
    }
    let parts = attribute.sub_attributes.iter().filter(|sub| sub.name != "primary");
    parts
        .map(|sub| element.get(&sub.name).map(|value| text(sub, value)).unwrap_or_default() + "\u{0}")
        .collect()
}

fn take_over(attribute: &Attribute, old: &mut Map<String, Value>, parts: Map<String, Value>) {
    let is_known = |(name, value): (&String, &Value)| match (attribute.sub(name), old.get(name)) {
        (Some(sub), Some(old)) => values_equal(sub, old, value),
        (Some(sub), None) => sub.name == "primary" && *value == Value::Bool(false),
        (None, _) => true,
    };
    if parts.iter().all(is_known) {
        return;
    }
    for (name, value) in parts {
        let may_change = attribute
            .sub(&name)
            .is_some_and(|sub| matches!(sub.mutability, Mutability::ReadWrite | Mutability::WriteOnly));
        if may_change {
            old.insert(name, value);
        }
    }
}
