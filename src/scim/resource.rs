//! The body of a POST or PUT: what of it is kept (RFC 7644 sections 3.3 and 3.5.1).
//!
//! **Invariant:** nothing here sets what a service sets (`id`, `meta`), enforces uniqueness, or knows where resources
//! are kept.

use serde_json::{Map, Value, json};

use super::element::{self, Index};
use super::error::Error;
use super::leniency::Leniency;
use super::schema::{Attribute, Found, Kind, Mutability, ResourceSchema, extension_attribute};
use super::value::{Reader, Source, in_order, missing};

/// What the body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// A new resource (POST): everything required must be there.
    Create,
    /// New values for a resource (PUT): what [`replace`] keeps anyway, immutable and writeOnly attributes, may be
    /// missing even if required.
    Replace,
}

/// What is kept of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Cleaned {
    /// The attributes that the client assigned, an object: in the schema's spelling and order, `schemas` first. That
    /// names the core schema and those extensions that have values.
    pub attributes: Value,
    /// What was left out although it had a value: readOnly attributes, and unknown ones if that is forgiven, in
    /// attribute notation.
    pub ignored: Vec<String>,
}

/// Checks a body and brings it into shape. Types must fit (`invalidValue`), required attributes must have values
/// (`invalidValue`), `schemas` must name the core schema and attributes must be known (`invalidSyntax`); readOnly
/// attributes are left out, and so is what is null, `[]` or `{}`.
///
/// An extension's object counts even if `schemas` does not name it. Equal elements of a list become one.
pub fn clean(
    schema: &ResourceSchema,
    body: Value,
    situation: Situation,
    leniency: &Leniency,
) -> Result<Cleaned, Error> {
    let Value::Object(body) = body else {
        return Err(Error::invalid_syntax("the body is not a JSON object"));
    };
    let mut reader = Reader::new(leniency, Source::Body);
    check_schemas(schema, &body, &mut reader)?;

    let mut top = Map::new();
    for (name, value) in body {
        if name.eq_ignore_ascii_case("schemas") {
            continue;
        }
        if let Some(found) = schema.core_attribute(&name) {
            keep(&mut reader, &mut top, found, value)?;
        } else if let Some(extension) = schema.extension(&name) {
            let parts = match value {
                Value::Object(parts) => parts,
                Value::Null => continue,
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    return Err(
                        Error::invalid_value(format!("{} wants an object", extension.id)).at(&extension.id)
                    );
                }
            };
            let mut within = Map::new();
            for (name, value) in parts {
                match extension_attribute(extension, &name) {
                    Some(found) => keep(&mut reader, &mut within, found, value)?,
                    // Any structure may name its schemas (RFC 7643 section 3); here they go without saying.
                    None if name.eq_ignore_ascii_case("schemas") => {}
                    None => reader.unknown(format!("{}:{name}", extension.id))?,
                }
            }
            if !within.is_empty() {
                let within = Value::Object(in_order(&extension.attributes, within));
                if top.insert(extension.id.clone(), within).is_some() {
                    return Err(
                        Error::invalid_syntax(format!("{} is there twice", extension.id)).at(&extension.id)
                    );
                }
            }
        } else {
            reader.unknown(name)?;
        }
    }

    check_required(schema, &top, situation)?;
    let mut attributes = Map::with_capacity(top.len() + 1);
    attributes.insert("schemas".into(), schemas_of(schema, &top));
    for attribute in schema.top_attributes() {
        attributes.extend(top.shift_remove_entry(&attribute.name));
    }
    for extension in &schema.extensions {
        attributes.extend(top.shift_remove_entry(&extension.id));
    }
    Ok(Cleaned { attributes: Value::Object(attributes), ignored: reader.ignored })
}

/// The resource that a PUT makes of `old` and the cleaned body `new` (RFC 7644 section 3.5.1): readWrite attributes
/// that were not sent are cleared; readOnly ones stay; immutable ones stay, and a different value is refused
/// (`mutability`); writeOnly ones stay unless sent. What the schema does not define stays too: it is not the client's.
///
/// Within a complex attribute the same holds for its parts, but readOnly parts go when its `value` changes, which
/// they described. Elements of a list are compared with those that are the same; one whose immutable parts differ is
/// a new element, so that any list can be replaced.
pub fn replace(schema: &ResourceSchema, old: &Value, new: Value) -> Result<Value, Error> {
    let (Value::Object(old), Value::Object(mut new)) = (old, new) else {
        return Err(Error::invalid_syntax("a resource is a JSON object"));
    };
    let mut result = Map::with_capacity(old.len());
    let has_schemas = old.contains_key("schemas") || new.shift_remove("schemas").is_some();
    if has_schemas {
        result.insert("schemas".into(), Value::Null);
    }
    for attribute in schema.top_attributes().filter(|attribute| attribute.name != "schemas") {
        let found = Found { schema: None, attribute, sub: None };
        let value = replaced(found, old.get(&attribute.name), new.shift_remove(&attribute.name))?;
        result.extend(value.map(|value| (attribute.name.clone(), value)));
    }
    for extension in &schema.extensions {
        let old = old.get(&extension.id);
        let mut new = new.shift_remove(&extension.id).unwrap_or(Value::Null);
        let mut within = Map::new();
        for attribute in &extension.attributes {
            let found = Found { schema: Some(&extension.id), attribute, sub: None };
            let new = new.as_object_mut().and_then(|new| new.shift_remove(&attribute.name));
            let value = replaced(found, old.and_then(|old| old.get(&attribute.name)), new)?;
            within.extend(value.map(|value| (attribute.name.clone(), value)));
        }
        if !within.is_empty() {
            result.insert(extension.id.clone(), Value::Object(within));
        }
    }
    if has_schemas {
        result.insert("schemas".into(), schemas_of(schema, &result));
    }
    for (name, value) in old {
        if schema.core_attribute(name).is_none() && schema.extension(name).is_none() {
            result.insert(name.clone(), value.clone());
        }
    }
    Ok(Value::Object(result))
}

