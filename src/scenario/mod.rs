//! Scenarios: a timeline of what happens to a vendor, and what is expected of the client at the end.
//!
//! | file | does |
//! |---|---|
//! | [`model`] | a scenario as it was meant |
//! | [`keys`] | its file, as a table of keys |
//! | [`read`] | the file to the model, with every mistake at once |
//! | [`ready`] | the scenarios that come with Standin |
//! | [`timeline`] | which steps are due |
//!
//! **Invariant:** nothing here changes a sandbox or answers a call. A timeline tells what is due; the engine does it.

pub mod keys;
pub mod model;
pub mod read;
pub mod ready;
pub mod timeline;

pub use model::{Credentials, Deed, Due, Expect, LimitStep, RecordsExpected, Scenario, Seen, Setup, Step};
pub use timeline::{Done, Timeline};
