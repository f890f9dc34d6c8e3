//! Records over SCIM: their schemas (RFC 7643 section 7) as JSON Schema.

use serde_json::{Map, Value, json};

use super::operation::id_schema;
use super::{Part, Schemas, name_facts};
use crate::profile::model::{Api, LinkSlot, Meta, Profile, RecordType, Resource};
use crate::profile::template::SlotSchema;
use crate::scim::schema::{Attribute, Kind, Mutability, Returned, Schema, Uniqueness};

/// The name of a resource's schemas: that of its type, unless an earlier resource has it.
pub(super) fn name(profile: &Profile, api: &Api, of: usize) -> String {
    let type_of = |resource: &Resource| profile.records[resource.record].resource_type;
    let resource = &api.resources[of];
    let is_taken = api.resources[..of].iter().any(|earlier| type_of(earlier) == type_of(resource));
    if is_taken { resource.name.clone() } else { type_of(resource).to_owned() }
}

/// A resource as it is shown; clients may ask for fewer of its attributes.
pub(super) fn shown(profile: &Profile, api: &Api, of: usize, schemas: &mut Schemas) -> Value {
    let resource = &api.resources[of];
    let kind = &profile.records[resource.record];
    schemas.refer(&format!("{}.{}", api.name, name(profile, api, of)), |_| {
        let mut properties = Map::new();
        for attribute in kind.scim_schema.top_attributes() {
            let schema = match attribute.name.as_str() {
                "id" => Some(id_schema(profile, resource.record, &resource.id)),
                "meta" => meta(api, true),
                "externalId" if !kind.keeps_external_id => None,
                "members" => Some(links(attribute, &resource.member)),
                "groups" => Some(links(attribute, &resource.group)),
                _ if attribute.returned == Returned::Never => None,
                _ => Some(described(attribute, Side::Shown)),
            };
            if let Some(mut schema) = schema {
                if attribute.mutability == Mutability::ReadOnly {
                    schema["readOnly"] = json!(true);
                }
                properties.insert(attribute.name.clone(), schema);
            }
        }
        for extension in &kind.scim_schema.extensions {
            properties.insert(extension.id.clone(), of_extension(extension, kind, Side::Shown));
        }
        let mut schema = json!({
            "type": "object",
            "description": kind.scim_schema.core.description,
            "properties": properties,
            "required": ["schemas", "id"],
        });
        name_facts(profile, &[&kind.attributes_rule], &mut schema);
        schema
    })
}

/// A resource as a client creates or replaces it.
pub(super) fn sent(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    let Part { profile, api, endpoint } = *part;
    let kind = &profile.records[endpoint.record];
    schemas.refer(&format!("{}.{}.body", api.name, name(profile, api, endpoint.of)), |_| {
        let urns = std::iter::once(&kind.scim_schema.core).chain(&kind.scim_schema.extensions);
        let urns: Vec<&str> = urns.map(|schema| schema.id.as_str()).collect();
        let mut properties = Map::new();
        let list = json!({"type": "array", "items": {"type": "string"}, "examples": [urns]});
        properties.insert("schemas".to_owned(), list);
        let mut required: Vec<String> = Vec::new();
        if !api.leniency.schemas_optional {
            required.push("schemas".to_owned());
        }
        for attribute in kind.scim_schema.top_attributes() {
            let is_sent = attribute.mutability != Mutability::ReadOnly
                && (attribute.name != "externalId" || kind.keeps_external_id);
            if is_sent {
                properties.insert(attribute.name.clone(), described(attribute, Side::Sent));
                if is_required(kind, None, attribute) {
                    required.push(attribute.name.clone());
                }
            }
        }
        for extension in &kind.scim_schema.extensions {
            let insists = kind.rules.iter().any(|rule| {
                rule.required && rule.default.is_none() && rule.path.urn.as_ref() == Some(&extension.id)
            });
            if insists {
                required.push(extension.id.clone());
            }
            properties.insert(extension.id.clone(), of_extension(extension, kind, Side::Sent));
        }
        let mut schema = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        name_facts(profile, &[&kind.attributes_rule], &mut schema);
        schema
    })
}

/// `meta` of a resource, or of a document about the service.
pub(super) fn meta(api: &Api, is_of_record: bool) -> Option<Value> {
    let text = || json!({"type": "string"});
    let time = || json!({"type": "string", "format": "date-time"});
    let mut properties = Map::new();
    properties.insert("resourceType".to_owned(), text());
    match api.meta {
        Meta::None => return None,
        Meta::TypeOnly => {}
        Meta::Full => {
            if is_of_record {
                properties.insert("created".to_owned(), time());
                properties.insert("lastModified".to_owned(), time());
            }
            properties.insert("location".to_owned(), json!({"type": "string", "format": "uri"}));
        }
    }
    if api.offers.etag && is_of_record {
        properties.insert("version".to_owned(), text());
    }
    Some(json!({"type": "object", "readOnly": true, "properties": properties}))
}

