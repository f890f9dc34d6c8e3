//! The engine: profiles, sandboxes and credentials, and the way of a call through them.
//!
//! [`Engine::answer`] is total: it cannot wait, cannot unwind out, and always gives a reply. A call that names no vendor
//! is answered here; every other goes to the vendor that it names, in the sandbox that its credential chooses.

mod actions;
mod bulk;
mod chaos;
mod clock;
mod credentials;
mod deeds;
mod differences;
mod expect;
mod import;
mod injected;
mod journal;
mod limits;
mod populate;
mod report;
mod sandbox;
mod sandboxes;
mod scenario;
mod settings;
mod snapshots;
mod staff;
mod tally;
mod telling;
mod vendor;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use http::{HeaderValue, StatusCode};

use crate::call::{Call, Reply, problem};
use crate::chaos::Rule;
use crate::fault::FaultName;
use crate::notes::{Ended, Notes, Stage};
use crate::profile::Library;
use crate::profile::fixed::{Fixed, ORGANIZATIONS, fixed};
use crate::profile::model::{ApiKind, Profile};
use crate::representation::answer::REQUEST_ID;
use crate::scenario::Scenario;
use crate::seed::Recipient;
use crate::seed::chance::mix;
use crate::stage::routing::{self, Routes};
use crate::stage::{identity, selection};
use crate::vault::{Owner, Vault};
use crate::world::Clock;

pub use actions::Given;
pub use clock::{CLOCK_MS_MAX, Turn};
pub use credentials::{Minted, Wish};
pub use import::{Imported, LINES_MAX, Line};
pub use limits::LimitChange;
use sandbox::Stock;
pub use sandbox::{Birth, DEFAULT_SANDBOX, Sandbox};
pub use sandboxes::{ORGANIZATIONS_MAX, RECIPIENTS_MAX, SANDBOXES_MAX};
pub use settings::Settings;
pub use snapshots::SNAPSHOTS_MAX;
pub use staff::{Entry, Staff};
use tally::Tally;
pub use vendor::Vendor;

/// What a call is told that names no vendor.
const NO_VENDOR: &str = "no vendor is at this address; a path begins with the vendor's name";

/// What an engine starts with.
#[derive(Debug)]
pub struct Setup {
    /// The vendors, in the order served.
    pub profiles: Vec<Arc<Profile>>,
    /// The seed of all chance.
    pub seed: u64,
    /// How many recipients the first organization has; the second has a tenth.
    pub recipients: usize,
    /// How many groups.
    pub groups: usize,
    /// Recipients for the first organization, in place of made-up ones.
    pub people: Option<Vec<Recipient>>,
    /// Plans and prerequisites that differ from the profile's start: vendor, `plan` or a prerequisite, value.
    pub standing: Vec<(String, String, String)>,
    /// Chaos rules that the default sandbox begins with.
    pub chaos: Vec<Rule>,
    /// The scenario that the default sandbox begins with.
    pub scenario: Option<Arc<Scenario>>,
    /// A time at which all clocks stand still, in milliseconds since 1970.
    pub clock_ms: Option<i64>,
    /// Whether replies carry `Standin-Request-Id`.
    pub request_ids: bool,
    /// The files that the profiles were read from, so that variants can be picked at run time.
    pub library: Option<Arc<Library>>,
}

impl Setup {
    /// The usual start: seed 1, 250 recipients and 8 groups.
    pub fn new(profiles: Vec<Arc<Profile>>) -> Self {
        Self {
            profiles,
            seed: 1,
            recipients: 250,
            groups: 8,
            people: None,
            standing: Vec::new(),
            chaos: Vec::new(),
            scenario: None,
            clock_ms: None,
            request_ids: true,
            library: None,
        }
    }
}

/// Vendors brought to life.
#[derive(Debug)]
pub struct Engine {
    stock: Arc<Stock>,
    sandboxes: DashMap<Box<str>, Arc<Sandbox>>,
    vault: Vault,
    /// The time outside all sandboxes.
    outside: Clock,
    calls: AtomicU64,
    names: AtomicU64,
    tally: Tally,
    /// Who wants to know of new credentials.
    minted: credentials::Listener,
}

/// Why something that is asked of the engine itself is not done: one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// What it is about does not exist.
    Unknown(String),
    /// What was said cannot be.
    Invalid(String),
    /// The name is taken.
    Taken(String),
    /// There is no more room.
    Full(String),
    /// Something has to be done first.
    NotYet(String),
}

impl Refused {
    /// The sentence.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Unknown(what)
            | Self::Invalid(what)
            | Self::Taken(what)
            | Self::Full(what)
            | Self::NotYet(what) => what,
        }
    }
}

