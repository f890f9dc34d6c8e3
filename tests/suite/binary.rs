//! The program as its users meet it: what it prints, how it ends, and what it says when it cannot start.

use std::net::TcpListener;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::http::call;
use crate::process::{Standin, command, complaint, output, signal};

/// The vendors that have a file in `profiles/`.
fn shipped() -> Vec<String> {
    let entries = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles")).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let mut names: Vec<String> =
        files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

#[test]
fn the_ready_line_comes_when_calls_are_answered_and_says_where() {
    let standin = Standin::start(&[]);
    let ready = &standin.ready;
    assert_eq!(ready["event"], "ready");
    assert_eq!(ready["url"], format!("http://{}", standin.address()));
    assert_eq!(ready["vendors"], json!(shipped()));
    assert!(ready["pid"].as_u64().is_some_and(|pid| pid > 0));
    assert!(!standin.address().ends_with(":0"));
    assert_eq!(call(standin.address(), "GET", "/_standin/health", &[], "").status, 200);
}

#[test]
fn nothing_but_the_ready_line_is_printed_for_programs() {
    let end = Standin::start(&[]).stop("TERM");
    assert_eq!(end.stdout, "");
    assert_eq!(end.status.code(), Some(0));
}

#[test]
fn people_are_told_every_address_and_what_to_paste() {
    let standin = Standin::start(&["--vendor-listen", "cosafe=127.0.0.1:0"]);
    let (at, own) = (standin.address().to_owned(), standin.address_of("cosafe").to_owned());
    let said = standin.stop("INT").stderr;
    for wanted in [
        &*format!("Standin {} answers on http://{at}\n", env!("CARGO_PKG_VERSION")),
        &format!("http://{at}/cofense/v2 "),
        "cofense-api-token\n",
        "cofense-vision-client cofense-vision-secret\n",
        &format!("http://{at}/cognism/scim/v2/acme  "),
        &format!("Cosafe, alone on http://{own}\n"),
        &format!("curl -H 'Authorization: Bearer cofense-api-token' 'http://{at}/cofense/v2/users'\n"),
        "standin explain cofense\n",
        &format!("http://{at}/_standin/\n"),
    ] {
        assert!(said.contains(wanted), "{wanted:?} is missing in\n{said}");
    }
}

fn check_ends(signal: &str) {
    let standin = Standin::start(&[]);
    #[expect(clippy::disallowed_methods, reason = "how long the real program takes is what is asked")]
    let now = std::time::Instant::now;
    let asked = now();
    let end = standin.stop(signal);
    assert_eq!(end.status.code(), Some(0), "{signal}");
    let took_ms = now().duration_since(asked).as_millis();
    assert!(took_ms < 1_000, "{signal} took {took_ms} ms");
}

#[test]
fn it_ends_well_and_soon_when_asked_to() {
    check_ends("TERM");
    check_ends("INT");
}

#[test]
fn it_ends_well_when_asked_to_before_it_is_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("standin.sock");
    let listen = format!("unix:{}", path.display());
    let mut command = command();
    command
        .args(["--listen", &listen, "--recipients", "1000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let child = command.spawn().expect("the program can be run");
    // The door is open, and a million people are being made up.
    while !path.exists() {
        std::thread::yield_now();
    }
    signal("TERM", child.id());
    let output = child.wait_with_output().expect("it can be waited for");
    assert_eq!((output.status.code(), &*output.stdout), (Some(0), &b""[..]));
    assert!(!path.exists());
}

#[test]
fn it_ends_well_when_asked_to_while_it_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("people.ndjson");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    let mut command = command();
    command.args(["--listen", "127.0.0.1:0", "--seed-file"]).arg(&path);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program can be run");
    // Opens as soon as the program reads, and keeps it waiting.
    let people = std::fs::File::options().write(true).open(&path).expect("a reader");
    signal("TERM", child.id());
    let output = child.wait_with_output().expect("it can be waited for");
    assert_eq!((output.status.code(), &*output.stdout), (Some(0), &b""[..]));
    drop(people);
}

/// What the program must say, in one line that begins with `error:`, when it is not given what it needs.
fn check_refused(options: &[&str], wanted: &str) {
    let output = output(options);
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(2), "{options:?} said {said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{options:?}");
    assert_eq!(said, format!("error: {wanted}\n"), "{options:?}");
}

