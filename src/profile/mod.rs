//! The profile language: files that say what a vendor is, and the model of what they mean.
//!
//! ```text
//! text ── source ── yaml/node ── (extends, variants: overlay) ── grammar × keys ── build ──► Profile
//!             └─────────── every step adds to one Vec<Diagnostic> ───────────┘
//! ```
//!
//! * [`node`] is what the author wrote: a tree in which every key and value keeps its place.
//! * [`keys`] is the one table of keys; [`grammar`] checks a tree against it, [`schema_json`] and [`mod@reference`] print it.
//! * [`model`] is what was meant; only [`Library::profile`] makes a [`model::Profile`], and only from a tree without a mistake.
//! * [`mod@explain`] and [`openapi`] tell what a profile means: to people and programs, and to makers of clients.
//! * [`overlay`] changes a tree by dotted path: that is all a variant is, and `extends` is a merge of two trees.
//!
//! **Invariant:** no vendor is named here, no call is answered here, and nothing is read from a disk but in [`files`].

pub mod build;
pub mod diagnostic;
pub mod explain;
pub mod extends;
pub mod files;
pub mod fixed;
pub mod grammar;
pub mod keys;
pub mod model;
pub mod node;
pub mod openapi;
pub mod overlay;
pub mod path;
pub mod pattern;
pub mod reference;
pub mod schema_json;
pub mod source;
pub mod suggest;
pub mod template;
mod yaml;

use std::sync::Arc;

use diagnostic::{Diagnostic, Severity};
use extends::Written;
use model::Profile;
use node::Node;
use source::{Place, Source};
use suggest::instead;

/// Profiles as written, each with what it extends worked in.
#[derive(Debug, Default)]
pub struct Library {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    vendor: String,
    /// Where it says that it extends another, if it does.
    extends: Option<Place>,
    /// The file with what it extends beneath it; none where that cannot be found.
    whole: Result<Node, Box<Diagnostic>>,
}

impl Library {
    /// Reads files. A file with the vendor of an earlier one takes its place. The mistakes of YAML and of `extends` go to
    /// `out`; those of the language come with [`Library::profile`] and [`Library::check`].
    pub fn read(sources: &[Arc<Source>], out: &mut Vec<Diagnostic>) -> Self {
        let read = |source: &Arc<Source>| {
            let tree = node::parse(source, out)?;
            let vendor = tree.get("vendor").and_then(Node::as_text).unwrap_or(&source.name).to_owned();
            Some(Written { vendor, tree })
        };
        let written: Vec<Written> = sources.iter().filter_map(read).collect();
        let mut files: Vec<File> = Vec::new();
        for (index, one) in written.iter().enumerate() {
            let whole = extends::whole(&written, index);
            out.extend(whole.as_ref().err().map(|mistake| (**mistake).clone()));
            let extends = one.tree.get("extends").map(|node| node.place.clone());
            // A file that only changes some settings need not repeat whose they are.
            let named = whole.as_ref().ok().and_then(|tree| tree.get("vendor")).and_then(Node::as_text);
            let vendor = named.unwrap_or(&one.vendor).to_owned();
            files.retain(|earlier| earlier.vendor != vendor);
            files.push(File { vendor, extends, whole });
        }
        Self { files }
    }

    /// The vendors, in the order read.
    pub fn vendors(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.vendor.as_str())
    }

    /// The profile of a vendor with the given variants in force; of variants that are not named, the first value. Picks
    /// of a plan, of a prerequisite or of the limits are not looked at.
    ///
    /// # Errors
    /// Every pick that the file does not have; if it has all, every mistake of the file.
    pub fn profile(&self, vendor: &str, picks: &[(String, String)]) -> Result<Profile, Vec<Diagnostic>> {
        let mut out = Vec::new();
        let whole = match self.files.iter().find(|file| file.vendor == vendor).map(|file| &file.whole) {
            None => return Err(out),
            Some(Err(mistake)) => return Err(vec![(**mistake).clone()]),
            Some(Ok(whole)) => whole,
        };
        check_picks(whole, picks, &mut out);
        if !out.is_empty() {
            return Err(out);
        }
        let profile = one(whole, picks, &mut out);
        profile.filter(|_| !out.iter().any(is_error)).ok_or(out)
    }

    /// Checks every profile with every value of every variant; each mistake once.
    pub fn check(&self, out: &mut Vec<Diagnostic>) {
        for whole in self.files.iter().filter_map(|file| file.whole.as_ref().ok()) {
            check_one(whole, out);
        }
        self.neighbours(out);
    }

    /// What no single file can see: two vendors that a call cannot tell apart.
    fn neighbours(&self, out: &mut Vec<Diagnostic>) {
        let hosts = |file: &File| -> Vec<Node> {
            let whole = file.whole.as_ref().ok();
            whole.and_then(|whole| whole.get("hosts")).map_or(&[][..], Node::items).to_vec()
        };
        for (index, file) in self.files.iter().enumerate() {
            for host in hosts(file) {
                let twin =
                    |other: &File| hosts(other).into_iter().find(|one| one.as_text() == host.as_text());
                let Some(first) = self.files[..index].iter().find_map(twin) else { continue };
                let message = format!("two vendors have the host `{}`", host.as_text().unwrap_or_default());
                // A file has the hosts of the file that it extends.
                let inherited = file.extends.as_ref().filter(|_| first.place == host.place);
                let mistake = Diagnostic::error("P030", inherited.unwrap_or(&host.place), message);
                let help = if inherited.is_some() {
                    "write `hosts: []`, or hosts of its own"
                } else {
                    "give each vendor its own hosts"
                };
                out.push(mistake.also(&first.place, "the other vendor's").help(help));
            }
        }
    }
}

