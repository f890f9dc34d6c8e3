//! `standin explain VENDOR`.

use std::process::ExitCode;

use super::ExplainArgs;
use crate::profile::explain;

pub(super) fn run(args: ExplainArgs) -> ExitCode {
    let is_json = args.json;
    super::describe(args.vendor, args.profiles, |profile| {
        if is_json { format!("{:#}\n", explain::json(profile)) } else { explain::text(profile) }
    })
}
