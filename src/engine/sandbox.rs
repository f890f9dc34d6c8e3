//! A sandbox: one isolated world of all vendors, with its organizations, its clock and its dice.
//!
//! **Invariant:** a vendor costs nothing until somebody comes to it, and what it was at birth is kept beside it, so that a
//! reset is an exchange of pointers.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use parking_lot::{Mutex, RwLock};

use super::Setup;
use super::scenario::Play;
use super::vendor::Vendor;
use crate::chaos::Chaos;
use crate::journal::Journal;
use crate::profile::fixed::{Fixed, ORGANIZATIONS, fixed};
use crate::profile::model::{Carrier, Credential, Profile};
use crate::stage::routing::Routes;
use crate::store::State;
use crate::vault::{Issued, Owner, Vault};
use crate::world::{Clock, Dice};

/// The sandbox that is there from the start.
pub const DEFAULT_SANDBOX: &str = "default";

/// What a sandbox is made of.
#[derive(Debug, Clone)]
pub struct Birth {
    /// Its name.
    pub name: Box<str>,
    /// The seed of its chance and its recipients.
    pub seed: u64,
    /// How many recipients the first organization has; each other has a tenth.
    pub recipients: usize,
    /// How many groups.
    pub groups: usize,
    /// The names of its organizations.
    pub organizations: Vec<String>,
    /// The indices of its vendors; `None` for all.
    pub vendors: Option<Vec<usize>>,
    /// After how long it is deleted, in milliseconds; `None` for never.
    pub ttl_ms: Option<u64>,
}

/// What all sandboxes share.
#[derive(Debug)]
pub struct Stock {
    /// What the engine started with.
    pub setup: Setup,
    /// The paths of each vendor.
    pub routes: Vec<Arc<Routes>>,
    /// How many bytes the journals of all sandboxes take.
    pub journal_bytes: Arc<AtomicUsize>,
}

/// One isolated world.
#[derive(Debug)]
pub struct Sandbox {
    /// Its name.
    pub name: Box<str>,
    /// Its clock.
    pub clock: Clock,
    /// Its dice.
    pub dice: Dice,
    /// The chaos rules in force.
    pub chaos: Chaos,
    /// The scenario under way.
    pub(super) play: Play,
    /// What was called.
    pub journal: Arc<Journal>,
    /// The names of its organizations.
    pub organizations: Vec<String>,
    /// What it was made of.
    pub birth: Birth,
    /// When it was made, in the world outside.
    pub made_ms: i64,
    stock: Arc<Stock>,
    /// By index; `None` until somebody comes to it.
    vendors: Vec<RwLock<Option<Arc<Opened>>>>,
    /// One at a time works at the vendors' consoles.
    pub(super) console: Mutex<()>,
    /// Its snapshots, by name.
    pub(super) snapshots: RwLock<Vec<super::snapshots::Snapshot>>,
}

/// A vendor that somebody has come to.
#[derive(Debug)]
struct Opened {
    vendor: Arc<Vendor>,
    /// Its profile at birth.
    profile: Arc<Profile>,
    routes: Arc<Routes>,
    /// Its records at birth.
    records: State,
}

impl Sandbox {
    /// Makes a sandbox, and issues its credentials: the fixed ones where it is the default one, drawn ones otherwise.
    pub fn make(birth: Birth, stock: &Arc<Stock>, vault: &Vault, outside: &Clock) -> Self {
        let clock = stock.setup.clock_ms.map_or_else(Clock::system, Clock::frozen);
        let sandbox = Self {
            name: birth.name.clone(),
            clock,
            dice: Dice::new(birth.seed, &birth.name),
            chaos: Chaos::default(),
            play: Play::default(),
            journal: Arc::new(Journal::beside(&stock.journal_bytes)),
            organizations: birth.organizations.clone(),
            made_ms: outside.now_ms(),
            vendors: stock.setup.profiles.iter().map(|_| RwLock::default()).collect(),
            stock: Arc::clone(stock),
            console: Mutex::default(),
            snapshots: RwLock::default(),
            birth,
        };
        sandbox.issue_first(vault);
        sandbox
    }

    /// A vendor by its index, opened if nobody has come to it yet; `None` where the sandbox has it not.
    ///
    /// # Errors
    /// One sentence on what of the setup does not fit the vendor.
    pub fn vendor(&self, index: usize) -> Result<Option<Arc<Vendor>>, String> {
        let Some(place) = self.vendors.get(index).filter(|_| self.has(index)) else { return Ok(None) };
        if let Some(opened) = &*place.read() {
            return Ok(Some(Arc::clone(&opened.vendor)));
        }
        let mut place = place.write();
        if place.is_none() {
            *place = Some(Arc::new(self.open(index)?));
        }
        Ok(place.as_ref().map(|opened| Arc::clone(&opened.vendor)))
    }

    /// Whether the sandbox has a vendor.
    pub fn has(&self, index: usize) -> bool {
        index < self.vendors.len()
            && self.birth.vendors.as_ref().is_none_or(|vendors| vendors.contains(&index))
    }

    /// A vendor that somebody has come to already.
    pub(super) fn opened(&self, index: usize) -> Option<Arc<Vendor>> {
        self.vendors.get(index)?.read().as_ref().map(|opened| Arc::clone(&opened.vendor))
    }

