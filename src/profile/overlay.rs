//! Settings by their dotted path: whether one exists, and laying a variant's value over it.
//!
//! **Invariant:** a variant has no code of its own. It changes settings of the file, and the changed tree is read like any
//! other, so whatever a file can say can vary.

use super::grammar::{Block, Kind, duration_ms};
use super::node::{Entry, Node, Tree};
use super::{keys, pattern};

/// Where a dotted path leaves the table of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The part of the path that exists.
    pub inside: String,
    /// The name that does not.
    pub name: String,
    /// The names that there are.
    pub known: Vec<String>,
}

/// Whether a dotted path names a setting: a key of the table, below names that the author chose.
///
/// # Errors
/// Where the path leaves the table, and what there is instead.
pub fn exists(tree: &Node, path: &str) -> Result<(), Stray> {
    steps(tree, path).map(|_| ())
}

/// The keys that a dotted path is made of: names that the author chose may have dots in them.
fn steps(tree: &Node, path: &str) -> Result<Vec<String>, Stray> {
    let mut steps = Vec::new();
    let root = Kind::Block(&keys::PROFILE);
    walk(Some(tree), &root, path, path, &mut steps)?;
    Ok(steps)
}

fn walk(
    node: Option<&Node>,
    kind: &Kind,
    rest: &str,
    whole: &str,
    steps: &mut Vec<String>,
) -> Result<(), Stray> {
    if rest.is_empty() {
        return Ok(());
    }
    let inside = whole.strip_suffix(rest).unwrap_or_default().trim_end_matches('.').to_owned();
    let mut go = |name: &str, node: Option<&Node>, kind: &Kind| {
        steps.push(name.to_owned());
        let below = rest.get(name.len()..).unwrap_or_default().trim_start_matches('.');
        walk(node, kind, below, whole, steps)
    };
    match kind {
        Kind::Block(block) => {
            let name = rest.split('.').next().unwrap_or(rest);
            match block.keys.iter().find(|key| key.name == name) {
                Some(key) => go(name, node.and_then(|node| node.get(name)), &key.kind),
                None => Err(Stray { inside, name: name.to_owned(), known: names_of(block) }),
            }
        }
        Kind::Map(value) | Kind::MapOf { value, .. } => {
            let entries = node.map_or(&[][..], Node::entries);
            let leads = |entry: &&Entry| {
                rest.strip_prefix(&*entry.key).is_some_and(|after| after.is_empty() || after.starts_with('.'))
            };
            match entries.iter().filter(leads).max_by_key(|entry| entry.key.len()) {
                Some(entry) => go(&entry.key, Some(&entry.value), value),
                None => Err(Stray {
                    inside,
                    name: rest.split('.').next().unwrap_or(rest).to_owned(),
                    known: entries.iter().map(|entry| entry.key.clone()).collect(),
                }),
            }
        }
        Kind::Either(kinds) => {
            let inner =
                kinds.iter().find(|kind| matches!(kind, Kind::Block(_) | Kind::Map(_) | Kind::MapOf { .. }));
            match inner {
                Some(inner) => walk(node, inner, rest, whole, steps),
                None => Err(Stray { inside, name: rest.to_owned(), known: Vec::new() }),
            }
        }
        Kind::Json | Kind::Any => {
            steps.extend(rest.split('.').map(str::to_owned));
            Ok(())
        }
        Kind::Text
        | Kind::Bool
        | Kind::Int { .. }
        | Kind::Share
        | Kind::Duration
        | Kind::Name
        | Kind::Word(_)
        | Kind::Pattern { .. }
        | Kind::List(_) => Err(Stray { inside, name: rest.to_owned(), known: Vec::new() }),
    }
}

fn names_of(block: &Block) -> Vec<String> {
    block.keys.iter().map(|key| key.name.to_owned()).collect()
}

/// Whether one of two dotted paths leads to the other, or through it.
pub fn overlaps(one: &str, other: &str) -> bool {
    let within = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(one, other) || within(other, one)
}