impl Engine {
    /// Brings vendors to life, with the sandbox `default` and its recipients.
    ///
    /// # Errors
    /// One sentence on what in the setup does not fit.
    pub fn start(setup: Setup) -> Result<Self, String> {
        let routes = setup
            .profiles
            .iter()
            .map(|profile| Routes::new(profile).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        let stock = Arc::new(Stock { setup, routes, journal_bytes: Arc::default() });
        let outside = stock.setup.clock_ms.map_or_else(Clock::system, Clock::frozen);
        let engine = Self {
            sandboxes: DashMap::new(),
            vault: Vault::default(),
            tally: Tally::new(stock.setup.profiles.len(), outside.now_ms()),
            minted: credentials::Listener::default(),
            outside,
            calls: AtomicU64::new(0),
            names: AtomicU64::new(0),
            stock,
        };
        let birth = Birth { name: DEFAULT_SANDBOX.into(), ..engine.usual_birth() };
        let sandbox = Sandbox::make(birth, &engine.stock, &engine.vault, &engine.outside);
        // All at once: what does not fit is told now, and the first call to each is as quick as the next.
        for index in 0..engine.profiles().len() {
            sandbox.vendor(index)?;
        }
        engine.begin_first(&sandbox).map_err(|refused| refused.sentence().to_owned())?;
        engine.sandboxes.insert(DEFAULT_SANDBOX.into(), Arc::new(sandbox));
        Ok(engine)
    }

    /// What a sandbox is made of when nothing else is said; it has no name yet.
    pub fn usual_birth(&self) -> Birth {
        let setup = &self.stock.setup;
        Birth {
            name: Box::default(),
            seed: setup.seed,
            recipients: setup.recipients,
            groups: setup.groups,
            organizations: ORGANIZATIONS.iter().map(|name| (*name).to_owned()).collect(),
            vendors: None,
            ttl_ms: None,
        }
    }

    /// Answers a call.
    pub fn answer(&self, call: &Call) -> Reply {
        let (reply, notes) = self.respond(call);
        self.enter(call, &reply, notes);
        reply
    }

    /// Answers a call, and tells what was found out about it.
    pub fn answer_with_notes(&self, call: &Call) -> (Reply, Notes) {
        let (reply, notes) = self.respond(call);
        self.enter(call, &reply, notes.clone());
        (reply, notes)
    }

    fn respond(&self, call: &Call) -> (Reply, Notes) {
        let nth = self.calls.fetch_add(1, Ordering::Relaxed);
        let request_id = format!("{:016x}", mix(self.stock.setup.seed, "request", nth));
        let mut notes = Notes { request_id, ..Notes::default() };
        // A panic is a mistake of ours and costs one call, not the server.
        let reply = catch_unwind(AssertUnwindSafe(|| self.attend(call, &mut notes)));
        let mut reply = reply.unwrap_or_else(|_| {
            tracing::error!(request = %notes.request_id, "a call was answered by a panic; please report it");
            self.internal(call, &notes)
        });
        if let (true, Ok(id)) =
            (self.stock.setup.request_ids, HeaderValue::try_from(notes.request_id.as_str()))
        {
            reply.headers.insert(REQUEST_ID, id);
        }
        self.tally.count(self.index_of(&notes.vendor), reply.status);
        if tracing::enabled!(tracing::Level::DEBUG) {
            self.log(call, &reply, &notes);
        }
        (reply, notes)
    }

    /// One line for a call: what was asked, what came of it, and the facts behind that. No header, no query, no body: they
    /// may hold secrets.
    fn log(&self, call: &Call, reply: &Reply, notes: &Notes) {
        let profile = self.profiles().iter().find(|profile| profile.vendor == notes.vendor);
        let fact = |index: &u16| profile?.facts.get(usize::from(*index)).map(|fact| fact.id.as_str());
        let facts: Vec<&str> = notes.facts.iter().filter_map(fact).collect();
        let advisory = |index: &usize| profile?.advisories.get(*index).map(|advisory| advisory.says.as_str());
        let advisories: Vec<&str> = notes.advisories.iter().filter_map(advisory).collect();
        tracing::debug!(
            request = %notes.request_id, vendor = %notes.vendor, sandbox = %notes.sandbox, method = %call.method,
            path = %call.path, operation = notes.operation.as_deref().unwrap_or("-"), status = reply.status.as_u16(),
            stranger = notes.stranger.map_or("-", crate::fault::Stranger::reason), hint = notes.hint.as_deref().unwrap_or("-"),
            facts = facts.join(" "), advisories = advisories.join("; "),
        );
    }

    /// The vendors, in the order served.
    pub fn profiles(&self) -> &[Arc<Profile>] {
        &self.stock.setup.profiles
    }

    /// The bases of a vendor's apis, as reached by path below a root such as `http://127.0.0.1:8080`. They name the sandbox,
    /// unless it is the default one.
    pub fn base_urls(
        &self,
        root: &str,
        vendor: &str,
        sandbox: &str,
        organization: &str,
    ) -> Vec<(String, String)> {
        let at = if sandbox == DEFAULT_SANDBOX { String::new() } else { format!("@{sandbox}") };
        let profile = self.profiles().iter().find(|profile| profile.vendor == vendor);
        let apis = profile.map_or(&[][..], |profile| &profile.apis);
        apis.iter()
            .map(|api| (api.name.clone(), format!("{root}/{vendor}{at}{}", api.base_of(organization))))
            .collect()
    }

    /// The fixed credentials of the sandbox `default`: name, token or client id, and an OAuth client's secret.
    pub fn default_credentials(
        &self,
        vendor: &str,
        organization: &str,
    ) -> Vec<(String, String, Option<String>)> {
        let profile = self.profiles().iter().find(|profile| profile.vendor == vendor);
        let credentials = profile.map_or(&[][..], |profile| &profile.credentials);
        let each = credentials.iter().map(|credential| match fixed(vendor, credential, organization) {
            Fixed::Client { id, secret } => (credential.name.clone(), id, Some(secret)),
            Fixed::Token(token) => (credential.name.clone(), token, None),
        });
        each.collect()
    }

    /// Moves the clock of a sandbox ahead.
    pub fn advance(&self, sandbox: &str, by_ms: i64) {
        if let Some(sandbox) = self.sandboxes.get(sandbox) {
            sandbox.clock.advance(by_ms);
        }
    }

    /// Whose the client is that a call to a token endpoint names.
    fn client_of(&self, profile: &Profile, path: &str, call: &Call) -> Option<Owner> {
        let api = routing::api_at(profile, path).filter(|api| api.kind == ApiKind::OAuth)?;
        let client_id = identity::client(api, call)?;
        self.vault.owner_of_client(&client_id)
    }

    /// The index of a vendor.
    pub fn index_of(&self, vendor: &str) -> Option<usize> {
        self.profiles().iter().position(|profile| profile.vendor == vendor)
    }

    fn attend(&self, call: &Call, notes: &mut Notes) -> Reply {
        notes.come_to(Stage::Selection);
        let Some(addressed) = selection::find(self.profiles(), call) else { return self.nobody(call, notes) };
        let profile = &self.profiles()[addressed.vendor];
        let api = routing::api_at(profile, addressed.path);
        let shown = identity::shown(profile, api, call);
        let issued = shown.as_deref().and_then(|token| self.vault.token(token));
        // The credential chooses the sandbox, a dead one too; a stranger's belongs to that of the URL. At a token endpoint
        // the credential is the client.
        let client = if issued.is_none() { self.client_of(profile, addressed.path, call) } else { None };
        let owner = issued.as_ref().map(|issued| &issued.owner).or(client.as_ref());
        let named = owner.map(|owner| &*owner.sandbox).or(addressed.sandbox).unwrap_or(DEFAULT_SANDBOX);
        let Ok(sandbox) = self.sandbox(named).or_else(|_| self.sandbox(DEFAULT_SANDBOX)) else {
            return self.nobody(call, notes);
        };
        // What was due may have ended the very credential that the call shows.
        let has_changed = self.catch_up(&sandbox);
        let now = shown.as_deref().filter(|_| has_changed).and_then(|token| self.vault.token(token));
        notes.sandbox = sandbox.name.to_string();
        notes.credential = journal::shown(&sandbox, addressed.vendor, api, call, shown.as_deref(), owner);
        let Ok(Some(vendor)) = sandbox.vendor(addressed.vendor) else { return self.nobody(call, notes) };
        vendor.answer(
            &vendor::Visit {
                call,
                addressed: &addressed,
                shown: shown.as_deref(),
                issued: now.as_deref().or(issued.as_deref()),
                client: client.as_ref(),
                sandbox: &sandbox,
                engine: self,
            },
            notes,
        )
    }

    /// No vendor is at this address: which there are.
    fn nobody(&self, call: &Call, notes: &mut Notes) -> Reply {
        notes.ended = Some(Ended { fault: FaultName::UnknownPath, why: NO_VENDOR.to_owned() });
        let known: Vec<&str> = self.profiles().iter().map(|profile| profile.vendor.as_str()).collect();
        notes.hint = Some(format!("the vendors are {}", known.join(", ")));
        let root = if call.host.is_empty() { String::new() } else { format!("http://{}", call.host) };
        let vendors: serde_json::Map<String, serde_json::Value> = self
            .profiles()
            .iter()
            .map(|profile| {
                let bases = self.base_urls(&root, &profile.vendor, DEFAULT_SANDBOX, ORGANIZATIONS[0]);
                let urls = bases.into_iter().map(|(api, url)| (api, serde_json::Value::String(url)));
                (profile.vendor.clone(), serde_json::Value::Object(urls.collect()))
            })
            .collect();
        problem(
            StatusCode::NOT_FOUND,
            NO_VENDOR,
            [("vendors".to_owned(), vendors.into())].into_iter().collect(),
        )
    }

    fn internal(&self, call: &Call, notes: &Notes) -> Reply {
        let profile = selection::find(self.profiles(), call)
            .and_then(|addressed| self.profiles().get(addressed.vendor));
        match profile {
            Some(profile) => {
                let fault = crate::fault::Fault::Internal;
                crate::representation::failure::write(profile, None, None, &fault, &notes.request_id)
            }
            None => problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "an internal error occurred",
                serde_json::Map::new(),
            ),
        }
    }
}
