//! Standin inside a Rust test: typed calls, and nothing left when it is dropped.

use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use standin::Standin;
use standin::testing::{Count, Error, Sandbox};

use crate::http;

fn start() -> Standin {
    Standin::builder().vendors(["cofense", "scim"]).recipients(5).start().expect("it starts")
}

/// The status of a call to a sandbox, and the body.
fn get(url: &str, token: &str) -> (u16, Value) {
    let (address, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a URL");
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("host", address)];
    let reply = http::call(address, "GET", &format!("/{path}"), &headers, "");
    (reply.status, reply.json())
}

fn users(sandbox: &Sandbox, token: &str) -> (u16, Value) {
    get(&(sandbox.base_url("scim", "scim").expect("an api") + "/Users"), token)
}

fn post(sandbox: &Sandbox, token: &str, name: &str) -> u16 {
    let url = sandbox.base_url("scim", "scim").expect("an api") + "/Users";
    let (address, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a URL");
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/scim+json")];
    let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name});
    http::call(address, "POST", &format!("/{path}"), &headers, &user.to_string()).status
}

#[test]
fn a_dropped_server_leaves_no_port() {
    let standin = start();
    let address = standin.url().strip_prefix("http://").expect("a URL").to_owned();
    let mut open = http::Connection::to(&address);
    let url = standin.base_url("cofense", "rest").expect("an api");
    assert_eq!(url, format!("http://{address}/cofense/v2"));
    assert_eq!(standin.token("cofense", "api").expect("a token"), "cofense-api-token");
    assert_eq!(open.call("GET", "/_standin/health", &[], "").status, 200);
    drop(standin);
    assert!(open.is_over());
    TcpListener::bind(&address).expect("the port is free again");
}

#[test]
fn sandboxes_see_nothing_of_each_other_and_go_when_they_are_dropped() -> Result<(), Error> {
    let standin = start();
    let (one, other) = (standin.sandbox()?, standin.sandbox_builder().name("other").recipients(2).make()?);
    let (of_one, of_other) = (one.token("scim", "scim")?, other.token("scim", "scim")?);
    assert_eq!(post(&one, &of_one, "ada@example.com"), 201);
    assert_eq!(
        (&users(&one, &of_one).1["totalResults"], &users(&other, &of_other).1["totalResults"]),
        (&json!(6), &json!(2))
    );
    assert_eq!(users(&one, &of_other).0, 401);
    one.reset()?;
    assert_eq!(users(&one, &of_one).1["totalResults"], 5);
    let url = other.base_url("scim", "scim")? + "/Users";
    drop(other);
    assert_eq!(get(&url, &of_other).0, 401);
    assert!(standin.sandbox_builder().name("other").make().is_ok(), "the name is free again");
    Ok(())
}

#[test]
fn another_organization_has_its_own_credentials() -> Result<(), Error> {
    let standin = start();
    let sandbox = standin.sandbox_builder().organizations(["initech", "hooli"]).make()?;
    assert_eq!(sandbox.organizations(), ["initech", "hooli"]);
    let hooli = sandbox.organization("hooli")?;
    assert_ne!(hooli.token("scim", "scim")?, sandbox.token("scim", "scim")?);
    let new = hooli.credential("scim", "scim").rotate()?;
    assert_eq!((users(&sandbox, &new.token).0, users(&sandbox, &hooli.token("scim", "scim")?).0), (200, 401));
    assert_eq!(users(&sandbox, &sandbox.token("scim", "scim")?).0, 200);
    assert_eq!(
        standin.default_sandbox().organization("globex")?.token("scim", "scim")?,
        "scim-scim-token-globex"
    );
    let client = sandbox.client("cofense", "vision")?;
    assert!(client.secret.is_some() && client.token_url.is_some(), "{client:?}");
    Ok(())
}

