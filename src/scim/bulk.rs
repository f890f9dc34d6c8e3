//! Bulk: many operations in one message (RFC 7644 section 3.7).
//!
//! **Invariant:** what an operation does is the service's to say: it is handed one at a time, with its references resolved,
//! and answers for it as for a single call. Here is what is the message's own: its shape and bounds, the order, the
//! references, when to stop, and the response.
//!
//! Where the RFC leaves room, this is how it is filled:
//! - A message that is no BulkRequest is refused whole, before anything is done; `method` is case-sensitive, as HTTP has it.
//!   Whatever else is wrong with an operation is that operation's failure.
//! - The order is that of the request. An operation that refers to a resource which is made further down waits for it.
//! - Resources that refer to each other in a circle are made without what cannot be resolved yet, and replaced by what was
//!   asked for as soon as it can. If that fails, what was made is removed again, and the operation has failed.
//! - A reference to what the request does not make, or failed to make, is 409.
//! - Only a POST makes what a bulkId stands for; other operations may have one, to be found again in the response.

use std::collections::{BTreeMap, HashSet};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::Error;
use super::leniency::Leniency;
use super::message::{self, member};

mod plan;
mod reference;
mod run;

/// A bulk job.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// After how many failures the rest is left alone; `None` for never.
    pub fail_on_errors: Option<usize>,
    /// What to do.
    pub operations: Vec<Operation>,
}

/// One operation, as a call of its own would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path below the service's root, `/Users`, `/Users/2819c223`.
    pub path: String,
    /// What the client calls it, and a POST's resource while that has no id.
    pub bulk_id: Option<String>,
    /// The version that the resource must be in: an entity-tag.
    pub version: Option<String>,
    /// The body; none for DELETE.
    pub data: Option<Value>,
}

/// The methods of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Makes a resource.
    Post,
    /// Replaces one.
    Put,
    /// Changes one.
    Patch,
    /// Removes one.
    Delete,
}

/// What the service is asked to answer for.
#[derive(Debug)]
pub enum Task<'a> {
    /// An operation.
    Whole(&'a Operation),
    /// A POST, of which a part comes later: the service must be able to replace and to remove what it makes.
    Begin(&'a Operation),
    /// What completes or undoes a POST that was begun; the client has not asked for it and need not be allowed to.
    FollowUp(&'a Operation),
    /// One that cannot be carried out, and why.
    Refuse(Error),
}

/// How a service answered for an operation, as it would have answered a single call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The URL of the resource that was made.
    pub location: Option<String>,
    /// The version that the resource is in now: an entity-tag.
    pub version: Option<String>,
    /// The Error message of a failure.
    pub response: Option<Value>,
}

impl Method {
    /// The method's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// The error of a message that is too long (RFC 7644 section 3.7.4).
pub fn too_large(payload_bytes_max: usize) -> Error {
    let detail = format!("The size of the bulk operation exceeds the maxPayloadSize ({payload_bytes_max}).");
    Error::plain(413, detail)
}

/// Whether a message is within its bounds, without reading what is in its operations.
///
/// # Errors
/// 413, naming the bound.
pub fn admit(body: &[u8], operations_max: usize, payload_bytes_max: usize) -> Result<(), Error> {
    if body.len() > payload_bytes_max {
        return Err(too_large(payload_bytes_max));
    }
    let count = count(body);
    if count > operations_max {
        let detail =
            format!("The number of operations ({count}) exceeds the maxOperations ({operations_max}).");
        return Err(Error::plain(413, detail));
    }
    Ok(())
}

/// How many operations a message has; 0 for what is none, which reading it will tell.
fn count(body: &[u8]) -> usize {
    let text = std::str::from_utf8(body).unwrap_or_default().trim_start_matches('\u{feff}');
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
    let operations = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Operations"));
    let count = |raw: &RawValue| serde_json::from_str(raw.get()).map_or(0, |all: Vec<&RawValue>| all.len());
    operations.map(|(_, raw)| count(raw)).max().unwrap_or_default()
}

impl BulkRequest {
    /// Reads a message that is within its bounds ([`admit`]).
    ///
    /// # Errors
    /// `invalidSyntax` and `invalidValue`, for a message that is no BulkRequest.
    pub fn parse(message: &Map<String, Value>, leniency: &Leniency) -> Result<BulkRequest, Error> {
        message::must_name(message, message::BULK_REQUEST, leniency)?;
        let fail_on_errors = match member(message, "failOnErrors") {
            None | Some(Value::Null) => None,
            Some(number) => match number.as_u64().and_then(|number| usize::try_from(number).ok()) {
                Some(number) if number > 0 => Some(number),
                _ => return Err(Error::invalid_value("failOnErrors is a whole number above 0")),
            },
        };
        let operations = match member(message, "Operations") {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            Some(_) | None => {
                return Err(Error::invalid_syntax("Operations is a list of at least one operation"));
            }
        };
        let mut seen = HashSet::new();
        let operation = |(index, operation)| {
            let operation =
                Operation::parse(operation).map_err(|error| message::in_operation(index, error))?;
            if operation.bulk_id.as_ref().is_some_and(|id| !seen.insert(id.clone())) {
                let error = Error::invalid_value("another operation has this bulkId already");
                return Err(message::in_operation(index, error));
            }
            Ok(operation)
        };
        let operations = operations.iter().enumerate().map(operation).collect::<Result<_, _>>()?;
        Ok(BulkRequest { fail_on_errors, operations })
    }
}

impl Operation {
    /// Whether the path is one below the service's root, and nothing more.
    fn has_relative_path(&self) -> bool {
        self.path.starts_with('/') && !self.path.starts_with("//") && !self.path.contains(['?', '#'])
    }

    fn parse(operation: &Value) -> Result<Operation, Error> {
        let Value::Object(operation) = operation else {
            return Err(Error::invalid_syntax("an operation is an object"));
        };
        let text = |name: &str| match member(operation, name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(Error::invalid_value(format!("{name} is a string that is not empty"))),
        };
        let method = text("method")?;
        let is_it = |one: &Method| method.as_deref() == Some(one.as_str());
        let method = [Method::Post, Method::Put, Method::Patch, Method::Delete].into_iter().find(is_it);
        let Some(method) = method else {
            return Err(Error::invalid_value("method is one of `POST`, `PUT`, `PATCH` and `DELETE`"));
        };
        let path = text("path")?.ok_or_else(|| Error::invalid_value("an operation needs a path"))?;
        let bulk_id = text("bulkId")?;
        if method == Method::Post && bulk_id.is_none() {
            return Err(Error::invalid_value("`POST` needs a bulkId"));
        }
        let data = match member(operation, "data") {
            _ if method == Method::Delete => None,
            None | Some(Value::Null) => {
                return Err(Error::invalid_value(format!("`{}` needs data", method.as_str())));
            }
            Some(data) => Some(data.clone()),
        };
        Ok(Operation { method, path, bulk_id, version: text("version")?, data })
    }
}

#[cfg(test)]
mod tests;
