//! The report on a client: how it took what happened to it, told from the journal alone.
//!
//! **Invariant:** a report is a pure function of a journal and of what was expected; it changes nothing, and asks nobody what
//! time it is. Nothing in its verdicts is a measured time, so that two runs with one seed give the same verdicts.

pub mod conduct;
mod draw;
mod escape;
pub mod html;
pub mod json;
mod judge;
pub mod junit;
pub mod text;
mod trail;
mod verdict;

pub use conduct::Conduct;
pub use draw::{Kept, draw_up};
pub use verdict::EVIDENCE_MAX;

/// What a journal showed of the clients that called.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The sandbox.
    pub sandbox: String,
    /// Its seed.
    pub seed: u64,
    /// When the first call came and the last, in milliseconds since 1970, by the sandbox's clock; `None` without calls.
    pub span_ms: Option<(i64, i64)>,
    /// How many calls the journal holds.
    pub calls: u64,
    /// How many it has let go: what is said here is not about those.
    pub forgotten: u64,
    /// The clients, in the order in which they came.
    pub clients: Vec<Client>,
    /// What was expected at the end, and whether it is so; empty where nothing was.
    pub expected: Vec<Verdict>,
    /// The rules that must not be broken, and what was expected always; `None` for all.
    pub required: Option<Vec<Conduct>>,
    /// What happened, in order.
    pub timeline: Vec<Event>,
}

/// Whoever calls with one credential of one organization: with all tokens that it has had, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The vendor.
    pub vendor: String,
    /// The name of the credential's kind; `None` for whoever showed none that is known.
    pub credential: Option<String>,
    /// The organization.
    pub organization: Option<String>,
    /// How many calls it made.
    pub calls: u64,
    /// One for each rule of conduct but the last, which is about all clients together, in their order.
    pub verdicts: Vec<Verdict>,
}

/// How a client kept to a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The rule.
    pub conduct: Conduct,
    /// How it ended.
    pub ended: Ended,
    /// What was seen: one sentence, without measured times.
    pub says: String,
    /// The request ids of the calls that show it, in order; a few at most.
    pub evidence: Vec<String>,
    /// How many calls show it.
    pub count: u64,
    /// The facts behind it.
    pub facts: Vec<FactShown>,
}

/// How a verdict ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The client kept to the rule.
    Pass,
    /// It did not.
    Fail,
    /// Nothing came up that the rule is about.
    NotMet,
}

/// A fact, as a report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactShown {
    /// Its id.
    pub id: String,
    /// `documented`, `assumed` or `variant`.
    pub mark: &'static str,
    /// What it says.
    pub says: String,
}

/// Something that happened, on the one axis of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in milliseconds since 1970, by the sandbox's clock.
    pub at_ms: i64,
    /// What sort.
    pub kind: EventKind,
    /// The index of the client whose it is.
    pub client: Option<usize>,
    /// The request id, for a call.
    pub request_id: Option<String>,
    /// What, in a few words: `GET /v2/users 429`.
    pub says: String,
}

/// What sort of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A call that was answered well.
    Call,
    /// A call that was refused.
    Refused,
    /// A call that was refused for its number: 429.
    Limited,
    /// A call whose fate a chaos rule was.
    Struck,
    /// A client let time pass before it called again, because it was told to or refused: from then, so many milliseconds.
    Wait(u64),
    /// A credential changed.
    Credential,
    /// Anything else that happened beside calls.
    World,
}

impl Ended {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotMet => "not met",
        }
    }
}

impl EventKind {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Struck => "struck",
            Self::Wait(_) => "wait",
            Self::Credential => "credential",
            Self::World => "world",
        }
    }
}

impl Client {
    /// As reports call it: `acme scim (globex)`.
    pub fn name(&self) -> String {
        let credential = self.credential.as_deref().unwrap_or("without a known credential");
        match &self.organization {
            Some(organization) => format!("{} {credential} ({organization})", self.vendor),
            None => format!("{} {credential}", self.vendor),
        }
    }
}

impl Report {
    /// Whether nothing failed that is required.
    pub fn passed(&self) -> bool {
        self.failed().next().is_none()
    }

    /// Whether a rule must not be broken.
    pub fn requires(&self, conduct: Conduct) -> bool {
        conduct == Conduct::EndsAsExpected
            || self.required.as_ref().is_none_or(|required| required.contains(&conduct))
    }

    /// All verdicts that failed and must not, each with its client.
    pub fn failed(&self) -> impl Iterator<Item = (Option<&Client>, &Verdict)> {
        let of_clients = self
            .clients
            .iter()
            .flat_map(|client| client.verdicts.iter().map(move |verdict| (Some(client), verdict)));
        of_clients
            .chain(self.expected.iter().map(|verdict| (None, verdict)))
            .filter(|(_, verdict)| verdict.ended == Ended::Fail && self.requires(verdict.conduct))
    }
}
