//! The engine: profiles, sandboxes and credentials, and the way of a call through them.
//!
//! [`Engine::answer`] is total: it cannot wait, cannot unwind out, and always gives a reply. A call that names no vendor
//! is answered here; every other goes to the vendor that it names, in the sandbox that its credential chooses.

mod bulk;
mod inspect;
mod populate;
mod sandbox;
mod vendor;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dashmap::DashMap;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::call::{Call, Reply};
use crate::fault::FaultName;
use crate::notes::Notes;
use crate::profile::fixed::{Fixed, ORGANIZATIONS, fixed};
use crate::profile::model::Profile;
use crate::representation::answer::REQUEST_ID;
use crate::seed::Recipient;
use crate::seed::chance::mix;
use crate::stage::routing::{self, Routes};
use crate::stage::{identity, selection};
use crate::vault::{Issued, Owner, Vault};
use crate::world::Clock;

pub use sandbox::DEFAULT_SANDBOX;
use sandbox::Sandbox;

/// Where the engine's own paths begin.
pub const OWN_PREFIX: &str = "/_standin/";

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
    /// A time at which all clocks stand still, in milliseconds since 1970.
    pub clock_ms: Option<i64>,
    /// Whether replies carry `Standin-Request-Id`.
    pub request_ids: bool,
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
            clock_ms: None,
            request_ids: true,
        }
    }
}

