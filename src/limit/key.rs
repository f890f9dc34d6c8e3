//! Whose bucket it is.

use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use hashbrown::Equivalent;

use super::law::{By, Law};
use crate::secret::masked;

/// Who calls, and what for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Claim<'a> {
    /// The credential; `None` where nobody shows one.
    pub credential: Option<&'a str>,
    /// Its organization; `None` where nobody is known yet.
    pub organization: Option<&'a str>,
    /// The client's address, if it has one.
    pub address: Option<IpAddr>,
    /// The operation, `API.OPERATION`; `None` for a path that leads nowhere.
    pub operation: Option<&'a str>,
    /// The index of the organization's plan.
    pub plan: usize,
}

/// What a limit tells apart of a claim: the rest is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Asked<'a> {
    credential: Option<&'a str>,
    organization: Option<&'a str>,
    address: Option<IpAddr>,
    operation: Option<&'a str>,
}

/// The same, kept. Both hash alike, so that a bucket is found without making a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    credential: Option<Box<str>>,
    organization: Option<Box<str>>,
    address: Option<IpAddr>,
    operation: Option<Box<str>>,
}

impl<'a> Asked<'a> {
    /// The part of a claim that a limit tells apart; `None` when the limit is not for such calls: it is by credential or
    /// organization, and nobody is known yet.
    pub(super) fn of(law: &Law, claim: &Claim<'a>) -> Option<Self> {
        let mut asked = Self { credential: None, organization: None, address: None, operation: None };
        for by in &law.by {
            match by {
                By::Credential => asked.credential = Some(claim.credential?),
                By::Organization => asked.organization = Some(claim.organization?),
                By::Address => asked.address = claim.address,
                By::Operation => asked.operation = claim.operation,
            }
        }
        Some(asked)
    }
}

impl Key {
    fn asked(&self) -> Asked<'_> {
        Asked {
            credential: self.credential.as_deref(),
            organization: self.organization.as_deref(),
            address: self.address,
            operation: self.operation.as_deref(),
        }
    }

    /// The key for people: `credential=acme…#1f0c33d2 operation=rest.list_users`. Of a credential it shows how it begins,
    /// and a digest that tells it from others.
    pub(super) fn text(&self, by: &[By]) -> String {
        let mut text = String::new();
        for by in by {
            let what = match by {
                By::Credential => self.credential.as_deref().map(masked),
                By::Organization => self.organization.as_deref().map(str::to_owned),
                By::Address => self.address.map(|address| address.to_string()),
                By::Operation => self.operation.as_deref().map(str::to_owned),
            };
            let blank = if text.is_empty() { "" } else { " " };
            let what = what.as_deref().unwrap_or("unknown");
            write!(text, "{blank}{}={what}", by.as_str()).expect("a String takes every write");
        }
        if text.is_empty() { "all".to_owned() } else { text }
    }

    /// Whether a text names it: as [`text`](Self::text) shows it, or what it is by, where that is one thing.
    pub(super) fn is_named(&self, text: &str, by: &[By]) -> bool {
        let alone = match by {
            [By::Credential] => self.credential.as_deref() == Some(text),
            [By::Organization] => self.organization.as_deref() == Some(text),
            [By::Address] => self.address.is_some_and(|address| address.to_string() == text),
            [By::Operation] => self.operation.as_deref() == Some(text),
            _ => false,
        };
        alone || self.text(by) == text
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.asked().hash(state);
    }
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self == key.asked()
    }
}

impl From<&Asked<'_>> for Key {
    fn from(asked: &Asked<'_>) -> Self {
        Self {
            credential: asked.credential.map(Box::from),
            organization: asked.organization.map(Box::from),
            address: asked.address,
            operation: asked.operation.map(Box::from),
        }
    }
}
