//! How a value that a client sent becomes the value of an attribute: types checked, keys in the schema's spelling,
//! everything unassigned left out (RFC 7643 sections 2.3 to 2.5).
//!
//! **Invariant:** no message repeats a value, which might be a password.

use serde_json::{Map, Value};

use super::error::Error;
use super::instant;
use super::leniency::Leniency;
use super::schema::{Attribute, Found, Kind, Mutability};

/// Which kind of message values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A whole resource: its readOnly attributes are left out (RFC 7644 sections 3.3 and 3.5.1).
    Body,
    /// A PATCH: readOnly attributes are refused unless that is forgiven, and a list may be one value, which is then
    /// added (RFC 7644 sections 3.5.2 and 3.5.2.1).
    Patch,
}

/// What an element of any list may have, also where its schema does not describe it (RFC 7643 section 2.4): it is no mistake to
/// send it.
const USUAL_PARTS: [&str; 5] = ["type", "primary", "display", "value", "$ref"];

/// Reads values, and remembers what it left out.
pub(super) struct Reader<'a> {
    pub(super) leniency: &'a Leniency,
    pub(super) ignored: Vec<String>,
    source: Source,
}

impl<'a> Reader<'a> {
    pub(super) fn new(leniency: &'a Leniency, source: Source) -> Reader<'a> {
        Reader { leniency, ignored: Vec::new(), source }
    }

    /// A value of the whole attribute; `None` if it means unassigned.
    pub(super) fn read(&mut self, found: Found<'_>, value: Value) -> Result<Option<Value>, Error> {
        if !found.leaf().multi_valued {
            return self.single(found, value);
        }
        let elements = self.list(found, value)?;
        Ok((!elements.is_empty()).then_some(Value::Array(elements)))
    }

    /// The elements of a multi-valued attribute.
    pub(super) fn list(&mut self, found: Found<'_>, value: Value) -> Result<Vec<Value>, Error> {
        let elements = match value {
            Value::Null => return Ok(Vec::new()),
            Value::Array(elements) => elements,
            one if self.leniency.loose_shapes || self.source == Source::Patch => vec![one],
            other => return Err(unfit(found, "a list", &other)),
        };
        let mut read = Vec::with_capacity(elements.len());
        for element in elements {
            read.extend(self.element(found, element)?);
        }
        Ok(read)
    }

    /// One element of a list; `None` if nothing is assigned in it. What it names cannot be left out where that is all it is
    /// for, as with members: their `value` is set once and for all.
    pub(super) fn element(&mut self, found: Found<'_>, value: Value) -> Result<Option<Value>, Error> {
        let element = self.single(found, value)?;
        let name = found.leaf().sub("value").filter(|sub| sub.mutability == Mutability::Immutable);
        let Some(sub) = name else { return Ok(element) };
        let named = element.as_ref().and_then(|element| element.get(&sub.name));
        if named.is_none_or(|named| named.as_str() == Some("")) {
            return Err(missing(found.with_sub(sub)));
        }
        Ok(element)
    }

    /// One value: that of a single-valued attribute, or one element of a list.
    pub(super) fn single(&mut self, found: Found<'_>, value: Value) -> Result<Option<Value>, Error> {
        if found.leaf().kind == Kind::Complex {
            return match self.parts(found, value)? {
                Some(parts) => self.complex(found, parts),
                None => Ok(None),
            };
        }
        match self.unwrapped(value) {
            Value::Null => Ok(None),
            Value::Array(elements) if elements.is_empty() => Ok(None),
            value => self.simple(found, value).map(Some),
        }
    }

    /// The parts of a complex value, as the client wrote them; `None` if it is unassigned as a whole.
    pub(super) fn parts(
        &mut self,
        found: Found<'_>,
        value: Value,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let leaf = found.leaf();
        match self.unwrapped(value) {
            Value::Null => Ok(None),
            Value::Array(elements) if elements.is_empty() => Ok(None),
            Value::Object(parts) if self.leniency.loose_shapes && !leaf.multi_valued && is_blank(&parts) => {
                Ok(None)
            }
            Value::Object(parts) => Ok(Some(parts)),
            value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))
                if self.leniency.loose_shapes && leaf.sub("value").is_some() =>
            {
                let parts = Map::from_iter([("value".to_string(), value)]);
                Ok(Some(parts).filter(|parts| leaf.multi_valued || !is_blank(parts)))
            }
            other => Err(unfit(found, "an object", &other)),
        }
    }

    /// The sub-attribute of this name, if the client may set it. One that only the service may set is left out, in a PATCH
    /// too: the value is meant for the attribute around it, and clients send members as they were shown them.
    pub(super) fn part<'s>(&mut self, found: Found<'s>, name: &str) -> Result<Option<Found<'s>>, Error> {
        let Some(sub) = found.leaf().sub(name) else {
            if found.leaf().multi_valued && USUAL_PARTS.iter().any(|usual| usual.eq_ignore_ascii_case(name)) {
                self.ignored.push(format!("{found}.{name}"));
                return Ok(None);
            }
            self.unknown(format!("{found}.{name}"))?;
            return Ok(None);
        };
        let part = found.with_sub(sub);
        if sub.mutability == Mutability::ReadOnly {
            self.ignored.push(part.to_string());
            return Ok(None);
        }
        Ok(Some(part))
    }

    /// Leaves out or refuses an attribute that only the service may set.
    pub(super) fn read_only(&mut self, found: Found<'_>) -> Result<(), Error> {
        if self.source == Source::Patch && !self.leniency.ignore_read_only {
            return Err(Error::mutability(format!("{found} is readOnly")).at(found));
        }
        self.ignored.push(found.to_string());
        Ok(())
    }

    /// Leaves out or refuses an attribute that nobody defined.
    pub(super) fn unknown(&mut self, path: String) -> Result<(), Error> {
        if !self.leniency.ignore_unknown {
            return Err(Error::invalid_syntax(format!("there is no attribute {path}")).at(path));
        }
        self.ignored.push(path);
        Ok(())
    }

    /// A whole complex value, its parts in the schema's order.
    fn complex(&mut self, found: Found<'_>, parts: Map<String, Value>) -> Result<Option<Value>, Error> {
        let mut read = Map::new();
        for (name, value) in parts {
            let Some(part) = self.part(found, &name)? else { continue };
            if let Some(value) = self.read(part, value)?
                && read.insert(part.leaf().name.clone(), value).is_some()
            {
                return Err(Error::invalid_syntax(format!("{part} is there twice")).at(part));
            }
        }
        if read.is_empty() {
            return Ok(None);
        }
        check_parts(found, &read)?;
        Ok(Some(Value::Object(in_order(&found.leaf().sub_attributes, read))))
    }

    fn simple(&self, found: Found<'_>, value: Value) -> Result<Value, Error> {
        let leaf = found.leaf();
        let is_fit = match (leaf.kind, &value) {
            (Kind::Boolean, Value::String(text)) if self.leniency.string_booleans => match boolean(text) {
                Some(truth) => return Ok(Value::Bool(truth)),
                None => false,
            },
            (Kind::String | Kind::Reference, Value::String(text)) if leaf.required && text.is_empty() => {
                return Err(
                    Error::invalid_value(format!("{found} is required, so it cannot be empty")).at(found)
                );
            }
            (Kind::String, value) => value.is_string(),
            (Kind::Reference, value) => value.as_str().is_some_and(is_uri_reference),
            (Kind::Boolean, value) => value.is_boolean(),
            (Kind::Decimal, value) => value.is_number(),
            (Kind::Integer, value) => value.is_i64() || value.is_u64(),
            (Kind::DateTime, value) => {
                value.as_str().is_some_and(|text| instant::nanoseconds(text).is_some())
            }
            (Kind::Binary, value) => value.as_str().is_some_and(is_base64),
            (Kind::Complex, _) => false,
        };
        if is_fit { Ok(value) } else { Err(unfit(found, wanted(leaf.kind), &value)) }
    }

    /// The one value in an array of one, if such an array may stand for it.
    fn unwrapped(&self, value: Value) -> Value {
        match value {
            Value::Array(mut elements) if self.leniency.loose_shapes && elements.len() == 1 => {
                elements.pop().unwrap_or(Value::Null)
            }
            other => other,
        }
    }
}

