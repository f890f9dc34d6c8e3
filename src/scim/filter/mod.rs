//! Filters: which resources, or which elements of an attribute, are meant (RFC 7644 section 3.4.2.2).
//!
//! ```text
//! userName eq "bjensen" and emails[type eq "work" and value co "@example.com"]
//! ```
//!
//! Beyond figure 1 of the RFC the parser takes `emails[type eq "work"].value eq "x"`, which clients send, and means
//! `emails[type eq "work" and value eq "x"]` by it; and it lets a string follow its operator without a space, as an
//! example of section 3.5.2.2 does.
//!
//! **Invariant:** parsing knows no schema, so that a filter on an attribute that nobody defined is a filter still;
//! whoever evaluates it may look at [`Filter::paths`] and [`Filter::check`] first.

use std::fmt;

use serde_json::{Number, Value};

use super::path::{AttrPath, SyntaxError};

mod eval;
pub(super) mod parser;

pub(super) use eval::{folded, values_equal};

/// The longest filter that is read, in bytes. Longer ones are programs that a URL would hardly carry.
pub const FILTER_BYTES_MAX: usize = 8 * 1024;

/// The deepest nesting of parentheses and brackets that is read, so that no filter can exhaust the stack.
pub const FILTER_DEPTH_MAX: usize = 64;

/// A filter as it was meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// An attribute compared with a value.
    Compare {
        /// The attribute; within brackets, the sub-attribute.
        path: AttrPath,
        /// How they are compared.
        op: Operator,
        /// The value.
        value: Literal,
    },
    /// The attribute has a value (`pr`).
    Present(AttrPath),
    /// All of them hold; two or more.
    And(Vec<Filter>),
    /// One of them holds; two or more.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// One element of the multi-valued attribute passes the filter, whose paths name sub-attributes.
    ValuePath {
        /// The attribute.
        path: AttrPath,
        /// What one and the same element must fulfil.
        filter: Box<Filter>,
    },
}

/// The comparing operators (RFC 7644 table 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
}

impl Operator {
    const ALL: [Operator; 9] = {
        use Operator::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
        [Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le]
    };

    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::Eq => "eq",
            Operator::Ne => "ne",
            Operator::Co => "co",
            Operator::Sw => "sw",
            Operator::Ew => "ew",
            Operator::Gt => "gt",
            Operator::Ge => "ge",
            Operator::Lt => "lt",
            Operator::Le => "le",
        }
    }

    /// The operator of this name, in any case.
    pub fn parse(word: &str) -> Option<Operator> {
        Operator::ALL.into_iter().find(|operator| operator.as_str().eq_ignore_ascii_case(word))
    }
}

/// A value to compare with: a JSON literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text, a dateTime, a reference, a binary.
    String(String),
    /// A number.
    Number(Number),
    /// A boolean.
    Bool(bool),
    /// No value: what an unassigned attribute has (RFC 7643 section 2.5).
    Null,
}

impl Literal {
    /// The same value in JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Literal::String(text) => Value::String(text.clone()),
            Literal::Number(number) => Value::Number(number.clone()),
            Literal::Bool(truth) => Value::Bool(*truth),
            Literal::Null => Value::Null,
        }
    }
}

impl Filter {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Filter, SyntaxError> {
        parser::filter(text)
    }

    /// The path and the value, if the filter is a lone `path eq value`: what an index can answer.
    pub fn equality(&self) -> Option<(&AttrPath, &Literal)> {
        match self {
            Filter::Compare { path, op: Operator::Eq, value } => Some((path, value)),
            Filter::Compare { .. }
            | Filter::Present(_)
            | Filter::And(_)
            | Filter::Or(_)
            | Filter::Not(_)
            | Filter::ValuePath { .. } => None,
        }
    }

    /// Every attribute that the filter looks at, in order; those within brackets as `emails.type`.
    pub fn paths(&self) -> Vec<AttrPath> {
        let mut paths = Vec::new();
        self.visit(None, &mut |within, part| {
            let path = match part {
                Filter::Compare { path, .. } | Filter::Present(path) => path,
                Filter::And(_) | Filter::Or(_) | Filter::Not(_) | Filter::ValuePath { .. } => return,
            };
            paths.push(match within {
                Some(outer) => AttrPath { sub: Some(path.name.clone()), ..outer.clone() },
                None => path.clone(),
            });
        });
        paths
    }

    /// Shows `see` each part, with the attribute whose brackets it stands in.
    fn visit<'a>(
        &'a self,
        within: Option<&'a AttrPath>,
        see: &mut dyn FnMut(Option<&'a AttrPath>, &'a Filter),
    ) {
        see(within, self);
        match self {
            Filter::Compare { .. } | Filter::Present(_) => {}
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| part.visit(within, see)),
            Filter::Not(part) => part.visit(within, see),
            Filter::ValuePath { path, filter } => filter.visit(Some(path), see),
        }
    }

    /// Writes it as a part of a larger filter, in parentheses where it would fall apart without.
    fn fmt_part(&self, f: &mut fmt::Formatter<'_>, within_and: bool) -> fmt::Result {
        match self {
            Filter::Or(_) => write!(f, "({self})"),
            Filter::And(_) if within_and => write!(f, "({self})"),
            Filter::And(_)
            | Filter::Compare { .. }
            | Filter::Present(_)
            | Filter::Not(_)
            | Filter::ValuePath { .. } => write!(f, "{self}"),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut joined = |parts: &[Filter], word: &str, within_and: bool| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                part.fmt_part(f, within_and)?;
            }
            Ok(())
        };
        match self {
            Filter::And(parts) => joined(parts, "and", true),
            Filter::Or(parts) => joined(parts, "or", false),
            Filter::Compare { path, op, value } => write!(f, "{path} {} {}", op.as_str(), value.to_json()),
            Filter::Present(path) => write!(f, "{path} pr"),
            Filter::Not(part) => write!(f, "not ({part})"),
            Filter::ValuePath { path, filter } => write!(f, "{path}[{filter}]"),
        }
    }
}

#[cfg(test)]
mod tests;
