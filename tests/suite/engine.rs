//! The engine as a whole, called without a socket: races, strangers, the order of answers, and nonsense.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use serde_json::Value;
use standin::call::{Body, Call, Reply};
use standin::engine::{Engine, Setup, Wish};
use standin::profile::model::Profile;
use standin::profile::source::Source;
use standin::profile::{Library, files};

use crate::support::{faultless, source};

const API_TOKEN: &str = "cofense-api-token";

/// All vendors, read once.
pub(crate) static PROFILES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    let mut sources = files::built_in();
    sources.push(source(Path::new("tests/vendors/rookery.yaml")));
    let library = Library::read(&sources, &mut Vec::new());
    let profiles =
        library.vendors().map(|vendor| library.profile(vendor, &[]).expect("a profile without mistakes"));
    profiles.map(Arc::new).collect()
});

fn engine(recipients: usize) -> Engine {
    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.clock_ms) = (recipients, Some(0));
    Engine::start(setup).expect("an engine that starts")
}

/// A call with a bearer token.
pub(crate) fn call(method: &str, target: &str, token: &str, body: &str) -> Call {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target.to_owned(), None),
    };
    let mut headers = HeaderMap::new();
    if let (false, Ok(value)) = (token.is_empty(), HeaderValue::try_from(format!("Bearer {token}"))) {
        headers.insert(http::header::AUTHORIZATION, value);
    }
    Call {
        method: Method::try_from(method).expect("a method"),
        host: "standin.test".to_owned(),
        path,
        query,
        headers,
        body: Body::Whole(Bytes::from(body.to_owned())),
        listener_vendor: None,
        peer: None,
    }
}

/// A reply's body; null when it is not JSON.
pub(crate) fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
}

#[test]
fn two_creates_of_one_name_at_once_give_one_201_and_one_409() {
    let engine = engine(0);
    let body = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@example.com","displayName":"A","active":true}"#;
    for round in 0..50 {
        let body = body.replace("a@", &format!("a{round}@"));
        let create = |token: &str| {
            engine.answer(&call("POST", "/cosafe/core/v1/scim/v2/Users", token, &body)).status.as_u16()
        };
        let mut statuses = std::thread::scope(|scope| {
            // Two organizations: the name is unique across the platform.
            let one = scope.spawn(|| create("cosafe-scim-token"));
            let other = scope.spawn(|| create("cosafe-scim-token-globex"));
            [one.join().expect("an answer"), other.join().expect("an answer")]
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
}

#[test]
fn a_page_walk_reads_every_record_once_while_others_come_and_go() {
    let engine = engine(250);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..200 {
                let body = format!(r#"{{"email":"new{n}@example.com","firstName":"N","lastName":"N"}}"#);
                let made = json(&engine.answer(&call("POST", "/cofense/v2/users", API_TOKEN, &body)));
                let id = made["id"].as_str().expect("an id").to_owned();
                let gone = engine.answer(&call("DELETE", &format!("/cofense/v2/users/{id}"), API_TOKEN, ""));
                assert_eq!(gone.status.as_u16(), 204);
            }
        });
        let mut seen = std::collections::BTreeSet::new();
        for page in 1..=5 {
            let reply = json(&engine.answer(&call(
                "GET",
                &format!("/cofense/v2/users?page={page}&per_page=50"),
                API_TOKEN,
                "",
            )));
            for user in reply["users"].as_array().expect("users") {
                assert!(seen.insert(user["id"].as_str().expect("an id").to_owned()), "{user} came twice");
            }
        }
        assert!(seen.len() >= 250, "{} of 250 were seen", seen.len());
        writer.join().expect("the writer ends");
    });
}

