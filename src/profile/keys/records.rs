//! What a vendor keeps.

use super::super::grammar::{Block, Kind};
use super::super::pattern;
use super::kinds::{ID, PATHS, RECORD_PATH, TEXTS, default, may, must};

/// A type of record: its attributes, what the vendor insists on, and its life.
pub static RECORD: Block = Block {
    name: "record",
    about: "A type of record: its attributes, what the vendor insists on, and its life.",
    keys: &[
        default(
            "type",
            Kind::Word(&[("User", "a person"), ("Group", "a set of records")]),
            "User",
            "The SCIM resource type.",
        ),
        must(
            "schemas",
            Kind::List(&Kind::Pattern {
                name: "a schema",
                about: "`User`, `Group`, `EnterpriseUser`, or a URN of this vendor's own",
                example: "EnterpriseUser",
                check: pattern::schema,
            }),
            "The SCIM schemas it is made of, the core schema first.",
        ),
        default(
            "own_schemas",
            Kind::MapOf {
                key: "a URN of this vendor's own among `schemas`",
                key_check: pattern::urn,
                value: &Kind::Block(&OWN_SCHEMA),
            },
            "{}",
            "What `/Schemas` calls the schemas of this vendor's own; their attributes stand under `fields`.",
        ),
        may(
            "keeps",
            PATHS,
            "The only attributes that are kept; whatever else is sent is dropped. Without it, all of the schemas'.",
        ),
        default(
            "fields",
            Kind::MapOf { key: "a SCIM path", key_check: pattern::record_path, value: &Kind::Block(&FIELD) },
            "{}",
            "Attributes that differ from their schema, or that it lacks; those of a complex one as `manager.value`. What no two records may share stands under `unique`.",
        ),
        default("unique", Kind::Map(&Kind::Block(&UNIQUE)), "{}", "What no two records may share."),
        default("numbers", Kind::Block(&NUMBERS), "{}", "How `{n}` counts in ids."),
        default(
            "printed_ids",
            Kind::List(&ID),
            "[]",
            "Ids that the first records have, whatever the id form: those that the documentation prints in its examples.",
        ),
        may("active", RECORD_PATH, "The attribute that says whether the record is in use."),
        default(
            "deactivate",
            Kind::Word(&[
                ("keep", "the record stays, inactive"),
                ("suspend", "the record stays, and its login is suspended"),
                ("delete", "the record is deleted"),
            ]),
            "keep",
            "What setting `active` to false does.",
        ),
        default(
            "deactivated_reply",
            Kind::Word(&[
                ("last_state", "the success status with the record as it last was"),
                ("no_content", "204 without a body"),
            ]),
            "last_state",
            "What the call answers that deleted a record by deactivating it.",
        ),
        default(
            "create_inactive",
            Kind::Word(&[
                ("allow", "it is created, inactive"),
                ("refuse", "400"),
                ("discard", "it is answered as created and is gone at once"),
            ]),
            "allow",
            "What a create with `active` false does.",
        ),
        default(
            "vendor_data",
            Kind::Map(&Kind::Block(&VENDOR_DATA)),
            "{}",
            "What the vendor keeps beside the record and no api shows.",
        ),
        default("visible_after", Kind::Duration, "0s", "How long a write takes to show in lists."),
        may(
            "seed",
            Kind::Json,
            "The attributes of a made-up record; `${email}` and the like are the recipient's traits, `${pick:a|b}` draws one.",
        ),
    ],
};

/// A schema of the vendor's own.
pub static OWN_SCHEMA: Block = Block {
    name: "own_schema",
    about: "A schema of the vendor's own.",
    keys: &[
        may(
            "name",
            Kind::Text,
            "Its name for people; without it, made of its URN: `…:badge:2.0:User` is BadgeUser.",
        ),
        may("about", Kind::Text, "What it describes; `description` in `/Schemas`."),
    ],
};

/// How `{n}` counts.
pub static NUMBERS: Block = Block {
    name: "numbers",
    about: "How `{n}` counts.",
    keys: &[
        default("first", Kind::Int { min: 0, max: 1_000_000_000 }, "1", "The first record's number."),
        default("step", Kind::Int { min: 1, max: 1_000 }, "1", "From one record to the next."),
    ],
};

