//! Sorting (RFC 7644 section 3.4.2.3): what a resource is ordered by.
//!
//! **Invariant:** a key is all that is compared; resources of different types, and values of different types, have an order
//! too. Resources with equal keys are for their keeper to order.

use std::cmp::Ordering;

use serde_json::Value;

use super::error::Error;
use super::instant;
use super::path::AttrPath;
use super::schema::{Attribute, Kind, ResourceSchema};

/// How much of a text is compared, in characters: what differs only behind that has equal keys. A key travels in cursors.
pub const KEY_CHARS_MAX: usize = 256;

/// How a list is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By which attribute.
    pub by: AttrPath,
    /// From the last to the first.
    pub descending: bool,
}

/// What a resource is ordered by. Keys of one type stand together; no value comes last.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Key {
    /// `false` before `true`.
    Bool(bool),
    /// By size.
    Number(f64),
    /// By nanoseconds since 1970.
    Time(i128),
    /// By code points; in lower case where case does not count.
    Text(String),
    /// The resource has no value there.
    Nothing,
}

impl Order {
    /// Reads `sortBy` and `sortOrder`, which is `ascending` unless it is said.
    ///
    /// # Errors
    /// `invalidPath` for what is no attribute notation, `invalidValue` for another order.
    pub fn parse(by: &str, order: Option<&str>) -> Result<Order, Error> {
        let path = AttrPath::parse(by.trim())
            .map_err(|error| Error::invalid_path(format!("sortBy is malformed {error}")))?;
        let descending = match order.map(str::trim).unwrap_or_default() {
            "" => false,
            word if word.eq_ignore_ascii_case("ascending") => false,
            word if word.eq_ignore_ascii_case("descending") => true,
            word => {
                let detail = format!("sortOrder is `ascending` or `descending`, not `{word}`");
                return Err(Error::invalid_value(detail));
            }
        };
        Ok(Order { by: path, descending })
    }

    /// Refuses an attribute that cannot be ordered by: a complex one has no order, its parts have. One that the schema
    /// lacks is no mistake: no resource has a value there.
    ///
    /// # Errors
    /// `invalidPath`.
    pub fn check(&self, schema: &ResourceSchema) -> Result<(), Error> {
        let Some(found) = schema.find(&self.by) else { return Ok(()) };
        if found.leaf().kind == Kind::Complex && found.leaf().sub("value").is_none() {
            let detail = format!(
                "{found} is complex; order by one of its parts, such as {found}.{}",
                first(found.leaf())
            );
            return Err(Error::invalid_path(detail).at(found));
        }
        Ok(())
    }

    /// What `resource` is ordered by: of several values, the primary's or else the first's.
    pub fn key(&self, schema: &ResourceSchema, resource: &Value) -> Key {
        let Some(found) = schema.find(&self.by) else { return Key::Nothing };
        let holder = found.schema.map_or(Some(resource), |urn| resource.get(urn));
        let mut value = holder.and_then(|holder| holder.get(&found.attribute.name));
        if let Some(Value::Array(elements)) = value {
            let is_primary = |element: &&Value| element.get("primary") == Some(&Value::Bool(true));
            value = elements.iter().find(is_primary).or(elements.first());
        }
        let attribute = found.attribute;
        let leaf = match found.sub {
            None if attribute.kind == Kind::Complex => attribute.sub("value"),
            sub => sub,
        };
        match leaf {
            Some(sub) => key(sub, value.and_then(|value| value.get(&sub.name))),
            None => key(attribute, value),
        }
    }

    /// Which of two keys comes first.
    pub fn compare(&self, one: &Key, other: &Key) -> Ordering {
        let ascending = one.partial_cmp(other).unwrap_or(Ordering::Equal);
        if self.descending { ascending.reverse() } else { ascending }
    }
}

impl Key {
    /// The key in JSON, for a cursor.
    pub fn to_json(&self) -> Value {
        match self {
            Key::Bool(truth) => Value::from(*truth),
            Key::Number(number) => Value::from(*number),
            Key::Time(nanoseconds) => serde_json::json!([nanoseconds.to_string()]),
            Key::Text(text) => Value::from(text.as_str()),
            Key::Nothing => Value::Null,
        }
    }

    /// The key that [`Key::to_json`] wrote; `None` for anything else.
    pub fn from_json(value: &Value) -> Option<Key> {
        Some(match value {
            Value::Bool(truth) => Key::Bool(*truth),
            Value::Number(number) => Key::Number(number.as_f64()?),
            Value::Array(one) => Key::Time(one.first()?.as_str()?.parse().ok()?),
            Value::String(text) => Key::Text(text.clone()),
            Value::Null => Key::Nothing,
            Value::Object(_) => return None,
        })
    }
}

fn key(attribute: &Attribute, value: Option<&Value>) -> Key {
    match value {
        Some(Value::Bool(truth)) => Key::Bool(*truth),
        Some(Value::Number(number)) => number.as_f64().map_or(Key::Nothing, Key::Number),
        Some(Value::String(text)) if attribute.kind == Kind::DateTime => {
            instant::nanoseconds(text).map_or(Key::Nothing, Key::Time)
        }
        Some(Value::String(text)) => {
            let start = text.chars().take(KEY_CHARS_MAX);
            Key::Text(if attribute.is_case_exact() {
                start.collect()
            } else {
                start.flat_map(char::to_lowercase).collect()
            })
        }
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => Key::Nothing,
    }
}

fn first(attribute: &Attribute) -> &str {
    attribute.sub_attributes.first().map_or("value", |sub| &sub.name)
}

#[cfg(test)]
mod tests;
