//! Surfaces: what all protocols share.

use super::{Document, Errors, Meta, Offers, QueryFilter, Requires, Resource, Rule, Shape};
use crate::oauth::ClientAuthentication;
use crate::profile::template::Template;
use crate::scim::leniency::Leniency;

/// One surface.
#[derive(Debug)]
pub struct Api {
    /// Its name.
    pub name: String,
    /// What it is called.
    pub about: String,
    /// Which protocol it speaks.
    pub kind: ApiKind,
    /// The path in front, split at slashes; `None` stands for the organization.
    pub base: Vec<Option<String>>,
    /// Index of the credential that it takes.
    pub credential: usize,
    /// What an organization needs for it.
    pub requires: Requires,
    /// Where its plans are written.
    pub plans_rule: Rule,
    /// Where its prerequisites are written.
    pub prerequisites_rule: Rule,
    /// Which identity providers it is made for.
    pub clients: Option<Clients>,
    /// Whether an unknown path is answered before anything else.
    pub unknown_route_first: bool,
    /// How faults look.
    pub errors: Errors,
    /// Whether JSON bodies are read (REST).
    pub accepts_json: bool,
    /// Whether form bodies are read (REST).
    pub accepts_form: bool,
    /// Where that is written.
    pub accepts_rule: Rule,
    /// How records look (REST).
    pub shapes: Vec<Shape>,
    /// Endpoints of SCIM.
    pub resources: Vec<Resource>,
    /// What identity providers are let pass (SCIM).
    pub leniency: Leniency,
    /// What `meta` shows (SCIM).
    pub meta: Meta,
    /// The status of what the protocol has and the vendor has not (SCIM).
    pub unsupported: u16,
    /// What optional parts of the protocol are served (SCIM).
    pub offers: Offers,
    /// The token endpoint (OAuth).
    pub token: Option<Token>,
    /// Where that leniency is written.
    pub leniency_rule: Rule,
    /// All calls it answers.
    pub endpoints: Vec<Endpoint>,
    /// Where its base and its credential are written.
    pub rule: Rule,
}

impl Api {
    /// The base as written, `/scim/v2/{organization}`.
    pub fn base_text(&self) -> String {
        self.base
            .iter()
            .fold(String::new(), |text, part| text + "/" + part.as_deref().unwrap_or("{organization}"))
    }

    /// The base of one organization.
    pub fn base_of(&self, organization: &str) -> String {
        self.base
            .iter()
            .fold(String::new(), |text, part| text + "/" + part.as_deref().unwrap_or(organization))
    }
}

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKind {
    /// Shapes and operations as declared.
    Rest,
    /// RFC 7643 and RFC 7644.
    Scim,
    /// RFC 6749's token endpoint.
    OAuth,
}

/// Identity providers told apart by words in User-Agent, lower case.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Those it is made for.
    pub supported: Vec<String>,
    /// Others.
    pub recognised: Vec<String>,
    /// Whether the others are refused.
    pub refuse_others: bool,
    /// Where it is written.
    pub rule: Rule,
}

/// What ids look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdForm {
    /// In front.
    pub prefix: String,
    /// The part that differs.
    pub core: IdCore,
    /// Behind.
    pub suffix: String,
}

/// The part of an id that differs from record to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdCore {
    /// A number.
    Number,
    /// A UUID.
    Uuid,
    /// Sixteen hexadecimal digits.
    Hex,
}

/// A token endpoint.
#[derive(Debug, Clone)]
pub struct Token {
    /// How long an access token lives, in milliseconds.
    pub expires_ms: u64,
    /// How a client shows its secret.
    pub authentication: ClientAuthentication,
    /// Whether issuing one ends the client's one before.
    pub one_per_client: bool,
}

/// A call that an api answers.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its name: `API.OPERATION`, `API.RESOURCE.OPERATION`.
    pub name: String,
    /// The method.
    pub method: http::Method,
    /// The path below the base, `/users/{id}`.
    pub path: String,
    /// What it does.
    pub does: Does,
    /// Index of the shape (REST) or resource (SCIM).
    pub of: usize,
    /// Index of the record type.
    pub record: usize,
    /// Whether the record is the caller's own, whom no path names (SCIM's `/Me`).
    pub is_own: bool,
    /// The scope that a credential needs.
    pub scope: Option<String>,
    /// The status of success.
    pub status: u16,
    /// The body of success.
    pub reply: Option<Template<ReplySlot>>,
    /// The key of a JSON request body that holds the record's fields (REST); `None` when they are at its top.
    pub wrapped_in: Option<String>,
    /// Whether records are shown in the short form.
    pub brief: bool,
    /// Query parameters that narrow a list.
    pub filters: Vec<QueryFilter>,
    /// How a list is cut.
    pub paging: Paging,
    /// What stands behind it.
    pub rule: Rule,
}

impl Endpoint {
    /// Whether the protocol has it and the vendor does not.
    pub fn is_refusal(&self) -> bool {
        matches!(self.does, Does::Refuse(_))
    }
}

/// What an endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Many records.
    List,
    /// One record.
    Fetch,
    /// A new record.
    Create,
    /// Changes a record field by field.
    Update(AbsentFields),
    /// Replaces a record (SCIM PUT).
    Replace,
    /// Changes a record by a PatchOp (SCIM PATCH).
    Patch,
    /// Removes a record.
    Delete,
    /// Records of all types (SCIM's root).
    ListAll,
    /// A document about the api itself (SCIM).
    Describe(Document),
    /// Several operations in one call (SCIM).
    Bulk,
    /// Issues an access token.
    Token,
    /// Ends an access token.
    Revoke,
    /// Nothing: the protocol has it, the vendor does not.
    Refuse(u16),
}

/// What an update does with fields that are not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbsentFields {
    /// They stay.
    Keep,
    /// They lose their value.
    Clear,
    /// They must be there.
    Refuse,
}

/// How a list is cut.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Which way.
    pub style: PagingStyle,
    /// The parameter of the page number, offset, cursor or start index.
    pub number: String,
    /// The parameter of the size.
    pub size: String,
    /// The size when none is asked for.
    pub default: usize,
    /// The largest size.
    pub max: usize,
    /// Whether a size above the largest is refused rather than cut.
    pub refuse_above_max: bool,
    /// Whether other nonsense is refused rather than taken as the nearest sensible value.
    pub refuse_invalid: bool,
    /// Whether a Link header names other pages.
    pub link_header: bool,
    /// Where it is written.
    pub rule: Rule,
}

/// A way to cut lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagingStyle {
    /// A page number and a size.
    Page,
    /// An offset and a limit.
    Offset,
    /// An opaque cursor and a limit.
    Cursor,
    /// SCIM's startIndex and count.
    Index,
    /// Not at all.
    None,
}

/// A slot of a success body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplySlot {
    /// The record.
    Item,
    /// The records.
    Items,
    /// How many match.
    Total,
    /// The page number.
    Page,
    /// The size asked for, or the default.
    Size,
    /// How many records are left out in front.
    Offset,
    /// How many records are on this page.
    Count,
    /// The cursor of the next page.
    NextCursor,
    /// The status, as text.
    Status,
}
