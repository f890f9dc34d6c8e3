//! The control API: everything below `/_standin`, by which tests make, look at and change sandboxes.
//!
//! | file | holds |
//! |---|---|
//! | `guard` | who may call |
//! | `table` | all rows, and which of them a call is for |
//! | `row` | what a row is; a call as a row reads it |
//! | `shape` | what JSON may be: checked, described, and read by type |
//! | `problem` | why something was not done, as it is told |
//! | `openapi` | the table as a document |
//! | the others | rows, a file for each thing that they are about |
//!
//! # How to add rows
//!
//! A file has `pub(super) const ROWS: &[Row]`, and stands in the list in `table`. A [`Row`] is the one source of
//! a call: its method and path, what it takes and gives, and the function that does it. Routing, 404 and 405, the
//! reading of bodies and parameters, and the OpenAPI document all follow from it:
//!
//! * The path is written below `/_standin`; `{sandbox}`, `{vendor}` and the like stand for a segment (`table::SEGMENTS`
//!   says what each is) and are read by `ask.segment("sandbox")`. Where two rows fit, the one with more letters does.
//! * `takes` and `query` are checked before the function runs: unknown members, types, bounds. It reads them by
//!   `ask.body()` and `ask.query()`, which cannot fail; what only the engine knows to be wrong comes as a
//!   `Problem`, mostly with `?` from [`Refused`].
//! * `Desk::sandbox` and `Desk::vendor` find what the path names, or give the 404.
//! * `gives` and `refuses` say which statuses there are. 400, 401, 403, 404, 408 and 413 are added where they can come of
//!   the row's path, query and body.
//!
//! **Invariant:** nothing here is known to the engine, and a vendor's call passes untouched. A call that is refused has
//! changed nothing. Secrets leave only in the answer to the call that issues them.

mod chaos;
mod clock;
mod console;
mod credentials;
mod guard;
mod health;
mod journal;
mod limits;
mod openapi;
mod problem;
mod report;
mod row;
mod sandboxes;
mod scenario;
mod settings;
mod shape;
mod snapshots;
mod staff;
mod table;
mod vendors;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::CACHE_CONTROL;
use http::{HeaderValue, Method, StatusCode};

use crate::call::{Call, Reply};
use crate::engine::{Engine, Refused, Sandbox, Vendor};
pub use guard::Access;
use guard::Guard;
use problem::Problem;
use row::Ask;
pub use row::{Gives, Row, Takes};
pub use sandboxes::token_url;
pub use shape::{Field, Kind, from_text};
pub use table::{SEGMENTS, rows};

/// Where the paths of the control API begin.
pub const ROOT: &str = "/_standin";

/// The header by which a report says in every format whether no verdict failed: `true` or `false`.
pub const PASSED: &str = "standin-passed";

/// Answers every call: those of the control API itself, all others by the engine.
#[derive(Debug)]
pub struct Desk {
    engine: Arc<Engine>,
    guard: Guard,
    draining: AtomicBool,
}

impl Desk {
    /// A desk in front of an engine, for whoever has access.
    pub fn new(engine: Arc<Engine>, access: Access) -> Self {
        Self { engine, guard: Guard::new(access), draining: AtomicBool::new(false) }
    }

    /// Answers a call.
    pub fn answer(&self, call: &Call) -> Reply {
        let Some(path) = inside(&call.path) else { return self.engine.answer(call) };
        let reply = self.attend(call, path).unwrap_or_else(Problem::into_reply);
        // Some hold secrets, and all of them are of the moment.
        reply.with_header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    /// From now on health says 503: the server is about to stop.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether only the bearer of a token is let in.
    pub fn asks_for_token(&self) -> bool {
        self.guard.asks_for_token()
    }

    /// The engine behind it.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    fn attend(&self, call: &Call, path: &str) -> Result<Reply, Problem> {
        if path.is_empty() && matches!(call.method, Method::GET | Method::HEAD) {
            return Ok(console::at_its_path());
        }
        let found = table::find(&call.method, path);
        if !found.as_ref().is_ok_and(|found| found.row.is_open) {
            self.guard.admit(call)?;
        }
        let found = found?;
        let ask = Ask::read(found, call)?;
        (ask.row.run)(self, &ask)
    }

    /// The sandbox that the path names.
    ///
    /// # Errors
    /// 404: there is none.
    fn sandbox(&self, ask: &Ask<'_>) -> Result<Arc<Sandbox>, Problem> {
        let unknown = |refused: Refused| {
            Problem::new(
                StatusCode::NOT_FOUND,
                format!("{}; {ROOT}/v1/sandboxes lists all", refused.sentence()),
            )
        };
        self.engine.sandbox(ask.segment("sandbox")).map_err(unknown)
    }

    /// The sandbox and the vendor in it that the path names.
    ///
    /// # Errors
    /// 404: there is no such sandbox, or it has no such vendor.
    fn vendor(&self, ask: &Ask<'_>) -> Result<(Arc<Sandbox>, Arc<Vendor>), Problem> {
        let sandbox = self.sandbox(ask)?;
        let name = ask.segment("vendor");
        let opened = match self.engine.index_of(name) {
            Some(index) => sandbox.vendor(index).map_err(Problem::invalid)?,
            None => None,
        };
        match opened {
            Some(vendor) => Ok((sandbox, vendor)),
            None => {
                let known = self.engine.profiles().iter().enumerate();
                let known = known.filter(|(index, _)| sandbox.has(*index));
                let known: Vec<&str> = known.map(|(_, profile)| profile.vendor.as_str()).collect();
                Err(Problem::unknown("vendor", name, &known))
            }
        }
    }
}

/// The part of a path below the root; `None` when it is a vendor's.
fn inside(path: &str) -> Option<&str> {
    path.strip_prefix(ROOT).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}
