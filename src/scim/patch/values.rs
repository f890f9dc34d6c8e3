//! Sets, changes and removes the values of single attributes, and whole lists.

use serde_json::{Map, Value};

use super::Op;
use super::apply::Editor;
use crate::scim::element;
use crate::scim::error::Error;
use crate::scim::filter::Filter;
use crate::scim::resource::{immutable, replaced};
use crate::scim::schema::{Attribute, Found, Kind, Mutability};
use crate::scim::value::check_parts;

impl Editor<'_> {
    /// An operation on one attribute of `holder`, the object where it lives.
    pub(super) fn edit_in(
        &mut self,
        holder: &mut Map<String, Value>,
        found: Found<'_>,
        filter: Option<&Filter>,
        op: Op,
        value: Value,
    ) -> Result<(), Error> {
        if found.attribute.multi_valued && (filter.is_some() || found.sub.is_some()) {
            return self.edit_elements(holder, found, filter, op, value);
        }
        if filter.is_some() {
            let detail = format!("{} is not a list, so its path cannot have a filter", found.attribute.name);
            return Err(Error::invalid_path(detail).at(found));
        }
        if found.sub.is_none() {
            return self.edit_value(holder, found, op, value);
        }
        let whole = Found { sub: None, ..found };
        let mut parts = match holder.get(&found.attribute.name) {
            Some(Value::Object(parts)) => parts.clone(),
            Some(_) | None => Map::new(),
        };
        self.edit_value(&mut parts, found, op, value)?;
        self.put_parts(holder, whole, parts)
    }

    /// Sets, changes or removes the whole value of an attribute, or of a sub-attribute in `holder`, its parent.
    pub(super) fn edit_value(
        &mut self,
        holder: &mut Map<String, Value>,
        found: Found<'_>,
        op: Op,
        value: Value,
    ) -> Result<(), Error> {
        let leaf = found.leaf();
        match op {
            Op::Remove if leaf.multi_valued && !value.is_null() => self.remove_listed(holder, found, value),
            Op::Remove => assign(holder, found, None),
            Op::Add | Op::Replace if leaf.multi_valued => {
                let new = self.reader.list(found, value)?;
                let mut list = if op == Op::Add { elements(holder, found) } else { Vec::new() };
                let touched = element::merge(leaf, &mut list, new);
                if op == Op::Replace
                    && let Some(Value::Array(kept)) =
                        replaced(found, holder.get(&leaf.name), Some(list.clone().into()))?
                {
                    list = kept;
                }
                self.put_list(holder, found, list, &touched)
            }
            Op::Add | Op::Replace if leaf.kind == Kind::Complex => {
                let Some(new) = self.reader.parts(found, value)? else { return assign(holder, found, None) };
                let mut parts = match holder.get(&leaf.name) {
                    Some(Value::Object(parts)) => parts.clone(),
                    Some(_) | None => Map::new(),
                };
                self.merge_parts(&mut parts, found, new)?;
                self.put_parts(holder, found, parts)
            }
            Op::Add | Op::Replace => {
                let new = self.reader.read(found, value)?;
                assign(holder, found, new)
            }
        }
    }

    /// Sub-attributes that are not given are left unchanged (RFC 7644 section 3.5.2.3).
    pub(super) fn merge_parts(
        &mut self,
        parts: &mut Map<String, Value>,
        found: Found<'_>,
        new: Map<String, Value>,
    ) -> Result<(), Error> {
        for (name, value) in new {
            if let Some(part) = self.reader.part(found, &name)? {
                self.edit_value(parts, part, Op::Replace, value)?;
            }
        }
        Ok(())
    }

    pub(super) fn put_list(
        &self,
        holder: &mut Map<String, Value>,
        found: Found<'_>,
        mut list: Vec<Value>,
        touched: &[usize],
    ) -> Result<(), Error> {
        element::keep_one_primary(found, &mut list, touched, self.reader.leniency.loose_shapes)?;
        assign(holder, found, (!list.is_empty()).then_some(Value::Array(list)))
    }

    /// Puts a complex value back after a change.
    fn put_parts(
        &self,
        holder: &mut Map<String, Value>,
        found: Found<'_>,
        mut parts: Map<String, Value>,
    ) -> Result<(), Error> {
        if let Some(Value::Object(old)) = holder.get(&found.leaf().name) {
            drop_stale(found.leaf(), old, &mut parts);
        }
        let value = check_element(found, parts)?;
        assign(holder, found, value)
    }
}

/// The one place where a value lands or leaves. An immutable value stays what it is; a required one stays (RFC 7644
/// sections 3.5.2 and 3.5.2.2).
fn assign(object: &mut Map<String, Value>, found: Found<'_>, new: Option<Value>) -> Result<(), Error> {
    let leaf = found.leaf();
    let old = object.get(&leaf.name).filter(|old| !old.is_null());
    if leaf.mutability == Mutability::Immutable && old.is_some() && old != new.as_ref() {
        return Err(immutable(found));
    }
    match new {
        Some(new) => _ = object.insert(leaf.name.clone(), new),
        None if leaf.required && old.is_some() => {
            return Err(Error::mutability(format!("{found} is required, so it cannot be removed")).at(found));
        }
        None => _ = object.shift_remove(&leaf.name),
    }
    Ok(())
}

/// A complex value after a change: `None` if nothing is left of it; refused if a required part is missing.
pub(super) fn check_element(found: Found<'_>, parts: Map<String, Value>) -> Result<Option<Value>, Error> {
    if parts.is_empty() {
        return Ok(None);
    }
    check_parts(found, &parts)?;
    Ok(Some(Value::Object(parts)))
}

/// Takes off what described the old `value` of a complex attribute if it has a new one now: readOnly parts and `$ref`,
/// unless they are new too.
fn drop_stale(attribute: &Attribute, old: &Map<String, Value>, parts: &mut Map<String, Value>) {
    let Some(value) = attribute.sub("value") else { return };
    if !old.contains_key(&value.name) || old.get(&value.name) == parts.get(&value.name) {
        return;
    }
    for sub in &attribute.sub_attributes {
        let describes = sub.mutability == Mutability::ReadOnly || sub.name == "$ref";
        if describes && old.get(&sub.name) == parts.get(&sub.name) {
            parts.shift_remove(&sub.name);
        }
    }
}

/// The elements of a list; a value that is no list counts as one element.
pub(super) fn elements(holder: &Map<String, Value>, found: Found<'_>) -> Vec<Value> {
    match holder.get(&found.leaf().name) {
        Some(Value::Array(elements)) => elements.clone(),
        Some(Value::Null) | None => Vec::new(),
        Some(value) => vec![value.clone()],
    }
}