/// The same attributes in the order of the schema, and so the parts of each; what it does not define comes last.
pub fn in_schema_order(schema: &ResourceSchema, mut attributes: Map<String, Value>) -> Map<String, Value> {
    let mut ordered = Map::with_capacity(attributes.len());
    for attribute in schema.top_attributes() {
        if let Some((name, value)) = attributes.shift_remove_entry(&attribute.name) {
            ordered.insert(name, parts_in_order(attribute, value));
        }
    }
    for extension in &schema.extensions {
        let Some((urn, value)) = attributes.shift_remove_entry(&extension.id) else { continue };
        let Value::Object(within) = value else {
            ordered.insert(urn, value);
            continue;
        };
        let mut within = in_order(&extension.attributes, within);
        for attribute in &extension.attributes {
            if let Some(value) = within.get_mut(&attribute.name) {
                *value = parts_in_order(attribute, value.take());
            }
        }
        ordered.insert(urn, Value::Object(within));
    }
    ordered.extend(attributes);
    ordered
}

/// A value with the parts of its objects in the order of the attribute's.
fn parts_in_order(attribute: &Attribute, value: Value) -> Value {
    match value {
        Value::Object(parts) => Value::Object(in_order(&attribute.sub_attributes, parts)),
        Value::Array(elements) => {
            elements.into_iter().map(|element| parts_in_order(attribute, element)).collect()
        }
        simple => simple,
    }
}

/// What a PUT makes of one attribute.
pub(super) fn replaced(
    found: Found<'_>,
    old: Option<&Value>,
    new: Option<Value>,
) -> Result<Option<Value>, Error> {
    let leaf = found.leaf();
    match (leaf.mutability, old.filter(|old| !old.is_null()), new) {
        (Mutability::ReadOnly, old, _) => Ok(old.cloned()),
        (Mutability::Immutable, Some(old), Some(new)) if *old != new => Err(immutable(found)),
        (Mutability::Immutable, Some(old), _) => Ok(Some(old.clone())),
        (Mutability::WriteOnly, Some(old), None) => Ok(Some(old.clone())),
        (_, Some(Value::Array(old)), Some(Value::Array(new))) if leaf.kind == Kind::Complex => {
            let index = Index::new(leaf, old);
            let element = |element| match index.find(old, &element).and_then(|position| old.get(position)) {
                Some(old) if immutable_parts_differ(leaf, old, &element) => Ok(element),
                Some(old) => replaced_parts(found, old, element),
                None => Ok(element),
            };
            new.into_iter().map(element).collect::<Result<_, _>>().map(|list| Some(Value::Array(list)))
        }
        (_, Some(old), Some(new)) if leaf.kind == Kind::Complex => replaced_parts(found, old, new).map(Some),
        (_, _, new) => Ok(new),
    }
}

/// What a PUT makes of a complex value, or of an element.
pub(super) fn replaced_parts(found: Found<'_>, old: &Value, new: Value) -> Result<Value, Error> {
    let leaf = found.leaf();
    let is_same = element::same(leaf, old, &new) || leaf.sub("value").is_none();
    let (Value::Object(old), Value::Object(mut new)) = (old, new) else {
        return Err(Error::invalid_syntax(format!("{found} is an object")).at(found));
    };
    let mut result = Map::with_capacity(new.len());
    for sub in &leaf.sub_attributes {
        let is_stale = sub.mutability == Mutability::ReadOnly && !is_same;
        let old = old.get(&sub.name).filter(|_| !is_stale);
        let value = replaced(found.with_sub(sub), old, new.shift_remove(&sub.name))?;
        result.extend(value.map(|value| (sub.name.clone(), value)));
    }
    Ok(Value::Object(result))
}

/// An immutable attribute has a value already (RFC 7644 table 9).
pub(super) fn immutable(found: Found<'_>) -> Error {
    Error::mutability(format!("{found} is immutable and has another value")).at(found)
}

