//! How kinds of values are spoken of in a message: what is wanted, and how to write it.

use super::Kind;
use super::validate::fits;
use crate::profile::node::{Node, Tree};

/// A message names up to this many words; more would bury the rest, so they go into the help.
pub(super) const WORDS_IN_MESSAGE_MAX: usize = 5;

/// A suggestion quotes a value up to this length.
const QUOTED_CHARS_MAX: usize = 40;

/// What a kind wants, to follow "wants".
pub(super) fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Int { min, max } => range(*min, *max),
        Kind::Share => "a number from 0 to 1".to_owned(),
        Kind::Duration => "a duration such as `60s` or `5m`".to_owned(),
        Kind::Name => "a name".to_owned(),
        Kind::Word(words) if words.len() > WORDS_IN_MESSAGE_MAX => format!("one of {} words", words.len()),
        Kind::Word(words) => listed(words.iter().map(|(word, _)| *word), "or"),
        Kind::Pattern { name, .. } => (*name).to_owned(),
        Kind::List(_) => "a list".to_owned(),
        Kind::Map(_) | Kind::MapOf { .. } | Kind::Block(_) => "a map".to_owned(),
        Kind::Either(kinds) => {
            let mut parts: Vec<String> = kinds.iter().map(wanted).collect();
            parts.dedup();
            parts.join(" or ")
        }
        Kind::Json | Kind::Any => "a value".to_owned(),
    }
}

pub(in crate::profile) fn range(min: i64, max: i64) -> String {
    match (min, max) {
        (i64::MIN, i64::MAX) => "a whole number".to_owned(),
        (_, i64::MAX) => format!("a whole number of at least {min}"),
        (i64::MIN, _) => format!("a whole number of at most {max}"),
        _ if min == max => format!("the number {min}"),
        _ => format!("a whole number from {min} to {max}"),
    }
}

/// How to write the value that is there so that it is of the wanted kind.
pub(super) fn rewrite(node: &Node, kind: &Kind) -> Option<String> {
    let written = node.place.text();
    if written.is_empty() || written.len() > QUOTED_CHARS_MAX || written.contains('\n') {
        return None;
    }
    match (kind, &node.value) {
        (Kind::Text, Tree::Int(_) | Tree::Float(_) | Tree::Bool(_)) => Some(format!("write \"{written}\"")),
        (Kind::Text | Kind::Pattern { .. }, Tree::Map(_) | Tree::List(_))
            if written.starts_with(['{', '[']) =>
        {
            Some(format!("write '{written}' to make it text"))
        }
        (Kind::Duration, Tree::Int(number)) if *number >= 0 => Some(format!("write {number}s")),
        (Kind::Int { .. }, Tree::Text(text)) => {
            text.parse::<i64>().ok().map(|number| format!("write {number} without quotes"))
        }
        (Kind::Bool, Tree::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "yes" | "y" | "on" | "true" => Some("write true".to_owned()),
            "no" | "n" | "off" | "false" => Some("write false".to_owned()),
            _ => None,
        },
        (Kind::List(inner), Tree::Text(_) | Tree::Int(_) | Tree::Bool(_)) if fits(inner, node) => {
            Some(format!("write [{written}]"))
        }
        (Kind::Either(kinds), _) => kinds.iter().find_map(|kind| rewrite(node, kind)),
        _ => None,
    }
}

pub(super) fn example(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Pattern { example, .. } => Some(format!("write something like `{example}`")),
        Kind::Word(words) if words.len() > WORDS_IN_MESSAGE_MAX => {
            Some(format!("choose from {}", listed(words.iter().map(|(word, _)| *word), "and")))
        }
        Kind::Block(block) => {
            let names = block.keys.iter().map(|key| key.name).take(2 * WORDS_IN_MESSAGE_MAX);
            Some(format!("write a map with keys such as {}", listed(names, "and")))
        }
        Kind::Either(kinds) => kinds.iter().find_map(example),
        _ => None,
    }
}

/// "`a`, `b` or `c`".
pub(in crate::profile) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match (names.pop(), names.is_empty()) {
        (None, _) => "nothing".to_owned(),
        (Some(only), true) => only,
        (Some(end), false) => format!("{} {last} {end}", names.join(", ")),
    }
}

/// A value in backticks, cut where it is too long to read.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    if short.is_empty() { "an empty text".to_owned() } else { format!("`{short}`") }
}

/// The first sentence of an `about`, to go on after a colon.
pub(super) fn clause(about: &str) -> String {
    let sentence = about.split(". ").next().unwrap_or(about).trim_end_matches('.');
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}