/// Which way an attribute goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// From the service.
    Shown,
    /// To the service.
    Sent,
}

/// An attribute with all its characteristics.
pub(super) fn described(attribute: &Attribute, side: Side) -> Value {
    let mut one = match attribute.kind {
        Kind::Complex => object(&attribute.sub_attributes, side),
        _ => simple(attribute),
    };
    if !attribute.canonical_values.is_empty() {
        // They are suggested, not enforced.
        one["examples"] = json!(attribute.canonical_values);
    }
    let mut schema = if attribute.multi_valued { json!({"type": "array", "items": one}) } else { one };
    if !attribute.description.is_empty() {
        schema["description"] = json!(attribute.description);
    }
    match attribute.mutability {
        Mutability::ReadOnly => schema["readOnly"] = json!(true),
        Mutability::WriteOnly => schema["writeOnly"] = json!(true),
        Mutability::Immutable => schema["x-scim-mutability"] = json!("immutable"),
        Mutability::ReadWrite => {}
    }
    if attribute.returned != Returned::Default {
        schema["x-scim-returned"] = json!(attribute.returned.as_str());
    }
    if attribute.uniqueness != Uniqueness::None {
        schema["x-scim-uniqueness"] = json!(attribute.uniqueness.as_str());
    }
    schema
}

/// The values of an attribute, and nothing else of it.
pub(super) fn value(attribute: &Attribute) -> Value {
    let one = match attribute.kind {
        Kind::Complex => {
            let part = |sub: &Attribute| (sub.name.clone(), value(sub));
            let parts: Map<String, Value> = attribute.sub_attributes.iter().map(part).collect();
            json!({"type": "object", "properties": parts})
        }
        _ => simple(attribute),
    };
    if attribute.multi_valued { json!({"type": "array", "items": one}) } else { one }
}

/// An object of attributes.
pub(super) fn object(attributes: &[Attribute], side: Side) -> Value {
    let goes = |attribute: &&Attribute| match side {
        Side::Shown => attribute.returned != Returned::Never,
        Side::Sent => attribute.mutability != Mutability::ReadOnly,
    };
    let attributes = attributes.iter().filter(goes);
    let required: Vec<&str> =
        attributes.clone().filter(|one| side == Side::Sent && one.required).map(|one| &*one.name).collect();
    let properties: Map<String, Value> =
        attributes.map(|one| (one.name.clone(), described(one, side))).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn simple(attribute: &Attribute) -> Value {
    match attribute.kind {
        Kind::String | Kind::Complex => json!({"type": "string"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Decimal => json!({"type": "number"}),
        Kind::Integer => json!({"type": "integer"}),
        Kind::DateTime => json!({"type": "string", "format": "date-time"}),
        Kind::Reference => json!({"type": "string", "format": "uri-reference"}),
        Kind::Binary => json!({"type": "string", "contentEncoding": "base64"}),
    }
}

fn of_extension(extension: &Schema, kind: &RecordType, side: Side) -> Value {
    let mut schema = object(&extension.attributes, side);
    schema["description"] = json!(extension.description);
    if side == Side::Sent {
        let insisted = extension.attributes.iter().filter(|one| is_required(kind, Some(&extension.id), one));
        let insisted: Vec<&str> = insisted.map(|one| one.name.as_str()).collect();
        if !insisted.is_empty() {
            schema["required"] = json!(insisted);
        }
    }
    schema
}

/// Whether a client must send an attribute: by the schema, or because the vendor insists on a part of it.
fn is_required(kind: &RecordType, urn: Option<&String>, attribute: &Attribute) -> bool {
    let of_it = kind
        .rules
        .iter()
        .filter(|rule| rule.path.urn.as_ref() == urn && rule.path.name.eq_ignore_ascii_case(&attribute.name));
    let has_default = of_it.clone().any(|rule| rule.default.is_some() || rule.assigned.is_some());
    (attribute.required || of_it.clone().any(|rule| rule.required)) && !has_default
}

/// `members` or `groups`: a list, each entry as the vendor shows it.
fn links(attribute: &Attribute, entry: &crate::profile::template::Template<LinkSlot>) -> Value {
    let text = json!({"type": "string"});
    let mut entry = entry.json_schema(&mut |slot| match slot {
        LinkSlot::Id | LinkSlot::Type | LinkSlot::Membership | LinkSlot::Display => {
            SlotSchema::at_times(text.clone())
        }
        LinkSlot::Ref => SlotSchema::at_times(json!({"type": "string", "format": "uri"})),
    });
    // What is fixed is always there, but clients may ask for one part alone.
    if let Some(entry) = entry.as_object_mut() {
        entry.shift_remove("required");
    }
    json!({"type": "array", "items": entry, "description": attribute.description})
}
