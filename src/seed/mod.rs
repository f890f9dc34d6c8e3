//! Recipients: the people of a sandbox's organizations, made up from a seed or read from a file.
//!
//! [`recipient`] gives the how-many-th person of an organization; the same seed gives the same person byte for
//! byte on every machine, in any order of asking. [`groups`] puts them into groups. [`read`] loads people from
//! CSV, JSON or NDJSON, all or nothing, naming each bad line.
//!
//! **Invariant:** this part knows people, not vendors: a [`Recipient`] has plain traits, and how a vendor calls
//! them is its profile's business. It imports nothing else of ours.

pub mod chance;
mod chart;
mod file;
mod group;
mod name;
mod person;
mod place;

pub use file::{Format, Loaded, PROBLEMS_MAX, Problem, RECIPIENTS_MAX, TEXT_BYTES_MAX, read};
pub use group::{SeedGroup, groups};
pub use person::{Manager, Recipient, TRAITS, Text, email, recipient};