/// Vendors brought to life.
#[derive(Debug)]
pub struct Engine {
    profiles: Vec<Arc<Profile>>,
    sandboxes: DashMap<Box<str>, Arc<Sandbox>>,
    vault: Vault,
    seed: u64,
    calls: AtomicU64,
    request_ids: bool,
    draining: AtomicBool,
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
        let clock = setup.clock_ms.map_or_else(Clock::system, Clock::frozen);
        let vault = Vault::default();
        let sandbox = Sandbox::open(DEFAULT_SANDBOX, &setup, &routes, clock, &vault)?;
        Ok(Self {
            profiles: setup.profiles,
            sandboxes: DashMap::from_iter([(DEFAULT_SANDBOX.into(), Arc::new(sandbox))]),
            vault,
            seed: setup.seed,
            calls: AtomicU64::new(0),
            request_ids: setup.request_ids,
            draining: AtomicBool::new(false),
        })
    }

    /// Answers a call.
    pub fn answer(&self, call: &Call) -> Reply {
        self.answer_with_notes(call).0
    }

    /// Answers a call, and tells what was found out about it.
    pub fn answer_with_notes(&self, call: &Call) -> (Reply, Notes) {
        let nth = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut notes =
            Notes { request_id: format!("{:016x}", mix(self.seed, "request", nth)), ..Notes::default() };
        // A panic is a mistake of ours and costs one call, not the server.
        let reply = catch_unwind(AssertUnwindSafe(|| self.attend(call, &mut notes)));
        let mut reply = reply.unwrap_or_else(|_| {
            tracing::error!(request = %notes.request_id, "a call was answered by a panic; please report it");
            self.internal(call, &notes)
        });
        if let (true, Ok(id)) = (self.request_ids, HeaderValue::try_from(notes.request_id.as_str())) {
            reply.headers.insert(REQUEST_ID, id);
        }
        if tracing::enabled!(tracing::Level::DEBUG) {
            self.log(call, &reply, &notes);
        }
        (reply, notes)
    }

    /// One line for a call: what was asked, what came of it, and the facts behind that. No header, no query, no body: they
    /// may hold secrets.
    fn log(&self, call: &Call, reply: &Reply, notes: &Notes) {
        let profile = self.profiles.iter().find(|profile| profile.vendor == notes.vendor);
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

    /// From now on health says 503: the server is about to stop.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The vendors, in the order served.
    pub fn profiles(&self) -> &[Arc<Profile>] {
        &self.profiles
    }

    /// The bases of a vendor's apis, as reached by path below a root such as `http://127.0.0.1:8080`.
    pub fn base_urls(&self, root: &str, vendor: &str, organization: &str) -> Vec<(String, String)> {
        let profile = self.profiles.iter().find(|profile| profile.vendor == vendor);
        let apis = profile.map_or(&[][..], |profile| &profile.apis);
        apis.iter()
            .map(|api| (api.name.clone(), format!("{root}/{vendor}{}", api.base_of(organization))))
            .collect()
    }

    /// The fixed credentials of the sandbox `default`: name, token or client id, and an OAuth client's secret.
    pub fn default_credentials(
        &self,
        vendor: &str,
        organization: &str,
    ) -> Vec<(String, String, Option<String>)> {
        let profile = self.profiles.iter().find(|profile| profile.vendor == vendor);
        let credentials = profile.map_or(&[][..], |profile| &profile.credentials);
        let each = credentials.iter().map(|credential| match fixed(vendor, credential, organization) {
            Fixed::Client { id, secret } => (credential.name.clone(), id, Some(secret)),
            Fixed::Token(token) => (credential.name.clone(), token, None),
        });
        each.collect()
    }

    /// Lets the next call to a vendor in a sandbox end in a fault, in the vendor's own shape.
    pub fn force_next(&self, sandbox: &str, vendor: &str, fault: FaultName) {
        if let (Some(sandbox), Some(index)) = (self.sandboxes.get(sandbox), self.index_of(vendor)) {
            sandbox.vendor(index).force(fault);
        }
    }

    /// Issues a token to an organization, with some of its kind's scopes or, if none are named, with all. `None` when there
    /// is no such sandbox, vendor, organization or kind of credential.
    pub fn issue(
        &self,
        sandbox: &str,
        vendor: &str,
        credential: &str,
        organization: &str,
        scopes: &[&str],
    ) -> Option<String> {
        let sandbox = Arc::clone(&*self.sandboxes.get(sandbox)?);
        let vendor = self.index_of(vendor)?;
        let credential = self.profiles[vendor].credentials.iter().position(|one| one.name == credential)?;
        let organization = sandbox.organizations.iter().position(|name| name == organization)?;
        let kind = &self.profiles[vendor].credentials[credential];
        let token = sandbox.dice.credential(&kind.form, "token", self.vault.next());
        let owner = Owner { sandbox: sandbox.name.clone(), vendor, organization, credential };
        let scopes = (!scopes.is_empty()).then(|| scopes.iter().map(|scope| (*scope).to_owned()).collect());
        self.vault.issue(&token, Issued::now(owner, scopes, sandbox.clock.now_ms(), kind.expires_ms));
        Some(token)
    }

    /// Moves the clock of a sandbox ahead.
    pub fn advance(&self, sandbox: &str, by_ms: i64) {
        if let Some(sandbox) = self.sandboxes.get(sandbox) {
            sandbox.clock.advance(by_ms);
        }
    }

    fn index_of(&self, vendor: &str) -> Option<usize> {
        self.profiles.iter().position(|profile| profile.vendor == vendor)
    }

    fn attend(&self, call: &Call, notes: &mut Notes) -> Reply {
        if call.path.starts_with(OWN_PREFIX) {
            return self.own(call);
        }
        let Some(addressed) = selection::find(&self.profiles, call) else { return self.nobody(call) };
        let profile = &self.profiles[addressed.vendor];
        let shown = identity::shown(profile, routing::api_at(profile, addressed.path), call);
        let issued = shown.as_deref().and_then(|token| self.vault.token(token));
        // The credential chooses the sandbox, a dead one too; a stranger's belongs to that of the URL.
        let owner = issued.as_ref().map(|issued| &*issued.owner.sandbox);
        let named = owner.or(addressed.sandbox).unwrap_or(DEFAULT_SANDBOX);
        let found = self.sandboxes.get(named).or_else(|| self.sandboxes.get(DEFAULT_SANDBOX));
        let Some(sandbox) = found.map(|sandbox| Arc::clone(&sandbox)) else { return self.nobody(call) };
        notes.sandbox = sandbox.name.to_string();
        sandbox.vendor(addressed.vendor).answer(
            &vendor::Visit {
                call,
                addressed: &addressed,
                shown: shown.as_deref(),
                issued: issued.as_deref(),
                sandbox: &sandbox,
                vault: &self.vault,
            },
            notes,
        )
    }

    /// The engine's own paths.
    fn own(&self, call: &Call) -> Reply {
        if call.path != "/_standin/health" {
            return problem(StatusCode::NOT_FOUND, "there is nothing at this path", json!({}));
        }
        if !matches!(call.method, http::Method::GET | http::Method::HEAD) {
            let reply = problem(StatusCode::METHOD_NOT_ALLOWED, "health is read with GET", json!({}));
            return reply.with_header(http::header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        if self.draining.load(Ordering::Relaxed) {
            return problem(StatusCode::SERVICE_UNAVAILABLE, "the server is about to stop", json!({}));
        }
        Reply::new(StatusCode::OK).with_body("application/json", "{\"status\":\"ok\"}")
    }

    /// No vendor is at this address: which there are.
    fn nobody(&self, call: &Call) -> Reply {
        let root = if call.host.is_empty() { String::new() } else { format!("http://{}", call.host) };
        let vendors: serde_json::Map<String, serde_json::Value> = self
            .profiles
            .iter()
            .map(|profile| {
                let bases = self.base_urls(&root, &profile.vendor, ORGANIZATIONS[0]);
                let urls = bases.into_iter().map(|(api, url)| (api, serde_json::Value::String(url)));
                (profile.vendor.clone(), serde_json::Value::Object(urls.collect()))
            })
            .collect();
        problem(
            StatusCode::NOT_FOUND,
            "no vendor is at this address; a path begins with the vendor's name",
            json!({"vendors": vendors}),
        )
    }

    fn internal(&self, call: &Call, notes: &Notes) -> Reply {
        let profile =
            selection::find(&self.profiles, call).and_then(|addressed| self.profiles.get(addressed.vendor));
        match profile {
            Some(profile) => {
                let fault = crate::fault::Fault::Internal;
                crate::representation::failure::write(profile, None, None, &fault, &notes.request_id)
            }
            None => problem(StatusCode::INTERNAL_SERVER_ERROR, "an internal error occurred", json!({})),
        }
    }
}

/// A problem of the engine's own (RFC 9457).
fn problem(status: StatusCode, detail: &str, more: serde_json::Value) -> Reply {
    let mut body = json!({"title": status.canonical_reason().unwrap_or_default(), "status": status.as_u16(), "detail": detail});
    if let (Some(body), serde_json::Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    Reply::new(status).with_body("application/problem+json", body.to_string())
}
