//! A map of the tree together with the block of keys that it was checked against.

use crate::profile::grammar::{Block, Kind, Need, duration_ms};
use crate::profile::node::{Entry, Node, Tree};
use crate::profile::source::Place;

/// A map of the tree, its block, and its dotted path from the root.
#[derive(Clone)]
pub struct Part<'a> {
    /// The map.
    pub node: &'a Node,
    /// Where a reader finds it: its key, or the map itself where it stands under none.
    pub place: Place,
    /// Its keys.
    pub block: &'static Block,
    /// Where it stands, as settings are named: `apis.rest.paging`.
    pub path: String,
}

impl<'a> Part<'a> {
    /// The whole tree.
    pub fn root(node: &'a Node, block: &'static Block) -> Self {
        Self { node, place: node.place.clone(), block, path: String::new() }
    }

    /// The part under a key.
    pub fn under(entry: &'a Entry, block: &'static Block, path: String) -> Self {
        Self { node: &entry.value, place: entry.key_place.clone(), block, path }
    }

    /// The last name of the path: what the author called this part.
    pub fn name(&self, parent: &str) -> String {
        self.path.strip_prefix(parent).unwrap_or(&self.path).trim_start_matches('.').to_owned()
    }

    /// The dotted path of one of its keys.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The text of a key, or of its default.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.node.get(key) {
            Some(node) => scalar(node),
            None => self.default(key).map(|text| text.trim_matches(['"', '\'']).to_owned()),
        }
    }

    /// The word of a key, or its default; empty when it is neither.
    pub fn word(&self, key: &str) -> String {
        self.text(key).unwrap_or_default()
    }

    /// The truth value of a key, or of its default.
    pub fn flag(&self, key: &str) -> bool {
        self.node
            .get(key)
            .map_or_else(|| self.default(key) == Some("true"), |node| node.as_bool() == Some(true))
    }

    /// The truth value of a key, if it is written.
    pub fn flag_if_given(&self, key: &str) -> Option<bool> {
        self.node.get(key).and_then(Node::as_bool)
    }

    /// The number of a key, or of its default; 0 when it is neither.
    pub fn number(&self, key: &str) -> u64 {
        let written = self.node.get(key).and_then(Node::as_int);
        let number = written.or_else(|| self.default(key).and_then(|text| text.parse().ok()));
        number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
    }

    /// The number of a key, if it is written and fits a status.
    pub fn status(&self, key: &str) -> Option<u16> {
        self.node.get(key).and_then(Node::as_int).and_then(|number| u16::try_from(number).ok())
    }

    /// The duration of a key, or of its default, in milliseconds.
    pub fn duration_ms(&self, key: &str) -> Option<u64> {
        self.text(key).as_deref().and_then(duration_ms)
    }

    /// The texts of a list, also when a single one stands there; else those of its default.
    pub fn texts(&self, key: &str) -> Vec<String> {
        match self.node.get(key) {
            Some(Node { value: Tree::List(items), .. }) => items.iter().filter_map(scalar).collect(),
            Some(single) => scalar(single).into_iter().collect(),
            None => {
                let words = self.default(key).unwrap_or_default().trim_matches(['[', ']']);
                words.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
            }
        }
    }

    /// The block of a key, if it is written.
    pub fn part(&self, key: &str, block: &'static Block) -> Option<Part<'a>> {
        let entry = self.node.entry(key).filter(|entry| !entry.value.is_null())?;
        Some(Part::under(entry, block, self.path_of(key)))
    }

    /// The named blocks of a map, in the order written; those that are `null` are left out.
    pub fn parts(&self, key: &str, block: &'static Block) -> Vec<Part<'a>> {
        let path = self.path_of(key);
        let entries = self.node.get(key).map_or(&[][..], Node::entries);
        let present = entries.iter().filter(|entry| !entry.value.is_null());
        present.map(|entry| Part::under(entry, block, format!("{path}.{}", entry.key))).collect()
    }

    /// Where a key is written; the part itself where it is not.
    pub fn place_of(&self, key: &str) -> &Place {
        self.node.entry(key).map_or(&self.place, |entry| &entry.key_place)
    }

    fn default(&self, key: &str) -> Option<&'static str> {
        let found = self.block.keys.iter().find(|known| known.name == key);
        debug_assert!(found.is_some(), "the block `{}` has no key `{key}`", self.block.name);
        match found?.need {
            Need::Default(text) if !matches!(found?.kind, Kind::Block(_)) => Some(text),
            Need::Default(_) | Need::Required | Need::Optional => None,
        }
    }
}

/// A scalar as text: what is written without quotes may look like a number or a truth value and mean a word.
pub fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Tree::Text(text) => Some(text.clone()),
        Tree::Bool(value) => Some(value.to_string()),
        Tree::Int(value) => Some(value.to_string()),
        Tree::Float(value) => Some(value.to_string()),
        Tree::Null | Tree::List(_) | Tree::Map(_) => None,
    }
}
