//! PATCH: a sequence of changes to a resource that happen all or not at all (RFC 7644 section 3.5.2).
//!
//! Where the RFC leaves room, this is how it is filled:
//! - `schemas` follows from what a resource holds: setting an attribute of an extension adds its URN. Operations on
//!   `schemas` itself are left out, but to empty it is `mutability`, and its URNs must be the resource's, as in a POST.
//! - readOnly attributes are `mutability` errors unless that is forgiven. But a value without a path may carry the
//!   resource's own `id`, as clients do that rename what they read: nothing is to change by that.
//! - `add` through a value path that matches nothing makes an element that satisfies the filter: "if the target
//!   location does not exist, the attribute and value are added". `replace` gives `noTarget`, as section 3.5.2.3
//!   demands, unless [`Leniency::create_on_value_path`]. A filter that is not a conjunction of equalities describes no
//!   element: `noTarget`. A value that contradicts the filter is `invalidValue`.
//! - `remove` of what is not there succeeds and changes nothing; so does `add` of what is.
//! - `remove` with a `value` on a list is refused unless [`Leniency::members_by_value`]. Elsewhere the value of a
//!   `remove` means nothing.
//! - A path without a filter to a sub-attribute of a list (`emails.type`) means every element.
//! - When the `value` of a complex attribute changes (`manager.value`), its readOnly parts and its `$ref` go, which
//!   described the old one.
//! - Replacing a list keeps the parts of its elements that only the service sets, for elements that stay.
//! - An attribute that nobody defined is `invalidPath` as a path, `invalidSyntax` within a value.

use serde_json::Value;

use super::error::Error;
use super::filter::Filter;
use super::leniency::Leniency;
use super::message::{self, in_operation, member};
use super::path::{AttrPath, PatchPath, SyntaxError};

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
    /// with a path, `invalidPath`, or `invalidFilter` within its brackets; a missing value is `invalidValue`, and a `remove` without a path `noTarget`. More
    /// than [`PATCH_OPERATIONS_MAX`] operations are a 413.
    pub fn parse(body: &Value, leniency: &Leniency) -> Result<Patch, Error> {
        let Value::Object(message) = body else {
            return Err(Error::invalid_syntax("the body is not a JSON object"));
        };
        message::must_name(message, message::PATCH_OP, leniency)?;
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
            Operation::parse(operation, leniency).map_err(|error| in_operation(index, error))
        };
        let operations = operations.iter().enumerate().map(operation).collect::<Result<_, _>>()?;
        Ok(Patch { operations })
    }

    /// Refuses paths to sub-attributes that are made up for each reply (`is_made_up`), so that here is nothing to compare
    /// or to change. Gives those paths that lead to one and are forgiven, as for any readOnly attribute.
    ///
    /// # Errors
    /// `invalidFilter` if the filter of a path asks for one, `mutability` if the path leads to one.
    pub fn check_paths(
        &self,
        is_made_up: &dyn Fn(&AttrPath) -> bool,
        leniency: &Leniency,
    ) -> Result<Vec<String>, Error> {
        let mut forgiven = Vec::new();
        for (index, operation) in self.operations.iter().enumerate() {
            let Some(path) = &operation.path else { continue };
            let asked = path.filter.iter().flat_map(Filter::paths);
            let mut asked = asked.map(|part| AttrPath { sub: Some(part.name), ..path.attr.clone() });
            if let Some(part) = asked.find(is_made_up) {
                let error = Error::invalid_filter(format!("{part} cannot be compared"));
                return Err(in_operation(index, error));
            }
            let Some(part) = operation.aims_at().into_iter().find(is_made_up) else { continue };
            if !leniency.ignore_read_only {
                let error = Error::mutability(format!("{part} follows from the value beside it"));
                return Err(in_operation(index, error.at(&part)));
            }
            forgiven.push(part.to_string());
        }
        Ok(forgiven)
    }

    /// Whether a path leads to, or asks for, a sub-attribute of this name, whatever its attribute.
    pub fn looks_at_sub(&self, name: &str) -> bool {
        let is_it = |other: &str| other.eq_ignore_ascii_case(name);
        self.operations.iter().filter_map(|operation| operation.path.as_ref()).any(|path| {
            let asked = path.filter.iter().flat_map(Filter::paths);
            path.attr.sub.as_deref().is_some_and(is_it)
                || asked.map(|path| path.name).any(|name| is_it(&name))
        })
    }
}

impl Operation {
    /// Where the path leads, and to which parts with its value. A value that names its element is that element as it was
    /// shown, and aims at none.
    fn aims_at(&self) -> Vec<AttrPath> {
        let Some(path) = &self.path else { return Vec::new() };
        let mut aims = vec![path.attr.clone()];
        if let (Some(_), None, Some(Value::Object(parts))) = (&path.filter, &path.attr.sub, &self.value)
            && member(parts, "value").is_none()
        {
            aims.extend(parts.keys().map(|name| AttrPath { sub: Some(name.clone()), ..path.attr.clone() }));
        }
        aims
    }

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
                let invalid = |error: SyntaxError| match error.in_brackets {
                    true => Error::invalid_filter(format!("the filter of the path is malformed {error}")),
                    false => Error::invalid_path(format!("the path is malformed {error}")),
                };
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

#[cfg(test)]
mod tests;
