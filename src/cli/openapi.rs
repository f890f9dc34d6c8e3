//! `standin openapi VENDOR`.

use std::process::ExitCode;

use super::OpenapiArgs;
use crate::profile::openapi::{ROOT, document};

pub(super) fn run(args: OpenapiArgs) -> ExitCode {
    super::describe(args.vendor, args.profiles, |profile| format!("{:#}\n", document(profile, ROOT)))
}
