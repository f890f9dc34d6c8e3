//! Any text as a profile, beside those that are shipped where it extends one: read, checked and, if it is good, brought to
//! life.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standin::engine::{Engine, Setup};
use standin::profile::diagnostic::{Severity, render};
use standin::profile::source::Source;
use standin::profile::{Library, explain, files};

/// What the seeds extend.
const MINIMAL: &str = include_str!("../../tests/profile_errors/base/minimal.yaml");

fuzz_target!(|text: &str| {
    // A shipped one takes far longer to read than a text of this length, and matters only to what names it.
    let mut sources = files::built_in();
    sources.retain(|shipped| text.contains("extends") && text.contains(vendor_of(shipped)));
    sources.push(Source::new("minimal.yaml", MINIMAL));
    sources.push(Source::new("own.yaml", text));
    let mut found = Vec::new();
    let library = Library::read(&sources, &mut found);
    library.check(&mut found);
    let shown = render(&found);
    assert_eq!(shown.is_empty(), found.is_empty(), "{found:?}");

    let Some(vendor) = library.vendors().last().map(str::to_owned) else { return };
    let is_bad = found.iter().any(|one| one.severity == Severity::Error);
    match library.profile(&vendor, &[]) {
        Ok(profile) => {
            explain::text(&profile);
            explain::json(&profile);
            let mut setup = Setup::new(vec![profile.into()]);
            (setup.recipients, setup.groups, setup.clock_ms) = (2, 1, Some(0));
            // It may have a seed that its own rules refuse; that is said in a sentence.
            let _ = Engine::start(setup);
        }
        Err(mistakes) => {
            assert!(is_bad, "`check` has nothing against what `profile` refuses: {}", render(&mistakes));
        }
    }
});

/// A file that is shipped is named for its vendor.
fn vendor_of(source: &Source) -> &str {
    let name = source.name.rsplit('/').next().unwrap_or(&source.name);
    name.split('.').next().unwrap_or(name)
}
