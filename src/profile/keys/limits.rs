//! Rate limits, and what is said of them.

use super::super::grammar::{Block, Kind};
use super::kinds::{HEADER, default, may, must};

/// How many calls a limit may be of.
const CALLS: Kind = Kind::Int { min: 1, max: 1_000_000_000 };
/// What a call may cost.
const COST: Kind = Kind::Int { min: 0, max: 1_000_000 };

/// The vendor's rate limits, and what it says when one is hit.
pub static LIMITS: Block = Block {
    name: "limits",
    about: "The vendor's rate limits, and what it says when one is hit: the fault `rate_limited`.",
    keys: &[
        default("in_force", Kind::Bool, "false", "Whether they apply from the start."),
        must(
            "rates",
            Kind::Map(&Kind::Block(&RATE)),
            "The limits; several apply at once, and a call passes when all of them have room.",
        ),
        default(
            "retry_after",
            Kind::Word(&[
                ("none", "no such header"),
                ("seconds", "seconds to wait"),
                ("http_date", "when to come back (RFC 9110 section 10.2.3)"),
            ]),
            "none",
            "What Retry-After says. It is not sent where only the end of other calls makes room.",
        ),
        default(
            "headers",
            Kind::Word(&[
                ("none", "no such headers"),
                ("x-ratelimit", "X-RateLimit-Limit, -Remaining and -Reset, of the limit with the least left"),
                (
                    "ietf",
                    "RateLimit and RateLimit-Policy, of all limits (draft-ietf-httpapi-ratelimit-headers-10)",
                ),
                ("own", "those of `names`, of the limit with the least left"),
            ]),
            "none",
            "Which headers tell what is left.",
        ),
        may("names", Kind::Block(&HEADER_NAMES), "The names of the vendor's `own` headers."),
        default(
            "reset",
            Kind::Word(&[
                ("epoch", "that moment, in seconds since 1970"),
                ("seconds", "the seconds until then"),
                ("http_date", "that moment, as a date (RFC 9110 section 5.6.7)"),
            ]),
            "epoch",
            "How `x-ratelimit` and `own` headers tell when all is there again.",
        ),
        default(
            "on_success",
            Kind::Bool,
            "true",
            "Whether the headers are on every reply behind the limits, or on refusals alone.",
        ),
    ],
};

/// The names of a vendor's own headers; what has no name is not sent.
pub static HEADER_NAMES: Block = Block {
    name: "header_names",
    about: "The names of a vendor's own headers; what has no name is not sent.",
    keys: &[
        may("limit", HEADER, "How many calls there may be."),
        may("remaining", HEADER, "How many are left."),
        may("reset", HEADER, "When all of them are there again."),
    ],
};

/// One limit.
pub static RATE: Block = Block {
    name: "rate",
    about: "One limit.",
    keys: &[
        default(
            "by",
            Kind::List(&Kind::Word(&[
                ("credential", "each token"),
                ("organization", "each organization"),
                ("address", "each client address"),
                ("operation", "each operation"),
            ])),
            "[credential]",
            "What is counted apart; `[]` for one count of all. At a token endpoint, where nobody is known yet, limits by credential or organization do not count.",
        ),
        default(
            "algorithm",
            Kind::Word(&[
                (
                    "fixed_window",
                    "so many in each window, which begins with the first call after the one before",
                ),
                (
                    "clock_window",
                    "so many in each window, which begins on the clock: at whole minutes, hours, days",
                ),
                ("sliding_window", "so many in any stretch of that length"),
                ("token_bucket", "a bucket that refills steadily (GCRA)"),
                ("daily_quota", "so many a day, which begins at midnight in UTC"),
                ("concurrent", "so many at the same time"),
            ]),
            "fixed_window",
            "How it is counted.",
        ),
        must("limit", CALLS, "How many calls."),
        may("per", Kind::Duration, "In what time; not for `daily_quota` and `concurrent`."),
        default("plans", Kind::Map(&CALLS), "{}", "Where a plan has another limit."),
        default("cost", COST, "1", "What a call costs; 0 for nothing."),
        default(
            "costs",
            Kind::Map(&COST),
            "{}",
            "Operations, as `API.OPERATION`, that cost something else. With `cost: 0` the limit is for these alone.",
        ),
        default("charge_refused", Kind::Bool, "false", "Whether calls that are refused are charged too."),
        may("penalty", Kind::Block(&PENALTY), "What becomes of clients who are refused and keep on calling."),
    ],
};

/// A time for which a client is shut out that is refused; it grows with every call within it, until a call passes.
pub static PENALTY: Block = Block {
    name: "penalty",
    about: "A time for which a client is shut out that is refused; it grows with every call within it, until a call passes.",
    keys: &[
        must("first", Kind::Duration, "How long the first refusal shuts out."),
        default(
            "factor",
            Kind::Int { min: 1, max: 1_000 },
            "2",
            "By how much each further one multiplies that.",
        ),
        default("max", Kind::Duration, "1h", "How long it is at most."),
    ],
};
