//! `standin explain VENDOR`.

use std::process::ExitCode;

use super::ExplainArgs;
use crate::profile::explain;
use crate::serve::Choice;

pub(super) fn run(args: ExplainArgs) -> ExitCode {
    let mut picks = args.profiles.set;
    // The variable may hold what is picked of all vendors.
    picks.retain(|pick| pick.vendor == args.vendor);
    let choice = Choice { profiles: args.profiles.profiles, vendors: vec![args.vendor], picks };
    let chosen = match choice.read() {
        Ok(chosen) => chosen,
        Err(refusal) => return super::refuse(&refusal.to_string()),
    };
    let describe = |profile: &_| {
        if args.json { format!("{:#}\n", explain::json(profile)) } else { explain::text(profile) }
    };
    super::print(&chosen.profiles.iter().map(|profile| describe(profile)).collect::<String>())
}
