//! The documents by which an api describes itself (RFC 7644 section 4), made from what is in force.
//!
//! **Invariant:** whatever a profile can change is read off the profile; nothing of it is written here.

use serde_json::{Value, json};

use super::face::{Page, write_list};
use super::query::Query;
use super::{Echo, Reading, Surface};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::operation::{Input, RECORDS_MAX};
use crate::profile::model::{Carrier, Document, Does, Endpoint, FieldRule, Meta, PagingStyle, RecordType};
use crate::profile::template::write_value;
use crate::scim::configuration;
use crate::scim::discovery::{
    AuthenticationScheme, BulkLimits, Pagination, PaginationMethod, ResourceType, ServiceProviderConfig,
};
use crate::scim::error::Error;
use crate::scim::schema::{Mutability, Schema};

/// Reads a call for a document. Its parameters are ignored, but a filter is refused, so that nobody takes all for some
/// (RFC 7644 section 4).
///
/// # Errors
/// 403 for a filter, 404 for a resource type or schema that does not exist.
pub(super) fn read(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    document: Document,
    id: Option<String>,
    notes: &mut Notes,
) -> Result<Reading, Fault> {
    // What is ignored may also be unreadable.
    let (query, _) = Query::decode(surface.call);
    if query.get("filter").is_some() {
        let detail = "what the service says about itself cannot be filtered";
        return Err(Fault::Scim(Error::plain(403, detail)));
    }
    notes.dropped.extend(query.names().filter(|name| !name.is_empty()).map(|name| format!("?{name}")));
    name_rules(surface, endpoint, document, notes);
    let id = id.unwrap_or_default();
    let (found, record) = match document {
        Document::ServiceProviderConfig | Document::ResourceTypes | Document::Schemas => {
            return Ok(reading(0));
        }
        Document::ResourceType => {
            (resource_types(surface).iter().position(|one| one.name == id), "ResourceType")
        }
        // The URNs of schemas are compared without case (RFC 7644 section 3.10).
        Document::Schema => {
            (schemas(surface).iter().position(|one| one.id.eq_ignore_ascii_case(&id)), "Schema")
        }
    };
    let entry = found.ok_or_else(|| Fault::NoSuchRecord { record: record.to_owned(), id })?;
    Ok(reading(entry))
}

fn reading(entry: usize) -> Reading {
    Reading { input: Input::Describe, echo: Echo { entry, ..Echo::default() }, scopes: Vec::new() }
}

/// Writes a document: a list of all entries, or the one that was asked for.
pub(super) fn write(surface: &Surface<'_>, endpoint: &Endpoint, echo: &Echo) -> Vec<u8> {
    let mut out = Vec::new();
    let Does::Describe(document) = endpoint.does else { return out };
    let entries = documents(surface, endpoint, document);
    match document {
        Document::ResourceTypes | Document::Schemas => {
            write_list(entries.len(), &Page::Start(1), entries.len(), &mut out, |out| {
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_value(entry, out);
                }
            });
        }
        Document::ServiceProviderConfig | Document::ResourceType | Document::Schema => {
            entries.get(echo.entry).iter().for_each(|entry| write_value(entry, &mut out));
        }
    }
    out
}

/// The entries of the list that a document is, or is one of.
fn documents(surface: &Surface<'_>, endpoint: &Endpoint, document: Document) -> Vec<Value> {
    match document {
        Document::ServiceProviderConfig => {
            let config = service_provider_config(surface, endpoint).to_json();
            vec![with_meta(surface, config, "ServiceProviderConfig", "/ServiceProviderConfig")]
        }
        Document::ResourceTypes | Document::ResourceType => {
            let located = |one: &ResourceType| {
                with_meta(surface, one.to_json(), "ResourceType", &format!("/ResourceTypes/{}", one.name))
            };
            resource_types(surface).iter().map(located).collect()
        }
        Document::Schemas | Document::Schema => {
            let located =
                |one: &Schema| with_meta(surface, one.to_json(), "Schema", &format!("/Schemas/{}", one.id));
            schemas(surface).iter().map(located).collect()
        }
    }
}

/// A document with its `meta`, as far as the api shows that.
fn with_meta(surface: &Surface<'_>, mut document: Value, resource_type: &str, path: &str) -> Value {
    match surface.api.meta {
        Meta::Full => {
            let location = format!("{}{path}", surface.base_url);
            document["meta"] = json!({"resourceType": resource_type, "location": location});
        }
        Meta::TypeOnly => document["meta"] = json!({"resourceType": resource_type}),
        Meta::None => {}
    }
    document
}

