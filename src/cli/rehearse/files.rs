//! The files that a report is written to.
//!
//! **Invariant:** whether each can be written is known before the client runs, and what is there already stays until there is a
//! new report.

use std::fs::{self, OpenOptions};
use std::path::Path;

use serde_json::{Value, json};

use super::run::{Rehearsal, Run};
use super::{RehearseArgs, matrix, replay};
use crate::report::Report;
use crate::report::html::html;
use crate::report::json::json as report_json;
use crate::report::junit::junit_of;
use crate::serve::Refusal;

/// Whether all can be written.
///
/// # Errors
/// The first that cannot.
pub(super) fn look(args: &RehearseArgs) -> Result<(), Refusal> {
    for (option, path) in [("junit", &args.junit), ("json", &args.json), ("html", &args.html)] {
        let Some(path) = path else { continue };
        let was_there = path.exists();
        if was_there && !path.is_file() && !path.is_dir() {
            // A pipe: whoever reads it would take the end of this look for that of the report.
            continue;
        }
        let opened = OpenOptions::new().append(true).create(true).open(path);
        opened
            .map_err(|error| Refusal::new(format!("--{option}: cannot write {}: {error}", path.display())))?;
        if !was_there {
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

/// Writes them.
///
/// # Errors
/// The first that cannot be written.
pub(super) fn write(rehearsal: &Rehearsal<'_>, all: &[Run]) -> Result<(), Refusal> {
    let args = rehearsal.args;
    if let Some(path) = &args.junit {
        let names: Vec<String> = all.iter().map(matrix::name).collect();
        let reports = all.iter().map(|run| &run.report);
        let named: Vec<(&str, &Report)> = names.iter().map(String::as_str).zip(reports).collect();
        write_one(path, &junit_of(&named))?;
    }
    if let (Some(path), [run]) = (&args.html, all) {
        write_one(path, &html(&run.report))?;
    }
    if let Some(path) = &args.json {
        write_one(path, &format!("{:#}\n", as_json(rehearsal, all)))?;
    }
    Ok(())
}

fn as_json(rehearsal: &Rehearsal<'_>, all: &[Run]) -> Value {
    let one = |run: &Run| {
        json!({
            "picks": run.picks.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "passed": run.report.passed(),
            "exit_code": run.exit_code,
            "replay": replay::command(rehearsal.args, &run.picks),
            "report": report_json(&run.report),
        })
    };
    json!({
        "scenario": rehearsal.scenario.name,
        "seed": rehearsal.seed(),
        "passed": all.iter().all(|run| run.report.passed()),
        "runs": all.iter().map(one).collect::<Vec<_>>(),
    })
}

fn write_one(path: &Path, text: &str) -> Result<(), Refusal> {
    fs::write(path, text).map_err(|error| Refusal::new(format!("cannot write {}: {error}", path.display())))
}
