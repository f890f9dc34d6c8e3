//! The journal over a socket: calls as they come in, and the archive that browsers open.

use serde_json::{Value, json};

use crate::http::{Connection, call, request};
use crate::process::Standin;

const COFENSE: (&str, &str) = ("authorization", "Bearer cofense-api-token");
const STREAM: &str = "/_standin/v1/sandboxes/default/journal/stream";

/// Begins to follow, and waits until that is sure.
fn follow(address: &str, path: &str, headers: &[(&str, &str)]) -> Connection {
    let mut stream = Connection::to(address);
    stream.send(&request("GET", path, headers, ""));
    assert!(stream.line().contains(" 200 "));
    while stream.line() != ": still here" {}
    stream
}

/// The next event: its id, and the call.
fn event(stream: &mut Connection) -> (u64, Value) {
    let mut id = None;
    loop {
        let line = stream.line();
        if let Some(told) = line.strip_prefix("id: ") {
            id = told.parse().ok();
        }
        if let Some(call) = line.strip_prefix("data: ") {
            return (id.expect("an id before its data"), serde_json::from_str(call).expect("JSON"));
        }
    }
}

/// The last chunk of a body that is over (RFC 9112 section 7.1).
fn is_ended(stream: &mut Connection) -> bool {
    loop {
        let line = stream.line();
        if line == "0" || line.is_empty() && stream.is_over() {
            return line == "0";
        }
    }
}

#[test]
fn calls_are_seen_as_they_come_in_and_from_where_one_left_off() {
    let standin = Standin::start(&["--recipients", "3"]);
    let address = standin.address();
    let mut stream = follow(address, STREAM, &[]);
    let mut client = Connection::to(address);
    let mut seen = Vec::new();
    for path in ["/cofense/v2/users", "/cofense/v2/nothing", "/nobody/at/all"] {
        let reply = client.call("GET", path, &[COFENSE], "");
        let (id, told) = event(&mut stream);
        assert_eq!((&told["path"], &told["status"]), (&json!(path), &json!(reply.status)));
        assert_eq!(told["id"].as_str(), reply.header("standin-request-id"));
        assert!(!told.to_string().contains("cofense-api-token"), "{told}");
        seen.push((id, told));
    }
    let last = seen[0].0.to_string();
    let mut again = follow(address, STREAM, &[("last-event-id", &last)]);
    assert_eq!([event(&mut again), event(&mut again)], seen[1..]);
}

#[test]
fn a_stream_ends_with_its_sandbox() {
    let standin = Standin::start(&["--recipients", "0"]);
    let address = standin.address();
    let made = call(address, "POST", "/_standin/v1/sandboxes", &[], r#"{"name":"short"}"#);
    assert_eq!(made.status, 201, "{}", made.text());
    let mut stream = follow(address, "/_standin/v1/sandboxes/short/journal/stream", &[]);
    let mut other = follow(address, STREAM, &[]);
    assert_eq!(call(address, "DELETE", "/_standin/v1/sandboxes/short", &[], "").status, 204);
    assert!(is_ended(&mut stream));
    call(address, "GET", "/cofense/v2/users", &[COFENSE], "");
    assert_eq!(event(&mut other).1["path"], "/cofense/v2/users");
}

#[test]
fn a_stream_does_not_hold_up_the_stop() {
    let standin = Standin::start(&["--recipients", "0"]);
    let mut stream = follow(standin.address(), STREAM, &[]);
    let stopped = standin.stop("TERM");
    assert!(stopped.status.success(), "{}", stopped.stderr);
    assert!(!stopped.stderr.contains("cut"), "{}", stopped.stderr);
    assert!(is_ended(&mut stream));
}

/// What the format asks for (HAR 1.2), by the names of its objects.
#[test]
fn an_archive_has_what_har_asks_for() {
    let standin = Standin::start(&["--recipients", "3"]);
    let address = standin.address();
    let body = r#"{"email":"a@example.com","firstName":"Ada","lastName":"Byron"}"#;
    let json = ("content-type", "application/json");
    call(address, "POST", "/cofense/v2/users?dry=1&x=%20", &[COFENSE, json], body);
    call(address, "GET", "/cofense/v2/users", &[COFENSE], "");
    let archive = call(address, "GET", "/_standin/v1/sandboxes/default/journal.har", &[], "");
    let log = &archive.json()["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    let entries = log["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), 2);
    let keys = |value: &Value, wanted: &[&str]| {
        for key in wanted {
            assert!(!value[key].is_null(), "{key} is missing in {value}");
        }
    };
    for entry in entries {
        keys(entry, &["startedDateTime", "time", "request", "response", "cache", "timings"]);
        keys(&entry["timings"], &["send", "wait", "receive"]);
        let wanted =
            ["method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"];
        keys(&entry["request"], &wanted);
        let wanted = ["status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"];
        keys(&entry["response"], &wanted);
        keys(&entry["response"]["content"], &["size", "mimeType", "text"]);
    }
    let sent = &entries[0]["request"];
    assert_eq!(sent["postData"]["text"], body);
    assert_eq!(sent["queryString"], json!([{"name": "dry", "value": "1"}, {"name": "x", "value": " "}]));
    assert_eq!(sent["url"], "http://localhost/cofense/v2/users?dry=1&x=%20");
}
