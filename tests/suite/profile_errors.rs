//! Each `tests/profile_errors/NAME.yaml` has one mistake (`seven.yaml` has seven), and `NAME.stderr` is all that is said of
//! it. The files extend `base/minimal.yaml`; `NAME.other.yaml` is read with `NAME.yaml` where a mistake needs two files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use standin::profile::Library;
use standin::profile::diagnostic::{CODES, Diagnostic, render, sorted};

use crate::support::golden::golden_all;
use crate::support::{checked, faultless, files_in, source};

const FOLDER: &str = "tests/profile_errors";

/// The cases, each with what is found.
fn cases() -> Vec<(PathBuf, Vec<Diagnostic>)> {
    let mut paths = files_in(FOLDER, ".yaml");
    paths.retain(|path| !path.to_string_lossy().ends_with(".other.yaml"));
    let read = |path: PathBuf| {
        let mut sources = vec![source(&base()), source(&path)];
        let other = path.with_extension("other.yaml");
        if other.exists() {
            sources.push(source(&other));
        }
        let (_, found) = checked(&sources);
        (path, found)
    };
    paths.into_iter().map(read).collect()
}

fn base() -> PathBuf {
    Path::new(FOLDER).join("base/minimal.yaml")
}

#[test]
fn every_kind_of_mistake_is_reported_as_its_file_says() {
    golden_all(cases().into_iter().map(|(path, found)| (path.with_extension("stderr"), render(&found))));
}

#[test]
fn every_case_has_one_mistake_and_seven_has_seven() {
    for (path, found) in cases() {
        let wanted = if path.ends_with("seven.yaml") { 7 } else { 1 };
        assert_eq!(sorted(&found).len(), wanted, "{}\n{}", path.display(), render(&found));
    }
}

#[test]
fn every_code_has_a_case() {
    let met: BTreeSet<&str> = cases().iter().flat_map(|(_, found)| found).map(|one| one.code).collect();
    let codes = CODES.iter().map(|(code, _, _)| *code);
    let known: BTreeSet<&str> = codes.filter(|code| code.starts_with('P')).collect();
    assert_eq!(met, known);
}

#[test]
fn every_golden_file_has_its_case() {
    for path in files_in(FOLDER, ".stderr") {
        assert!(path.with_extension("yaml").exists(), "{} belongs to nothing", path.display());
    }
}

#[test]
fn what_the_cases_extend_is_right() {
    faultless(&[source(&base())]);
}

#[test]
fn a_pick_that_the_profile_does_not_have_is_a_mistake_at_the_variants() {
    let library: Library = faultless(&[source(Path::new("tests/vendors/rookery.yaml"))]);
    let check = |name: &str, value: &str, wanted: &str| {
        let picks = [(name.to_owned(), value.to_owned())];
        let found = library.profile("rookery", &picks).err().unwrap_or_default();
        let said: Vec<String> = found
            .iter()
            .map(|one| format!("{}; {}", one.message, one.help.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(said.join("\n"), wanted, "{name}={value}");
    };
    check("page_above_max", "clamp", "");
    check("feed_lifetime", "5m", "");
    check("plan", "pair", "");
    check("feed_enabled", "false", "");
    check("page_above", "clamp", "no variant is called `page_above`; did you mean `page_above_max`?");
    check(
        "page_above_max",
        "clmp",
        "the variant `page_above_max` has no value `clmp`; did you mean `clamp`?",
    );
    check("feed_lifetime", "soon", "the variant `feed_lifetime` has no value `soon`; choose from `90d`");
}