#[test]
fn what_does_not_exist_is_refused_with_what_does() {
    check_refused(&["check", "/nowhere/a.profile"], "there is no file /nowhere/a.profile");
    let all = shipped().join(", ");
    check_refused(
        &["--vendors", "cosafe,cofence"],
        &format!("no vendor is called `cofence`, did you mean `cofense`? (served are {all})"),
    );
    check_refused(
        &["--vendors", "cosafe", "--set", "cofense.put=merge"],
        "--set cofense.put=merge: no vendor is called `cofense` (served are cosafe)",
    );
    check_refused(
        &["--vendor-listen", "cosave=127.0.0.1:0"],
        &format!(
            "--vendor-listen cosave=127.0.0.1:0: no vendor is called `cosave`, did you mean `cosafe`? (served are {all})"
        ),
    );
    check_refused(
        &["--set", "cofense.putt=merge"],
        "--set cofense.putt=merge: cofense has no `putt`, did you mean `put`? (it has above_max, put, patch, \
         list_items, retry_after, headers, delete_user, filters, base, vision_token_path, vision_token_expiry, plan, \
         limits, terms_accepted or recipient_sync_started)",
    );
    check_refused(
        &["--set", "cofense.put=mrege"],
        "--set cofense.put=mrege: `put` takes merge, replace or require_all, not `mrege`, did you mean `merge`?",
    );
    check_refused(
        &["--set", "cofense.vision_token_expiry=90"],
        "--set cofense.vision_token_expiry=90: `vision_token_expiry` takes 3600s or any duration such as `90s`, not `90`",
    );
    check_refused(
        &["--set", "cofense.plan=basic"],
        "--set cofense.plan=basic: `plan` takes enterprise, professional or essentials, not `basic`",
    );
    check_refused(
        &["--set", "cofense.limits=yes"],
        "--set cofense.limits=yes: `limits` takes on or off, not `yes`",
    );
    check_refused(
        &["--set", "cofense.terms_accepted=no"],
        "--set cofense.terms_accepted=no: `terms_accepted` takes true or false, not `no`",
    );
    check_refused(
        &["explain", "cofens"],
        &format!("no vendor is called `cofens`, did you mean `cofense`? (served are {all})"),
    );
    check_refused(
        &["--profiles", "no/such"],
        "--profiles: cannot read no/such: No such file or directory (os error 2)",
    );
    check_refused(&["--seed-file", "no.csv"], "cannot read no.csv: No such file or directory (os error 2)");
    check_refused(
        &["--seed-file", "people.xlsx"],
        "--seed-file people.xlsx: the name does not tell the format; call it .csv, .json or .ndjson",
    );
    check_refused(
        &["--chaos", "flakey"],
        "--chaos flakey: no ready-made rules and no file are called so; did you mean `flaky`?",
    );
    check_refused(
        &["--chaos", "no/rules.yaml"],
        "--chaos: cannot read no/rules.yaml: No such file or directory (os error 2)",
    );
    check_refused(&["check", "no.yaml"], "cannot read no.yaml: No such file or directory (os error 2)");
}

#[test]
fn a_port_that_is_taken_is_named_with_what_to_type_instead() {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (address, _listener) = taken.expect("a free port");
    check_refused(
        &["--listen", &address.to_string()],
        &format!("cannot listen on {address}: the port is in use; use --listen 127.0.0.1:0 for a free port"),
    );
}

