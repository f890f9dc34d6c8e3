//! What a request becomes, and what becomes of the reply.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::timeout;

use super::{AT_ONCE_MS, Client, PATIENCE_MS, Server, door, get, header, stub};
use crate::call::{Call, Reply};
use crate::server::socket::Socket;
use crate::server::wire::PANICKED;
use crate::server::{Address, BODY_BYTES_MAX, Limits, healthy};

#[tokio::test]
async fn a_request_becomes_a_call() {
    let server = Server::start().await;
    let mut client = server.client().await;
    for (request, said) in [
        (get("/a%20b/c?d=e&f"), r#"GET /a%20b/c Some("d=e&f") a.test:1 0 None"#),
        ("GET /a? HTTP/1.1\r\n\r\n".into(), r#"GET /a Some("")  0 None"#),
        ("PURGE /a HTTP/1.1\r\nhost: b\r\n\r\n".into(), "PURGE /a None b 0 None"),
        ("GET http://u:p@b:2/c HTTP/1.1\r\nhost: a\r\n\r\n".into(), "GET /c None b:2 0 None"),
        ("GET http://b HTTP/1.1\r\nhost: a\r\n\r\n".into(), "GET / None b 0 None"),
        ("OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n".into(), "OPTIONS / None a 0 None"),
        ("POST /a HTTP/1.1\r\nhost: b\r\ncontent-length: 3\r\n\r\nxyz".into(), "POST /a None b 3 None"),
        (
            "POST /a HTTP/1.1\r\nhost: b\r\ntransfer-encoding: chunked\r\n\r\n3\r\nxyz\r\n2\r\nab\r\n0\r\n\r\n".into(),
            "POST /a None b 5 None",
        ),
    ] {
        let received = client.ask(&request).await;
        assert_eq!((received.status, received.body.as_str()), (200, said), "{request}");
        assert_eq!(header(&received.head, "content-length"), Some(said.len().to_string().as_str()));
        assert!(header(&received.head, "date").is_some_and(|date| date.ends_with(" GMT")), "{}", received.head);
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.send(["/1", "/2", "/3"].map(get).concat()).await;
    for path in ["/1", "/2", "/3"] {
        assert_eq!(client.receive().await.body, format!("GET {path} None a.test:1 0 None"));
    }
}

#[tokio::test]
async fn head_keeps_the_length_and_sends_no_body() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.send("HEAD /a HTTP/1.1\r\nhost: b\r\n\r\n").await;
    let (status, head) = client.head().await;
    let length = "HEAD /a None b 0 None".len().to_string();
    assert_eq!((status, header(&head, "content-length")), (200, Some(length.as_str())));
    assert_eq!(client.ask(&get("/next")).await.body, "GET /next None a.test:1 0 None");
}

#[tokio::test]
async fn the_case_of_a_host_does_not_count() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let received = client.ask("GET /A HTTP/1.1\r\nhost: S1.Vendor.LOCALHOST:80\r\n\r\n").await;
    assert_eq!(received.body, "GET /A None s1.vendor.localhost:80 0 None");
}

#[tokio::test]
async fn no_content_has_no_body_and_no_length() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let received = client.ask(&get("/204")).await;
    assert_eq!((received.status, header(&received.head, "content-length")), (204, None));
    assert_eq!(client.ask(&get("/next")).await.status, 200);
}

