//! Scenarios. Each `tests/scenario_errors/NAME.yaml` has one mistake (`seven.yaml` has seven), and `NAME.stderr` is all that is
//! said of it; those that ship are read against every vendor that ships; and what each kind of step does to a sandbox, by the
//! time and by a count of calls, under a clock that stands.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use proptest::prelude::{ProptestConfig, any, proptest};
use serde_json::{Value, json};
use standin::engine::{Birth, DEFAULT_SANDBOX, Engine, Refused, Sandbox, Setup};
use standin::profile::diagnostic::render;
use standin::profile::grammar::table_mistakes;
use standin::profile::model::Profile;
use standin::profile::node::parse;
use standin::profile::schema_json::json_schema;
use standin::profile::source::Source;
use standin::profile::{Library, files};
use standin::report::Ended;
use standin::scenario::keys::SCENARIO;
use standin::scenario::{Deed, Scenario, read, ready};

use crate::engine::{call, json};
use crate::support::{faultless, files_in, mistakes, source};

const FOLDER: &str = "tests/scenario_errors";

static SHIPPED: LazyLock<Arc<Library>> = LazyLock::new(|| Arc::new(faultless(&files::built_in())));
static PROFILES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| profiles(&SHIPPED));
static MADE_UP: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    let sources = ["rookery", "magpie"].map(|name| source(format!("tests/vendors/{name}.yaml").as_ref()));
    profiles(&faultless(&sources))
});

fn profiles(library: &Library) -> Vec<Arc<Profile>> {
    let profile = |vendor| Arc::new(library.profile(vendor, &[]).expect("a good profile"));
    library.vendors().map(profile).collect()
}

