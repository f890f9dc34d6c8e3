//! A server of a test's own, and what it starts with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::Error;
use super::link::Link;
use super::sandbox::{Sandbox, SandboxBuilder};
use crate::serve::{Access, Background, Choice, Order, Pick};
use crate::server::Address;

/// A running server: on a free port of the loopback, and gone when dropped.
#[derive(Debug)]
pub struct Standin {
    first: Sandbox,
    // After what uses it.
    background: Background,
}

impl Standin {
    /// What to start with: all vendors and as many recipients as usual, if nothing else is said.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts with all vendors.
    ///
    /// # Errors
    /// Why it cannot start.
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }

    /// Where it is reached, `http://127.0.0.1:41234`.
    pub fn url(&self) -> &str {
        self.background.url()
    }

    /// A new sandbox with a name of its own.
    ///
    /// # Errors
    /// That there are too many.
    pub fn sandbox(&self) -> Result<Sandbox, Error> {
        self.sandbox_builder().make()
    }

    /// A new sandbox with choices: its name, its organizations, how many recipients.
    pub fn sandbox_builder(&self) -> SandboxBuilder {
        SandboxBuilder::new(self.first.link().clone())
    }

    /// The sandbox that is there from the start, whose tokens are the fixed ones. All who use it share it.
    pub fn default_sandbox(&self) -> &Sandbox {
        &self.first
    }

    /// The base URL of a vendor's api, in the default sandbox.
    ///
    /// # Errors
    /// Which there are.
    pub fn base_url(&self, vendor: &str, api: &str) -> Result<String, Error> {
        self.first.base_url(vendor, api)
    }

    /// The fixed token of a vendor's credential, in the default sandbox.
    ///
    /// # Errors
    /// Which there are, or that it is an OAuth client.
    pub fn token(&self, vendor: &str, credential: &str) -> Result<String, Error> {
        self.first.token(vendor, credential)
    }
}

/// What a server starts with.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    vendors: Vec<String>,
    profiles: Vec<PathBuf>,
    /// `VENDOR.NAME=VALUE`.
    picks: Vec<String>,
    seed: Option<u64>,
    recipients: Option<usize>,
    groups: Option<usize>,
    seed_file: Option<PathBuf>,
    chaos: Vec<String>,
}

impl Builder {
    /// The vendors to serve; all without it.
    #[must_use]
    pub fn vendors<V: Into<String>>(mut self, vendors: impl IntoIterator<Item = V>) -> Self {
        self.vendors.extend(vendors.into_iter().map(Into::into));
        self
    }

    /// A profile, or a folder of them, to add to those built in or to put in their place.
    #[must_use]
    pub fn profiles(mut self, path: impl Into<PathBuf>) -> Self {
        self.profiles.push(path.into());
        self
    }

    /// Picks a variant, a plan or a prerequisite, or switches the limits: `set("acme.plan", "basic")`.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.picks.push(format!("{name}={value}"));
        self
    }

    /// What the made-up world follows from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How many recipients a sandbox has if nothing else is said; 250 without it.
    #[must_use]
    pub fn recipients(mut self, count: usize) -> Self {
        self.recipients = Some(count);
        self
    }

    /// How many groups it has; 8 without it.
    #[must_use]
    pub fn groups(mut self, count: usize) -> Self {
        self.groups = Some(count);
        self
    }

    /// Chaos rules that the default sandbox begins with: a file of them, or ready-made ones by their name, `flaky`.
    #[must_use]
    pub fn chaos(mut self, rules: &str) -> Self {
        self.chaos.push(rules.to_owned());
        self
    }

    /// The default sandbox's recipients from a file: .csv, .json or .ndjson.
    #[must_use]
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.seed_file = Some(path.into());
        self
    }

    /// Starts the server, and waits until it answers.
    ///
    /// # Errors
    /// What was chosen that there is not, or that cannot be read.
    pub fn start(self) -> Result<Standin, Error> {
        let picks = self.picks.iter().map(|pick| pick.parse::<Pick>().map_err(Error::new));
        let choice = Choice {
            profiles: self.profiles,
            vendors: self.vendors,
            picks: picks.collect::<Result<_, _>>()?,
        };
        let background = Background::start(Order {
            listen: Address::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            vendor_listen: Vec::new(),
            choice,
            seed: self.seed,
            recipients: self.recipients,
            groups: self.groups,
            seed_file: self.seed_file,
            chaos: self.chaos,
            scenario: None,
            request_ids: true,
            access: Access::default(),
        })?;
        let link = Link { desk: background.desk().clone(), url: background.url().to_owned() };
        Ok(Standin { first: Sandbox::default_of(link)?, background })
    }
}
