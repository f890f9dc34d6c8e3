//! Credentials as issued, replaced and ended from outside the vendors' own surfaces.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::sandbox::{Sandbox, under_policy};
use super::{Engine, Refused};
use crate::chaos::TokenEnd;
use crate::fault::Stranger;
use crate::journal::MarkKind;
use crate::profile::model::{Carrier, Credential};
use crate::secret::masked;
use crate::vault::{Holds, Issued, Listed, Owner};

/// How long the name of a credential is at most, in bytes.
const LABEL_BYTES_MAX: usize = 200;

/// A credential that somebody wants.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The vendor's index.
    pub vendor: usize,
    /// The credential's index in the profile.
    pub credential: usize,
    /// The organization's index in the sandbox.
    pub organization: usize,
    /// Its scopes; `None` for all.
    pub scopes: Option<Vec<String>>,
    /// How long it lives, in milliseconds; `None` for as long as its kind does.
    pub lives_ms: Option<u64>,
    /// What it is called; no two that live have one name.
    pub label: Option<String>,
}

/// A credential with its secret: as issued, or as somebody asks for it again.
#[derive(Debug, Clone)]
pub struct Minted {
    /// Its number in the sandbox.
    pub number: u64,
    /// The token, or the client's id.
    pub token: String,
    /// The client's secret.
    pub secret: Option<String>,
    /// The client's id, or the id that the token comes with.
    pub client_id: Option<String>,
    /// When it expires.
    pub expires_ms: Option<i64>,
}

/// Who is told of each credential that is minted.
pub(super) type OnMinted = Box<dyn Fn(&Sandbox, &Wish, &Minted) + Send + Sync>;

/// Nobody, until somebody wants to be.
#[derive(Default)]
pub(super) struct Listener(OnceLock<OnMinted>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({})", self.0.get().is_some())
    }
}

impl Engine {
    /// Has somebody told of each credential from now on, before anybody is refused the one that it replaces. One may be.
    pub fn tell_of_minted(&self, listener: impl Fn(&Sandbox, &Wish, &Minted) + Send + Sync + 'static) {
        // A second listener would have to be told that it is not heard; there is none.
        let _ = self.minted.0.set(Box::new(listener));
    }

    fn told(&self, sandbox: &Sandbox, wish: &Wish, minted: Minted) -> Minted {
        if let Some(listener) = self.minted.0.get() {
            listener(sandbox, wish, &minted);
        }
        minted
    }

    /// A wish by names, for all scopes that the credential's kind has.
    ///
    /// # Errors
    /// What of it does not exist, and what does.
    pub fn wish(
        &self,
        sandbox: &Sandbox,
        vendor: &str,
        credential: &str,
        organization: &str,
    ) -> Result<Wish, Refused> {
        let unknown = |what: &str, name: &str, known: Vec<&str>| {
            Refused::Invalid(format!("there is no {what} `{name}`; there is {}", known.join(", ")))
        };
        let index = self.index_of(vendor).filter(|index| sandbox.has(*index)).ok_or_else(|| {
            let known = self.profiles().iter().map(|profile| profile.vendor.as_str()).collect();
            unknown("vendor", vendor, known)
        })?;
        let kinds = &self.profiles()[index].credentials;
        let kind = kinds.iter().position(|kind| kind.name == credential).ok_or_else(|| {
            unknown("credential", credential, kinds.iter().map(|kind| kind.name.as_str()).collect())
        })?;
        let organizations = &sandbox.organizations;
        let of = organizations.iter().position(|name| name == organization).ok_or_else(|| {
            unknown("organization", organization, organizations.iter().map(String::as_str).collect())
        })?;
        Ok(Wish {
            vendor: index,
            credential: kind,
            organization: of,
            scopes: None,
            lives_ms: None,
            label: None,
        })
    }

    /// Issues a credential. Where its kind is one at a time, those before end; where there is no room for one more, the
    /// oldest does.
    ///
    /// # Errors
    /// Scopes that the kind does not have, a name that is taken, or that there is no room and none ends for it.
    pub fn issue(&self, sandbox: &Sandbox, wish: &Wish) -> Result<Minted, Refused> {
        let _alone = sandbox.console.lock();
        self.may_issue(sandbox, wish, &[])?;
        self.issue_alone(sandbox, wish, &[])
    }

