//! What is chosen when the program starts is what it serves: recipients, vendors, variants, from options and environment.

use serde_json::{Value, json};

use crate::http::call;
use crate::process::{Standin, command, complaint, output};

const COFENSE: (&str, &str) = ("authorization", "Bearer cofense-api-token");

fn total(standin: &Standin) -> Value {
    let reply = call(standin.address(), "GET", "/cofense/v2/users?per_page=1", &[COFENSE], "");
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["total"].clone()
}

fn groups(standin: &Standin) -> usize {
    let reply = call(standin.address(), "GET", "/cofense/v2/groups", &[COFENSE], "");
    reply.json()["groups"].as_array().map_or(0, Vec::len)
}

fn check_amounts(options: &[&str], recipients: u64, group_count: usize) {
    let standin = Standin::start(options);
    assert_eq!((total(&standin), groups(&standin)), (json!(recipients), group_count), "{options:?}");
}

#[test]
fn as_many_recipients_and_groups_are_there_as_were_asked_for() {
    check_amounts(&[], 250, 8);
    check_amounts(&["--recipients", "0"], 0, 0);
    check_amounts(&["--recipients", "0", "--groups", "2"], 0, 0);
    check_amounts(&["--recipients", "7", "--groups", "3"], 7, 3);
}

#[test]
fn one_seed_makes_one_world() {
    let people = |options: &[&str]| {
        let standin = Standin::start(options);
        let list = call(standin.address(), "GET", "/cofense/v2/users", &[COFENSE], "").json();
        let emails = list["users"].as_array().expect("a list").iter().map(|user| user["email"].clone());
        emails.collect::<Vec<Value>>()
    };
    let first = people(&["--recipients", "9"]);
    assert_eq!(people(&["--recipients", "9", "--seed", "1"]), first);
    assert_ne!(people(&["--recipients", "9", "--seed", "2"]), first);
}

#[test]
fn recipients_come_from_a_file_where_one_is_given() {
    for file in ["seed/example.csv", "seed/example.json", "seed/example.ndjson"] {
        let standin = Standin::start(&["--seed-file", file]);
        assert_eq!(total(&standin), json!(12), "{file}");
        let path = "/cofense/v2/users?email=juergen.weiss@example.org";
        let found = call(standin.address(), "GET", path, &[COFENSE], "").json();
        assert_eq!(found["users"][0]["lastName"], "Weiß", "{file}");
    }
}

#[test]
fn a_bad_recipient_file_loads_nobody_and_every_line_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "email,active\na@example.com,true\nnobody,true\nb@example.com,perhaps\n")
        .expect("written");
    let bad = bad.to_str().expect("a path");
    let output = output(&["--seed-file", bad]);
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for wanted in
        [format!("{bad}:3: "), format!("{bad}:4: "), format!("error: nobody was loaded; correct {bad}")]
    {
        assert!(said.contains(&wanted), "{wanted:?} is missing in\n{said}");
    }
}

#[test]
fn addresses_of_real_domains_load_with_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("real.csv");
    std::fs::write(&file, "email,given_name,family_name\na@contoso.com,A,B\n").expect("written");
    let file = file.to_str().expect("a path");
    let standin = Standin::start(&["--seed-file", file]);
    assert_eq!(total(&standin), json!(1));
    let said = standin.stop("TERM").stderr;
    assert!(said.contains(&format!("warning: {file}:2")), "{said}");
}

#[test]
fn the_environment_is_as_good_as_the_command_line() {
    let standin = Standin::start_with(
        command()
            .env("STANDIN_LISTEN", "127.0.0.1:0")
            .env("STANDIN_VENDORS", "cosafe,cofense")
            .env("STANDIN_VENDOR_LISTEN", "cofense=127.0.0.1:0,cosafe=127.0.0.1:0")
            .env("STANDIN_SET", "cofense.patch=on,cofense.above_max=400")
            .env("STANDIN_RECIPIENTS", "3")
            .env("STANDIN_LOG_FORMAT", "json")
            .env("STANDIN_REQUEST_IDS", "off")
            // As a compose file gives what is not set.
            .env("STANDIN_SEED", "")
            .env("STANDIN_SEED_FILE", ""),
    );
    assert_eq!(standin.ready["vendors"], json!(["cosafe", "cofense"]));
    assert_eq!(total(&standin), json!(3));
    let refused = call(standin.address_of("cofense"), "GET", "/v2/users?per_page=1001", &[COFENSE], "");
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(refused.header("standin-request-id"), None);
    let said = standin.stop("TERM").stderr;
    let logged: Vec<&str> = said.lines().filter(|line| line.starts_with('{')).collect();
    assert!(!logged.is_empty(), "{said}");
    for line in logged {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    }
}

#[test]
fn what_the_command_line_says_outweighs_the_environment() {
    let standin = Standin::start_with(command().env("STANDIN_LISTEN", "127.0.0.1:1").args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--vendors",
        "cosafe",
    ]));
    assert_eq!(standin.ready["vendors"], json!(["cosafe"]));
}

#[test]
fn a_variant_that_is_picked_is_in_force() {
    let status = |options: &[&str]| {
        let standin = Standin::start(options);
        call(standin.address(), "GET", "/cofense/v2/users?per_page=1001", &[COFENSE], "").status
    };
    assert_eq!(status(&[]), 200);
    assert_eq!(status(&["--set", "cofense.above_max=400"]), 400);
}

#[test]
fn a_plan_or_prerequisite_that_is_picked_is_in_force() {
    let status = |options: &[&str]| {
        let standin = Standin::start(options);
        let token = ("authorization", "Bearer cofense-scim-token");
        call(standin.address(), "GET", "/cofense/scim/v2/Users", &[token], "").status
    };
    assert_eq!(status(&[]), 200);
    assert_eq!(status(&["--set", "cofense.plan=essentials"]), 403);
    assert_eq!(status(&["--set", "cofense.terms_accepted=false"]), 403);
    assert_eq!(status(&["--set", "cofense.terms_accepted=true"]), 200);
}

#[test]
fn limits_that_are_switched_on_are_in_force() {
    let left = |options: &[&str]| {
        let standin = Standin::start(options);
        let token = ("authorization", "Bearer cofense-api-token");
        let received = call(standin.address(), "GET", "/cofense/v2/groups", &[token], "");
        received.header("x-ratelimit-remaining").map(str::to_owned)
    };
    let headers = ["--set", "cofense.headers=x-ratelimit", "--set"];
    assert_eq!(left(&headers[..2]), None);
    assert_eq!(left(&[&headers[..], &["cofense.limits=on"]].concat()).as_deref(), Some("99"));
    assert_eq!(left(&[&headers[..], &["cofense.limits=off"]].concat()), None);
}

#[test]
fn a_profile_from_outside_is_served_beside_those_built_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "standin: 1\nextends: cofense\nvendor: tide\ntitle: Tide\nhosts: []\n";
    std::fs::write(folder.path().join("tide.yaml"), text).expect("written");
    let folder = folder.path().to_str().expect("a path");
    let standin = Standin::start(&["--profiles", folder, "--vendors", "tide,cosafe"]);
    assert_eq!(standin.ready["vendors"], json!(["tide", "cosafe"]));
    let token = ("authorization", "Bearer tide-api-token");
    assert_eq!(call(standin.address(), "GET", "/tide/v2/users", &[token], "").status, 200);
}
