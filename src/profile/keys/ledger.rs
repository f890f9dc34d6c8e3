//! What is known and what can differ; what people can do; what is not served.

use super::super::grammar::{Block, Kind};
use super::super::pattern;
use super::REQUIRES;
use super::kinds::{FACT_ID, NAMES, PATHS, RECORD_PATH, TEXTS, default, may, must};

/// Something done in the vendor's admin console, or by its staff.
pub static ACTION: Block = Block {
    name: "action",
    about: "Something done in the vendor's admin console, or by its staff.",
    keys: &[
        must("about", Kind::Text, "What it is and where."),
        may("requires", Kind::Block(&REQUIRES), "What it needs first."),
        default("asks", Kind::Map(&Kind::Block(&ASK)), "{}", "What has to be filled in."),
        must("does", Kind::List(&Kind::Block(&STEP)), "What happens, in order, all or nothing."),
        default(
            "gives",
            Kind::List(&Kind::Word(&[
                ("base_url", "the api's base"),
                ("token", "the token"),
                ("client_id", "the client's id, or the id that a token comes with"),
                ("client_secret", "the client's secret"),
                ("record", "the record"),
            ])),
            "[]",
            "What it shows afterwards.",
        ),
    ],
};

/// Something to fill in.
pub static ASK: Block = Block {
    name: "ask",
    about: "Something to fill in.",
    keys: &[
        must("about", Kind::Text, "What is asked."),
        default("required", Kind::Bool, "true", "Whether it must be answered."),
        may(
            "at",
            RECORD_PATH,
            "The attribute of the record that it fills; with `names`, the one whose value it is.",
        ),
        may(
            "names",
            Kind::Name,
            "The type of record of which the answer names the one that the action works on: by its id at any api, or by its value `at` a place.",
        ),
        may(
            "is",
            Kind::Word(&[
                ("label", "the name of the credential that is issued, or of the one that is meant"),
                ("expiry", "when the credential expires: a time, or how long it lives, `30d`"),
                ("scopes", "the scopes of the credential, with blanks between them"),
            ]),
            "What it says of the action's credential.",
        ),
    ],
};

/// One thing that an action does; exactly one key.
pub static STEP: Block = Block {
    name: "step",
    about: "One thing that an action does; exactly one key.",
    keys: &[
        may("satisfy", Kind::Name, "A prerequisite is done."),
        may("issue", Kind::Name, "A credential is issued."),
        may(
            "rotate",
            Kind::Name,
            "A credential is replaced by a new one: all that live of it, or the one of the label asked for.",
        ),
        may(
            "revoke",
            Kind::Name,
            "A credential is ended: all that live of it, or the one of the label asked for.",
        ),
        may(
            "show",
            Kind::Name,
            "The newest living credential is shown again: whole, or masked where it is `shown_once`.",
        ),
        may("create", Kind::Name, "A record of this type is created from what was asked."),
        may("erase", Kind::Name, "A record of this type, and all that the vendor keeps of it, is gone."),
        may("assign", RECORD_PATH, "An attribute of a record is set from what was asked."),
    ],
};

/// A warning of a source, and the calls that run into it.
pub static ADVISORY: Block = Block {
    name: "advisory",
    about: "A warning of a source, and the calls that run into it.",
    keys: &[
        must("fact", FACT_ID, "The fact it comes from."),
        must("says", Kind::Text, "The sentence."),
        must("when", Kind::Block(&WHEN), "Which calls run into it; all that is given must hold."),
        may(
            "conduct",
            Kind::Word(CONDUCTS),
            "The rule of good conduct that whoever runs into it did not keep: a report on the client says so.",
        ),
    ],
};

/// The rules of good conduct that a call can break by itself.
pub const CONDUCTS: &[(&str, &str)] = &[
    ("heeds_page_caps", "did not take a page that was capped for the whole list"),
    ("checks_matches", "took no record of an ignored filter for its match"),
    ("deactivates", "deactivated users rather than deleting them where their history matters"),
    ("keeps_secrets_out_of_urls", "put no secret into a URL"),
];

/// Which calls.
pub static WHEN: Block = Block {
    name: "when",
    about: "Which calls.",
    keys: &[
        default(
            "operations",
            TEXTS,
            "[]",
            "Calls of these operations, named `API.OPERATION` or `API.RESOURCE.OPERATION`.",
        ),
        default(
            "faults",
            Kind::List(&Kind::Pattern {
                name: "a fault",
                about: "the name of a fault",
                example: "rate_limited",
                check: pattern::fault,
            }),
            "[]",
            "Calls that end in one of these faults.",
        ),
        default("sent", PATHS, "[]", "Calls whose body holds one of these attributes."),
        default("notes", Kind::List(&Kind::Word(NOTES)), "[]", "Calls on which all of these were noted."),
    ],
};

/// What a stage or an operation may note about a call, for advisories.
pub const NOTES: &[(&str, &str)] = &[
    ("filter_ignored", "a filter was not processed and everything came back"),
    ("size_capped", "a page was smaller than asked for"),
    ("deactivated", "a record was deactivated"),
    ("deleted", "a record was deleted"),
    ("other_client", "the User-Agent is that of an identity provider the vendor is not made for"),
    ("late_change_ignored", "a change of something that is set once was ignored"),
];

/// A behaviour that can differ. Each value changes settings of this very file.
pub static VARIANT: Block = Block {
    name: "variant",
    about: "A behaviour that can differ. Each value changes settings of this very file.",
    keys: &[
        must("fact", FACT_ID, "The fact that varies."),
        must("about", Kind::Text, "What differs."),
        may("sets", Kind::Text, "The setting whose value it is, when `values` is a list."),
        must(
            "values",
            Kind::Either(&[
                Kind::List(&Kind::Any),
                Kind::MapOf {
                    key: "a value's name",
                    key_check: pattern::anything,
                    value: &Kind::MapOf { key: "a setting", key_check: pattern::anything, value: &Kind::Any },
                },
            ]),
            "The values, the first in force unless another is picked: a list for the setting in `sets`, or for each value the settings that it changes.",
        ),
        may(
            "accepts",
            Kind::Word(&[("duration", "any duration"), ("path", "any path"), ("count", "any whole number")]),
            "What else may be picked besides the listed values; needs `sets`.",
        ),
    ],
};

/// Something known, assumed or varying.
pub static FACT: Block = Block {
    name: "fact",
    about: "Something known, assumed or varying.",
    keys: &[
        must(
            "mark",
            Kind::Word(&[
                ("documented", "the source says it"),
                ("assumed", "the source is silent, and this is what a client would most plausibly meet"),
                ("varies", "it can differ; a variant holds the values"),
            ]),
            "How well it is known.",
        ),
        may(
            "source",
            Kind::Either(&[Kind::Name, NAMES]),
            "Where it is said; a documented fact must have one.",
        ),
        must("says", Kind::Text, "The fact in one or two sentences."),
        may("assumed", Kind::Text, "The part of it that the source leaves open, and what was chosen."),
        may(
            "shown_by",
            Kind::Text,
            "A file that extends this profile and shows another value, where no variant does.",
        ),
        must("fixes", TEXTS, "The settings of this file that it fixes, as dotted paths."),
    ],
};

/// Something that is not served.
pub static ABSENT: Block = Block {
    name: "absent",
    about: "Something that is not served.",
    keys: &[
        must("about", Kind::Text, "What it is, and what a client does instead."),
        may(
            "path",
            Kind::Text,
            "The path it would have; a call that begins with it is told so beside its answer, in the log.",
        ),
    ],
};