/// Checks a tree with every value of every variant; each mistake once.
fn check_one(whole: &Node, out: &mut Vec<Diagnostic>) {
    // As written, too: a variant lays its value over what may be wrong.
    let mut found = Vec::new();
    grammar::validate(whole, &keys::PROFILE, &mut found);
    let in_force = with_picks(whole, &[]);
    add_new(&mut found, in_force, |_| true, |message| message);
    if !found.iter().any(is_error) {
        found.extend(variants(whole).iter().flat_map(|variant| overridden(whole, variant)));
    }
    for variant in variants(whole) {
        for value in overlay::value_names(&variant.value).iter().skip(1) {
            let picked = with_picks(whole, &[(variant.key.clone(), value.clone())]);
            let within = |message| format!("{message} (with `{}` set to `{value}`)", variant.key);
            // What is idle with one value may be what another value is for.
            add_new(&mut found, picked, is_error, within);
        }
    }
    out.append(&mut found);
}

fn with_picks(whole: &Node, picks: &[(String, String)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    one(whole, picks, &mut found);
    found
}

/// Adds what was not found before: a mistake is the same where its code and place are, whatever values were in force.
fn add_new(
    found: &mut Vec<Diagnostic>,
    more: Vec<Diagnostic>,
    counts: impl Fn(&Diagnostic) -> bool,
    told: impl Fn(String) -> String,
) {
    let known: Vec<(&str, Place)> = found.iter().map(|one| (one.code, one.place.clone())).collect();
    for diagnostic in more.into_iter().filter(counts) {
        if !known.iter().any(|(code, place)| *code == diagnostic.code && *place == diagnostic.place) {
            found.push(Diagnostic { message: told(diagnostic.message.clone()), ..diagnostic });
        }
    }
}

/// Reads a tree with variants in force.
fn one(whole: &Node, picks: &[(String, String)], out: &mut Vec<Diagnostic>) -> Option<Profile> {
    let before = out.len();
    let mut tree = whole.clone();
    let mut in_force = Vec::new();
    for variant in variants(whole) {
        let picked = picks.iter().find(|(name, _)| *name == variant.key).map(|(_, value)| value.clone());
        let value = picked.or_else(|| overlay::value_names(&variant.value).into_iter().next());
        if let Some(value) = value {
            overlay::lay(&mut tree, &variant.value, &value);
            in_force.push((variant.key.clone(), value));
        }
    }
    grammar::validate(&tree, &keys::PROFILE, out);
    let profile = build::build(&tree, &in_force, out);
    profile.filter(|_| !out[before..].iter().any(is_error))
}

fn variants(tree: &Node) -> &[node::Entry] {
    tree.get("variants").map_or(&[][..], Node::entries)
}

/// Reports picks that the variants do not have.
fn check_picks(whole: &Node, picks: &[(String, String)], out: &mut Vec<Diagnostic>) {
    let is_of_organization = |name: &str| {
        matches!(name, "plan" | "limits")
            || whole.get("prerequisites").is_some_and(|prerequisites| prerequisites.entry(name).is_some())
    };
    for (name, value) in picks.iter().filter(|(name, _)| !is_of_organization(name)) {
        let Some(variant) = variants(whole).iter().find(|variant| variant.key == *name) else {
            let place = whole.entry("variants").map_or(&whole.place, |entry| &entry.key_place);
            let known: Vec<&str> = variants(whole).iter().map(|variant| variant.key.as_str()).collect();
            let mistake = Diagnostic::error("P020", place, format!("no variant is called `{name}`"));
            out.push(mistake.help(instead(name, &known)));
            continue;
        };
        if !overlay::takes(&variant.value, value) {
            let known = overlay::value_names(&variant.value);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let mistake = Diagnostic::error(
                "P020",
                &variant.key_place,
                format!("the variant `{name}` has no value `{value}`"),
            );
            out.push(mistake.help(instead(value, &known)));
        }
    }
}

/// Settings of the file that the first value of a variant overrides, so that they are never in force.
fn overridden(whole: &Node, variant: &node::Entry) -> Vec<Diagnostic> {
    let changes = overlay::first_value(whole, &variant.value);
    // A file that extends another may give its variant another first value: it cannot unwrite the setting beneath.
    let own = &whole.place.source.name;
    let is_meant = |change: &overlay::Change<'_>| {
        change.laid.place.source.name == *own && change.written.place.source.name != *own
    };
    let differs = |change: &overlay::Change<'_>| change.written.to_json() != change.laid.to_json();
    let changes = changes.into_iter().filter(|change| differs(change) && !is_meant(change));
    let report = |change: overlay::Change<'_>| {
        let message = format!(
            "`{}` is never this: the variant `{}` begins with another value",
            change.path, variant.key
        );
        let warning = Diagnostic::warning("P039", &change.written.place, message);
        let warning = warning.also(&change.laid.place, "this is in force unless another is picked");
        warning.help("write the variant's first value here, or list this value first")
    };
    changes.map(report).collect()
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}
