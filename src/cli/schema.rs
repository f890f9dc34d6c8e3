//! `standin schema`.

use std::process::ExitCode;

use super::SchemaArgs;
use crate::profile::keys::PROFILE;
use crate::profile::schema_json::{json_schema, json_schema_of_change};

pub(super) fn run(args: &SchemaArgs) -> ExitCode {
    let schema = match args.extending {
        false => json_schema(&PROFILE, "Standin profile"),
        true => json_schema_of_change(&PROFILE, "Standin profile that extends another"),
    };
    super::print(&format!("{schema:#}\n"))
}
