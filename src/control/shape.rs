//! What JSON may be: one declaration, by which a value is checked, described to others (JSON Schema), and read by type.

use serde_json::{Map, Value, json};

use crate::engine::CLOCK_MS_MAX;
use crate::profile::grammar::duration_ms;
use crate::profile::suggest::{instead, quoted};

/// The greatest whole number up to which each has a float of its own.
const FLOAT_MAX: f64 = 9_007_199_254_740_992.0;

/// How much of a wrong value is told, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number from `min` to `max`.
    Whole {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// A length of time as profiles have it: `250ms`, `61s`, `5m`, `2h`, `1d`.
    Duration,
    /// A moment (RFC 3339), from 1970 to 9999.
    Time,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of such values.
    List(&'static Kind),
    /// An object whose members have names of any text, and such values.
    Map(&'static Kind),
    /// An object of these members and no others.
    Object(&'static [Field]),
    /// One of these.
    Either(&'static [Kind]),
    /// Anything.
    Any,
}

/// A member of an object, or a parameter of a query.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be there.
    pub is_required: bool,
    /// What it means, in a sentence.
    pub about: &'static str,
}

impl Field {
    /// One that must be there.
    pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, is_required: true, about }
    }

    /// One that need not.
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, is_required: false, about }
    }
}

/// Members that were checked, read by type: `None` is that there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// A text or word.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str()
    }

    /// A truth.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
    }

    /// A whole number.
    pub fn whole(&self, name: &str) -> Option<u64> {
        whole(self.value(name)?)
    }

    /// A whole number that counts things in memory.
    pub fn count(&self, name: &str) -> Option<usize> {
        usize::try_from(self.whole(name)?).ok()
    }

    /// A length of time, in milliseconds.
    pub fn duration_ms(&self, name: &str) -> Option<u64> {
        duration_ms(self.text(name)?)
    }

    /// A moment, in milliseconds since 1970.
    pub fn time_ms(&self, name: &str) -> Option<i64> {
        time_ms(self.text(name)?)
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Option<Vec<&'a str>> {
        Some(self.value(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    }

    /// An object or a map.
    pub fn members(&self, name: &str) -> Option<Fields<'a>> {
        self.value(name)?.as_object().map(Fields)
    }

    /// Whatever it is.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }
}

/// Whether a value is of a kind. `place` is where it stands, in dotted notation; empty for the body.
///
/// # Errors
/// One sentence that says where it is not, and what to send there.
pub(super) fn check(place: &str, value: &Value, kind: &Kind) -> Result<(), String> {
    let inside = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    let of_kind = match (kind, value) {
        (Kind::Any, _) | (Kind::Text, Value::String(_)) | (Kind::Bool, Value::Bool(_)) => true,
        (Kind::Whole { min, max }, number @ Value::Number(_)) => {
            whole(number).is_some_and(|number| (*min..=*max).contains(&number))
        }
        (Kind::Duration, Value::String(text)) => duration_ms(text).is_some(),
        (Kind::Time, Value::String(text)) => time_ms(text).is_some(),
        (Kind::Word(words), Value::String(text)) => words.contains(&text.as_str()),
        (Kind::List(kind), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check(&inside(&index.to_string()), item, kind)?;
            }
            true
        }
        (Kind::Map(kind), Value::Object(members)) => {
            for (name, value) in members {
                check(&inside(name), value, kind)?;
            }
            true
        }
        (Kind::Object(fields), Value::Object(members)) => {
            for (name, value) in members {
                let Some(field) = fields.iter().find(|field| field.name == name) else {
                    let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
                    let what =
                        if known.is_empty() { "leave it out".to_owned() } else { instead(name, &known) };
                    return Err(format!("`{}` is not known here; {what}", inside(name)));
                };
                check(&inside(name), value, &field.kind)?;
            }
            let is_missing = |field: &&Field| field.is_required && !members.contains_key(field.name);
            if let Some(field) = fields.iter().find(is_missing) {
                let (what, about) = (described(&field.kind), field.about.trim_end_matches('.'));
                return Err(format!("`{}` is missing; it is {what} ({about})", inside(field.name)));
            }
            true
        }
        (Kind::Either(kinds), value) => kinds.iter().any(|kind| check(place, value, kind).is_ok()),
        _ => false,
    };
    if of_kind {
        return Ok(());
    }
    let what = if place.is_empty() { "the body".to_owned() } else { format!("`{place}`") };
    let shown: String = value.to_string().chars().take(SHOWN_CHARS_MAX).collect();
    Err(format!("{what} is {}, not {shown}", described(kind)))
}

