//! Ready-made rules, to be named rather than written: the files of `scenarios/chaos/`, built into the binary.
//!
//! **Invariant:** they are files in the language that everybody writes; nothing about them is code.

use std::sync::Arc;

use crate::profile::node::{Node, parse};
use crate::profile::source::Source;
use crate::profile::suggest::instead;

/// The files: name and text.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/chaos.rs"));

/// Rules that have a name together.
#[derive(Debug)]
pub struct ReadyMade {
    /// Their name; each rule's own begins with it.
    pub name: &'static str,
    /// What they are like for a client, in a sentence.
    pub about: String,
    /// Their file.
    pub source: Arc<Source>,
    /// It as written.
    pub tree: Node,
}

/// All there are, in the order of their names.
pub fn all() -> Vec<ReadyMade> {
    FILES.iter().filter_map(|(file, text)| read(file, text)).collect()
}

/// Those of a name.
///
/// # Errors
/// The nearest name that there is, or all of them.
pub fn find(name: &str) -> Result<ReadyMade, String> {
    let found = FILES.iter().find(|(file, _)| name_of(file) == name);
    let names: Vec<&str> = FILES.iter().map(|(file, _)| name_of(file)).collect();
    found.and_then(|(file, text)| read(file, text)).ok_or_else(|| instead(name, &names))
}

fn read(file: &'static str, text: &str) -> Option<ReadyMade> {
    let source = Source::new(file, text);
    let tree = parse(&source, &mut Vec::new())?;
    let about = tree.get("about").and_then(Node::as_text).unwrap_or_default().to_owned();
    Some(ReadyMade { name: name_of(file), about, source, tree })
}

fn name_of(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".yaml").unwrap_or(name)
}
