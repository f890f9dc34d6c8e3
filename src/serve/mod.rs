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
use crate::control::Desk;
use crate::engine::{Engine, Setup};
use crate::profile::model::Profile;
use crate::seed::{self, Format, Recipient};
use crate::server::{self, Address, Answer, Door, Limits, Open};

mod background;
mod banner;
mod chaos;
mod choice;
mod descriptors;
mod log;
mod refusal;
mod scenario;

pub use crate::control::Access;
pub use background::Background;
pub use choice::{Choice, Chosen, Pick};
pub use log::LogFormat;
pub use refusal::Refusal;
pub use scenario::scenario;

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
    /// Files of chaos rules that the default sandbox begins with, or names of ready-made ones.
    pub chaos: Vec<String>,
    /// The scenario that begins in the default sandbox: a file, or the name of one that comes with Standin.
    pub scenario: Option<String>,
    /// Whether replies carry `Standin-Request-Id`.
    pub request_ids: bool,
    /// Who may call the control API.
    pub access: Access,
}

/// Serves until SIGTERM or SIGINT, then finishes the running calls. The log says what passes the filter. It takes the
/// process for its own: it raises the soft limit of open files, for as many connections as that allows.
///
/// # Errors
/// Why it cannot start.
pub fn run(order: Order, log: Targets, log_format: LogFormat) -> Result<(), Refusal> {
    log::start(log, log_format);
    let cannot = |error: io::Error| Refusal::new(format!("the system gives no threads to run on: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(cannot)?;
    let limits = Limits { connections_max: descriptors::connections_max(), ..Limits::default() };
    tracing::debug!(limits.connections_max, "so many connections at a time");
    let ended = runtime.block_on(until_stopped(order, limits));
    // What was told to stop while it was reading or making up people need not finish them.
    runtime.shutdown_background();
    ended
}

/// What is asked for, looked at as a whole: the doors, and what the engine starts from.
fn prepare(order: Order) -> Result<(Vec<Door>, Setup), Refusal> {
    let Chosen { library, profiles, standing } = order.choice.read()?;
    let doors = doors(order.listen, order.vendor_listen, &profiles)?;
    let mut setup = Setup::new(profiles);
    setup.standing = standing;
    setup.chaos = chaos::rules(&order.chaos, &setup.profiles)?;
    setup.library = Some(library);
    setup.request_ids = order.request_ids;
    setup.seed = order.seed.unwrap_or(setup.seed);
    setup.recipients = order.recipients.unwrap_or(setup.recipients);
    setup.groups = order.groups.unwrap_or(setup.groups);
    setup.people = order.seed_file.as_deref().map(people).transpose()?;
    if let Some(named) = &order.scenario {
        scenario::begin_with(&Arc::new(scenario(named, &setup.profiles)?), &mut setup);
    }
    Ok((doors, setup))
}

impl Answer for Desk {
    fn answer(&self, call: &Call) -> Reply {
        Desk::answer(self, call)
    }
}

async fn until_stopped(order: Order, limits: Limits) -> Result<(), Refusal> {
    // Before all else: a signal that nobody listens to does not end the first process of a container.
    let stop = server::stop_asked();
    let stop = stop.map_err(|error| Refusal::new(format!("the system tells of no signals: {error}")))?;
    let mut stop = pin!(stop);
    let ready = tokio::select! {
        ready = bring_up(order) => ready?,
        () = &mut stop => return Ok(()),
    };
    announce(&ready.desk, &ready.open);
    ready.run(limits, stop).await;
    Ok(())
}

/// Open doors, and what is behind them: whoever connects is answered, at the latest when it runs.
struct Ready {
    open: Open,
    desk: Arc<Desk>,
}

/// Opens the doors and brings the vendors to life.
async fn bring_up(order: Order) -> Result<Ready, Refusal> {
    let access = order.access.clone();
    let (doors, setup) = aside(|| prepare(order)).await?;
    let open = server::open(doors).await.map_err(|error| Refusal::new(error.to_string()))?;
    let engine = aside(|| Engine::start(setup).map_err(Refusal::new)).await?;
    Ok(Ready { open, desk: Arc::new(Desk::new(Arc::new(engine), access)) })
}

impl Ready {
    /// Serves until it is told to stop, and finishes the running calls.
    async fn run(self, limits: Limits, stop: impl Future<Output = ()>) {
        let draining = Arc::clone(&self.desk);
        let stop = async move {
            stop.await;
            draining.drain();
        };
        server::run(self.open, self.desk, limits, stop).await;
    }
}

/// Does what may take long, so that a signal is heard meanwhile.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let fell = |_| Refusal::new("Standin fell over while it started, please report it");
    spawn_blocking(work).await.map_err(fell)?
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
fn announce(desk: &Desk, open: &Open) {
    let doors = open.addresses();
    complain(&banner::text(desk.engine(), &doors));
    if !desk.asks_for_token()
        && let Some((door, _)) = doors.iter().find(|(address, _)| address.is_beyond_machine())
    {
        complain(&format!(
            "warning: whoever reaches {door} may use the control API; --control-token T lets only its bearer\n\n"
        ));
    }
    let line = ready(desk.engine(), &doors);
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
