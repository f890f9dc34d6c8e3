//! `standin rehearse SCENARIO -- CMD…`: runs a client against a scenario, and tells how it behaved.
//!
//! | file | does |
//! |---|---|
//! | `run` | one rehearsal: a server, a sandbox, the client in it, the report |
//! | `surroundings` | what the client finds in its environment |
//! | `tokens` | files that always hold the credential that is good now |
//! | `client` | the client's process, and all that it starts |
//! | `progress` | what is said meanwhile |
//! | `expected` | the records as they should be at the end |
//! | `matrix` | one rehearsal for each value of each variant |
//! | `replay` | the one command that does it again |
//! | `files` | the report, written |

mod client;
mod expected;
mod files;
mod matrix;
mod progress;
mod replay;
mod run;
mod surroundings;
mod tokens;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::ValueHint;

use super::{ProfileArgs, print, refuse};
use crate::profile::grammar::duration_ms;
use crate::report::text::{Ink, text};
use crate::serve::{Refusal, scenario};

use client::Clients;
use expected::Expected;
use run::{Rehearsal, Run};

/// What is drawn follows from this number when nothing is said.
const SEED: u64 = 1;

/// How long a client may take when nothing is said, as it is written.
const TIMEOUT: &str = "10m";

/// What stands below `--help`.
const AFTER_HELP: &str = "\
The client finds in its environment: STANDIN_URL, STANDIN_SANDBOX, STANDIN_SEED, STANDIN_ORGANIZATION, STANDIN_VENDORS;
for each vendor and api STANDIN_<VENDOR>_<API>_URL; for each credential STANDIN_<VENDOR>_<CREDENTIAL>_TOKEN, or _CLIENT_ID,
_CLIENT_SECRET and _TOKEN_URL. _TOKEN_FILE, _CLIENT_ID_FILE and _CLIENT_SECRET_FILE name files that always hold the
one that is good now. docs/scenarios.md tells more.

Exit codes: 0 all that is required was kept; 1 something was not, or the client failed; 2 it could not run.";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct RehearseArgs {
    /// The scenario: one that comes with Standin (bad-day, rate-limit, …), or a file
    #[arg(value_name = "SCENARIO|FILE", value_hint = ValueHint::FilePath)]
    scenario: String,
    /// What everything that is drawn follows from: one seed, one fate [default: 1]
    #[arg(long, env = "STANDIN_SEED", hide_env = true, value_name = "N")]
    seed: Option<u64>,
    /// The vendors that the client meets; without it those of the scenario, or all
    #[arg(long, env = "STANDIN_VENDORS", hide_env = true, value_name = "VENDOR,…", value_delimiter = ',')]
    vendors: Vec<String>,
    #[command(flatten)]
    profiles: ProfileArgs,
    /// Recipients as they should be at the end, in the first organization: of one vendor, or of each that was called (repeatable)
    #[arg(long, env = "STANDIN_EXPECT", hide_env = true, value_name = "[VENDOR=]FILE", value_hint = ValueHint::FilePath)]
    expect: Vec<String>,
    /// Write the report as JUnit XML
    #[arg(long, env = "STANDIN_JUNIT", hide_env = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    junit: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, env = "STANDIN_JSON", hide_env = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    json: Option<PathBuf>,
    /// Write the report as a page with a timeline
    #[arg(long, env = "STANDIN_HTML", hide_env = true, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "matrix")]
    html: Option<PathBuf>,
    /// Run the client once more for each other value of every variant of the vendors that it calls, or of those named: --matrix=acme.delete,other
    #[arg(long, env = "STANDIN_MATRIX", hide_env = true, value_name = "VENDOR[.VARIANT],…", num_args = 0..=1, require_equals = true, default_missing_value = "", value_delimiter = ',')]
    matrix: Option<Vec<String>>,
    /// How long the client may take, such as 90s
    #[arg(long, env = "STANDIN_TIMEOUT", hide_env = true, value_name = "TIME", default_value = TIMEOUT, value_parser = time)]
    timeout: u64,
    /// The client, and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Exits 0 when all that is required was kept, 1 when something was not, 2 when it could not run.
pub(super) fn run(args: &RehearseArgs) -> ExitCode {
    rehearse(args).unwrap_or_else(|refusal| refuse(&refusal.to_string()))
}

fn rehearse(args: &RehearseArgs) -> Result<ExitCode, Refusal> {
    // Before anything is made that would have to be taken away again.
    let mut clients = Clients::new()?;
    let profiles = run::choice(args, &[]).read()?.profiles;
    let scenario = Arc::new(scenario(&args.scenario, &profiles)?);
    let mut rehearsal = Rehearsal { args, profiles, scenario, expected: Vec::new() };
    let read = |text: &String| Expected::read(text, &rehearsal.profiles, rehearsal.vendors());
    rehearsal.expected = args.expect.iter().map(read).collect::<Result<_, _>>()?;
    files::look(args)?;
    let all = match &args.matrix {
        None => vec![rehearsal.run(&mut clients, &[], &rehearsal.title())?],
        Some(named) => matrix::run(&rehearsal, &mut clients, named)?,
    };
    print(&match (&args.matrix, all.as_slice()) {
        (None, [run]) => told(args, run),
        _ => matrix::table(&rehearsal, &all),
    });
    files::write(&rehearsal, &all)?;
    Ok(if all.iter().all(|run| run.report.passed()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The report for a person, and how to see it again where the client failed.
fn told(args: &RehearseArgs, run: &Run) -> String {
    let ink = if std::io::stdout().is_terminal() { Ink::Colour } else { Ink::Plain };
    let mut shown = format!("\n{}", text(&run.report, ink));
    if !run.report.passed() {
        shown += &format!("\nAgain: {}\n", replay::command(args, &run.picks));
    }
    shown
}

fn time(text: &str) -> Result<u64, String> {
    let ms = duration_ms(text).filter(|ms| *ms > 0);
    ms.ok_or_else(|| "a length of time is wanted, such as 90s or 5m".to_owned())
}
