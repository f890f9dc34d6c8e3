//! The table of keys of the chaos language.
//!
//! **Invariant:** this file says which keys there are and what they mean; it reads nothing and decides nothing.

use super::read::{glob_of_path, is_moment};
use crate::profile::grammar::{Block, Kind};
use crate::profile::keys::kinds::{HEADER_VALUE, STATUS, default, may, must};
use crate::profile::pattern;

/// How many calls a rule may count to.
const COUNT: Kind = Kind::Int { min: 1, max: 1_000_000_000 };

/// A list of rules, as it stands under `chaos` wherever that may stand.
pub const RULES: Kind = Kind::List(&Kind::Either(&[Kind::Name, Kind::Block(&RULE)]));

/// The whole file.
pub static CHAOS: Block = Block {
    name: "chaos_file",
    about: "Chaos rules: what to do to which calls, when.",
    keys: &[
        default("standin", Kind::Int { min: 1, max: 1 }, "1", "The version of this language."),
        may("about", Kind::Text, "A sentence on what these rules are like for a client."),
        must("chaos", RULES, "The rules; a name alone stands for the ready-made rules of that name."),
    ],
};

/// One rule.
pub static RULE: Block = Block {
    name: "chaos_rule",
    about: "What to do to which calls, when. A call meets every rule; each adds what no earlier one said.",
    keys: &[
        may(
            "use",
            Kind::Name,
            "Ready-made rules to take: what else is said here takes the place of what they say; `where` and `when` key by key, a part only in those that have it.",
        ),
        may(
            "name",
            Kind::Name,
            "What it is called, unlike the others, in at most 100 characters; without it `rule-1`, by its place.",
        ),
        may("where", Kind::Block(&WHERE), "Which calls; without it, all."),
        may("when", Kind::Block(&WHEN), "When, of those; without it, always. All that is said must hold."),
        may("delay", DELAY_OR_FIXED, "The reply comes so much later."),
        may(
            "respond",
            Kind::Either(&[STATUS, Kind::Block(&RESPOND)]),
            "Another reply; a number is its status.",
        ),
        may("ending", Kind::Either(&[Kind::Word(ENDINGS), Kind::Block(&ENDING)]), "The reply ends badly."),
        may(
            "commit",
            Kind::Word(&[
                ("before", "it does: only the reply is lost"),
                ("never", "it does not: the call is lost"),
            ]),
            "Whether what the call asks for takes effect, beside `respond` or `ending`; without it, `never`, but for a `drip`, whose reply arrives.",
        ),
        may(
            "visibility",
            Kind::Either(&[Kind::Duration, Kind::Block(&VISIBILITY)]),
            "What the call writes shows in lists and filters only so much later.",
        ),
        may(
            "page_items_max",
            Kind::Int { min: 1, max: 10_000 },
            "A page has so many items at most, whatever was asked for and whatever the vendor's own cap is.",
        ),
        may(
            "token",
            Kind::Word(&[
                ("rotate", "a newer one takes its place"),
                ("revoke", "it is revoked"),
                ("expire", "it expires"),
            ]),
            "The credential that the call shows dies before it is looked at.",
        ),
    ],
};

/// Which calls.
pub static WHERE: Block = Block {
    name: "where",
    about: "Which calls: all that is said must hold.",
    keys: &[
        may("vendor", Kind::Text, "The vendor."),
        may("api", Kind::Text, "The api, by its name in the profile."),
        may(
            "operation",
            Kind::Text,
            "The operation: `API.OPERATION`, or `OPERATION` of any api, as `standin explain` names them.",
        ),
        may(
            "method",
            Kind::Either(&[Kind::Word(METHODS), Kind::List(&Kind::Word(METHODS))]),
            "The method, or several.",
        ),
        may("path", PATH, "The path behind the vendor's address, without the query."),
        may("credential", Kind::Text, "The kind of credential that is shown, by its name in the profile."),
        may("organization", Kind::Text, "The organization whose credential is shown."),
    ],
};

/// When.
pub static WHEN: Block = Block {
    name: "when",
    about: "When, of the calls that a rule is about: all that is said must hold. Calls are counted from 1, from when the rule comes into force.",
    keys: &[
        may("probability", Kind::Share, "With this probability: 0.05 is one call in twenty."),
        may("nth", Kind::Either(&[COUNT, Kind::List(&COUNT)]), "The how-many-th, one or several."),
        may("first", COUNT, "The first so many."),
        may("after", COUNT, "Not the first so many."),
        may(
            "every",
            COUNT,
            "Every so-many-th: with 3, the 3rd, the 6th, and so on; counted from behind `after`.",
        ),
        may(
            "between",
            Kind::List(&MOMENT),
            "From one moment up to another, by the sandbox's clock. Calls outside are not counted.",
        ),
        may("times", COUNT, "So many times at most."),
        may(
            "each",
            Kind::List(&Kind::Word(&[
                ("kind", "each kind of call: vendor, operation, credential and organization"),
                ("vendor", "each vendor"),
                ("operation", "each operation"),
                ("credential", "each kind of credential"),
                ("organization", "each organization"),
            ])),
            "What is counted apart; without it, all calls together.",
        ),
    ],
};

