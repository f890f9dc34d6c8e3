//! Standin answers as SaaS vendors do: their user-management APIs (REST, SCIM 2.0, OAuth token endpoints) with their
//! documented behaviour and their sharp edges, from profile files, over made-up recipients.
//!
//! In a Rust test, begin at [`Standin::builder`] ([`testing`] shows how); everything else below is how it works.
//!
//! # The way of a call
//!
//! ```text
//! socket ── server::wire ──Call──► control::Desk::answer                 (below `/_standin`: the control API itself)
//!                                  engine::Engine::answer                (synchronous, total: cannot wait, cannot unwind)
//!                                    │ stage::selection    which vendor: Host, path, port
//!                                    │ vault               whose credential: it chooses sandbox and organization
//!                                    ▼
//!                                  engine::vendor::Vendor::stages        (the list, in the order a caller can observe)
//!                                    │ stage::routing      api and endpoint: looked up now, answered below
//!                                    │                     431: a head of more than 64 KiB
//!                                    │ chaos               what is to happen to it: nothing, unless asked for
//!                                    │ stage::identity     401: missing, unknown, dead, or good elsewhere
//!                                    │ stage::access       403: plan, prerequisites, client
//!                                    │ limit               429: what the caller has left; refused calls end here
//!                                    │ stage::routing      404, 405, 501
//!                                    │ stage::access       403: scope
//!                                    │ engine::bulk        a bulk job: from routing on, for each operation a call of its own
//!                                    │ representation::read    Call → Input; 400, 413, 415
//!                                    │ stage::access       403: scope of a field that was sent
//!                                    │ operation::run          Input → Outcome; 404, 409, …
//!                                    │   └ store               read(|state|), write(|state|)
//!                                    │ representation::answer  Outcome → Reply
//!                                    │ representation::failure or Fault → Reply
//!                                    ▼
//!                                  journal::Journal::enter               (what came, what was found out, what left; no secrets)
//!                                    ▼
//! socket ◄─ server::wire ◄──Reply───┘                (late, cut short, not at all: as its delivery says)
//! ```
//!
//! Only [`server`], and [`serve`] which starts it, are async. [`serve`] alone starts servers: for the command line, and for
//! [`testing`] in the background of a test.
//!
//! # The load-bearing types
//!
//! | type | it is | it must not know |
//! |---|---|---|
//! | [`call::Call`], [`call::Reply`] | one request read, one response to send | sockets, vendors |
//! | [`profile::model::Profile`] | a vendor's behaviour, fully checked, with the variants in force | state, time, the file system |
//! | [`profile::diagnostic::Diagnostic`] | one mistake of a file and its place | terminals |
//! | [`control::Desk`] | the control API, in front of the engine | how a vendor answers |
//! | [`engine::Engine`] | vendors, sandboxes and credentials | sockets; it cannot fail, only reply |
//! | [`vault::Vault`] | credentials as issued: whose, for what, alive or dead | profiles, clocks |
//! | [`store::Store`] | all records of one vendor in one sandbox, under one lock | profiles, protocols, JSON, time |
//! | [`operation::Input`], [`operation::Outcome`] | what to do, what came of it | calls, replies, statuses |
//! | [`fault::Fault`] | how a call failed, in typed facts | statuses, sentences, vendors |
//! | [`notes::Notes`] | what was found out about a call: facts, advisories | the wire |
//! | [`chaos::Chaos`] | what is to happen to which calls, in one sandbox | how a call is answered, how a fate is carried out |
//! | [`limit::Limiter`] | how many calls who has left, in one vendor of one sandbox | calls, profiles, headers, clocks |
//! | [`journal::Journal`] | the bounded record of calls, decisions and replies of one sandbox | sockets, sandboxes, how a call is answered |
//! | [`scenario::Scenario`], [`scenario::Timeline`] | what happens when, and what of it is due | how it is done |
//! | [`report::Report`] | how clients behaved, told from a journal | how it is shown, what time it is |
//! | [`world::Clock`], [`world::Dice`] | time and chance of a sandbox, handed in | who asks, and why |
//! | [`scim`], [`oauth`] | the protocols, as data | HTTP, and everything of ours |
//!
//! # Invariants
//!
//! * **No vendor's name in `src/`.** Vendors are files in `profiles/`; what they need and the language lacks, the
//!   language learns. A variant is a change of settings, never code.
//! * **A record is a SCIM resource**; every other surface is a projection of it, so all surfaces agree. Ids are pure
//!   functions of a serial, in each surface's form.
//! * **Two types at each boundary**: as written and as meant ([`profile::node::Node`], [`profile::model::Profile`]), as
//!   received and as understood ([`call::Call`], [`operation::Input`]), how it failed and how this vendor says so
//!   ([`fault::Fault`], [`call::Reply`]).
//! * **A change is whole or not at all**: rules, uniqueness and links are checked under the lock that makes it.
//! * **Time and chance are handed in**; every draw is a hash of the seed, the sandbox, what is drawn and the
//!   how-many-th it is.
//! * **Everything is bounded**, with the unit in the bound's name beside its use.
//! * **Arrows point one way**: `tests/suite/architecture.rs` holds the table of who may import whom.

pub mod cli;
pub mod serve;
pub mod server;
pub mod testing;

pub mod call;
pub mod fault;
pub mod glob;
pub mod notes;
pub mod secret;
pub mod world;

pub mod control;

pub mod chaos;
pub mod engine;
pub mod journal;
pub mod limit;
pub mod stage;
pub mod vault;

pub mod report;
pub mod scenario;

pub mod representation;

pub mod operation;
pub mod record;
pub mod store;

pub mod oauth;
pub mod scim;

pub mod profile;
pub mod seed;

pub use testing::Standin;
