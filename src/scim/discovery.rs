//! What a service says about itself: its configuration and its resource types (RFC 7643 sections 5 and 6, RFC 9865
//! section 4). Its schemas say it themselves ([`Schema::to_json`](super::schema::Schema::to_json)).
//!
//! **Invariant:** this is description only. Whoever fills it in knows what is served; nothing here does. No document has
//! the `meta` that only its server can add.

use serde_json::{Map, Value, json};

use super::message;

/// The document of `/ServiceProviderConfig` (RFC 7643 section 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProviderConfig {
    /// Whether resources can be changed by PATCH.
    pub patch: bool,
    /// How much a bulk request may hold; `None` where there are none.
    pub bulk: Option<BulkLimits>,
    /// The most resources in one answer; `None` where lists cannot be filtered.
    pub filter_results_max: Option<usize>,
    /// Whether a password can be changed.
    pub change_password: bool,
    /// Whether lists can be sorted.
    pub sort: bool,
    /// Whether resources have versions.
    pub etag: bool,
    /// How lists are paged; `None` for a service that does not know RFC 9865.
    pub pagination: Option<Pagination>,
    /// How a client says who it is, the preferred way first.
    pub authentication_schemes: Vec<AuthenticationScheme>,
}

/// How much a bulk request may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkLimits {
    /// The most operations.
    pub operations_max: usize,
    /// The longest body, in bytes.
    pub payload_bytes_max: usize,
}

/// How lists are paged (RFC 9865 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pagination {
    /// Whether by `cursor`.
    pub cursor: bool,
    /// Whether by `startIndex`.
    pub index: bool,
    /// The way that is taken where a client asks for neither.
    pub default_method: Option<PaginationMethod>,
    /// The size of a page when none is asked for.
    pub default_size: Option<usize>,
    /// The largest size.
    pub size_max: Option<usize>,
    /// How long a cursor can be used at least, in seconds; `None` where that is not fixed.
    pub cursor_timeout_s: Option<u64>,
}

/// A way of paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaginationMethod {
    /// By `cursor`.
    Cursor,
    /// By `startIndex`.
    Index,
}

/// How a client says who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationScheme {
    /// The RFC's word (`oauth`, `oauth2`, `oauthbearertoken`, `httpbasic`, `httpdigest`), or another where none fits.
    pub kind: &'static str,
    /// Its name for people.
    pub name: String,
    /// A sentence for people.
    pub description: String,
    /// Where it is specified.
    pub specification: Option<&'static str>,
}

/// An entry of `/ResourceTypes` (RFC 7643 section 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name, by which `meta.resourceType` and references mean it; its id too.
    pub name: String,
    /// A sentence for people.
    pub description: String,
    /// The path below the base, `/Users`.
    pub endpoint: String,
    /// The URN of the core schema.
    pub schema: String,
    /// The URNs of its extensions, each with whether a resource must have it.
    pub extensions: Vec<(String, bool)>,
}

impl ServiceProviderConfig {
    /// The document.
    pub fn to_json(&self) -> Value {
        let supported = |value: bool| json!({"supported": value});
        let (operations, payload) =
            self.bulk.map_or((0, 0), |bulk| (bulk.operations_max, bulk.payload_bytes_max));
        let mut json = Map::new();
        json.insert("schemas".into(), json!([message::SERVICE_PROVIDER_CONFIG]));
        json.insert("patch".into(), supported(self.patch));
        // Where something is not supported its numbers are still required; 0 is then the truth.
        let bulk =
            json!({"supported": self.bulk.is_some(), "maxOperations": operations, "maxPayloadSize": payload});
        json.insert("bulk".into(), bulk);
        let results = self.filter_results_max;
        json.insert(
            "filter".into(),
            json!({"supported": results.is_some(), "maxResults": results.unwrap_or_default()}),
        );
        json.insert("changePassword".into(), supported(self.change_password));
        json.insert("sort".into(), supported(self.sort));
        json.insert("etag".into(), supported(self.etag));
        if let Some(pagination) = self.pagination {
            json.insert("pagination".into(), pagination.to_json());
        }
        let schemes = self.authentication_schemes.iter().enumerate();
        let schemes = schemes.map(|(index, scheme)| scheme.to_json(index == 0)).collect();
        json.insert("authenticationSchemes".into(), Value::Array(schemes));
        Value::Object(json)
    }
}

impl Pagination {
    fn to_json(self) -> Value {
        let mut json = Map::new();
        json.insert("cursor".into(), json!(self.cursor));
        json.insert("index".into(), json!(self.index));
        if let Some(method) = self.default_method {
            let word = match method {
                PaginationMethod::Cursor => "cursor",
                PaginationMethod::Index => "index",
            };
            json.insert("defaultPaginationMethod".into(), json!(word));
        }
        json.extend(self.default_size.map(|size| ("defaultPageSize".to_owned(), json!(size))));
        json.extend(self.size_max.map(|size| ("maxPageSize".to_owned(), json!(size))));
        json.extend(self.cursor_timeout_s.map(|time_s| ("cursorTimeout".to_owned(), json!(time_s))));
        Value::Object(json)
    }
}

impl AuthenticationScheme {
    fn to_json(&self, is_primary: bool) -> Value {
        let mut json = Map::new();
        json.insert("type".into(), json!(self.kind));
        json.insert("name".into(), json!(self.name));
        json.insert("description".into(), json!(self.description));
        json.extend(self.specification.map(|uri| ("specUri".to_owned(), json!(uri))));
        if is_primary {
            json.insert("primary".into(), json!(true));
        }
        Value::Object(json)
    }
}

impl ResourceType {
    /// The document.
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("schemas".into(), json!([message::RESOURCE_TYPE]));
        json.insert("id".into(), json!(self.name));
        json.insert("name".into(), json!(self.name));
        if !self.description.is_empty() {
            json.insert("description".into(), json!(self.description));
        }
        json.insert("endpoint".into(), json!(self.endpoint));
        json.insert("schema".into(), json!(self.schema));
        if !self.extensions.is_empty() {
            let extension =
                |(urn, is_required): &(String, bool)| json!({"schema": urn, "required": is_required});
            json.insert("schemaExtensions".into(), self.extensions.iter().map(extension).collect());
        }
        Value::Object(json)
    }
}

#[cfg(test)]
mod tests;
