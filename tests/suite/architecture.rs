//! The rules of the house that a machine can hold: who may import whom, what waits where, how long a file is, and that no
//! vendor is named in code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may import whom. What is not listed is forbidden; a new arrow is a design question, not a line to add.
const ARROWS: &[(&str, &[&str])] = &[
    ("call", &[]),
    ("glob", &[]),
    ("limit", &["secret"]),
    ("oauth", &[]),
    ("scim", &[]),
    ("secret", &[]),
    ("seed", &[]),
    ("store", &[]),
    ("fault", &["oauth", "scim"]),
    ("vault", &["fault"]),
    ("world", &["seed"]),
    ("profile", &["fault", "limit", "oauth", "scim", "seed"]),
    ("record", &["fault", "profile", "scim", "seed"]),
    ("chaos", &["fault", "glob", "profile", "world"]),
    ("notes", &["chaos", "fault", "limit", "profile"]),
    ("journal", &["call", "glob", "limit", "notes", "profile", "secret"]),
    ("report", &["fault", "journal", "limit", "notes", "profile", "secret"]),
    ("scenario", &["chaos", "journal", "profile", "record", "report"]),
    ("stage", &["call", "fault", "notes", "oauth", "profile", "vault"]),
    ("operation", &["fault", "notes", "oauth", "profile", "record", "scim", "store", "vault", "world"]),
    (
        "representation",
        &["call", "fault", "limit", "notes", "oauth", "operation", "profile", "record", "scim", "store"],
    ),
    (
        "engine",
        &[
            "call",
            "chaos",
            "fault",
            "journal",
            "limit",
            "notes",
            "oauth",
            "operation",
            "profile",
            "record",
            "report",
            "representation",
            "scenario",
            "secret",
            "seed",
            "stage",
            "store",
            "vault",
            "world",
        ],
    ),
    ("server", &["call"]),
    (
        "control",
        &[
            "call", "chaos", "engine", "fault", "journal", "limit", "profile", "record", "report",
            "scenario", "secret", "vault",
        ],
    ),
    ("serve", &["call", "chaos", "control", "engine", "profile", "scenario", "seed", "server"]),
    ("testing", &["call", "control", "engine", "profile", "report", "serve", "server"]),
    ("cli", &["chaos", "control", "engine", "profile", "report", "scenario", "seed", "serve", "server"]),
];

/// Which part may use which crate from outside, where that is not free to all.
const CRATES: &[(&str, &[&str])] = &[
    ("hyper", &["server"]),
    ("hyper_util", &["server"]),
    ("http_body_util", &["server"]),
    ("tower", &["server"]),
    ("tokio", &["server", "serve", "cli"]),
    ("rustix", &["cli", "serve"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("fake", &["seed"]),
    ("csv", &["seed"]),
    ("rand", &["world", "seed"]),
    ("dashmap", &["engine", "vault"]),
    ("matchit", &["stage"]),
    ("saphyr_parser", &["profile"]),
    ("annotate_snippets", &["profile"]),
    ("tracing_subscriber", &["serve", "cli"]),
];

/// Where `async` may stand.
const ASYNC: &[&str] = &["server", "serve", "cli"];

/// One sitting.
const FILE_LINES_MAX: usize = 450;

struct File {
    path: PathBuf,
    part: String,
    text: String,
}

fn files() -> Vec<File> {
    let mut files = Vec::new();
    collect(Path::new("src"), &mut files);
    assert!(files.len() > 50, "the sources were not found");
    files
}

fn collect(folder: &Path, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix("src").expect("a path below src");
            let first =
                inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
            let part = first.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).expect("a source");
            files.push(File { path, part, text });
        }
    }
}

/// The text without comments.
fn code(text: &str) -> String {
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned() + "\n";
    text.lines().map(line).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The parts that a file imports: `crate::PART` anywhere in its code, also in a list, `use crate::{a, b::c}`.
fn imports(text: &str, parts: &BTreeSet<&str>) -> BTreeSet<String> {
    let code = code(text);
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let named = match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                let mut firsts = vec![String::new()];
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => firsts.push(String::new()),
                        c => firsts.last_mut().expect("one at least").push(c),
                    }
                }
                firsts
            }
            None => vec![rest.to_owned()],
        };
        let first = |text: &String| words(text.trim_start()).next().unwrap_or_default().to_owned();
        found.extend(named.iter().map(first).filter(|name| parts.contains(name.as_str())));
    }
    found
}