fn service_provider_config(surface: &Surface<'_>, endpoint: &Endpoint) -> ServiceProviderConfig {
    let (profile, api, paging) = (surface.profile, surface.api, &endpoint.paging);
    let serves = |does: Does| api.endpoints.iter().any(|endpoint| endpoint.does == does);
    let lists = serves(Does::List);
    let is_cut = paging.style == PagingStyle::Index;
    let results_max = if is_cut { paging.max } else { RECORDS_MAX };
    let sets_password = |endpoint: &Endpoint| {
        let password = profile.records[endpoint.record].scim_schema.core_attribute("password");
        let writable = |mutability| matches!(mutability, Mutability::ReadWrite | Mutability::WriteOnly);
        matches!(endpoint.does, Does::Replace | Does::Patch)
            && password.is_some_and(|found| writable(found.attribute.mutability))
    };
    ServiceProviderConfig {
        patch: serves(Does::Patch),
        bulk: api.offers.bulk.map(|bulk| BulkLimits {
            operations_max: bulk.operations_max,
            payload_bytes_max: bulk.payload_bytes_max,
        }),
        filter_results_max: lists.then_some(results_max),
        change_password: api.endpoints.iter().any(sets_password),
        sort: lists && api.offers.sort,
        etag: api.offers.etag,
        pagination: api.offers.cursors_expire_ms.map(|expire_ms| Pagination {
            cursor: true,
            index: is_cut,
            default_method: is_cut.then_some(PaginationMethod::Index),
            default_size: is_cut.then_some(paging.default),
            size_max: is_cut.then_some(paging.max),
            cursor_timeout_s: Some(expire_ms / 1000).filter(|timeout_s| *timeout_s > 0),
        }),
        authentication_schemes: vec![authentication_scheme(&profile.credentials[api.credential].carrier)],
    }
}

/// How the api's credential is shown.
fn authentication_scheme(carrier: &Carrier) -> AuthenticationScheme {
    let scheme = |kind, name: &str, description: String, specification| AuthenticationScheme {
        kind,
        name: name.to_owned(),
        description,
        specification,
    };
    // RFC 7643 section 5 has no word for keys.
    let key = |description| scheme("apikey", "API Key", description, None);
    match carrier {
        Carrier::Bearer => scheme(
            "oauthbearertoken",
            "OAuth Bearer Token",
            "A token in the header Authorization, with the scheme Bearer.".to_owned(),
            Some("https://www.rfc-editor.org/rfc/rfc6750"),
        ),
        Carrier::Client => scheme(
            "oauth2",
            "OAuth 2.0 Client Credentials",
            "An access token that a client gets for its id and secret, as a bearer token.".to_owned(),
            Some("https://www.rfc-editor.org/rfc/rfc6749"),
        ),
        Carrier::Header(name) => key(format!("A key in the header {name}.")),
        Carrier::Query(name) => key(format!("A key in the query parameter {name}.")),
    }
}

fn resource_types(surface: &Surface<'_>) -> Vec<ResourceType> {
    let mut types: Vec<ResourceType> = Vec::new();
    for resource in &surface.api.resources {
        let kind = &surface.profile.records[resource.record];
        // Two endpoints of one type could not be told apart by its name.
        let is_taken = types.iter().any(|known| known.name == kind.resource_type);
        let extensions = kind.scim_schema.extensions.iter();
        let name = if is_taken { &resource.name } else { kind.resource_type };
        types.push(ResourceType {
            name: name.to_owned(),
            description: kind.scim_schema.core.description.clone(),
            endpoint: format!("/{}", resource.name),
            schema: kind.scim_schema.core.id.clone(),
            extensions: extensions.map(|one| (one.id.clone(), is_required(kind, one))).collect(),
        });
    }
    types
}

/// Whether a resource must have an extension: one that says what is required in it is not enough, for nothing is missed of
/// an extension that is not there; but what the vendor itself requires it always does.
fn is_required(kind: &RecordType, extension: &Schema) -> bool {
    let of_it = |rule: &&FieldRule| rule.path.urn.as_ref() == Some(&extension.id);
    kind.rules.iter().filter(of_it).any(|rule| rule.required && rule.default.is_none())
}

/// The schemas of all resources, then those of the documents that are served here; of one URN the first.
fn schemas(surface: &Surface<'_>) -> Vec<Schema> {
    let mut all: Vec<Schema> = Vec::new();
    for resource in &surface.api.resources {
        let schema = &surface.profile.records[resource.record].scim_schema;
        for one in std::iter::once(&schema.core).chain(&schema.extensions) {
            if !all.iter().any(|known| known.id.eq_ignore_ascii_case(&one.id)) {
                all.push(one.clone());
            }
        }
    }
    let documents: [(Document, fn() -> Schema); 3] = [
        (Document::ServiceProviderConfig, configuration::service_provider_config),
        (Document::ResourceTypes, configuration::resource_type),
        (Document::Schemas, configuration::schema),
    ];
    let serves = |document| surface.api.endpoints.iter().any(|one| one.does == Does::Describe(document));
    all.extend(documents.iter().filter(|(document, _)| serves(*document)).map(|(_, schema)| schema()));
    all
}

/// Names the facts behind what a document says.
fn name_rules(surface: &Surface<'_>, endpoint: &Endpoint, document: Document, notes: &mut Notes) {
    let api = surface.api;
    match document {
        Document::ServiceProviderConfig => {
            for rule in [&api.offers.sort_rule, &api.offers.etag_rule, &endpoint.paging.rule] {
                notes.rule(rule);
            }
            let bulk = api.endpoints.iter().find(|one| one.does == Does::Bulk);
            bulk.iter().for_each(|bulk| notes.rule(&bulk.rule));
        }
        Document::ResourceTypes | Document::ResourceType | Document::Schemas | Document::Schema => {
            for resource in &api.resources {
                notes.rule(&surface.profile.records[resource.record].attributes_rule);
            }
        }
    }
}
