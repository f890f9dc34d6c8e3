//! Files with one mistake each (`seven.yaml` has seven), beside which stands all that is said of it: `NAME.yaml`,
//! `NAME.stderr`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use standin::profile::diagnostic::{CODES, Diagnostic, render, sorted};

use super::files_in;
use super::golden::golden_all;

/// A file, with what is found in it.
pub type Case = (PathBuf, Vec<Diagnostic>);

/// That each mistake is reported as its file says.
pub fn are_reported(cases: impl IntoIterator<Item = Case>) {
    golden_all(cases.into_iter().map(|(path, found)| (path.with_extension("stderr"), render(&found))));
}

/// That each file has as many mistakes as it should.
pub fn are_counted(cases: impl IntoIterator<Item = Case>) {
    for (path, found) in cases {
        let wanted = if path.ends_with("seven.yaml") { 7 } else { 1 };
        assert_eq!(sorted(&found).len(), wanted, "{}\n{}", path.display(), render(&found));
    }
}

/// That each code which begins with a letter has a case, and each report in the folder its file.
pub fn are_all(folder: &str, letter: char, cases: impl IntoIterator<Item = Case>) {
    let found: Vec<Diagnostic> = cases.into_iter().flat_map(|(_, found)| found).collect();
    let met: BTreeSet<&str> =
        found.iter().map(|one| one.code).filter(|code| code.starts_with(letter)).collect();
    let codes = CODES.iter().map(|(code, _, _)| *code);
    let known: BTreeSet<&str> = codes.filter(|code| code.starts_with(letter)).collect();
    assert_eq!(met, known);
    for path in files_in(folder, ".stderr") {
        assert!(path.with_extension("yaml").exists(), "{} belongs to nothing", path.display());
    }
}
