//! Chaos: what to do to which calls, and when. Off until asked for.
//!
//! | file | does |
//! |---|---|
//! | [`rule`] | a rule: where, when, what |
//! | [`delay`] | how long a delay is, by its distribution and a draw |
//! | [`keys`] | the table of keys of the language in which rules are written |
//! | [`mod@read`] | from what is written to rules, with every mistake at its place |
//! | [`ready_made`] | rules to be named rather than written |
//! | [`mod@armed`] | the rules of a sandbox: counts the calls that meet them, draws, tells a call's fate |
//!
//! The fate of a call is a pure function of the seed, the rule's name, the kind of call, and the how-many-th of that kind it
//! is: whatever else runs beside it, and in every run with the same seed.
//!
//! **Invariant:** nothing here answers a call or knows how a vendor says anything. A [`Fate`] is only what is to happen.

pub mod armed;
pub mod delay;
pub mod keys;
pub mod read;
pub mod ready_made;
pub mod rule;

pub use armed::{Armed, Chaos, Fate, Meeting, RULES_MAX, Strike};
pub use delay::{DELAY_MS_MAX, Delay};
pub use rule::{Apart, Commit, Ending, Moment, Respond, Rule, TokenEnd, Visibility, What, When, Where};
