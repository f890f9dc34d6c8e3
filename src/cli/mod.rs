//! The command line as it is written. One file a command says what each does.
//!
//! **Invariant:** an option is checked here for its form and nothing else; what it means is decided where it is used.
//! Every option of the server can also be given as an environment variable, lists with commas in between.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum, ValueHint};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::profile::model::Profile;
use crate::serve::{Choice, GROUPS_MAX, Pick, RECIPIENTS_MAX};
use crate::server::Address;

mod check;
mod completions;
mod ctl;
mod explain;
mod healthcheck;
mod openapi;
mod rehearse;
mod schema;
mod serve;

/// What stands below `--help`.
const AFTER_HELP: &str = "\
Every option is also an environment variable: --seed-file is STANDIN_SEED_FILE; lists have commas in between.

Exit codes: 0 well; 1 `check` found mistakes, `rehearse` a client that broke a rule, `healthcheck` no
healthy server, or the server refused what `ctl` asked; 2 it cannot start, or nobody could be asked.";

/// Standin is a stand-in for SaaS vendors: one small server that answers as their user-management APIs do.
#[derive(Debug, Parser)]
#[command(name = "standin", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the vendors (what `standin` does without a command)
    Serve(Box<ServeArgs>),
    /// Check profiles, chaos rules, scenarios and recipient files; every mistake is listed
    Check(CheckArgs),
    /// Describe a vendor: how it is reached, what it serves, its facts and variants
    Explain(ExplainArgs),
    /// Print the OpenAPI 3.1 document of a vendor's surface as emulated
    Openapi(OpenapiArgs),
    /// Print the JSON Schema of profiles, chaos rules or scenarios, for editors
    Schema(SchemaArgs),
    /// Run a client against a scenario, and tell how it behaved
    Rehearse(Box<rehearse::RehearseArgs>),
    /// Tell a running server what to do: sandboxes, clock, credentials, limits, journal
    Ctl(ctl::CtlArgs),
    /// Ask a running server whether it is well
    Healthcheck(HealthcheckArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
}

#[derive(Debug, clap::Args)]
struct ServeArgs {
    /// Where to listen: an address (port 0: any free one), or unix:/run/standin.sock
    #[arg(
        long,
        env = "STANDIN_LISTEN",
        hide_env = true,
        value_name = "ADDR",
        default_value = "127.0.0.1:8080"
    )]
    listen: Address,
    /// A door for one vendor alone: acme=127.0.0.1:8081 (repeatable)
    #[arg(long, env = "STANDIN_VENDOR_LISTEN", hide_env = true, value_name = "VENDOR=ADDR", value_delimiter = ',', value_parser = vendor_listen)]
    vendor_listen: Vec<(String, Address)>,
    /// The vendors to serve, in this order; all without it
    #[arg(long, env = "STANDIN_VENDORS", hide_env = true, value_name = "VENDOR,…", value_delimiter = ',')]
    vendors: Vec<String>,
    #[command(flatten)]
    profiles: ProfileArgs,
    /// What the made-up world follows from: one seed, one world, byte for byte [default: 1]
    #[arg(long, env = "STANDIN_SEED", hide_env = true, value_name = "N")]
    seed: Option<u64>,
    /// How many recipients the organization acme has [default: 250]
    #[arg(long, env = "STANDIN_RECIPIENTS", hide_env = true, value_name = "N", value_parser = recipients, allow_negative_numbers = true)]
    recipients: Option<usize>,
    /// How many groups it has, if it has recipients [default: 8]
    #[arg(long, env = "STANDIN_GROUPS", hide_env = true, value_name = "N", value_parser = groups, allow_negative_numbers = true)]
    groups: Option<usize>,
    /// Its recipients from a file instead of made up: .csv, .json or .ndjson
    #[arg(long, env = "STANDIN_SEED_FILE", hide_env = true, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["recipients", "groups"])]
    seed_file: Option<PathBuf>,
    /// Chaos rules for the default sandbox: a file of them, or ready-made ones by name, such as flaky (repeatable)
    #[arg(long, env = "STANDIN_CHAOS", hide_env = true, value_name = "FILE|NAME", value_delimiter = ',', value_hint = ValueHint::FilePath)]
    chaos: Vec<String>,
    /// A scenario that begins in the default sandbox at the start: one that comes with Standin, or a file
    #[arg(long, env = "STANDIN_SCENARIO", hide_env = true, value_name = "FILE|NAME", value_hint = ValueHint::FilePath)]
    scenario: Option<String>,
    /// Whether every reply carries Standin-Request-Id
    #[arg(long, env = "STANDIN_REQUEST_IDS", hide_env = true, value_name = "SWITCH", default_value = "on")]
    request_ids: Switch,
    /// Only whoever bears this token may call the control API
    #[arg(long, env = "STANDIN_CONTROL_TOKEN", hide_env = true, hide_env_values = true, value_name = "TOKEN", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    control_token: Option<String>,
    /// A host name by which the control API may be called, beside localhost and IP addresses (repeatable)
    #[arg(long, env = "STANDIN_CONTROL_HOST", hide_env = true, value_name = "HOST", value_delimiter = ',')]
    control_host: Vec<String>,
    /// What is logged: a level, or several by part: warn,standin=debug
    #[arg(long, env = "STANDIN_LOG", hide_env = true, value_name = "FILTER", default_value = "info", value_parser = log_filter)]
    log: Targets,
    /// How the log is written
    #[arg(long, env = "STANDIN_LOG_FORMAT", hide_env = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Debug, clap::Args)]
