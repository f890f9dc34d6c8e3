//! References to resources that have no id yet (RFC 7644 section 3.7.2): `bulkId:qwerty`, as a value anywhere in the data,
//! or in the path.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Method, Operation};
use crate::scim::error::Error;

const PREFIX: &str = "bulkId:";

impl Operation {
    /// The bulkIds that it refers to, in the order met.
    pub fn references(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.method != Method::Post {
            found.extend(self.path.split('/').filter_map(in_segment));
        }
        if let Some(data) = &self.data {
            collect(data, &mut found);
        }
        found
    }

    /// Puts ids in the place of all references.
    pub(super) fn resolve(&mut self, id_of: &dyn Fn(&str) -> Result<String, Error>) -> Result<(), Error> {
        if self.method != Method::Post && self.path.split('/').any(|segment| in_segment(segment).is_some()) {
            let resolved = |segment: &str| match in_segment(segment) {
                Some(bulk_id) => id_of(&bulk_id),
                None => Ok(segment.to_owned()),
            };
            self.path = self.path.split('/').map(resolved).collect::<Result<Vec<_>, _>>()?.join("/");
        }
        self.data.as_mut().map_or(Ok(()), |data| replace(data, id_of))
    }

    /// Takes references out of the data, each with the value that it belongs to: an entry of `members`, the `manager`.
    pub(super) fn leave_out(&mut self, is_left: &dyn Fn(&str) -> bool) {
        if let Some(data) = &mut self.data {
            is_left_out(data, is_left);
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

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(in_value(text).map(str::to_owned)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(object) => object.values().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn replace(value: &mut Value, id_of: &dyn Fn(&str) -> Result<String, Error>) -> Result<(), Error> {
    match value {
        Value::String(text) => {
            if let Some(bulk_id) = in_value(text) {
                *text = id_of(bulk_id)?;
            }
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| replace(value, id_of)),
        Value::Object(object) => object.values_mut().try_for_each(|value| replace(value, id_of)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Whether a value is to go from around it; what is to go inside it is gone.
fn is_left_out(value: &mut Value, is_left: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => in_value(text).is_some_and(is_left),
        Value::Array(values) => {
            values.retain_mut(|value| !is_left_out(value, is_left));
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
            object.retain(|_, value| !is_left_out(value, is_left));
            false
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
