//! The control API against its own description: every row is met in a conversation, and what is answered there is what the
//! OpenAPI document says.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use standin::control::{Access, Desk};
use standin::engine::{Engine, Setup};
use standin::profile::{explain, openapi};

use crate::engine::{PROFILES, call, json};
use crate::support::files_in;

fn desk() -> Desk {
    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.groups, setup.clock_ms) = (3, 2, Some(0));
    Desk::new(Arc::new(Engine::start(setup).expect("an engine that starts")), Access::default())
}

fn get(desk: &Desk, path: &str) -> Value {
    let mut call = call("GET", path, "", "");
    "localhost".clone_into(&mut call.host);
    let reply = desk.answer(&call);
    assert_eq!(reply.status.as_u16(), 200, "{path}");
    json(&reply)
}

/// A call of a conversation, and what came.
struct Exchange {
    method: String,
    path: String,
    status: u16,
    body: String,
}

/// The calls to the control API in a conversation.
fn exchanges(text: &str) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((method, target)) = line.strip_prefix("> ").and_then(|line| line.split_once(' ')) else {
            continue;
        };
        while lines.next_if(|line| line.starts_with('>')).is_some() {}
        let status =
            lines.next().and_then(|line| line.strip_prefix("< ")).and_then(|status| status.parse().ok());
        while lines.next_if(|line| line.starts_with("< ")).is_some() {}
        let mut body = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('<')) {
            body += line.strip_prefix("< ").unwrap_or_default();
            body.push('\n');
        }
        if target.starts_with("/_standin") {
            let path = target.split('?').next().unwrap_or_default().to_owned();
            found.push(Exchange {
                method: method.to_lowercase(),
                path,
                status: status.expect("a status"),
                body,
            });
        }
    }
    found
}

/// The template of a path in the document.
fn template<'d>(document: &'d Value, path: &str) -> Option<&'d str> {
    let inside = path.strip_prefix("/_standin")?;
    let fits = |template: &&String| {
        let (mut one, mut other) = (template.split('/'), inside.split('/'));
        one.by_ref()
            .zip(other.by_ref())
            .all(|(one, other)| one.starts_with('{') && !other.is_empty() || one == other)
            && template.split('/').count() == inside.split('/').count()
    };
    let fitting = document["paths"].as_object().expect("paths").keys().filter(fits);
    fitting.min_by_key(|template| template.matches('{').count()).map(String::as_str)
}

#[test]
fn what_is_answered_is_what_the_document_says() {
    let document = get(&desk(), "/_standin/v1/openapi.json");
    let mut met = BTreeSet::new();
    for path in files_in("tests/conversations/control", ".http") {
        let text = std::fs::read_to_string(&path).expect("a conversation");
        for Exchange { method, path, status, body } in exchanges(&text) {
            let what = format!("{method} {path}: {status}");
            let method = if method == "head" { "get" } else { &method };
            let Some(operation) = template(&document, &path).map(|path| &document["paths"][path][method])
            else {
                assert!([403, 404].contains(&status), "{what}");
                continue;
            };
            if operation.is_null() {
                assert!([401, 403, 405].contains(&status), "{what}");
                continue;
            }
            let response = &operation["responses"][status.to_string()];
            assert!(response.is_object(), "{what} is not documented");
            met.insert((operation["operationId"].as_str().expect("a name").to_owned(), status));
            let Some((media, content)) =
                response["content"].as_object().and_then(|content| content.iter().next())
            else {
                assert_eq!(body, "", "{what}");
                continue;
            };
            if !media.ends_with("json") {
                continue;
            }
            let mut schema = content["schema"].clone();
            schema["components"] = document["components"].clone();
            let body: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{what}: {body}"));
            if let Err(error) = jsonschema::validate(&schema, &body) {
                panic!("{what}: {error} at {}", error.instance_path());
            }
        }
    }
    // Shown below, in the tests of the console, and in those of starting and stopping.
    met.extend(
        [
            ("load_console", 200),
            ("load_console_style", 200),
            ("load_console_script", 200),
            ("get_vendor", 200),
            ("get_vendor_openapi", 200),
            ("get_openapi", 200),
            ("get_health", 503),
        ]
        .map(|(name, status)| (name.to_owned(), status)),
    );
    let mut lacking = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            let statuses = operation["responses"].as_object().expect("responses").keys();
            let good = statuses
                // A stream has no end that a conversation could show.
                .filter(|status| {
                    let content = &operation["responses"][status]["content"];
                    status.starts_with('2') && content["text/event-stream"].is_null()
                })
                .map(|status| status.parse::<u16>().expect("a status"));
            lacking.extend(
                good.filter(|status| !met.contains(&(name.to_owned(), *status)))
                    .map(|status| format!("{method} {path}: {status}")),
            );
        }
    }
    assert!(lacking.is_empty(), "no conversation shows\n{}", lacking.join("\n"));
}

