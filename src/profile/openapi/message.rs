//! The messages of SCIM (RFC 7644 section 8.2) and OAuth (RFC 6749 sections 4.4 and 5.1, RFC 7009).

use serde_json::{Map, Value, json};

use super::resource::{self, Side, meta, object};
use super::{Part, Schemas};
use crate::profile::explain::surface;
use crate::profile::model::{Document, Does, PagingStyle};
use crate::scim::message::{BULK_REQUEST, BULK_RESPONSE, LIST_RESPONSE, PATCH_OP, SEARCH_REQUEST};
use crate::scim::{configuration, schema::Schema};

/// The media types of SCIM, its own first (RFC 7644 section 8.1).
pub(super) const SCIM_MEDIA: &[&str] = &["application/scim+json", "application/json"];
/// The media type of everything else.
pub(super) const JSON_MEDIA: &[&str] = &["application/json"];
/// The media type of forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// One schema in each of these media types.
pub(super) fn content(media: &[&str], schema: &Value) -> Value {
    let each = |media: &&str| ((*media).to_owned(), json!({"schema": schema}));
    Value::Object(media.iter().map(each).collect())
}

/// What a query can say: name, what it is, schema.
pub(super) fn query_members(part: &Part<'_>) -> Vec<(&'static str, String, Value)> {
    let Part { api, endpoint, .. } = *part;
    let text = || json!({"type": "string"});
    let names = || json!({"type": "array", "items": {"type": "string"}});
    let mut members = Vec::new();
    let mut member = |name, about: &str, schema| members.push((name, about.to_owned(), schema));
    if matches!(endpoint.does, Does::List | Does::ListAll) {
        let processed = match endpoint.does {
            Does::List => surface::filters(&api.resources[endpoint.of]),
            _ => {
                let each = api.resources.iter();
                let each = each.map(|one| format!("{}: {}", one.name, surface::filters(one)));
                each.collect::<Vec<_>>().join("; ")
            }
        };
        member("filter", &format!("Which resources. Processed: {processed}."), text());
        if api.offers.sort {
            member("sortBy", "By which attribute they are ordered.", text());
            let order =
                json!({"type": "string", "enum": ["ascending", "descending"], "default": "ascending"});
            member("sortOrder", "In which order.", order);
        }
        let paging = &endpoint.paging;
        if paging.style == PagingStyle::Index {
            member(
                "startIndex",
                "The number of the first resource; less than 1 counts as 1.",
                json!({"type": "integer", "default": 1}),
            );
            let above = if paging.refuse_above_max { "more is refused" } else { "more gets as many" };
            let mut size = json!({"type": "integer", "default": paging.default});
            if paging.refuse_above_max {
                size["maximum"] = json!(paging.max);
            }
            member("count", &format!("The most resources of a page: {} at most, {above}.", paging.max), size);
        }
        if api.offers.cursors_expire_ms.is_some() {
            member("cursor", "The cursor of the page, empty for the first (RFC 9865).", text());
        }
    }
    member("attributes", "Only these attributes are shown, beside those that always are.", names());
    member("excludedAttributes", "These attributes are not shown.", names());
    members
}

/// A query that is sent by POST.
pub(super) fn search_request(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    let Part { profile, api, endpoint } = *part;
    let name = match endpoint.does {
        Does::ListAll => format!("{}.SearchRequest", api.name),
        _ => format!("{}.{}.SearchRequest", api.name, resource::name(profile, api, endpoint.of)),
    };
    schemas.refer(&name, |_| {
        let mut members = schemas_member(SEARCH_REQUEST);
        for (name, about, mut schema) in query_members(part) {
            schema["description"] = json!(about);
            members.insert(name.to_owned(), schema);
        }
        message(part, &members, &[])
    })
}

/// A page of resources.
pub(super) fn list(part: &Part<'_>, name: &str, one: &Value, schemas: &mut Schemas) -> Value {
    schemas.refer(&format!("{}.{name}", part.api.name), |_| {
        let whole = || json!({"type": "integer", "minimum": 0});
        let mut properties = schemas_member(LIST_RESPONSE);
        properties.insert("totalResults".to_owned(), whole());
        properties.insert("startIndex".to_owned(), whole());
        properties.insert("itemsPerPage".to_owned(), whole());
        if part.api.offers.cursors_expire_ms.is_some() {
            let about = "The cursor of the next page; absent behind the last.";
            properties.insert("nextCursor".to_owned(), json!({"type": "string", "description": about}));
        }
        properties.insert("Resources".to_owned(), json!({"type": "array", "items": one}));
        let required = ["schemas", "totalResults", "itemsPerPage", "Resources"];
        json!({"type": "object", "properties": properties, "required": required})
    })
}

/// A change of a resource.
pub(super) fn patch_op(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    schemas.refer(&format!("{}.PatchOp", part.api.name), |_| {
        let operation = json!({
            "type": "object",
            "properties": {
                "op": {"type": "string", "enum": ["add", "remove", "replace"]},
                "path": {"type": "string", "description": "The attribute; without it, value holds attributes."},
                "value": {"description": "Any JSON."},
            },
            "required": ["op"],
        });
        let mut members = schemas_member(PATCH_OP);
        members.insert(
            "Operations".to_owned(),
            json!({"type": "array", "minItems": 1, "items": operation}),
        );
        message(part, &members, &["Operations"])
    })
}

