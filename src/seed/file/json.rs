//! The objects of a JSON or NDJSON file, with the position of each value.
//!
//! Values are first read as slices of the text, so that each one's position is that of its slice.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::cell::{self, Cell, Complaint};
use super::place::Lines;
use super::sheet::{Row, Sheet};

/// An object's members as slices of the text.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Reads an array of objects, or an object with such an array as `recipients`.
pub(super) fn read_array(text: &str, lines: &Lines<'_>, sheet: &mut Sheet<'_>) {
    let outer = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).map(|members| recipients_of(&members, lines, sheet)),
        false => serde_json::from_str::<&RawValue>(text).map(Some),
    };
    let array = match outer {
        Ok(Some(array)) => array.get(),
        Ok(None) => return,
        // That an empty file holds no recipient is said where that is noticed for all formats.
        Err(_) if text.trim().is_empty() => return,
        Err(error) => return sheet.refuse(position(text, &error), || syntax(&error)),
    };
    match serde_json::from_str::<Vec<&RawValue>>(array) {
        Ok(elements) => {
            for element in elements {
                if !object(element.get(), lines, sheet) {
                    return;
                }
            }
        }
        Err(_) => {
            let help = "write an array of objects, or an object with such an array as `recipients`";
            sheet.refuse(lines.offset(array), || Complaint::new("no array of recipients", help));
        }
    }
}

/// Reads one object from each line that is not blank.
pub(super) fn read_lines(text: &str, lines: &Lines<'_>, sheet: &mut Sheet<'_>) {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !object(line, lines, sheet) {
            return;
        }
    }
}

/// The one member `recipients`; any other is refused.
fn recipients_of<'a>(
    members: &Members<'a>,
    lines: &Lines<'_>,
    sheet: &mut Sheet<'_>,
) -> Option<&'a RawValue> {
    for (name, value) in members.iter().filter(|(name, _)| *name != "recipients") {
        let message = format!("unknown member {}", cell::quoted(name));
        sheet.refuse(lines.offset(value.get()), || {
            Complaint::new(message, "beside the array `recipients` there is nothing")
        });
    }
    members.get("recipients").copied()
}

/// Takes in one object; false when the rest need not be read.
fn object(text: &str, lines: &Lines<'_>, sheet: &mut Sheet<'_>) -> bool {
    let at = lines.offset(text);
    let members: Members<'_> = match serde_json::from_str(text) {
        Ok(members) => members,
        Err(error) if error.is_data() => {
            let message = || format!("not an object: {}", cell::quoted(text));
            sheet.refuse(at, || Complaint::new(message(), "write one object for each recipient"));
            return true;
        }
        Err(error) => {
            sheet.refuse(at + position(text, &error), || syntax(&error));
            return true;
        }
    };
    let mut row = sheet.open(at);
    let mut seen: Vec<&'static str> = Vec::with_capacity(members.len());
    for (written, value) in &members {
        let at = lines.offset(value.get());
        match cell::trait_named(written) {
            Some(name) if seen.contains(&name) => {
                sheet.refuse_row(&mut row, at, || Complaint::plain(format!("two members are `{name}`")));
            }
            Some(name) => {
                seen.push(name);
                member(&mut row, name, value, at, sheet);
            }
            None => sheet.refuse_row(&mut row, at, || cell::unknown(written)),
        }
    }
    sheet.close(row)
}

/// Takes in one value; `null` means that the trait is absent.
fn member(row: &mut Row, name: &'static str, value: &RawValue, at: usize, sheet: &mut Sheet<'_>) {
    let mut refuse = |what: &str, help: &str| {
        sheet.refuse_row(row, at, || Complaint::new(format!("`{name}` {what}"), help));
    };
    match serde_json::from_str(value.get()) {
        Ok(Value::Null) => {}
        Ok(Value::String(text)) => sheet.set(row, name, Cell::Text(&text), at),
        Ok(Value::Bool(flag)) => sheet.set(row, name, Cell::Flag(flag), at),
        Ok(Value::Number(number)) if name == "active" => {
            sheet.set(row, name, Cell::Text(&number.to_string()), at);
        }
        Ok(Value::Number(_)) => refuse("is a number", "put it between quotation marks"),
        Ok(Value::Array(values)) => {
            match values.iter().map(|value| value.as_str().map(str::to_owned)).collect() {
                Some(list) => sheet.set(row, name, Cell::List(list), at),
                None => refuse("holds something that is no text", "put it between quotation marks"),
            }
        }
        Ok(Value::Object(_)) => refuse("is an object", "write text"),
        // The slice is well-formed, so this is a number or a nesting too large to hold.
        Err(error) => sheet.refuse_row(row, at, || syntax(&error)),
    }
}

/// What a JSON error says, without its own idea of the place.
fn syntax(error: &serde_json::Error) -> Complaint {
    let message = error.to_string();
    let said = message.split(" at line ").next().unwrap_or_default();
    Complaint::plain(format!("not JSON: {said}"))
}

/// Where in `text` an error is, in bytes.
fn position(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (before + error.column().saturating_sub(1)).min(text.len());
    text.floor_char_boundary(at)
}