#[test]
fn what_one_organization_has_is_unknown_to_another() {
    let engine = engine(250);
    for (list, at, token) in [
        ("/cofense/v2/users", "/users", "cofense-api-token"),
        ("/cofense/v2/groups", "/groups", "cofense-api-token"),
        ("/coginiti/api/v1/scim/v2/Users", "/Resources", "coginiti-scim-token"),
        ("/coginiti/api/v1/scim/v2/Groups", "/Resources", "coginiti-scim-token"),
        ("/cosafe/core/v1/scim/v2/Users", "/Resources", "cosafe-scim-token"),
        ("/cosafe/core/v1/scim/v2/Groups", "/Resources", "cosafe-scim-token"),
    ] {
        let mut ids = [token.to_owned(), format!("{token}-globex")].map(|token| {
            let reply = json(&engine.answer(&call("GET", list, &token, "")));
            let items = reply.pointer(at).and_then(Value::as_array).expect("a list").clone();
            items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
        });
        let [of_acme, of_globex] = &mut ids;
        assert!(!of_globex.is_empty() && of_globex.iter().all(|id| !of_acme.contains(id)), "{list}");
        if list.ends_with("sers") {
            let foreign = engine.answer(&call("GET", &format!("{list}/{}", of_globex[0]), token, ""));
            assert_eq!(foreign.status.as_u16(), 404, "{list}");
        }
    }
}

#[test]
fn answers_come_in_the_order_that_a_caller_can_observe() {
    let engine = engine(5);
    let status = |method: &str, target: &str, token: &str, body: &str| {
        engine.answer(&call(method, target, token, body)).status.as_u16()
    };
    for (wanted, method, target, token, body) in [
        (404, "GET", "/cofense/v9/users", "", ""),
        (401, "GET", "/cofense/v2/nothing", "", ""),
        (401, "GET", "/cofense/v2/nothing", "cofense-scim-token", ""),
        (401, "DELETE", "/cofense/v2/groups", "nobody", ""),
        (404, "GET", "/cofense/v2/nothing", API_TOKEN, ""),
        (405, "DELETE", "/cofense/v2/groups", API_TOKEN, ""),
        (405, "BREW", "/cofense/v2/groups", API_TOKEN, ""),
        (400, "PUT", "/cofense/v2/users/nobody", API_TOKEN, "{"),
        (404, "PUT", "/cofense/v2/users/nobody", API_TOKEN, "{}"),
        (501, "POST", "/cofense/scim/v2/Groups", "cofense-scim-token", "{"),
        (401, "GET", "/cognism/scim/v2/globex/Users", "cognism-scim-token", ""),
        (401, "GET", "/cofense@elsewhere/v2/users", API_TOKEN, ""),
        (200, "GET", "/cofense@default/v2/users", API_TOKEN, ""),
    ] {
        assert_eq!(status(method, target, token, body), wanted, "{method} {target} {token} {body}");
    }
}

#[test]
fn head_is_get_without_a_body_for_whoever_sends_it() {
    let engine = engine(5);
    let get = engine.answer(&call("GET", "/cofense/v2/users", API_TOKEN, ""));
    let head = engine.answer(&call("HEAD", "/cofense/v2/users", API_TOKEN, ""));
    assert_eq!((get.status, get.body), (head.status, head.body));
}

/// Targets near what is served.
fn target() -> impl Strategy<Value = String> {
    let base = prop_oneof![
        Just("/cofense/v2/users"),
        Just("/cofense/v2/groups"),
        Just("/cofense/scim/v2/Users"),
        Just("/cofense/scim/v2/Groups"),
        Just("/cofense/vision/oauth/token"),
        Just("/coginiti/api/v1/scim/v2/Users"),
        Just("/coginiti/api/v1/scim/v2/Groups"),
        Just("/cognism/scim/v2/acme/Groups"),
        Just("/cosafe/core/v1/scim/v2/Users"),
        Just("/cosafe"),
        Just(""),
        Just("/_standin/x"),
    ];
    let id = prop_oneof![
        Just(String::new()),
        Just("/u123".to_owned()),
        Just("/user-id".to_owned()),
        Just("/scim-u123".to_owned()),
        "/\\PC{0,12}"
    ];
    let query = prop_oneof![
        Just(String::new()),
        "\\?filter=\\PC{0,20}",
        "\\?(page|per_page|count|startIndex|attributes|email)=\\PC{0,8}",
        "\\?[%&=a-f0-9]{0,12}",
    ];
    (base, id, query).prop_map(|(base, id, query)| format!("{base}{id}{query}"))
}

