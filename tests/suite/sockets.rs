//! What can only be seen through a socket: the ways to a vendor, both versions of HTTP, and bytes that are no call.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::http::{Connection, call, request};
use crate::process::{Standin, command_with_files_max};

const COFENSE: (&str, &str) = ("authorization", "Bearer cofense-api-token");
const COSAFE: (&str, &str) = ("authorization", "Bearer cosafe-scim-token");

/// The bound of a request's line and headers, in bytes.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// The bound of a body, in bytes.
const BODY_BYTES_MAX: usize = 1024 * 1024;

#[test]
fn a_vendor_is_reached_by_path_by_host_and_by_its_own_port() {
    let standin = Standin::start(&["--recipients", "3", "--vendor-listen", "cofense=127.0.0.1:0"]);
    let (shared, own) = (standin.address(), standin.address_of("cofense"));
    let wanted = call(shared, "GET", "/cofense/v2/users", &[COFENSE], "").json();
    assert_eq!(wanted["total"], 3);
    let ways: [(&str, &str, &str); 6] = [
        (shared, "api.cofense.com", "/v2/users"),
        (shared, "API.cofense.com:443", "/v2/users"),
        (shared, "cofense.localhost:8080", "/v2/users"),
        (shared, "default.cofense.localhost", "/v2/users"),
        (shared, "127.0.0.1", "/cofense@default/v2/users"),
        (own, "127.0.0.1", "/v2/users"),
    ];
    for (address, host, path) in ways {
        let reply = call(address, "GET", path, &[("host", host), COFENSE], "");
        assert_eq!((reply.status, reply.json()), (200, wanted.clone()), "{host} {path}");
    }
}

#[test]
fn an_address_of_no_vendor_is_told_where_the_vendors_are() {
    let standin = Standin::start(&["--vendors", "cosafe"]);
    let reply = call(standin.address(), "GET", "/v2/users", &[COFENSE], "");
    assert_eq!(reply.status, 404);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    assert!(reply.text().contains("/cosafe/"), "{}", reply.text());
}

#[test]
fn one_connection_carries_many_calls_each_with_its_request_id() {
    let standin = Standin::start(&["--recipients", "3"]);
    let mut connection = Connection::to(standin.address());
    let mut ids = Vec::new();
    for _ in 0..3 {
        let reply = connection.call("GET", "/cofense/v2/users", &[COFENSE], "");
        assert_eq!(reply.status, 200);
        ids.push(reply.header("standin-request-id").expect("an id").to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3, "{ids:?}");
    // Two calls sent at once are answered in their order.
    let mut both = request("GET", "/cofense/v2/users?per_page=1", &[COFENSE], "");
    both.extend(request("GET", "/cofense/v2/nowhere", &[COFENSE], ""));
    connection.send(&both);
    assert_eq!(connection.receive("GET").status, 200);
    assert_eq!(connection.receive("GET").status, 404);
}

#[test]
fn http_2_in_clear_answers_as_http_1_does() {
    let standin = Standin::start(&["--recipients", "3"]);
    let wanted = call(standin.address(), "GET", "/cofense/v2/users", &[COFENSE], "");
    let url = format!("http://{}/cofense/v2/users", standin.address());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let body = runtime.block_on(async {
        let socket = tokio::net::TcpStream::connect(standin.address()).await.expect("somebody listens");
        let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(socket));
        let (mut sender, connection) = handshake.await.expect("HTTP/2");
        tokio::spawn(connection);
        let request = hyper::Request::get(url).header(COFENSE.0, COFENSE.1).body(Full::<Bytes>::default());
        let reply = sender.send_request(request.expect("a request")).await.expect("an answer");
        assert_eq!(reply.status(), 200);
        assert!(reply.headers().contains_key("standin-request-id"));
        reply.into_body().collect().await.expect("the whole body").to_bytes()
    });
    assert_eq!(body, wanted.body);
}

#[test]
fn head_is_answered_as_get_without_the_body() {
    let standin = Standin::start(&["--recipients", "3"]);
    let mut connection = Connection::to(standin.address());
    let whole = connection.call("GET", "/_standin/health", &[], "");
    let head = connection.call("HEAD", "/_standin/health", &[], "");
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), whole.header("content-length"));
    // The connection is in step: the next answer begins where it should.
    assert_eq!(connection.call("GET", "/cofense/v2/users", &[COFENSE], "").status, 200);
}

