//! `standin [serve]`.

use std::process::ExitCode;

use super::{LogFormat, ServeArgs, Switch};
use crate::serve::{self, Access, Choice, Order};

pub(super) fn run(args: ServeArgs) -> ExitCode {
    let log_format = match args.log_format {
        LogFormat::Text => serve::LogFormat::Text,
        LogFormat::Json => serve::LogFormat::Json,
    };
    let log = args.log.clone();
    match serve::run(order(args), log, log_format) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => super::refuse(&refusal.to_string()),
    }
}

fn order(args: ServeArgs) -> Order {
    Order {
        listen: args.listen,
        vendor_listen: args.vendor_listen,
        choice: Choice { profiles: args.profiles.profiles, vendors: args.vendors, picks: args.profiles.set },
        seed: args.seed,
        recipients: args.recipients,
        groups: args.groups,
        seed_file: args.seed_file,
        chaos: args.chaos,
        scenario: args.scenario,
        request_ids: args.request_ids == Switch::On,
        access: Access { token: args.control_token, hosts: args.control_host },
    }
}
