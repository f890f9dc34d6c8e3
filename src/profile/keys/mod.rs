//! The one table of keys of the profile language.
//!
//! The reader, the checker, the JSON Schema, the reference in `docs/profiles.md` and every "did you mean" are
//! made from this table, so a key cannot exist without a kind and a sentence.
//!
//! **Invariant:** this file says which keys there are and what they mean; it reads nothing and decides nothing.

mod apis;
pub(crate) mod kinds;
mod ledger;
mod limits;
mod records;
mod rest;
mod scim;

use super::grammar::{Block, Kind};
use super::pattern;
pub use apis::{API, CLIENTS, PAGING, TOKEN};
use kinds::{HEADER, HEADER_VALUE, HOST, MEDIA_TYPE, NAMES, SKEW, TOKEN_FORM, VENDOR, default, may, must};
pub use ledger::{ABSENT, ACTION, ADVISORY, ASK, CONDUCTS, FACT, NOTES, STEP, VARIANT, WHEN};
pub use limits::{HEADER_NAMES, LIMITS, PENALTY, RATE};
pub use records::{FIELD, NUMBERS, OWN_SCHEMA, RECORD, UNIQUE, VENDOR_DATA};
pub use rest::{OPERATION, QUERY_FILTER, SHAPE, SHAPE_FIELD};
pub use scim::{BULK, FILTERING, LENIENT, RESOURCE, SCIM_OPERATION};

/// The whole file.
pub static PROFILE: Block = Block {
    name: "profile",
    about: "A vendor: what it is, how it is reached, what it keeps, how it answers, and where each of that is known from.",
    keys: &[
        must("standin", Kind::Int { min: 1, max: 1 }, "The version of this language."),
        must("vendor", VENDOR, "The vendor's name, as used in paths, host names, tokens and options."),
        may(
            "extends",
            Kind::Text,
            "Another profile (its vendor, or a file beside this one) that this file changes: maps merge, everything else replaces, null removes.",
        ),
        must("title", Kind::Text, "The vendor's name as people write it."),
        may(
            "about",
            Kind::Text,
            "A sentence or two on what this vendor is and which part of it is emulated.",
        ),
        default("sources", Kind::Map(&Kind::Block(&SOURCE)), "{}", "The documents that facts cite."),
        default(
            "hosts",
            Kind::List(&HOST),
            "[]",
            "The vendor's real host names; a call whose Host is one of these is for this vendor.",
        ),
        default(
            "plans",
            NAMES,
            "[]",
            "The vendor's plans, the best first; organizations start on the first.",
        ),
        default(
            "prerequisites",
            Kind::Map(&Kind::Block(&PREREQUISITE)),
            "{}",
            "What has to be done in the vendor's console before an api answers.",
        ),
        default(
            "credentials",
            Kind::Map(&Kind::Block(&CREDENTIAL)),
            "{}",
            "What a client shows to say who it is.",
        ),
        must(
            "records",
            Kind::Map(&Kind::Block(&RECORD)),
            "What the vendor keeps. A record is a SCIM resource; every api shows a projection of it.",
        ),
        must("apis", Kind::Map(&Kind::Block(&API)), "The vendor's surfaces."),
        may("errors", Kind::Block(&ERRORS), "How faults look where an api says nothing else."),
        may("limits", Kind::Block(&LIMITS), "The vendor's rate limits."),
        default(
            "actions",
            Kind::Map(&Kind::Block(&ACTION)),
            "{}",
            "What a person can do in the vendor's admin console, or ask its staff for.",
        ),
        default(
            "advisories",
            Kind::Map(&Kind::Block(&ADVISORY)),
            "{}",
            "What a source warns of; noted beside the call that runs into it, never sent to the client.",
        ),
        default(
            "variants",
            Kind::Map(&Kind::Block(&VARIANT)),
            "{}",
            "Behaviour with several possible values, one of them in force.",
        ),
        default(
            "facts",
            Kind::MapOf {
                key: "a fact's id, such as `acme.12`",
                key_check: pattern::fact_id,
                value: &Kind::Block(&FACT),
            },
            "{}",
            "What is known, assumed or varying, and the settings that each fixes.",
        ),
        default(
            "absent",
            Kind::Map(&Kind::Block(&ABSENT)),
            "{}",
            "What the real service has, or is expected to have, and this profile does not serve.",
        ),
    ],
};

/// A document that was read.
pub static SOURCE: Block = Block {
    name: "source",
    about: "A document that was read.",
    keys: &[
        must("title", Kind::Text, "Its title."),
        may("file", Kind::Text, "The file it was read from."),
        may("url", Kind::Text, "Where it is published."),
        may("dated", Kind::Text, "Its date, as it prints it."),
    ],
};

