//! `extends`: a file laid over another.
//!
//! **Invariant:** nothing is known of the language but the keys `vendor` and `extends`; what the files mean together is
//! checked when they are one.

use super::diagnostic::Diagnostic;
use super::node::{Node, Tree};
use super::suggest::instead;

/// How many files may stand on each other.
const EXTENDS_DEPTH_MAX: usize = 8;

/// A file as written, and the vendor that it is of.
#[derive(Debug)]
pub struct Written {
    /// The vendor.
    pub vendor: String,
    /// The file.
    pub tree: Node,
}

/// The file at an index with what it extends beneath it.
///
/// # Errors
/// What is wrong with `extends`, of this file or of one beneath it.
pub fn whole(files: &[Written], index: usize) -> Result<Node, Box<Diagnostic>> {
    beneath(files, index, &mut Vec::new())
}

fn beneath(files: &[Written], index: usize, above: &mut Vec<usize>) -> Result<Node, Box<Diagnostic>> {
    let file = &files[index];
    let Some(extends) = file.tree.get("extends") else { return Ok(file.tree.clone()) };
    // What is no text is the grammar's to report.
    let Some(name) = extends.as_text() else { return Ok(file.tree.clone()) };
    if let Some(first) = above.iter().position(|one| *one == index) {
        return Err(Box::new(circle(files, &above[first..])));
    }
    if above.len() >= EXTENDS_DEPTH_MAX {
        let message = format!("more than {EXTENDS_DEPTH_MAX} profiles stand on each other");
        return Err(Box::new(Diagnostic::error("P031", &extends.place, message).help("merge some of them")));
    }
    let Some(base) = meant(files, index, name) else {
        let others = files.iter().enumerate().filter(|(at, _)| *at != index);
        let known: Vec<&str> = others.map(|(_, other)| other.vendor.as_str()).collect();
        let mistake = Diagnostic::error("P031", &extends.place, format!("no profile is called `{name}`"));
        return Err(Box::new(mistake.help(instead(name, &known))));
    };
    above.push(index);
    let base = beneath(files, base, above)?;
    let mut merged = Node::merge(&base, &file.tree);
    if let Tree::Map(entries) = &mut merged.value {
        entries.retain(|entry| entry.key != "extends");
    }
    Ok(merged)
}

/// The file that a name means: a vendor or a file's name. A file may extend the vendor that it replaces, so an earlier
/// file goes before a later one, and no file means itself.
fn meant(files: &[Written], index: usize, name: &str) -> Option<usize> {
    let is_meant = |other: &Written| other.vendor == name || file_name(&other.tree.place.source.name) == name;
    let earlier = files[..index].iter().rposition(is_meant);
    let later = || files.iter().enumerate().position(|(at, other)| at > index && is_meant(other));
    earlier.or_else(later)
}

/// Files that extend each other, told in the same words whichever of them was asked for.
fn circle(files: &[Written], members: &[usize]) -> Diagnostic {
    let mut members = members.to_vec();
    members.sort_unstable();
    let extends = |index: &usize| files[*index].tree.get("extends").map(|node| &node.place);
    let mut places = members.iter().filter_map(extends);
    let first = places.next().unwrap_or(&files[members[0]].tree.place);
    let mistake = Diagnostic::error("P031", first, "profiles extend each other in a circle");
    let mistake = places.fold(mistake, |mistake, place| mistake.also(place, "and back again"));
    mistake.help("let one of them stand on its own")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