#[tokio::test]
async fn http2_is_spoken_on_the_same_port() {
    let server = Server::start().await;
    let Socket::Tcp(socket) = server.client().await.socket else { panic!("not TCP") };
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
    let client = tokio::spawn(connection);
    let length = BODY_BYTES_MAX + 1;
    for (method, path, sent, status, received, said) in [
        ("GET", "/a?b", 0, 200, None, r#"GET /a Some("b") a.test:1 0 None"#),
        ("HEAD", "/a", 0, 200, Some("28"), ""),
        ("GET", "/204", 0, 204, None, ""),
        ("POST", "/a", BODY_BYTES_MAX, 200, None, "POST /a None a.test:1 1048576 None"),
        ("POST", "/a", length, 413, None, "POST /a None a.test:1 too large None"),
        ("GET", "/panic", 0, 500, None, PANICKED),
        ("GET", "/next", 0, 200, None, "GET /next None a.test:1 0 None"),
    ] {
        let request = Request::builder().method(method).uri(format!("http://a.test:1{path}"));
        let request = request.body(Full::new(Bytes::from(vec![b'x'; sent]))).unwrap();
        let reply = sender.send_request(request).await.unwrap();
        assert_eq!(reply.status(), status, "{method} {path}");
        if let Some(received) = received {
            assert_eq!(reply.headers()["content-length"], received);
        }
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, said);
    }
    timeout(Duration::from_millis(AT_ONCE_MS), server.stop())
        .await
        .expect("an idle server stops at once")
        .unwrap();
    timeout(Duration::from_millis(PATIENCE_MS), client).await.unwrap().unwrap().expect("a proper end");
}

#[tokio::test]
async fn a_door_gives_its_calls_its_vendor() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.sock");
    let unix = format!("unix:{}", file.display());
    let doors = vec![door("127.0.0.1:0", None), door("127.0.0.1:0", Some("v")), door(&unix, Some("u"))];
    let server = Server::start_at(doors, Limits::default(), stub).await;
    for (at, vendor) in [(1, r#"Some("v")"#), (0, "None"), (2, r#"Some("u")"#)] {
        let mut client = Client::to(&server.doors[at].0).await;
        assert_eq!(client.ask(&get("/")).await.body, format!("GET / None a.test:1 0 {vendor}"));
    }
    timeout(Duration::from_millis(AT_ONCE_MS), server.stop()).await.unwrap().unwrap();
    assert!(!file.exists(), "the socket file goes with the server");
}

#[tokio::test]
async fn a_call_has_its_clients_address_where_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let unix = format!("unix:{}", folder.path().join("a.sock").display());
    let answer = |call: &Call| Reply::new(StatusCode::OK).with_body("text/plain", format!("{:?}", call.peer));
    let doors = vec![door("127.0.0.1:0", None), door(&unix, None)];
    let server = Server::start_at(doors, Limits::default(), answer).await;
    for (at, peer) in [(0, "Some(127.0.0.1)"), (1, "None")] {
        let mut client = Client::to(&server.doors[at].0).await;
        assert_eq!(client.ask(&get("/")).await.body, peer);
    }
}

#[tokio::test]
async fn a_panic_costs_one_call_only() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let received = client.ask(&get("/panic?secret")).await;
    assert_eq!((received.status, received.body.as_str()), (500, PANICKED));
    assert_eq!(header(&received.head, "content-type"), Some("application/problem+json"));
    assert_eq!(client.ask(&get("/next")).await.status, 200);
}

#[tokio::test]
async fn only_200_is_healthy() {
    let answer = |call: &Call| {
        Reply::new(if call.path == "/ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE })
    };
    let folder = tempfile::tempdir().unwrap();
    let unix = format!("unix:{}", folder.path().join("a.sock").display());
    let server =
        Server::start_at(vec![door("0.0.0.0:0", None), door(&unix, None)], Limits::default(), answer).await;
    for (address, _) in &server.doors {
        assert_eq!(healthy(address, "/ok", PATIENCE_MS).await, Ok(()));
        let destination = address.as_destination();
        let no = format!("{destination} answered 503 to GET /no, not 200");
        assert_eq!(healthy(address, "/no", PATIENCE_MS).await, Err(no));
    }
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp(silent.local_addr().unwrap());
    let no = format!("no answer from {address} within 10 ms");
    assert_eq!(healthy(&address, "/ok", 10).await, Err(no));
    drop(silent);
    let error = healthy(&address, "/ok", PATIENCE_MS).await.unwrap_err();
    assert!(error.starts_with(&format!("no answer from {address}: ")), "{error}");
}
