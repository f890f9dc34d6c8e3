//! How a call comes into the journal of its sandbox.

use super::Engine;
use super::sandbox::{DEFAULT_SANDBOX, Sandbox};
use crate::call::{Call, Reply};
use crate::journal::Entry;
use crate::notes::{Notes, Shown};
use crate::profile::model::Api;
use crate::secret;
use crate::stage::identity;
use crate::vault::Owner;

impl Engine {
    /// Enters a call into the journal of the sandbox that it came to; one that came to none belongs to the default one.
    pub(super) fn enter(&self, call: &Call, reply: &Reply, mut notes: Notes) {
        let sandbox = self.sandbox(&notes.sandbox).or_else(|_| self.sandbox(DEFAULT_SANDBOX));
        if let Ok(sandbox) = sandbox {
            let now_ms = sandbox.clock.now_ms();
            notes.clock_stands = sandbox.clock.is_frozen();
            let counted = (!sandbox.play.is_idle()).then(|| notes.clone());
            sandbox.journal.enter(Entry::new(now_ms, call, reply, notes));
            if let Some(notes) = counted {
                self.count(&sandbox, call, &notes);
            }
        }
    }
}

/// The credential that a call shows, as notes may hold it: a token, or the client at a token endpoint.
pub(super) fn shown(
    sandbox: &Sandbox,
    vendor: usize,
    api: Option<&Api>,
    call: &Call,
    token: Option<&str>,
    owner: Option<&Owner>,
) -> Option<Shown> {
    let masked = match token {
        Some(token) => secret::masked(token),
        // A client's id is no secret.
        None => identity::client(api?, call)?,
    };
    let organizations = owner.filter(|owner| owner.sandbox == sandbox.name).map(|_| &sandbox.organizations);
    let organization = organizations.zip(owner).and_then(|(names, owner)| names.get(owner.organization));
    let kind = owner.filter(|owner| owner.vendor == vendor).map(|owner| owner.credential);
    Some(Shown { masked, kind, organization: organization.cloned() })
}
