//! A rule as it was meant: where, when, what.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use super::delay::Delay;
use crate::fault::FaultName;
use crate::profile::source::Place;

/// How long a call hangs when nobody says, in milliseconds: longer than clients commonly wait.
pub const HANG_MS: u64 = 60_000;

/// How long a call hangs at most, in milliseconds.
pub const HANG_MS_MAX: u64 = 600_000;

/// How long the name of a rule is at most, in characters: the journal notes it with each call that it strikes.
pub const NAME_CHARS_MAX: usize = 100;

/// How late what is written shows at most, in milliseconds of the sandbox's time: an hour.
pub const VISIBILITY_MS_MAX: u64 = 3_600_000;

/// What to do to which calls, when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rule {
    /// Its name: what its draws are made of, unlike that of any other rule of a sandbox.
    pub name: String,
    /// Whether nobody named it: its name is then `rule-` and its place in its list, or a number that is free.
    pub is_numbered: bool,
    /// The name that it shares with the others of a ready-made set.
    pub set: Option<String>,
    /// To which calls.
    pub place: Where,
    /// When, of those.
    pub when: When,
    /// What.
    pub what: What,
    /// It as written, as JSON.
    pub written: Value,
    /// Where it is written; `None` when it came over the control API.
    pub at: Option<Place>,
}

impl Rule {
    /// Whether it is meant by a name: its own, or that of the ready-made set that it is from.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.set.as_deref() == Some(name)
    }
}

/// Which calls; what is `None` is any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Where {
    /// The vendor.
    pub vendor: Option<String>,
    /// The api.
    pub api: Option<String>,
    /// The operation: `API.OPERATION`, or `OPERATION` of any api.
    pub operation: Option<String>,
    /// The methods; empty for any.
    pub methods: Vec<Method>,
    /// The vendor's own part of the path, as a [glob](crate::glob).
    pub path: Option<String>,
    /// The name of the credential's kind.
    pub credential: Option<String>,
    /// The organization.
    pub organization: Option<String>,
}

/// When, of the calls that a rule is about. All that is said must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct When {
    /// With this probability, from 0 to 1.
    pub probability: Option<f64>,
    /// The how-many-th of them, from 1; empty for any.
    pub nth: Vec<u64>,
    /// The first so many.
    pub first: Option<u64>,
    /// Not the first so many.
    pub after: Option<u64>,
    /// Every so-many-th: with 3, the 3rd, the 6th, …; counted from behind `after`.
    pub every: Option<u64>,
    /// From one moment up to another, by the sandbox's clock. Calls outside are not counted.
    pub between: Option<(Moment, Moment)>,
    /// So many times at most.
    pub times: Option<u64>,
    /// What is counted apart; empty for one count of all.
    pub each: Vec<Apart>,
}

/// A moment of a sandbox's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So many milliseconds after the rule came into force.
    In(u64),
    /// This one, in milliseconds since 1970.
    At(i64),
}

/// What calls are counted apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// Each kind of call: vendor, operation, credential and organization. What is drawn always is.
    Kind,
    /// Each vendor.
    Vendor,
    /// Each operation.
    Operation,
    /// Each kind of credential.
    Credential,
    /// Each organization.
    Organization,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct What {
    /// Its reply comes late.
    pub delay: Option<Delay>,
    /// It gets another reply.
    pub respond: Option<Respond>,
    /// Its reply ends badly.
    pub ending: Option<Ending>,
    /// Whether its operation takes effect, where it gets another reply or a bad end; `None` for [`Commit::Never`],
    /// but for a drip, whose reply arrives.
    pub commit: Option<Commit>,
    /// What it writes shows late.
    pub visibility: Option<Visibility>,
    /// A page of its has so many items at most, whatever the vendor's own cap.
    pub page_items_max: Option<u64>,
    /// The credential that it shows dies before it is looked at.
    pub token: Option<TokenEnd>,
}

/// Another reply than the vendor's.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Respond {
    /// Its status; `None` for the fault's.
    pub status: Option<u16>,
    /// The fault that it is written as, in the vendor's shape; `None` for the one that fits the status.
    pub fault: Option<FaultName>,
    /// What the fault says about when to come back, in milliseconds: as the vendor says it, if it says it at all.
    pub retry_after_ms: Option<u64>,
    /// Header fields beside the vendor's own, or in place of them.
    pub headers: HeaderMap,
    /// The body, in place of the vendor's error.
    pub body: Option<Bytes>,
}

/// How a reply ends badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The connection is reset.
    Reset,
    /// The connection is closed before the first byte.
    Close,
    /// The body is cut short of what was promised, after so many bytes.
    Truncate(usize),
    /// Bytes that are no HTTP.
    Garbage,
    /// A body that is not JSON, of the length that was promised.
    MalformedJson,
    /// The body trickles, at so many bytes a second.
    Drip(u32),
    /// Nothing comes, for so many milliseconds at most.
    Hang(u64),
}

impl Ending {
    /// Whether there is a reply to end badly: all others need none.
    pub fn needs_reply(self) -> bool {
        matches!(self, Self::Truncate(_) | Self::MalformedJson | Self::Drip(_))
    }

    /// The word in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Close => "close",
            Self::Truncate(_) => "truncate",
            Self::Garbage => "garbage",
            Self::MalformedJson => "malformed_json",
            Self::Drip(_) => "drip",
            Self::Hang(_) => "hang",
        }
    }
}

impl Apart {
    /// What a word in rules stands for.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "kind" => Some(Self::Kind),
            "vendor" => Some(Self::Vendor),
            "operation" => Some(Self::Operation),
            "credential" => Some(Self::Credential),
            "organization" => Some(Self::Organization),
            _ => None,
        }
    }
}

/// Whether the operation of a call takes effect whose reply is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// It does, before the reply is lost.
    Before,
    /// It does not: the request is lost.
    Never,
}

/// How late what is written shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    /// After so many milliseconds of the sandbox's time.
    pub after_ms: u64,
    /// Whether a record that is asked for by its id lags, too; lists and filters always do. Whom nobody sees by an id yet
    /// nobody can change or delete either; who wrote is told what truly is, and so is who takes a unique value.
    pub by_id: bool,
}

/// How a token ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenEnd {
    /// A newer one takes its place.
    Rotate,
    /// It is revoked.
    Revoke,
    /// It expires.
    Expire,
}

impl TokenEnd {
    /// What a word in rules stands for.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Rotate, Self::Revoke, Self::Expire].into_iter().find(|end| end.as_str() == word)
    }

    /// The word in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Revoke => "revoke",
            Self::Expire => "expire",
        }
    }
}