#[test]
fn options_of_the_wrong_form_are_refused_with_the_right_one() {
    for (options, wanted) in [
        (&["--recipients", "1000001"][..], "a whole number from 0 to 1000000 is wanted"),
        (&["--listen", "127.0.0.1"], "write `127.0.0.1:8080`"),
        (&["--set", "plan"], "VENDOR.NAME=VALUE"),
        (&["--recipient", "0"], "'--recipients'"),
        (&["halthcheck"], "'healthcheck'"),
    ] {
        let output = output(options);
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{options:?} said {said}");
        assert!(said.contains(wanted), "{options:?} said {said}");
    }
}

#[test]
fn two_vendors_at_one_host_are_not_served_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tide.yaml");
    std::fs::write(&file, "standin: 1\nextends: cofense\nvendor: tide\n").expect("written");
    let file = file.to_str().expect("a path");
    check_refused(
        &["--profiles", file],
        "cofense and tide both have the host api.cofense.com; change `hosts` of one, or serve one: --vendors tide",
    );
    assert_eq!(Standin::start(&["--profiles", file, "--vendors", "tide"]).ready["vendors"], json!(["tide"]));
}

#[test]
fn check_lists_every_mistake_and_a_line_for_each_good_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (good, bad, people) = (path("good.yaml"), path("bad.yaml"), path("people.csv"));
    std::fs::write(
        &good,
        "standin: 1\nextends: cofense\nvendor: cofense\napis: {rest: {paging: {max: 50, default: 10}}}\n",
    )
    .expect("written");
    std::fs::write(
        &bad,
        "standin: 1\nextends: cofense\nvendor: cofense\nvendro: x\napis: {rest: {paging: {max: many}}}\n",
    )
    .expect("written");
    std::fs::write(&people, "email\nnobody\n").expect("written");

    let output = output(&["check", &good, &bad, &people, "seed/example.json", "profiles"]);
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for wanted in [
        format!("{bad}:4:1"),
        "did you mean `vendor`?".to_owned(),
        format!("{bad}:5:"),
        format!("{people}:2"),
    ] {
        assert!(said.contains(&wanted), "{wanted:?} is missing in\n{said}");
    }
    assert!(!said.contains("good.yaml"), "{said}");
    let mut wanted = format!("ok seed/example.json: 12 recipients\nok {good}: the profile of cofense\n");
    for vendor in shipped() {
        wanted += &format!("ok profiles/{vendor}.yaml: the profile of {vendor}\n");
    }
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted);
}

#[test]
fn check_is_content_with_what_ships() {
    let output = output(&["check", "profiles", "seed"]);
    assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
}

#[test]
fn check_reads_chaos_rules_and_takes_vendors_that_it_does_not_know_for_somebody_elses() {
    let good = output(&["check", "tests/chaos/example.yaml", "scenarios/chaos/flaky.yaml"]);
    assert_eq!(good.status.code(), Some(0), "{}", complaint(&good));
    let wanted = "ok tests/chaos/example.yaml: 3 chaos rules\nok scenarios/chaos/flaky.yaml: 2 chaos rules\n";
    assert_eq!(String::from_utf8_lossy(&good.stdout), wanted);

    let others = output(&["check", "tests/chaos_errors/unknown-vendor.yaml"]);
    assert_eq!(others.status.code(), Some(0));
    assert!(
        complaint(&others).contains("warning[C001]: no vendor is called `rokery`"),
        "{}",
        complaint(&others)
    );

    // Who starts with them has to have those vendors.
    let unserved = output(&["--vendors", "scim", "--chaos", "tests/chaos/example.yaml"]);
    assert_eq!((unserved.status.code(), unserved.stdout.len()), (Some(2), 0));
    let said = complaint(&unserved);
    assert!(said.contains("error[C001]: no vendor is called `cofense`"), "{said}");
    let end = "error: no chaos rule was put into force; correct tests/chaos/example.yaml and start again\n";
    assert!(said.ends_with(end), "{said}");

    let bad = output(&["check", "tests/chaos_errors/commit-of-a-delay.yaml"]);
    assert_eq!((bad.status.code(), bad.stdout.len()), (Some(1), 0));
    assert!(complaint(&bad).contains("error[C003]"), "{}", complaint(&bad));
}

