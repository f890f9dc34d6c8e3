//! The composition root: from what was asked for to a server that runs until it is told to stop.
//!
//! ```text
//! Order ── profiles and picks ── seed file ── doors ── engine ── ready line, banner ── run ── drain
//! ```
//!
//! Whatever can be wrong is looked at before the first door opens, and the ready line comes when calls are answered.
//!
//! **Invariant:** this is the one place where all parts meet, and all it does is hand one to the other: nothing about
//! a call is decided here, and no other part but the server waits.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::task::spawn_blocking;
use tracing_subscriber::filter::Targets;

use crate::call::{Call, Reply};
use crate::engine::{Engine, Setup};
use crate::profile::model::Profile;
use crate::seed::{self, Format, Recipient};
use crate::server::{self, Address, Answer, Door, Limits, Open};

mod banner;
mod choice;
mod log;
mod refusal;

pub use choice::{Choice, Chosen, Pick};
pub use log::LogFormat;
pub use refusal::Refusal;

/// The most recipients that an organization may have: what a seed file may hold, and what memory is planned for.
pub const RECIPIENTS_MAX: usize = seed::RECIPIENTS_MAX;

/// The most groups that an organization may have; beyond that, lists of groups say nothing that users' do not.
pub const GROUPS_MAX: usize = 10_000;

/// What was asked for.
#[derive(Debug)]
pub struct Order {
    /// Where all vendors are reached.
    pub listen: Address,
    /// Doors of single vendors.
    pub vendor_listen: Vec<(String, Address)>,
    /// Which vendors, and how they behave.
    pub choice: Choice,
    /// The number that a run is replayed by; `None` for the usual one.
    pub seed: Option<u64>,
    /// How many recipients the organization `acme` starts with; `None` for as many as usual.
    pub recipients: Option<usize>,
    /// How many groups it starts with, if it has recipients; `None` for as many as usual.
    pub groups: Option<usize>,
    /// A file with the recipients of `acme`.
    pub seed_file: Option<PathBuf>,
    /// Whether replies carry `Standin-Request-Id`.
    pub request_ids: bool,
    /// What is logged.
    pub log: Targets,
    /// How it is written.
    pub log_format: LogFormat,
}