#[test]
fn a_credential_dies_as_it_is_told() -> Result<(), Error> {
    let standin = start();
    let sandbox = standin.sandbox()?;
    let credential = sandbox.credential("scim", "scim");
    let (expired, revoked) = (credential.issue()?, credential.issue_for(Duration::from_secs(60))?);
    credential.revoke()?;
    credential.expire()?;
    assert_eq!((users(&sandbox, &expired.token).0, users(&sandbox, &revoked.token).0), (401, 401));
    credential.revoke()?;
    assert_eq!(
        credential.rotate().expect_err("none lives").to_string(),
        "no credential `scim` of scim lives: issue one"
    );
    Ok(())
}

#[test]
fn what_a_rule_rotated_is_told_to_whoever_asks() -> Result<(), Error> {
    let standin = start();
    let sandbox = standin.sandbox()?;
    let (credential, old) = (sandbox.credential("scim", "scim"), sandbox.token("scim", "scim")?);
    assert_eq!(credential.key()?.token, old);
    sandbox.chaos().add(&json!({"when": {"nth": 1}, "token": "rotate"}))?;
    assert_eq!(users(&sandbox, &old).0, 401);
    let new = credential.key()?;
    assert_ne!(new.token, old);
    assert_eq!(users(&sandbox, &new.token).0, 200);
    let journal = sandbox.journal(&[])?;
    assert!(!json!(journal).to_string().contains(&new.token), "{journal:?}");
    let client = sandbox.credential("cofense", "vision").key()?;
    assert_eq!(client, sandbox.client("cofense", "vision")?);
    credential.revoke()?;
    assert_eq!(
        credential.key().expect_err("none lives").to_string(),
        "no credential `scim` of scim lives: issue one"
    );
    Ok(())
}

#[test]
fn the_clock_goes_where_it_is_told() -> Result<(), Error> {
    let standin = start();
    let sandbox = standin.sandbox()?;
    let clock = sandbox.clock();
    clock.freeze()?;
    let noon = SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_268_800_250);
    assert_eq!(clock.set(noon)?, noon);
    assert_eq!(clock.advance(Duration::from_millis(61_500))?, noon + Duration::from_millis(61_500));
    assert!(clock.is_frozen()? && clock.now()? == noon + Duration::from_millis(61_500));
    clock.resume()?;
    assert!(!clock.is_frozen()?);
    assert!(!standin.default_sandbox().clock().is_frozen()?);
    Ok(())
}

#[test]
fn settings_and_limits_hold_from_the_next_call_on() -> Result<(), Error> {
    let standin =
        Standin::builder().vendors(["cofense"]).recipients(2).set("cofense.plan", "professional").start()?;
    let sandbox = standin.sandbox()?;
    let (url, token) = (sandbox.base_url("cofense", "scim")? + "/Users", sandbox.token("cofense", "scim")?);
    assert_eq!(get(&url, &token).0, 403);
    sandbox.settings("cofense").plan("enterprise")?;
    assert_eq!(get(&url, &token).0, 200);
    sandbox.settings("cofense").variant("put", "replace")?;
    assert_eq!(sandbox.settings("cofense").read()?["variants"]["put"], "replace");

    let limits = sandbox.limits("cofense");
    limits.enable(true)?;
    let name = limits.read()?["limits"][0]["name"].as_str().expect("a limit").to_owned();
    limits.rate(&name, 2, Duration::from_secs(60))?;
    assert_eq!([(); 3].map(|()| get(&url, &token).0), [200, 200, 429]);
    sandbox.clock().advance(Duration::from_secs(61))?;
    assert_eq!(get(&url, &token).0, 200);
    limits.leave(&name, 0)?;
    assert_eq!(get(&url, &token).0, 429);
    Ok(())
}

