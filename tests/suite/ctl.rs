//! `standin ctl` as a shell runs it: what it prints, and with what it exits.

use std::process::Output;

use serde_json::Value;

use crate::http;
use crate::process::{Standin, command, complaint};

fn ctl(server: &Standin, words: &[&str]) -> Output {
    let words = [&["ctl"], words].concat();
    command().args(words).env("STANDIN_LISTEN", server.address()).output().expect("the program can be run")
}

/// What a command that goes well prints.
#[track_caller]
fn done(server: &Standin, words: &[&str]) -> String {
    let output = ctl(server, words);
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", complaint(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn json(server: &Standin, words: &[&str]) -> Value {
    let printed = done(server, &[words, &["--json"]].concat());
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{words:?}: {error} in {printed}"))
}

fn users(server: &Standin, token: &str) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let reply = http::call(server.address(), "GET", "/scim/scim/v2/Users?count=1", &headers, "");
    (reply.status, reply.json())
}

fn start() -> Standin {
    Standin::start(&["--vendors", "scim", "--recipients", "3"])
}

#[test]
fn a_shell_makes_a_sandbox_and_moves_what_is_in_it() {
    let server = start();
    let made = json(&server, &["sandbox", "create", "one", "--recipients", "5"]);
    let token = made["vendors"]["scim"]["credentials"]["scim"]["token"].as_str().expect("a token");
    assert_eq!(users(&server, token).1["totalResults"], 5);

    let names = done(&server, &["sandboxes"]);
    let names: Vec<&str> = names.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, ["NAME", "default", "one"]);

    let issued = ["credentials", "issue", "scim", "scim", "--expires-in", "60s", "--sandbox", "one"];
    let issued = json(&server, &issued);
    let (id, short) = (issued["id"].to_string(), issued["token"].as_str().expect("a token"));
    assert_eq!(users(&server, short).0, 200);
    assert!(done(&server, &["clock", "advance", "61s", "-s", "one"]).contains("frozen  false"));
    assert_eq!((users(&server, short).0, users(&server, token).0), (401, 200));

    let rotated = json(&server, &["credentials", "rotate", "scim", &id, "-s", "one"]);
    assert_eq!(users(&server, rotated["token"].as_str().expect("a token")).0, 200);
    assert_eq!(json(&server, &["verify", "--status", "401", "--exactly", "1", "-s", "one"])["passed"], true);

    assert_eq!(done(&server, &["sandbox", "reset", "one"]), "");
    assert_eq!((users(&server, short).0, users(&server, token).0), (401, 200));
    assert_eq!(done(&server, &["sandbox", "delete", "one"]), "");
    assert_eq!(users(&server, token).0, 401);
}

#[test]
fn what_the_server_refuses_is_told_and_exits_with_1() {
    let server = start();
    for (words, sentence) in [
        (
            &["sandbox", "reset", "nowhere"][..],
            "error: there is no sandbox `nowhere`; /_standin/v1/sandboxes lists all\n",
        ),
        (
            &["clock", "advance", "soon"],
            "error: `advance` is a duration such as \"61s\" (ms, s, m, h or d), not \"soon\"\n",
        ),
        (&["credentials", "scmi"], "error: there is no vendor `scmi`; did you mean `scim`?\n"),
    ] {
        let output = ctl(&server, words);
        assert_eq!((output.status.code(), complaint(&output).as_str()), (Some(1), sentence), "{words:?}");
    }
    let failed = ctl(&server, &["verify", "--exactly", "1", "--operation", "scim.create_user"]);
    assert_eq!(failed.status.code(), Some(1), "{}", complaint(&failed));
    assert!(String::from_utf8_lossy(&failed.stdout).starts_with("passed     false\n"));
}

#[test]
fn where_nobody_answers_it_exits_with_2() {
    let server = start();
    let url = server.ready["url"].as_str().expect("a URL").to_owned();
    let by_url =
        |words: &[&str]| command().arg("ctl").args(words).env("STANDIN_URL", &url).output().expect("it runs");
    assert_eq!(by_url(&["health"]).status.code(), Some(0));
    server.stop("TERM");
    for output in [by_url(&["health"]), by_url(&["--url", "ftp://a", "health"]), by_url(&["no-such-command"])]
    {
        assert_eq!(output.status.code(), Some(2), "{}", complaint(&output));
    }
    assert!(complaint(&by_url(&["health"])).starts_with("error: no answer from 127.0.0.1:"));
}

#[test]
fn it_reaches_a_socket_file_and_shows_a_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let listen = format!("unix:{}", folder.path().join("standin.sock").display());
    let options =
        ["--listen", &listen, "--vendors", "scim", "--recipients", "0", "--control-token", "let-me-in"];
    let server = Standin::start_with(command().args(options));
    let refused = ctl(&server, &["sandboxes"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(complaint(&refused).contains("--control-token"), "{}", complaint(&refused));
    assert!(done(&server, &["sandboxes", "--control-token", "let-me-in"]).contains("default"));
}

#[test]
fn a_report_is_text_for_people_and_exits_with_1_where_a_client_failed() {
    let server = start();
    let said = done(&server, &["report"]);
    assert!(said.starts_with("Report on sandbox default, seed 1: 0 calls\n"), "{said}");
    assert_eq!(users(&server, "scim-scim-token").0, 200);
    assert_eq!(json(&server, &["report"])["clients"][0]["credential"], "scim");
    assert!(
        done(&server, &["report", "--format", "junit"])
            .contains("<testsuite id=\"0\" name=\"scim scim (acme)\"")
    );

    let path = "/scim/scim/v2/Users?count=1&access_token=scim-scim-token";
    http::call(server.address(), "GET", path, &[("authorization", "Bearer scim-scim-token")], "");
    for words in [&["report"][..], &["report", "--json"], &["report", "--format", "html"]] {
        let output = ctl(&server, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", complaint(&output));
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.contains("keeps_secrets_out_of_urls") && printed.ends_with('\n'), "{printed}");
    }
}

#[test]
fn a_scenario_is_started_by_its_name_or_from_a_file() {
    let server = start();
    let refused = ctl(&server, &["scenario", "start", "bad-dai"]);
    assert_eq!(
        (refused.status.code(), complaint(&refused).as_str()),
        (Some(1), "error: there is no scenario `bad-dai`; did you mean `bad-day`?\n")
    );
    assert!(done(&server, &["scenarios"]).contains("token-rotation"));
    done(&server, &["sandbox", "create", "one", "--recipients", "60", "--groups", "4"]);
    assert_eq!(json(&server, &["scenario", "start", "token-rotation", "-s", "one"])["steps"], 2);
    assert_eq!(json(&server, &["scenario", "-s", "one"])["to_come"][0]["after"], 5);
    assert_eq!(done(&server, &["scenario", "end", "-s", "one"]), "");
    let file = "scenarios/token-rotation.yaml";
    assert_eq!(json(&server, &["scenario", "start", file, "-s", "one"])["scenario"], "token-rotation");
}
