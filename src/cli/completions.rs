//! `standin completions SHELL`.

use std::process::ExitCode;

use clap::CommandFactory as _;

use super::{Args, CompletionsArgs};

pub(super) fn run(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "standin", &mut script);
    super::print(&String::from_utf8_lossy(&script))
}