/// Refuses a complex value that lacks a required part.
pub(super) fn check_parts(found: Found<'_>, parts: &Map<String, Value>) -> Result<(), Error> {
    let is_missing = |sub: &&Attribute| sub.required && !parts.contains_key(&sub.name);
    match found.leaf().sub_attributes.iter().find(is_missing) {
        Some(sub) => Err(missing(found.with_sub(sub))),
        None => Ok(()),
    }
}

/// A required value is missing (RFC 7644 table 9).
pub(super) fn missing(found: Found<'_>) -> Error {
    Error::invalid_value(format!("{found} is required")).at(found)
}

/// The same values in the order of `attributes`; what they do not define comes last.
pub(super) fn in_order(attributes: &[Attribute], mut values: Map<String, Value>) -> Map<String, Value> {
    let mut ordered = Map::with_capacity(values.len());
    for attribute in attributes {
        ordered.extend(values.shift_remove_entry(&attribute.name));
    }
    ordered.extend(values);
    ordered
}

/// What `text` says as a boolean, in any case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|truth| text.eq_ignore_ascii_case(if *truth { "true" } else { "false" }))
}

/// Whether nothing is there but an empty `value`.
fn is_blank(parts: &Map<String, Value>) -> bool {
    let is_empty = |(name, value): (&String, &Value)| {
        value.is_null() || (name.eq_ignore_ascii_case("value") && value.as_str() == Some(""))
    };
    !parts.is_empty() && parts.iter().all(is_empty)
}

