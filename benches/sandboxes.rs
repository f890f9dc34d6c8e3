//! What a sandbox costs: made, come to for the first time, reset.
//!
//! `cargo bench --bench sandboxes` prints a table. A reset is followed by one create and one list, so that what a reset
//! leaves for later counts too.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use standin::call::{Body, Call};
use standin::engine::{Birth, DEFAULT_SANDBOX, Engine, Setup};
use standin::serve::Choice;

/// How often each is measured; the median is told.
const ROUNDS: u64 = 15;
/// How many sandboxes are made to see what one costs.
const SANDBOXES: usize = 1_000;

#[expect(clippy::disallowed_methods, reason = "a benchmark asks the real time")]
fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn call(method: Method, path: &str, token: &str, body: String) -> Call {
    let mut headers = HeaderMap::new();
    let bearer = HeaderValue::try_from(format!("Bearer {token}")).expect("a header's value");
    headers.insert(http::header::AUTHORIZATION, bearer);
    Call {
        method,
        host: "127.0.0.1".to_owned(),
        path: path.to_owned(),
        query: None,
        headers,
        body: Body::Whole(Bytes::from(body)),
        listener_vendor: None,
        peer: None,
    }
}

fn write_and_read(engine: &Engine, nth: u64) {
    let user = format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"new{nth}@example.com"}}"#
    );
    let made = engine.answer(&call(Method::POST, "/scim/scim/v2/Users", "scim-scim-token", user));
    assert_eq!(made.status, 201);
    let listed = engine.answer(&call(Method::GET, "/scim/scim/v2/Users", "scim-scim-token", String::new()));
    assert_eq!(listed.status, 200);
}

fn main() {
    println!("| what | ms | wanted |");
    println!("|---|---:|---:|");
    let engine = Engine::start(Setup::new(Choice::default().read().expect("the profiles are good").profiles));
    let engine = engine.expect("an engine that starts");
    let before_kib = resident_kib();
    let mut kept = Vec::new();
    let making = timed(|| {
        for _ in 0..SANDBOXES {
            let birth: Birth = engine.usual_birth();
            kept.push(engine.make_sandbox(None, birth).expect("room"));
        }
    });
    println!("| a sandbox is made | {:.3} | 5 |", making.as_secs_f64() * 1000.0 / SANDBOXES as f64);
    println!("| KiB of each, nobody has come to it | {} | 1024 |", (resident_kib() - before_kib) / SANDBOXES);
    let scim = engine.index_of("scim").expect("it is served");
    let coming = timed(|| kept.iter().for_each(|one| drop(one.vendor(scim))));
    println!(
        "| the first call to a vendor of one | {:.3} | |",
        coming.as_secs_f64() * 1000.0 / SANDBOXES as f64
    );
    println!("| KiB of each then | {} | |", (resident_kib() - before_kib) / SANDBOXES);
    drop((kept, engine));
    for (name, recipients, wanted) in [("default sandbox", 250, 5), ("100,000 recipients", 100_000, 100)] {
        let mut setup = Setup::new(Choice::default().read().expect("the profiles are good").profiles);
        setup.recipients = recipients;
        let engine = Engine::start(setup).expect("an engine that starts");
        let (mut resets, mut after) = (Vec::new(), Vec::new());
        for nth in 0..ROUNDS {
            write_and_read(&engine, nth);
            resets.push(timed(|| engine.reset_sandbox(DEFAULT_SANDBOX).expect("it is there")));
            after.push(timed(|| write_and_read(&engine, nth)));
        }
        println!("| reset, {name} | {:.2} | {wanted} |", median(resets));
        println!("| first create and list after it, {name} | {:.2} | |", median(after));
    }
}

/// What the process holds, as Linux counts it.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or_default()
}