    /// Everything as at birth but what came from outside: records, standings, settings, limits, clock, credentials.
    pub fn reset(&self, vault: &Vault) {
        // First, so that no step of it comes behind what is undone here.
        drop(self.play.clear());
        for place in &self.vendors {
            let mut place = place.write();
            if let Some(opened) = &*place {
                let born =
                    Born { profile: &opened.profile, routes: &opened.routes, records: &opened.records };
                *place = Some(Arc::new(self.reborn(opened.vendor.index, &born)));
            }
        }
        let setup = &self.stock.setup;
        self.clock.follow(&setup.clock_ms.map_or_else(Clock::system, Clock::frozen));
        self.snapshots.write().clear();
        self.chaos.clear();
        self.journal.clear();
        vault.forget(&self.name);
        self.issue_first(vault);
    }

    /// A vendor's records at birth, if somebody has come to it.
    pub(super) fn born(&self, index: usize) -> Option<State> {
        self.vendors.get(index)?.read().as_ref().map(|opened| opened.records.clone())
    }

    /// Makes a vendor as if nobody had come to it yet.
    pub(super) fn close(&self, index: usize) {
        if let Some(place) = self.vendors.get(index) {
            *place.write() = None;
        }
    }

    /// Exchanges a vendor for one that is made from it.
    pub(super) fn exchange(&self, index: usize, make: impl FnOnce(&Vendor) -> Vendor) {
        let Some(place) = self.vendors.get(index) else { return };
        let mut place = place.write();
        if let Some(opened) = &*place {
            let vendor = Arc::new(make(&opened.vendor));
            let (profile, routes) = (Arc::clone(&opened.profile), Arc::clone(&opened.routes));
            *place = Some(Arc::new(Opened { vendor, profile, routes, records: opened.records.clone() }));
        }
    }

    fn open(&self, index: usize) -> Result<Opened, String> {
        let setup = &self.stock.setup;
        let (profile, routes) = (&setup.profiles[index], &self.stock.routes[index]);
        let vendor = Vendor::open(index, profile, routes, self.dice, &self.organizations);
        self.set_standings(&vendor)?;
        let people = setup.people.as_deref().filter(|_| *self.name == *DEFAULT_SANDBOX);
        super::populate::populate(&vendor, &self.birth, people, self.dice, self.clock.now_ms())?;
        let records = vendor.store.snapshot();
        let (profile, routes) = (Arc::clone(profile), Arc::clone(routes));
        Ok(Opened { vendor: Arc::new(vendor), profile, routes, records })
    }

    fn reborn(&self, index: usize, born: &Born<'_>) -> Opened {
        let Born { profile, routes, records } = born;
        let vendor = Vendor::open(index, profile, routes, self.dice, &self.organizations);
        // What fitted at birth fits now.
        let _ = self.set_standings(&vendor);
        vendor.store.restore((*records).clone());
        let (profile, routes) = (Arc::clone(profile), Arc::clone(routes));
        Opened { vendor: Arc::new(vendor), profile, routes, records: (*records).clone() }
    }

    fn set_standings(&self, vendor: &Vendor) -> Result<(), String> {
        let mut of_it = self.stock.setup.standing.iter().filter(|(of, _, _)| *of == vendor.profile.vendor);
        of_it.try_for_each(|(_, name, value)| vendor.set_standing(None, name, value))
    }

    /// Issues the credentials that a sandbox begins with.
    fn issue_first(&self, vault: &Vault) {
        for (vendor, profile) in self.stock.setup.profiles.iter().enumerate() {
            if !self.has(vendor) {
                continue;
            }
            for organization in 0..self.organizations.len() {
                for (index, credential) in profile.credentials.iter().enumerate() {
                    let owner = Owner { sandbox: self.name.clone(), vendor, organization, credential: index };
                    match self.first_credential(profile, credential, organization) {
                        Fixed::Client { id, secret } => vault.register(&id, &secret, owner, None),
                        Fixed::Token(token) => {
                            let now_ms = self.clock.now_ms();
                            let issued = Issued::now(owner, None, now_ms, credential.expires_ms);
                            vault.issue(&token, under_policy(issued, credential))
                        }
                    };
                }
            }
        }
    }

    /// A credential that the sandbox begins with: the fixed one in the default sandbox, one drawn from its seed elsewhere.
    pub fn first_credential(&self, profile: &Profile, credential: &Credential, organization: usize) -> Fixed {
        let name = self.organizations.get(organization).map_or("", String::as_str);
        if *self.name == *DEFAULT_SANDBOX && ORGANIZATIONS.contains(&name) {
            return fixed(&profile.vendor, credential, name);
        }
        let what = |part: &str| format!("first/{}/{}/{name}/{part}", profile.vendor, credential.name);
        match credential.carrier {
            Carrier::Client => Fixed::Client {
                id: self.dice.letters(&what("id"), 0, 20),
                secret: self.dice.letters(&what("secret"), 0, 40),
            },
            Carrier::Bearer | Carrier::Header(_) | Carrier::Query(_) => {
                Fixed::Token(self.dice.credential(&credential.form, &what("token"), 0))
            }
        }
    }
}

/// A token that dies as its kind does.
pub(super) fn under_policy(issued: Issued, kind: &Credential) -> Issued {
    Issued { skew_ms: kind.expiry_skew_ms, uses_max: kind.uses_max, ..issued }
}

/// What a vendor was at birth.
struct Born<'a> {
    profile: &'a Arc<Profile>,
    routes: &'a Arc<Routes>,
    records: &'a State,
}
