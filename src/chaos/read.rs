//! From chaos rules as written to what they mean: a file, what the control API takes, or a list inside another file.
//!
//! What the table of keys cannot say is checked here: names that lead nowhere, rules that can never strike or do nothing,
//! two settings that contradict each other. A rule that is wrong leaves a hole and reading goes on, so that all mistakes
//! come at once.
//!
//! **Invariant:** kinds of values and unknown keys are the table's business; a value of the wrong kind counts as absent here
//! and is not reported twice.

mod calls;
mod what;
mod when;

use std::collections::HashMap;
use std::sync::Arc;

use super::RULES_MAX;
use super::keys::{CHAOS, RULE};
use super::ready_made::{self, ReadyMade};
use super::rule::{NAME_CHARS_MAX, Rule, Where};
use crate::profile::build::Part;
use crate::profile::diagnostic::{Diagnostic, Severity};
use crate::profile::grammar::validate;
use crate::profile::model::Profile;
use crate::profile::node::{Node, Tree, parse};
use crate::profile::source::{Place, Source};

pub(super) use calls::glob_of_path;
pub(super) use when::is_moment;

/// What a rule may do: the keys beside which all others only say to whom, and when.
const PARTS: &[&str] = &["delay", "respond", "ending", "visibility", "page_items_max", "token"];

/// Reads a chaos file. `None` when it has a mistake; what is wrong or worth a look goes to `out`.
///
/// Names of vendors, apis, operations and credentials are held against the profiles, where these are known.
pub fn read(
    source: &Arc<Source>,
    known: Option<&[Arc<Profile>]>,
    out: &mut Vec<Diagnostic>,
) -> Option<Vec<Rule>> {
    let before = out.len();
    let tree = parse(source, out)?;
    validate(&tree, &CHAOS, out);
    let read = rules(tree.get("chaos")?, known, out);
    out[before..].iter().all(|one| one.severity != Severity::Error).then_some(read)
}

/// Reads ready-made rules, as they are.
pub fn read_set(
    set: &ReadyMade,
    known: Option<&[Arc<Profile>]>,
    out: &mut Vec<Diagnostic>,
) -> Option<Vec<Rule>> {
    let rules = read(&set.source, known, out)?.into_iter();
    Some(rules.map(|rule| Rule { set: Some(set.name.to_owned()), ..rule }).collect())
}

/// Reads what may be sent in place of a file: a chaos file, or one rule alone.
pub fn read_sent(
    source: &Arc<Source>,
    known: Option<&[Arc<Profile>]>,
    out: &mut Vec<Diagnostic>,
) -> Option<Vec<Rule>> {
    let before = out.len();
    let tree = parse(source, out)?;
    if is_file(&tree) || !matches!(tree.value, Tree::Map(_)) {
        return read(source, known, out);
    }
    validate(&tree, &RULE, out);
    let alone = Node { place: tree.place.clone(), value: Tree::List(vec![tree]) };
    let read = rules(&alone, known, out);
    out[before..].iter().all(|one| one.severity != Severity::Error).then_some(read)
}

/// Whether a tree is that of a chaos file, right or wrong.
pub fn is_file(tree: &Node) -> bool {
    tree.entry("chaos").is_some() && tree.entry("scenario").is_none() && tree.entry("vendor").is_none()
}

/// Reads a list of rules that was held against [`RULES`](super::keys::RULES) already, as it stands in a chaos file or a
/// scenario. Rules with a mistake may be left out.
pub fn rules(list: &Node, known: Option<&[Arc<Profile>]>, out: &mut Vec<Diagnostic>) -> Vec<Rule> {
    let mut reader = Reader { known, out };
    let mut rules = Vec::new();
    for (index, item) in list.items().iter().enumerate() {
        reader.item(item, index + 1, &mut rules);
    }
    if rules.len() > RULES_MAX {
        let message = format!("these are {} rules, and a sandbox has at most {RULES_MAX}", rules.len());
        out.push(Diagnostic::error("C006", &list.place, message).help("leave some out"));
    }
    names_twice(&rules, out);
    rules
}

/// Reads which calls a part means: its key `where`, as a rule has it.
pub fn place(part: &Part<'_>, known: Option<&[Arc<Profile>]>, out: &mut Vec<Diagnostic>) -> Where {
    Reader { known, out }.place(part)
}