    /// Whether a credential can be issued, once some have ended.
    pub(super) fn may_issue(&self, sandbox: &Sandbox, wish: &Wish, ending: &[Listed]) -> Result<(), Refused> {
        let kind = &self.kind(sandbox, wish.vendor, wish.credential)?;
        let known = |scope: &&String| !kind.scopes.iter().any(|(known, _)| known == *scope);
        if let Some(unknown) = wish.scopes.iter().flatten().find(known) {
            let all: Vec<&str> = kind.scopes.iter().map(|(scope, _)| scope.as_str()).collect();
            let what = format!("{} has no scope `{unknown}`; it has {}", kind.name, all.join(", "));
            return Err(Refused::Invalid(what));
        }
        if wish.label.as_deref().is_some_and(|label| label.trim().is_empty() || label.len() > LABEL_BYTES_MAX)
        {
            return Err(Refused::Invalid(format!("a name has 1 to {LABEL_BYTES_MAX} bytes")));
        }
        let mut living = self.living(sandbox, wish);
        living.retain(|one| ending.iter().all(|ending| ending.number != one.number));
        let ends_all = kind.one_at_a_time;
        if let Some(label) = wish.label.as_ref().filter(|_| !ends_all)
            && living.iter().any(|one| one.label.as_ref() == Some(label))
        {
            return Err(Refused::Taken(format!("a credential {} is called `{label}` already", kind.name)));
        }
        match kind.at_most.filter(|_| kind.carrier != Carrier::Client && !kind.ends_oldest && !ends_all) {
            Some(at_most) if living.len() >= at_most => {
                let many = living.len();
                let what = format!(
                    "{many} credentials {} live already, as many as there can be; end one",
                    kind.name
                );
                Err(Refused::Full(what))
            }
            _ => Ok(()),
        }
    }

    /// Issues a credential that may be issued, in place of some others.
    pub(super) fn issue_alone(
        &self,
        sandbox: &Sandbox,
        wish: &Wish,
        ending: &[Listed],
    ) -> Result<Minted, Refused> {
        let kind = &self.kind(sandbox, wish.vendor, wish.credential)?;
        let mut living = self.living(sandbox, wish);
        living.retain(|one| ending.iter().all(|ending| ending.number != one.number));
        let surplus = match kind.at_most.filter(|_| kind.carrier != Carrier::Client) {
            _ if kind.one_at_a_time => living.len(),
            Some(at_most) => (living.len() + 1).saturating_sub(at_most),
            None => 0,
        };
        // Whoever is told of the new one has it before any old one is refused.
        let minted = self.mint(sandbox, kind, wish, None);
        ending.iter().chain(living.iter().take(surplus)).for_each(|one| self.end(sandbox, kind, one));
        Ok(minted)
    }

    /// Replaces a credential by a new one of the same scopes, name and length of life; the old one ends, at once or when
    /// its kind says.
    ///
    /// # Errors
    /// That there is none of this number.
    pub fn rotate(&self, sandbox: &Sandbox, vendor: usize, number: u64) -> Result<Minted, Refused> {
        let _alone = sandbox.console.lock();
        let before = self.credential(sandbox, vendor, number)?;
        let kind = &self.kind(sandbox, vendor, before.owner.credential)?;
        // Whoever is told of the new one has it before the old one is refused.
        let minted = self.mint(sandbox, kind, &wish_like(&before), before.client_id.clone());
        self.end(sandbox, kind, &before);
        Ok(minted)
    }

    /// Ends a credential now.
    ///
    /// # Errors
    /// That there is none of this number.
    pub fn revoke(&self, sandbox: &Sandbox, vendor: usize, number: u64) -> Result<(), Refused> {
        let _alone = sandbox.console.lock();
        self.revoke_alone(sandbox, &self.credential(sandbox, vendor, number)?);
        Ok(())
    }

    pub(super) fn revoke_alone(&self, sandbox: &Sandbox, one: &Listed) {
        self.vault.end(&one.holds, sandbox.clock.now_ms(), Stranger::Revoked);
        self.mark(sandbox, &one.owner, &one.holds, "is revoked");
    }

    /// Lets a token expire now.
    ///
    /// # Errors
    /// That there is none of this number, or that it is a client, which does not expire.
    pub fn expire(&self, sandbox: &Sandbox, vendor: usize, number: u64) -> Result<(), Refused> {
        let one = self.credential(sandbox, vendor, number)?;
        match &one.holds {
            Holds::Token(token) => {
                self.vault.expire(token, sandbox.clock.now_ms());
                self.mark(sandbox, &one.owner, &one.holds, "expires");
                Ok(())
            }
            Holds::Client(_) => {
                Err(Refused::Invalid("a client does not expire, its access tokens do; revoke it".to_owned()))
            }
        }
    }

