//! References to resources that have no id yet (RFC 7644 section 3.7.2): `bulkId:qwerty` where an id stands, in the data or
//! in the path.
//!
//! An id stands in the `value` or the `$ref` of a member, of the `manager`, of whatever else refers to a resource; in a PATCH
//! also where the path leads to one of these, and in the filter of such a path. Elsewhere the same text is only a text.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{Method, Operation};
use crate::scim::error::Error;
use crate::scim::filter::{Filter, Literal};
use crate::scim::message::member_mut;
use crate::scim::path::PatchPath;

const PREFIX: &str = "bulkId:";

/// The names of what holds ids: sub-attributes, and the attributes that some clients send as an id alone.
const HOLDERS: [&str; 4] = ["value", "$ref", "members", "manager"];

/// Sees each reference, and puts in its place what is given for it.
type See<'a> = &'a mut dyn FnMut(&str) -> Result<Option<String>, Error>;

impl Operation {
    /// The bulkIds that it refers to, in the order met.
    pub fn references(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.method != Method::Post {
            found.extend(self.path.split('/').filter_map(in_segment));
        }
        let mut see = |bulk_id: &str| {
            found.push(bulk_id.to_owned());
            Ok(None)
        };
        // Seeing alone neither changes nor fails.
        _ = see_data(self.method, &mut self.data.clone(), &mut see);
        found
    }

    /// Whether the path itself refers to a resource that has no id yet.
    pub(super) fn is_at_reference(&self) -> bool {
        self.method != Method::Post && self.path.split('/').any(|segment| in_segment(segment).is_some())
    }

    /// Puts ids in the place of all references.
    pub(super) fn resolve(&mut self, id_of: &dyn Fn(&str) -> Result<String, Error>) -> Result<(), Error> {
        if self.is_at_reference() {
            let resolved = |segment: &str| match in_segment(segment) {
                Some(bulk_id) => id_of(&bulk_id),
                None => Ok(segment.to_owned()),
            };
            self.path = self.path.split('/').map(resolved).collect::<Result<Vec<_>, _>>()?.join("/");
        }
        see_data(self.method, &mut self.data, &mut |bulk_id| id_of(bulk_id).map(Some))
    }

    /// Takes references out of the data, each with the value that it belongs to: an entry of `members`, the `manager`.
    pub(super) fn leave_out(&mut self, is_left: &dyn Fn(&str) -> bool) {
        if let Some(Value::Object(data)) = &mut self.data {
            data.retain(|name, value| !is_left_out(value, name, is_left));
        }
    }
}

/// What a whole value refers to.
fn in_value(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)
}

/// What a segment of a path refers to; clients may have percent-encoded it.
fn in_segment(segment: &str) -> Option<String> {
    let decoded = percent_decode_str(segment).decode_utf8().ok()?;
    decoded.strip_prefix(PREFIX).map(str::to_owned)
}

/// Whether ids stand under this name, which may be a path: `members`, `manager.value`, `urn:…:User:manager`.
fn holds_ids(name: &str) -> bool {
    let leaf = name.rsplit([':', '.']).next().unwrap_or(name);
    HOLDERS.iter().any(|holder| holder.eq_ignore_ascii_case(leaf))
}

fn see_data(method: Method, data: &mut Option<Value>, see: See<'_>) -> Result<(), Error> {
    let Some(Value::Object(data)) = data else { return Ok(()) };
    if method != Method::Patch {
        return see_attributes(data, see);
    }
    let Some(Value::Array(operations)) = member_mut(data, "Operations") else { return Ok(()) };
    operations.iter_mut().filter_map(Value::as_object_mut).try_for_each(|one| see_change(one, see))
}

/// One operation of a PATCH.
fn see_change(change: &mut Map<String, Value>, see: See<'_>) -> Result<(), Error> {
    let mut holder = String::new();
    if let Some(Value::String(path)) = member_mut(change, "path") {
        // What cannot be read is for the PATCH to refuse.
        let Ok(mut read) = PatchPath::parse(path) else { return Ok(()) };
        if let Some(filter) = &mut read.filter
            && see_filter(filter, see)?
        {
            *path = read.to_string();
        }
        holder = read.attr.sub.unwrap_or(read.attr.name);
    }
    member_mut(change, "value").map_or(Ok(()), |value| see_value(value, &holder, see))
}

/// Whether the filter is another one now.
fn see_filter(filter: &mut Filter, see: See<'_>) -> Result<bool, Error> {
    match filter {
        Filter::Compare { path, value: Literal::String(text), .. } if holds_ids(&path.name) => {
            see_text(text, see)
        }
        Filter::Compare { .. } | Filter::Present(_) => Ok(false),
        Filter::And(parts) | Filter::Or(parts) => {
            parts.iter_mut().try_fold(false, |changed, part| Ok(see_filter(part, see)? || changed))
        }
        Filter::Not(part) | Filter::ValuePath { filter: part, .. } => see_filter(part, see),
    }
}

fn see_attributes(attributes: &mut Map<String, Value>, see: See<'_>) -> Result<(), Error> {
    attributes.iter_mut().try_for_each(|(name, value)| see_value(value, name, see))
}

fn see_value(value: &mut Value, name: &str, see: See<'_>) -> Result<(), Error> {
    match value {
        Value::String(text) if holds_ids(name) => see_text(text, see).map(|_| ()),
        Value::Array(values) => values.iter_mut().try_for_each(|value| see_value(value, name, see)),
        Value::Object(parts) => see_attributes(parts, see),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// Whether the text is another one now.
fn see_text(text: &mut String, see: See<'_>) -> Result<bool, Error> {
    let id = in_value(text).map_or(Ok(None), see)?;
    let is_new = id.is_some();
    id.into_iter().for_each(|id| *text = id);
    Ok(is_new)
}

/// Whether a value is to go from around it; what is to go inside it is gone.
fn is_left_out(value: &mut Value, name: &str, is_left: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds_ids(name) && in_value(text).is_some_and(is_left),
        Value::Array(values) => {
            values.retain_mut(|value| !is_left_out(value, name, is_left));
            false
        }
        Value::Object(object) => {
            // An entry without its `value` says nothing.
            let is_value = |(name, value): (&String, &Value)| {
                name.eq_ignore_ascii_case("value") && value.as_str().and_then(in_value).is_some_and(is_left)
            };
            if object.iter().any(is_value) {
                return true;
            }
            object.retain(|name, value| !is_left_out(value, name, is_left));
            false
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
