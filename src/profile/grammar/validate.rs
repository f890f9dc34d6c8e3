//! A tree held against a table: every mistake, each at its place.
//!
//! **Invariant:** a value is judged by its kind alone; what values mean together is checked elsewhere.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::phrase::{WORDS_IN_MESSAGE_MAX, clause, example, listed, quoted, range, rewrite, wanted};
use super::{Block, Key, Kind, Need, SCHEMA_KEY, blocks, duration_ms, is_name, share};
use crate::profile::diagnostic::Diagnostic;
use crate::profile::node::{Entry, Node, Tree};
use crate::profile::suggest::nearest;

/// Checks a tree against a table, and adds every mistake to `out`.
///
/// The root may hold `$schema` besides its own keys. A `null` under a key that need not be there counts as absent.
pub fn validate(node: &Node, block: &'static Block, out: &mut Vec<Diagnostic>) {
    let mut walk = Walk { root: block, out };
    walk.block(node, block, Subject::Key(block.name));
}

/// Checks the value of one key, as if it stood alone.
pub(super) fn value_under(key: &'static Key, node: &Node, out: &mut Vec<Diagnostic>) {
    static NO_BLOCK: Block = Block { name: "", about: "", keys: &[] };
    Walk { root: &NO_BLOCK, out }.value(node, &key.kind, Subject::Key(key.name));
}

struct Walk<'a> {
    root: &'static Block,
    out: &'a mut Vec<Diagnostic>,
}

/// Whose value a message is about.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Key(&'a str),
    Item(&'a str),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Key(name) => write!(f, "`{name}`"),
            Subject::Item(of) => write!(f, "an item of `{of}`"),
        }
    }
}

