//! What the stages found out about one call, beside its answer: for the log, for advisories, and for explanations.
//!
//! **Invariant:** notes never reach the wire, and never hold a secret.

use crate::fault::Stranger;
use crate::profile::model::Rule;

/// What was found out about one call.
#[derive(Debug, Default)]
pub struct Notes {
    /// The request's id, `Standin-Request-Id`.
    pub request_id: String,
    /// The vendor's name.
    pub vendor: String,
    /// The sandbox's name.
    pub sandbox: String,
    /// The organization, once the credential was good.
    pub organization: Option<String>,
    /// The operation, `API.OPERATION`.
    pub operation: Option<String>,
    /// Why nobody known called, if so.
    pub stranger: Option<Stranger>,
    /// Indices of the facts behind the answer, each once, in the order met.
    pub facts: Vec<u16>,
    /// Words of `keys::NOTES`.
    pub words: Vec<&'static str>,
    /// Indices of the advisories that wait for something which the call sent.
    pub sent: Vec<usize>,
    /// Indices of the advisories that the call ran into.
    pub advisories: Vec<usize>,
    /// Fields and parameters that the vendor did not look at.
    pub dropped: Vec<String>,
    /// What would have been nearer, for a call that met nothing.
    pub hint: Option<String>,
}

impl Notes {
    /// Names the facts behind a part that decided something.
    pub fn rule(&mut self, rule: &Rule) {
        for fact in &rule.facts {
            self.fact(*fact);
        }
    }

    /// Names a fact.
    pub fn fact(&mut self, fact: u16) {
        if !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }

    /// Notes for a part of the call, which is answered as a call of its own.
    #[must_use]
    pub fn of_part(&self) -> Notes {
        Notes {
            request_id: self.request_id.clone(),
            vendor: self.vendor.clone(),
            sandbox: self.sandbox.clone(),
            organization: self.organization.clone(),
            ..Notes::default()
        }
    }

    /// Takes over what was found out about a part of the call, each thing once.
    pub fn absorb(&mut self, part: Notes) {
        part.facts.into_iter().for_each(|fact| self.fact(fact));
        for advisory in part.advisories {
            if !self.advisories.contains(&advisory) {
                self.advisories.push(advisory);
            }
        }
        for dropped in part.dropped {
            if !self.dropped.contains(&dropped) {
                self.dropped.push(dropped);
            }
        }
        self.hint = self.hint.take().or(part.hint);
    }

    /// Takes a note that advisories may wait for.
    pub fn word(&mut self, word: &'static str) {
        debug_assert!(
            crate::profile::keys::NOTES.iter().any(|(known, _)| *known == word),
            "{word} is no note"
        );
        if !self.words.contains(&word) {
            self.words.push(word);
        }
    }
}
