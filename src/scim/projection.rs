//! Which attributes of a resource are sent (RFC 7644 section 3.9 and `returned` of RFC 7643 section 7).
//!
//! What is not sent is absent, never null or `[]`. What the schema does not define is never sent.

use serde_json::{Map, Value};

use super::error::Error;
use super::path::AttrPath;
use super::schema::{Attribute, Found, ResourceSchema, Returned, Schema};

/// The wish of a client about the attributes of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection {
    wish: Wish,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Wish {
    #[default]
    Usual,
    Only(Vec<AttrPath>),
    Without(Vec<AttrPath>),
}

impl Projection {
    /// Reads the parameters `attributes` and `excludedAttributes`, lists with commas between; empty ones count as not
    /// given. Both at once exclude each other: `invalidValue`. So does a malformed name. Names that no schema has are
    /// fine and select nothing.
    pub fn new(attributes: Option<&str>, excluded_attributes: Option<&str>) -> Result<Projection, Error> {
        let only = parse(attributes)?;
        let without = parse(excluded_attributes)?;
        let wish = match (only.is_empty(), without.is_empty()) {
            (true, true) => Wish::Usual,
            (false, true) => Wish::Only(only),
            (true, false) => Wish::Without(without),
            (false, false) => {
                return Err(Error::invalid_value("`attributes` and `excludedAttributes` exclude each other"));
            }
        };
        Ok(Projection { wish })
    }

    /// Takes from `resource` what is not to be sent. `schemas`, `id` and whatever is returned `always` stay.
    ///
    /// A sub-attribute that is returned `always` stays as long as its parent does.
    pub fn apply(&self, schema: &ResourceSchema, resource: &mut Value) {
        let Value::Object(resource) = resource else { return };
        resource.retain(|name, value| {
            if let Some(found) = schema.core_attribute(name) {
                // Whatever a schema says, nothing is known of a resource without these (RFC 7643 section 3).
                let is_fixed = matches!(found.attribute.name.as_str(), "id" | "schemas");
                return is_fixed || self.keep(schema, found, value);
            }
            match (schema.extension(name), value) {
                (Some(extension), Value::Object(within)) => self.keep_extension(schema, extension, within),
                (Some(_), _) | (None, _) => false,
            }
        });
    }

    fn keep_extension(
        &self,
        schema: &ResourceSchema,
        extension: &Schema,
        within: &mut Map<String, Value>,
    ) -> bool {
        let named = |paths: &[AttrPath]| paths.iter().any(|path| path.spells(&extension.id));
        let is_named = match &self.wish {
            Wish::Usual => false,
            Wish::Only(paths) | Wish::Without(paths) => named(paths),
        };
        within.retain(|name, value| {
            let Some(found) = super::schema::extension_attribute(extension, name) else { return false };
            match (&self.wish, is_named) {
                (Wish::Only(_), true) => {
                    found.attribute.returned != Returned::Never && usual_parts(found.attribute, value)
                }
                (Wish::Without(_), true) => {
                    found.attribute.returned == Returned::Always && usual_parts(found.attribute, value)
                }
                (Wish::Usual | Wish::Only(_) | Wish::Without(_), _) => self.keep(schema, found, value),
            }
        });
        !within.is_empty()
    }

    /// Whether an attribute is sent; takes from its value what is not.
    fn keep(&self, schema: &ResourceSchema, found: Found<'_>, value: &mut Value) -> bool {
        let attribute = found.attribute;
        if attribute.returned == Returned::Never {
            return false;
        }
        let is_usual = matches!(attribute.returned, Returned::Always | Returned::Default);
        let (is_whole, subs) = match &self.wish {
            Wish::Usual => (false, Vec::new()),
            Wish::Only(paths) | Wish::Without(paths) => named(schema, found, paths),
        };
        match &self.wish {
            Wish::Usual => is_usual && usual_parts(attribute, value),
            Wish::Only(_) if is_whole => usual_parts(attribute, value),
            Wish::Only(_) if !subs.is_empty() => keep_parts(value, &|name| {
                attribute.sub(name).is_some_and(|sub| match sub.returned {
                    Returned::Always => true,
                    Returned::Never => false,
                    Returned::Default | Returned::Request => subs.contains(&sub.name.as_str()),
                })
            }),
            Wish::Only(_) => attribute.returned == Returned::Always && usual_parts(attribute, value),
            Wish::Without(_) if is_whole => {
                attribute.returned == Returned::Always && usual_parts(attribute, value)
            }
            Wish::Without(_) => {
                is_usual
                    && keep_parts(value, &|name| {
                        attribute.sub(name).is_some_and(|sub| match sub.returned {
                            Returned::Always => true,
                            Returned::Never | Returned::Request => false,
                            Returned::Default => !subs.contains(&sub.name.as_str()),
                        })
                    })
            }
        }
    }
}

/// Whether the paths name the attribute as a whole, and which of its sub-attributes they name.
fn named<'s>(schema: &'s ResourceSchema, found: Found<'_>, paths: &[AttrPath]) -> (bool, Vec<&'s str>) {
    let same = |path: &&AttrPath| path.name.eq_ignore_ascii_case(&found.attribute.name);
    let mut is_whole = false;
    let mut subs = Vec::new();
    for target in paths.iter().filter(same).filter_map(|path| schema.find(path)) {
        if target.schema == found.schema {
            match target.sub {
                Some(sub) => subs.push(sub.name.as_str()),
                None => is_whole = true,
            }
        }
    }
    (is_whole, subs)
}

/// Leaves the parts that are returned without being named.
fn usual_parts(attribute: &Attribute, value: &mut Value) -> bool {
    let is_usual = |sub: &Attribute| matches!(sub.returned, Returned::Always | Returned::Default);
    keep_parts(value, &|name| attribute.sub(name).is_some_and(is_usual))
}

/// Leaves the parts of a complex value, or of each element, that are wanted; false if there had been parts and none
/// is left.
fn keep_parts(value: &mut Value, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Object(parts) => {
            parts.retain(|name, _| is_wanted(name));
            !parts.is_empty()
        }
        Value::Array(elements) => {
            elements.retain_mut(|element| keep_parts(element, is_wanted));
            !elements.is_empty()
        }
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn parse(list: Option<&str>) -> Result<Vec<AttrPath>, Error> {
    let names = list.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let path = |name| {
        AttrPath::parse(name)
            .map_err(|error| Error::invalid_value(format!("`{name}` is no attribute: {error}")))
    };
    names.map(path).collect()
}

#[cfg(test)]
mod tests;