impl Walk<'_> {
    fn block(&mut self, node: &Node, block: &'static Block, subject: Subject<'_>) {
        let Tree::Map(entries) = &node.value else {
            return self.wrong_kind(node, &Kind::Block(block), subject);
        };
        let is_root = std::ptr::eq(block, self.root);
        let mut meant: HashSet<&str> = HashSet::new();
        for entry in entries {
            match block.key(&entry.key) {
                Some(key) if entry.value.is_null() && key.need != Need::Required => {}
                Some(key) if entry.value.is_null() => {
                    self.wrong_kind(&entry.value, &key.kind, Subject::Key(key.name));
                }
                Some(key) => self.value(&entry.value, &key.kind, Subject::Key(key.name)),
                None if is_root && entry.key == SCHEMA_KEY => {}
                None => meant.extend(self.unknown_key(entry, block)),
            }
        }
        for key in block.keys.iter().filter(|key| key.need == Need::Required) {
            // A key that was only misspelt is one mistake, not two.
            if node.entry(key.name).is_none() && !meant.contains(key.name) {
                let mistake = Diagnostic::error("P006", &node.place, format!("missing key `{}`", key.name))
                    .label(format!("this `{}` has no `{}`", block.name, key.name))
                    .help(format!("add `{}`: {}", key.name, clause(key.about)));
                self.out.push(mistake);
            }
        }
    }

    /// Reports a key that the block does not have; gives the key that was probably meant.
    fn unknown_key(&mut self, entry: &Entry, block: &'static Block) -> Option<&'static str> {
        let names = || block.keys.iter().map(|key| key.name);
        let meant = nearest(&entry.key, names());
        let message = format!("unknown key `{}`", entry.key);
        let mut mistake = Diagnostic::error("P004", &entry.key_place, message).label(match meant {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("`{}` has no such key", block.name),
        });
        let homes = blocks(self.root).into_iter().filter(|other| other.key(&entry.key).is_some());
        let homes: Vec<&str> = homes.map(|other| other.name).take(WORDS_IN_MESSAGE_MAX).collect();
        if !homes.is_empty() {
            mistake =
                mistake.help(format!("move `{}` to where it belongs: {}", entry.key, listed(homes, "or")));
        } else if meant.is_none() {
            mistake = mistake.help(format!("choose from {}", listed(names(), "and")));
        }
        self.out.push(mistake);
        meant
    }

    fn value(&mut self, node: &Node, kind: &Kind, subject: Subject<'_>) {
        if !fits(kind, node) {
            return self.wrong_kind(node, kind, subject);
        }
        match (kind, &node.value) {
            (Kind::Block(block), _) => self.block(node, block, subject),
            (Kind::Either(kinds), _) => self.either(node, kinds, kind, subject),
            (Kind::List(inner), Tree::List(items)) => {
                let (Subject::Key(name) | Subject::Item(name)) = subject;
                for item in items {
                    self.value(item, inner, Subject::Item(name));
                }
                self.twice(items, name);
            }
            (Kind::Map(inner), Tree::Map(entries)) => self.values(entries, inner),
            (Kind::MapOf { key, key_check, value }, Tree::Map(entries)) => {
                for entry in entries {
                    if let Err(why) = key_check(&entry.key) {
                        let (Subject::Key(name) | Subject::Item(name)) = subject;
                        let message = format!("each key of `{name}` is {key}, not `{}`", entry.key);
                        self.out.push(Diagnostic::error("P008", &entry.key_place, message).label(why));
                    }
                }
                self.values(entries, value);
            }
            (Kind::Int { min, max }, Tree::Int(number)) if !(min..=max).contains(&number) => {
                let message = format!("{subject} wants {}, not {number}", range(*min, *max));
                self.out.push(Diagnostic::error("P008", &node.place, message));
            }
            (Kind::Share, _) if share(node).is_none() => {
                let message = format!("{subject} wants {}, not {}", wanted(kind), quoted(node.place.text()));
                self.out.push(Diagnostic::error("P008", &node.place, message));
            }
            (_, Tree::Text(text)) => self.text(node, text, kind, subject),
            _ => {}
        }
    }

    /// Reports texts that a list holds twice.
    fn twice(&mut self, items: &[Node], name: &str) {
        let mut seen: HashMap<&str, &Node> = HashMap::new();
        for item in items {
            let Some(text) = item.as_text() else { continue };
            if let Some(first) = seen.insert(text, item) {
                let message = format!("{} is in `{name}` twice", quoted(text));
                let mistake =
                    Diagnostic::error("P038", &item.place, message).also(&first.place, "here already");
                self.out.push(mistake.help("remove one of the two"));
            }
        }
    }

    fn values(&mut self, entries: &[Entry], kind: &Kind) {
        for entry in entries {
            self.value(&entry.value, kind, Subject::Key(&entry.key));
        }
    }

    fn text(&mut self, node: &Node, text: &str, kind: &Kind, subject: Subject<'_>) {
        let found = format!("not {}", quoted(text));
        let wrong = |code, label: String| {
            Diagnostic::error(code, &node.place, format!("{subject} wants {}, {found}", wanted(kind)))
                .label(label)
        };
        let mistake = match kind {
            Kind::Duration if duration_ms(text).is_none() => {
                wrong("P008", "a whole number and a unit: `ms`, `s`, `m`, `h` or `d`".to_owned())
            }
            Kind::Name if !is_name(text) => {
                wrong("P008", "a letter, then letters, digits, `_` and `-`".to_owned())
            }
            Kind::Word(words) if words.iter().all(|(word, _)| word != &text) => {
                let names = || words.iter().map(|(word, _)| *word);
                let label = nearest(text, names()).map(|word| format!("did you mean `{word}`?"));
                let mistake = wrong("P007", label.unwrap_or_default());
                if words.len() > WORDS_IN_MESSAGE_MAX {
                    mistake.help(format!("choose from {}", listed(names(), "and")))
                } else {
                    mistake
                }
            }
            Kind::Pattern { example, check, .. } => match check(text) {
                Ok(()) => return,
                Err(why) => wrong("P008", why).help(format!("write something like `{example}`")),
            },
            _ => return,
        };
        self.out.push(mistake);
    }

    fn either(&mut self, node: &Node, kinds: &[Kind], all: &Kind, subject: Subject<'_>) {
        let fitting: Vec<&Kind> = kinds.iter().filter(|kind| fits(kind, node)).collect();
        if matches!(node.value, Tree::List(_) | Tree::Map(_)) {
            // The first of those that know the most keys: `max_by_key` would take the last.
            let best = fitting.iter().rev().max_by_key(|kind| known_keys(kind, node));
            if let Some(kind) = best {
                self.value(node, kind, subject);
            }
            return;
        }
        let mut complaints = Vec::new();
        for kind in &fitting {
            let mut found = Vec::new();
            Walk { root: self.root, out: &mut found }.value(node, kind, subject);
            if found.is_empty() {
                return;
            }
            complaints.extend(found);
        }
        if fitting.len() > 1 {
            let message = format!("{subject} wants {}, not {}", wanted(all), quoted(node.place.text()));
            complaints = vec![Diagnostic::error("P008", &node.place, message)];
        }
        self.out.extend(complaints);
    }

    fn wrong_kind(&mut self, node: &Node, kind: &Kind, subject: Subject<'_>) {
        let found = match node.value {
            Tree::Float(_) if matches!(kind, Kind::Int { .. }) => quoted(node.place.text()),
            _ => node.kind_word().to_owned(),
        };
        let message = format!("{subject} wants {}, not {found}", wanted(kind));
        let mut mistake = Diagnostic::error("P005", &node.place, message);
        if let Some(label) = rewrite(node, kind) {
            mistake = mistake.label(label);
        } else if let Some(help) = example(kind) {
            mistake = mistake.help(help);
        }
        self.out.push(mistake);
    }
}

/// Whether a value is of the YAML kind that a kind of the table wants.
pub(super) fn fits(kind: &Kind, node: &Node) -> bool {
    match kind {
        Kind::Text | Kind::Duration | Kind::Name | Kind::Word(_) | Kind::Pattern { .. } => {
            node.as_text().is_some()
        }
        Kind::Bool => node.as_bool().is_some(),
        Kind::Int { .. } => node.as_int().is_some(),
        Kind::Share => matches!(node.value, Tree::Int(_) | Tree::Float(_)),
        Kind::List(_) => matches!(node.value, Tree::List(_)),
        Kind::Map(_) | Kind::MapOf { .. } | Kind::Block(_) => matches!(node.value, Tree::Map(_)),
        Kind::Either(kinds) => kinds.iter().any(|kind| fits(kind, node)),
        Kind::Json | Kind::Any => true,
    }
}

fn known_keys(kind: &Kind, node: &Node) -> usize {
    match kind {
        Kind::Block(block) => node.entries().iter().filter(|entry| block.key(&entry.key).is_some()).count(),
        Kind::Either(kinds) => kinds.iter().map(|kind| known_keys(kind, node)).max().unwrap_or(0),
        _ => 0,
    }
}
