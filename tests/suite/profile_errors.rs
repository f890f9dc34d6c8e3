//! Each `tests/profile_errors/NAME.yaml` has one mistake (`seven.yaml` has seven), and `NAME.stderr` is all that is said of
//! it. The files extend `base/minimal.yaml`; `NAME.other.yaml` is read with `NAME.yaml` where a mistake needs two files.

use std::path::{Path, PathBuf};

use standin::profile::Library;

use crate::support::{checked, faultless, files_in, mistakes, source};

const FOLDER: &str = "tests/profile_errors";

/// The cases, each with what is found.
fn cases() -> Vec<mistakes::Case> {
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
    mistakes::are_reported(cases());
}

#[test]
fn every_case_has_one_mistake_and_seven_has_seven() {
    mistakes::are_counted(cases());
}

#[test]
fn every_code_has_a_case_and_every_golden_file_too() {
    mistakes::are_all(FOLDER, 'P', cases());
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