#[test]
fn snapshots_and_the_journal_tell_what_happened() -> Result<(), Error> {
    let standin = start();
    let sandbox = standin.sandbox()?;
    let token = sandbox.token("scim", "scim")?;
    sandbox.snapshot("before")?;
    assert_eq!(post(&sandbox, &token, "ada@example.com"), 201);
    let diff = sandbox.diff("before")?;
    assert_eq!(diff["scim"]["created"][0]["record"]["userName"], "ada@example.com");
    sandbox.restore("before")?;
    assert_eq!(users(&sandbox, &token).1["totalResults"], 5);

    let calls = sandbox.journal(&[("method", "POST")])?;
    assert_eq!((calls.len(), &calls[0]["status"]), (1, &json!(201)));
    let id = calls[0]["id"].as_str().expect("an id");
    assert_eq!(sandbox.explain(id)?["id"], id);
    let created = json!({"method": "POST", "status": 201});
    sandbox.verify(&created, Count::Exactly(1))?;
    let error = sandbox.verify(&created, Count::AtLeast(2)).expect_err("there was one");
    assert!(error.to_string().starts_with("1 calls match, at least 2 are wanted"), "{error}");
    assert!(sandbox.control("GET", "/coverage", &Value::Null)?["vendors"].is_array());
    Ok(())
}

#[test]
fn a_scenario_is_played_by_its_name_or_from_a_file() -> Result<(), Error> {
    let standin = start();
    let sandbox = standin.sandbox_builder().recipients(60).groups(4).make()?;
    sandbox.play("token-rotation")?;
    let token = sandbox.token("scim", "scim")?;
    assert_eq!([(); 6].map(|()| users(&sandbox, &token).0), [200, 200, 200, 200, 200, 401]);
    let standing = sandbox.scenario().read()?;
    assert_eq!(standing["to_come"], json!([{"step": 2, "after": 15, "counted": 6}]));
    sandbox.scenario().end()?;
    assert!(sandbox.scenario().read().is_err() && sandbox.scenario().end().is_err());

    let error = sandbox.play("bad-dai").expect_err("there is none");
    assert_eq!(error.to_string(), "there is no scenario `bad-dai`; did you mean `bad-day`?");
    let other = standin.sandbox_builder().recipients(40).groups(4).make()?;
    let error = sandbox.play_file("tests/scenarios/example.yaml").expect_err("another sandbox is needed");
    assert!(error.to_string().contains("40 recipients, and this one has 60"), "{error}");
    other.play_file("tests/scenarios/example.yaml")?;
    assert_eq!(other.scenario().read()?["scenario"], "two-bad-minutes");
    let error = other.play_file("tests/scenario_errors/two-checkpoints-of-one-name.yaml").expect_err("wrong");
    assert!(error.to_string().contains("two checkpoints are called `half`"), "{error}");
    Ok(())
}

#[test]
fn an_error_is_a_sentence_that_says_what_to_write() {
    let check = |error: Error, part: &str| {
        let sentence = error.to_string();
        assert!(sentence.contains(part), "{sentence}");
        assert_eq!(format!("{error:?}"), sentence);
    };
    check(
        Standin::builder().vendors(["cofence"]).start().expect_err("no such vendor"),
        "did you mean `cofense`?",
    );
    check(Standin::builder().set("put", "replace").start().expect_err("no vendor"), "VENDOR.NAME=VALUE");
    let standin = start();
    let sandbox = standin.sandbox().expect("a sandbox");
    check(sandbox.base_url("scmi", "scim").expect_err("no such vendor"), "did you mean `scim`?");
    check(sandbox.base_url("cofense", "soap").expect_err("no such api"), "there is no api `soap`");
    check(sandbox.token("cofense", "vision").expect_err("a client"), "ask for `client`");
    check(sandbox.client("scim", "scim").expect_err("a token"), "ask for `token`");
    check(sandbox.organization("acmee").expect_err("no such organization"), "did you mean `acme`?");
    check(sandbox.restore("nothing").expect_err("no such snapshot"), "there is no snapshot `nothing`");
    check(standin.sandbox_builder().name("No Name").make().expect_err("no name"), "no name for a sandbox");
}
