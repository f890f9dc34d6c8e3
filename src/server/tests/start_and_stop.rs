//! How doors open, and how the server ends.

use std::time::Duration;

use tokio::time::timeout;

use super::{AT_ONCE_MS, PATIENCE_MS, Server, door, get, header, stub};
use crate::server::socket::Socket;
use crate::server::{DRAIN_IDLE_MS_MAX, Limits, open, stop_asked};

#[tokio::test]
async fn a_door_that_cannot_be_opened_says_what_to_type() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("unix:{}", folder.path().join(name).display());
    std::fs::write(folder.path().join("file"), "precious").unwrap();
    let held = open(vec![door("127.0.0.1:0", None), door(&at("held"), None)]).await.unwrap();
    let taken = held.addresses()[0].0.to_string();
    let in_use = "the port is in use; use";
    let file = "the file exists and is not ours to remove";
    for (address, vendor, why) in [
        (taken.clone(), None, format!("{in_use} --listen 127.0.0.1:0 for a free port")),
        (taken, Some("v"), format!("{in_use} --vendor-listen v=127.0.0.1:0 for a free port")),
        ("192.0.2.1:80".into(), None, "this machine does not have that address".into()),
        (at("held"), None, file.into()),
        (at("file"), None, file.into()),
        (at("no/folder"), None, "its folder does not exist; make it first (mkdir -p /".into()),
        (at(&"x".repeat(200)), None, "the path is too long for a socket".into()),
    ] {
        let error = open(vec![door(&address, vendor)]).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot listen on {address}: {why}")), "{error}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("file")).unwrap(), "precious");
}

#[tokio::test]
async fn a_socket_file_left_behind_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.sock");
    drop(std::os::unix::net::UnixListener::bind(&file).unwrap());
    let unix = format!("unix:{}", file.display());
    let first = open(vec![door(&unix, None)]).await.unwrap();
    std::fs::remove_file(&file).unwrap();
    let second = open(vec![door(&unix, None)]).await.unwrap();
    drop(first);
    assert!(file.exists(), "it belongs to the second");
    drop(second);
    assert!(!file.exists());
}

#[tokio::test]
async fn an_idle_server_stops_at_once() {
    let server = Server::start().await;
    let (mut silent, mut begun) = (server.client().await, server.client().await);
    begun.send("GET / HT").await;
    // The last to knock: when it has its answer, the others are inside.
    let mut used = server.client().await;
    assert_eq!(used.ask(&get("/")).await.status, 200);
    let address = server.doors[0].0.clone();
    timeout(Duration::from_millis(AT_ONCE_MS), server.stop()).await.expect("at once").unwrap();
    used.is_closed().await;
    silent.is_closed().await;
    begun.is_closed().await;
    assert!(Socket::connect(&address).await.is_err(), "the door is closed");
}

#[tokio::test]
async fn an_http2_client_that_does_not_listen_does_not_hold_up_the_stop() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    assert_ne!(client.more().await, 0, "the server's settings");
    timeout(Duration::from_millis(AT_ONCE_MS), server.stop())
        .await
        .expect("an idle server stops at once")
        .unwrap();
}

#[tokio::test]
async fn a_running_call_is_finished_before_the_stop() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.send("POST /a HTTP/1.1\r\nhost: b\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n").await;
    assert_eq!(client.head().await.0, 100);
    let mut run = server.stop();
    let early = timeout(Duration::from_millis(2 * DRAIN_IDLE_MS_MAX), &mut run).await;
    assert!(early.is_err(), "a call runs");
    let received = client.ask("xyz").await;
    assert_eq!((received.status, received.body.as_str()), (200, "POST /a None b 3 None"));
    assert_eq!(header(&received.head, "connection"), Some("close"));
    client.is_closed().await;
    timeout(Duration::from_millis(AT_ONCE_MS), run).await.expect("nothing is left to wait for").unwrap();
}

#[tokio::test]
async fn a_call_that_does_not_end_is_cut() {
    let server = Server::start_with(Limits { drain_ms_max: 50, ..Limits::default() }, stub).await;
    let mut client = server.client().await;
    client.send("POST /a HTTP/1.1\r\nhost: b\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n").await;
    assert_eq!(client.head().await.0, 100);
    timeout(Duration::from_millis(PATIENCE_MS), server.stop()).await.unwrap().unwrap();
    client.is_closed().await;
}

#[tokio::test]
async fn the_systems_wish_to_stop_is_heard() {
    for name in ["TERM", "INT"] {
        let asked = stop_asked().unwrap();
        let kill = format!("kill -{name} {}", std::process::id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        timeout(Duration::from_millis(PATIENCE_MS), asked).await.expect("a signal was sent");
    }
}
