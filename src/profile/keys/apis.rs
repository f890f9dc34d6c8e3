//! Surfaces: what REST, SCIM and OAuth share, and the token endpoint.

use super::super::grammar::{Block, Kind};
use super::super::pattern;
use super::kinds::{BASE, TEXTS, default, may, must};
use super::rest::{OPERATION, SHAPE};
use super::scim::{BULK, DISCOVERY, LENIENT, RESOURCE};
use super::{ERRORS, REQUIRES};

/// One surface of the vendor.
pub static API: Block = Block {
    name: "api",
    about: "One surface of the vendor.",
    keys: &[
        may("about", Kind::Text, "What it is called and what it is for."),
        must(
            "kind",
            Kind::Word(&[
                ("rest", "JSON or form bodies, shapes and operations as declared"),
                ("scim", "SCIM 2.0 (RFC 7643, RFC 7644)"),
                ("oauth", "an OAuth 2.0 token endpoint (RFC 6749)"),
            ]),
            "Which protocol it speaks.",
        ),
        must("base", BASE, "The path in front of everything it serves."),
        must("credential", Kind::Name, "The credential that it takes."),
        may("requires", Kind::Block(&REQUIRES), "What an organization needs for it."),
        may("clients", Kind::Block(&CLIENTS), "Which identity providers it is made for."),
        default(
            "unknown_route",
            Kind::Word(&[
                ("last", "after the token, the plan and the limits were checked"),
                ("first", "before anything else"),
            ]),
            "last",
            "When a path that is not served is answered with 404.",
        ),
        may("errors", Kind::Block(&ERRORS), "How faults look here."),
        default(
            "accepts",
            Kind::List(&Kind::Word(&[
                ("json", "application/json and other +json types"),
                ("form", "application/x-www-form-urlencoded"),
            ])),
            "[json]",
            "REST: the request bodies it reads.",
        ),
        may("paging", Kind::Block(&PAGING), "How lists are cut; the default for its operations."),
        default("shapes", Kind::Map(&Kind::Block(&SHAPE)), "{}", "REST: how records look."),
        default("operations", Kind::Map(&Kind::Block(&OPERATION)), "{}", "REST: the calls it answers."),
        default(
            "resources",
            Kind::MapOf {
                key: "an endpoint's name",
                key_check: pattern::resource,
                value: &Kind::Block(&RESOURCE),
            },
            "{}",
            "SCIM: the endpoints (`Users`, `Groups`) it serves.",
        ),
        default(
            "unsupported",
            Kind::Int { min: 400, max: 501 },
            "501",
            "SCIM: the status of what the protocol has and this vendor does not.",
        ),
        default(
            "lenient",
            Kind::List(&Kind::Word(LENIENT)),
            "[]",
            "SCIM: deviations of identity providers that are let pass.",
        ),
        default(
            "meta",
            Kind::Word(&[
                ("full", "resourceType, created, lastModified, location"),
                ("type_only", "resourceType alone"),
                ("none", "no `meta`"),
            ]),
            "full",
            "SCIM: what `meta` shows.",
        ),
        default(
            "discovery",
            Kind::List(&Kind::Word(DISCOVERY)),
            "[]",
            "SCIM: the documents about itself that it serves.",
        ),
        default("sort", Kind::Bool, "false", "SCIM: whether `sortBy` and `sortOrder` are looked at."),
        default(
            "etag",
            Kind::Bool,
            "false",
            "SCIM: whether records have versions, and `If-Match` and `If-None-Match` are looked at.",
        ),
        default(
            "search",
            Kind::Bool,
            "false",
            "SCIM: whether there are queries by POST to `.search`, and of all resources at once.",
        ),
        default(
            "other_versions",
            Kind::Word(&[
                ("unknown", "404, as for any path that no api serves"),
                ("refuse", "400 with `invalidVers` (RFC 7644 section 3.13)"),
            ]),
            "unknown",
            "SCIM: what a base has in answer that differs in its version alone: `/v1` where there is `/v2`.",
        ),
        may("bulk", Kind::Block(&BULK), "SCIM: whether there is `/Bulk`, and how much it takes."),
        may("me", Kind::Text, "SCIM: the endpoint (`Users`) that `/Me` is an alias into."),
        may("token", Kind::Block(&TOKEN), "OAuth: the token endpoint."),
    ],
};

