//! The language in which the table of all keys is written: blocks, keys, kinds of values.
//!
//! **Invariant:** nothing here knows which keys exist. A table says it once, and everything that must agree on it is
//! derived: the checks (`validate`), the JSON Schema for editors (`schema_json`), the reference (`reference`).
//!
//! A table may be recursive: a block may hold itself, directly or through others. Its statics refer to each other by
//! block; a `Kind` must not hold itself without a block in between. A block is known by its name.

mod phrase;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
mod validate;

pub(super) use self::phrase::{listed, range};
pub use self::validate::validate;
use super::node::{Node, Tree, parse};
use super::source::Source;

/// The key that any root may hold besides its own, for editors: the address of a JSON Schema. It is not looked at.
pub const SCHEMA_KEY: &str = "$schema";

/// A map whose keys are fixed.
pub struct Block {
    /// Its name, unlike that of any other block: a noun, in snake case.
    pub name: &'static str,
    /// What it stands for: one sentence or more.
    pub about: &'static str,
    /// Its keys, in the order in which people should write and read them.
    pub keys: &'static [Key],
}

/// One key of a block.
pub struct Key {
    /// The key as it is written.
    pub name: &'static str,
    /// What may stand under it.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
    /// What it means, in a sentence for the reference, the schema and hovers.
    pub about: &'static str,
}

/// Whether a key must be there. A `null` counts as absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It need not, and its absence means something of its own.
    Optional,
    /// It need not; without it, this value (in YAML) holds.
    Default(&'static str),
}