/// A delay that is drawn.
pub static DELAY: Block = Block {
    name: "delay",
    about: "A delay that is drawn anew for each call, by one distribution.",
    keys: &[
        may("uniform", Kind::List(&Kind::Duration), "Anything from the first to the second, each as likely."),
        may("normal", Kind::Block(&NORMAL), "Around a mean; what is drawn below zero is zero."),
        may(
            "lognormal",
            Kind::Block(&LOGNORMAL),
            "As the latencies of real servers are: mostly near the median, now and then far above.",
        ),
        may("max", Kind::Duration, "The longest; what is drawn above is this long."),
    ],
};

/// A normal distribution.
pub static NORMAL: Block = Block {
    name: "normal",
    about: "A normal distribution.",
    keys: &[
        must("mean", Kind::Duration, "Its mean."),
        must("deviation", Kind::Duration, "Its standard deviation: two thirds are nearer to the mean."),
    ],
};

/// A lognormal distribution.
pub static LOGNORMAL: Block = Block {
    name: "lognormal",
    about: "A lognormal distribution.",
    keys: &[
        must("median", Kind::Duration, "Half are shorter."),
        must("p99", Kind::Duration, "One in a hundred is longer."),
    ],
};

/// Another reply.
pub static RESPOND: Block = Block {
    name: "respond",
    about: "Another reply than the vendor's: a status, a fault in the vendor's own words, or a body.",
    keys: &[
        may("status", STATUS, "Its status; without it, the one that the vendor gives the fault."),
        may("fault", FAULT, "The fault that it looks like; without it, the one that fits the status."),
        may(
            "retry_after",
            Kind::Duration,
            "When to come back: said as the vendor says it, if it says it at all.",
        ),
        default(
            "headers",
            Kind::MapOf { key: "a header", key_check: pattern::header, value: &HEADER_VALUE },
            "{}",
            "Header fields beside the vendor's own, or in place of them.",
        ),
        may(
            "body",
            Kind::Json,
            "The body in place of the vendor's: a text is sent as it is, all else as JSON.",
        ),
    ],
};

/// How a reply ends badly, with a number.
pub static ENDING: Block = Block {
    name: "ending",
    about: "How a reply ends badly, with a number: one of these.",
    keys: &[
        may(
            "truncate",
            Kind::Int { min: 0, max: 100_000_000 },
            "The body is cut short of its promised length, after so many bytes.",
        ),
        may(
            "drip",
            Kind::Int { min: 1, max: 1_000_000_000 },
            "The body trickles, at so many bytes a second.",
        ),
        may("hang", Kind::Duration, "Nothing comes, for so long at most."),
    ],
};

/// How late what is written shows.
pub static VISIBILITY: Block = Block {
    name: "visibility",
    about: "How late what is written shows.",
    keys: &[
        must("after", Kind::Duration, "So long after it was written, by the sandbox's clock."),
        default("by_id", Kind::Bool, "false", "Whether it lags, too, where it is asked for by its id."),
    ],
};

const DELAY_OR_FIXED: Kind = Kind::Either(&[Kind::Duration, Kind::Block(&DELAY)]);

const ENDINGS: &[(&str, &str)] = &[
    ("reset", "the connection is reset"),
    ("close", "the connection is closed before the first byte"),
    ("garbage", "bytes come that are no HTTP"),
    ("malformed_json", "the body has its length and is no JSON"),
    ("hang", "nothing comes, for a minute at most"),
];

const METHODS: &[(&str, &str)] = &[
    ("GET", "reads"),
    ("HEAD", "reads without a body"),
    ("POST", "creates, and what else there is"),
    ("PUT", "replaces"),
    ("PATCH", "changes"),
    ("DELETE", "removes"),
    ("OPTIONS", "asks what there is"),
];

const PATH: Kind = Kind::Pattern {
    name: "a path with stars",
    about: "a path in which `*` stands for any part of a segment and `**` for anything",
    example: "/v2/users/*",
    check: glob_of_path,
};

const MOMENT: Kind = Kind::Pattern {
    name: "a moment",
    about: "a duration since the rule came into force, or a time of RFC 3339 on the sandbox's clock",
    example: "30s",
    check: is_moment,
};

const FAULT: Kind = Kind::Pattern {
    name: "a fault",
    about: "a fault as profiles name them",
    example: "rate_limited",
    check: pattern::fault,
};
