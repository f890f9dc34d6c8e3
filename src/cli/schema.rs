//! `standin schema`.

use std::process::ExitCode;

use super::SchemaArgs;
use crate::chaos::keys::CHAOS;
use crate::profile::keys::PROFILE;
use crate::profile::schema_json::{json_schema, json_schema_of_change};
use crate::scenario::keys::SCENARIO;

pub(super) fn run(args: &SchemaArgs) -> ExitCode {
    let schema = if args.scenario {
        json_schema(&SCENARIO, "Standin scenario")
    } else if args.chaos {
        json_schema(&CHAOS, "Standin chaos rules")
    } else if args.extending {
        json_schema_of_change(&PROFILE, "Standin profile that extends another")
    } else {
        json_schema(&PROFILE, "Standin profile")
    };
    super::print(&format!("{schema:#}\n"))
}
