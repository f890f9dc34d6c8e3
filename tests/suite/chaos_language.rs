//! The chaos language. Each `tests/chaos_errors/NAME.yaml` has one mistake (`seven.yaml` has seven), and `NAME.stderr` is all
//! that is said of it; the ready-made rules are read and tried against every vendor that ships.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use proptest::prelude::{ProptestConfig, any, proptest};
use standin::chaos::keys::CHAOS;
use standin::chaos::{read, ready_made};
use standin::profile::diagnostic::render;
use standin::profile::grammar::table_mistakes;
use standin::profile::model::Profile;
use standin::profile::schema_json::json_schema;
use standin::profile::source::Source;
use standin::profile::{Library, files};

use crate::support::{faultless, files_in, mistakes, source};

const FOLDER: &str = "tests/chaos_errors";

static SHIPPED: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| profiles(&faultless(&files::built_in())));
static ROOKERY: LazyLock<Vec<Arc<Profile>>> =
    LazyLock::new(|| profiles(&faultless(&[source("tests/vendors/rookery.yaml".as_ref())])));

fn profiles(library: &Library) -> Vec<Arc<Profile>> {
    let profile = |vendor| Arc::new(library.profile(vendor, &[]).expect("a good profile"));
    library.vendors().map(profile).collect()
}

/// The cases, each with what is found.
fn cases() -> Vec<mistakes::Case> {
    let read = |path: PathBuf| {
        let mut found = Vec::new();
        assert!(read::read(&source(&path), Some(&ROOKERY), &mut found).is_none(), "{}", path.display());
        (path, found)
    };
    files_in(FOLDER, ".yaml").into_iter().map(read).collect()
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
    mistakes::are_all(FOLDER, 'C', cases());
}

#[test]
fn the_table_of_keys_is_whole() {
    assert_eq!(table_mistakes(&CHAOS), Vec::<String>::new());
}

#[test]
fn the_schema_takes_what_is_read_and_refuses_what_is_not() {
    let schema = json_schema(&CHAOS, "chaos");
    let schema = jsonschema::draft7::new(&schema).expect("a schema");
    for set in ready_made::all() {
        let errors: Vec<String> =
            schema.iter_errors(&set.tree.to_json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", set.name);
    }
    assert!(!schema.is_valid(&serde_json::json!({"chaos": [{"dealy": "1s"}]})));
}

#[test]
fn every_ready_made_set_is_good_for_every_vendor() {
    let sets = ready_made::all();
    let names: Vec<&str> = sets.iter().map(|set| set.name).collect();
    let wanted = [
        "brownout",
        "eventual-consistency",
        "flaky",
        "lost-responses",
        "outage",
        "page-cap-surprise",
        "rate-limit-storm",
        "slow",
        "token-rotation-midway",
    ];
    assert_eq!(names, wanted);
    for set in sets {
        let mut found = Vec::new();
        let rules = read::read(&set.source, Some(&SHIPPED), &mut found);
        assert!(found.is_empty() && set.about.ends_with('.'), "{}: {}", set.name, render(&found));
        for rule in rules.unwrap_or_default() {
            let end = rule.name.strip_prefix(set.name);
            assert!(end.is_some_and(|end| end.is_empty() || end.starts_with('-')), "{}", rule.name);
        }
    }
}

#[test]
fn the_example_of_the_documents_is_good() {
    let mut found = Vec::new();
    let rules = read::read(&source("tests/chaos/example.yaml".as_ref()), Some(&SHIPPED), &mut found);
    assert!(found.is_empty(), "{}", render(&found));
    assert_eq!(rules.map(|rules| rules.len()), Some(3));
}

/// What a list of rules means, as names with what was written.
fn meant(list: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let source = Source::new("rules.yaml", format!("chaos: {list}"));
    let rules =
        read::read(&source, Some(&SHIPPED), &mut found).unwrap_or_else(|| panic!("{}", render(&found)));
    rules.into_iter().map(|rule| (rule.name, rule.written.to_string())).collect()
}

#[test]
fn what_stands_beside_use_takes_the_place_of_what_the_ready_made_rules_say() {
    let check = |list: &str, wanted: &[(&str, &str)]| {
        let wanted: Vec<(String, String)> =
            wanted.iter().map(|(name, rule)| ((*name).to_owned(), (*rule).to_owned())).collect();
        assert_eq!(meant(list), wanted, "{list}");
    };
    let slow = r#"{"name":"slow","delay":{"lognormal":{"median":"400ms","p99":"3s"},"max":"30s"}}"#;
    check("[slow]", &[("slow", slow)]);
    check("[{use: slow}]", &[("slow", slow)]);
    check("[{use: slow, delay: 1s}]", &[("slow", r#"{"name":"slow","delay":"1s"}"#)]);
    check(
        "[{use: flaky, name: mine, where: {method: GET}, when: {times: 1}}]",
        &[
            (
                "mine-unavailable",
                r#"{"name":"mine-unavailable","when":{"probability":0.05,"times":1},"respond":503,"where":{"method":"GET"}}"#,
            ),
            (
                "mine-reset",
                r#"{"name":"mine-reset","when":{"probability":0.02,"times":1},"ending":"reset","where":{"method":"GET"}}"#,
            ),
        ],
    );
    check(
        "[{delay: 1s}, {name: x, delay: 1s}]",
        &[("rule-1", r#"{"delay":"1s"}"#), ("x", r#"{"name":"x","delay":"1s"}"#)],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let mut found = Vec::new();
        let read = read::read_sent(&Source::new("x", text), Some(&ROOKERY), &mut found);
        assert!(read.is_some() || !found.is_empty());
    }
}
