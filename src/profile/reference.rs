//! The reference of a table as Markdown: a section for each block, and one for the forms of text.
//!
//! **Invariant:** the same table gives the same bytes, so that the page can be checked in and compared.

#[cfg(test)]
mod tests;

use super::grammar::{Block, Key, Kind, Need, blocks, listed, range};

/// Up to this many words stand in the table itself; all of them, with their meanings, stand below it.
const WORDS_IN_TABLE_MAX: usize = 5;

/// The reference. Headings are of the second level, the root block first, the others as a reader meets them.
pub fn reference(root: &'static Block) -> String {
    let all = blocks(root);
    let mut text: String = all.iter().map(|block| section(block)).collect();
    let mut forms: Vec<Form> = Vec::new();
    for kind in all.iter().flat_map(|block| block.keys).map(|key| &key.kind) {
        for form in forms_in(kind) {
            if forms.iter().all(|known| known.name != form.name) {
                forms.push(form);
            }
        }
    }
    if !forms.is_empty() {
        text.push_str("## Forms of text\n\n| form | written as | example |\n|---|---|---|\n");
    }
    for form in forms {
        let (name, about, example) = (cell(form.name), cell(form.about), cell(form.example));
        text.push_str(&format!("| {name} | {about} | `{example}` |\n"));
    }
    text
}

/// A kind of text with a grammar of its own.
struct Form {
    name: &'static str,
    about: &'static str,
    example: &'static str,
}

fn section(block: &Block) -> String {
    let mut text = format!("## `{}`\n\n{}\n\n", block.name, block.about);
    if block.keys.is_empty() {
        return text;
    }
    text.push_str("| key | value | default | meaning |\n|---|---|---|---|\n");
    for key in block.keys {
        let default = match key.need {
            Need::Required => "*required*".to_owned(),
            Need::Optional => String::new(),
            Need::Default(value) => format!("`{}`", cell(value)),
        };
        let (kind, about) = (cell(&value(&key.kind)), cell(key.about));
        text.push_str(&format!("| `{}` | {kind} | {default} | {about} |\n", key.name));
    }
    text.push('\n');
    for key in block.keys {
        text.push_str(&words(key));
    }
    text
}

/// The words of a key with their meanings, if it has any.
fn words(key: &Key) -> String {
    let words = words_in(&key.kind);
    if words.is_empty() {
        return String::new();
    }
    let lines = words.iter().map(|(word, about)| format!("- `{word}`: {about}\n"));
    format!("The words of `{}`:\n\n{}\n", key.name, lines.collect::<String>())
}

fn words_in(kind: &Kind) -> Vec<(&'static str, &'static str)> {
    match kind {
        Kind::Word(words) => words.to_vec(),
        Kind::List(inner) | Kind::Map(inner) | Kind::MapOf { value: inner, .. } => words_in(inner),
        Kind::Either(kinds) => kinds.iter().flat_map(words_in).collect(),
        Kind::Text | Kind::Bool | Kind::Int { .. } | Kind::Share | Kind::Duration | Kind::Name => Vec::new(),
        Kind::Pattern { .. } | Kind::Block(_) | Kind::Json | Kind::Any => Vec::new(),
    }
}

fn forms_in(kind: &Kind) -> Vec<Form> {
    match kind {
        Kind::Duration => {
            let about = "a whole number and a unit: `ms`, `s`, `m`, `h` or `d`";
            vec![Form { name: "a duration", about, example: "60s" }]
        }
        Kind::Name => {
            vec![Form {
                name: "a name",
                about: "a letter, then letters, digits, `_` and `-`",
                example: "acme",
            }]
        }
        Kind::Pattern { name, about, example, .. } => vec![Form { name, about, example }],
        Kind::List(inner) | Kind::Map(inner) | Kind::MapOf { value: inner, .. } => forms_in(inner),
        Kind::Either(kinds) => kinds.iter().flat_map(forms_in).collect(),
        Kind::Text | Kind::Bool | Kind::Int { .. } | Kind::Share | Kind::Word(_) => Vec::new(),
        Kind::Block(_) | Kind::Json | Kind::Any => Vec::new(),
    }
}

/// What may stand under a key.
fn value(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Share => "a number from 0 to 1".to_owned(),
        Kind::Int { min, max } => range(*min, *max),
        Kind::Duration => "a duration".to_owned(),
        Kind::Name => "a name".to_owned(),
        Kind::Word(words) if words.len() > WORDS_IN_TABLE_MAX => format!("one of {} words", words.len()),
        Kind::Word(words) => listed(words.iter().map(|(word, _)| *word), "or"),
        Kind::Pattern { name, .. } => (*name).to_owned(),
        Kind::List(inner) => format!("a list, each {}", value(inner)),
        Kind::Map(inner) => format!("a map, each value {}", value(inner)),
        Kind::MapOf { key, value: inner, .. } => {
            format!("a map, each key {key}, each value {}", value(inner))
        }
        Kind::Block(block) => format!("[`{}`](#{})", block.name, block.name),
        Kind::Either(kinds) => kinds.iter().map(value).collect::<Vec<_>>().join(", or "),
        Kind::Json => "any JSON".to_owned(),
        Kind::Any => "any value".to_owned(),
    }
}

/// A text that can stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