/// Identity providers told apart by words in User-Agent.
pub static CLIENTS: Block = Block {
    name: "clients",
    about: "Identity providers told apart by words in User-Agent.",
    keys: &[
        must("supported", TEXTS, "Words in the User-Agent of those it is made for."),
        default("recognised", TEXTS, "[]", "Words in the User-Agent of others."),
        default(
            "others",
            Kind::Word(&[
                ("advise", "an answer, and an advisory beside it"),
                ("refuse", "403, the fault `client_refused`"),
            ]),
            "advise",
            "What the others get.",
        ),
    ],
};

/// How a list is cut into pages.
pub static PAGING: Block = Block {
    name: "paging",
    about: "How a list is cut into pages.",
    keys: &[
        must(
            "style",
            Kind::Word(&[
                ("page", "a page number and a size"),
                ("offset", "an offset and a limit"),
                ("cursor", "an opaque cursor and a limit"),
                ("index", "SCIM's startIndex and count"),
                ("none", "not at all: everything comes back"),
            ]),
            "Which way.",
        ),
        may(
            "number",
            Kind::Text,
            "The parameter that holds the page number, the offset, the cursor or the start index.",
        ),
        may("size", Kind::Text, "The parameter that holds the size."),
        default(
            "default",
            Kind::Int { min: 1, max: 1_000_000 },
            "100",
            "The size of a page when none is asked for; where only `max` is written and is smaller, `max`.",
        ),
        default("max", Kind::Int { min: 1, max: 1_000_000 }, "1000", "The largest size."),
        default(
            "above_max",
            Kind::Word(&[("clamp", "the page has the largest size"), ("refuse", "400")]),
            "clamp",
            "What a size above the largest does.",
        ),
        default(
            "invalid",
            Kind::Word(&[
                ("refuse", "400"),
                ("clamp", "it counts as the nearest sensible value (RFC 7644 section 3.4.2.4)"),
            ]),
            "refuse",
            "What a number does that is too small. What is no number is 400 in any case.",
        ),
        default(
            "link_header",
            Kind::Bool,
            "false",
            "Whether a Link header (RFC 8288) names the next, previous, first and last page.",
        ),
        default(
            "cursors",
            Kind::Bool,
            "false",
            "SCIM: whether a client may page by `cursor` (RFC 9865) beside `startIndex`.",
        ),
        default("cursors_expire", Kind::Duration, "3600s", "SCIM: how long a cursor can be used."),
    ],
};

/// A token endpoint with the client credentials grant (RFC 6749 section 4.4).
pub static TOKEN: Block = Block {
    name: "token",
    about: "A token endpoint with the client credentials grant (RFC 6749 section 4.4).",
    keys: &[
        must(
            "path",
            Kind::Pattern {
                name: "a path",
                about: "a path below the api's base",
                example: "/oauth/token",
                check: pattern::token_path,
            },
            "Where it answers POST.",
        ),
        default("expires", Kind::Duration, "3600s", "How long an access token lives."),
        may(
            "revocation_path",
            Kind::Pattern {
                name: "a path",
                about: "a path below the api's base",
                example: "/oauth/revoke",
                check: pattern::token_path,
            },
            "Where a client ends its access tokens (RFC 7009) by POST.",
        ),
        default(
            "one_per_client",
            Kind::Bool,
            "false",
            "Issuing an access token ends the client's one before.",
        ),
        default(
            "client_authentication",
            Kind::List(&Kind::Word(&[
                ("basic", "HTTP Basic"),
                ("body", "`client_id` and `client_secret` in the form"),
            ])),
            "[basic, body]",
            "How a client shows its secret.",
        ),
    ],
};