fn immutable_parts_differ(attribute: &Attribute, old: &Value, new: &Value) -> bool {
    attribute.sub_attributes.iter().filter(|sub| sub.mutability == Mutability::Immutable).any(|sub| {
        match (old.get(&sub.name), new.get(&sub.name)) {
            (Some(old), Some(new)) => old != new,
            (None, _) | (_, None) => false,
        }
    })
}

/// Reads one attribute of the body into `into`.
fn keep(
    reader: &mut Reader<'_>,
    into: &mut Map<String, Value>,
    found: Found<'_>,
    value: Value,
) -> Result<(), Error> {
    if found.attribute.mutability == Mutability::ReadOnly {
        return if value.is_null() { Ok(()) } else { reader.read_only(found) };
    }
    let Some(mut value) = reader.read(found, value)? else { return Ok(()) };
    if let Value::Array(elements) = &mut value {
        let mut list = Vec::with_capacity(elements.len());
        let touched = element::merge(found.attribute, &mut list, std::mem::take(elements));
        element::keep_one_primary(found, &mut list, &touched, reader.leniency.loose_shapes)?;
        *elements = list;
    }
    match into.insert(found.attribute.name.clone(), value) {
        Some(_) => Err(Error::invalid_syntax(format!("{found} is there twice")).at(found)),
        None => Ok(()),
    }
}

/// RFC 7643 section 3: `schemas` names the base schema, and extensions that the resource type has.
fn check_schemas(
    schema: &ResourceSchema,
    body: &Map<String, Value>,
    reader: &mut Reader<'_>,
) -> Result<(), Error> {
    let named = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("schemas")).map(|(_, value)| value);
    let urns: &[Value] = named.and_then(Value::as_array).map_or(&[], Vec::as_slice);
    let leniency = reader.leniency;
    if !leniency.schemas_optional && !urns.iter().any(|urn| is_core(schema, urn, leniency)) {
        let detail = format!("schemas is a list that names {}", schema.core.id);
        return Err(Error::invalid_syntax(detail).at("schemas"));
    }
    check_urns(schema, urns, reader)
}

/// Refuses, or leaves out, URNs in `schemas` that are not the resource's.
pub(super) fn check_urns(
    schema: &ResourceSchema,
    urns: &[Value],
    reader: &mut Reader<'_>,
) -> Result<(), Error> {
    let leniency = reader.leniency;
    for urn in urns.iter().filter(|urn| !is_core(schema, urn, leniency)) {
        let urn = urn.as_str().unwrap_or_default();
        if schema.extension(urn).is_some() {
            continue;
        }
        if !leniency.ignore_unknown {
            return Err(Error::invalid_syntax(format!(
                "schemas names `{urn}`, which is not a schema of this resource"
            ))
            .at("schemas"));
        }
        reader.ignored.push(urn.to_string());
    }
    Ok(())
}

/// Whether this names the base schema of the resource.
fn is_core(schema: &ResourceSchema, urn: &Value, leniency: &Leniency) -> bool {
    urn.as_str().is_some_and(|urn| {
        urn.eq_ignore_ascii_case(&schema.core.id) || (leniency.old_schemas && is_old_core(urn))
    })
}

/// The base schema of a resource before RFC 7643, which did not say of what type.
fn is_old_core(urn: &str) -> bool {
    const OLD: &str = "urn:scim:schemas:core:";
    urn.get(..OLD.len()).is_some_and(|head| head.eq_ignore_ascii_case(OLD))
}

/// A required value is missing. An extension that is not there at all lacks nothing.
fn check_required(
    schema: &ResourceSchema,
    top: &Map<String, Value>,
    situation: Situation,
) -> Result<(), Error> {
    let is_wanted = |attribute: &Attribute| {
        attribute.required
            && match attribute.mutability {
                Mutability::ReadOnly => false,
                Mutability::ReadWrite => true,
                Mutability::Immutable | Mutability::WriteOnly => situation == Situation::Create,
            }
    };
    for attribute in schema.top_attributes() {
        if is_wanted(attribute) && !top.contains_key(&attribute.name) {
            return Err(missing(Found { schema: None, attribute, sub: None }));
        }
    }
    for extension in &schema.extensions {
        let Some(within) = top.get(&extension.id) else { continue };
        for attribute in &extension.attributes {
            if is_wanted(attribute) && within.get(&attribute.name).is_none() {
                return Err(missing(Found { schema: Some(&extension.id), attribute, sub: None }));
            }
        }
    }
    Ok(())
}

/// The schemas in use: the core's, and each extension's that has values (RFC 7643 section 3.3).
pub fn schemas_of(schema: &ResourceSchema, resource: &Map<String, Value>) -> Value {
    let used =
        schema.extensions.iter().map(|extension| &extension.id).filter(|id| resource.contains_key(*id));
    json!(std::iter::once(&schema.core.id).chain(used).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
