//! `standin rehearse SCENARIO -- CMD…`: runs a client against a scenario, and tells how it behaved.
//!
//! | file | does |
//! |---|---|
//! | `run` | one rehearsal: a sandbox, the client in it, the report |
//! | `surroundings` | what the client finds in its environment |
//! | `tokens` | files that always hold the credential that is good now |
//! | `client` | the client's process, and all that it starts |
//! | `progress` | what is said meanwhile |
//! | `matrix` | one rehearsal for each value of each variant |
//! | `replay` | the one command that does it again |

mod client;
mod matrix;
mod progress;
mod replay;
mod run;
mod surroundings;
mod tokens;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::ValueHint;
use serde_json::json;

use super::{ProfileArgs, print, refuse};
use crate::profile::grammar::duration_ms;
use crate::report::text::{Ink, text};
use crate::report::{Report, json::json as report_json, junit::junit};
use crate::serve::{Access, Background, Choice, Order, Refusal};
use crate::server::Address;

use run::{Rehearsal, Run};

#[derive(Debug, clap::Args)]
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
    #[arg(long, value_name = "[VENDOR=]FILE", value_hint = ValueHint::FilePath)]
    expect: Vec<String>,
    /// Write the report as JUnit XML
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    junit: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    json: Option<PathBuf>,
    /// Write the report as a page with a timeline
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "matrix")]
    html: Option<PathBuf>,
    /// Run the client once for each value of every variant, or of those named: --matrix=acme.delete,other
    #[arg(long, value_name = "VENDOR[.VARIANT],…", num_args = 0..=1, require_equals = true, default_missing_value = "", value_delimiter = ',')]
    matrix: Option<Vec<String>>,
    /// How long the client may take, such as 90s
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    timeout: u64,
    /// The client, and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Exits 0 when all that is required passed, 1 when some failed, 2 when it could not run.
pub(super) fn run(args: &RehearseArgs) -> ExitCode {
    rehearse(args).unwrap_or_else(|refusal| refuse(&refusal.to_string()))
}

fn rehearse(args: &RehearseArgs) -> Result<ExitCode, Refusal> {
    let background = Background::start(order(args))?;
    let engine = background.desk().engine();
    let scenario = Arc::new(crate::serve::scenario(&args.scenario, engine.profiles())?);
    let expected = args.expect.iter().map(|text| run::expected(text)).collect::<Result<Vec<_>, _>>()?;
    let rehearsal = Rehearsal {
        engine,
        url: background.url(),
        scenario: &scenario,
        seed: args.seed.unwrap_or(1),
        vendors: if args.vendors.is_empty() { &scenario.vendors } else { &args.vendors },
        expected: &expected,
        command: &args.command,
        timeout_ms: args.timeout,
        tokens: &tokens::keep(engine)?,
    };
    let all = match &args.matrix {
        None => vec![rehearsal.run("rehearsal", &[])?],
        Some(named) => matrix::run(&rehearsal, named)?,
    };
    write_files(args, &rehearsal, &all)?;
    let shown = match (&args.matrix, all.as_slice()) {
        (None, [run]) => told(args, run),
        _ => matrix::table(args, &all),
    };
    print(&shown);
    Ok(if all.iter().all(Run::has_passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn order(args: &RehearseArgs) -> Order {
    let profiles = args.profiles.profiles.clone();
    let picks = args.profiles.set.clone();
    Order {
        listen: Address::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        vendor_listen: Vec::new(),
        choice: Choice { profiles, vendors: args.vendors.clone(), picks },
        seed: args.seed,
        // The default sandbox, which no client of a rehearsal calls.
        recipients: Some(0),
        groups: Some(0),
        seed_file: None,
        chaos: Vec::new(),
        scenario: None,
        request_ids: true,
        access: Access::default(),
    }
}

/// The report for a person, and how to see it again where the client failed.
fn told(args: &RehearseArgs, run: &Run) -> String {
    let ink = if std::io::stdout().is_terminal() { Ink::Colour } else { Ink::Plain };
    let mut shown = text(&run.report, ink);
    if !run.has_passed() {
        shown += &format!("\nAgain: {}\n", replay::command(args, &run.picks));
    }
    shown
}

fn write_files(args: &RehearseArgs, rehearsal: &Rehearsal<'_>, all: &[Run]) -> Result<(), Refusal> {
    let reports: Vec<&Report> = all.iter().map(|run| &run.report).collect();
    if let Some(path) = &args.junit {
        write(path, &junit(&reports))?;
    }
    if let (Some(path), [report]) = (&args.html, reports.as_slice()) {
        write(path, &crate::report::html::html(report))?;
    }
    if let Some(path) = &args.json {
        let one = |run: &Run| {
            json!({
                "picks": run.picks.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "passed": run.has_passed(),
                "exit_code": run.exit_code,
                "replay": replay::command(args, &run.picks),
                "report": report_json(&run.report),
            })
        };
        let whole = json!({
            "scenario": rehearsal.scenario.name,
            "seed": rehearsal.seed,
            "passed": all.iter().all(Run::has_passed),
            "runs": all.iter().map(one).collect::<Vec<_>>(),
        });
        write(path, &format!("{whole:#}\n"))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Refusal> {
    std::fs::write(path, text)
        .map_err(|error| Refusal::new(format!("cannot write {}: {error}", path.display())))
}

fn time(text: &str) -> Result<u64, String> {
    duration_ms(text).ok_or_else(|| "a length of time is wanted, such as 90s or 5m".to_owned())
}