/// Something that must be done first.
pub static PREREQUISITE: Block = Block {
    name: "prerequisite",
    about: "Something that must be done first.",
    keys: &[
        must("about", Kind::Text, "What has to be done, and where."),
        default("at_start", Kind::Bool, "true", "Whether it is done already when a sandbox begins."),
    ],
};

/// What an organization needs before something answers; otherwise the fault is `plan_required` or `prerequisite_missing`.
pub static REQUIRES: Block = Block {
    name: "requires",
    about: "What an organization needs before something answers; otherwise the fault is `plan_required` or `prerequisite_missing`.",
    keys: &[
        default("plans", NAMES, "[]", "The plans that include it; empty means every plan."),
        default("prerequisites", NAMES, "[]", "The prerequisites that must be done."),
    ],
};

/// A kind of token, key or client.
pub static CREDENTIAL: Block = Block {
    name: "credential",
    about: "A kind of token, key or client.",
    keys: &[
        may("about", Kind::Text, "Where a customer gets it."),
        default(
            "kind",
            Kind::Word(&[
                ("bearer", "`Authorization: Bearer TOKEN` (RFC 6750)"),
                ("api_key", "a key in a header or a query parameter"),
                (
                    "client_credentials",
                    "an OAuth client that asks for short-lived access tokens (RFC 6749 section 4.4), used as bearer",
                ),
            ]),
            "bearer",
            "How it is shown.",
        ),
        may("header", HEADER, "For `api_key`: the header that carries it."),
        may("query", Kind::Text, "For `api_key`: the query parameter that carries it."),
        default("form", TOKEN_FORM, "'{random}'", "What a newly drawn token looks like."),
        default(
            "scopes",
            Kind::MapOf { key: "a scope", key_check: pattern::scope, value: &Kind::Text },
            "{}",
            "The scopes it can carry, each with what it is for; a credential has all of them unless issued with fewer.",
        ),
        may("expires", Kind::Duration, "How long a token lives; without it a token lives until revoked."),
        default(
            "pair",
            Kind::Bool,
            "false",
            "Issued as a client id and a secret, the secret being the token.",
        ),
        default(
            "shown_once",
            Kind::Bool,
            "false",
            "Shown whole only when issued; whoever looks again sees how it begins.",
        ),
        default("one_at_a_time", Kind::Bool, "false", "Issuing a new one ends the one before."),
        default(
            "overlap",
            Kind::Duration,
            "0s",
            "How long the one before still works after a new one is issued.",
        ),
        may(
            "at_most",
            Kind::Int { min: 1, max: 1_000 },
            "How many live at once in an organization; of a client, how many of its access tokens. Without it, any number.",
        ),
        default(
            "when_full",
            Kind::Word(&[
                ("refuse", "one more is refused"),
                ("end_oldest", "the oldest ends, at once or after `overlap`"),
            ]),
            "refuse",
            "What happens to one more than `at_most`.",
        ),
        default(
            "expiry_skew",
            SKEW,
            "0s",
            "How much later than it says a token dies; earlier, with a `-` in front. Of a client, its access tokens.",
        ),
        may(
            "uses",
            Kind::Int { min: 1, max: 1_000_000_000 },
            "How many calls a token is good for, whatever their outcome behind authentication; without it, any number.",
        ),
    ],
};

/// How faults look.
pub static ERRORS: Block = Block {
    name: "errors",
    about: "How faults look.",
    keys: &[
        may(
            "body",
            Kind::Json,
            "The body of every fault; `${status}`, `${status_text}`, `${code}`, `${message}`, `${field}`, `${record}`, `${problems}`, `${request_id}`. A SCIM api has RFC 7644's without it.",
        ),
        may("problem", Kind::Json, "One entry of `${problems}`; `${code}`, `${message}`, `${field}`."),
        default("media_type", MEDIA_TYPE, "application/json", "Its media type."),
        default(
            "faults",
            Kind::MapOf { key: "a fault", key_check: pattern::fault, value: &Kind::Block(&FAULT) },
            "{}",
            "Faults that differ from what is usual.",
        ),
    ],
};

/// How one fault looks.
pub static FAULT: Block = Block {
    name: "fault",
    about: "How one fault looks.",
    keys: &[
        may("status", Kind::Int { min: 400, max: 599 }, "The status."),
        may("code", Kind::Text, "The vendor's word for it (on SCIM, the scimType)."),
        may(
            "message",
            Kind::Text,
            "The sentence; `${field}`, `${record}`, `${unique}`, `${value}`, `${detail}` (what went wrong in Standin's words).",
        ),
        default(
            "headers",
            Kind::MapOf { key: "a header", key_check: pattern::header, value: &HEADER_VALUE },
            "{}",
            "Header fields to send with it.",
        ),
    ],
};
