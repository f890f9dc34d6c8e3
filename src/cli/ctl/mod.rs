//! `standin ctl …`: the control API of a running server, from a shell.
//!
//! | file | holds |
//! |---|---|
//! | `commands` | what can be typed, and which row of the control API it is |
//! | `inputs` | what a command takes, and where in the call it goes |
//! | `show` | the reply for people |
//!
//! Exits with 0 when it is done, 1 when the server says why not (or a verification or report has not passed), 2 when nothing
//! could be asked.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, FromArgMatches};
use serde_json::Value;

use self::commands::{COMMANDS, Command};
use crate::control::{Gives, PASSED, Row};
use crate::engine::DEFAULT_SANDBOX;
use crate::server::{self, Address, Head, Request};

mod commands;
mod inputs;
mod show;

/// How long a reply may take to begin, in milliseconds: a large sandbox is made within that.
const TIMEOUT_MS: u64 = 30_000;

/// A command line of `ctl` as clap has read it.
#[derive(Debug)]
pub(super) struct CtlArgs(ArgMatches);

impl FromArgMatches for CtlArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(matches.clone()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0 = matches.clone();
        Ok(())
    }
}

impl clap::Args for CtlArgs {
    fn augment_args(ctl: clap::Command) -> clap::Command {
        let ctl = ctl.subcommand_required(true).arg_required_else_help(true).args(connection());
        groups().fold(ctl, |ctl, (first, commands)| ctl.subcommand(group(first, &commands)))
    }

    fn augment_args_for_update(ctl: clap::Command) -> clap::Command {
        Self::augment_args(ctl)
    }
}

/// What all commands take.
fn connection() -> [Arg; 5] {
    let option = |id: &'static str, env: &'static str| {
        Arg::new(id).long(id).env(env).hide_env(true).global(true).help_heading("The server")
    };
    [
        option("url", "STANDIN_URL").value_name("URL").help("Where the server is: http://standin:8080"),
        option("listen", "STANDIN_LISTEN")
            .value_name("ADDR")
            .default_value("127.0.0.1:8080")
            .value_parser(clap::value_parser!(Address))
            .help("Where it listens, if no URL is given; unix:/run/standin.sock too"),
        option("control-token", "STANDIN_CONTROL_TOKEN")
            .value_name("TOKEN")
            .hide_env_values(true)
            .help("The token that it was started with, if it was"),
        option("sandbox", "STANDIN_SANDBOX")
            .short('s')
            .value_name("SANDBOX")
            .default_value(DEFAULT_SANDBOX)
            .help("The sandbox that it is about"),
        option("json", "STANDIN_JSON").action(ArgAction::SetTrue).help("Print the reply as it is"),
    ]
}

/// The commands by their first word.
fn groups() -> impl Iterator<Item = (&'static str, Vec<&'static Command>)> {
    let mut groups: Vec<(&str, Vec<&Command>)> = Vec::new();
    for command in COMMANDS {
        let first = command.words.split(' ').next().unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| *known == first) {
            Some((_, commands)) => commands.push(command),
            None => groups.push((first, vec![command])),
        }
    }
    groups.into_iter()
}

/// The commands that begin with a word: that word alone, and others behind it.
fn group(first: &'static str, commands: &[&Command]) -> clap::Command {
    let own = commands.iter().find(|command| command.words == first);
    let verbs: Vec<&str> = commands.iter().filter_map(|command| command.words.split(' ').nth(1)).collect();
    let verbs = verbs.join(", ");
    let mut group = match own.and_then(|own| Some((own, own.row()?))) {
        Some((own, row)) if verbs.is_empty() => leaf(first, own, row),
        Some((own, row)) => leaf(first, own, row).about(format!("{}; {verbs}", sentence(row.about))),
        None => {
            let group = clap::Command::new(first).about(format!("One of them: {verbs}"));
            group.subcommand_required(true).arg_required_else_help(true)
        }
    };
    for command in commands {
        if let (Some((_, verb)), Some(row)) = (command.words.split_once(' '), command.row()) {
            group = group.subcommand(leaf(verb, command, row)).subcommand_negates_reqs(true);
        }
    }
    group
}

