//! How records look over REST.

use serde_json::Value;

use super::{Format, IdForm, Rule};
use crate::profile::path::RecordPath;

/// How a record looks over REST.
#[derive(Debug)]
pub struct Shape {
    /// Its dotted path.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Index of the record type.
    pub record: usize,
    /// What its ids look like.
    pub id: IdForm,
    /// Whether fields without a value are null rather than left out.
    pub absent_null: bool,
    /// Its fields, in order.
    pub fields: Vec<ShapeField>,
    /// Indices of the fields of the short form; empty for all.
    pub brief: Vec<usize>,
    /// Under which number a record keeps its full form rendered; the short form under the next.
    pub face: usize,
    /// Where it is written.
    pub rule: Rule,
}

/// One name of a shape.
#[derive(Debug)]
pub struct ShapeField {
    /// The name on the wire.
    pub name: String,
    /// What it shows.
    pub shows: Shows,
    /// Whether a create must send it.
    pub required: bool,
    /// What a create does with it.
    pub on_create: Write,
    /// What an update does with it.
    pub on_update: Write,
    /// Words on the wire and their values.
    pub words: Vec<(String, Value)>,
    /// How a time is written.
    pub time: TimeForm,
    /// What its text must be, from the record's rules.
    pub format: Option<Format>,
    /// The type of record whose id it holds, from the record's rules.
    pub refers_to: Option<usize>,
    /// The scope that a credential needs to send it, beyond the operation's.
    pub scope: Option<String>,
    /// Where it is written.
    pub rule: Rule,
}

/// What a field shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// An attribute; of several places the first whose value has the format.
    At(Vec<RecordPath>),
    /// The id.
    Id,
    /// When it was created.
    Created,
    /// When it was last changed.
    Modified,
    /// The ids of its groups.
    Groups,
    /// The ids of its members.
    Members,
    /// How many members it has.
    MemberCount,
}

/// What a write does with a field that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// Taken.
    Accepted,
    /// Not looked at.
    Ignored,
    /// Refused.
    Refused,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// RFC 3339.
    Iso8601,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMs,
}

/// A query parameter that narrows a list.
#[derive(Debug, Clone)]
pub struct QueryFilter {
    /// The parameter.
    pub parameter: String,
    /// Index of the shape's field.
    pub field: usize,
    /// How it matches.
    pub matching: Matching,
    /// Whether case counts.
    pub case_exact: bool,
    /// Index of the record type's uniqueness rule that answers it at once.
    pub unique: Option<usize>,
    /// Where it is written.
    pub rule: Rule,
}

/// How a query parameter matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// The whole value.
    Equals,
    /// A part of it.
    Contains,
    /// Its beginning.
    StartsWith,
}
