//! A reply as people read it: what is said once in lines, what is listed in columns.
//!
//! **Invariant:** nothing is known here of what is shown, so that every reply looks like every other.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The longest cell of a table that is shown whole, in characters.
const CELL_CHARS_MAX: usize = 60;

/// The text, each line ended.
pub(super) fn text(reply: &Value) -> String {
    let mut lines = Vec::new();
    let mut tables = Vec::new();
    sort(String::new(), reply, &mut lines, &mut tables);
    let mut text =
        columns(&lines.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect::<Vec<_>>());
    let is_alone = lines.is_empty() && tables.len() == 1;
    for (name, rows) in tables {
        if !is_alone {
            let _ = writeln!(text, "{}{name}:", if text.is_empty() { "" } else { "\n" });
        }
        text += &if rows.is_empty() { "(none)\n".to_owned() } else { table(rows) };
    }
    text
}

/// What is said once, by its name in dotted notation; and lists of objects.
fn sort<'v>(
    name: String,
    value: &'v Value,
    lines: &mut Vec<(String, String)>,
    tables: &mut Vec<(String, &'v [Value])>,
) {
    match value {
        Value::Object(members) => {
            for (inner, value) in members {
                let name = if name.is_empty() { inner.clone() } else { format!("{name}.{inner}") };
                sort(name, value, lines, tables);
            }
        }
        Value::Array(items) if items.iter().all(Value::is_object) => tables.push((name, items)),
        Value::Null if name.is_empty() => {}
        value => lines.push((name, cell(value))),
    }
}

/// A line for each, a column for each name that one of them has.
fn table(rows: &[Value]) -> String {
    let rows: Vec<Map<String, Value>> = rows.iter().map(flat).collect();
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !names.contains(&&**name) {
            names.push(name);
        }
    }
    let head = names.iter().map(|name| name.to_uppercase()).collect();
    let line = |row: &Map<String, Value>| {
        names.iter().map(|name| row.get(*name).map_or_else(String::new, cell)).collect()
    };
    columns(&std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<Vec<String>>>())
}

/// An object whose objects are taken apart.
fn flat(row: &Value) -> Map<String, Value> {
    let mut flat = Map::new();
    for (name, value) in row.as_object().into_iter().flatten() {
        match value {
            Value::Object(members) => {
                flat.extend(members.iter().map(|(inner, value)| (format!("{name}.{inner}"), value.clone())));
            }
            value => drop(flat.insert(name.clone(), value.clone())),
        }
    }
    flat
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => return text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            return items.iter().map(cell).collect::<Vec<_>>().join(", ");
        }
        value => value.to_string(),
    };
    match text.char_indices().nth(CELL_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Lines whose cells stand below each other.
fn columns(lines: &[Vec<String>]) -> String {
    let count = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let mut written = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(written, "{cell:width$}  ");
        }
        text += written.trim_end();
        text.push('\n');
    }
    text
}
