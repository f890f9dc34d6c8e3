//! Sandboxes: each is a world of its own, and can be made what it was.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use standin::engine::{Birth, DEFAULT_SANDBOX, Engine, Refused, Sandbox, Setup};
use standin::profile::fixed::Fixed;
use standin::profile::{Library, files};

use crate::engine::{call, json};

fn engine(vendors: &[&str]) -> Engine {
    let library = Arc::new(Library::read(&files::built_in(), &mut Vec::new()));
    let profile = |vendor: &&str| Arc::new(library.profile(vendor, &[]).expect("a profile without mistakes"));
    let mut setup = Setup::new(vendors.iter().map(profile).collect());
    (setup.recipients, setup.groups, setup.clock_ms) = (3, 2, Some(0));
    setup.library = Some(Arc::clone(&library));
    Engine::start(setup).expect("an engine that starts")
}

fn make(engine: &Engine, name: &str) -> Arc<Sandbox> {
    engine.make_sandbox(Some(name), engine.usual_birth()).expect("a sandbox")
}

/// The token of the first organization's first credential.
fn token(engine: &Engine, sandbox: &Sandbox, vendor: usize) -> String {
    let profile = &engine.profiles()[vendor];
    match sandbox.first_credential(profile, &profile.credentials[0], 0) {
        Fixed::Token(token) => token,
        Fixed::Client { .. } => panic!("a client"),
    }
}

const USERS: &str = "/scim/scim/v2/Users";

fn ask(engine: &Engine, token: &str, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let reply = engine.answer(&call(method, path, token, &body));
    let told = if reply.body.is_empty() { Value::Null } else { json(&reply) };
    (reply.status, told)
}

fn total(engine: &Engine, token: &str) -> Value {
    ask(engine, token, "GET", &format!("{USERS}?count=0"), &Value::Null).1["totalResults"].clone()
}

fn add(engine: &Engine, token: &str, name: &str) -> Value {
    let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name});
    let (status, made) = ask(engine, token, "POST", USERS, &user);
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["id"].clone()
}

#[test]
fn the_credential_chooses_the_sandbox() {
    let engine = engine(&["scim"]);
    let (one, other) = (make(&engine, "one"), make(&engine, "other"));
    let (of_one, of_other) = (token(&engine, &one, 0), token(&engine, &other, 0));
    assert_ne!(of_one, of_other);
    add(&engine, &of_one, "ada@example.com");
    assert_eq!(
        (total(&engine, &of_one), total(&engine, &of_other), total(&engine, "scim-scim-token")),
        (json!(4), json!(3), json!(3))
    );
    // A URL that names another sandbox than the credential's knows nobody.
    let elsewhere = format!("/scim@other{}", USERS.strip_prefix("/scim").expect("a prefix"));
    assert_eq!(ask(&engine, &of_one, "GET", &elsewhere, &Value::Null).0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&engine, &of_other, "GET", &elsewhere, &Value::Null).0, StatusCode::OK);
}

#[test]
fn a_reset_sandbox_is_as_at_birth() {
    let engine = engine(&["scim"]);
    let sandbox = make(&engine, "one");
    let token = token(&engine, &sandbox, 0);
    let before = ask(&engine, &token, "GET", USERS, &Value::Null);
    add(&engine, &token, "ada@example.com");
    engine.advance("one", 61_000);
    let number = engine.credentials(&sandbox, 0)[0].number;
    let minted = engine.rotate(&sandbox, 0, number).expect("a new token");
    assert_eq!(ask(&engine, &token, "GET", USERS, &Value::Null).0, StatusCode::UNAUTHORIZED);
    assert_eq!(total(&engine, &minted.token), json!(4));
    engine.reset_sandbox("one").expect("it is there");
    assert_eq!(ask(&engine, &minted.token, "GET", USERS, &Value::Null).0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&engine, &token, "GET", USERS, &Value::Null), before);
    assert_eq!(sandbox.clock.now_ms(), 0);
}

