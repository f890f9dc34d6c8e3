//! The client's process, and all that it starts.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

use super::progress::Progress;
use crate::serve::Refusal;
use crate::server::stop_asked;

/// How long a client whose time is over may take to end by itself, in milliseconds.
const GRACE_MS: u64 = 2_000;

/// How a client ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it.
    Killed(i32),
    /// Its time was over.
    TimedOut,
}

impl Ended {
    /// Its exit code.
    pub fn exit_code(self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(code),
            Self::Killed(_) | Self::TimedOut => None,
        }
    }
}

/// Runs a client to its end; whatever it leaves behind in its process group is ended, too.
///
/// # Errors
/// Why it could not be started, or that somebody interrupted.
pub(super) fn run(
    command: &[OsString],
    variables: &[(String, String)],
    timeout_ms: u64,
    progress: &mut Progress<'_>,
) -> Result<Ended, Refusal> {
    let cannot = |error: std::io::Error| Refusal::new(format!("the system gives nothing to run on: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
    runtime.block_on(async {
        let stop = stop_asked().map_err(cannot)?;
        let mut child = start(command, variables)?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let ended = tokio::select! {
            ended = watch(&mut child, timeout_ms, progress) => ended.map_err(cannot),
            () = stop => Err(Refusal::new("it was interrupted")),
        };
        let ended = match ended {
            Ok(None) => {
                signal(group, Signal::TERM);
                // Whether it heeds that or not, its time is over.
                let _ = timeout(Duration::from_millis(GRACE_MS), child.wait()).await;
                Ok(Ended::TimedOut)
            }
            Ok(Some(status)) => Ok(ended_by(status)),
            Err(refusal) => Err(refusal),
        };
        signal(group, Signal::KILL);
        ended
    })
}

fn start(command: &[OsString], variables: &[(String, String)]) -> Result<Child, Refusal> {
    let (program, arguments) = command.split_first().ok_or_else(|| Refusal::new("no command is given"))?;
    let started = Command::new(program)
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    started.map_err(|error| Refusal::new(format!("cannot run {}: {error}", program.display())))
}

/// Waits for a client; `None` where its time is over first.
async fn watch(
    child: &mut Child,
    timeout_ms: u64,
    progress: &mut Progress<'_>,
) -> std::io::Result<Option<ExitStatus>> {
    let mut looks = interval(Duration::from_millis(progress.look_ms()));
    let waiting = async {
        loop {
            tokio::select! {
                ended = child.wait() => return ended,
                _ = looks.tick() => progress.look(),
            }
        }
    };
    match timeout(Duration::from_millis(timeout_ms), waiting).await {
        Ok(ended) => ended.map(Some),
        Err(_) => Ok(None),
    }
}

fn ended_by(status: ExitStatus) -> Ended {
    match status.code() {
        Some(code) => Ended::Exited(code),
        None => Ended::Killed(status.signal().unwrap_or_default()),
    }
}

/// To all of a process group; that there is nobody left in it is what is wanted.
fn signal(group: Option<Pid>, signal: Signal) {
    if let Some(group) = group {
        let _ = kill_process_group(group, signal);
    }
}
