//! `standin healthcheck`: for `HEALTHCHECK` in an image that has no shell.

use std::process::ExitCode;

use super::HealthcheckArgs;
use crate::server::{Address, healthy};

/// What is asked for.
const PATH: &str = "/_standin/health";

/// How long the answer may take; below the 30 seconds after which Docker gives up by itself.
const TIMEOUT_MS: u64 = 5_000;

pub(super) fn run(args: &HealthcheckArgs) -> ExitCode {
    if matches!(&args.address, Address::Tcp(address) if address.port() == 0) {
        return super::refuse(
            "error: port 0 stands for any; name the port that the server printed: --address 127.0.0.1:PORT",
        );
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return super::refuse(&format!("error: {error}")),
    };
    match runtime.block_on(healthy(&args.address, PATH, TIMEOUT_MS)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            super::complain(&format!("unhealthy: {why}\n"));
            ExitCode::FAILURE
        }
    }
}
