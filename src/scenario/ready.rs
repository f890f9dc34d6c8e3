//! The scenarios that come with Standin: the files of the folder `scenarios`, built into the binary.

use std::sync::Arc;

use crate::profile::source::Source;

/// Name and text of each.
static BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// All of them, by name.
pub fn all() -> impl Iterator<Item = (&'static str, Arc<Source>)> {
    BUILT_IN.iter().map(|(file, text)| (name(file), Source::new(*file, *text)))
}

/// The one of a name.
pub fn named(wanted: &str) -> Option<Arc<Source>> {
    all().find(|(name, _)| *name == wanted).map(|(_, source)| source)
}

fn name(file: &'static str) -> &'static str {
    let last = file.rsplit('/').next().unwrap_or(file);
    last.strip_suffix(".yaml").unwrap_or(last)
}