/// The names of a variant's values, in order.
pub fn value_names(variant: &Node) -> Vec<String> {
    match variant.get("values").map(|node| &node.value) {
        Some(Tree::List(items)) => items.iter().filter_map(super::build::scalar).collect(),
        Some(Tree::Map(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The settings that a variant's values change.
pub fn settings(variant: &Node) -> Vec<String> {
    setting_nodes(variant).into_iter().map(|(_, path)| path).collect()
}

/// The settings that a variant's values change, each with the node that names it.
pub fn setting_nodes(variant: &Node) -> Vec<(&Node, String)> {
    let sets = variant.get("sets").and_then(|node| Some((node, node.as_text()?.to_owned())));
    let values = variant.get("values").map_or(&[][..], Node::entries);
    let changed = values.iter().flat_map(|value| value.value.entries());
    sets.into_iter().chain(changed.map(|entry| (&entry.value, entry.key.clone()))).collect()
}

/// Whether a variant has a value, or accepts one of its form.
pub fn takes(variant: &Node, value: &str) -> bool {
    let form = variant.get("accepts").and_then(Node::as_text);
    form.is_some_and(|form| has_form(form, value)) || value_names(variant).iter().any(|name| name == value)
}

/// Whether a value that a variant does not list has the form that its `accepts` names.
pub fn has_form(form: &str, value: &str) -> bool {
    match form {
        "duration" => duration_ms(value).is_some(),
        "path" => pattern::path(value).is_ok(),
        "count" => value.parse::<u32>().is_ok(),
        _ => false,
    }
}

/// A setting of the file that a variant changes.
pub struct Change<'a> {
    /// The setting.
    pub path: String,
    /// What the file says.
    pub written: &'a Node,
    /// What the variant puts there.
    pub laid: &'a Node,
}

/// What the first value of a variant changes of what the file says; not what the file leaves open.
pub fn first_value<'a>(tree: &'a Node, variant: &'a Node) -> Vec<Change<'a>> {
    let Some(values) = variant.get("values") else { return Vec::new() };
    let changes: Vec<(&str, &Node)> = match &values.value {
        Tree::List(items) => {
            variant.get("sets").and_then(Node::as_text).into_iter().zip(items.first()).collect()
        }
        Tree::Map(entries) => {
            let first = entries.first().map_or(&[][..], |entry| entry.value.entries());
            first.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect()
        }
        _ => Vec::new(),
    };
    let read = |(path, laid): (&str, &'a Node)| {
        let written = &entry_at(tree, path)?.value;
        Some(Change { path: path.to_owned(), written, laid })
    };
    changes.into_iter().filter_map(read).collect()
}

/// Where a setting is written; `None` where the file leaves it open.
pub fn entry_at<'a>(tree: &'a Node, path: &str) -> Option<&'a Entry> {
    let steps = steps(tree, path).ok()?;
    let (last, way) = steps.split_last()?;
    let home = way.iter().try_fold(tree, |node, step| node.get(step))?;
    home.entry(last).filter(|entry| !entry.value.is_null())
}

/// Lays one value of a variant over a tree. A value that is not listed is taken as written, where the variant accepts
/// such; a setting that does not exist is left alone (it has been reported).
pub fn lay(tree: &mut Node, variant: &Node, value: &str) {
    let mut put = |path: &str, node: Node| {
        if let Ok(steps) = steps(tree, path) {
            set(tree, &steps, node);
        }
    };
    if let Some(settings) = variant.get("values").and_then(|values| values.get(value)) {
        for entry in settings.entries() {
            put(&entry.key, entry.value.clone());
        }
        return;
    }
    let Some(path) = variant.get("sets").and_then(Node::as_text) else { return };
    let items = variant.get("values").map_or(&[][..], Node::items);
    let listed = items.iter().find(|item| super::build::scalar(item).as_deref() == Some(value));
    let place = variant.place.clone();
    let written = || match value.parse() {
        Ok(number) => Node { place, value: Tree::Int(number) },
        Err(_) => Node { place, value: Tree::Text(value.to_owned()) },
    };
    put(path, listed.cloned().unwrap_or_else(written));
}

fn set(node: &mut Node, steps: &[String], value: Node) {
    let Some((first, rest)) = steps.split_first() else {
        *node = value;
        return;
    };
    if !matches!(node.value, Tree::Map(_)) {
        node.value = Tree::Map(Vec::new());
    }
    let Tree::Map(entries) = &mut node.value else { return };
    match entries.iter_mut().find(|entry| entry.key == *first) {
        Some(entry) => set(&mut entry.value, rest, value),
        None => {
            let place = value.place.clone();
            let mut made = Node { place: place.clone(), value: Tree::Null };
            set(&mut made, rest, value);
            entries.push(Entry { key: first.clone(), key_place: place, value: made });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{has_form, overlaps};

    #[test]
    fn two_settings_overlap_when_one_leads_to_the_other() {
        let check = |one: &str, other: &str, wanted: bool| {
            assert_eq!(overlaps(one, other), wanted, "{one} and {other}");
            assert_eq!(overlaps(other, one), wanted, "{other} and {one}");
        };
        check("apis.rest", "apis.rest.paging", true);
        check("apis.rest.paging", "apis.rest.paging", true);
        check("apis.rest", "apis.rest2", false);
        check("apis.rest.paging", "apis.rest.shapes", false);
    }

    #[test]
    fn a_value_that_is_not_listed_must_be_of_the_form_that_the_variant_accepts() {
        let check = |form: &str, value: &str, wanted: bool| {
            assert_eq!(has_form(form, value), wanted, "{form} and {value:?}");
        };
        check("duration", "90s", true);
        check("duration", "90", false);
        check("path", "/oauth/token", true);
        check("path", "oauth", false);
        check("count", "12", true);
        check("count", "-1", false);
    }
}