#[test]
fn check_reads_scenarios_and_takes_vendors_that_it_does_not_know_for_somebody_elses() {
    let good = output(&["check", "scenarios", "tests/scenarios/example.yaml"]);
    assert_eq!((good.status.code(), complaint(&good).as_str()), (Some(0), ""));
    let said = String::from_utf8_lossy(&good.stdout);
    assert!(said.starts_with("ok scenarios/bad-day.yaml: the scenario bad-day, "), "{said}");
    assert!(
        said.ends_with("ok tests/scenarios/example.yaml: the scenario two-bad-minutes, 7 steps\n"),
        "{said}"
    );

    let others = output(&["check", "tests/scenario_errors/vendor-that-is-not-served.yaml"]);
    assert_eq!(others.status.code(), Some(0));
    let said = complaint(&others);
    assert!(said.contains("warning[S001]: there is no vendor `rokery`"), "{said}");

    let bad = output(&["check", "tests/scenario_errors/step-that-does-nothing.yaml"]);
    assert_eq!((bad.status.code(), bad.stdout.len()), (Some(1), 0));
    assert!(complaint(&bad).contains("error[S002]: the step does nothing"), "{}", complaint(&bad));
}

#[test]
fn the_scenario_of_the_start_has_a_sandbox_as_it_wants_and_begins_anew_with_a_reset() {
    let server = Standin::start(&["--vendors", "scim", "--scenario", "rate-limit"]);
    let ask = |method: &str, path: &str| {
        let path = format!("/_standin/v1/sandboxes/default{path}");
        let reply = crate::http::call(server.address(), method, &path, &[], "");
        (reply.status, reply.text())
    };
    assert!(ask("GET", "/scenario").1.starts_with(r#"{"scenario":"rate-limit","#));
    assert_eq!((ask("DELETE", "/scenario").0, ask("GET", "/scenario").0), (204, 404));
    assert_eq!((ask("POST", "/reset").0, ask("GET", "/scenario").0), (204, 200));

    let refused = output(&["--scenario", "rate-limmit"]);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
    let why = "no scenario and no file is called rate-limmit; did you mean `rate-limit`?";
    assert!(complaint(&refused).contains(why), "{}", complaint(&refused));
    let refused = output(&["--vendors", "scim", "--scenario", "tests/scenarios/example.yaml"]);
    let said = complaint(&refused);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
    assert!(said.contains("error[S001]: there is no vendor `cofense`"), "{said}");
    assert!(said.contains("tests/scenarios/example.yaml has mistakes"), "{said}");
}

#[test]
fn chaos_from_the_start_comes_back_with_a_reset() {
    let server = Standin::start(&[
        "--vendors",
        "scim",
        "--recipients",
        "1",
        "--chaos",
        "scenarios/chaos/slow.yaml",
        "--chaos",
        "outage",
    ]);
    let rules = |method: &str, path: &str| {
        crate::http::call(server.address(), method, &format!("/_standin/v1/sandboxes/default{path}"), &[], "")
            .text()
    };
    let names = || -> Vec<String> {
        let told: serde_json::Value = serde_json::from_str(&rules("GET", "/chaos")).expect("JSON");
        let rules = told["rules"].as_array().expect("rules");
        rules.iter().map(|rule| rule["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(), ["slow", "outage"]);
    rules("DELETE", "/chaos");
    assert!(names().is_empty());
    rules("POST", "/reset");
    assert_eq!(names(), ["slow", "outage"]);
}

#[test]
fn explain_describes_a_vendor_as_picked_for_people_and_for_programs() {
    let text = output(&["explain", "cofense"]);
    assert_eq!(text.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&text.stdout).contains("Cofense"));
    // What is set for all vendors in the environment is no hindrance.
    let json = command()
        .args(["explain", "cofense", "--json"])
        .env("STANDIN_SET", "cosafe.x=y")
        .output()
        .expect("run");
    assert_eq!(json.status.code(), Some(0), "{}", complaint(&json));
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["vendor"], "cofense");
}

#[test]
fn schema_and_completions_are_printed_whole() {
    for options in [&["schema"][..], &["schema", "--extending"], &["schema", "--chaos"]] {
        let schema: Value = serde_json::from_slice(&output(options).stdout).expect("JSON");
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        assert_eq!(schema["required"].is_array(), options != ["schema", "--extending"], "{options:?}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = output(&["completions", shell]);
        assert!(String::from_utf8_lossy(&script.stdout).contains("seed-file"), "{shell}");
    }
}

#[test]
fn healthcheck_is_content_with_a_server_that_is_ready_and_with_nothing_else() {
    let check = |address: &str| output(&["healthcheck", "--address", address]).status.code();
    let folder = tempfile::tempdir().expect("a folder");
    let socket = format!("unix:{}", folder.path().join("standin.sock").display());
    for standin in [Standin::start(&[]), Standin::start_with(command().args(["--listen", &socket]))] {
        let address = standin.address().to_owned();
        assert_eq!(check(&address), Some(0), "{address}");
        let by_environment =
            command().arg("healthcheck").env("STANDIN_LISTEN", &address).status().expect("run");
        assert_eq!(by_environment.code(), Some(0), "{address}");
        standin.stop("TERM");
        assert_eq!(check(&address), Some(1), "{address}");
    }
    assert_eq!(check("127.0.0.1:0"), Some(2));
}

#[test]
fn a_socket_file_has_no_url_and_is_gone_afterwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("standin.sock");
    let socket = format!("unix:{}", path.display());
    let standin = Standin::start_with(command().args(["--listen", &socket]));
    assert_eq!(standin.ready["url"], Value::Null);
    assert_eq!(standin.address(), socket);
    assert_eq!(call(standin.address(), "GET", "/_standin/health", &[], "").status, 200);
    let said = standin.stop("TERM").stderr;
    assert!(said.contains(&format!("curl --unix-socket {} ", path.display())), "{said}");
    assert!(!path.exists());
}

const CLOCK: &str = "/_standin/v1/sandboxes/default/clock";

#[test]
fn the_control_api_asks_for_the_token_that_it_was_given() {
    let mut command = command();
    command.args(["--listen", "127.0.0.1:0"]).env("STANDIN_CONTROL_TOKEN", "open-sesame");
    let standin = Standin::start_with(&mut command);
    let bearer = ("authorization", "Bearer open-sesame");
    assert_eq!(call(standin.address(), "GET", CLOCK, &[], "").status, 401);
    assert_eq!(call(standin.address(), "GET", CLOCK, &[bearer], "").status, 200);
    assert_eq!(call(standin.address(), "GET", "/_standin/health", &[], "").status, 200);
    assert!(!standin.said().contains("open-sesame"));
}

#[test]
fn the_control_api_is_called_by_the_names_that_it_was_given() {
    let standin = Standin::start(&["--control-host", "standin,standin.test"]);
    let status = |host: &str| call(standin.address(), "GET", CLOCK, &[("host", host)], "").status;
    assert_eq!([status("standin:80"), status("standin.test"), status("localhost")], [200, 200, 200]);
    assert_eq!(status("evil.example.com"), 403);
}

#[test]
fn a_door_to_other_machines_without_a_token_is_warned_of() {
    let said = |options: &[&str]| Standin::start_with(command().args(options)).said();
    let warning = "may use the control API";
    assert!(said(&["--listen", "0.0.0.0:0"]).contains(warning));
    assert!(said(&["--listen", "127.0.0.1:0", "--vendor-listen", "cosafe=0.0.0.0:0"]).contains(warning));
    assert!(!said(&["--listen", "0.0.0.0:0", "--control-token", "open-sesame"]).contains(warning));
    assert!(!said(&["--listen", "127.0.0.1:0"]).contains(warning));
}
