//! Credentials as issued: whose each is, what it may do, and whether it lives.
//!
//! **Invariant:** a dead credential is remembered, so that it still tells whose it was; a credential never leaves the
//! vault in full but to whoever showed it, or asks the control API for it by its number. The vault knows indices, not
//! vendors, and times only as it is told them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;

use crate::fault::Stranger;

/// How many access tokens of one OAuth client live at once; the oldest give way, as a client that asks anew for each
/// call must not fill the memory.
pub const ACCESS_TOKENS_MAX: usize = 1_000;

/// How many credentials a sandbox remembers, the dead ones with the living; when more are issued, the oldest that is dead
/// is forgotten, and then the oldest.
pub const CREDENTIALS_MAX: usize = 10_000;

/// Whose a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The sandbox.
    pub sandbox: Box<str>,
    /// The vendor's index.
    pub vendor: usize,
    /// The organization's index in the sandbox.
    pub organization: usize,
    /// The credential's index in the profile.
    pub credential: usize,
}

/// A token, key or access token as issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// Whose it is.
    pub owner: Owner,
    /// The scopes it carries; `None` for all that its kind has.
    pub scopes: Option<Vec<String>>,
    /// When it was issued.
    pub issued_ms: i64,
    /// When it says that it expires.
    pub expires_ms: Option<i64>,
    /// How much later than that it really does.
    pub skew_ms: i64,
    /// When it ends before that, and why.
    pub ends: Option<(i64, Stranger)>,
    /// How many calls it is good for.
    pub uses_max: Option<u64>,
    /// How many it was shown in; copies of what is issued share it.
    pub uses: Arc<AtomicU64>,
    /// What somebody called it.
    pub label: Option<String>,
    /// The id that it came with.
    pub client_id: Option<String>,
}

/// How many access tokens of a client live at once.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// So many; `None` for any number.
    pub at_most: Option<usize>,
    /// Whether one more ends the oldest; else it is refused.
    pub ends_oldest: bool,
    /// How long that one still works, in milliseconds.
    pub overlap_ms: u64,
}

/// There is no room for one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// How many live.
    pub living: usize,
}

/// An OAuth client.
#[derive(Debug, Clone)]
struct Client {
    owner: Owner,
    secret: Box<str>,
    /// What somebody called it.
    label: Option<String>,
    /// Why it is dead, if it is.
    ended: Option<Stranger>,
    /// Its living access tokens, the oldest first.
    access: Vec<Box<str>>,
}

/// What a sandbox has issued.
#[derive(Debug, Default)]
struct Register {
    /// How many numbers were given.
    numbers: u64,
    /// How many were drawn, by vendor.
    drawn: HashMap<usize, u64>,
    entries: Vec<Entry>,
}

/// A credential by its number.
#[derive(Debug, Clone)]
struct Entry {
    number: u64,
    holds: Holds,
}

/// What a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// A token or key.
    Token(Box<str>),
    /// An OAuth client's id.
    Client(Box<str>),
}

/// A credential as a list shows it: no secret is in it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its number in the sandbox.
    pub number: u64,
    /// Whose it is.
    pub owner: Owner,
    /// What it is.
    pub holds: Holds,
    /// The scopes it carries; `None` for all that its kind has.
    pub scopes: Option<Vec<String>>,
    /// When it was issued.
    pub issued_ms: Option<i64>,
    /// When it says that it expires.
    pub expires_ms: Option<i64>,
    /// When it really does.
    pub dies_ms: Option<i64>,
    /// When it ends before that, and why.
    pub ends: Option<(i64, Stranger)>,
    /// How many calls it is still good for; `None` for any number.
    pub uses_left: Option<u64>,
    /// What somebody called it.
    pub label: Option<String>,
    /// The id that it came with.
    pub client_id: Option<String>,
}

/// All credentials of all sandboxes.
#[derive(Debug, Default)]
pub struct Vault {
    tokens: DashMap<Box<str>, Arc<Issued>>,
    clients: DashMap<Box<str>, Client>,
    registers: DashMap<Box<str>, Register>,
}

impl Vault {
    /// Takes a token in, and gives its number in its sandbox.
    pub fn issue(&self, token: &str, issued: Issued) -> u64 {
        let sandbox = issued.owner.sandbox.clone();
        self.tokens.insert(token.into(), Arc::new(issued));
        self.enter(&sandbox, Holds::Token(token.into()))
    }

    /// Takes an OAuth client in, and gives its number in its sandbox.
    pub fn register(&self, client_id: &str, secret: &str, owner: Owner, label: Option<String>) -> u64 {
        let sandbox = owner.sandbox.clone();
        let client = Client { owner, secret: secret.into(), label, ended: None, access: Vec::new() };
        self.clients.insert(client_id.into(), client);
        self.enter(&sandbox, Holds::Client(client_id.into()))
    }