/// One attribute, with the characteristics of RFC 7643 section 7 and the vendor's own rules.
pub static FIELD: Block = Block {
    name: "field",
    about: "One attribute, with the characteristics of RFC 7643 section 7 and the vendor's own rules.",
    keys: &[
        may(
            "type",
            Kind::Word(&[
                ("string", "text"),
                ("boolean", "true or false"),
                ("decimal", "a number"),
                ("integer", "a whole number"),
                ("dateTime", "an RFC 3339 time"),
                ("reference", "a URI"),
                ("binary", "base64"),
                ("complex", "an object of sub-attributes"),
            ]),
            "Its SCIM type; given for attributes that the schemas lack.",
        ),
        may("about", Kind::Text, "What it is; `description` in `/Schemas`."),
        may("multi_valued", Kind::Bool, "Whether it is a list."),
        may(
            "format",
            Kind::Word(&[
                ("email", "an e-mail address"),
                ("time_zone", "an IANA time zone"),
                ("phone", "an E.164 number, `+46701234567`"),
                ("locale", "a BCP 47 tag, `en-US`"),
            ]),
            "What its text must be.",
        ),
        may("required", Kind::Bool, "Whether a record must have it."),
        may("canonical_values", TEXTS, "The values that `/Schemas` suggests; others are taken too."),
        may("case_exact", Kind::Bool, "Whether comparing it minds case."),
        may(
            "mutability",
            Kind::Word(&[
                ("readOnly", "the vendor's alone; values sent are ignored"),
                ("readWrite", "free to change"),
                ("immutable", "set once"),
                ("writeOnly", "never shown"),
            ]),
            "Who may write it, and when.",
        ),
        default(
            "late_change",
            Kind::Word(&[
                ("refuse", "400 with `mutability`"),
                ("ignore", "the value stays and nothing is said"),
            ]),
            "refuse",
            "For `immutable`: what a later change does.",
        ),
        may(
            "returned",
            Kind::Word(&[
                ("always", "in every answer"),
                ("never", "in none"),
                ("default", "unless left out on request"),
                ("request", "only on request"),
            ]),
            "When it is shown.",
        ),
        may("default", Kind::Json, "The value of a new or replaced record that is sent without one."),
        may(
            "assigned",
            Kind::Json,
            "The value that the vendor gives it after every write, from other attributes: `${userName}`. What a client sends is ignored.",
        ),
        may(
            "reference_types",
            TEXTS,
            "For `type: reference`: what it may point to, resource types by name, `external` or `uri`.",
        ),
        may("refers_to", Kind::Name, "The type of record whose id it holds."),
        default(
            "unknown_reference",
            Kind::Word(&[("keep", "the text is kept as it was sent"), ("refuse", "400")]),
            "keep",
            "For `refers_to`: what a value does that names no record.",
        ),
        default(
            "over_scim",
            Kind::Bool,
            "true",
            "Whether SCIM shows it and takes it; if not, only a REST shape does.",
        ),
        may("at_most", Kind::Int { min: 1, max: 1000 }, "How many values it may have."),
    ],
};

/// A value that no two records may share; looked up in constant time.
pub static UNIQUE: Block = Block {
    name: "unique",
    about: "A value that no two records may share; looked up in constant time.",
    keys: &[
        must("at", PATHS, "Where the value stands; of several, the first whose value has the format."),
        may("format", Kind::Word(&[("email", "an e-mail address")]), "What a value must be to count."),
        default(
            "within",
            Kind::Word(&[
                ("organization", "two organizations may both have it"),
                ("platform", "taken once for all organizations"),
            ]),
            "organization",
            "Among which records.",
        ),
        default(
            "case",
            Kind::Word(&[("ignore", "`A` and `a` are the same"), ("exact", "they differ")]),
            "ignore",
            "How case counts.",
        ),
    ],
};

/// An amount of something that the vendor keeps beside a record.
pub static VENDOR_DATA: Block = Block {
    name: "vendor_data",
    about: "An amount of something that the vendor keeps beside a record.",
    keys: &[
        must("about", Kind::Text, "What it is."),
        default(
            "amount",
            Kind::List(&Kind::Int { min: 0, max: 1_000_000 }),
            "[0, 20]",
            "Least and most that a made-up record has.",
        ),
        default(
            "deactivated",
            Kind::Word(&[("kept", "it stays"), ("erased", "it is gone")]),
            "kept",
            "What deactivating the record does to it.",
        ),
        default(
            "deleted",
            Kind::Word(&[("kept", "it stays"), ("erased", "it is gone")]),
            "erased",
            "What deleting the record does to it.",
        ),
    ],
};
