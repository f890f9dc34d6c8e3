//! What the stages found out about one call, beside its answer: for the log, for advisories, and for explanations.
//!
//! **Invariant:** notes never reach the wire, and never hold a secret.

use std::sync::Arc;

use crate::chaos::Strike;
use crate::fault::{Fault, FaultName, Stranger};
use crate::limit::Level;
use crate::profile::model::{Profile, Rule};

/// What was found out about one call.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// The request's id, `Standin-Request-Id`.
    pub request_id: String,
    /// The vendor's name.
    pub vendor: String,
    /// The vendor's behaviour, as it was for this call: what the indices below point into.
    pub profile: Option<Arc<Profile>>,
    /// The index of the api.
    pub api: Option<usize>,
    /// How long the part of the path in front of the vendor's own is, in bytes.
    pub prefix_bytes: usize,
    /// The sandbox's name.
    pub sandbox: String,
    /// The organization, once the credential was good.
    pub organization: Option<String>,
    /// What was shown of a credential.
    pub credential: Option<Shown>,
    /// The operation, `API.OPERATION`.
    pub operation: Option<String>,
    /// The operation that a call was for which ended before it got there.
    pub missed_operation: Option<String>,
    /// The stages that the call came to; it passed all but perhaps the last.
    pub stages: Stages,
    /// What it ended in, if it did not pass the last.
    pub ended: Option<Ended>,
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
    /// What each rate limit had for it, where limits are in force.
    pub levels: Vec<Level>,
    /// What would have been nearer, for a call that met nothing.
    pub hint: Option<String>,
    /// What chaos rules did to it.
    pub chaos: Option<Box<Struck>>,
    /// Which part of a list it was answered with.
    pub listing: Option<Box<Listing>>,
    /// The value that another record has, where the call ended in that.
    pub taken: Option<Box<str>>,
    /// Whether the sandbox's clock stood still.
    pub clock_stands: bool,
}

/// Part of a list, as answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// How many items were asked for; what a page has where nothing is said.
    pub asked: usize,
    /// How many a page has at most.
    pub cap: usize,
    /// How many there are in it.
    pub given: usize,
    /// How many there are in all that are meant.
    pub total: usize,
    /// Where it begins: so many items are before it; by cursor, the serial of the last one before.
    pub from: u64,
    /// Where the next part begins, in the same words; `None` where there is none.
    pub to: Option<u64>,
    /// Whether it is one of a walk by cursor.
    pub is_by_cursor: bool,
    /// Which records it is of.
    pub of: Picked,
    /// Of an ignored filter, the ids of the items that match it all the same.
    pub matching: Vec<String>,
}

/// Which records a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Picked {
    /// All.
    #[default]
    All,
    /// Those that a filter picked.
    Some,
    /// All, as a filter was not looked at.
    Ignored,
}

/// What chaos rules did to a call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Struck {
    /// The rules.
    pub strikes: Vec<Strike>,
    /// How late its reply left, in milliseconds.
    pub delay_ms: u64,
    /// Whether that was only noted, not waited.
    pub is_virtual: bool,
    /// How its reply ended badly: a word of [`crate::chaos::Ending`].
    pub ending: Option<&'static str>,
    /// The status of the vendor's own reply, where the client got none, or another.
    pub lost_status: Option<u16>,
    /// Whether the operation took effect; `false` where the request was lost.
    pub is_committed: bool,
    /// How late what it wrote shows, in milliseconds.
    pub visible_after_ms: Option<u64>,
    /// How many items a page of its had at most.
    pub page_items_max: Option<u64>,
    /// How the credential that it showed ended: a word of [`crate::chaos::TokenEnd`].
    pub token: Option<&'static str>,
}

/// A credential that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Itself, without its secret; of an OAuth client its id.
    pub masked: String,
    /// The index of its kind in the profile; `None` where nobody knows it, or it is another vendor's.
    pub kind: Option<usize>,
    /// Whose it is, dead or alive.
    pub organization: Option<String>,
}

/// How a call ended that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The fault.
    pub fault: FaultName,
    /// Why, as a clause for people.
    pub why: String,
}

macro_rules! stages {
    ($($variant:ident $word:literal $about:literal;)*) => {
        /// A gate or a step on the way of a call, in the order that a caller can observe.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Stage {
            $(#[doc = $about] $variant,)*
        }

        impl Stage {
            /// All of them.
            pub const ALL: &'static [Stage] = &[$(Self::$variant,)*];

            /// The word in explanations.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it looks at.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }
    };
}

stages! {
    Selection "selection" "which vendor, by host, path or port";
    Api "api" "which api, by the base of the path";
    Head "head" "whether the request line and the headers are short enough";
    Chaos "chaos" "the chaos rules";
    Identity "identity" "whose credential, and whether it is good here";
    Access "access" "the plan, the prerequisites, the client";
    Limits "limits" "what the rate limits have left for the caller";
    Route "route" "path and method";
    Scope "scope" "the scope of the operation";
    Body "body" "the parameters and the body";
    FieldScope "field_scope" "the scopes of the fields that were sent";
    Operation "operation" "what was asked for";
}

/// The stages that a call has come to, each once, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stages {
    passed: [Option<Stage>; Stage::ALL.len()],
}

impl Stages {
    /// The stages.
    pub fn iter(&self) -> impl Iterator<Item = Stage> {
        self.passed.into_iter().flatten()
    }

    /// The one that it came to last.
    pub fn last(&self) -> Option<Stage> {
        self.iter().last()
    }

    fn push(&mut self, stage: Stage) {
        if self.iter().all(|known| known != stage)
            && let Some(free) = self.passed.iter_mut().find(|place| place.is_none())
        {
            *free = Some(stage);
        }
    }
}

impl Notes {
    /// The call comes to a stage. One that comes again was passed before.
    pub fn come_to(&mut self, stage: Stage) {
        self.stages.push(stage);
    }

    /// The call does not pass the stage that it has come to.
    pub fn end(&mut self, fault: &Fault) {
        if let Fault::NotUnique { value, .. } = fault {
            self.taken = Some(value.as_str().into());
        }
        self.ended = Some(Ended { fault: fault.name(), why: fault.clause() });
    }

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
            profile: self.profile.clone(),
            api: self.api,
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
