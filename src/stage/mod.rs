//! Gates: what a call passes before its operation, one file each, in the order that a caller can observe.
//!
//! | stage | asks |
//! |---|---|
//! | [`selection`] | which vendor, and which sandbox the URL names |
//! | [`routing`] | which api and endpoint; looked up early, answered late |
//! | [`identity`] | who calls: a credential that is good here |
//! | [`access`] | the plan and the prerequisites, the client, the scope |
//!
//! **Invariant:** a gate reads a call and the profile, and lets it pass or names a fault. It changes nothing.

pub mod access;
pub mod identity;
pub mod routing;
pub mod selection;