/// Serves until SIGTERM or SIGINT, then finishes the running calls.
///
/// # Errors
/// Why it cannot start.
pub fn run(order: Order) -> Result<(), Refusal> {
    log::start(order.log, order.log_format);
    let Chosen { profiles, standing } = order.choice.read()?;
    let doors = doors(order.listen, order.vendor_listen, &profiles)?;
    let mut setup = Setup::new(profiles);
    setup.standing = standing;
    setup.request_ids = order.request_ids;
    setup.seed = order.seed.unwrap_or(setup.seed);
    setup.recipients = order.recipients.unwrap_or(setup.recipients);
    setup.groups = order.groups.unwrap_or(setup.groups);
    setup.people = order.seed_file.as_deref().map(people).transpose()?;
    let cannot = |error: io::Error| Refusal::new(format!("the system gives no threads to run on: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(cannot)?;
    let ended = runtime.block_on(until_stopped(doors, setup));
    // An engine that was told to stop while it was making up people need not finish them.
    runtime.shutdown_background();
    ended
}

impl Answer for Engine {
    fn answer(&self, call: &Call) -> Reply {
        Engine::answer(self, call)
    }
}

async fn until_stopped(doors: Vec<Door>, setup: Setup) -> Result<(), Refusal> {
    let stop = server::stop_asked();
    let stop = stop.map_err(|error| Refusal::new(format!("the system tells of no signals: {error}")))?;
    let mut stop = pin!(stop);
    let open = server::open(doors).await.map_err(|error| Refusal::new(error.to_string()))?;
    let engine = tokio::select! {
        started = spawn_blocking(|| Engine::start(setup)) => match started {
            Ok(started) => Arc::new(started.map_err(Refusal::new)?),
            Err(_) => return Err(Refusal::new("the engine fell over while it started, please report it")),
        },
        () = &mut stop => return Ok(()),
    };
    announce(&engine, &open);
    let draining = Arc::clone(&engine);
    let stop = async move {
        stop.await;
        draining.drain();
    };
    server::run(open, engine, Limits::default(), stop).await;
    Ok(())
}

/// The door of all vendors, then those of single ones.
fn doors(
    listen: Address,
    vendor_listen: Vec<(String, Address)>,
    profiles: &[Arc<Profile>],
) -> Result<Vec<Door>, Refusal> {
    let mut doors = vec![Door { address: listen, vendor: None }];
    for (vendor, address) in vendor_listen {
        let served = profiles.iter().map(|profile| profile.vendor.as_str());
        choice::known(&format!("--vendor-listen {vendor}={address}: "), &vendor, served)?;
        if doors.iter().any(|door| door.vendor.as_deref() == Some(&*vendor)) {
            let why =
                format!("--vendor-listen: {vendor} is given two doors of its own; leave one of them out");
            return Err(Refusal::new(why));
        }
        doors.push(Door { address, vendor: Some(vendor.into()) });
    }
    Ok(doors)
}

/// The recipients of a file; what is odd about them goes to standard error.
fn people(path: &Path) -> Result<Vec<Recipient>, Refusal> {
    let name = path.display().to_string();
    let Some(format) = Format::of(path) else {
        let why =
            format!("--seed-file {name}: the name does not tell the format; call it .csv, .json or .ndjson");
        return Err(Refusal::new(why));
    };
    let text = std::fs::read(path).map_err(|error| Refusal::new(format!("cannot read {name}: {error}")))?;
    let loaded = seed::read(&name, &text, format).map_err(|problems| {
        let details = problems.iter().map(|problem| format!("{problem}\n")).collect();
        Refusal { details, sentence: format!("nobody was loaded; correct {name} and start again") }
    })?;
    for warning in &loaded.warnings {
        complain(&format!("warning: {warning}\n"));
    }
    Ok(loaded.recipients)
}

/// Says that calls are answered: to programs on standard output, to people on standard error.
///
/// The doors are open and the engine is up: who connects from now on is answered, at the latest when `run` begins.
fn announce(engine: &Engine, open: &Open) {
    complain(&banner::text(engine, &open.addresses()));
    let line = ready(engine, &open.addresses());
    let mut out = io::stdout().lock();
    // A server whose output nobody reads still serves.
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) {
        tracing::warn!(%error, "the ready line could not be written");
    }
}

/// `{"event":"ready", …}`. A unix socket has no URL: its `url` is null, and `listen` is what `--listen` takes.
fn ready(engine: &Engine, doors: &[(Address, Option<Box<str>>)]) -> Value {
    let vendors: Vec<&str> = engine.profiles().iter().map(|profile| profile.vendor.as_str()).collect();
    let shared = doors.iter().find(|(_, vendor)| vendor.is_none()).map(|(address, _)| address);
    let mut line = Map::new();
    line.insert("event".to_owned(), json!("ready"));
    line.insert("url".to_owned(), json!(shared.and_then(root)));
    line.insert("listen".to_owned(), json!(shared.map(ToString::to_string)));
    let own = doors.iter().filter_map(|(address, vendor)| Some((vendor.as_deref()?, address)));
    let own: Map<String, Value> =
        own.map(|(vendor, at)| (vendor.to_owned(), json!(at.to_string()))).collect();
    if !own.is_empty() {
        line.insert("vendor_listen".to_owned(), Value::Object(own));
    }
    line.insert("vendors".to_owned(), json!(vendors));
    line.insert("pid".to_owned(), json!(std::process::id()));
    Value::Object(line)
}

/// The URL under which a client on this machine reaches a door; a socket file has none.
fn root(address: &Address) -> Option<String> {
    match address.as_destination() {
        Address::Tcp(address) => Some(format!("http://{address}")),
        Address::Unix(_) => None,
    }
}

/// To standard error; that nobody reads it stops nothing.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
