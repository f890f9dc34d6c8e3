//! What a known caller may use: by plan and prerequisites, by client, by scope.

use http::header::USER_AGENT;

use crate::call::Call;
use crate::fault::Fault;
use crate::notes::Notes;
use crate::profile::model::{Api, Profile, Requires};

/// Where an organization stands with the vendor.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its plan's index.
    pub plan: usize,
    /// Which prerequisites are done.
    pub done: Vec<bool>,
}

/// Whether the organization has what is required.
///
/// # Errors
/// [`Fault::PlanRequired`] or [`Fault::PrerequisiteMissing`].
pub fn allow_organization(profile: &Profile, requires: &Requires, standing: &Standing) -> Result<(), Fault> {
    if !requires.plans.is_empty() && !requires.plans.contains(&standing.plan) {
        let plans = requires.plans.iter().filter_map(|plan| profile.plans.get(*plan).cloned()).collect();
        return Err(Fault::PlanRequired { plans });
    }
    let missing = requires.prerequisites.iter().find(|index| standing.done.get(**index) != Some(&true));
    match missing.and_then(|index| profile.prerequisites.get(*index)) {
        Some(prerequisite) => Err(Fault::PrerequisiteMissing { name: prerequisite.name.clone() }),
        None => Ok(()),
    }
}

/// Whether the api is made for the client; if not, that is noted, and refused where the vendor does.
///
/// # Errors
/// [`Fault::ClientRefused`].
pub fn allow_client(api: &Api, call: &Call, notes: &mut Notes) -> Result<(), Fault> {
    let (Some(clients), Some(agent)) = (&api.clients, call.header(&USER_AGENT)) else { return Ok(()) };
    let agent = agent.to_ascii_lowercase();
    let named_in = |words: &[String]| words.iter().any(|word| agent.contains(word));
    if named_in(&clients.supported) || !named_in(&clients.recognised) {
        return Ok(());
    }
    notes.word("other_client");
    notes.rule(&clients.rule);
    if clients.refuse_others { Err(Fault::ClientRefused) } else { Ok(()) }
}

/// Whether the credential carries a scope that is needed, if one is; `None` carried stands for all scopes.
///
/// # Errors
/// [`Fault::ScopeMissing`].
pub fn allow_scope(needed: Option<&str>, carried: Option<&[String]>) -> Result<(), Fault> {
    match (needed, carried) {
        (Some(needed), Some(carried)) if !carried.iter().any(|scope| scope == needed) => {
            Err(Fault::ScopeMissing { scope: needed.to_owned() })
        }
        _ => Ok(()),
    }
}
