//! The keys of a scenario file.

use crate::chaos::keys::{RULES, WHERE};
use crate::profile::grammar::{Block, Kind};
use crate::profile::keys::kinds::{default, may, must};

const COUNT_MAX: i64 = 1_000_000_000;

/// How many calls, or records.
const COUNT: Kind = Kind::Int { min: 0, max: COUNT_MAX };

/// As many as a sandbox that somebody makes may have.
const RECIPIENTS: Kind = Kind::Int { min: 0, max: 1_000_000 };
const GROUPS: Kind = Kind::Int { min: 0, max: 10_000 };

/// The whole file.
pub static SCENARIO: Block = Block {
    name: "scenario",
    about: "A scenario: what happens to a vendor while a client works with it, and what is expected at the end.",
    keys: &[
        default("standin", Kind::Int { min: 1, max: 1 }, "1", "The version of this language."),
        must("scenario", Kind::Name, "Its name."),
        must("about", Kind::Text, "What it rehearses, in a sentence."),
        may(
            "vendors",
            Kind::List(&Kind::Text),
            "The vendors that it is about: whose calls count, whose credentials end. Without it all that are served.",
        ),
        may("setup", Kind::Block(&SETUP), "What is so before the client starts."),
        may("timeline", Kind::List(&Kind::Block(&STEP)), "What happens, and when."),
        may("expect", Kind::Block(&EXPECT), "What is expected of client and records at the end."),
    ],
};

/// What is so before the client starts.
pub static SETUP: Block = Block {
    name: "setup",
    about: "What is so before the client starts.",
    keys: &[
        may(
            "recipients",
            RECIPIENTS,
            "How many recipients the first organization has; each other has a tenth.",
        ),
        may("groups", GROUPS, "How many groups."),
        may("organizations", Kind::List(&Kind::Name), "The organizations; without it `acme` and `globex`."),
        may("set", SET, SET_ABOUT),
        may("limits", LIMITS, "Rate limits that are in force, or different."),
        may("clock", Kind::Block(&CLOCK), "Where the clock stands, and how it goes."),
        may("chaos", RULES, "Chaos rules that are in force from the start."),
    ],
};

/// Something that happens.
pub static STEP: Block = Block {
    name: "step",
    about: "Something that happens once, at a time or after a count of calls.",
    keys: &[
        may("at", Kind::Duration, "When, in sandbox time since the start."),
        may(
            "after",
            Kind::Either(&[COUNT, Kind::Block(&AFTER)]),
            "When, by calls: once so many were answered. It holds from the next call on.",
        ),
        may("chaos", RULES, "Chaos rules that come into force."),
        may(
            "lift",
            Kind::Either(&[Kind::Word(&[("all", "all of them")]), Kind::List(&Kind::Text)]),
            "Chaos rules that go, by name.",
        ),
        may("credentials", Kind::Block(&CREDENTIALS), "Credentials that end."),
        may("act", Kind::Block(&ACT), "What somebody does in the vendor's console."),
        may("set", SET, SET_ABOUT),
        may("limits", LIMITS, "Rate limits that change."),
        may("clock", Kind::Block(&CLOCK), "Where the clock goes."),
        may("checkpoint", Kind::Name, "A name for this moment, for the report."),
        may("expect", Kind::Block(&EXPECT), "What is expected by then; `required` is for the end alone."),
    ],
};

/// After how many calls.
pub static AFTER: Block = Block {
    name: "after",
    about: "After how many calls, and of which.",
    keys: &[must("calls", COUNT, "How many."), may("where", Kind::Block(&WHERE), "Which calls count.")],
};

/// Which credentials end.
pub static CREDENTIALS: Block = Block {
    name: "credentials_step",
    about: "Which credentials end, and how; one of the three.",
    keys: &[
        may("rotate", Kind::Block(&WHOSE), "A newer one takes the place of each."),
        may("revoke", Kind::Block(&WHOSE), "They are revoked."),
        may("expire", Kind::Block(&WHOSE), "They expire."),
    ],
};

/// Whose credentials.
pub static WHOSE: Block = Block {
    name: "whose",
    about: "Whose credentials; what is left out is every one. Clients that ask for access tokens keep their secret unless they are named; their tokens end.",
    keys: &[
        may("vendor", Kind::Text, "The vendor."),
        may("credential", Kind::Text, "The kind of credential, as the profile has it."),
        may("organization", Kind::Text, "The organization."),
    ],
};

/// What somebody does in a console.
pub static ACT: Block = Block {
    name: "act",
    about: "What somebody does in the vendor's console.",
    keys: &[
        must("vendor", Kind::Text, "The vendor."),
        must("action", Kind::Text, "The action, as the profile has it."),
        may("organization", Kind::Text, "The organization; without it the first."),
        may("answers", Kind::Map(&Kind::Any), "What the action asks."),
    ],
};

const SET_ABOUT: &str =
    "Settings, by `VENDOR.NAME`: the plan (`plan`), a prerequisite, a variant, or `limits` (`on`, `off`).";