/// RFC 4648 section 4 or 5; the padding may be missing (RFC 7643 section 2.3.6).
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    text.len() - digits.len() <= 2 && digits.len() % 4 != 1 && digits.bytes().all(is_digit)
}

/// A URI, or a reference relative to one (RFC 3986 section 4.1), in any letters as people write them (RFC 3987).
fn is_uri_reference(text: &str) -> bool {
    let is_fit = |c: char| match c {
        '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => false,
        c => c.is_ascii_graphic() || !(c.is_ascii() || c.is_control() || c.is_whitespace()),
    };
    let is_escape = |rest: &str| rest.get(..2).is_some_and(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
    let has_scheme = |head: &str| {
        head.starts_with(|c: char| c.is_ascii_alphabetic())
            && head.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    };
    // A colon in the first segment ends a scheme.
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    text.chars().all(is_fit)
        && text.split('%').skip(1).all(is_escape)
        && text.matches('#').count() <= 1
        && first.split_once(':').is_none_or(|(head, _)| has_scheme(head))
}

fn unfit(found: Found<'_>, wanted: &str, value: &Value) -> Error {
    let got = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        // Another string would do.
        Value::String(_) if wanted.contains("string") => "this one",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Error::invalid_value(format!("{found} wants {wanted}, not {got}")).at(found)
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "a string",
        Kind::Boolean => "true or false",
        Kind::Decimal => "a number",
        Kind::Integer => "a whole number",
        Kind::DateTime => "a string with a date and a time such as 2011-05-13T04:42:34Z",
        Kind::Reference => "a string with a URI",
        Kind::Binary => "a string of base64",
        Kind::Complex => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::is_uri_reference;

    #[test]
    fn a_reference_is_a_uri_or_relative_to_one() {
        let check = |text: &str, is_one: bool| assert_eq!(is_uri_reference(text), is_one, "{text}");
        for text in [
            "https://example.com/v2/Users/26118915-6090",
            "https://[::1]:8080/a?b=c:d#e",
            "../Users/2819c223",
            "/Users/2819c223",
            "Users/a:b",
            "2819c223",
            "",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "bulkId:qwerty",
            "data:image/png;base64,iVBORw0KGgo=",
            "https://example.com/M%C3%BCller/Müller",
        ] {
            check(text, true);
        }
        for text in [
            "not a uri",
            "::::",
            ":a",
            "1a:b",
            "a b",
            "ä:b",
            "https://example.com/a\nb",
            "https://example.com/\"a\"",
            "C:\\photo.png",
            "https://example.com/100%",
            "https://example.com/%zz",
            "a#b#c",
            "{id}",
            "\u{a0}",
        ] {
            check(text, false);
        }
    }
}
