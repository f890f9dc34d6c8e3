//! PATCH: a sequence of changes to a resource that happen all or not at all (RFC 7644 section 3.5.2).
//!
//! Where the RFC leaves room, this is how it is filled:
//! - `schemas` follows from what a resource holds: setting an attribute of an extension adds its URN. Operations on
//!   `schemas` itself are left out.
//! - A value without a path may carry `id`, `meta` and `schemas`, as clients do that send back what they read; they
//!   are left out, never an error. Other readOnly attributes are `mutability` errors unless that is forgiven.
//! - `add` through a value path that matches nothing makes an element that satisfies the filter: "if the target
//!   location does not exist, the attribute and value are added". `replace` gives `noTarget`, as section 3.5.2.3
//!   demands, unless [`Leniency::create_on_value_path`]. A filter that is not a conjunction of equalities describes no
//!   element: `noTarget`.
//! - `remove` of what is not there succeeds and changes nothing; so does `add` of what is.
//! - `remove` with a `value` on a list is refused unless [`Leniency::members_by_value`]. Elsewhere the value of a
//!   `remove` means nothing.
//! - A path without a filter to a sub-attribute of a list (`emails.type`) means every element.
//! - When the `value` of a complex attribute changes (`manager.value`), its readOnly parts and its `$ref` go, which
//!   described the old one.
//! - Replacing a list keeps the parts of its elements that only the service sets, for elements that stay.
//! - An attribute that nobody defined is `invalidPath` as a path, `invalidSyntax` within a value.

use serde_json::{Map, Value};

use super::error::Error;
use super::leniency::Leniency;
use super::message;
use super::path::PatchPath;

mod apply;
mod elements;
mod values;

/// The most operations in one PATCH. Clients that sync large groups send hundreds.
pub const PATCH_OPERATIONS_MAX: usize = 1_000;

/// The message of a PATCH.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// What to do, in this order.
    pub operations: Vec<Operation>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What to do.
    pub op: Op,
    /// Where; `None` is the resource itself.
    pub path: Option<PatchPath>,
    /// With what.
    pub value: Option<Value>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Adds values (RFC 7644 section 3.5.2.1).
    Add,
    /// Removes values (RFC 7644 section 3.5.2.2).
    Remove,
    /// Replaces values (RFC 7644 section 3.5.2.3).
    Replace,
}

/// What came of a PATCH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whether the resource is another one now; if not, its `lastModified` stays.
    pub changed: bool,
    /// What was left out, in attribute notation.
    pub ignored: Vec<String>,
}

impl Patch {
    /// Reads the message. Its member names may be in any case. Anything wrong with the message is `invalidSyntax`;
    /// with a path, `invalidPath`; a missing value is `invalidValue`, and a `remove` without a path `noTarget`. More
    /// than [`PATCH_OPERATIONS_MAX`] operations are a 413.
    pub fn parse(body: &Value, leniency: &Leniency) -> Result<Patch, Error> {
        let Value::Object(message) = body else {
            return Err(Error::invalid_syntax("the body is not a JSON object"));
        };
        let urns = member(message, "schemas").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_patch =
            |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(message::PATCH_OP));
        if !leniency.schemas_optional && !urns.iter().any(is_patch) {
            return Err(Error::invalid_syntax(format!("schemas is a list that names {}", message::PATCH_OP)));
        }
        let operations = match member(message, "Operations") {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            Some(_) | None => {
                return Err(Error::invalid_syntax("Operations is a list of at least one operation"));
            }
        };
        if operations.len() > PATCH_OPERATIONS_MAX {
            let detail =
                format!("a PATCH has at most {PATCH_OPERATIONS_MAX} operations, not {}", operations.len());
            return Err(Error::plain(413, detail));
        }
        let operation = |(index, operation)| {
            Operation::parse(operation, leniency).map_err(|error| numbered(index, error))
        };
        let operations = operations.iter().enumerate().map(operation).collect::<Result<_, _>>()?;
        Ok(Patch { operations })
    }
}

impl Operation {
    fn parse(operation: &Value, leniency: &Leniency) -> Result<Operation, Error> {
        let Value::Object(operation) = operation else {
            return Err(Error::invalid_syntax("an operation is an object"));
        };
        let word = member(operation, "op").and_then(Value::as_str).unwrap_or_default();
        let is_op = |op: &Op| {
            if leniency.op_case { word.eq_ignore_ascii_case(op.as_str()) } else { word == op.as_str() }
        };
        let Some(op) = [Op::Add, Op::Remove, Op::Replace].into_iter().find(is_op) else {
            return Err(Error::invalid_syntax("op is one of `add`, `remove` and `replace`"));
        };
        let path = match member(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => {
                let invalid = |error| Error::invalid_path(format!("the path is malformed {error}"));
                Some(PatchPath::parse(text).map_err(invalid)?)
            }
            Some(_) => return Err(Error::invalid_path("a path is a string")),
        };
        let value = member(operation, "value").cloned();
        match op {
            Op::Remove if path.is_none() => Err(Error::no_target("`remove` needs a path")),
            Op::Add | Op::Replace if value.is_none() => {
                Err(Error::invalid_value(format!("`{}` needs a value", op.as_str())))
            }
            Op::Add | Op::Remove | Op::Replace => Ok(Operation { op, path, value }),
        }
    }
}

impl Op {
    /// The RFC's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Op::Add => "add",
            Op::Remove => "remove",
            Op::Replace => "replace",
        }
    }
}

/// The same error, saying which operation it is about.
fn numbered(index: usize, error: Error) -> Error {
    Error { detail: format!("Operations[{index}]: {}", error.detail), ..error }
}

/// The member of this name, whatever its case.
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let exact = object.get(name);
    exact
        .or_else(|| object.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

#[cfg(test)]
mod tests;
