use std::collections::BTreeSet;

use clap::Args as _;
use serde_json::{Value, json};

use super::commands::COMMANDS;
use super::inputs::{Sent, sent};
use super::{CtlArgs, show, typed};
use crate::control;

#[test]
fn every_row_of_the_control_api_has_a_command_and_every_command_a_row() {
    let commands: BTreeSet<&str> = COMMANDS.iter().map(|command| command.row).collect();
    // What a browser loads is nothing for a terminal.
    let is_for_programs = |row: &&control::Row| !row.name.starts_with("load_console");
    let rows: BTreeSet<&str> = control::rows().filter(is_for_programs).map(|row| row.name).collect();
    assert_eq!(commands, rows);
    let words: BTreeSet<&str> = COMMANDS.iter().map(|command| command.words).collect();
    assert_eq!(words.len(), COMMANDS.len(), "two commands have the same words");
}

#[test]
fn what_is_typed_without_a_name_is_taken() {
    for command in COMMANDS {
        let inputs = super::inputs::inputs(command, command.row().expect("a row"));
        for plain in command.plain {
            assert!(inputs.iter().any(|input| input.id == *plain), "{} has no {plain}", command.words);
        }
    }
}

fn read(line: &str) -> Result<(Sent, &'static str), String> {
    let ctl = CtlArgs::augment_args(clap::Command::new("ctl"));
    let matches =
        ctl.try_get_matches_from(std::iter::once("ctl").chain(line.split(' '))).map_err(|e| e.to_string())?;
    let (words, matches) = typed(&matches).expect("a command");
    let command = COMMANDS.iter().find(|command| command.words == words).expect("one of the table");
    let row = command.row().expect("a row");
    let sandbox = matches.get_one::<String>("sandbox").expect("there is one");
    Ok((sent(command, row, sandbox, matches)?, row.method.as_str()))
}

#[track_caller]
fn check(line: &str, call: &str, body: &Value) {
    let (sent, method) = read(line).expect(line);
    assert_eq!(format!("{method} {}", sent.path), call, "{line}");
    let came = sent.body.map(|(_, bytes)| serde_json::from_slice(&bytes).unwrap_or(Value::Null));
    assert_eq!(came.unwrap_or(Value::Null), *body, "{line}");
}

#[test]
fn a_command_is_a_call() {
    check("sandboxes", "GET /_standin/v1/sandboxes", &Value::Null);
    check("sandbox create", "POST /_standin/v1/sandboxes", &json!({}));
    check(
        "sandbox create one --recipients 5 --vendors a,b --ttl 10m",
        "POST /_standin/v1/sandboxes",
        &json!({"name": "one", "recipients": 5, "vendors": ["a", "b"], "ttl": "10m"}),
    );
    check(
        "scenario start bad-day -s one",
        "POST /_standin/v1/sandboxes/one/scenario",
        &json!({"scenario": "bad-day"}),
    );
    check("scenario end", "DELETE /_standin/v1/sandboxes/default/scenario", &Value::Null);
    check("sandbox reset a/b", "POST /_standin/v1/sandboxes/a%2Fb/reset", &Value::Null);
    check(
        "sandbox restore one first",
        "POST /_standin/v1/sandboxes/one/snapshots/first/restore",
        &Value::Null,
    );
    check("sandbox diff one first", "GET /_standin/v1/sandboxes/one/diff?from=first", &Value::Null);
    check("clock", "GET /_standin/v1/sandboxes/default/clock", &Value::Null);
    check("clock advance 61s -s one", "PATCH /_standin/v1/sandboxes/one/clock", &json!({"advance": "61s"}));
    check("-s one clock freeze", "PATCH /_standin/v1/sandboxes/one/clock", &json!({"freeze": true}));
    let vendor = "/_standin/v1/sandboxes/default/vendors/acme";
    check("credentials acme", &format!("GET {vendor}/credentials"), &Value::Null);
    check("credentials reveal acme 3", &format!("GET {vendor}/credentials/3/secret"), &Value::Null);
    check("--json credentials rotate acme 3", &format!("POST {vendor}/credentials/3/rotate"), &Value::Null);
    check(
        "credentials issue acme scim --scopes a,b --expires-in 1h",
        &format!("POST {vendor}/credentials"),
        &json!({"credential": "scim", "scopes": ["a", "b"], "expires_in": "1h"}),
    );
    check(
        "settings set acme --prerequisites terms=true --variants put=replace --variants status=409",
        &format!("PATCH {vendor}/settings"),
        &json!({"prerequisites": {"terms": true}, "variants": {"put": "replace", "status": "409"}}),
    );
    check(
        "records create acme user userName=ada n=1 --groups a,b",
        "POST /_standin/v1/sandboxes/default/vendors/acme/records/user",
        &json!({"attributes": {"userName": "ada", "n": 1}, "groups": ["a", "b"]}),
    );
    let chaos = "/_standin/v1/sandboxes/default/chaos";
    check("chaos", &format!("GET {chaos}"), &Value::Null);
    check("chaos use flaky", &format!("PUT {chaos}/flaky"), &Value::Null);
    check("chaos remove flaky", &format!("DELETE {chaos}/flaky"), &Value::Null);
    check("chaos clear", &format!("DELETE {chaos}"), &Value::Null);
    check("limits off acme", &format!("PATCH {vendor}/limits"), &json!({"enabled": false}));
    check(
        "limits set acme calls --rate-limit 5 --per 60s",
        &format!("PATCH {vendor}/limits"),
        &json!({"limit": "calls", "rate": {"limit": 5, "per": "60s"}}),
    );
    check(
        "journal --status 4xx --limit 2",
        "GET /_standin/v1/sandboxes/default/journal?status=4xx&limit=2",
        &Value::Null,
    );
    let report = "/_standin/v1/sandboxes/default/report";
    check("report", &format!("GET {report}?format=text"), &Value::Null);
    check("report --format html", &format!("GET {report}?format=html"), &Value::Null);
    check("report --json", &format!("GET {report}"), &Value::Null);
    check(
        "verify --operation create_user --body {\"a\":1} --exactly 2",
        "POST /_standin/v1/sandboxes/default/verify",
        &json!({"match": {"operation": "create_user", "body": {"a": 1}}, "count": {"exactly": 2}}),
    );
}

#[test]
fn what_is_missing_or_has_no_form_is_told() {
    for (line, part) in [
        ("credentials rotate acme", "<ID>"),
        ("sandbox delete", "<SANDBOX>"),
        ("clock advance", "<ADVANCE>"),
        ("limits set acme", "<LIMIT>"),
        ("settings set acme --variants put", "`put` is no NAME=VALUE"),
        ("sandbx", "sandbox"),
    ] {
        let error = read(line).expect_err(line);
        assert!(error.contains(part), "{line}: {error}");
    }
}

#[test]
fn people_read_lines_and_columns() {
    for (reply, text) in [
        (json!({"now": "2026", "frozen": true}), "now     2026\nfrozen  true\n"),
        (
            json!({"all": [{"name": "a", "of": {"b": 1}}, {"name": "long", "list": ["x", "y"]}]}),
            "NAME  OF.B  LIST\na     1\nlong        x, y\n",
        ),
        (json!({"all": []}), "(none)\n"),
        (json!({"on": false, "all": [{"a": null}]}), "on  false\n\nall:\nA\n-\n"),
        (Value::Null, ""),
    ] {
        assert_eq!(show::text(&reply), text, "{reply}");
    }
}
