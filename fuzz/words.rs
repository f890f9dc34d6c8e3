//! The words of a call: names, ids, filters and values, known ones or the fuzzer's own.

use arbitrary::Arbitrary;
use serde_json::Value;

use crate::world::Door;

/// Values that some part of some vendor understands.
const WORDS: &[&str] = &[
    "",
    "true",
    "False",
    "0",
    "1",
    "-1",
    "2",
    "99999999999999999999",
    "null",
    "work",
    "home",
    "User",
    "Group",
    "x",
    "a@example.com",
    "b@example.com",
    "Europe/Oslo",
    "1990-02-03T04:05:06Z",
    "ascending",
    "descending",
    "W/\"1\"",
    "*",
    "/Users",
    "/Groups",
    "bulkId:q",
    "client_credentials",
    "pr",
    "%",
    "+",
    "é",
    "\u{0}",
    "\"",
    "urn:a:b",
    "..",
];
const OPERATORS: &[&str] = &["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "in"];

/// What the choices of a call refer to.
pub struct Told<'w> {
    /// The api that is called.
    pub door: &'static Door,
    /// The ids that are known by now.
    pub ids: &'w [String],
    /// Which call of the run this is.
    pub nth: usize,
}

/// One of them, counted round.
pub fn pick<T>(all: &[T], nth: u8) -> Option<&T> {
    all.get(usize::from(nth) % all.len().max(1))
}

/// The same of words.
pub fn word(all: &[&'static str], nth: u8) -> &'static str {
    pick(all, nth).copied().unwrap_or_default()
}

/// A name.
#[derive(Debug, Arbitrary)]
pub enum Name<'a> {
    Known(u8),
    Own(&'a str),
}

/// A text.
#[derive(Debug, Arbitrary)]
pub enum Text<'a> {
    Id(u8),
    Word(u8),
    Name(u8),
    Filter(Filter<'a>),
    Own(&'a str),
}

/// A SCIM filter.
#[derive(Debug, Arbitrary)]
pub enum Filter<'a> {
    Compare(Name<'a>, u8, Box<Json<'a>>),
    Present(Name<'a>),
    Not(Box<Filter<'a>>),
    And(Box<Filter<'a>>, Box<Filter<'a>>),
    Or(Box<Filter<'a>>, Box<Filter<'a>>),
    Within(Name<'a>, Box<Filter<'a>>),
}

/// A value.
#[derive(Debug, Arbitrary)]
pub enum Json<'a> {
    Null,
    Bool(bool),
    Number(i32),
    Text(Text<'a>),
    List(Vec<Json<'a>>),
    Object(Vec<(Name<'a>, Json<'a>)>),
    Own(&'a str),
}

impl Told<'_> {
    pub fn id(&self, nth: u8) -> String {
        let known = pick(self.ids, nth).or_else(|| pick(&self.door.ids, nth));
        known.cloned().unwrap_or_default()
    }
}

impl Name<'_> {
    pub fn write(&self, told: &Told<'_>) -> String {
        match self {
            Name::Known(nth) => pick(&told.door.names, *nth).cloned().unwrap_or_default(),
            Name::Own(text) => (*text).to_owned(),
        }
    }
}

impl Text<'_> {
    pub fn write(&self, told: &Told<'_>) -> String {
        match self {
            Text::Id(nth) => told.id(*nth),
            Text::Word(nth) => word(WORDS, *nth).to_owned(),
            Text::Name(nth) => Name::Known(*nth).write(told),
            Text::Filter(filter) => filter.write(told),
            Text::Own(text) => (*text).to_owned(),
        }
    }
}

impl Filter<'_> {
    pub fn write(&self, told: &Told<'_>) -> String {
        match self {
            Filter::Compare(name, op, value) => {
                format!("{} {} {}", name.write(told), word(OPERATORS, *op), value.write(told))
            }
            Filter::Present(name) => format!("{} pr", name.write(told)),
            Filter::Not(part) => format!("not ({})", part.write(told)),
            Filter::And(one, other) => format!("{} and {}", one.write(told), other.write(told)),
            Filter::Or(one, other) => format!("({} or {})", one.write(told), other.write(told)),
            Filter::Within(name, part) => format!("{}[{}]", name.write(told), part.write(told)),
        }
    }
}

impl Json<'_> {
    pub fn write(&self, told: &Told<'_>) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => Value::from(*number),
            Json::Text(text) => Value::String(text.write(told)),
            Json::List(elements) => elements.iter().map(|element| element.write(told)).collect(),
            Json::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.write(told), value.write(told)));
                Value::Object(members.collect())
            }
            Json::Own(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::String((*text).to_owned()))
            }
        }
    }
}
