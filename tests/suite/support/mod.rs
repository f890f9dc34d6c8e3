//! What several tests share.

/// Calls and replies as text files.
pub mod conversation;
/// Results that are compared whole with a file.
pub mod golden;
pub mod mistakes;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use standin::profile::Library;
use standin::profile::diagnostic::{Diagnostic, render};
use standin::profile::files;
use standin::profile::source::Source;

/// Where this project is; tests run there, so that paths in messages are short.
pub fn root() -> &'static Path {
    Path::new("")
}

/// The files of a folder with this ending, in the order of their names.
pub fn files_in(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder can be read").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    assert!(!paths.is_empty(), "{folder} holds no file that ends with {ending}");
    paths
}

/// A profile file.
pub fn source(path: &Path) -> Arc<Source> {
    files::at(path).unwrap_or_else(|error| panic!("{error}")).remove(0)
}

/// What the checks say of these files, with every value of every variant.
pub fn checked(sources: &[Arc<Source>]) -> (Library, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let library = Library::read(sources, &mut found);
    library.check(&mut found);
    (library, found)
}

/// The same, wanting nothing to be said.
pub fn faultless(sources: &[Arc<Source>]) -> Library {
    let (library, found) = checked(sources);
    assert!(found.is_empty(), "{}", render(&found));
    library
}