/// Many operations.
pub(super) fn bulk_request(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    schemas.refer(&format!("{}.BulkRequest", part.api.name), |_| {
        let operation = json!({
            "type": "object",
            "properties": {
                "method": {"type": "string", "enum": ["POST", "PUT", "PATCH", "DELETE"]},
                "path": {"type": "string", "examples": ["/Users"]},
                "bulkId": {"type": "string"},
                "version": {"type": "string"},
                "data": {"type": "object"},
            },
            "required": ["method", "path"],
        });
        let mut operations = json!({"type": "array", "items": operation});
        if let Some(bounds) = part.api.offers.bulk {
            operations["maxItems"] = json!(bounds.operations_max);
            operations["description"] = json!(format!("{} bytes at most.", bounds.payload_bytes_max));
        }
        let mut members = schemas_member(BULK_REQUEST);
        members.insert("failOnErrors".to_owned(), json!({"type": "integer", "minimum": 1}));
        members.insert("Operations".to_owned(), operations);
        message(part, &members, &["Operations"])
    })
}

/// What came of many operations.
pub(super) fn bulk_response(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    let error = super::fault::schema(part, schemas);
    schemas.refer(&format!("{}.BulkResponse", part.api.name), |_| {
        let result = json!({
            "type": "object",
            "properties": {
                "method": {"type": "string"},
                "location": {"type": "string", "format": "uri"},
                "bulkId": {"type": "string"},
                "version": {"type": "string"},
                "status": {"type": "string"},
                "response": error,
            },
            "required": ["method", "status"],
        });
        let mut members = schemas_member(BULK_RESPONSE);
        members.insert("Operations".to_owned(), json!({"type": "array", "items": result}));
        json!({"type": "object", "properties": members, "required": ["schemas", "Operations"]})
    })
}

/// A document about the service, or the list of them.
pub(super) fn document(part: &Part<'_>, document: Document, schemas: &mut Schemas) -> Value {
    let schema: fn() -> Schema = match document {
        Document::ServiceProviderConfig => configuration::service_provider_config,
        Document::ResourceTypes | Document::ResourceType => configuration::resource_type,
        Document::Schemas | Document::Schema => configuration::schema,
    };
    let schema = schema();
    let one = schemas.refer(&format!("{}.{}", part.api.name, schema.name), |schemas| {
        let mut described = object(&schema.attributes, Side::Shown);
        let mut members = schemas_member(&schema.id);
        if let Some(properties) = described["properties"].as_object_mut() {
            members.append(properties);
        }
        members.extend(meta(part.api, false).map(|meta| ("meta".to_owned(), meta)));
        if let Some(attribute) = members.get_mut("attributes").map(|attributes| attributes["items"].take()) {
            members["attributes"]["items"] = nested(part, attribute, schemas);
        }
        described["properties"] = Value::Object(members);
        described["description"] = json!(schema.description);
        described["required"] = json!(["schemas"]);
        described
    });
    match document {
        Document::ResourceTypes | Document::Schemas => {
            list(part, &format!("{}.list", schema.name), &one, schemas)
        }
        Document::ServiceProviderConfig | Document::ResourceType | Document::Schema => one,
    }
}

/// An attribute of a schema, whose parts are such attributes again.
fn nested(part: &Part<'_>, mut attribute: Value, schemas: &mut Schemas) -> Value {
    let name = format!("{}.Attribute", part.api.name);
    schemas.refer(&name, |schemas| {
        attribute["properties"]["subAttributes"]["items"] = schemas.refer(&name, |_| Value::Null);
        attribute
    })
}

/// What a client sends for a token, or to end one.
pub(super) fn token_form(part: &Part<'_>) -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    let mut fields = Map::new();
    let mut required = Vec::new();
    if part.endpoint.does == Does::Revoke {
        fields.insert("token".to_owned(), text("The access token that is to end."));
        fields.insert("token_type_hint".to_owned(), text("Not looked at."));
        required.push("token");
    } else {
        fields.insert("grant_type".to_owned(), json!({"type": "string", "const": "client_credentials"}));
        fields.insert("scope".to_owned(), text("The scopes, with spaces in between; all without it."));
        required.push("grant_type");
    }
    if part.api.token.as_ref().is_some_and(|token| token.authentication.body) {
        fields.insert("client_id".to_owned(), text("The client's id, unless HTTP Basic has it."));
        fields.insert("client_secret".to_owned(), text("The client's secret, unless HTTP Basic has it."));
    }
    json!({"type": "object", "properties": fields, "required": required})
}

/// An access token as issued.
pub(super) fn access_token(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    schemas.refer(&format!("{}.AccessToken", part.api.name), |_| {
        json!({
            "type": "object",
            "properties": {
                "access_token": {"type": "string"},
                "token_type": {"type": "string", "const": "Bearer"},
                "expires_in": {"type": "integer", "description": "How long it lives, in seconds."},
                "scope": {"type": "string", "description": "The scopes, with spaces in between."},
            },
            "required": ["access_token", "token_type", "expires_in"],
        })
    })
}

fn schemas_member(urn: &str) -> Map<String, Value> {
    let schemas = json!({"type": "array", "items": {"type": "string"}, "examples": [[urn]]});
    [("schemas".to_owned(), schemas)].into_iter().collect()
}

/// A message of a client, which names its schema unless the api does without.
fn message(part: &Part<'_>, members: &Map<String, Value>, more: &[&str]) -> Value {
    let named = (!part.api.leniency.schemas_optional).then_some("schemas");
    let required: Vec<&str> = named.into_iter().chain(more.iter().copied()).collect();
    let mut schema = json!({"type": "object", "properties": members});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}
