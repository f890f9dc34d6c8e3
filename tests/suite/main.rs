//! The tests that look at Standin from outside, as one binary: they link once and share what they need.
//!
//! `UPDATE_GOLDEN=1 cargo test --test suite` writes anew what is compared whole; look at the difference before you keep it.

/// The rules of the house that a machine can hold.
mod architecture;
/// The program: ready line, exit codes, what it says when it cannot start.
mod binary;
/// Bulk jobs beyond what a conversation can show.
mod bulk;
/// Chaos carried out: the ready-made rules at every vendor, pages shorter than documented.
mod chaos;
/// The chaos language: every mistake at its place, and the ready-made rules.
mod chaos_language;
/// What is chosen when the program starts: recipients, vendors, variants.
mod choices;
/// The vendors' consoles and staff: races, and laws over all vendors.
mod console;
/// `docker/`: that it agrees with the profiles and the command line.
mod container;
/// The control API against its own description.
mod control;
/// What each vendor answers, one file a rule, and that every fact has one.
mod conversations;
/// `standin ctl`, as a shell runs it.
mod ctl;
/// `docs/profiles.md`: its vendor loads at every step, and its reference is that of the table of keys.
mod docs_profiles;
/// The engine without a socket: races, strangers, the order of answers, nonsense.
mod engine;
/// Records held against a file, at every vendor.
mod expect;
/// `explain` of a made-up vendor, compared whole, as text and as JSON.
mod explain;
/// HTTP/1.1 by hand.
mod http;
/// Standin inside a Rust test.
mod in_process;
/// The journal over a socket: calls as they come in, and the archive.
mod journal;
/// What holds for whatever is sent to any SCIM api: PATCH, and what is never returned.
mod laws;
mod limits;
/// The OpenAPI documents of vendors, held against their conversations.
mod openapi;
/// Many tests on one server at once, each in its own sandbox.
mod parallel;
/// The program, started and stopped.
mod process;
/// Every kind of mistake that a profile can have, and what is said about it.
mod profile_errors;
/// The profiles that are shipped, and the made-up vendor: free of mistakes whatever variant is picked.
mod profiles;
/// The README's commands, run; and what else a repository says of itself.
mod readme;
/// `standin rehearse`, with this program as the client.
mod rehearse;
/// The report on clients, told from what they did.
mod report;
/// The views of a report: text, JSON, JUnit XML, and a page.
mod report_views;
/// Sandboxes: each is a world of its own, and can be made what it was.
mod sandboxes;
/// Scenarios: every mistake at its place, those that ship, and what each kind of step does.
mod scenario;
/// The JSON Schema, held against an independent validator.
mod schema;
/// The few that need a socket: ways to a vendor, HTTP/1.1 and HTTP/2, bytes that are no HTTP.
mod sockets;
/// What several of these share.
mod support;
/// The Rust of `docs/testing.md`.
#[path = "../languages/rust/users.rs"]
mod users;
/// Chaos rules that let writes show late: in lists, filters and by id, and where they do not.
mod visibility;
/// What holds for every walk through the pages of a list while others write.
mod walks;
