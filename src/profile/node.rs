//! What the author wrote: a tree of values in which every key and value knows its place.
//!
//! **Invariant:** nothing is checked here beyond YAML itself. The tree does not know which keys exist, and whoever
//! reads it finds the values as written, in the order written.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

use super::source::Place;
pub use super::yaml::{DEPTH_MAX, NODES_MAX, TEXT_BYTES_MAX, parse};

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where. The place of an aliased value is that of its anchor.
    pub place: Place,
    /// What.
    pub value: Tree,
}

/// The kinds of values.
#[derive(Clone, Debug)]
pub enum Tree {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent; always finite.
    Float(f64),
    /// Text, plain or in quotes.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order written; its keys differ from each other.
    Map(Vec<Entry>),
}

/// One key of a map with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub key_place: Place,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value under a key of this map. A `null` counts as absent: that is how a file takes away what the file that
    /// it extends has set. (`entry` and `entries` show nulls.)
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value).filter(|value| !value.is_null())
    }

    /// The entry of a key of this map, whatever its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Tree::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Tree::Bool(value) = self.value { Some(value) } else { None }
    }

    /// The whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Tree::Int(value) = self.value { Some(value) } else { None }
    }

    /// Whether it is `null` or nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Tree::Null)
    }

    /// The entries of a map; none if it is something else.
    pub fn entries(&self) -> &[Entry] {
        if let Tree::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none if it is something else.
    pub fn items(&self) -> &[Node] {
        if let Tree::List(items) = &self.value { items } else { &[] }
    }

    /// What it is, in the words of a message: "wants a list, not …".
    pub fn kind_word(&self) -> &'static str {
        match self.value {
            Tree::Null => "nothing",
            Tree::Bool(_) => "true or false",
            Tree::Int(_) | Tree::Float(_) => "a number",
            Tree::Text(_) => "text",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a map",
        }
    }

    /// The same value as JSON, keys in the order written.
    pub fn to_json(&self) -> Value {
        match &self.value {
            Tree::Null => Value::Null,
            Tree::Bool(value) => Value::Bool(*value),
            Tree::Int(value) => Value::from(*value),
            Tree::Float(value) => Value::from(*value),
            Tree::Text(text) => Value::String(text.clone()),
            Tree::List(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Tree::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json()));
                Value::Object(pairs.collect::<Map<String, Value>>())
            }
        }
    }

    /// The value at a path: keys, and numbers of list items from 0, with dots between; the empty path is the node
    /// itself. A key may have dots in it (`hosts.api.example.com.port`); the longest key that leads anywhere wins.
    pub fn at(&self, path: &str) -> Option<&Node> {
        if path.is_empty() {
            return Some(self);
        }
        match &self.value {
            Tree::Map(entries) => {
                let mut ways: Vec<(&Entry, &str)> =
                    entries.iter().filter_map(|entry| Some((entry, below(path, &entry.key)?))).collect();
                ways.sort_by_key(|(_, rest)| rest.len());
                ways.into_iter().find_map(|(entry, rest)| entry.value.at(rest))
            }
            Tree::List(items) => {
                let (number, rest) = item_number(path)?;
                items.get(number)?.at(rest)
            }
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => None,
        }
    }

    /// `over` laid over `base`. Maps are merged key by key, a `null` in `over` removes the key, and everything else is
    /// replaced. What comes from `over` keeps its place there. A map that `base` does not have is taken as written.
    pub fn merge(base: &Node, over: &Node) -> Node {
        let (Tree::Map(old), Tree::Map(new)) = (&base.value, &over.value) else { return over.clone() };
        let changes: HashMap<&str, &Entry> = new.iter().map(|entry| (entry.key.as_str(), entry)).collect();
        let known: HashSet<&str> = old.iter().map(|entry| entry.key.as_str()).collect();
        let mut entries = Vec::with_capacity(old.len() + new.len());
        for entry in old {
            match changes.get(entry.key.as_str()) {
                None => entries.push(entry.clone()),
                Some(change) if change.value.is_null() => {}
                Some(change) => entries.push(Entry {
                    key: entry.key.clone(),
                    key_place: change.key_place.clone(),
                    value: Node::merge(&entry.value, &change.value),
                }),
            }
        }
        entries.extend(new.iter().filter(|entry| !known.contains(entry.key.as_str())).cloned());
        Node { place: over.place.clone(), value: Tree::Map(entries) }
    }
}

/// What is left of a path after a key, if it begins with that key.
fn below<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.').filter(|rest| !rest.is_empty()) }
}

/// The number at the beginning of a path, and what is left after it.
fn item_number(path: &str) -> Option<(usize, &str)> {
    let number = path.split('.').next()?;
    Some((number.parse().ok()?, below(path, number)?))
}
