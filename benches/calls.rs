//! What a call costs within the engine: no socket, no thread beside it.
//!
//! `cargo bench --bench calls` prints a table of times; `cargo bench --bench calls -- --call "GET one user" --times 2000`
//! answers one kind of call so many times, for a tool that counts instructions. See `README.md` beside this.

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use standin::call::{Body, Call};
use standin::engine::{Engine, Setup};
use standin::serve::Choice;

mod arrange;
use arrange::{Around, VENDOR, arrange};

/// Recipients in the store: enough for twenty pages, few enough that the start is no part of what is seen.
const RECIPIENTS: u64 = 2_000;
/// Calls before anything is counted: the journal is full then, and each call lets an older one go.
const CALLS_BEFORE: u64 = 10_600;
/// How often each kind is answered for the table.
const TIMES: u64 = 20_000;

/// One kind of call.
struct Case {
    name: &'static str,
    around: Around,
    status: u16,
    /// The nth call.
    call: fn(u64) -> Call,
}

const CASES: &[Case] = &[
    Case { name: "GET one user", around: Around::Nothing, status: 200, call: get_one },
    Case { name: "GET one user, limits on", around: Around::Limits, status: 200, call: get_one },
    Case { name: "GET one user, a rule armed", around: Around::Chaos, status: 200, call: get_one },
    Case { name: "list 100", around: Around::Nothing, status: 200, call: list },
    Case { name: "create", around: Around::Nothing, status: 201, call: create },
    Case { name: "401", around: Around::Nothing, status: 401, call: get_as_nobody },
    Case { name: "404", around: Around::Nothing, status: 404, call: get_nobody },
];

fn get_one(nth: u64) -> Call {
    let id = 123 + 3 * (nth.wrapping_mul(7_919) % RECIPIENTS);
    call(Method::GET, format!("/{VENDOR}/v2/users/u{id}"), None, String::new())
}

fn list(nth: u64) -> Call {
    let page = 1 + nth % (RECIPIENTS / 100);
    call(Method::GET, format!("/{VENDOR}/v2/users"), Some(format!("page={page}&per_page=100")), String::new())
}

fn create(nth: u64) -> Call {
    let body = format!(
        r#"{{"email":"new{nth:08}@example.com","firstName":"Ada","lastName":"Byron","title":"Analyst"}}"#
    );
    call(Method::POST, format!("/{VENDOR}/v2/users"), None, body)
}

fn get_as_nobody(nth: u64) -> Call {
    let mut call = get_one(nth);
    call.headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer nobody-knows-this-token"));
    call
}

fn get_nobody(nth: u64) -> Call {
    call(Method::GET, format!("/{VENDOR}/v2/users/u{}", 99_000_001 + nth), None, String::new())
}

/// A call with the headers that a common client sends.
fn call(method: Method, path: String, query: Option<String>, body: String) -> Call {
    let bearer = HeaderValue::try_from(format!("Bearer {VENDOR}-api-token")).expect("a header's value");
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static("python-requests/2.32.3"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(AUTHORIZATION, bearer);
    if !body.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let (host, body) = ("127.0.0.1:8080".to_owned(), Body::Whole(Bytes::from(body)));
    Call { method, host, path, query, headers, body, listener_vendor: None, peer: None }
}

fn main() {
    let (mut wanted, mut times) = (None, TIMES);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--call" => wanted = words.next(),
            "--times" => times = words.next().and_then(|times| times.parse().ok()).unwrap_or(TIMES),
            // Cargo says that this is a bench, and may pass a filter.
            _ => {}
        }
    }
    println!("| call | µs |");
    println!("|---|---:|");
    for case in CASES.iter().filter(|case| wanted.as_deref().is_none_or(|wanted| wanted == case.name)) {
        let mut setup = Setup::new(Choice::default().read().expect("the profiles are good").profiles);
        setup.recipients = RECIPIENTS as usize;
        let engine = Engine::start(setup).expect("the engine starts");
        arrange(&engine, case.around);
        for nth in 0..CALLS_BEFORE {
            answer_once(&engine, &(case.call)(nth), case.status);
        }
        println!("| {} | {:.2} |", case.name, measured(&engine, case, times) * 1e6 / times as f64);
    }
}

/// How long a kind of call takes, in seconds, all its calls together. Whoever counts instructions forgets here what was
/// before.
#[inline(never)]
fn measured(engine: &Engine, case: &Case, times: u64) -> f64 {
    let calls = CALLS_BEFORE..CALLS_BEFORE + times;
    calls.map(|nth| answer_once(engine, &(case.call)(nth), case.status)).sum()
}

/// Answers a call and lets go of the reply; how long that takes, in seconds.
fn answer_once(engine: &Engine, call: &Call, status: u16) -> f64 {
    let started = now();
    let answered = counted(engine, call);
    let took = started.elapsed().as_secs_f64();
    assert_eq!(answered, status, "{} {}", call.method, call.path);
    took
}

/// What is counted, and no more.
#[inline(never)]
fn counted(engine: &Engine, call: &Call) -> u16 {
    black_box(engine.answer(call)).status.as_u16()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark asks the real time")]
fn now() -> Instant {
    Instant::now()
}
