//! The names of SCIM messages and schemas (RFC 7643 section 10.3, RFC 7644 section 8.2), and what all messages share.

use serde_json::{Map, Value};

use super::error::Error;
use super::leniency::Leniency;

/// The schema of a User (RFC 7643 section 4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of a Group (RFC 7643 section 4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The enterprise extension of a User (RFC 7643 section 4.3).
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The schema of `/ServiceProviderConfig` (RFC 7643 section 5).
pub const SERVICE_PROVIDER_CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// The schema of an entry of `/ResourceTypes` (RFC 7643 section 6).
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// The schema of an entry of `/Schemas` (RFC 7643 section 7).
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// A list of resources (RFC 7644 section 3.4.2).
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// A query sent by POST (RFC 7644 section 3.4.3).
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// The body of a PATCH (RFC 7644 section 3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// Many operations in one message (RFC 7644 section 3.7).
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// What came of them (RFC 7644 section 3.7).
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// An error (RFC 7644 section 3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The member of this name, whatever its case.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let exact = object.get(name);
    exact
        .or_else(|| object.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The same to change.
pub(super) fn member_mut<'a>(object: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Value> {
    let exact = object.contains_key(name);
    let is_it = |other: &str| if exact { other == name } else { other.eq_ignore_ascii_case(name) };
    object.iter_mut().find(|(other, _)| is_it(other)).map(|(_, value)| value)
}

/// Whether a message says that it is of this kind.
pub(super) fn must_name(message: &Map<String, Value>, urn: &str, leniency: &Leniency) -> Result<(), Error> {
    let urns = member(message, "schemas").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_it = |one: &Value| one.as_str().is_some_and(|one| one.eq_ignore_ascii_case(urn));
    if leniency.schemas_optional || urns.iter().any(is_it) {
        return Ok(());
    }
    Err(Error::invalid_syntax(format!("schemas is a list that names {urn}")))
}

/// The same error, saying which operation of a message it is about.
pub(super) fn in_operation(index: usize, error: Error) -> Error {
    Error { detail: format!("Operations[{index}]: {}", error.detail), ..error }
}
