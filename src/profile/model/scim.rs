//! Endpoints of SCIM.

use super::{IdForm, Rule};
use crate::profile::template::Template;

/// A SCIM endpoint.
#[derive(Debug)]
pub struct Resource {
    /// Its name in the path, `Users`.
    pub name: String,
    /// Index of the record type.
    pub record: usize,
    /// What its ids look like.
    pub id: IdForm,
    /// The filters processed, each alone: attribute and operator; empty for the whole grammar.
    pub filters: Vec<(String, String)>,
    /// Whether other filters are ignored rather than refused.
    pub ignore_other_filters: bool,
    /// Where that is written.
    pub filter_rule: Rule,
    /// One entry of `members`.
    pub member: Template<LinkSlot>,
    /// One entry of `groups`.
    pub group: Template<LinkSlot>,
    /// Whether members that do not exist are left out rather than refused.
    pub ignore_unknown_members: bool,
    /// Where that is written.
    pub unknown_member_rule: Rule,
    /// Whether `members` and `groups` are shown when they are empty.
    pub show_empty_links: bool,
    /// Whether `groups` names the groups around a user's groups too.
    pub nested_groups: bool,
    /// Where that is written.
    pub nested_groups_rule: Rule,
    /// Under which number a record keeps this form rendered.
    pub face: usize,
}

/// A slot in an entry of `members` or `groups`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkSlot {
    /// The id.
    Id,
    /// The URL.
    Ref,
    /// The display name.
    Display,
    /// `User` or `Group`.
    Type,
    /// `direct` or `indirect`: whether a group is one that the user is in, or is around one.
    Membership,
}

/// The optional parts of the protocol that are served (RFC 7643 section 5).
#[derive(Debug, Clone)]
pub struct Offers {
    /// Whether a base of another version is refused, rather than unknown.
    pub refuses_versions: bool,
    /// Where that is written.
    pub versions_rule: Rule,
    /// Whether lists can be sorted.
    pub sort: bool,
    /// Where that is written.
    pub sort_rule: Rule,
    /// Whether records have versions.
    pub etag: bool,
    /// Where that is written.
    pub etag_rule: Rule,
    /// What `/Bulk` takes, if it is served.
    pub bulk: Option<BulkBounds>,
    /// How long a cursor can be used, in milliseconds, if there are any.
    pub cursors_expire_ms: Option<u64>,
}

/// How much a bulk request may hold.
#[derive(Debug, Clone, Copy)]
pub struct BulkBounds {
    /// The most operations.
    pub operations_max: usize,
    /// The longest body, in bytes.
    pub payload_bytes_max: usize,
}

/// A document that a service provider serves about itself (RFC 7644 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// What it can do.
    ServiceProviderConfig,
    /// All endpoints.
    ResourceTypes,
    /// One endpoint.
    ResourceType,
    /// All schemas.
    Schemas,
    /// One schema.
    Schema,
}

/// What `meta` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    /// RFC 7643 section 3.1; the version where there are ETags.
    Full,
    /// resourceType alone.
    TypeOnly,
    /// Nothing.
    None,
}