/// Bodies near what is understood.
fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "\\PC{0,40}",
        r#"\{"(userName|email|active|members|groups|Operations|manager|emails|name)":(null|true|"x"|1e999|\[\]|\[null\]|\[\{"value":1\}\]|\{\})\}"#,
        r#"\{"schemas":\["urn:ietf:params:scim:api:messages:2.0:PatchOp"\],"Operations":\[\{"op":"(add|Replace|remove)","path":"(active|members|emails\[type eq \\"work\\"\]\.value|name\.givenName|x\[|urn:a:b|id)","value":("False"|null|\[\{"value":"x"\}\]|\{\}|7)\}\]\}"#,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn nonsense_is_answered_and_changes_nothing_when_refused(
        calls in proptest::collection::vec((prop_oneof![Just("GET"), Just("POST"), Just("PUT"), Just("PATCH"), Just("DELETE"), Just("X")], target(), body(), any::<u8>()), 1..6)
    ) {
        let engine = engine(3);
        let everyone = |engine: &Engine| {
            [("/cofense/v2/users", API_TOKEN), ("/coginiti/api/v1/scim/v2/Users", "coginiti-scim-token"), ("/coginiti/api/v1/scim/v2/Groups", "coginiti-scim-token"),
             ("/cognism/scim/v2/acme/Groups", "cognism-scim-token"), ("/cosafe/core/v1/scim/v2/Users", "cosafe-scim-token")]
                .map(|(path, token)| engine.answer(&call("GET", path, token, "")).body)
        };
        for (method, target, body, kind) in calls {
            let vendor = target.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
            let token = if vendor == "cofense" && target.contains("/v2/users") { API_TOKEN.to_owned() } else { format!("{vendor}-scim-token") };
            let mut call = call(method, &target, &token, &body);
            if kind % 3 == 0 {
                let kinds = ["application/json", "application/scim+json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded"];
                call.headers.insert(HeaderName::from_static("content-type"), HeaderValue::from_static(kinds[usize::from(kind) % 4]));
            }
            let before = everyone(&engine);
            let reply = engine.answer(&call);
            prop_assert!(reply.status.as_u16() != 500, "{} {} {}", method, target, body);
            if reply.status.is_client_error() || method == "GET" {
                prop_assert!(before == everyone(&engine), "{} {} {} changed something", method, target, body);
            }
        }
    }
}

#[test]
fn no_number_of_calls_makes_one_record_fill_the_memory() {
    let engine = engine(1);
    let list = json(&engine.answer(&call("GET", "/scim/scim/v2/Users?count=1", "scim-scim-token", "")));
    let path = format!("/scim/scim/v2/Users/{}", list["Resources"][0]["id"].as_str().expect("an id"));
    let patch = |nth: usize| {
        let value = format!("{nth}{}", "x".repeat(300_000));
        format!(
            r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"add","path":"emails","value":[{{"value":"{value}"}}]}}]}}"#
        )
    };
    let statuses: Vec<u16> = (0..5)
        .map(|nth| engine.answer(&call("PATCH", &path, "scim-scim-token", &patch(nth))).status.as_u16())
        .collect();
    assert_eq!(statuses, [200, 200, 200, 413, 413]);
    assert_eq!(engine.answer(&call("GET", &path, "scim-scim-token", "")).status, 200);
}

#[test]
fn the_root_shows_what_each_list_shows_and_to_whom() {
    const SHUT: &str = "\
standin: 1
vendor: shut
extends: scim
title: Shut
credentials:
  scim:
    scopes: {read: read users, write: write users}
apis:
  scim:
    resources:
      Users: {operations: {list: {scope: read}}}
      Groups: {operations: {list: {enabled: false}}}
";
    let mut sources = files::built_in();
    sources.push(Source::new("shut.yaml", SHUT));
    let profile = Arc::new(faultless(&sources).profile("shut", &[]).expect("a profile without mistakes"));
    let setup = Setup { recipients: 2, groups: 2, ..Setup::new(vec![profile]) };
    let engine = Engine::start(setup).expect("an engine");
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    let root = |scope: &str| {
        let wish = engine.wish(&sandbox, "shut", "scim", "acme").expect("a credential");
        let wish = Wish { scopes: Some(vec![scope.to_owned()]), ..wish };
        let token = engine.issue(&sandbox, &wish).expect("a token").token;
        let reply = engine.answer(&call("GET", "/shut/scim/v2/", &token, ""));
        (reply.status.as_u16(), json(&reply)["totalResults"].clone())
    };
    assert_eq!(root("write"), (403, Value::Null));
    assert_eq!(root("read"), (200, Value::from(2)));
}