/// The cases, each with what is found.
fn cases() -> Vec<mistakes::Case> {
    let read = |path: PathBuf| {
        let mut found = Vec::new();
        assert!(read::read(&source(&path), Some(&MADE_UP), &mut found).is_none(), "{}", path.display());
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
    mistakes::are_all(FOLDER, 'S', cases());
}

#[test]
fn the_table_of_keys_is_whole() {
    assert_eq!(table_mistakes(&SCENARIO), Vec::<String>::new());
}

#[test]
fn the_schema_takes_what_is_read_and_refuses_what_is_not() {
    let schema = json_schema(&SCENARIO, "scenario");
    assert!(jsonschema::draft7::meta::is_valid(&schema));
    let schema = jsonschema::draft7::new(&schema).expect("a schema");
    let example = ("example", source("tests/scenarios/example.yaml".as_ref()));
    for (name, source) in ready::all().chain([example]) {
        let tree = parse(&source, &mut Vec::new()).expect("YAML").to_json();
        let errors: Vec<String> = schema.iter_errors(&tree).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    assert!(!schema.is_valid(&json!({"scenario": "a", "about": "b.", "timeline": [{"att": "1s"}]})));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let mut found = Vec::new();
        let read = read::read(&Source::new("x", text), Some(&MADE_UP), &mut found);
        assert!(read.is_some() || !found.is_empty());
    }
}

#[test]
fn what_ships_is_without_a_mistake_and_called_as_its_file() {
    let names: Vec<&str> = ready::all().map(|(name, _)| name).collect();
    let wanted =
        ["bad-day", "bulk-import", "full-sync", "offboarding", "onboarding", "rate-limit", "token-rotation"];
    assert_eq!(names, wanted);
    for (name, source) in ready::all() {
        let mut found = Vec::new();
        let read = read::read(&source, Some(&PROFILES), &mut found);
        assert!(found.is_empty(), "{}", render(&found));
        let scenario = read.expect("a scenario");
        assert_eq!(scenario.name, name);
        assert!(scenario.about.ends_with('.') && !scenario.steps.is_empty(), "{name}");
        assert!(scenario.vendors.is_empty(), "{name} is for any vendor");
    }
}

/// Before what happens in a sandbox, its clock stands at 1970.
struct Stage {
    engine: Engine,
    sandbox: Arc<Sandbox>,
}

const USERS: &str = "/cofense@play/v2/users?count=1";

impl Stage {
    /// An engine with one sandbox of three people in two organizations, whose clock stands.
    fn new() -> Self {
        let mut setup = Setup::new(PROFILES.clone());
        (setup.recipients, setup.groups, setup.clock_ms) = (3, 1, Some(0));
        setup.library = Some(Arc::clone(&SHIPPED));
        let engine = Engine::start(setup).expect("an engine that starts");
        let vendors = ["cofense", "scim"].map(|name| engine.index_of(name).expect("a vendor"));
        let birth = Birth { vendors: Some(vendors.to_vec()), ..engine.usual_birth() };
        let sandbox = engine.make_sandbox(Some("play"), birth).expect("a sandbox");
        Self { engine, sandbox }
    }

    #[track_caller]
    fn play(&self, yaml: &str) -> Result<(), Refused> {
        self.engine.play(&self.sandbox, &Arc::new(scenario(yaml)))
    }

    fn token(&self, credential: &str) -> String {
        let vendor = self.engine.index_of("cofense").expect("a vendor");
        let wish = self.engine.wish(&self.sandbox, "cofense", credential, "acme").expect("a kind");
        assert_eq!(wish.vendor, vendor);
        self.engine.issue(&self.sandbox, &wish).expect("a token").token
    }

    /// The status of a call.
    fn get(&self, token: &str) -> u16 {
        self.engine.answer(&call("GET", USERS, token, "")).status.as_u16()
    }

    fn advance(&self, by_ms: i64) {
        self.sandbox.clock.advance(by_ms);
    }

    /// What was done, as step and outcome.
    fn done(&self) -> Vec<(usize, Result<String, String>)> {
        self.engine.playing(&self.sandbox, |timeline| {
            let done = timeline.map_or(&[][..], |timeline| &timeline.done);
            done.iter().map(|done| (done.step, done.outcome.clone())).collect()
        })
    }

    /// What is expected, as word and sentence.
    fn expected(&self) -> Vec<(&'static str, String)> {
        let expected = self.engine.report(&self.sandbox).expected;
        expected.into_iter().map(|verdict| (verdict.ended.as_str(), verdict.says)).collect()
    }
}

#[track_caller]
fn scenario(yaml: &str) -> Scenario {
    let mut found = Vec::new();
    let text = format!("scenario: test\nabout: A test.\n{yaml}");
    let read = read::read(&Source::new("test.yaml", text), Some(&PROFILES), &mut found);
    read.unwrap_or_else(|| panic!("{}", render(&found)))
}

fn ok(says: &str) -> Result<String, String> {
    Ok(says.to_owned())
}

#[test]
fn a_step_by_the_time_holds_for_the_first_call_at_that_time_and_one_by_the_count_from_the_next_call_on() {
    let stage = Stage::new();
    let token = stage.token("api");
    stage
        .play(
            "timeline:
  - at: 10s
    chaos: [{name: down, respond: 503}]
  - after: {calls: 2, where: {method: GET}}
    chaos: [{name: gone, respond: 410, when: {times: 1}}]
  - at: 20s
    lift: [down]
",
        )
        .expect("it begins");
    assert_eq!([stage.get(&token), stage.get(&token)], [200, 200]);
    assert_eq!([stage.get(&token), stage.get(&token)], [410, 200], "behind the second call");
    stage.advance(9_999);
    assert_eq!(stage.get(&token), 200);
    stage.advance(1);
    assert_eq!([stage.get(&token), stage.get(&token)], [503, 503], "at the tenth second");
    stage.advance(10_000);
    assert_eq!(stage.get(&token), 200);
    let wanted = [(1, ok("chaos: gone")), (0, ok("chaos: down")), (2, ok("no more chaos: down"))];
    assert_eq!(stage.done(), wanted);
    assert!(stage.expected().is_empty(), "nothing was expected");
}

#[test]
fn a_credential_that_ends_by_the_time_is_dead_for_the_call_that_comes_then() {
    for how in ["rotate", "revoke", "expire"] {
        let stage = Stage::new();
        let token = stage.token("api");
        stage.play(&format!("timeline: [{{at: 5s, credentials: {{{how}: {{}}}}}}]")).expect("it begins");
        assert_eq!(stage.get(&token), 200, "{how}");
        stage.advance(5_000);
        assert_eq!(stage.get(&token), 401, "{how}");
    }
}

#[test]
fn credentials_end_of_whom_the_step_says_and_of_no_other_vendor_than_the_scenario_is_about() {
    let check = |vendors: &str, whose: &str, wanted: &str| {
        let stage = Stage::new();
        let yaml = format!("{vendors}\ntimeline: [{{at: 0s, credentials: {{revoke: {whose}}}}}]");
        stage.play(&yaml).expect("it begins");
        assert_eq!(stage.done(), [(0, ok(wanted))], "{vendors} {whose}");
    };
    // Of cofense an API token and a SCIM token in each of two organizations, of scim a SCIM token in each.
    check("", "{vendor: cofense, credential: api, organization: acme}", "revoke 1 credential");
    check("", "{vendor: cofense, credential: api}", "revoke 2 credentials");
    check("", "{vendor: cofense}", "revoke 4 credentials");
    check("vendors: [cofense]", "{}", "revoke 4 credentials");
    check("vendors: [cofense]", "{credential: scim}", "revoke 2 credentials");
}

#[test]
fn each_kind_of_step_does_what_the_control_api_does() {
    let stage = Stage::new();
    let token = stage.token("api");
    stage
        .play(
            "setup:
  recipients: 3
  set: {cofense.limits: on}
timeline:
  - at: 0s
    checkpoint: begun
  - at: 1s
    limits: {vendor: cofense, limit: per_token, remaining: 1}
  - at: 2s
    limits: {rate: {limit: 7}}
  - at: 3s
    limits: {enabled: false}
  - at: 4s
    set: {cofense.plan: essentials, cofense.terms_accepted: true}
  - at: 5s
    act: {vendor: cofense, action: generate_api_token}
  - at: 6s
    clock: {set: \"2026-01-01T00:00:00Z\", advance: 1h}
",
        )
        .expect("it begins");
    stage.advance(1_000);
    assert_eq!([stage.get(&token), stage.get(&token)], [200, 429], "one call was left");
    stage.advance(2_000);
    assert_eq!([stage.get(&token), stage.get(&token)], [200, 200], "the limits are lifted");
    let living =
        stage.engine.credentials(&stage.sandbox, stage.engine.index_of("cofense").expect("a vendor"));
    stage.advance(3_000);
    let outcomes: Vec<Result<String, String>> =
        stage.done().into_iter().map(|(_, outcome)| outcome).collect();
    let wanted = [
        ok("checkpoint begun"),
        ok("limits are set: cofense"),
        ok("limits are set: cofense"),
        ok("limits are set: cofense"),
        ok("cofense.plan is essentials"),
        ok("cofense.terms_accepted is true"),
        ok("cofense: generate_api_token"),
        ok("the clock is moved"),
    ];
    assert_eq!(outcomes, wanted);
    let now = stage.engine.credentials(&stage.sandbox, stage.engine.index_of("cofense").expect("a vendor"));
    assert_eq!(now.len(), living.len() + 1);
    assert_eq!(stage.sandbox.clock.now_ms(), 1_767_225_600_000 + 3_600_000);
}

#[test]
fn a_clock_that_jumps_passes_no_step_by_and_one_that_goes_back_undoes_none() {
    let stage = Stage::new();
    stage
        .play(
            "timeline:
  - at: 30s
    checkpoint: third
  - at: 10s
    clock: {advance: 10s}
  - at: 20s
    checkpoint: second
",
        )
        .expect("it begins");
    stage.advance(10_000);
    assert_eq!(stage.done(), [(1, ok("the clock is moved")), (2, ok("checkpoint second"))]);
    stage.sandbox.clock.set(0);
    assert_eq!(stage.done().len(), 2);
    stage.advance(1_000_000);
    assert_eq!(stage.done().len(), 3);
}

#[test]
fn what_cannot_be_done_is_told_and_fails_the_report_and_the_rest_is_done() {
    let stage = Stage::new();
    stage
        .play(
            "setup:
  set: {cofense.plan: essentials}
timeline:
  - at: 0s
    act: {vendor: cofense, action: rotate_scim_token}
    checkpoint: after
",
        )
        .expect("it begins");
    let done = stage.done();
    assert_eq!((done.len(), &done[1]), (2, &(0, ok("checkpoint after"))));
    let why = done[0].1.clone().expect_err("it needs another plan");
    let says = format!("step 1 could not be done: {why}");
    assert_eq!(stage.expected(), [("fail", says.clone())]);
    let report = stage.engine.report(&stage.sandbox);
    assert!(!report.passed() && report.timeline.iter().any(|event| event.says == says), "{report}");
}

#[test]
fn what_is_expected_is_looked_at_when_its_moment_comes_and_at_the_end() {
    let stage = Stage::new();
    let token = stage.token("api");
    stage
        .play(
            "timeline:
  - after: 2
    checkpoint: half
    expect: {calls: {at_least: 3}, records: [{vendor: cofense, type: user, count: 3}]}
  - after: 100
    checkpoint: never
    expect: {calls: 100}
expect:
  calls: {at_least: 3}
  records: [{count: 4}, {vendor: scim, count: {at_least: 1}}]
  no_duplicates: true
  verify: [{match: {operation: list_users, status: 2xx}, count: 3}]
",
        )
        .expect("it begins");
    (0..3).for_each(|_| assert_eq!(stage.get(&token), 200));
    let wanted = [
        ("fail", "at half: 2 calls were made, at least 3 were expected"),
        ("pass", "at half: cofense has 3 records user, exactly 3 were expected"),
        ("not met", "the checkpoint never was not reached"),
        ("pass", "3 calls were made, at least 3 were expected"),
        ("pass", "3 calls as test.yaml:14:12 wants them, exactly 3 were expected"),
        ("fail", "cofense has 3 records user, exactly 4 were expected"),
        ("pass", "scim has 3 records user, at least 1 were expected"),
        ("pass", "cofense has nobody twice"),
    ];
    let wanted: Vec<(&str, String)> =
        wanted.iter().map(|(ended, says)| (*ended, (*says).to_owned())).collect();
    assert_eq!(stage.expected(), wanted);
}

#[test]
fn of_vendors_that_nobody_called_nothing_is_expected_unless_they_are_named() {
    let check = |yaml: &str, calls: usize, wanted: &[(&str, &str)]| {
        let stage = Stage::new();
        let token = stage.token("api");
        stage.play(yaml).expect("it begins");
        (0..calls).for_each(|_| assert_eq!(stage.get(&token), 200));
        let wanted: Vec<(&str, String)> =
            wanted.iter().map(|(ended, says)| (*ended, (*says).to_owned())).collect();
        assert_eq!(stage.expected(), wanted, "{yaml}");
    };
    let (cofense, scim) = (("pass", "cofense has nobody twice"), ("pass", "scim has nobody twice"));
    check("expect: {no_duplicates: true}", 1, &[cofense]);
    check("expect: {no_duplicates: true}", 0, &[("fail", "no vendor was called that could be as expected")]);
    check("vendors: [scim]\nexpect: {no_duplicates: true}", 1, &[scim]);
    check("vendors: [scim, cofense]\nexpect: {no_duplicates: true}", 0, &[cofense, scim]);
    check(
        "vendors: [scim]\nexpect: {calls: 0}",
        1,
        &[("pass", "0 calls were made, exactly 0 were expected")],
    );
}

#[test]
fn what_the_client_did_counts_though_the_journal_was_cleared() {
    let stage = Stage::new();
    let token = stage.token("api");
    stage.play("expect: {calls: 2, no_duplicates: true}").expect("it begins");
    assert_eq!(stage.get(&token), 200);
    stage.sandbox.journal.clear();
    assert_eq!(stage.get(&token), 200);
    assert!(stage.expected().iter().all(|(ended, _)| *ended == "pass"), "{:?}", stage.expected());
}

#[test]
fn a_scenario_is_played_only_where_it_can_be() {
    let check = |yaml: &str, wanted: &str| {
        let stage = Stage::new();
        let refused = stage.play(yaml).expect_err(yaml);
        assert_eq!(refused.sentence(), wanted, "{yaml}");
        assert!(stage.engine.playing(&stage.sandbox, |timeline| timeline.is_none()), "{yaml}");
    };
    let wants = |what: &str| format!("the scenario test wants a sandbox with {what}; make another");
    check("setup: {recipients: 4}", &wants("4 recipients, and this one has 3"));
    check("setup: {groups: 4}", &wants("4 groups, and this one has 1"));
    check("setup: {organizations: [globex, acme]}", &wants("the organizations globex, acme"));
    check("expect: {records: [{organization: initech, count: 1}]}", &wants("the organization initech"));
    check("vendors: [cosafe]", "the sandbox has no vendor `cosafe`");
    check("timeline: [{at: 1s, set: {cosafe.scim_activated: true}}]", "the sandbox has no vendor `cosafe`");
    let stage = Stage::new();
    stage.play("expect: {calls: 1}").expect("it begins");
    let other = stage.play("expect: {calls: 1}").expect_err("one is under way");
    assert_eq!(other, Refused::Taken("the scenario test is under way; end it first".to_owned()));
    stage.engine.end_play(&stage.sandbox).expect("it was under way");
    stage.play("expect: {calls: 1}").expect("there is room again");
}

#[test]
fn a_reset_ends_the_scenario_and_undoes_what_it_did() {
    let stage = Stage::new();
    stage
        .play("timeline: [{at: 0s, chaos: [{respond: 503}]}, {at: 1s, chaos: [{respond: 500}]}]")
        .expect("it");
    stage.engine.reset_sandbox("play").expect("it is there");
    stage.advance(2_000);
    assert_eq!(stage.get(&stage.token("api")), 200);
    assert!(stage.done().is_empty() && stage.engine.end_play(&stage.sandbox).is_none());
}

#[test]
fn steps_are_done_once_however_many_call_at_once() {
    const CALLERS: usize = 8;
    const CALLS: usize = 50;
    let stage = Stage::new();
    let token = stage.token("api");
    let steps: String = (1..=CALLERS * CALLS / 10)
        .map(|nth| {
            format!("  - after: {}\n    set: {{cofense.terms_accepted: {}}}\n", nth * 10, nth % 2 == 0)
        })
        .collect();
    stage.play(&format!("timeline:\n{steps}")).expect("it begins");
    std::thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| (0..CALLS).for_each(|_| assert_eq!(stage.get(&token), 200)));
        }
        scope.spawn(|| (0..CALLS).for_each(|_| drop(stage.expected())));
    });
    let done: Vec<usize> = stage.done().into_iter().map(|(step, _)| step).collect();
    assert_eq!(done, (0..CALLERS * CALLS / 10).collect::<Vec<_>>(), "each once, in order");
}

