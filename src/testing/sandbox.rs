//! A world of a test's own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Map, Value, json};

use super::chaos::Chaos;
use super::clock::SandboxClock;
use super::credential::{Credential, Key};
use super::link::{Link, duration, segment};
use super::organization::Organization;
use super::scenario::Scenario;
use super::settings::{Limits, Settings};
use super::verify::{Count, judge};
use super::{Error, link};
use crate::engine::{DEFAULT_SANDBOX, Refused};
use crate::report::Report;
use crate::serve;

/// A sandbox; deleted when dropped, unless it is the default one.
#[derive(Debug)]
pub struct Sandbox {
    link: Link,
    name: String,
    /// As the control API tells it, secrets included.
    told: Value,
}

impl Sandbox {
    /// The sandbox that is there from the start.
    pub(super) fn default_of(link: Link) -> Result<Self, Error> {
        let mut told = link.ask(Method::GET, &format!("/sandboxes/{DEFAULT_SANDBOX}"), &Value::Null)?;
        // Its secrets are known to all, but only the answer that makes a sandbox tells secrets.
        link.tell_fixed_credentials(&mut told);
        Ok(Self { link, name: DEFAULT_SANDBOX.to_owned(), told })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its organizations.
    pub fn organizations(&self) -> Vec<&str> {
        self.told["organizations"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// One of its organizations, with base URLs and credentials of its own.
    ///
    /// # Errors
    /// Which organizations there are.
    pub fn organization(&self, name: &str) -> Result<Organization<'_>, Error> {
        let known = self.organizations();
        match known.iter().find(|known| **known == name) {
            Some(name) => Ok(Organization { sandbox: self, name }),
            None => Err(link::unknown("organization", name, &known)),
        }
    }

    /// The first organization: the one meant where none is named.
    fn first(&self) -> Organization<'_> {
        Organization { sandbox: self, name: self.organizations().first().copied().unwrap_or_default() }
    }

    /// The base URL of a vendor's api.
    ///
    /// # Errors
    /// Which vendors and apis there are.
    pub fn base_url(&self, vendor: &str, api: &str) -> Result<String, Error> {
        self.first().base_url(vendor, api)
    }

    /// The token or key that a vendor's credential is at first.
    ///
    /// # Errors
    /// Which vendors and credentials there are, or that this one is an OAuth client.
    pub fn token(&self, vendor: &str, credential: &str) -> Result<String, Error> {
        self.first().token(vendor, credential)
    }

    /// The OAuth client that a vendor's credential is at first.
    ///
    /// # Errors
    /// Which vendors and credentials there are, or that this one is a token.
    pub fn client(&self, vendor: &str, credential: &str) -> Result<Key, Error> {
        self.first().client(vendor, credential)
    }

    /// A vendor's credential, to issue, rotate, revoke and expire it.
    pub fn credential<'s>(&'s self, vendor: &'s str, credential: &'s str) -> Credential<'s> {
        self.first().credential(vendor, credential)
    }

    /// Makes it what it was at birth: records, credentials, limits, clock, journal, settings.
    ///
    /// # Errors
    /// That it is gone.
    pub fn reset(&self) -> Result<(), Error> {
        self.ask(Method::POST, "/reset", &Value::Null).map(drop)
    }

    /// Its clock.
    pub fn clock(&self) -> SandboxClock<'_> {
        SandboxClock { sandbox: self }
    }

    /// What a vendor's plan, prerequisites and variants are.
    pub fn settings<'s>(&'s self, vendor: &'s str) -> Settings<'s> {
        Settings { sandbox: self, vendor }
    }

    /// A vendor's rate limits.
    pub fn limits<'s>(&'s self, vendor: &'s str) -> Limits<'s> {
        Limits { sandbox: self, vendor }
    }

    /// Its chaos rules.
    pub fn chaos(&self) -> Chaos<'_> {
        Chaos { sandbox: self }
    }

    /// Starts a scenario that comes with Standin. It needs as many recipients and groups as it says; `docs/scenarios.md` has
    /// them in a table.
    ///
    /// ```
    /// use standin::Standin;
    ///
    /// let standin = Standin::builder().vendors(["scim"]).start()?;
    /// let sandbox = standin.sandbox_builder().recipients(60).groups(4).make()?;
    /// sandbox.play("token-rotation")?;
    /// // Here the client under test would work: its token is rotated after the fifth call.
    /// assert_eq!(sandbox.scenario().read()?["steps"], 2);
    /// let report = sandbox.report()?;
    /// assert!(report.passed(), "{report}");
    /// # Ok::<(), standin::testing::Error>(())
    /// ```
    ///
    /// # Errors
    /// Which scenarios there are, that one is under way, or what kind of sandbox it needs.
    pub fn play(&self, name: &str) -> Result<(), Error> {
        self.ask(Method::POST, "/scenario", &json!({"scenario": name})).map(drop)
    }

    /// Starts a scenario from a file, in YAML or JSON.
    ///
    /// # Errors
    /// Its mistakes, that one is under way, or what kind of sandbox it needs.
    pub fn play_file(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let engine = self.link.desk.engine();
        let scenario = serve::scenario(&path.as_ref().to_string_lossy(), engine.profiles())?;
        let told = |refused: Refused| Error::new(refused.sentence().to_owned());
        let sandbox = engine.sandbox(&self.name).map_err(told)?;
        engine.play(&sandbox, &Arc::new(scenario)).map_err(told)
    }

    /// The scenario under way.
    pub fn scenario(&self) -> Scenario<'_> {
        Scenario { sandbox: self }
    }

    /// Keeps the records as they are under a name.
    ///
    /// # Errors
    /// That there are too many, or that this is no name.
    pub fn snapshot(&self, name: &str) -> Result<(), Error> {
        self.ask(Method::PUT, &format!("/snapshots/{}", segment(name)), &Value::Null).map(drop)
    }

    /// Makes the records what they were.
    ///
    /// # Errors
    /// That there is no such snapshot.
    pub fn restore(&self, name: &str) -> Result<(), Error> {
        self.ask(Method::POST, &format!("/snapshots/{}/restore", segment(name)), &Value::Null).map(drop)
    }

    /// What was created, changed and removed since a snapshot, by vendor:
    /// `{"acme": {"created": [{"type", "organization", "record"}], "changed": […, "changed": ["title"]], "removed": […]}}`.
    ///
    /// # Errors
    /// That there is no such snapshot.
    pub fn diff(&self, name: &str) -> Result<Value, Error> {
        let mut diff = self.ask(Method::GET, &format!("/diff?from={}", segment(name)), &Value::Null)?;
        Ok(diff["vendors"].take())
    }

    /// The calls that it has answered, the newest first. `matching` narrows them by what the control API's journal takes:
    /// `&[("vendor", "acme"), ("status", "401")]`.
    ///
    /// # Errors
    /// What there is no way to narrow by.
    pub fn journal(&self, matching: &[(&str, &str)]) -> Result<Vec<Value>, Error> {
        let pairs: Vec<String> =
            matching.iter().map(|(name, value)| format!("{}={}", segment(name), segment(value))).collect();
        let mut journal = self.ask(Method::GET, &format!("/journal?{}", pairs.join("&")), &Value::Null)?;
        match journal["calls"].take() {
            Value::Array(calls) => Ok(calls),
            _ => Ok(Vec::new()),
        }
    }

    /// One call explained, by what its reply carries as `Standin-Request-Id`.
    ///
    /// # Errors
    /// That there was no such call, or too long ago.
    pub fn explain(&self, request_id: &str) -> Result<Value, Error> {
        self.ask(Method::GET, &format!("/journal/{}", segment(request_id)), &Value::Null)
    }

    /// Sees that so many calls were made of those that match: `&json!({"operation": "rest.create_user"})`.
    ///
    /// # Errors
    /// That it were more or fewer, with the calls that come nearest and how they differ.
    pub fn verify(&self, matching: &Value, count: Count) -> Result<(), Error> {
        let wanted = json!({"match": matching, "count": count.told()});
        judge(&self.ask(Method::POST, "/verify", &wanted)?, count)
    }

    /// How the clients that called behaved: a verdict for each rule of good conduct. It prints as a terminal shows it, so that a
    /// test that fails says why:
    ///
    /// ```
    /// use standin::Standin;
    ///
    /// let standin = Standin::builder().vendors(["scim"]).recipients(1).start()?;
    /// let sandbox = standin.sandbox()?;
    /// // Here the client under test would work.
    /// let report = sandbox.report()?;
    /// assert!(report.passed(), "{report}");
    /// # Ok::<(), standin::testing::Error>(())
    /// ```
    ///
    /// # Errors
    /// That it is gone.
    pub fn report(&self) -> Result<Report, Error> {
        let engine = self.link.desk.engine();
        let sandbox =
            engine.sandbox(&self.name).map_err(|refused| Error::new(refused.sentence().to_owned()))?;
        Ok(engine.report(&sandbox))
    }

    /// Anything else of the control API, by method and the path below the sandbox's own: `("GET", "/coverage")`. A body that
    /// is null is none.
    ///
    /// # Errors
    /// What the control API says.
    pub fn control(&self, method: &str, path: &str, body: &Value) -> Result<Value, Error> {
        let method = method.parse().map_err(|_| Error::new(format!("`{method}` is no method")))?;
        self.ask(method, path, body)
    }

    pub(super) fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value, Error> {
        self.link.ask(method, &format!("/sandboxes/{}{path}", segment(&self.name)), body)
    }

    pub(super) fn told(&self) -> &Value {
        &self.told
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.name != DEFAULT_SANDBOX {
            // That the test itself deleted it is no failure.
            let _ = self.ask(Method::DELETE, "", &Value::Null);
        }
    }
}

