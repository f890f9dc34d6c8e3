//! Standin inside a Rust test: started on a free port, told what to do by typed calls, gone when dropped.
//!
//! A test binary starts one [`Standin`]; each of its tests makes a [`Sandbox`], a world of its own that no other test sees,
//! points the client under test at its URLs with its tokens, and lets it go:
//!
//! ```
//! use std::sync::LazyLock;
//! use std::thread;
//!
//! use standin::Standin;
//! use standin::testing::{Error, Sandbox};
//!
//! static STANDIN: LazyLock<Standin> =
//!     LazyLock::new(|| Standin::builder().vendors(["scim"]).recipients(10).start().expect("Standin starts"));
//!
//! fn one_test() -> Result<(), Error> {
//!     let sandbox: Sandbox = STANDIN.sandbox()?;
//!     let (url, token) = (sandbox.base_url("scim", "scim")?, sandbox.token("scim", "scim")?);
//!     // Here the client under test would work with `url` and `token`.
//!     assert!(url.starts_with(STANDIN.url()) && !token.is_empty());
//!     Ok(())
//! }
//!
//! // As `cargo test` does: each on a thread of its own, all at once.
//! let tests = [(); 4].map(|()| thread::spawn(one_test));
//! tests.into_iter().try_for_each(|test| test.join().expect("no panic"))?;
//! # Ok::<(), Error>(())
//! ```
//!
//! Time moves on command, for everything in the sandbox at once:
//!
//! ```
//! use std::time::Duration;
//!
//! use standin::Standin;
//!
//! let standin = Standin::builder().vendors(["scim"]).recipients(1).start()?;
//! let sandbox = standin.sandbox()?;
//! let key = sandbox.credential("scim", "scim").issue_for(Duration::from_secs(60))?;
//! assert_eq!(status(&sandbox, &key.token), 200);
//!
//! sandbox.clock().advance(Duration::from_secs(61))?;
//! assert_eq!(status(&sandbox, &key.token), 401);
//! # use std::io::{Read as _, Write as _};
//! # /// What the client under test would meet.
//! # fn status(sandbox: &standin::testing::Sandbox, token: &str) -> u16 {
//! #     let url = sandbox.base_url("scim", "scim").expect("an api") + "/Users";
//! #     let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a URL");
//! #     let mut socket = std::net::TcpStream::connect(host).expect("somebody listens");
//! #     let call = format!("GET /{path} HTTP/1.0\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n");
//! #     socket.write_all(call.as_bytes()).expect("sent");
//! #     let mut reply = String::new();
//! #     socket.read_to_string(&mut reply).expect("answered");
//! #     reply.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
//! # }
//! # Ok::<(), standin::testing::Error>(())
//! ```
//!
//! And a token dies as the vendor would let it die:
//!
//! ```
//! use standin::Standin;
//!
//! let standin = Standin::builder().vendors(["scim"]).recipients(1).start()?;
//! let sandbox = standin.sandbox()?;
//! let old = sandbox.token("scim", "scim")?;
//!
//! let new = sandbox.credential("scim", "scim").rotate()?;
//! assert_ne!(new.token, old); // From the next call on, `old` is answered 401.
//! # Ok::<(), standin::testing::Error>(())
//! ```
//!
//! And a bad day comes when it is called, the same in every run:
//!
//! ```
//! use serde_json::json;
//! use standin::Standin;
//!
//! let standin = Standin::builder().vendors(["scim"]).recipients(1).start()?;
//! let sandbox = standin.sandbox()?;
//! sandbox.chaos().add(&json!({
//!     "name": "lost",
//!     "where": {"method": "POST"},
//!     "when": {"nth": 2},
//!     "ending": "close",
//!     "commit": "before",
//! }))?;
//! // The second POST is done, and its answer lost: does the client under test look before it tries again?
//! assert_eq!(sandbox.chaos().rules()?[0]["struck"], 0);
//!
//! sandbox.chaos().clear()?;
//! sandbox.chaos().use_ready_made("flaky")?;
//! # assert_eq!(sandbox.chaos().rules()?.len(), 2);
//! # Ok::<(), standin::testing::Error>(())
//! ```
//!
//! **Invariant:** it does nothing by itself. Each call here is one of the control API, made without a socket: what a test can
//! do in Rust, it can do in every language, and it does the same.

mod chaos;
mod clock;
mod credential;
mod error;
mod link;
mod organization;
mod sandbox;
mod scenario;
mod settings;
mod standin;
mod verify;

pub use chaos::Chaos;
pub use clock::SandboxClock;
pub use credential::{Credential, Key};
pub use error::Error;
pub use organization::Organization;
pub use sandbox::{Sandbox, SandboxBuilder};
pub use scenario::Scenario;
pub use settings::{Limits, Settings};
pub use standin::{Builder, Standin};
pub use verify::Count;
