//! Where profiles come from: those built into the binary, and files of a folder.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::source::Source;

/// The profiles built into the binary: name and text.
static BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// The profiles built into the binary.
pub fn built_in() -> Vec<Arc<Source>> {
    BUILT_IN.iter().map(|(name, text)| Source::new(*name, *text)).collect()
}

/// The file at a path, or the `.yaml`, `.yml` and `.json` files of a folder in the order of their names.
///
/// # Errors
/// A sentence that names what could not be read.
pub fn at(path: &Path) -> Result<Vec<Arc<Source>>, String> {
    let fail = |error: &io::Error| format!("cannot read {}: {error}", path.display());
    if !path.is_dir() {
        return Ok(vec![file(path)?]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| fail(&error))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| fail(&error))?;
    paths.retain(|path| is_profile(path));
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{} holds no profile (.yaml, .yml or .json)", path.display()));
    }
    paths.iter().map(|path| file(path)).collect()
}

/// Whether a file's name is that of a profile.
pub fn is_profile(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json"))
}

/// The file at a path.
///
/// # Errors
/// A sentence that names it, and why it could not be read.
pub fn file(path: &Path) -> Result<Arc<Source>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("{} is not UTF-8 (byte {})", path.display(), error.utf8_error().valid_up_to())
    })?;
    Ok(Source::new(path.display().to_string(), text))
}