/// What a sandbox is made of.
#[derive(Debug, Clone)]
pub struct SandboxBuilder {
    link: Link,
    wish: Map<String, Value>,
}

impl SandboxBuilder {
    pub(super) fn new(link: Link) -> Self {
        Self { link, wish: Map::new() }
    }

    /// Its name, as in a host name; one is drawn without it.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.with("name", name)
    }

    /// What its recipients and credentials follow from; the server's without it.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.with("seed", seed)
    }

    /// How many recipients its first organization has; each other has a tenth.
    #[must_use]
    pub fn recipients(self, count: usize) -> Self {
        self.with("recipients", count)
    }

    /// How many groups.
    #[must_use]
    pub fn groups(self, count: usize) -> Self {
        self.with("groups", count)
    }

    /// The vendors in it; all without it.
    #[must_use]
    pub fn vendors<V: Into<String>>(self, vendors: impl IntoIterator<Item = V>) -> Self {
        let vendors: Vec<String> = vendors.into_iter().map(Into::into).collect();
        self.with("vendors", vendors)
    }

    /// The names of its organizations; `acme` and `globex` without it.
    #[must_use]
    pub fn organizations<O: Into<String>>(self, organizations: impl IntoIterator<Item = O>) -> Self {
        let organizations: Vec<String> = organizations.into_iter().map(Into::into).collect();
        self.with("organizations", organizations)
    }

    /// After how long, in real time, it is deleted even if nobody drops it.
    #[must_use]
    pub fn ttl(self, ttl: Duration) -> Self {
        self.with("ttl", duration(ttl))
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.wish.insert(name.to_owned(), value.into());
        self
    }

    /// Makes it.
    ///
    /// # Errors
    /// What of it cannot be: a name that is taken or is none, a vendor that is not served.
    pub fn make(self) -> Result<Sandbox, Error> {
        let told = self.link.ask(Method::POST, "/sandboxes", &Value::Object(self.wish))?;
        let name = told["name"].as_str().unwrap_or_default().to_owned();
        Ok(Sandbox { link: self.link, name, told })
    }
}
