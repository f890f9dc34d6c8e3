//! How a verdict is made, and what shows it.

use std::collections::BTreeSet;

use super::trail::Step;
use super::{Conduct, Ended, FactShown, Verdict};
use crate::profile::model::{Mark, Profile};

/// How many request ids a verdict names at most.
pub const EVIDENCE_MAX: usize = 20;

/// How many facts a verdict names at most.
const FACTS_MAX: usize = 8;

impl Verdict {
    /// That a rule was kept.
    pub fn pass(conduct: Conduct, says: impl Into<String>) -> Self {
        Self::new(conduct, Ended::Pass, says)
    }

    /// That it was not.
    pub fn fail(conduct: Conduct, says: impl Into<String>) -> Self {
        Self::new(conduct, Ended::Fail, says)
    }

    /// That nothing came up which it is about.
    pub fn not_met(conduct: Conduct, says: impl Into<String>) -> Self {
        Self::new(conduct, Ended::NotMet, says)
    }

    fn new(conduct: Conduct, ended: Ended, says: impl Into<String>) -> Self {
        Self { conduct, ended, says: says.into(), evidence: Vec::new(), count: 0, facts: Vec::new() }
    }

    /// The same with what shows it.
    pub(super) fn shown_by(mut self, proof: Proof) -> Self {
        (self.evidence, self.count, self.facts) = (proof.ids, proof.count, proof.facts);
        self
    }
}

/// The calls that show something.
#[derive(Debug, Default)]
pub(super) struct Proof {
    ids: Vec<String>,
    count: u64,
    facts: Vec<FactShown>,
    named: BTreeSet<String>,
}

impl Proof {
    /// How many calls there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes a call in.
    pub fn take(&mut self, step: &Step<'_>) {
        self.count += 1;
        if self.ids.len() < EVIDENCE_MAX {
            self.ids.push(step.entry.request_id().to_owned());
        }
    }

    /// Takes in the facts behind how a call ended: not those of there being its api and its operation.
    pub fn take_facts(&mut self, step: &Step<'_>) {
        let (notes, Some(profile)) = (step.entry.notes(), step.profile()) else { return };
        let api = notes.api.and_then(|api| profile.apis.get(api));
        let of_api = api.map_or(&[][..], |api| &api.rule.facts);
        let of_endpoint = step.endpoint.map_or(&[][..], |endpoint| &endpoint.rule.facts);
        for fact in &notes.facts {
            if !of_api.contains(fact) && !of_endpoint.contains(fact) {
                self.name(profile, usize::from(*fact));
            }
        }
    }

    /// Names a fact.
    pub fn name(&mut self, profile: &Profile, fact: usize) {
        let Some(fact) = profile.facts.get(fact) else { return };
        if self.facts.len() < FACTS_MAX && self.named.insert(fact.id.clone()) {
            let mark = match fact.mark {
                Mark::Documented => "documented",
                Mark::Assumed => "assumed",
                Mark::Varies => "variant",
            };
            self.facts.push(FactShown { id: fact.id.clone(), mark, says: fact.says.clone() });
        }
    }
}