const SET: Kind =
    Kind::Map(&Kind::Either(&[Kind::Text, Kind::Bool, Kind::Int { min: i64::MIN, max: i64::MAX }]));

const LIMITS: Kind = Kind::Either(&[Kind::Block(&LIMIT), Kind::List(&Kind::Block(&LIMIT))]);

/// A rate limit that changes.
pub static LIMIT: Block = Block {
    name: "limit_step",
    about: "A rate limit that changes.",
    keys: &[
        may("vendor", Kind::Text, "The vendor; without it every one that has limits."),
        may("enabled", Kind::Bool, "In force, or lifted."),
        may("limit", Kind::Text, "The limit; without it every one."),
        may("remaining", COUNT, "How many calls are left, of each bucket."),
        may("rate", Kind::Block(&RATE), "How many calls there may be, in what time."),
    ],
};

/// How many calls there may be.
pub static RATE: Block = Block {
    name: "rate_step",
    about: "How many calls there may be, in what time.",
    keys: &[
        must("limit", Kind::Int { min: 1, max: COUNT_MAX }, "How many calls."),
        may("per", Kind::Duration, "In what time; without it the time stays."),
    ],
};

/// Where the clock goes.
pub static CLOCK: Block = Block {
    name: "clock_step",
    about: "Where the clock goes: first it is set, then advanced; frozen, it stands there.",
    keys: &[
        may("set", Kind::Text, "Goes to this time (RFC 3339)."),
        may("advance", Kind::Duration, "Goes ahead by so long."),
        may("freeze", Kind::Bool, "Stands still from now on, or goes on."),
        may(
            "delays",
            Kind::Word(&[("real", "injected delays are waited out"), ("virtual", "they are only noted")]),
            "How injected delays pass.",
        ),
    ],
};

/// What is expected.
pub static EXPECT: Block = Block {
    name: "expect",
    about: "What is expected.",
    keys: &[
        may("calls", AMOUNT, "How many calls the client makes."),
        may("records", Kind::List(&Kind::Block(&RECORDS)), "Records as they should be."),
        may(
            "no_duplicates",
            Kind::Bool,
            "Whether no two people of an organization may be one: the same user name or e-mail, whatever its case.",
        ),
        may("verify", Kind::List(&Kind::Block(&VERIFY)), "Calls that should have been made."),
        may(
            "required",
            Kind::Either(&[
                Kind::Word(&[("all", "all of them"), ("none", "none of them")]),
                Kind::List(&Kind::Word(CONDUCTS)),
            ]),
            "The rules of conduct that must not fail; without it all.",
        ),
    ],
};

/// How many.
pub static AMOUNTS: Block = Block {
    name: "amount",
    about: "How many; one of the three.",
    keys: &[
        may("exactly", COUNT, "So many."),
        may("at_least", COUNT, "So many, or more."),
        may("at_most", COUNT, "So many, or fewer."),
    ],
};

const AMOUNT: Kind = Kind::Either(&[COUNT, Kind::Block(&AMOUNTS)]);

/// Records as they should be.
pub static RECORDS: Block = Block {
    name: "records_expected",
    about: "Records as they should be.",
    keys: &[
        may("vendor", Kind::Text, "The vendor; without it every one."),
        may("type", Kind::Text, "The type, as the profile has it; without it people."),
        may("organization", Kind::Text, "The organization; without it the first."),
        may("like", Kind::Map(&Kind::Any), "A part of each record that is counted, in SCIM's words."),
        must("count", AMOUNT, "How many there are."),
    ],
};

/// Calls that should have been made.
pub static VERIFY: Block = Block {
    name: "verify",
    about: "Calls that should have been made.",
    keys: &[must("match", Kind::Block(&MATCH), "Which calls."), must("count", AMOUNT, "How many of them.")],
};

/// Which calls.
pub static MATCH: Block = Block {
    name: "match",
    about: "Which calls; what is left out is any.",
    keys: &[
        may("vendor", Kind::Text, "The vendor."),
        may("api", Kind::Text, "The api."),
        may("operation", Kind::Text, "The operation: `API.OPERATION`, or `OPERATION` of any api."),
        may("method", Kind::Text, "The method."),
        may("path", Kind::Text, "The path: `*` is any part of a segment, `**` anything."),
        may(
            "status",
            Kind::Pattern {
                name: "a status",
                about: "a status such as 404, or a class such as 4xx",
                example: "4xx",
                check: |text| match crate::journal::matching::StatusMatch::parse(text) {
                    Some(_) => Ok(()),
                    None => Err("a status such as 404, or a class such as 4xx".to_owned()),
                },
            },
            "The status.",
        ),
        may("credential", Kind::Text, "The kind of credential."),
        may("body", Kind::Any, "A part of the request's body."),
    ],
};

/// The rules of conduct, as words.
const CONDUCTS: &[(&str, &str)] = crate::report::conduct::WORDS;
