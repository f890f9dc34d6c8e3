//! A vendor's credential: issued, shown, replaced and ended.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::link::{duration, segment};
use super::{Error, Sandbox};

/// What a client shows: a token or key, or what an OAuth client gets its access tokens with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The token or key; empty for an OAuth client.
    pub token: String,
    /// The id of an OAuth client, or the id that a token comes with.
    pub client_id: Option<String>,
    /// The secret of an OAuth client.
    pub secret: Option<String>,
    /// Where an OAuth client gets its access tokens.
    pub token_url: Option<String>,
}

impl Key {
    /// From what the control API tells in an answer that has secrets.
    pub(super) fn of(told: &Value) -> Self {
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        Self {
            token: text("token").unwrap_or_default(),
            client_id: text("client_id"),
            secret: text("client_secret"),
            token_url: text("token_url"),
        }
    }
}

/// A credential of a vendor in an organization, by the name that the vendor's profile gives it. What is shown, rotated,
/// revoked or expired is the newest that lives.
#[derive(Debug, Clone, Copy)]
pub struct Credential<'s> {
    pub(super) sandbox: &'s Sandbox,
    pub(super) organization: &'s str,
    pub(super) vendor: &'s str,
    pub(super) name: &'s str,
}

impl Credential<'_> {
    /// Issues one that lives as long as its kind does.
    ///
    /// # Errors
    /// Which vendors and credentials there are.
    pub fn issue(&self) -> Result<Key, Error> {
        self.issue_as(json!({}))
    }

    /// Issues a token that expires so much later, by the sandbox's clock.
    ///
    /// # Errors
    /// Which vendors and credentials there are, or that this one is an OAuth client, which does not expire.
    pub fn issue_for(&self, lives: Duration) -> Result<Key, Error> {
        self.issue_as(json!({"expires_in": duration(lives)}))
    }

    /// Issues a token that carries these scopes and no others.
    ///
    /// # Errors
    /// Which vendors, credentials and scopes there are.
    pub fn issue_with_scopes(&self, scopes: &[&str]) -> Result<Key, Error> {
        self.issue_as(json!({"scopes": scopes}))
    }

    /// What it is now: a chaos rule or a scenario may have rotated it.
    ///
    /// # Errors
    /// That none lives.
    pub fn key(&self) -> Result<Key, Error> {
        let id = self.newest()?;
        self.ask(Method::GET, &format!("/{id}/secret"), &Value::Null).map(|told| Key::of(&told))
    }

    /// Replaces it; the old one is dead at the next call, or when the vendor's overlap ends.
    ///
    /// # Errors
    /// That none lives.
    pub fn rotate(&self) -> Result<Key, Error> {
        self.end("rotate").map(|told| Key::of(&told))
    }

    /// Ends it: it is dead at the next call, and with a client its access tokens.
    ///
    /// # Errors
    /// That none lives.
    pub fn revoke(&self) -> Result<(), Error> {
        self.end("revoke").map(drop)
    }

    /// Lets it expire now.
    ///
    /// # Errors
    /// That none lives, or that it is an OAuth client, which does not expire.
    pub fn expire(&self) -> Result<(), Error> {
        self.end("expire").map(drop)
    }

    fn issue_as(&self, mut wish: Value) -> Result<Key, Error> {
        wish["credential"] = self.name.into();
        wish["organization"] = self.organization.into();
        self.ask(Method::POST, "", &wish).map(|told| Key::of(&told))
    }

    fn end(&self, how: &str) -> Result<Value, Error> {
        let id = self.newest()?;
        self.ask(Method::POST, &format!("/{id}/{how}"), &Value::Null)
    }

    /// The number of the newest that lives.
    fn newest(&self) -> Result<u64, Error> {
        let list = self.ask(Method::GET, "", &Value::Null)?;
        let is_meant = |one: &&Value| {
            one["credential"] == self.name
                && one["organization"] == self.organization
                && one["state"] == "alive"
        };
        let newest = list["credentials"].as_array().into_iter().flatten().rfind(is_meant);
        let none =
            || Error::new(format!("no credential `{}` of {} lives: issue one", self.name, self.vendor));
        newest.and_then(|one| one["id"].as_u64()).ok_or_else(none)
    }

    fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value, Error> {
        self.sandbox.ask(method, &format!("/vendors/{}/credentials{path}", segment(self.vendor)), body)
    }
}
