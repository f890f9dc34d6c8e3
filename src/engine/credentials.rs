//! Credentials as issued, replaced and ended from outside the vendors' own surfaces.

use std::sync::Arc;

use super::sandbox::{Sandbox, under_policy};
use super::{Engine, Refused};
use crate::fault::Stranger;
use crate::profile::model::{Carrier, Credential};
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

/// A credential just issued: the one moment at which its secret is told.
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

impl Engine {
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
        ending.iter().for_each(|one| self.end(sandbox, kind, &one.holds, Stranger::Rotated));
        let living = self.living(sandbox, wish);
        let surplus = match kind.at_most.filter(|_| kind.carrier != Carrier::Client) {
            _ if kind.one_at_a_time => living.len(),
            Some(at_most) => (living.len() + 1).saturating_sub(at_most),
            None => 0,
        };
        living.iter().take(surplus).for_each(|one| self.end(sandbox, kind, &one.holds, Stranger::Rotated));
        Ok(self.mint(sandbox, kind, wish, None))
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
        self.end(sandbox, kind, &before.holds, Stranger::Rotated);
        Ok(self.mint(sandbox, kind, &wish_like(&before), before.client_id))
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
    }

    /// Lets a token expire now.
    ///
    /// # Errors
    /// That there is none of this number, or that it is a client, which does not expire.
    pub fn expire(&self, sandbox: &Sandbox, vendor: usize, number: u64) -> Result<(), Refused> {
        match self.credential(sandbox, vendor, number)?.holds {
            Holds::Token(token) => {
                self.vault.expire(&token, sandbox.clock.now_ms());
                Ok(())
            }
            Holds::Client(_) => {
                Err(Refused::Invalid("a client does not expire, its access tokens do; revoke it".to_owned()))
            }
        }
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
    fn kind(&self, sandbox: &Sandbox, vendor: usize, credential: usize) -> Result<Credential, Refused> {
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
    fn end(&self, sandbox: &Sandbox, kind: &Credential, holds: &Holds, why: Stranger) {
        let overlap_ms = i64::try_from(kind.overlap_ms).unwrap_or(i64::MAX);
        self.vault.end(holds, sandbox.clock.now_ms().saturating_add(overlap_ms), why);
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
            let number = self.vault.register(&id, &secret, owner, wish.label.clone());
            let client_id = Some(id.clone());
            return Minted { number, token: id, secret: Some(secret), client_id, expires_ms: None };
        }
        let token = sandbox.dice.credential(&kind.form, &format!("token/{vendor}"), nth);
        let lives_ms = wish.lives_ms.or(kind.expires_ms);
        let issued = Issued::now(owner, wish.scopes.clone(), sandbox.clock.now_ms(), lives_ms);
        let drawn = || kind.pair.then(|| letters("client", 20));
        let client_id = client_id.or_else(drawn);
        let expires_ms = issued.expires_ms;
        let issued =
            Issued { label: wish.label.clone(), client_id: client_id.clone(), ..under_policy(issued, kind) };
        let number = self.vault.issue(&token, issued);
        Minted { number, token, secret: None, client_id, expires_ms }
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