    /// A credential with its secret, dead or alive: what issued it may have been a chaos rule, which tells nobody.
    ///
    /// # Errors
    /// That there is none of this number.
    pub fn reveal(&self, sandbox: &Sandbox, vendor: usize, number: u64) -> Result<Minted, Refused> {
        let one = self.credential(sandbox, vendor, number)?;
        let (token, secret, client_id) = match one.holds {
            Holds::Token(token) => (token.into_string(), None, one.client_id),
            Holds::Client(id) => {
                let secret = self.vault.secret_of_client(&id);
                (id.to_string(), secret, Some(id.into_string()))
            }
        };
        Ok(Minted { number, token, secret, client_id, expires_ms: one.expires_ms })
    }

    /// The token as issued, dead or alive.
    pub(super) fn issued(&self, token: &str) -> Option<Arc<Issued>> {
        self.vault.token(token)
    }

    /// Ends the token that a call shows. An access token has no newer one until its client asks.
    pub(super) fn end_shown(&self, sandbox: &Sandbox, vendor: usize, token: &str, how: TokenEnd) {
        let listed = self.credentials(sandbox, vendor);
        let is_it = |one: &&Listed| matches!(&one.holds, Holds::Token(held) if **held == *token);
        let Some(one) = listed.iter().find(is_it) else { return self.end_access(sandbox, token, how) };
        if one.ends.is_none() {
            // What is just listed is there.
            let _ = match how {
                TokenEnd::Rotate => self.rotate(sandbox, vendor, one.number).map(drop),
                TokenEnd::Revoke => self.revoke(sandbox, vendor, one.number),
                TokenEnd::Expire => self.expire(sandbox, vendor, one.number),
            };
        }
    }

    /// Ends the access token that a reply gives out which never took effect.
    pub(super) fn take_back(&self, sandbox: &Sandbox, reply: &[u8]) {
        let reply: Value = serde_json::from_slice(reply).unwrap_or_default();
        if let Some(token) = reply["access_token"].as_str() {
            self.end_access(sandbox, token, TokenEnd::Revoke);
        }
    }

    /// Ends the access tokens of a client; how many lived.
    pub(super) fn end_access_of(&self, sandbox: &Sandbox, client_id: &str, how: TokenEnd) -> usize {
        let now_ms = sandbox.clock.now_ms();
        let lives = |token: &str| {
            let issued = self.vault.token(token);
            issued.is_some_and(|issued| issued.ends.is_none() && issued.flaw(now_ms).is_none())
        };
        let mut tokens = self.vault.access_of(client_id);
        tokens.retain(|token| lives(token));
        tokens.iter().for_each(|token| self.end_access(sandbox, token, how));
        tokens.len()
    }

    /// Ends an access token, which is in no list: its client is.
    pub(super) fn end_access(&self, sandbox: &Sandbox, token: &str, how: TokenEnd) {
        let Some(issued) = self.vault.token(token).filter(|issued| issued.ends.is_none()) else { return };
        let (holds, now_ms) = (Holds::Token(token.into()), sandbox.clock.now_ms());
        let what = match how {
            TokenEnd::Rotate | TokenEnd::Revoke => {
                self.vault.end(&holds, now_ms, Stranger::Revoked);
                "is revoked"
            }
            TokenEnd::Expire => {
                self.vault.expire(token, now_ms);
                "expires"
            }
        };
        self.mark(sandbox, &issued.owner, &holds, what);
    }

    /// What a vendor has issued in a sandbox, the oldest first.
    pub fn credentials(&self, sandbox: &Sandbox, vendor: usize) -> Vec<Listed> {
        let mut listed = self.vault.list(&sandbox.name);
        listed.retain(|one| one.owner.vendor == vendor);
        listed
    }

    fn credential(&self, sandbox: &Sandbox, vendor: usize, number: u64) -> Result<Listed, Refused> {
        let found = self.vault.numbered(&sandbox.name, number).filter(|one| one.owner.vendor == vendor);
        found.ok_or_else(|| Refused::Unknown(format!("there is no credential {number}")))
    }

    /// A kind of credential, under the variants that are in force in the sandbox.
    pub(super) fn kind(
        &self,
        sandbox: &Sandbox,
        vendor: usize,
        credential: usize,
    ) -> Result<Credential, Refused> {
        let opened = sandbox.opened(vendor).map(|vendor| Arc::clone(&vendor.profile));
        let profile = opened.or_else(|| self.profiles().get(vendor).cloned());
        let kind = profile.and_then(|profile| profile.credentials.get(credential).cloned());
        kind.ok_or_else(|| Refused::Unknown("there is no such kind of credential".to_owned()))
    }

