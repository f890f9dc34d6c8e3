//! SCIM: endpoints and leniency.

use super::super::grammar::{Block, Kind};
use super::super::pattern;
use super::kinds::{FILTER_FORM, ID_FORM, STATUS, default, may, must};

/// A SCIM endpoint.
pub static RESOURCE: Block = Block {
    name: "resource",
    about: "A SCIM endpoint.",
    keys: &[
        must("record", Kind::Name, "The type of record."),
        must("id", ID_FORM, "What its ids look like here."),
        must(
            "operations",
            Kind::MapOf {
                key: "create, get, list, replace, patch or delete",
                key_check: pattern::scim_operation,
                value: &Kind::Block(&SCIM_OPERATION),
            },
            "What it serves; the rest is refused with the api's `unsupported`.",
        ),
        may("filter", Kind::Block(&FILTERING), "Which filters it processes; without it, all of RFC 7644."),
        may("member", Kind::Json, "One entry of `members`: `${id}`, `${ref}`, `${display}`, `${type}`."),
        may(
            "group",
            Kind::Json,
            "One entry of a user's `groups`: `${id}`, `${ref}`, `${display}`, `${type}`, `${membership}`.",
        ),
        default(
            "nested_groups",
            Kind::Word(&[
                ("hide", "`groups` names the groups that the user is in"),
                ("show", "and the groups around these, as `indirect`"),
            ]),
            "hide",
            "How far a user's `groups` reach.",
        ),
        default(
            "unknown_member",
            Kind::Word(&[("refuse", "400"), ("ignore", "it is left out")]),
            "refuse",
            "What a member does that does not exist.",
        ),
        default(
            "empty_links",
            Kind::Word(&[("hide", "they are left out"), ("show", "an empty list")]),
            "hide",
            "How `members` and `groups` are shown when there are none.",
        ),
    ],
};

/// One operation of a SCIM endpoint.
pub static SCIM_OPERATION: Block = Block {
    name: "scim_operation",
    about: "One operation of a SCIM endpoint.",
    keys: &[
        default("enabled", Kind::Bool, "true", "Whether it is served."),
        may(
            "refused",
            Kind::Int { min: 400, max: 501 },
            "The status when it is not; without it the api's `unsupported`.",
        ),
        may("status", STATUS, "The status of success; without it RFC 7644's."),
        may("reply", Kind::Json, "The body of success, where it is not the resource; `${status}`."),
        may("scope", Kind::Text, "The scope that a credential needs."),
    ],
};

/// Which filters are processed.
pub static FILTERING: Block = Block {
    name: "filtering",
    about: "Which filters are processed.",
    keys: &[
        default(
            "only",
            Kind::List(&FILTER_FORM),
            "[]",
            "The filters that are processed, each alone; empty means the whole grammar.",
        ),
        default(
            "otherwise",
            Kind::Word(&[("refuse", "400 with `invalidFilter`"), ("ignore", "all results come back")]),
            "refuse",
            "What any other filter does, also one that does not parse.",
        ),
    ],
};

/// Many operations in one call (RFC 7644 section 3.7).
pub static BULK: Block = Block {
    name: "bulk",
    about: "Many operations in one call (RFC 7644 section 3.7).",
    keys: &[
        default("enabled", Kind::Bool, "true", "Whether it is served."),
        default(
            "max_operations",
            Kind::Int { min: 1, max: 10_000 },
            "1000",
            "The most operations in one call.",
        ),
        default(
            "max_payload_bytes",
            Kind::Int { min: 1, max: 1_048_576 },
            "1048576",
            "The longest body, in bytes.",
        ),
    ],
};

/// The documents that `discovery` names.
pub const DISCOVERY: &[(&str, &str)] = &[
    ("service_provider_config", "`/ServiceProviderConfig`: what it can do"),
    ("resource_types", "`/ResourceTypes`: which endpoints there are"),
    ("schemas", "`/Schemas`: which attributes there are"),
];

/// The deviations that `lenient` names.
pub const LENIENT: &[(&str, &str)] = &[
    ("op_case", "`Add` and `REPLACE` are `add` and `replace`"),
    ("string_booleans", "`\"True\"` is `true`, in any case"),
    ("create_on_value_path", "replacing `emails[type eq \"work\"].value` where there is none creates it"),
    ("members_by_value", "`remove` on `members` with a value removes these members only"),
    ("dotted_keys", "a PATCH without path may use `name.givenName` and URN-qualified keys"),
    ("loose_shapes", "a list of one for a single value, and an id for a `{\"value\": id}`"),
    ("unknown_attributes", "attributes that no schema has are ignored"),
    ("read_only_attributes", "a PATCH of a read-only attribute is ignored"),
    ("schemas_optional", "a body without `schemas` is taken"),
    ("old_schemas", "`schemas` may name SCIM 1.1's `urn:scim:schemas:core:…` instead"),
];
