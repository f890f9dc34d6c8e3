//! The kinds of values that several blocks share, and shorthands for keys; for the tables of other files, too.

use super::super::grammar::{Key, Kind, Need};
use super::super::pattern;

pub(crate) const fn must(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, need: Need::Required, about }
}

pub(crate) const fn may(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, need: Need::Optional, about }
}

pub(crate) const fn default(name: &'static str, kind: Kind, value: &'static str, about: &'static str) -> Key {
    Key { name, kind, need: Need::Default(value), about }
}

pub(crate) const NAMES: Kind = Kind::List(&Kind::Name);
pub(crate) const TEXTS: Kind = Kind::List(&Kind::Text);
pub(crate) const PATHS: Kind = Kind::List(&RECORD_PATH);

pub(crate) const RECORD_PATH: Kind = Kind::Pattern {
    name: "a SCIM path",
    about: "an attribute of the record, as in a SCIM PATCH: `name.givenName`, `emails[type eq \"work\"].value`, `urn:…:User:department`",
    example: "name.givenName",
    check: pattern::record_path,
};
pub(crate) const CALL: Kind = Kind::Pattern {
    name: "a method and a path",
    about: "a method and a path below the api's base, with `{id}` for the record",
    example: "GET /users/{id}",
    check: pattern::call,
};
pub(crate) const HOST: Kind = Kind::Pattern {
    name: "a host name",
    about: "a host name; `*` stands for exactly one label",
    example: "api.*.example.com",
    check: pattern::host,
};
pub(crate) const BASE: Kind = Kind::Pattern {
    name: "a base path",
    about: "a path without a slash at its end; one segment may be `{organization}`",
    example: "/scim/v2/{organization}",
    check: pattern::base,
};
pub(crate) const ID_FORM: Kind = Kind::Pattern {
    name: "an id form",
    about: "text around one of `{n}` (a number), `{uuid}`, `{hex}` (16 digits)",
    example: "u{n}",
    check: pattern::id_form,
};
pub(crate) const ID: Kind = Kind::Pattern {
    name: "an id",
    about: "letters, digits and `-`, `.`, `_`, `~`, `:`, `@`",
    example: "user-id",
    check: pattern::id,
};
pub(crate) const FACT_ID: Kind = Kind::Pattern {
    name: "a fact's id",
    about: "the id of a fact of this profile",
    example: "acme.12",
    check: pattern::fact_id,
};
pub(crate) const TOKEN_FORM: Kind = Kind::Pattern {
    name: "a token form",
    about: "text around `{random}`, 32 letters and digits drawn from the sandbox's seed",
    example: "pat_{random}",
    check: pattern::token_form,
};
pub(crate) const SKEW: Kind = Kind::Pattern {
    name: "a skew",
    about: "a duration, with a `-` in front of it where it is taken away",
    example: "-30s",
    check: pattern::skew,
};
pub(crate) const FILTER_FORM: Kind = Kind::Pattern {
    name: "an attribute and an operator",
    about: "an attribute and a SCIM operator that is supported on it",
    example: "userName eq",
    check: pattern::filter_form,
};
pub(crate) const VENDOR: Kind = Kind::Pattern {
    name: "a vendor's name",
    about: "a lower-case letter, then lower-case letters, digits and hyphens",
    example: "acme",
    check: pattern::vendor,
};
pub(crate) const HEADER: Kind = Kind::Pattern {
    name: "a header's name",
    about: "letters, digits and hyphens",
    example: "X-Api-Key",
    check: pattern::header,
};
pub(crate) const HEADER_VALUE: Kind = Kind::Pattern {
    name: "a header's value",
    about: "visible ASCII and blanks",
    example: "no-store",
    check: pattern::header_value,
};
pub(crate) const MEDIA_TYPE: Kind = Kind::Pattern {
    name: "a media type",
    about: "visible ASCII, as Content-Type has it",
    example: "application/problem+json",
    check: pattern::header_value,
};
pub(crate) const STATUS: Kind = Kind::Int { min: 200, max: 599 };