    /// The living credentials of a kind, the oldest first; those that are about to end are not among them.
    pub(super) fn living(&self, sandbox: &Sandbox, wish: &Wish) -> Vec<Listed> {
        let now_ms = sandbox.clock.now_ms();
        let mut listed = self.credentials(sandbox, wish.vendor);
        listed.retain(|one| {
            let Owner { credential, organization, .. } = one.owner;
            (credential, organization) == (wish.credential, wish.organization)
                && one.ends.is_none()
                && one.flaw(now_ms).is_none()
        });
        listed
    }

    /// Ends a credential that another replaces.
    fn end(&self, sandbox: &Sandbox, kind: &Credential, one: &Listed) {
        let overlap_ms = i64::try_from(kind.overlap_ms).unwrap_or(i64::MAX);
        let end_ms = sandbox.clock.now_ms().saturating_add(overlap_ms);
        self.vault.end(&one.holds, end_ms, Stranger::Rotated);
        self.mark(sandbox, &one.owner, &one.holds, "is replaced");
    }

    /// Notes in the journal what happened to a credential.
    fn mark(&self, sandbox: &Sandbox, owner: &Owner, holds: &Holds, what: &str) {
        let Owner { vendor, credential, organization, .. } = *owner;
        let Some(profile) = self.profiles().get(vendor) else { return };
        let kind = profile.credentials.get(credential).map_or("", |kind| &kind.name);
        let organization = sandbox.organizations.get(organization).map_or("", String::as_str);
        let shown = match holds {
            Holds::Token(token) => masked(token),
            // A client's id is no secret.
            Holds::Client(id) => id.to_string(),
        };
        let vendor = &profile.vendor;
        let says = format!("{vendor}'s {kind} of {organization} {what}: {shown}");
        sandbox.journal.mark(sandbox.clock.now_ms(), MarkKind::Credential, Some(vendor), says);
    }

    /// A new credential; `client_id` is that of the one that it replaces, where that came with one.
    fn mint(&self, sandbox: &Sandbox, kind: &Credential, wish: &Wish, client_id: Option<String>) -> Minted {
        let nth = self.vault.next(&sandbox.name, wish.vendor);
        let vendor = self.profiles().get(wish.vendor).map_or("", |profile| profile.vendor.as_str());
        let letters = |what: &str, count| sandbox.dice.letters(&format!("{what}/{vendor}"), nth, count);
        let owner = Owner {
            sandbox: sandbox.name.clone(),
            vendor: wish.vendor,
            organization: wish.organization,
            credential: wish.credential,
        };
        if kind.carrier == Carrier::Client {
            let (id, secret) = (letters("client", 20), letters("secret", 40));
            self.mark(sandbox, &owner, &Holds::Client(id.as_str().into()), "is issued");
            let number = self.vault.register(&id, &secret, owner, wish.label.clone());
            let client_id = Some(id.clone());
            let minted = Minted { number, token: id, secret: Some(secret), client_id, expires_ms: None };
            return self.told(sandbox, wish, minted);
        }
        let token = sandbox.dice.credential(&kind.form, &format!("token/{vendor}"), nth);
        self.mark(sandbox, &owner, &Holds::Token(token.as_str().into()), "is issued");
        let lives_ms = wish.lives_ms.or(kind.expires_ms);
        let issued = Issued::now(owner, wish.scopes.clone(), sandbox.clock.now_ms(), lives_ms);
        let drawn = || kind.pair.then(|| letters("client", 20));
        let client_id = client_id.or_else(drawn);
        let expires_ms = issued.expires_ms;
        let issued =
            Issued { label: wish.label.clone(), client_id: client_id.clone(), ..under_policy(issued, kind) };
        let number = self.vault.issue(&token, issued);
        self.told(sandbox, wish, Minted { number, token, secret: None, client_id, expires_ms })
    }
}

/// A wish for one more of a credential.
pub(super) fn wish_like(before: &Listed) -> Wish {
    let Owner { vendor, organization, credential, .. } = before.owner;
    let lived = before.expires_ms.zip(before.issued_ms).map(|(end_ms, start_ms)| end_ms.abs_diff(start_ms));
    Wish {
        vendor,
        credential,
        organization,
        scopes: before.scopes.clone(),
        lives_ms: lived,
        label: before.label.clone(),
    }
}
