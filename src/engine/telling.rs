//! What is told about a call beside its reply: the advisories that it ran into, the facts behind it, what would have been
//! nearer.
//!
//! **Invariant:** nothing here changes a reply.

use super::vendor::Vendor;
use crate::fault::{Fault, FaultName};
use crate::notes::Notes;
use crate::profile::model::{Absent, Api, Endpoint};
use crate::representation::Surface;

impl Vendor {
    /// Names the advisories that the call ran into.
    pub(super) fn advise(&self, endpoint: Option<&Endpoint>, fault: Option<&Fault>, notes: &mut Notes) {
        for (index, advisory) in self.profile.advisories.iter().enumerate() {
            // A call that was turned away before its operation met only what waits for that fault.
            let reached = notes.operation.is_some() || !advisory.faults.is_empty();
            let operation =
                reached && endpoint.is_some_and(|endpoint| advisory.operations.contains(&endpoint.name));
            let ended = fault.is_some_and(|fault| advisory.faults.contains(&fault.name()));
            let met = (advisory.operations.is_empty() || operation)
                && (advisory.faults.is_empty() || ended)
                && (advisory.sent.is_empty() || notes.sent.contains(&index))
                && (advisory.notes.is_empty()
                    || advisory.notes.iter().all(|word| notes.words.contains(&word.as_str())));
            if met && !notes.advisories.contains(&index) {
                notes.advisories.push(index);
                notes.fact(u16::try_from(advisory.fact).unwrap_or(u16::MAX));
            }
        }
    }

    /// Names the facts behind a fault that the stage which raised it could not know.
    pub(super) fn name_rules(
        &self,
        surface: &Surface<'_>,
        endpoint: Option<&Endpoint>,
        fault: &Fault,
        notes: &mut Notes,
    ) {
        surface.api.errors.rule.iter().for_each(|rule| notes.rule(rule));
        let of_protocol = if let Fault::Scim(error) = fault { error.path.as_deref() } else { None };
        if let (Some(path), Some(endpoint)) = (of_protocol, endpoint) {
            let rules = surface.profile.records.get(endpoint.record).map_or(&[][..], |kind| &kind.rules);
            let is_of = |place: &str| {
                path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            rules.iter().filter(|rule| is_of(&rule.path.to_string())).for_each(|rule| notes.rule(&rule.rule));
        }
        match (fault.name(), endpoint) {
            (FaultName::MethodNotAllowed | FaultName::NotSupported, Some(endpoint)) => {
                notes.rule(&endpoint.rule)
            }
            (FaultName::RateLimited, _) => self.name_limits(notes),
            (FaultName::UnknownReference, Some(endpoint)) => {
                surface
                    .api
                    .resources
                    .get(endpoint.of)
                    .iter()
                    .for_each(|resource| notes.rule(&resource.unknown_member_rule));
            }
            _ => {}
        }
    }

    /// Tells what would have been nearer: an absence that the profile explains, the paths of the api that was met, or the
    /// bases of all.
    pub(super) fn hint(&self, api: Option<&Api>, path: &str, notes: &mut Notes) {
        notes.hint = Some(match (self.absent(path), api) {
            (Some(absent), _) => {
                notes.rule(&absent.rule);
                absent.about.clone()
            }
            (None, Some(api)) => {
                let mut paths: Vec<&str> = Vec::new();
                for endpoint in api.endpoints.iter().filter(|endpoint| !endpoint.is_refusal()) {
                    if !paths.contains(&endpoint.path.as_str()) {
                        paths.push(&endpoint.path);
                    }
                }
                format!("below {} there are {}", api.base_text(), paths.join(", "))
            }
            (None, None) => {
                let bases: Vec<String> = self.profile.apis.iter().map(Api::base_text).collect();
                format!("{} answers below {}", self.profile.title, bases.join(", "))
            }
        });
    }

    /// What the profile says is not served at a path.
    pub(super) fn absent(&self, path: &str) -> Option<&Absent> {
        self.profile.absent.iter().find(|absent| {
            let below = absent.path.as_deref().and_then(|absent| path.strip_prefix(absent));
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}
