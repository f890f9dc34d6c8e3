//! Many tests on one server at once, each in a sandbox of its own that it makes over the control API.

use std::sync::{Arc, Barrier};

use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use standin::call::Reply;
use standin::control::{Access, Desk};
use standin::engine::{Engine, Setup};

use crate::engine::{PROFILES, call, json};

const THREADS: usize = 200;

/// The moment at which every sandbox begins.
const START: &str = "2026-01-01T00:00:00Z";
const START_MS: i64 = 1_767_225_600_000;

const HOST_NAME: &str = "localhost:8080";

fn desk() -> Desk {
    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.groups, setup.clock_ms) = (3, 2, Some(START_MS));
    Desk::new(Arc::new(Engine::start(setup).expect("an engine that starts")), Access::default())
}

/// A client of one server.
struct Client<'a> {
    desk: &'a Desk,
}

impl Client<'_> {
    fn send(&self, method: &str, target: &str, token: &str, kind: &'static str, body: &str) -> Reply {
        let mut call = call(method, target, token, body);
        HOST_NAME.clone_into(&mut call.host);
        call.headers.remove(HOST);
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        self.desk.answer(&call)
    }

    /// A call to the control API, which must go well.
    fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.send(method, &format!("/_standin/v1{path}"), "", "application/json", &body);
        assert!(reply.status.is_success(), "{method} {path}: {}", String::from_utf8_lossy(&reply.body));
        json(&reply)
    }

    /// A call to a vendor, at a URL.
    fn vendor(&self, method: &str, url: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        let target =
            url.strip_prefix("http://").and_then(|url| url.strip_prefix(HOST_NAME)).expect("its own URL");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.send(method, target, token, "application/json", &body);
        (reply.status, json(&reply))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// What one test does; nothing of it may depend on the others.
fn one(client: &Client<'_>, nth: usize) {
    let name = format!("test-{nth}");
    let made =
        client.control("POST", "/sandboxes", &json!({"name": name, "vendors": ["cofense"], "seed": nth}));
    let vendor = &made["vendors"]["cofense"];
    let users = format!("{}/users", text(&vendor["base_urls"]["rest"]));
    let first = text(&vendor["credentials"]["api"]["token"]);
    let at = format!("/sandboxes/{name}/vendors/cofense");
    let emails = |token: &str| {
        let (status, list) = client.vendor("GET", &users, token, &Value::Null);
        assert_eq!(status, StatusCode::OK, "{name}: {list}");
        let users = list["users"].as_array().expect("users").iter();
        users.map(|user| text(&user["email"])).collect::<Vec<_>>()
    };
    let status = |token: &str| client.vendor("GET", &users, token, &Value::Null).0;

    // Create and list: what was there from the start, and its own.
    let born = emails(&first);
    let own = format!("own-{nth}@example.com");
    let (created, user) =
        client.vendor("POST", &users, &first, &json!({"email": own, "firstName": "O", "lastName": "N"}));
    assert_eq!(created, StatusCode::CREATED, "{name}: {user}");
    let mut wanted = born.clone();
    wanted.push(own);
    assert_eq!(emails(&first), wanted, "{name}");

    // Rotate, 401, authenticate again.
    let listed = client.control("GET", &format!("{at}/credentials"), &Value::Null);
    let api = listed["credentials"].as_array().expect("a list").iter();
    let number = api.clone().find(|one| one["credential"] == "api").expect("the api token")["id"].clone();
    let second =
        text(&client.control("POST", &format!("{at}/credentials/{number}/rotate"), &Value::Null)["token"]);
    assert_eq!((status(&first), status(&second)), (StatusCode::UNAUTHORIZED, StatusCode::OK), "{name}");
    let client_of = &vendor["credentials"]["vision"];
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        text(&client_of["client_id"]),
        text(&client_of["client_secret"])
    );
    let token_url = text(&client_of["token_url"]);
    let token_path = token_url.strip_prefix("http://localhost:8080").expect("its own URL");
    let token = client.send("POST", token_path, "", "application/x-www-form-urlencoded", &form);
    assert_eq!(token.status, StatusCode::OK, "{name}: {}", String::from_utf8_lossy(&token.body));

    // Exhaust, advance.
    client.control("PATCH", &format!("{at}/limits"), &json!({"enabled": true}));
    let left =
        client.control("PATCH", &format!("{at}/limits"), &json!({"limit": "per_token", "remaining": 2}));
    assert_eq!(left["limits"][0]["buckets"].as_array().map(Vec::len), Some(0), "{name}: {left}");
    let calls = [status(&second), status(&second), status(&second)];
    assert_eq!(calls, [StatusCode::OK, StatusCode::OK, StatusCode::TOO_MANY_REQUESTS], "{name}");
    let clock = client.control("PATCH", &format!("/sandboxes/{name}/clock"), &json!({"advance": "61s"}));
    assert_eq!(clock["now"], "2026-01-01T00:01:01Z", "{name}");
    assert_eq!(status(&second), StatusCode::OK, "{name}");

    // Delete.
    let (deleted, _) =
        client.vendor("DELETE", &format!("{users}/{}", text(&user["id"])), &second, &Value::Null);
    assert_eq!(deleted, StatusCode::NO_CONTENT, "{name}");
    assert_eq!(emails(&second), born, "{name}");

    // Reset: the first token is good again, the second was never issued.
    client.control("POST", &format!("/sandboxes/{name}/reset"), &Value::Null);
    assert_eq!((emails(&first), status(&second)), (born, StatusCode::UNAUTHORIZED), "{name}");
    let clock = client.control("GET", &format!("/sandboxes/{name}/clock"), &Value::Null);
    assert_eq!(clock["now"], START, "{name}");
}

#[test]
fn two_hundred_tests_at_once_know_nothing_of_each_other() {
    let desk = desk();
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for nth in 0..THREADS {
            let (client, start) = (Client { desk: &desk }, &start);
            scope.spawn(move || {
                start.wait();
                one(&client, nth);
            });
        }
    });
    let sandboxes = Client { desk: &desk }.control("GET", "/sandboxes", &Value::Null);
    assert_eq!(sandboxes["sandboxes"].as_array().map(Vec::len), Some(THREADS + 1));
    // Nor does the default sandbox.
    let users = json(&desk.answer(&call("GET", "/cofense/v2/users", "cofense-api-token", "")));
    assert_eq!(users["total"], 3);
}
