//! Any text as chaos rules and as a scenario: read, checked and, if it is good, put into force and met by calls.

#![no_main]

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::{HeaderMap, Method};
use libfuzzer_sys::fuzz_target;
use standin::call::{Body, Call};
use standin::chaos;
use standin::engine::{DEFAULT_SANDBOX, Engine, Setup};
use standin::profile::diagnostic::{Severity, render};
use standin::profile::source::Source;
use standin::profile::{Library, files};
use standin::scenario;

/// One shipped vendor, with three people.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let library = Library::read(&files::built_in(), &mut Vec::new());
    let profile = library.profile("scim", &[]).expect("a profile that is shipped");
    let mut setup = Setup::new(vec![Arc::new(profile)]);
    (setup.recipients, setup.groups, setup.clock_ms) = (3, 1, Some(0));
    Engine::start(setup).expect("an engine that starts")
});

fuzz_target!(|text: &str| {
    let source = Source::new("sent", text);
    let sandbox = ENGINE.sandbox(DEFAULT_SANDBOX).expect("the default sandbox");

    let mut found = Vec::new();
    let rules = chaos::read::read_sent(&source, Some(ENGINE.profiles()), &mut found);
    let is_bad = found.iter().any(|one| one.severity == Severity::Error);
    assert_eq!(rules.is_none(), is_bad, "{}", render(&found));
    if let Some(rules) = rules {
        // There may be too many of them; that is said in a sentence.
        let _ = ENGINE.arm(&sandbox, rules);
        meet();
    }

    let mut found = Vec::new();
    let read = scenario::read::read(&source, Some(ENGINE.profiles()), &mut found);
    let is_bad = found.iter().any(|one| one.severity == Severity::Error);
    assert_eq!(read.is_none(), is_bad, "{}", render(&found));
    if let Some(read) = read {
        let _ = ENGINE.play(&sandbox, &Arc::new(read));
        meet();
        sandbox.clock.advance(60_000);
        meet();
        ENGINE.report(&sandbox);
    }
    let _ = ENGINE.reset_sandbox(DEFAULT_SANDBOX);
});

/// A few calls, each with one reply, whatever is to happen to it.
fn meet() {
    for (method, path, body) in [
        (Method::GET, "/scim/scim/v2/Users?count=2", ""),
        (Method::POST, "/scim/scim/v2/Users", r#"{"userName": "ada@example.com"}"#),
        (Method::GET, "/scim/scim/v2/Users?filter=userName%20sw%20%22a%22", ""),
    ] {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer scim-scim-token".parse().expect("a value"));
        ENGINE.answer(&Call {
            method,
            host: "127.0.0.1".to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            headers,
            body: Body::Whole(Bytes::from_static(body.as_bytes())),
            listener_vendor: None,
            peer: None,
        });
    }
}
