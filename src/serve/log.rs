//! Where the program's own log goes: standard error, as text or as JSON.
//!
//! **Invariant:** what is worth a line is decided where it happens; here only what is dropped and how lines look.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// A line for people; coloured on a terminal.
    #[default]
    Text,
    /// A line of JSON.
    Json,
}

/// Starts the log. Where a program that uses the library has one already, that one stays.
pub(super) fn start(log: Targets, format: LogFormat) {
    let lines =
        tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let _ = tracing_subscriber::registry().with(lines.with_filter(log)).try_init();
}
