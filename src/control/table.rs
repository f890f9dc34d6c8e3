//! All rows, and which of them a call is for.

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use super::problem::Problem;
use super::row::Row;
use super::{
    ROOT, chaos, clock, console, credentials, health, journal, limits, openapi, report, sandboxes, scenario,
    settings, snapshots, staff, vendors,
};

/// What segments of paths stand for.
pub const SEGMENTS: &[(&str, &str)] = &[
    ("sandbox", "The sandbox's name; `default` is there from the start."),
    ("vendor", "The vendor's name."),
    ("snapshot", "The snapshot's name."),
    ("id", "The credential's number in the sandbox, as the list has it."),
    ("rule", "The chaos rule's number or name, or the name of a ready-made set."),
    ("type", "The type of record, as the profile has it."),
    ("record", "The record's id."),
    ("action", "The action's name, as the profile has it."),
    ("script", "The name of the file."),
    ("request", "The request id of the call: what its reply has in `Standin-Request-Id`."),
];

/// All rows, by what they are about.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [
        health::ROWS,
        console::ROWS,
        openapi::ROWS,
        vendors::ROWS,
        sandboxes::ROWS,
        snapshots::ROWS,
        clock::ROWS,
        credentials::ROWS,
        settings::ROWS,
        limits::ROWS,
        chaos::ROWS,
        journal::ROWS,
        report::ROWS,
        scenario::ROWS,
        staff::ROWS,
    ];
    tables.into_iter().flatten()
}

/// A row that a call is for.
#[derive(Debug)]
pub(super) struct Found {
    /// The row.
    pub row: &'static Row,
    /// What its path's segments stand for, decoded.
    pub segments: Vec<(&'static str, String)>,
}

/// Finds the row of a method and a path below the root.
pub(super) fn find(method: &Method, path: &str) -> Result<Found, Problem> {
    let fitting: Vec<Found> =
        rows().filter_map(|row| Some(Found { row, segments: fit(row.path, path)? })).collect();
    // `/journal/stream` is not the call `stream`.
    let Some(fewest) = fitting.iter().map(|found| found.segments.len()).min() else {
        let sentence = format!("there is nothing at this path; {ROOT}/v1/openapi.json tells what there is");
        return Err(Problem::new(StatusCode::NOT_FOUND, sentence));
    };
    let mut fitting: Vec<Found> =
        fitting.into_iter().filter(|found| found.segments.len() == fewest).collect();
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    match fitting.iter().position(|found| found.row.method == asked) {
        Some(index) => Ok(fitting.swap_remove(index)),
        None => {
            let mut allowed: Vec<&str> = fitting.iter().map(|found| found.row.method.as_str()).collect();
            if allowed.contains(&"GET") {
                allowed.push("HEAD");
            }
            let allowed = allowed.join(", ");
            Err(Problem::method(format!("this path takes {allowed}, not {method}"), &allowed))
        }
    }
}

/// What the segments of a pattern stand for in a path; `None` when it is another's.
fn fit(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        let segment = segments.next()?;
        match wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                found.push((name, percent_decode_str(segment).decode_utf8().ok()?.into_owned()));
            }
            None if segment == wanted => {}
            Some(_) | None => return None,
        }
    }
    segments.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests;
