//! A small table that has one of everything, for the tests of whatever reads tables.

use super::{Block, Key, Kind, Need};

/// A vendor with limits and endpoints.
pub(crate) static VENDOR: Block = Block {
    name: "vendor",
    about: "A vendor.",
    keys: &[
        key("name", Kind::Name, Need::Required, "The vendor's name."),
        key("title", Kind::Text, Need::Optional, "Its name as people write it. Any text."),
        key("is_open", Kind::Bool, Need::Default("true"), "Whether it answers at all."),
        key("hosts", Kind::List(&Kind::Text), Need::Default("[]"), "Its host names."),
        key("limits", Kind::Map(&Kind::Block(&LIMIT)), Need::Default("{}"), "Its rate limits."),
        key("endpoints", Kind::List(&Kind::Block(&ENDPOINT)), Need::Optional, "What it answers."),
        key("replies", REPLIES, Need::Optional, "Bodies by status."),
        key("when", Kind::Block(&CONDITION), Need::Optional, "When it answers."),
        key("settings", Kind::Any, Need::Optional, "Whatever else."),
    ],
};

static LIMIT: Block = Block {
    name: "limit",
    about: "A rate limit.",
    keys: &[
        key("max", Kind::Int { min: 1, max: 10_000 }, Need::Required, "How many calls."),
        key("window", Kind::Duration, Need::Required, "In which time."),
        key("algorithm", Kind::Word(ALGORITHMS), Need::Default("fixed"), "How it counts."),
        key("burst", Kind::Int { min: 0, max: i64::MAX }, Need::Optional, "How many calls | at once."),
    ],
};

static ENDPOINT: Block = Block {
    name: "endpoint",
    about: "What answers a call.",
    keys: &[
        key("call", CALL, Need::Required, "The call it answers."),
        key("action", Kind::Word(ACTIONS), Need::Required, "What it does."),
        key(
            "limit",
            Kind::Either(&[Kind::Name, Kind::Block(&LIMIT)]),
            Need::Optional,
            "Its limit, by name or in full.",
        ),
        key("max_age", Kind::Either(&[Kind::Duration, CALL]), Need::Optional, "Two forms of text."),
    ],
};

static CONDITION: Block = Block {
    name: "condition",
    about: "A condition; conditions nest.",
    keys: &[
        key("method", Kind::Text, Need::Optional, "The method of the call."),
        key("not", Kind::Block(&CONDITION), Need::Optional, "What must not hold."),
        key("any", Kind::List(&Kind::Block(&CONDITION)), Need::Optional, "Of what one must hold."),
    ],
};

const ALGORITHMS: &[(&str, &str)] =
    &[("fixed", "counts in fixed windows"), ("sliding", "counts the time before a call")];

const ACTIONS: &[(&str, &str)] = &[
    ("create", "makes a record"),
    ("get", "shows a record"),
    ("list", "shows many"),
    ("replace", "replaces a record"),
    ("patch", "changes a record"),
    ("delete", "removes a record"),
];

const CALL: Kind = Kind::Pattern {
    name: "a method and a path",
    about: "a method, a blank, a path",
    example: "GET /users",
    check: call,
};

const REPLIES: Kind = Kind::MapOf { key: "a status code", key_check: status, value: &Kind::Json };

const fn key(name: &'static str, kind: Kind, need: Need, about: &'static str) -> Key {
    Key { name, kind, need, about }
}

fn call(text: &str) -> Result<(), String> {
    match text.split_once(' ') {
        Some((_, path)) if path.starts_with('/') => Ok(()),
        Some(_) => Err("the path begins with `/`".to_owned()),
        None => Err("a blank is missing between method and path".to_owned()),
    }
}

fn status(text: &str) -> Result<(), String> {
    if text.len() == 3 && text.parse::<u16>().is_ok() { Ok(()) } else { Err("three digits".to_owned()) }
}