#[test]
fn a_snapshot_is_what_there_was_and_a_diff_what_became_of_it() {
    let engine = engine(&["scim"]);
    let sandbox = make(&engine, "one");
    let token = token(&engine, &sandbox, 0);
    let users = ask(&engine, &token, "GET", USERS, &Value::Null).1;
    let id = |index: usize| users["Resources"][index]["id"].as_str().expect("an id").to_owned();
    engine.take_snapshot(&sandbox, "before").expect("room");
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        {"op": "replace", "path": "name.familyName", "value": "Lovelace"},
        {"op": "add", "path": "nickName", "value": "Ada"}]});
    ask(&engine, &token, "PATCH", &format!("{USERS}/{}", id(0)), &patch);
    ask(&engine, &token, "DELETE", &format!("{USERS}/{}", id(1)), &Value::Null);
    add(&engine, &token, "grace@example.com");
    let diff = engine.diff(&sandbox, "before").expect("it is there");
    let names = |what: &str| {
        let all = diff["scim"][what].as_array().expect("a list").iter();
        all.filter(|one| one["type"] == "user")
            .map(|one| one["record"]["userName"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("created"), ["grace@example.com"]);
    assert_eq!(names("removed"), [users["Resources"][1]["userName"].clone()]);
    let changed = &diff["scim"]["changed"].as_array().expect("a list");
    let user = changed.iter().find(|one| one["type"] == "user").expect("a user");
    assert_eq!(user["changed"], json!(["name.familyName", "nickName"]));
    assert!(
        changed.iter().any(|one| one["type"] == "group" && one["changed"] == json!(["members"])),
        "{diff}"
    );
    engine.restore_snapshot(&sandbox, "before").expect("it is there");
    assert_eq!(ask(&engine, &token, "GET", USERS, &Value::Null).1, users);
    assert!(matches!(engine.diff(&sandbox, "after"), Err(Refused::Unknown(_))));
}

#[test]
fn another_variant_holds_from_the_next_call_on_in_its_sandbox_alone() {
    let engine = engine(&["coginiti"]);
    let sandbox = make(&engine, "one");
    let (here, there) = (token(&engine, &sandbox, 0), "coginiti-scim-token");
    const GROUPS: &str = "/coginiti/api/v1/scim/v2/Groups";
    let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Twins", "members": []});
    let post = |token: &str| ask(&engine, token, "POST", GROUPS, &group).0;
    assert_eq!((post(&here), post(&here)), (StatusCode::CREATED, StatusCode::CREATED));
    engine.pick(&sandbox, 0, "same_display_name", "409").expect("a variant");
    assert_eq!(
        (post(&here), post(there), post(there)),
        (StatusCode::CONFLICT, StatusCode::CREATED, StatusCode::CREATED)
    );
    engine.pick(&sandbox, 0, "same_display_name", "allow").expect("a variant");
    assert_eq!(post(&here), StatusCode::CREATED);
    for (name, value) in [("same_name", "409"), ("same_display_name", "maybe")] {
        assert!(matches!(engine.pick(&sandbox, 0, name, value), Err(Refused::Invalid(_))), "{name}={value}");
    }
    engine.reset_sandbox("one").expect("it is there");
    assert_eq!((post(&here), post(&here)), (StatusCode::CREATED, StatusCode::CREATED));
}

#[test]
fn a_sandbox_is_made_as_it_is_wished_or_not_at_all() {
    let engine = engine(&["scim", "cosafe"]);
    let usual = || engine.usual_birth();
    let check = |name: Option<&str>, wish: Birth| match engine.make_sandbox(name, wish) {
        Ok(_) => "made",
        Err(Refused::Taken(_)) => "taken",
        Err(Refused::Invalid(_)) => "invalid",
        Err(Refused::Unknown(_) | Refused::Full(_) | Refused::NotYet(_)) => "else",
    };
    assert_eq!(check(Some("one"), usual()), "made");
    assert_eq!(check(Some("one"), usual()), "taken");
    assert_eq!(check(Some(DEFAULT_SANDBOX), usual()), "taken");
    assert_eq!(check(None, usual()), "made");
    assert_eq!(check(None, usual()), "made");
    for name in ["", "One", "a.b", "-a", "a-", "a b", "ä", &"a".repeat(64)] {
        assert_eq!(check(Some(name), usual()), "invalid", "{name}");
    }
    let organizations = |names: &[&str]| Birth {
        organizations: names.iter().map(|name| (*name).to_owned()).collect(),
        ..usual()
    };
    assert_eq!(check(None, organizations(&[])), "invalid");
    assert_eq!(check(None, organizations(&["a", "a"])), "invalid");
    assert_eq!(check(None, organizations(&["a/b"])), "invalid");
    assert_eq!(check(None, organizations(&["initech"])), "made");
    assert_eq!(check(None, Birth { recipients: usize::MAX, ..usual() }), "invalid");
    let alone = engine.make_sandbox(None, Birth { vendors: Some(vec![1]), ..usual() }).expect("a sandbox");
    assert!(alone.has(1) && !alone.has(0) && alone.vendor(0).expect("no mistake").is_none());
    assert!(engine.delete_sandbox(DEFAULT_SANDBOX).is_err());
    assert!(engine.delete_sandbox("one").is_ok() && engine.sandbox("one").is_err());
}

#[test]
fn a_deleted_or_outlived_sandbox_knows_nobody() {
    let engine = engine(&["scim"]);
    let one = make(&engine, "one");
    let of_one = token(&engine, &one, 0);
    engine.delete_sandbox("one").expect("it is there");
    assert_eq!(ask(&engine, &of_one, "GET", USERS, &Value::Null).0, StatusCode::UNAUTHORIZED);
    let over = Birth { ttl_ms: Some(0), ..engine.usual_birth() };
    let over = engine.make_sandbox(Some("over"), over).expect("a sandbox");
    let of_over = token(&engine, &over, 0);
    assert_eq!(ask(&engine, &of_over, "GET", USERS, &Value::Null).0, StatusCode::UNAUTHORIZED);
    assert!(engine.sandbox("over").is_err());
    assert_eq!(engine.sandboxes().len(), 1);
}
