//! The scenarios that come with Standin: the files of the folder `scenarios`, built into the binary.

use std::sync::Arc;

use crate::profile::source::Source;
use crate::profile::suggest::instead;

/// Name and text of each.
static BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// All of them, by name.
pub fn all() -> impl Iterator<Item = (&'static str, Arc<Source>)> {
    BUILT_IN.iter().map(|(file, text)| (name(file), Source::new(*file, *text)))
}

/// The one of a name.
///
/// # Errors
/// The nearest name that there is, or all of them.
pub fn find(wanted: &str) -> Result<Arc<Source>, String> {
    let names: Vec<&str> = all().map(|(name, _)| name).collect();
    let found = all().find(|(name, _)| *name == wanted).map(|(_, source)| source);
    found.ok_or_else(|| instead(wanted, &names))
}

fn name(file: &'static str) -> &'static str {
    let last = file.rsplit('/').next().unwrap_or(file);
    last.strip_suffix(".yaml").unwrap_or(last)
}