struct Reader<'a> {
    known: Option<&'a [Arc<Profile>]>,
    out: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// One item of a list: a rule, or ready-made ones.
    fn item(&mut self, item: &Node, number: usize, rules: &mut Vec<Rule>) {
        self.name_length(item);
        let named = match &item.value {
            Tree::Text(name) => Some((name.as_str(), item)),
            _ => item.get("use").and_then(|node| Some((node.as_text()?, node))),
        };
        match named {
            Some((name, node)) => match ready_made::find(name) {
                Ok(set) => self.ready_made(&set, item, rules),
                Err(instead) => {
                    let message = format!("no ready-made rules are called `{name}`");
                    self.out.push(Diagnostic::error("C001", &node.place, message).help(instead));
                }
            },
            None if matches!(item.value, Tree::Map(_)) => {
                let name = item.get("name").and_then(Node::as_text);
                let rule = self.rule(item, name.map_or_else(|| format!("rule-{number}"), str::to_owned));
                rules.push(Rule { is_numbered: name.is_none(), ..rule });
            }
            None => {}
        }
    }

    /// Ready-made rules, with what an item says laid over them.
    fn ready_made(&mut self, set: &ReadyMade, item: &Node, rules: &mut Vec<Rule>) {
        let bases = set.tree.get("chaos").map_or(&[][..], Node::items);
        for entry in item.entries().iter().filter(|entry| is_part(&entry.key)) {
            if bases.iter().all(|base| base.entry(&entry.key).is_none()) {
                let message = format!("the ready-made rules `{}` have no `{}`", set.name, entry.key);
                let help = format!("remove it, or write a rule of its own for `{}`", entry.key);
                self.mistake("C002", &entry.key_place, message, help);
            }
        }
        let name = item.get("name").and_then(Node::as_text).unwrap_or(set.name);
        for base in bases {
            let laid = laid_over(base, item);
            let own = base.get("name").and_then(Node::as_text).unwrap_or_default();
            let end = own.strip_prefix(set.name).unwrap_or_default();
            let mut rule = self.rule(&laid, format!("{name}{end}"));
            rule.written["name"] = rule.name.as_str().into();
            rules.push(Rule { set: Some(name.to_owned()), ..rule });
        }
    }

    fn rule(&mut self, node: &Node, name: String) -> Rule {
        let part = Part::root(node, &RULE);
        // A key that was misspelt is one mistake, not two.
        let knows_all = node.entries().iter().all(|entry| RULE.key(&entry.key).is_some());
        if knows_all && PARTS.iter().all(|key| node.get(key).is_none()) && node.get("commit").is_none() {
            let help = "add `delay`, `respond`, `ending`, `visibility`, `page_items_max` or `token`";
            self.mistake("C002", &part.place, format!("the rule `{name}` does nothing"), help);
        }
        Rule {
            name,
            is_numbered: false,
            set: None,
            place: self.place(&part),
            when: self.when(&part),
            what: self.what(&part),
            written: node.to_json(),
            at: Some(node.place.clone()),
        }
    }

    /// Reports a name that is too long.
    fn name_length(&mut self, item: &Node) {
        let Some(node) = item.get("name") else { return };
        let chars = node.as_text().map_or(0, |name| name.chars().count());
        if chars > NAME_CHARS_MAX {
            let message = format!("a name has at most {NAME_CHARS_MAX} characters, and this one {chars}");
            self.mistake("C006", &node.place, message, "take a shorter one");
        }
    }

    /// Reports a list of nothing where no list at all means anything: whoever wrote it may have meant nothing.
    fn not_empty(&mut self, part: &Part<'_>, key: &'static str, items: &str) {
        if let Some(Node { place, value: Tree::List(list) }) = part.node.get(key)
            && list.is_empty()
        {
            let message = format!("`{key}` is an empty list, so it says nothing of the calls");
            self.mistake("C004", place, message, format!("write {items}, or leave it out for any"));
        }
    }

    fn mistake(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.out.push(Diagnostic::error(code, place, message).help(help));
    }
}

fn is_part(key: &str) -> bool {
    PARTS.contains(&key) || key == "commit"
}

/// A ready-made rule with what an item says in place of what it says itself: `where` and `when` key by key, a part as a
/// whole and only where there is one.
fn laid_over(base: &Node, item: &Node) -> Node {
    let mut entries = base.entries().to_vec();
    for over in item.entries() {
        let at = entries.iter().position(|entry| entry.key == over.key);
        match (over.key.as_str(), at) {
            ("use" | "name", _) => {}
            ("where" | "when", Some(at)) => entries[at].value = Node::merge(&entries[at].value, &over.value),
            ("where" | "when", None) => entries.push(over.clone()),
            (_, Some(at)) => entries[at] = over.clone(),
            (_, None) => {}
        }
    }
    Node { place: item.place.clone(), value: Tree::Map(entries) }
}

/// Reports names that two rules have.
fn names_twice(rules: &[Rule], out: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<&str, &Rule> = HashMap::new();
    for rule in rules {
        let (Some(first), Some(at)) = (seen.insert(&rule.name, rule), &rule.at) else { continue };
        let mistake = Diagnostic::error("C005", at, format!("two rules are called `{}`", rule.name));
        let mistake = first.at.iter().fold(mistake, |mistake, at| mistake.also(at, "the other"));
        out.push(mistake.help("give one of them another `name`"));
    }
}

#[cfg(test)]
mod tests;