struct ProfileArgs {
    /// A profile or a folder of them, added to those built in or in their place (repeatable)
    #[arg(long, env = "STANDIN_PROFILES", hide_env = true, value_name = "PATH", value_delimiter = ',', value_hint = ValueHint::AnyPath)]
    profiles: Vec<PathBuf>,
    /// Pick a variant, a plan or a prerequisite, or switch the rate limits on: acme.plan=basic, acme.limits=on (repeatable)
    #[arg(
        long,
        env = "STANDIN_SET",
        hide_env = true,
        value_name = "VENDOR.NAME=VALUE",
        value_delimiter = ','
    )]
    set: Vec<Pick>,
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// Profiles, chaos rules and scenarios (.yaml, .yml, .json) and recipients (.csv, .json, .ndjson), or folders of them
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::AnyPath)]
    files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct ExplainArgs {
    /// The vendor
    vendor: String,
    /// As JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profiles: ProfileArgs,
}

#[derive(Debug, clap::Args)]
struct OpenapiArgs {
    /// The vendor
    vendor: String,
    #[command(flatten)]
    profiles: ProfileArgs,
}

#[derive(Debug, clap::Args)]
struct SchemaArgs {
    /// For a file that extends another: nothing is required
    #[arg(long)]
    extending: bool,
    /// For a file of chaos rules
    #[arg(long, conflicts_with = "extending")]
    chaos: bool,
    /// For a scenario
    #[arg(long, conflicts_with_all = ["extending", "chaos"])]
    scenario: bool,
}

#[derive(Debug, clap::Args)]
struct HealthcheckArgs {
    /// Where the server listens
    #[arg(
        long,
        env = "STANDIN_LISTEN",
        hide_env = true,
        value_name = "ADDR",
        default_value = "127.0.0.1:8080"
    )]
    address: Address,
}

#[derive(Debug, clap::Args)]
struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Reads the command line of this process.
///
/// # Errors
/// What is wrong with it, or that help or the version was asked for: both as clap prints them.
pub fn read() -> Result<Args, clap::Error> {
    read_from(std::env::args_os())
}

fn read_from(words: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let matches = without_empty_variables(Args::command()).try_get_matches_from(words)?;
    Args::from_arg_matches(&matches)
}

/// Does what was asked.
pub fn run(args: Args) -> ExitCode {
    match args.command {
        None => serve::run(args.serve),
        Some(Command::Serve(args)) => serve::run(*args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Explain(args)) => explain::run(args),
        Some(Command::Openapi(args)) => openapi::run(args),
        Some(Command::Schema(args)) => schema::run(&args),
        Some(Command::Rehearse(args)) => rehearse::run(&args),
        Some(Command::Ctl(args)) => ctl::run(&args),
        Some(Command::Healthcheck(args)) => healthcheck::run(&args),
        Some(Command::Completions(args)) => completions::run(&args),
    }
}

/// A variable that is empty counts as absent: in a compose file `${SEED:-}` stands for "not given".
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty =
        |arg: &clap::Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    command
        .mut_args(|arg| if is_empty(&arg) { arg.env(clap::builder::Resettable::Reset) } else { arg })
        .mut_subcommands(without_empty_variables)
}

fn vendor_listen(text: &str) -> Result<(String, Address), String> {
    let (vendor, address) = text.split_once('=').ok_or("it is VENDOR=ADDR, such as acme=127.0.0.1:8081")?;
    let address = address.parse::<Address>().map_err(|error| error.to_string())?;
    Ok((vendor.to_owned(), address))
}

/// A word without a level is taken for a level, and not for a part whose name was mistyped.
fn log_filter(text: &str) -> Result<Targets, String> {
    let levels = "off, error, warn, info, debug or trace";
    for word in text.split(',').filter(|word| !word.contains('=')) {
        word.parse::<LevelFilter>()
            .map_err(|_| format!("`{word}` is no level; there are {levels}, and PART=LEVEL"))?;
    }
    text.parse().map_err(|_| format!("a part's level is PART=LEVEL, with {levels}"))
}

fn recipients(text: &str) -> Result<usize, String> {
    at_most(text, RECIPIENTS_MAX, "recipients")
}

fn groups(text: &str) -> Result<usize, String> {
    at_most(text, GROUPS_MAX, "groups")
}

fn at_most(text: &str, max: usize, what: &str) -> Result<usize, String> {
    let wanted = || format!("a whole number from 0 to {max} is wanted, {max} {what} being the most");
    text.parse().ok().filter(|count| *count <= max).ok_or_else(wanted)
}

/// Prints what there is to say of a vendor, with what is picked.
fn describe(vendor: String, args: ProfileArgs, say: impl Fn(&Profile) -> String) -> ExitCode {
    let mut picks = args.set;
    // The variable may hold what is picked of all vendors.
    picks.retain(|pick| pick.vendor == vendor);
    let choice = Choice { profiles: args.profiles, vendors: vec![vendor], picks };
    match choice.read() {
        Ok(chosen) => print(&chosen.profiles.iter().map(|profile| say(profile)).collect::<String>()),
        Err(refusal) => refuse(&refusal.to_string()),
    }
}

/// Prints what a command found. That nobody reads on (`| head`) is no failure.
fn print(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => refuse(&format!("error: {error}")),
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

/// Says why nothing was done.
fn refuse(why: &str) -> ExitCode {
    complain(&format!("{why}\n"));
    ExitCode::from(2)
}

/// To standard error; that nobody reads it changes nothing.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests;
