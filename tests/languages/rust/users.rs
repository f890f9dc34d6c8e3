use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::json;
use standin::Standin;
use standin::testing::{Count, Error, Sandbox};

/// One server for all tests of this binary, on a free port.
static STANDIN: LazyLock<Standin> =
    LazyLock::new(|| Standin::builder().vendors(["cofense"]).recipients(5).start().expect("Standin starts"));

/// Stands for the code under test: the status of one call to the vendor.
fn users(sandbox: &Sandbox, token: &str) -> u16 {
    let url = sandbox.base_url("cofense", "rest").expect("an api") + "/users";
    let (host, path) = url.trim_start_matches("http://").split_once('/').expect("a URL");
    let call = format!("GET /{path} HTTP/1.0\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n");
    let mut socket = TcpStream::connect(host).expect("somebody listens");
    socket.write_all(call.as_bytes()).expect("sent");
    let mut reply = String::new();
    socket.read_to_string(&mut reply).expect("answered");
    reply.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

#[test]
fn a_token_expires_when_the_clock_says_so() -> Result<(), Error> {
    let sandbox = STANDIN.sandbox()?; // A world of this test's own, deleted when it goes out of scope.
    let short = sandbox.credential("cofense", "api").issue_for(Duration::from_secs(60))?;
    assert_eq!(users(&sandbox, &short.token), 200);
    sandbox.clock().advance(Duration::from_secs(61))?;
    assert_eq!(users(&sandbox, &short.token), 401);
    Ok(())
}

#[test]
fn a_rotated_token_is_dead_at_the_next_call() -> Result<(), Error> {
    let sandbox = STANDIN.sandbox()?;
    let old = sandbox.token("cofense", "api")?;
    let new = sandbox.credential("cofense", "api").rotate()?;
    assert_eq!((users(&sandbox, &old), users(&sandbox, &new.token)), (401, 200));
    sandbox.verify(&json!({"operation": "list_users", "status": 401}), Count::Exactly(1))
}
