//! Bulk jobs beyond what a conversation can show: bodies that are too long to print.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use standin::call::{Body, Call};
use standin::engine::{Engine, Setup, Wish};
use standin::profile::files;
use standin::profile::source::Source;

use crate::support::faultless;

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// Who may make groups may not for that change or remove them, and a user cannot be replaced by anybody.
const NARROW: &str = "
standin: 1
vendor: narrow
extends: scim
title: Narrow
credentials:
  scim:
    scopes: {make: make groups, rest: do the rest}
apis:
  scim:
    resources:
      Users:
        operations: {replace: null}
      Groups:
        operations: {create: {scope: make}, replace: {scope: rest}, delete: {scope: rest}}
";

fn engine() -> Engine {
    let mut sources = files::built_in();
    sources.push(Source::new("narrow.yaml", NARROW));
    let library = faultless(&sources);
    let profile = |vendor| Arc::new(library.profile(vendor, &[]).expect("a profile without mistakes"));
    let setup = Setup { recipients: 3, groups: 1, ..Setup::new(vec![profile("scim"), profile("narrow")]) };
    Engine::start(setup).expect("an engine")
}

fn send(engine: &Engine, method: Method, path: &str, body: Body) -> (StatusCode, Value) {
    send_with(engine, "scim-scim-token", method, &format!("/scim/scim/v2{path}"), body)
}

fn send_with(engine: &Engine, token: &str, method: Method, path: &str, body: Body) -> (StatusCode, Value) {
    let bearer = HeaderValue::try_from(format!("Bearer {token}")).expect("a header");
    let reply = engine.answer(&Call {
        method,
        host: "standin.test".to_owned(),
        path: path.to_owned(),
        query: None,
        headers: HeaderMap::from_iter([(header::AUTHORIZATION, bearer)]),
        body,
        listener_vendor: None,
        peer: None,
    });
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
}

fn bulk(engine: &Engine, body: String) -> (StatusCode, Value) {
    send(engine, Method::POST, "/Bulk", Body::Whole(Bytes::from(body)))
}

fn users(engine: &Engine) -> Value {
    send(engine, Method::GET, "/Users", Body::Whole(Bytes::new())).1["totalResults"].clone()
}

#[test]
fn a_job_beyond_its_bounds_is_refused_and_does_nothing() {
    let engine = engine();
    let check = |body: Body, detail: &str| {
        let (status, error) = send(&engine, Method::POST, "/Bulk", body);
        assert_eq!((status, &error["status"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("413")));
        assert_eq!(error["detail"], detail);
        assert_eq!(users(&engine), 3);
    };
    let operations = |one: &str, count: usize| {
        let all = vec![one; count].join(",");
        Body::Whole(Bytes::from(format!(r#"{{"schemas":["{URN}"],"Operations":[{all}]}}"#)))
    };
    let number =
        |count: usize| format!("The number of operations ({count}) exceeds the maxOperations (1000).");
    let size = "The size of the bulk operation exceeds the maxPayloadSize (1048576).";
    check(operations("{}", 100_000), &number(100_000));
    check(operations("1", 500_000), &number(500_000));
    check(operations(r#"{"method":"DELETE","path":"/Users/1"}"#, 1_001), &number(1_001));
    check(operations(r#"{"method":"DELETE","path":"/Users/1"}"#, 100_000), size);
    check(Body::Whole(Bytes::from(" ".repeat(1_048_577))), size);
    check(Body::TooLarge, size);
}

#[test]
fn a_job_may_be_as_large_as_its_bounds() {
    let engine = engine();
    // Each manages the one before, the first the last: one circle of as many as there may be.
    let one = |index: usize| {
        let manager = format!("bulkId:{}", (index + 999) % 1_000);
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let data = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", enterprise],
            "userName": format!("user{index}"),
            enterprise: {"manager": {"value": manager}},
        });
        json!({"method": "POST", "path": "/Users", "bulkId": index.to_string(), "data": data})
    };
    let operations: Vec<Value> = (0..1_000).map(one).collect();
    let (status, response) = bulk(&engine, json!({"schemas": [URN], "Operations": operations}).to_string());
    assert_eq!(status, StatusCode::OK);
    let results = response["Operations"].as_array().expect("results");
    assert_eq!(results.len(), 1_000);
    for (index, result) in results.iter().enumerate() {
        assert_eq!((&result["status"], &result["bulkId"]), (&json!("201"), &json!(index.to_string())));
    }
    assert_eq!(users(&engine), 1_003);
    let path = |index: usize| {
        let location = results[index]["location"].as_str().expect("a location");
        location.trim_start_matches("http://standin.test/scim/scim/v2").to_owned()
    };
    for (index, manager) in [(0, 999), (1, 0), (999, 998)] {
        let (_, user) = send(&engine, Method::GET, &path(index), Body::Whole(Bytes::new()));
        let found = &user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["manager"]["value"];
        assert_eq!(found.as_str(), path(manager).strip_prefix("/Users/"), "{user}");
    }
}

/// The statuses of a job's results, as somebody who may make groups and no more.
fn narrow(engine: &Engine, operations: &Value) -> Vec<String> {
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    let wish = engine.wish(&sandbox, "narrow", "scim", "acme").expect("a credential");
    let wish = Wish { scopes: Some(vec!["make".to_owned()]), ..wish };
    let token = engine.issue(&sandbox, &wish).expect("a token").token;
    let body = Body::Whole(Bytes::from(json!({"schemas": [URN], "Operations": operations}).to_string()));
    let (status, response) = send_with(engine, &token, Method::POST, "/narrow/scim/v2/Bulk", body);
    assert_eq!(status, StatusCode::OK, "{response}");
    let results = response["Operations"].as_array().expect("results").iter();
    results.map(|result| result["status"].as_str().unwrap_or_default().to_owned()).collect()
}

fn count(engine: &Engine, path: &str) -> Value {
    let path = format!("/narrow/scim/v2{path}");
    send_with(engine, "narrow-scim-token", Method::GET, &path, Body::Whole(Bytes::new())).1["totalResults"]
        .clone()
}

#[test]
fn an_operation_needs_its_own_scope_and_what_completes_a_circle_none() {
    let engine = engine();
    let group = |bulk_id: &str, member: &str| {
        let urn = "urn:ietf:params:scim:schemas:core:2.0:Group";
        let data = json!({"schemas": [urn], "displayName": bulk_id, "members": [{"value": format!("bulkId:{member}")}]});
        json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data})
    };
    let remove = json!({"method": "DELETE", "path": "/Groups/bulkId:a"});
    assert_eq!(narrow(&engine, &json!([group("a", "b"), group("b", "a"), remove])), ["201", "201", "403"]);
    assert_eq!(count(&engine, "/Groups"), 3);
    assert_eq!(narrow(&engine, &json!([group("c", "d"), group("d", "nobody")])), ["409", "409"]);
    assert_eq!(
        narrow(&engine, &json!([group("c", "d"), group("d", "c"), group("e", "nobody")])),
        ["201", "201", "409"]
    );
    assert_eq!(count(&engine, "/Groups"), 5);
}

#[test]
fn a_circle_that_could_not_be_completed_is_not_begun() {
    let engine = engine();
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let user = |bulk_id: &str, manager: &str| {
        let data = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", enterprise],
            "userName": bulk_id,
            enterprise: {"manager": {"value": format!("bulkId:{manager}")}},
        });
        json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
    };
    assert_eq!(narrow(&engine, &json!([user("a", "b"), user("b", "a")])), ["409", "409"]);
    assert_eq!(count(&engine, "/Users"), 3);
}