fn leaf(word: &'static str, command: &Command, row: &Row) -> clap::Command {
    let args = inputs::inputs(command, row).into_iter().map(|input| input.arg());
    clap::Command::new(word).about(sentence(row.about).to_owned()).long_about(row.about).args(args)
}

/// The first sentence of a text, without its full stop.
fn sentence(text: &str) -> &str {
    text.split(". ").next().unwrap_or_default().trim_end_matches('.')
}

pub(super) fn run(args: &CtlArgs) -> ExitCode {
    let Some((words, matches)) = typed(&args.0) else { return super::refuse("error: no command was given") };
    let command = COMMANDS.iter().find(|command| command.words == words);
    let Some((command, row)) = command.and_then(|command| Some((command, command.row()?))) else {
        return super::refuse(&format!("error: `{words}` is no command"));
    };
    match call(command, row, matches) {
        Ok(ending) => ending,
        Err(why) => super::refuse(&format!("error: {why}")),
    }
}

/// The words of a command, and what stands behind them.
fn typed(matches: &ArgMatches) -> Option<(String, &ArgMatches)> {
    let (first, matches) = matches.subcommand()?;
    Some(match matches.subcommand() {
        Some((second, inner)) => (format!("{first} {second}"), inner),
        None => (first.to_owned(), matches),
    })
}

/// Calls the server.
///
/// # Errors
/// Why nothing could be asked.
fn call(command: &Command, row: &Row, matches: &ArgMatches) -> Result<ExitCode, String> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let sent = inputs::sent(command, row, text("sandbox").unwrap_or(DEFAULT_SANDBOX), matches)?;
    let host = text("url").map(authority).transpose()?;
    let listen = matches.get_one::<Address>("listen").ok_or("`--listen` is missing")?;
    let request = Request {
        method: row.method.as_str(),
        path: &sent.path,
        host: host.as_deref(),
        token: text("control-token"),
        body: sent.body.as_ref().map(|(media_type, bytes)| (media_type.as_str(), bytes.as_slice())),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let passes_on = row.gives.iter().any(|(_, gives)| matches!(gives, Gives::Media(_)));
    let (mut reply, mut ends_line) = (Vec::new(), true);
    let take = |status: u16, bytes: &[u8]| {
        if passes_on && status < 300 {
            // As it comes: it may never end.
            ends_line = bytes.last().map_or(ends_line, |last| *last == b'\n');
            let mut out = io::stdout().lock();
            return out.write_all(bytes).and_then(|()| out.flush());
        }
        reply.extend_from_slice(bytes);
        Ok(())
    };
    let head = runtime.block_on(async {
        let address = match &host {
            Some(host) => server::resolve(host).await?,
            None => listen.clone(),
        };
        server::ask(&address, &request, TIMEOUT_MS, take).await
    })?;
    if !ends_line {
        super::print("\n");
    }
    Ok(tell(&head, &reply, matches.get_flag("json")))
}

/// Host and port of a URL.
fn authority(url: &str) -> Result<String, String> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| format!("`{url}` is no URL such as http://127.0.0.1:8080"))?;
    let authority = rest.split('/').next().unwrap_or_default();
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Ok(if has_port { authority.to_owned() } else { format!("{authority}:80") })
}

/// Prints what came.
fn tell(head: &Head, reply: &[u8], as_json: bool) -> ExitCode {
    let told: Value = serde_json::from_slice(reply).unwrap_or_default();
    if !(200..300).contains(&head.status) {
        let why = told["detail"]
            .as_str()
            .map_or_else(|| format!("the server answered {}", head.status), str::to_owned);
        super::complain(&format!("error: {why}\n{}", show::text(&more(told))));
        return ExitCode::FAILURE;
    }
    let printed = match (as_json, told.is_null()) {
        (true, false) => super::print(&format!("{}\n", String::from_utf8_lossy(reply).trim_end())),
        _ => super::print(&show::text(&told)),
    };
    let has_failed = told["passed"] == Value::Bool(false) || head.header(PASSED) == Some("false");
    if has_failed { ExitCode::FAILURE } else { printed }
}

/// What a problem tells beside its sentence, such as the bad lines of a file.
fn more(mut problem: Value) -> Value {
    if let Some(members) = problem.as_object_mut() {
        members.retain(|name, _| !["type", "title", "status", "detail"].contains(&&**name));
    }
    problem
}

#[cfg(test)]
mod tests;
