use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::SCRIPTS;
use crate::call::{Body, Call, Reply};
use crate::control::{Access, Desk, rows};
use crate::engine::{Engine, Setup};

/// How large all of it may be: it is loaded at once, and stands in every binary.
const BYTES_MAX: usize = 96 * 1024;

const STYLE: &str = include_str!("console.css");
const PAGE: &str = include_str!("index.html");

fn ask(access: Access, method: Method, path: &str, headers: &[(&'static str, &'static str)]) -> Reply {
    let engine = Engine::start(Setup::new(Vec::new())).expect("an engine that starts");
    let header = |(name, value): &(&'static str, &'static str)| {
        (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
    };
    Desk::new(Arc::new(engine), access).answer(&Call {
        method,
        host: "console.example.com".to_owned(),
        path: path.to_owned(),
        query: None,
        headers: headers.iter().map(header).collect::<HeaderMap>(),
        body: Body::Whole(Bytes::new()),
        listener_vendor: None,
        peer: None,
    })
}

/// The files, by their paths, with their media types.
fn files() -> Vec<(String, &'static str, &'static str)> {
    let scripts = SCRIPTS
        .iter()
        .map(|(name, text)| (format!("/_standin/console/{name}"), "text/javascript; charset=utf-8", *text));
    let mut files: Vec<_> = scripts.collect();
    files.push(("/_standin/".to_owned(), "text/html; charset=utf-8", PAGE));
    files.push(("/_standin/console.css".to_owned(), "text/css; charset=utf-8", STYLE));
    files
}

#[test]
fn whoever_comes_gets_the_page_and_nothing_behind_it() {
    let with_token = || Access { token: Some("t0ken".to_owned()), ..Access::default() };
    for (path, media, text) in files() {
        for access in [Access::default(), with_token()] {
            for method in [Method::GET, Method::HEAD] {
                let reply = ask(access.clone(), method, &path, &[("sec-fetch-site", "cross-site")]);
                assert_eq!(reply.status.as_u16(), 200, "{path}");
                assert_eq!(reply.headers["content-type"], media, "{path}");
                assert_eq!(reply.body, text, "{path}");
            }
        }
    }
    let sandboxes = "/_standin/v1/sandboxes";
    assert_eq!(ask(with_token(), Method::GET, sandboxes, &[]).status.as_u16(), 401);
    assert_eq!(ask(Access::default(), Method::GET, sandboxes, &[]).status.as_u16(), 403);
    assert_eq!(ask(Access::default(), Method::GET, "/_standin/console/none.js", &[]).status.as_u16(), 404);
}

#[test]
fn a_browser_may_do_nothing_with_it_but_what_it_is_for() {
    for (path, ..) in files() {
        let headers = ask(Access::default(), Method::GET, &path, &[]).headers;
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
    }
}

#[test]
fn who_leaves_out_the_last_slash_is_sent_there() {
    for method in [Method::GET, Method::HEAD] {
        let reply = ask(Access::default(), method, "/_standin", &[]);
        assert_eq!((reply.status.as_u16(), reply.headers["location"].as_bytes()), (308, &b"/_standin/"[..]));
    }
    assert_eq!(ask(Access::default(), Method::POST, "/_standin", &[]).status.as_u16(), 403);
}

/// Each line of the script's table, as `(name, method and path)`.
fn called() -> BTreeSet<(String, String)> {
    let (_, api) = SCRIPTS.iter().find(|(name, _)| *name == "api.js").expect("api.js");
    let (_, table) = api.split_once("export const ROWS = {\n").expect("its table");
    let (table, _) = table.split_once("\n};").expect("the table's end");
    let line = |line: &str| {
        let (name, call) = line.trim().split_once(": '").expect(line);
        (name.to_owned(), call.strip_suffix("',").expect(line).to_owned())
    };
    table.lines().map(line).collect()
}

#[test]
fn what_the_script_calls_is_a_row() {
    let known: BTreeSet<(String, String)> =
        rows().map(|row| (row.name.to_owned(), format!("{} {}", row.method, row.path))).collect();
    let called = called();
    assert!(called.len() > 20);
    let unknown: Vec<_> = called.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    // And each is called.
    for (name, _) in called {
        let quoted = format!("'{name}'");
        assert!(SCRIPTS.iter().any(|(_, text)| text.contains(&quoted)), "nothing calls {name}");
    }
}

#[test]
fn no_path_stands_outside_of_the_scripts_table() {
    for (path, _, text) in files() {
        let there = text.matches("/v1").count();
        let wanted = if path.ends_with("/api.js") { called().len() } else { 0 };
        assert_eq!(there, wanted, "{path}");
    }
}

#[test]
fn it_names_no_other_server_and_makes_no_markup_of_text() {
    // The name of a language, in the icon.
    let namespace = "http://www.w3.org/2000/svg";
    for (path, _, text) in files() {
        let text = text.replace(namespace, "");
        for word in
            ["://", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "localStorage"]
        {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
    assert!(!PAGE.contains("<style") && PAGE.matches("<script").count() == 1);
}

#[test]
fn each_module_is_served_that_another_imports_or_that_stands_in_the_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/control/console");
    let there: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".js"))
        .collect();
    let served: BTreeSet<String> = SCRIPTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, served);
    for (name, text) in SCRIPTS {
        for part in text.split("from './").skip(1) {
            let imported = part.split('\'').next().unwrap_or_default();
            assert!(served.contains(imported), "{name} imports {imported}");
        }
    }
}

#[test]
fn it_is_small() {
    let bytes: usize = files().iter().map(|(_, _, text)| text.len()).sum();
    assert!(bytes <= BYTES_MAX, "{bytes} bytes");
}
