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
}

/// What `meta` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    /// RFC 7643 section 3.1, but for the version: no vendor here has ETags.
    Full,
    /// resourceType alone.
    TypeOnly,
    /// Nothing.
    None,
}
