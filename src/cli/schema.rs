//! `standin schema`.

use std::process::ExitCode;

use super::SchemaArgs;
use crate::chaos::keys::CHAOS;
use crate::profile::keys::PROFILE;
use crate::profile::schema_json::{json_schema, json_schema_of_change};

pub(super) fn run(args: &SchemaArgs) -> ExitCode {
    let schema = match (args.chaos, args.extending) {
        (true, _) => json_schema(&CHAOS, "Standin chaos rules"),
        (false, false) => json_schema(&PROFILE, "Standin profile"),
        (false, true) => json_schema_of_change(&PROFILE, "Standin profile that extends another"),
    };
    super::print(&format!("{schema:#}\n"))
}
