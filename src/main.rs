//! The program: takes the command line to `standin::cli`, and its answer to the system.

use std::process::ExitCode;

use standin::cli;

fn main() -> ExitCode {
    match cli::read() {
        Ok(args) => cli::run(args),
        Err(error) => error.exit(),
    }
}
