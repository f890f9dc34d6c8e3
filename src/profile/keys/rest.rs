//! REST: shapes and operations.

use super::super::grammar::{Block, Kind};
use super::super::pattern;
use super::PAGING;
use super::kinds::{CALL, ID_FORM, NAMES, PATHS, RECORD_PATH, STATUS, default, may, must};

/// How an api shows a record: its names, and where each lives in the record.
pub static SHAPE: Block = Block {
    name: "shape",
    about: "How an api shows a record: its names, and where each lives in the record.",
    keys: &[
        must("record", Kind::Name, "The type of record."),
        must("id", ID_FORM, "What its ids look like here."),
        default(
            "absent",
            Kind::Word(&[("omit", "the name is left out"), ("as_null", "the name is there, with `null`")]),
            "omit",
            "How a field without a value is shown.",
        ),
        must(
            "fields",
            Kind::Map(&Kind::Either(&[RECORD_PATH, Kind::Block(&SHAPE_FIELD)])),
            "Its fields in order: a SCIM path, or more to say.",
        ),
        default("brief", NAMES, "[]", "The fields of the short form, for operations that say `brief`."),
    ],
};

/// One name that a REST api shows.
pub static SHAPE_FIELD: Block = Block {
    name: "shape_field",
    about: "One name that a REST api shows.",
    keys: &[
        may(
            "at",
            Kind::Either(&[RECORD_PATH, PATHS]),
            "Where it lives; of several places, the first whose value has the format.",
        ),
        may(
            "shows",
            Kind::Word(&[
                ("id", "the record's id"),
                ("created", "when it was created"),
                ("modified", "when it was last changed"),
                ("groups", "the ids of the groups it is in; may be written"),
                ("members", "the ids of its members; may be written"),
                ("member_count", "how many members it has"),
            ]),
            "Something that is not an attribute.",
        ),
        default("required", Kind::Bool, "false", "Whether a create must send it."),
        default("on_create", Kind::Word(WRITE), "accepted", "What a create does with it."),
        default("on_update", Kind::Word(WRITE), "accepted", "What an update does with it."),
        may("scope", Kind::Text, "The scope that a credential needs to send it, besides the operation's."),
        default(
            "words",
            Kind::MapOf { key: "a word", key_check: pattern::anything, value: &Kind::Any },
            "{}",
            "Words on the wire for values in the record: `{enabled: true, disabled: false}`.",
        ),
        default(
            "time",
            Kind::Word(&[
                ("iso8601", "`2026-01-01T00:00:00Z`"),
                ("epoch_s", "seconds since 1970"),
                ("epoch_ms", "milliseconds since 1970"),
            ]),
            "iso8601",
            "For `created` and `modified`: how the time is written.",
        ),
    ],
};

const WRITE: &[(&str, &str)] = &[("accepted", "taken"), ("ignored", "not looked at"), ("refused", "400")];

/// A call that a REST api answers.
pub static OPERATION: Block = Block {
    name: "operation",
    about: "A call that a REST api answers.",
    keys: &[
        must("call", CALL, "The method and the path."),
        must(
            "does",
            Kind::Word(&[
                ("list", "many records, filtered and paged"),
                ("fetch", "one record"),
                ("create", "a new record"),
                ("update", "changes a record"),
                ("delete", "removes a record for good"),
            ]),
            "What it does.",
        ),
        must("shape", Kind::Name, "The shape of the record it works on."),
        default(
            "enabled",
            Kind::Bool,
            "true",
            "Whether it is served; if not, the call is as unknown as any other.",
        ),
        may("scope", Kind::Text, "The scope that a credential needs."),
        may("status", STATUS, "The status of success; without it 200, 201 for a create, 204 for a delete."),
        may(
            "reply",
            Kind::Json,
            "The body of success; `${item}`, `${items}`, `${total}`, `${page}`, `${size}`, `${offset}`, `${count}`, `${next_cursor}`, `${status}`. Without it the record itself, or nothing for a delete.",
        ),
        may(
            "wrapped_in",
            Kind::Text,
            "The key of a JSON request body that holds the record's fields, such as `data`; without it they are at the top. A form is never wrapped.",
        ),
        default("brief", Kind::Bool, "false", "Whether records are shown in the shape's short form."),
        default(
            "filters",
            Kind::Map(&Kind::Block(&QUERY_FILTER)),
            "{}",
            "Query parameters that narrow a list.",
        ),
        may("paging", Kind::Block(&PAGING), "How this list is cut."),
        default(
            "absent_fields",
            Kind::Word(&[
                ("keep", "they stay as they are"),
                ("clear", "they lose their value"),
                ("refuse", "400"),
            ]),
            "keep",
            "What an update does with fields that are not sent.",
        ),
    ],
};

/// A query parameter that narrows a list.
pub static QUERY_FILTER: Block = Block {
    name: "query_filter",
    about: "A query parameter that narrows a list.",
    keys: &[
        must("field", Kind::Name, "The field of the shape that it looks at."),
        default(
            "match",
            Kind::Word(&[
                ("equals", "the whole value"),
                ("contains", "a part of it"),
                ("starts_with", "its beginning"),
            ]),
            "equals",
            "How.",
        ),
        default(
            "case",
            Kind::Word(&[("ignore", "`A` and `a` are the same"), ("exact", "they differ")]),
            "ignore",
            "How case counts.",
        ),
    ],
};
