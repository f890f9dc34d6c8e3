//! Calls to every vendor, near what is served and far from it: each is answered, none with a mistake of ours, and what is
//! refused has changed nothing. Secrets that were shown or set are in no reply.

#![no_main]

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use standin::call::{Body, Call, Reply};
use standin::engine::{DEFAULT_SANDBOX, Engine};

#[path = "../calls.rs"]
mod calls;
#[path = "../words.rs"]
mod words;
#[path = "../world.rs"]
mod world;

use calls::Sent;
use words::Told;
use world::{DOORS, Door};

/// The most calls of a run: enough to make, change, find and remove.
const CALLS_MAX: usize = 8;

/// The most ids that a caller remembers, the latest first.
const IDS_MAX: usize = 32;

// A world of its own for each run, so that what was found happens again when it is played again.
fuzz_target!(|input: &[u8]| {
    let Ok(sent) = Vec::<Sent<'_>>::arbitrary_take_rest(Unstructured::new(input)) else { return };
    let engine = world::open();
    // What the fuzzer wrote itself it may read again.
    let own = String::from_utf8_lossy(input);
    let secrets: Vec<&str> =
        SECRETS.iter().map(String::as_str).filter(|secret| !own.contains(secret)).collect();
    let mut ids = Vec::new();
    for (nth, one) in sent.iter().take(CALLS_MAX).enumerate() {
        engine.advance(DEFAULT_SANDBOX, i64::from(one.wait_s) * 1000);
        let told = Told { door: one.door(), ids: &ids, nth };
        let reply = check(&engine, &call(one, &told), told.door, &secrets);
        if reply.status.is_success() {
            ids.splice(0..0, world::ids(&reply.body).into_iter().take(IDS_MAX));
            ids.truncate(IDS_MAX);
        }
    }
});

/// What a caller shows or sets and nobody should see again.
static SECRETS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let shown = DOORS.iter().flat_map(|door| &door.credentials);
    let shown = shown.map(|(token, secret)| secret.as_ref().unwrap_or(token).clone());
    shown.chain([calls::PASSWORD.to_owned()]).collect()
});

/// Answers a call, and holds the reply against what is true of every reply.
fn check(engine: &Engine, call: &Call, door: &Door, secrets: &[&str]) -> Reply {
    let before = see(engine, call);
    let reply = engine.answer(call);
    let status = reply.status.as_u16();
    assert!((200..=599).contains(&status), "{status} for {call:?}");
    assert!(status != 500, "500 for {call:?}");
    let is_json = reply.headers.get(header::CONTENT_TYPE);
    let is_json = is_json.is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
    if is_json || (door.is_scim && !reply.body.is_empty()) {
        let body: Result<Value, _> = serde_json::from_slice(&reply.body);
        assert!(body.is_ok(), "no JSON for {call:?}: {reply:?}");
    }
    if status == 204 || status == 304 {
        assert!(reply.body.is_empty(), "{status} with a body for {call:?}");
    }
    let text = String::from_utf8_lossy(&reply.body);
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is in the body of {reply:?} for {call:?}");
        let mut values = reply.headers.values();
        let is_shown = values.any(|value| String::from_utf8_lossy(value.as_bytes()).contains(secret));
        assert!(!is_shown, "{secret} is in a header of {reply:?} for {call:?}");
    }
    let is_harmless = call.method == Method::GET || (400..500).contains(&status);
    if let Some(before) = before.filter(|_| is_harmless) {
        let after = see(engine, call).map(|body| String::from_utf8_lossy(&body).into_owned());
        assert_eq!(after, Some(String::from_utf8_lossy(&before).into_owned()), "{call:?} was {status}");
    }
    reply
}

/// What is at the path of a call, if it is something.
fn see(engine: &Engine, call: &Call) -> Option<Bytes> {
    let mut call = call.clone();
    call.method = Method::GET;
    call.body = Body::Whole(Bytes::new());
    for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
        call.headers.remove(name);
    }
    let reply = engine.answer(&call);
    (reply.status.as_u16() == 200).then_some(reply.body)
}

/// The call that is meant, as the server would hand it on.
fn call(sent: &Sent<'_>, told: &Told<'_>) -> Call {
    let mut headers = HeaderMap::new();
    for (name, value) in sent.headers(told) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(name, value);
        }
    }
    let query = sent.query(told);
    Call {
        method: sent.method(),
        host: sent.host(),
        path: sent.path(told),
        query: (!query.is_empty()).then_some(query),
        headers,
        body: Body::Whole(Bytes::from(sent.body(told))),
        listener_vendor: None,
        peer: None,
    }
}
