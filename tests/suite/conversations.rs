//! Conversations with each vendor, one file a rule, compared whole: status, every header field, body, and the facts
//! behind the answer. A file is named after the fact that it shows, or after one of the rules of
//! SCIM that servers break most often.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use standin::profile::{Library, files};

use crate::support::conversation::play;
use crate::support::golden::golden_all;
use crate::support::{files_in, source};

/// The shipped vendors, the made-up ones, and the files that are shipped to show how one extends another.
pub(crate) fn library() -> Arc<Library> {
    let mut sources = files::built_in();
    for vendor in ["rookery", "magpie", "jackdaw"] {
        sources.push(source(Path::new(&format!("tests/vendors/{vendor}.yaml"))));
    }
    sources.extend(extending().iter().map(|path| source(path)));
    Arc::new(Library::read(&sources, &mut Vec::new()))
}

fn extending() -> Vec<PathBuf> {
    files_in("profiles/overlays", ".yaml")
}

/// The vendors with conversations of their own; whoever extends one is met in the other's.
pub(crate) fn vendors(library: &Library) -> impl Iterator<Item = &str> {
    let extending = extending();
    library.vendors().filter(move |vendor| {
        !extending.iter().any(|path| path.file_stem().is_some_and(|stem| stem == *vendor))
    })
}

/// The folder of the conversations with the control API.
const CONTROL: &str = "control";

/// The folder of the conversations in which chaos rules strike.
const CHAOS: &str = "chaos";

pub(crate) fn conversations(vendor: &str) -> Vec<PathBuf> {
    files_in(&format!("tests/conversations/{vendor}"), ".http")
}

fn fact_of(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    name.split('-').next().unwrap_or_default().to_owned()
}

#[test]
fn every_conversation_goes_as_it_is_written() {
    let library = library();
    let paths = vendors(&library).flat_map(conversations).collect();
    go(&library, paths);
}

#[test]
fn every_conversation_with_the_control_api_goes_as_it_is_written() {
    go(&library(), conversations(CONTROL));
}

#[test]
fn every_conversation_that_chaos_strikes_goes_as_it_is_written() {
    go(&library(), conversations(CHAOS));
}

fn go(library: &Arc<Library>, paths: Vec<PathBuf>) {
    let played = paths.into_iter().map(|path| {
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(library, &text)));
        let played = played.unwrap_or_else(|_| panic!("{} cannot be played", path.display()));
        (path, played)
    });
    golden_all(played.collect::<Vec<_>>());
}

#[test]
fn one_seed_gives_one_run() {
    let library = library();
    for path in vendors(&library).chain([CONTROL, CHAOS]).flat_map(conversations).step_by(7) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(play(&library, &text), play(&library, &text), "{}", path.display());
    }
}

#[test]
fn every_fact_has_a_conversation_in_which_it_is_met() {
    let library = library();
    let mut lacking = Vec::new();
    for vendor in vendors(&library) {
        let profile = library.profile(vendor, &[]).expect("a profile without mistakes");
        let paths = conversations(vendor);
        for fact in &profile.facts {
            let own: Vec<&PathBuf> = paths.iter().filter(|path| fact_of(path) == fact.id).collect();
            let met = own.iter().any(|path| {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                let facts: BTreeSet<&str> = text
                    .lines()
                    .filter_map(|line| line.strip_prefix("* "))
                    .flat_map(str::split_whitespace)
                    .collect();
                facts.contains(fact.id.as_str())
            });
            if !met {
                lacking.push(fact.id.clone());
            }
        }
    }
    assert!(lacking.is_empty(), "no conversation of their own meets {}", lacking.join(", "));
}

/// The rules of RFC 7643 and RFC 7644 that servers break most often are numbered, and each is shown by some vendor.
#[test]
fn every_line_of_the_pitfalls_has_a_conversation() {
    const PITFALLS: u8 = 50;
    let library = library();
    let shown: BTreeSet<String> =
        vendors(&library).flat_map(conversations).filter_map(|path| pitfall_of(&path)).collect();
    let numbers = (1..=PITFALLS).map(|number| format!("{number:02}"));
    let lacking: Vec<String> = numbers.filter(|number| !shown.contains(number)).collect();
    assert!(lacking.is_empty(), "no conversation shows the pitfalls {}", lacking.join(", "));
}

/// The number in a name such as `pitfall-07-no-match-is-an-empty-list.http`.
fn pitfall_of(path: &Path) -> Option<String> {
    let name = path.file_stem()?.to_string_lossy();
    let (number, _) = name.strip_prefix("pitfall-")?.split_once('-')?;
    Some(number.to_owned())
}
