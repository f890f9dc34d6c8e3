//! The test container of `docker/compose.yaml`: calls each vendor by its real host name, as code under test would, and
//! exits with 0 when all answers are those of the vendors.
//!
//! Only the standard library, so that `rustc` alone builds it.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What Standin has for whom no vendor is named in the host name: the name of its service.
const STANDIN: &str = "standin";

struct Call {
    method: &'static str,
    host: &'static str,
    path: &'static str,
    authorization: &'static str,
    /// The type and the bytes of what is sent.
    body: Option<(&'static str, &'static str)>,
    /// The status that must come.
    status: u16,
    /// What the answer must hold.
    holds: &'static str,
}

const fn get(
    host: &'static str,
    path: &'static str,
    authorization: &'static str,
    holds: &'static str,
) -> Call {
    Call { method: "GET", host, path, authorization, body: None, status: 200, holds }
}

/// In this order: what the first creates is found by those that follow. `compose.yaml` asks for 20 recipients.
const CALLS: &[Call] = &[
    get("api.cofense.com", "/v2/users?per_page=1", "Bearer cofense-api-token", "\"total\":20}"),
    Call {
        method: "POST",
        host: "api.cofense.com",
        path: "/v2/users",
        authorization: "Bearer cofense-api-token",
        body: Some((
            "application/json",
            r#"{"email": "ada@example.com", "firstName": "Ada", "lastName": "Byron"}"#,
        )),
        status: 201,
        holds: "\"email\":\"ada@example.com\"",
    },
    get(
        "api.cofense.com",
        "/scim/v2/Users?filter=userName%20eq%20%22ada@example.com%22",
        "Bearer cofense-scim-token",
        "\"totalResults\":1,",
    ),
    Call {
        method: "POST",
        host: "api.cofense.com",
        path: "/vision/oauth/token",
        // cofense-vision-client:cofense-vision-secret
        authorization: "Basic Y29mZW5zZS12aXNpb24tY2xpZW50OmNvZmVuc2UtdmlzaW9uLXNlY3JldA==",
        body: Some(("application/x-www-form-urlencoded", "grant_type=client_credentials")),
        status: 200,
        holds: "\"access_token\":",
    },
    Call {
        status: 401,
        ..get("api.cofense.com", "/v2/users", "Bearer nobody-issued-this", "\"unauthenticated\"")
    },
    get(
        "api.eu.prod.cosafe.com",
        "/core/v1/scim/v2/Users?count=1",
        "Bearer cosafe-scim-token",
        "\"totalResults\":20,",
    ),
    get(
        STANDIN,
        "/cognism/scim/v2/acme/Users?attributes=userName",
        "Bearer cognism-scim-token",
        "\"totalResults\":20,",
    ),
    get(
        STANDIN,
        "/coginiti/api/v1/scim/v2/Users?count=1",
        "Bearer coginiti-scim-token",
        "\"totalResults\":20,",
    ),
    get(STANDIN, "/scim/scim/v2/Users?count=1", "Bearer scim-scim-token", "\"totalResults\":20,"),
];

fn main() -> ExitCode {
    let mut failures = 0;
    for call in CALLS {
        let Call { method, host, path, .. } = call;
        match answer(call).map_err(|error| error.to_string()).and_then(|reply| judge(call, &reply)) {
            Ok(()) => println!("ok      {method} http://{host}{path}: {}", call.status),
            Err(why) => {
                failures += 1;
                println!("FAILED  {method} http://{host}{path}: {why}");
            }
        }
    }
    println!("{} passed, {failures} failed", CALLS.len() - failures);
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The whole answer, head and body.
fn answer(call: &Call) -> io::Result<String> {
    let mut stream = TcpStream::connect((call.host, 80))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let (kind, body) = call.body.unwrap_or(("text/plain", ""));
    write!(
        stream,
        "{} {} HTTP/1.1\r\nhost: {}\r\nauthorization: {}\r\nconnection: close\r\n\
         content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        call.method,
        call.path,
        call.host,
        call.authorization,
        body.len(),
    )?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    Ok(reply)
}

/// Whether the answer is the one that must come; if not, what came.
fn judge(call: &Call, reply: &str) -> Result<(), String> {
    let wanted = format!("HTTP/1.1 {} ", call.status);
    if reply.starts_with(&wanted) && reply.contains(call.holds) {
        return Ok(());
    }
    Err(format!("wanted {} with {}, got\n{reply}", call.status, call.holds))
}
