//! The console: a page that shows a sandbox and changes it, by the other rows of this table.
//!
//! Its files are what a browser loads, and hold nothing of any sandbox; so anybody may load them, as long as their script is
//! refused what it asks for. A page of another origin may link to them and not frame them, and no script runs in them but
//! theirs.
//!
//! **Invariant:** the page reaches the sandboxes by the control API alone, and nothing but this server.

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes};
use super::{Desk, ROOT};
use crate::call::Reply;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/",
        name: "load_console",
        about: "The console, for a browser: records, calls as they come in, and why each was answered as it was.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Media(HTML))],
        refuses: &[],
        is_open: true,
        run: page,
    },
    Row {
        method: Method::GET,
        path: "/console.css",
        name: "load_console_style",
        about: "How the console looks.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Media(CSS))],
        refuses: &[],
        is_open: true,
        run: style,
    },
    Row {
        method: Method::GET,
        path: "/console/{script}",
        name: "load_console_script",
        about: "A part of what the console does.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Media(JS))],
        refuses: &[],
        is_open: true,
        run: script,
    },
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The modules, by their names in the folder `console` beside this file.
const SCRIPTS: &[(&str, &str)] = &[
    ("api.js", include_str!("console/api.js")),
    ("calls.js", include_str!("console/calls.js")),
    ("chaos.js", include_str!("console/chaos.js")),
    ("coverage.js", include_str!("console/coverage.js")),
    ("dom.js", include_str!("console/dom.js")),
    ("main.js", include_str!("console/main.js")),
    ("records.js", include_str!("console/records.js")),
    ("rehearsal.js", include_str!("console/rehearsal.js")),
    ("vendor.js", include_str!("console/vendor.js")),
    ("world.js", include_str!("console/world.js")),
];

/// What a browser may do with each of them. Trusted types: no text becomes markup, whoever wrote it.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Where the console is, for whoever left out the last slash: its files stand beside it.
pub(super) fn at_its_path() -> Reply {
    let reply = Reply::new(StatusCode::PERMANENT_REDIRECT);
    match HeaderValue::try_from(format!("{ROOT}/")) {
        Ok(at) => reply.with_header(LOCATION, at),
        Err(_) => reply,
    }
}

fn page(_: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    Ok(file(HTML, include_str!("console/index.html")))
}

fn style(_: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    Ok(file(CSS, include_str!("console/console.css")))
}

fn script(_: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let name = ask.segment("script");
    match SCRIPTS.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => Ok(file(JS, text)),
        None => {
            let known: Vec<&str> = SCRIPTS.iter().map(|(known, _)| *known).collect();
            Err(Problem::unknown("script", name, &known))
        }
    }
}

fn file(media: &'static str, text: &'static str) -> Reply {
    let mut reply = Reply::new(StatusCode::OK);
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    for (name, value) in HEADERS {
        reply.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    reply.body = text.as_bytes().into();
    reply
}

#[cfg(test)]
mod tests;