#[test]
fn arrows_point_one_way() {
    let files = files();
    let table: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let parts: BTreeSet<&str> = table.keys().copied().collect();
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| !["lib", "main"].contains(&file.part.as_str())) {
        let Some(allowed) = table.get(file.part.as_str()) else {
            wrong.push(format!("{}: `{}` is in no row of the table", file.path.display(), file.part));
            continue;
        };
        for import in imports(&file.text, &parts) {
            if import != file.part && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: `{}` may not import `{import}`", file.path.display(), file.part));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_has_no_circle_and_no_idle_arrow() {
    let mut rest: BTreeMap<&str, BTreeSet<&str>> =
        ARROWS.iter().map(|(part, allowed)| (*part, allowed.iter().copied().collect())).collect();
    while let Some(leaf) = rest.iter().find(|(_, allowed)| allowed.is_empty()).map(|(part, _)| *part) {
        rest.remove(leaf);
        rest.values_mut().for_each(|allowed| {
            allowed.remove(leaf);
        });
    }
    assert!(rest.is_empty(), "a circle among {:?}", rest.keys());

    let parts: BTreeSet<&str> = ARROWS.iter().map(|(part, _)| *part).collect();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files() {
        used.entry(file.part.clone()).or_default().extend(imports(&file.text, &parts));
    }
    for (part, allowed) in ARROWS {
        let idle: Vec<&&str> = allowed
            .iter()
            .filter(|arrow| !used.get(*part).is_some_and(|used| used.contains(**arrow)))
            .collect();
        assert!(idle.is_empty(), "`{part}` does not use {idle:?}: take the arrows out of the table");
    }
}

#[test]
fn crates_from_outside_stay_in_their_part() {
    let mut wrong = Vec::new();
    for file in files()
        .iter()
        .filter(|file| !file.path.ends_with("tests.rs") && !file.path.to_string_lossy().contains("/tests/"))
    {
        let code = code(&file.text);
        for (name, allowed) in CRATES {
            let used = code.contains(&format!("{name}::"));
            if used && !allowed.contains(&file.part.as_str()) && file.part != "main" {
                wrong.push(format!("{}: uses {name}", file.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_edge_waits() {
    let waits = |file: &File| words(&code(&file.text)).any(|word| word == "async" || word == "await");
    let wrong: Vec<_> = files()
        .into_iter()
        .filter(|file| !ASYNC.contains(&file.part.as_str()) && waits(file))
        .map(|file| file.path)
        .collect();
    assert!(wrong.is_empty(), "async outside the edge: {wrong:?}");
}

#[test]
fn no_vendor_is_named_in_code() {
    let names = std::fs::read_dir("profiles").expect("profiles").filter_map(|entry| {
        let path = entry.expect("an entry").path();
        let is_profile = path.extension().is_some_and(|extension| extension == "yaml");
        // `scim` is a protocol as well as a vendor.
        let name = path.file_stem()?.to_string_lossy().to_lowercase();
        (is_profile && name != "scim").then_some(name)
    });
    let names: BTreeSet<String> = names.collect();
    assert!(names.len() >= 4, "the profiles were not found");
    let mut wrong = Vec::new();
    for file in files() {
        let text = file.text.to_lowercase();
        wrong.extend(
            words(&text)
                .filter(|word| names.contains(*word))
                .map(|word| format!("{}: {word}", file.path.display())),
        );
    }
    assert!(wrong.is_empty(), "vendors are named in code:\n{}", wrong.join("\n"));
}

#[test]
fn a_file_is_read_in_one_sitting() {
    let lines = |file: &File| file.text.lines().count();
    let long: Vec<String> = files()
        .iter()
        .filter(|file| lines(file) > FILE_LINES_MAX)
        .map(|file| format!("{} has {} lines", file.path.display(), lines(file)))
        .collect();
    assert!(long.is_empty(), "split these into two things:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_left_to_do() {
    // In two halves, so that whoever looks for them does not find them here.
    let marks =
        [concat!("to", "do!"), concat!("unimpl", "emented!"), concat!("FIX", "ME"), concat!("#[ig", "nore")];
    let left = |file: &File| marks.iter().any(|mark| file.text.contains(mark));
    let wrong: Vec<_> = files().into_iter().filter(left).map(|file| file.path).collect();
    assert!(wrong.is_empty(), "unfinished: {wrong:?}");
}