    fn enter(&self, sandbox: &str, holds: Holds) -> u64 {
        let mut register = self.registers.entry(sandbox.into()).or_default();
        let number = register.numbers;
        register.numbers += 1;
        register.entries.push(Entry { number, holds });
        if register.entries.len() > CREDENTIALS_MAX {
            let is_dead = |entry: &Entry| match &entry.holds {
                Holds::Token(token) => self.tokens.get(token).is_none_or(|issued| issued.ends.is_some()),
                Holds::Client(id) => self.clients.get(id).is_none_or(|client| client.ended.is_some()),
            };
            let oldest = register.entries.iter().position(is_dead).unwrap_or(0);
            let gone = register.entries.remove(oldest);
            self.forget_one(&gone.holds);
        }
        number
    }

    fn forget_one(&self, holds: &Holds) {
        match holds {
            Holds::Token(token) => drop(self.tokens.remove(token)),
            Holds::Client(id) => {
                if let Some((_, client)) = self.clients.remove(id) {
                    client.access.iter().for_each(|token| drop(self.tokens.remove(token)));
                }
            }
        }
    }

    /// Takes an access token of a client in. The client's oldest gives way when it has too many to be remembered.
    ///
    /// # Errors
    /// That the client has as many as can live at once, and none gives way.
    pub fn issue_access(
        &self,
        client_id: &str,
        token: &str,
        issued: Issued,
        room: &Room,
    ) -> Result<(), Full> {
        let Some(mut client) = self.clients.get_mut(client_id) else { return Ok(()) };
        if let Some(at_most) = room.at_most {
            let lives = |token: &&str| {
                self.tokens
                    .get(*token)
                    .is_some_and(|one| one.ends.is_none() && one.flaw(issued.issued_ms).is_none())
            };
            let living: Vec<&str> = client.access.iter().map(|token| &**token).filter(lives).collect();
            let surplus = (living.len() + 1).saturating_sub(at_most);
            if surplus > 0 && !room.ends_oldest {
                return Err(Full { living: living.len() });
            }
            let end_ms = issued.issued_ms.saturating_add_unsigned(room.overlap_ms);
            living.iter().take(surplus).for_each(|token| self.end_token(token, end_ms, Stranger::Rotated));
        }
        client.access.push(token.into());
        let surplus = client.access.len().saturating_sub(ACCESS_TOKENS_MAX);
        let old: Vec<Box<str>> = client.access.drain(..surplus).collect();
        drop(client);
        for token in old {
            self.tokens.remove(&token);
        }
        self.tokens.insert(token.into(), Arc::new(issued));
        Ok(())
    }

    /// The access tokens of a client that have not been forgotten, the oldest first.
    pub fn access_of(&self, client_id: &str) -> Vec<Box<str>> {
        self.clients.get(client_id).map(|client| client.access.clone()).unwrap_or_default()
    }

    /// Whether a token is an access token of a client.
    pub fn is_access_of(&self, client_id: &str, token: &str) -> bool {
        self.clients.get(client_id).is_some_and(|client| client.access.iter().any(|one| **one == *token))
    }

    /// Whose a token is, dead or alive.
    pub fn token(&self, token: &str) -> Option<Arc<Issued>> {
        self.tokens.get(token).map(|issued| Arc::clone(&issued))
    }

    /// Whose a client is, dead or alive, whatever its secret.
    pub fn owner_of_client(&self, client_id: &str) -> Option<Owner> {
        self.clients.get(client_id).map(|client| client.owner.clone())
    }

    /// The owner of a living client, if this is its secret.
    pub fn client(&self, client_id: &str, secret: &str) -> Option<Owner> {
        let client = self.clients.get(client_id)?;
        let is_known = same_bytes(client.secret.as_bytes(), secret.as_bytes()) && client.ended.is_none();
        is_known.then(|| client.owner.clone())
    }

    /// The secret of a client, dead or alive.
    pub fn secret_of_client(&self, client_id: &str) -> Option<String> {
        self.clients.get(client_id).map(|client| client.secret.to_string())
    }

    /// What a sandbox has issued, the oldest first.
    pub fn list(&self, sandbox: &str) -> Vec<Listed> {
        let entries =
            self.registers.get(sandbox).map(|register| register.entries.clone()).unwrap_or_default();
        entries.into_iter().filter_map(|entry| self.listed(entry)).collect()
    }

    /// One of them.
    pub fn numbered(&self, sandbox: &str, number: u64) -> Option<Listed> {
        let register = self.registers.get(sandbox)?;
        let entry = register.entries.iter().find(|entry| entry.number == number)?.clone();
        drop(register);
        self.listed(entry)
    }

