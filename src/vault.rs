//! Credentials as issued: whose each is, what it may do, and whether it lives.
//!
//! **Invariant:** a dead credential is remembered, so that it still tells whose it was; a credential never leaves the
//! vault in full but to whoever showed it. The vault knows indices, not vendors, and times only as it is told them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;

use crate::fault::Stranger;

/// How many access tokens of one OAuth client live at once; the oldest give way, as a client that asks anew for each
/// call must not fill the memory.
pub const ACCESS_TOKENS_MAX: u64 = 1_000;

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
    /// When it ends.
    pub expires_ms: Option<i64>,
    /// Why it is dead, if it is.
    pub dead: Option<Stranger>,
}

/// An OAuth client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Whose it is.
    pub owner: Owner,
    secret: Box<str>,
}

/// All credentials of all sandboxes.
#[derive(Debug, Default)]
pub struct Vault {
    tokens: DashMap<Box<str>, Arc<Issued>>,
    clients: DashMap<Box<str>, Client>,
    access: DashMap<Box<str>, Vec<Box<str>>>,
    issued: AtomicU64,
}

impl Vault {
    /// Takes a token in.
    pub fn issue(&self, token: &str, issued: Issued) {
        self.tokens.insert(token.into(), Arc::new(issued));
    }

    /// Takes an OAuth client in.
    pub fn register(&self, client_id: &str, secret: &str, owner: Owner) {
        self.clients.insert(client_id.into(), Client { owner, secret: secret.into() });
    }

    /// Takes an access token of a client in. The client's oldest gives way when it has too many.
    pub fn issue_access(&self, client_id: &str, token: &str, issued: Issued) {
        let mut of_client = self.access.entry(client_id.into()).or_default();
        of_client.push(token.into());
        let surplus =
            of_client.len().saturating_sub(usize::try_from(ACCESS_TOKENS_MAX).unwrap_or(usize::MAX));
        let old: Vec<Box<str>> = of_client.drain(..surplus).collect();
        drop(of_client);
        for token in old {
            self.tokens.remove(&token);
        }
        self.issue(token, issued);
    }

    /// Whose a token is, dead or alive.
    pub fn token(&self, token: &str) -> Option<Arc<Issued>> {
        self.tokens.get(token).map(|issued| Arc::clone(&issued))
    }

    /// The client of an id, if this is its secret.
    pub fn client(&self, client_id: &str, secret: &str) -> Option<Owner> {
        let client = self.clients.get(client_id)?;
        same_bytes(client.secret.as_bytes(), secret.as_bytes()).then(|| client.owner.clone())
    }

    /// Ends a token, saying why. A token that is dead already keeps its reason.
    pub fn end(&self, token: &str, why: Stranger) {
        if let Some(mut issued) = self.tokens.get_mut(token) {
            Arc::make_mut(&mut issued).dead.get_or_insert(why);
        }
    }

    /// The how-many-th token this is, for whoever draws its text.
    pub fn next(&self) -> u64 {
        self.issued.fetch_add(1, Ordering::Relaxed)
    }
}

impl Issued {
    /// A credential issued now, that lives so long, or until it is ended.
    pub fn now(owner: Owner, scopes: Option<Vec<String>>, now_ms: i64, lives_ms: Option<u64>) -> Self {
        let lives_ms = lives_ms.map(|lives_ms| i64::try_from(lives_ms).unwrap_or(i64::MAX));
        Self {
            owner,
            scopes,
            expires_ms: lives_ms.map(|lives_ms| now_ms.saturating_add(lives_ms)),
            dead: None,
        }
    }

    /// Why the token is not good at a moment, if it is not.
    pub fn flaw(&self, now_ms: i64) -> Option<Stranger> {
        self.dead.or_else(|| self.expires_ms.filter(|end| *end <= now_ms).map(|_| Stranger::Expired))
    }
}

/// Compares without telling by its time where two secrets differ.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::{ACCESS_TOKENS_MAX, Issued, Owner, Vault};
    use crate::fault::Stranger;

    fn issued(expires_ms: Option<i64>) -> Issued {
        let owner = Owner { sandbox: "default".into(), vendor: 0, organization: 0, credential: 0 };
        Issued { owner, scopes: None, expires_ms, dead: None }
    }

    #[test]
    fn a_dead_token_still_tells_whose_it_was() {
        let vault = Vault::default();
        vault.issue("t", issued(Some(1000)));
        let flaw = |now_ms| vault.token("t").and_then(|issued| issued.flaw(now_ms));
        assert_eq!(flaw(999), None);
        assert_eq!(flaw(1000), Some(Stranger::Expired));
        vault.end("t", Stranger::Rotated);
        vault.end("t", Stranger::Revoked);
        assert_eq!(flaw(0), Some(Stranger::Rotated));
        assert!(vault.token("never").is_none());
    }

    #[test]
    fn a_client_that_asks_anew_for_each_call_does_not_fill_the_memory() {
        let vault = Vault::default();
        for n in 0..ACCESS_TOKENS_MAX + 5 {
            vault.issue_access("c", &n.to_string(), issued(None));
        }
        assert!(vault.token("4").is_none());
        assert!(vault.token("5").is_some());
    }

    #[test]
    fn a_client_is_known_by_its_secret_alone() {
        let vault = Vault::default();
        vault.register("id", "secret", issued(None).owner);
        assert!(vault.client("id", "secret").is_some());
        assert!(vault.client("id", "secre").is_none());
        assert!(vault.client("other", "secret").is_none());
    }
}