#[test]
fn a_body_over_the_bound_is_refused_in_the_vendors_shape_and_changes_nothing() {
    let standin = Standin::start(&["--recipients", "3"]);
    let large = format!("{{\"email\":\"a@example.com\",\"title\":\"{}\"}}", "x".repeat(BODY_BYTES_MAX));
    let json = ("content-type", "application/json");
    let reply = call(standin.address(), "POST", "/cofense/v2/users", &[COFENSE, json], &large);
    assert_eq!(reply.status, 413, "{}", reply.text());
    assert!(reply.json()["error"]["message"].is_string(), "{}", reply.text());
    let scim = ("content-type", "application/scim+json");
    let reply = call(standin.address(), "POST", "/cosafe/core/v1/scim/v2/Users", &[COSAFE, scim], &large);
    assert_eq!(reply.status, 413, "{}", reply.text());
    assert_eq!(reply.json()["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
    assert_eq!(reply.json()["status"], "413");
    let list = call(standin.address(), "GET", "/cofense/v2/users", &[COFENSE], "");
    assert_eq!(list.json()["total"], 3);
}

#[test]
fn headers_over_the_bound_are_refused() {
    let standin = Standin::start(&["--recipients", "0"]);
    let long = "x".repeat(HEADER_BYTES_MAX);
    let refused = call(standin.address(), "GET", "/cofense/v2/users", &[("x-long", &long), COFENSE], "");
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (431, &serde_json::json!("head_too_large"))
    );
    let below = "x".repeat(HEADER_BYTES_MAX / 2);
    assert_eq!(
        call(standin.address(), "GET", "/cofense/v2/users", &[("x-long", &below), COFENSE], "").status,
        200
    );
}

#[test]
fn bytes_that_are_no_call_end_their_connection_and_no_other() {
    let standin = Standin::start(&["--recipients", "0"]);
    let nonsense: [&[u8]; 5] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"nonsense\r\n\r\n",
        b"GET /cofense/v2/users HTTP/9.9\r\n\r\n",
        b"\x00\xff\xfe\x00\r\n\r\n",
        b"POST /cofense/v2/users HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    ];
    for bytes in nonsense {
        let mut connection = Connection::to(standin.address());
        connection.send(bytes);
        assert_eq!(connection.receive("GET").status, 400, "{}", String::from_utf8_lossy(bytes));
        assert!(connection.is_over());
    }
    assert_eq!(call(standin.address(), "GET", "/cofense/v2/users", &[COFENSE], "").status, 200);
}

#[test]
fn a_call_that_comes_in_crumbs_is_answered_like_any_other() {
    let standin = Standin::start(&["--recipients", "0"]);
    let body = r#"{"email":"crumbs@example.com","firstName":"Ada","lastName":"Byron"}"#;
    let whole = request("POST", "/cofense/v2/users", &[COFENSE, ("content-type", "application/json")], body);
    let mut connection = Connection::to(standin.address());
    for crumb in whole.chunks(3) {
        connection.send(crumb);
    }
    let reply = connection.receive("POST");
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.json()["email"], "crumbs@example.com");
}

#[test]
fn a_target_that_cannot_be_decoded_or_a_method_nobody_knows_is_answered() {
    let standin = Standin::start(&["--recipients", "0"]);
    let mut connection = Connection::to(standin.address());
    for (method, path) in [
        ("GET", "/cofense/v2/users/%zz"),
        ("GET", "/cofense/v2/users/%ff%fe"),
        ("GET", "/cofense/v2/users?email=%zz&per_page=%ff"),
        ("BREW", "/cofense/v2/users"),
        ("GET", "//cofense//v2//users"),
        ("GET", "/cofense/../cofense/v2/users"),
    ] {
        let reply = connection.call(method, path, &[COFENSE], "");
        assert!((200..500).contains(&reply.status), "{method} {path}: {} {}", reply.line, reply.text());
    }
}

#[test]
fn more_than_a_thousand_idle_connections_keep_nobody_out() {
    // This process needs its own end of each, beside what the other tests have open.
    let given = getrlimit(Resource::Nofile);
    let wanted = given.maximum.map_or(4_096, |hard| hard.min(4_096));
    if given.current.is_some_and(|soft| soft < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..given }).expect("below the hard limit");
    }
    // The server must ask for more than it was given.
    let mut command = command_with_files_max(256);
    let standin = Standin::start_with(command.args(["--listen", "127.0.0.1:0", "--recipients", "1"]));
    let idle: Vec<_> = (0..1_100).map(|_| Connection::to(standin.address())).collect();
    assert_eq!(call(standin.address(), "GET", "/_standin/health", &[], "").status, 200);
    drop(idle);
}
