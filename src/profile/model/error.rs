//! How faults look.

use std::collections::HashMap;
use std::sync::Arc;

use super::Rule;
use crate::fault::FaultName;
use crate::profile::template::Template;

/// How faults look.
#[derive(Debug, Clone, Default)]
pub struct Errors {
    /// The body; `None` on SCIM and OAuth for what the RFCs say.
    pub body: Option<Arc<Template<ErrorSlot>>>,
    /// One entry of `${problems}`.
    pub problem: Option<Arc<Template<ErrorSlot>>>,
    /// The media type, where `body` is given.
    pub media_type: String,
    /// What differs by fault.
    pub faults: HashMap<FaultName, FaultLook>,
    /// The facts behind the shape that all faults have.
    pub rule: Option<Rule>,
}

/// How one fault looks.
#[derive(Debug, Clone, Default)]
pub struct FaultLook {
    /// The status.
    pub status: Option<u16>,
    /// The vendor's word.
    pub code: Option<String>,
    /// The sentence.
    pub message: Option<Arc<Template<MessageSlot>>>,
    /// Header fields.
    pub headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// What stands behind it.
    pub rule: Option<Rule>,
}

/// A slot of an error body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorSlot {
    /// The status, a number.
    Status,
    /// The status, as text.
    StatusText,
    /// The vendor's word.
    Code,
    /// The sentence.
    Message,
    /// The field.
    Field,
    /// The record type.
    Record,
    /// All problems, each by `problem`.
    Problems,
    /// The request's id.
    RequestId,
}

/// A slot of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageSlot {
    /// The field.
    Field,
    /// The record type, `User`.
    Record,
    /// The uniqueness rule.
    Unique,
    /// The value.
    Value,
    /// What went wrong, in Standin's words.
    Detail,
}
