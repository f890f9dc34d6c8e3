//! A scenario as it was meant.

use serde_json::{Map, Value};

use crate::chaos::{Rule, TokenEnd, Where};
use crate::journal::Match;
use crate::journal::verify::Count;
use crate::profile::source::Place;
use crate::report::Conduct;

/// A timeline, and what is expected.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it rehearses: a sentence.
    pub about: String,
    /// The vendors that it is about; empty for all that are served.
    pub vendors: Vec<String>,
    /// What is so before the client starts.
    pub setup: Setup,
    /// What happens, in the order written.
    pub steps: Vec<Step>,
    /// What is expected at the end.
    pub expect: Expect,
}

impl Scenario {
    /// Whether it is about a vendor.
    pub fn is_about(&self, vendor: &str) -> bool {
        self.vendors.is_empty() || self.vendors.iter().any(|known| known == vendor)
    }

    /// The vendors that it names, its own and those of what it does and expects; some of them more than once.
    pub fn vendors_named(&self) -> impl Iterator<Item = &str> {
        let of_deeds = self.deeds().filter_map(|deed| match deed {
            Deed::Act { vendor, .. } | Deed::Set { vendor, .. } => Some(vendor),
            Deed::Credentials(credentials) => credentials.vendor.as_ref(),
            Deed::Limits(limits) => limits.vendor.as_ref(),
            Deed::Arm(_) | Deed::Lift(_) | Deed::Clock { .. } | Deed::Checkpoint { .. } => None,
        });
        let expected = self.records().filter_map(|records| records.vendor.as_ref());
        self.vendors.iter().chain(of_deeds).chain(expected).map(String::as_str)
    }

    /// The organizations that it names; some of them more than once.
    pub fn organizations_named(&self) -> impl Iterator<Item = &str> {
        let of_deeds = self.deeds().flat_map(|deed| match deed {
            Deed::Act { organization, .. } => vec![organization.as_ref()],
            Deed::Credentials(credentials) => vec![credentials.organization.as_ref()],
            Deed::Arm(rules) => rules.iter().map(|rule| rule.place.organization.as_ref()).collect(),
            Deed::Lift(_)
            | Deed::Set { .. }
            | Deed::Limits(_)
            | Deed::Clock { .. }
            | Deed::Checkpoint { .. } => Vec::new(),
        });
        let of_steps = self.steps.iter().map(|step| match &step.due {
            Due::After { place, .. } => place.organization.as_ref(),
            Due::At(_) => None,
        });
        let expected = self.records().map(|records| records.organization.as_ref());
        of_deeds.chain(of_steps).chain(expected).flatten().map(String::as_str)
    }

    fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.setup.deeds.iter().chain(self.steps.iter().flat_map(|step| &step.deeds))
    }

    fn records(&self) -> impl Iterator<Item = &RecordsExpected> {
        let at_checkpoints = self.deeds().filter_map(|deed| match deed {
            Deed::Checkpoint { expect, .. } => Some(&expect.records),
            _ => None,
        });
        at_checkpoints.chain([&self.expect.records]).flatten()
    }
}

/// What is so before the client starts.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// How many recipients the first organization has.
    pub recipients: Option<usize>,
    /// How many groups.
    pub groups: Option<usize>,
    /// The organizations; empty for the usual ones.
    pub organizations: Vec<String>,
    /// What is done before the first call.
    pub deeds: Vec<Deed>,
}

/// Something that happens once.
#[derive(Debug, Clone)]
pub struct Step {
    /// When.
    pub due: Due,
    /// What.
    pub deeds: Vec<Deed>,
    /// Where it is written.
    pub at: Place,
}

/// When a step is due.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// So many milliseconds of sandbox time after the start.
    At(u64),
    /// Once so many calls were answered, of those that are meant.
    After {
        /// How many.
        calls: u64,
        /// Which.
        place: Where,
    },
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Puts chaos rules into force.
    Arm(Vec<Rule>),
    /// Takes chaos rules out of force, by name; `None` for all.
    Lift(Option<Vec<String>>),
    /// Ends credentials.
    Credentials(Credentials),
    /// Does something in a vendor's console.
    Act {
        /// The vendor.
        vendor: String,
        /// The action.
        action: String,
        /// The organization; `None` for the first.
        organization: Option<String>,
        /// What the action asks.
        answers: Map<String, Value>,
    },
    /// Sets a plan (`plan`), a prerequisite, a variant, or `limits` (`on`, `off`) of a vendor.
    Set {
        /// The vendor.
        vendor: String,
        /// What.
        name: String,
        /// To what.
        value: String,
    },
    /// Changes rate limits.
    Limits(LimitStep),
    /// Moves the clock.
    Clock {
        /// Goes ahead by so many milliseconds.
        advance_ms: Option<u64>,
        /// Goes to this time, in milliseconds since 1970.
        set_ms: Option<i64>,
        /// Stands still, or goes on.
        freeze: Option<bool>,
        /// Has injected delays only noted, or waited out.
        virtual_delays: Option<bool>,
    },
    /// Marks a moment, and looks whether what is expected by then is so.
    Checkpoint {
        /// Its name.
        name: String,
        /// What is expected.
        expect: Box<Expect>,
    },
}

/// Which credentials end, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// How.
    pub how: TokenEnd,
    /// Of which vendor; `None` for every.
    pub vendor: Option<String>,
    /// Of which kind; `None` for every kind of token. Clients that ask for tokens end only when named; their tokens end.
    pub credential: Option<String>,
    /// Of which organization; `None` for every.
    pub organization: Option<String>,
}

/// What is to be different about limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitStep {
    /// Of which vendor; `None` for every one that has limits.
    pub vendor: Option<String>,
    /// In force, or lifted.
    pub enabled: Option<bool>,
    /// The limit; `None` for every.
    pub limit: Option<String>,
    /// How many calls are left.
    pub remaining: Option<u32>,
    /// How many calls there may be, in how many milliseconds.
    pub rate: Option<(u32, Option<u64>)>,
}

/// What is expected.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// How many calls the client makes.
    pub calls: Option<Count>,
    /// Records as they should be.
    pub records: Vec<RecordsExpected>,
    /// Whether no two records of an organization may be the same person (user name or e-mail, whatever its case).
    pub no_duplicates: bool,
    /// Calls that should have been made.
    pub seen: Vec<Seen>,
    /// The rules of conduct that must not fail; `None` for all.
    pub required: Option<Vec<Conduct>>,
}

impl Expect {
    /// Whether nothing is expected of records and calls.
    pub fn is_nothing(&self) -> bool {
        let Self { calls, records, no_duplicates, seen, required: _ } = self;
        calls.is_none() && records.is_empty() && !no_duplicates && seen.is_empty()
    }
}

/// Records as they should be.
#[derive(Debug, Clone)]
pub struct RecordsExpected {
    /// Of which vendor; `None` for every.
    pub vendor: Option<String>,
    /// Of which type, as the profile has it; `None` for people.
    pub kind: Option<String>,
    /// Of which organization; `None` for the first.
    pub organization: Option<String>,
    /// How many; `None` for any number.
    pub count: Option<Count>,
    /// A part of each record that is counted; `None` for all records.
    pub like: Option<Value>,
    /// Where it is written.
    pub at: Place,
}

/// Calls that should have been made.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Which.
    pub calls: Match,
    /// How many.
    pub count: Count,
    /// Where it is written.
    pub at: Place,
}