/// What a parameter's text is as a value of a kind; what it cannot be stays text, which the check tells of.
pub fn from_text(kind: &Kind, text: &str) -> Value {
    let as_text = || Value::from(text);
    match kind {
        Kind::Bool => text.parse::<bool>().map_or_else(|_| as_text(), Value::from),
        Kind::Whole { .. } => text.parse::<u64>().map_or_else(|_| as_text(), Value::from),
        Kind::Either(kinds) => {
            let found = kinds.iter().map(|kind| (kind, from_text(kind, text)));
            let good = |(kind, value): &(&Kind, Value)| check("", value, kind).is_ok();
            found.into_iter().find(good).map_or_else(as_text, |(_, value)| value)
        }
        _ => as_text(),
    }
}

/// A kind as JSON Schema.
pub(super) fn schema(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!({"type": "string"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Whole { min, max: u64::MAX } => json!({"type": "integer", "minimum": min}),
        Kind::Whole { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Duration => json!({"type": "string", "pattern": "^[0-9]{1,9}(ms|s|m|h|d)$"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Word(words) => json!({"type": "string", "enum": words}),
        Kind::List(kind) => json!({"type": "array", "items": schema(kind)}),
        Kind::Map(kind) => json!({"type": "object", "additionalProperties": schema(kind)}),
        Kind::Object(fields) => {
            let property = |field: &Field| {
                let mut schema = schema(&field.kind);
                if let Some(schema) = schema.as_object_mut() {
                    schema.insert("description".to_owned(), field.about.into());
                }
                (field.name.to_owned(), schema)
            };
            let properties: Map<String, Value> = fields.iter().map(property).collect();
            let required: Vec<&str> =
                fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
            json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
        }
        Kind::Either(kinds) => json!({"anyOf": kinds.iter().map(schema).collect::<Vec<_>>()}),
        Kind::Any => json!({}),
    }
}

/// A whole number, however it is written: to JSON Schema `7.0` is one too.
fn whole(value: &Value) -> Option<u64> {
    let float = || value.as_f64().filter(|float| float.fract() == 0.0 && (0.0..=FLOAT_MAX).contains(float));
    value.as_u64().or_else(|| float().map(|float| float as u64))
}

/// The moment that an RFC 3339 text names, in milliseconds since 1970.
fn time_ms(text: &str) -> Option<i64> {
    // jiff also reads a time zone's name behind it, and a blank in place of the `T`.
    let is_plain = matches!(text.as_bytes().get(10), Some(b'T' | b't')) && !text.ends_with(']');
    let time: jiff::Timestamp = is_plain.then(|| text.parse().ok()).flatten()?;
    Some(time.as_millisecond()).filter(|ms| (0..=CLOCK_MS_MAX).contains(ms))
}

fn described(kind: &Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Whole { min: 0, max: u64::MAX } => "a whole number".to_owned(),
        Kind::Whole { min, max: u64::MAX } => format!("a whole number from {min} on"),
        Kind::Whole { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Duration => "a duration such as \"61s\" (ms, s, m, h or d)".to_owned(),
        Kind::Time => "a time such as \"2026-01-01T00:00:00Z\"".to_owned(),
        Kind::Word(words) => format!("one of {}", quoted(words)),
        Kind::List(_) => "a list".to_owned(),
        Kind::Map(_) | Kind::Object(_) => "an object".to_owned(),
        Kind::Either(kinds) => kinds.iter().map(described).collect::<Vec<_>>().join(" or "),
        Kind::Any => "anything".to_owned(),
    }
}

#[cfg(test)]
mod tests;