#[test]
fn a_vendor_is_what_explain_says() {
    let desk = desk();
    for profile in PROFILES.iter() {
        assert_eq!(get(&desk, &format!("/_standin/v1/vendors/{}", profile.vendor)), explain::json(profile));
    }
}

#[test]
fn the_document_of_a_vendor_is_that_of_the_command_below_the_address_that_was_called() {
    let desk = desk();
    for profile in PROFILES.iter() {
        let served = get(&desk, &format!("/_standin/v1/vendors/{}/openapi.json", profile.vendor));
        assert_eq!(served, openapi::document(profile, "http://localhost"));
    }
}

#[test]
fn health_says_503_from_the_moment_on_that_the_server_is_to_stop() {
    let desk = desk();
    assert_eq!(get(&desk, "/_standin/health"), json!({"status": "ok"}));
    desk.drain();
    let reply = desk.answer(&call("GET", "/_standin/health", "", ""));
    assert_eq!(reply.status.as_u16(), 503);
    // Vendors go on answering until the doors close.
    assert_eq!(desk.answer(&call("GET", "/cofense/v2/users", "cofense-api-token", "")).status.as_u16(), 200);
}

#[test]
fn a_body_that_did_not_come_whole_changes_nothing() {
    use standin::call::Body;
    let desk = desk();
    for (body, wanted) in [(Body::TooLarge, 413), (Body::Broken, 408)] {
        let mut call = call("POST", "/_standin/v1/sandboxes", "", "");
        "localhost".clone_into(&mut call.host);
        call.body = body;
        assert_eq!(desk.answer(&call).status.as_u16(), wanted);
    }
    assert_eq!(get(&desk, "/_standin/v1/sandboxes")["sandboxes"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_report_comes_in_every_format_and_says_whether_it_passed() {
    let desk = desk();
    for (format, media, begins) in [
        ("", "application/json", "{\"sandbox\":\"default\",\"seed\":1,\"passed\":true,"),
        ("?format=json", "application/json", "{\"sandbox\":"),
        ("?format=text", "text/plain; charset=utf-8", "Report on sandbox default, seed 1: 0 calls\n"),
        ("?format=junit", "application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"),
        ("?format=html", "text/html; charset=utf-8", "<!DOCTYPE html>\n"),
    ] {
        let mut call = call("GET", &format!("/_standin/v1/sandboxes/default/report{format}"), "", "");
        "localhost".clone_into(&mut call.host);
        let reply = desk.answer(&call);
        let header = |name: &str| reply.headers.get(name).map(|value| value.to_str().expect("text"));
        assert_eq!((reply.status.as_u16(), header("content-type")), (200, Some(media)), "{format}");
        assert_eq!(header("standin-passed"), Some("true"), "{format}");
        assert!(reply.body.starts_with(begins.as_bytes()), "{format}: {:?}", reply.body);
        let policy = header("content-security-policy");
        assert_eq!(
            policy.is_some_and(|policy| policy.contains("default-src 'none'")),
            format == "?format=html"
        );
    }
}