/// What may stand under a key.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number from `min` to `max`; `i64::MIN` and `i64::MAX` are no bound.
    Int {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A number from 0 to 1, with a fraction or without.
    Share,
    /// A length of time, see [`duration_ms`].
    Duration,
    /// A name that an author chooses: `[A-Za-z][A-Za-z0-9_-]*`.
    Name,
    /// One of these words, each with a clause that says what it means.
    Word(&'static [(&'static str, &'static str)]),
    /// A text with a grammar of its own.
    Pattern {
        /// What such a text is called, with its article: "a SCIM path".
        name: &'static str,
        /// How it is written, as a clause.
        about: &'static str,
        /// One that is right.
        example: &'static str,
        /// Whether a text is one. An error is a clause that fits under a caret.
        check: fn(&str) -> Result<(), String>,
    },
    /// A list of such values.
    List(&'static Kind),
    /// A map from keys that the author chooses, of any text, to such values.
    Map(&'static Kind),
    /// A map from keys of a certain form to such values.
    MapOf {
        /// What a key is, with its article: "a status code".
        key: &'static str,
        /// Whether a text is one. An error is a clause that fits under a caret.
        key_check: fn(&str) -> Result<(), String>,
        /// The values.
        value: &'static Kind,
    },
    /// A map whose keys are fixed.
    Block(&'static Block),
    /// One of several. What is written decides by its YAML kind which is meant: of several maps the one that knows the
    /// most of its keys, of several lists the first; a text or number must suit any that fits.
    Either(&'static [Kind]),
    /// Any value: JSON to be sent as it is, perhaps with places to fill in.
    Json,
    /// Any value, whose meaning depends on something else and is checked elsewhere.
    Any,
}

impl Key {
    /// The value that holds where the key is absent, if it has one. Its place is in a text named "default".
    pub fn default_value(&self) -> Option<Node> {
        let Need::Default(text) = self.need else { return None };
        let mut mistakes = Vec::new();
        let value = parse(&Source::new("default", text), &mut mistakes);
        value.filter(|_| mistakes.is_empty())
    }
}

impl Block {
    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// All blocks of a table: the root, then the others in the order in which a reader meets them.
pub fn blocks(root: &'static Block) -> Vec<&'static Block> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(block) = found.get(next).copied() {
        next += 1;
        for key in block.keys {
            for inner in blocks_in(&key.kind) {
                if found.iter().all(|known| known.name != inner.name) {
                    found.push(inner);
                }
            }
        }
    }
    found
}

/// The milliseconds of a duration: a whole number and a unit, without a blank: `250ms`, `60s`, `5m`, `2h`, `1d`.
/// None if it is not one, or longer than 64 bits count.
pub fn duration_ms(text: &str) -> Option<u64> {
    let unit = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(unit)?;
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit_ms)
}

/// A duration as `duration_ms` reads it, in the largest unit that gives a whole number.
pub fn duration_text(ms: u64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let unit = units.iter().find(|(_, unit_ms)| ms > 0 && ms.is_multiple_of(*unit_ms));
    unit.map_or_else(|| format!("{ms}ms"), |(unit, unit_ms)| format!("{}{unit}", ms / unit_ms))
}

/// The number that a value is, if it is one from 0 to 1.
pub fn share(node: &Node) -> Option<f64> {
    let number = match node.value {
        Tree::Int(0) => 0.0,
        Tree::Int(1) => 1.0,
        Tree::Float(number) => number,
        _ => return None,
    };
    (0.0..=1.0).contains(&number).then_some(number)
}

/// Whether a text is a name: a letter, then letters, digits, `_` and `-`.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// What is wrong with a table itself, a sentence each; for the table's own test, which wants none.
pub fn table_mistakes(root: &'static Block) -> Vec<String> {
    let mut list = Vec::new();
    let all = blocks(root);
    for block in &all {
        if !is_name(block.name) {
            list.push(format!("`{}` is not a name", block.name));
        }
        if block.about.is_empty() {
            list.push(format!("`{}` has no sentence", block.name));
        }
        for (index, key) in block.keys.iter().enumerate() {
            let name = format!("`{}.{}`", block.name, key.name);
            if key.about.is_empty() {
                list.push(format!("{name} has no sentence"));
            }
            if block.keys.iter().take(index).any(|other| other.name == key.name) {
                list.push(format!("{name} is there twice"));
            }
            if let Need::Default(text) = key.need {
                let mut found = Vec::new();
                match key.default_value() {
                    Some(value) => validate::value_under(key, &value, &mut found),
                    None => list.push(format!("the default of {name} is not YAML: {text}")),
                }
                list.extend(
                    found.iter().map(|mistake| format!("the default of {name}: {}", mistake.message)),
                );
            }
            for inner in blocks_in(&key.kind) {
                if all.iter().any(|known| known.name == inner.name && !std::ptr::eq(*known, inner)) {
                    list.push(format!("two blocks are called `{}`", inner.name));
                }
            }
            let wrong =
                patterns_in(&key.kind).into_iter().filter_map(|(example, check)| check(example).err());
            list.extend(wrong.map(|why| format!("the example of {name} is wrong: {why}")));
        }
    }
    list
}

fn blocks_in(kind: &Kind) -> Vec<&'static Block> {
    match kind {
        Kind::Block(block) => vec![block],
        Kind::List(inner) | Kind::Map(inner) | Kind::MapOf { value: inner, .. } => blocks_in(inner),
        Kind::Either(kinds) => kinds.iter().flat_map(blocks_in).collect(),
        Kind::Text | Kind::Bool | Kind::Int { .. } | Kind::Share | Kind::Duration | Kind::Name => Vec::new(),
        Kind::Word(_) | Kind::Pattern { .. } | Kind::Json | Kind::Any => Vec::new(),
    }
}

type Check = fn(&str) -> Result<(), String>;

fn patterns_in(kind: &Kind) -> Vec<(&'static str, Check)> {
    match kind {
        Kind::Pattern { example, check, .. } => vec![(example, *check)],
        Kind::List(inner) | Kind::Map(inner) | Kind::MapOf { value: inner, .. } => patterns_in(inner),
        Kind::Either(kinds) => kinds.iter().flat_map(patterns_in).collect(),
        Kind::Text | Kind::Bool | Kind::Int { .. } | Kind::Share | Kind::Duration | Kind::Name => Vec::new(),
        Kind::Word(_) | Kind::Block(_) | Kind::Json | Kind::Any => Vec::new(),
    }
}