    fn listed(&self, Entry { number, holds }: Entry) -> Option<Listed> {
        Some(match &holds {
            Holds::Token(token) => {
                let issued = self.token(token)?;
                let uses_left =
                    issued.uses_max.map(|most| most.saturating_sub(issued.uses.load(Ordering::Relaxed)));
                let Issued { owner, scopes, issued_ms, expires_ms, ends, label, client_id, .. } =
                    (*issued).clone();
                Listed {
                    number,
                    owner,
                    holds,
                    scopes,
                    issued_ms: Some(issued_ms),
                    expires_ms,
                    dies_ms: issued.dies_ms(),
                    ends,
                    uses_left,
                    label,
                    client_id,
                }
            }
            Holds::Client(id) => {
                let client = self.clients.get(id)?.clone();
                let (owner, ends) = (client.owner, client.ended.map(|why| (i64::MIN, why)));
                Listed {
                    number,
                    owner,
                    holds,
                    scopes: None,
                    issued_ms: None,
                    expires_ms: None,
                    dies_ms: None,
                    ends,
                    uses_left: None,
                    label: client.label,
                    client_id: None,
                }
            }
        })
    }

    /// Ends a credential at a moment, saying why; what ends before that stays as it is. A client's access tokens end with it.
    pub fn end(&self, holds: &Holds, at_ms: i64, why: Stranger) {
        match holds {
            Holds::Token(token) => self.end_token(token, at_ms, why),
            Holds::Client(id) => {
                let Some(mut client) = self.clients.get_mut(id) else { return };
                client.ended.get_or_insert(why);
                let access = client.access.clone();
                drop(client);
                access.iter().for_each(|token| self.end_token(token, at_ms, why));
            }
        }
    }

    fn end_token(&self, token: &str, at_ms: i64, why: Stranger) {
        if let Some(mut issued) = self.tokens.get_mut(token) {
            let issued = Arc::make_mut(&mut issued);
            if issued.ends.is_none_or(|(end_ms, _)| at_ms < end_ms) {
                issued.ends = Some((at_ms, why));
            }
        }
    }

    /// Lets a token expire at a moment, whatever its skew.
    pub fn expire(&self, token: &str, at_ms: i64) {
        if let Some(mut issued) = self.tokens.get_mut(token) {
            let issued = Arc::make_mut(&mut issued);
            (issued.expires_ms, issued.skew_ms) = (Some(at_ms), 0);
        }
    }

    /// The how-many-th credential of a vendor in a sandbox the next one is, for whoever draws its text: what other vendors
    /// do changes nothing of it.
    pub fn next(&self, sandbox: &str, vendor: usize) -> u64 {
        let mut register = self.registers.entry(sandbox.into()).or_default();
        let drawn = register.drawn.entry(vendor).or_default();
        *drawn += 1;
        *drawn - 1
    }

    /// Forgets all that a sandbox has issued.
    pub fn forget(&self, sandbox: &str) {
        let entries =
            self.registers.remove(sandbox).map(|(_, register)| register.entries).unwrap_or_default();
        entries.iter().for_each(|entry| self.forget_one(&entry.holds));
    }
}

impl Listed {
    /// Why it is not good at a moment, if it is not.
    pub fn flaw(&self, now_ms: i64) -> Option<Stranger> {
        let ended = self.ends.filter(|(end_ms, _)| *end_ms <= now_ms).map(|(_, why)| why);
        let expired = || self.dies_ms.filter(|end_ms| *end_ms <= now_ms).map(|_| Stranger::Expired);
        ended.or_else(expired).or((self.uses_left == Some(0)).then_some(Stranger::UsedUp))
    }
}

impl Issued {
    /// A credential issued now, that lives so long, or until it is ended.
    pub fn now(owner: Owner, scopes: Option<Vec<String>>, now_ms: i64, lives_ms: Option<u64>) -> Self {
        let lives_ms = lives_ms.map(|lives_ms| i64::try_from(lives_ms).unwrap_or(i64::MAX));
        let expires_ms = lives_ms.map(|lives_ms| now_ms.saturating_add(lives_ms));
        Self {
            owner,
            scopes,
            issued_ms: now_ms,
            expires_ms,
            skew_ms: 0,
            ends: None,
            uses_max: None,
            uses: Arc::default(),
            label: None,
            client_id: None,
        }
    }

    /// Shows the token in a call; says whether it is good for that.
    pub fn use_once(&self) -> bool {
        let Some(most) = self.uses_max else { return true };
        let one_more = |uses| (uses < most).then_some(uses + 1);
        self.uses.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    /// Why the token is not good at a moment, if it is not.
    pub fn flaw(&self, now_ms: i64) -> Option<Stranger> {
        let ended = self.ends.filter(|(end_ms, _)| *end_ms <= now_ms).map(|(_, why)| why);
        let expired = || self.dies_ms().filter(|end_ms| *end_ms <= now_ms).map(|_| Stranger::Expired);
        let used_up = || self.uses_max.is_some_and(|most| self.uses.load(Ordering::Relaxed) >= most);
        ended.or_else(expired).or_else(|| used_up().then_some(Stranger::UsedUp))
    }

    /// When it really expires.
    fn dies_ms(&self) -> Option<i64> {
        self.expires_ms.map(|end_ms| end_ms.saturating_add(self.skew_ms))
    }
}

/// Compares without telling by its time where two secrets differ.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests;