#[test]
fn every_kind_of_deed_stands_in_the_example_and_the_example_plays() {
    let mut found = Vec::new();
    let source = source("tests/scenarios/example.yaml".as_ref());
    let read = read::read(&source, Some(&PROFILES), &mut found);
    let scenario = read.unwrap_or_else(|| panic!("{}", render(&found)));
    assert!(found.is_empty(), "{}", render(&found));
    let kinds: BTreeSet<&str> = scenario
        .setup
        .deeds
        .iter()
        .chain(scenario.steps.iter().flat_map(|step| &step.deeds))
        .map(|deed| match deed {
            Deed::Arm(_) => "chaos",
            Deed::Lift(_) => "lift",
            Deed::Credentials(_) => "credentials",
            Deed::Act { .. } => "act",
            Deed::Set { .. } => "set",
            Deed::Limits(_) => "limits",
            Deed::Clock { .. } => "clock",
            Deed::Checkpoint { .. } => "checkpoint",
        })
        .collect();
    assert_eq!(kinds.len(), 8, "{kinds:?}");

    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.groups) = (40, 4);
    setup.library = Some(Arc::clone(&SHIPPED));
    let engine = Engine::start(setup).expect("an engine that starts");
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it is there");
    engine.play(&sandbox, &Arc::new(scenario)).expect("it begins");
    let reply = engine.answer(&call("GET", "/cofense/v2/users?limit=100", "cofense-api-token", ""));
    let users = json(&reply)["users"].as_array().map(Vec::len);
    assert_eq!((reply.status.as_u16(), users), (200, Some(40)), "{}", json(&reply));
    for _ in 0..40 {
        engine.answer(&call("GET", "/cofense/v2/users?limit=1", "cofense-api-token", ""));
        sandbox.clock.advance(1_000);
    }
    let report = engine.report(&sandbox);
    let failed = report.expected.iter().find(|verdict| verdict.says.contains("could not be done"));
    assert_eq!(failed, None);
    assert!(report.expected.iter().any(|verdict| verdict.ended == Ended::Pass));
    let to_come = engine.playing(&sandbox, |timeline| timeline.map(|timeline| timeline.to_come().count()));
    assert_eq!(to_come, Some(0));
    assert_ne!(Value::Null, json(&reply));
}
