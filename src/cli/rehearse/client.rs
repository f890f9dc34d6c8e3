//! The client's process, and all that it starts.

use std::ffi::OsString;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt as _;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::runtime::{self, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{interval, timeout};

use super::progress::Progress;
use crate::serve::Refusal;

/// How long a client that is told to end may take to do so by itself, in milliseconds.
const GRACE_MS: u64 = 2_000;

/// Runs clients, one at a time, and hears when somebody wants to stop.
pub(super) struct Clients {
    runtime: Runtime,
    /// The name of the signal that came.
    stop: Pin<Box<dyn Future<Output = &'static str>>>,
}

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

impl Clients {
    /// From now on no signal that asks the program to stop ends it before its client.
    ///
    /// # Errors
    /// That the system gives nothing to run on.
    pub fn new() -> Result<Self, Refusal> {
        let runtime =
            runtime::Builder::new_current_thread().enable_all().build().map_err(|error| cannot(&error))?;
        let stop = runtime.block_on(async { stop_asked() }).map_err(|error| cannot(&error))?;
        Ok(Self { runtime, stop: Box::pin(stop) })
    }

    /// Runs a client to its end; whatever it leaves behind in its process group is ended, too.
    ///
    /// # Errors
    /// Why it could not be started, or that somebody interrupted.
    pub fn run(
        &mut self,
        command: &[OsString],
        variables: &[(String, String)],
        timeout_ms: u64,
        progress: &mut Progress<'_>,
    ) -> Result<Ended, Refusal> {
        let Self { runtime, stop } = self;
        runtime.block_on(async {
            let mut child = start(command, variables)?;
            let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
            let ended = tokio::select! {
                biased;
                name = stop => Err(Refusal::new(format!("{name} came before the client was done"))),
                ended = watch(&mut child, timeout_ms, progress) => ended.map_err(|error| cannot(&error)),
            };
            if !matches!(ended, Ok(Ended::Exited(_) | Ended::Killed(_))) {
                send(group, Signal::TERM);
                // Whether it heeds that or not.
                let _ = timeout(Duration::from_millis(GRACE_MS), child.wait()).await;
            }
            send(group, Signal::KILL);
            let _ = child.wait().await;
            ended
        })
    }
}

/// The first signal that asks to stop: from a keyboard, a terminal that is closed, or whoever runs this.
fn stop_asked() -> io::Result<impl Future<Output = &'static str>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
            _ = hang_up.recv() => "SIGHUP",
        }
    })
}

/// Starts a client in a process group of its own, by which all that it starts is found again.
fn start(command: &[OsString], variables: &[(String, String)]) -> Result<Child, Refusal> {
    let (program, arguments) = command.split_first().ok_or_else(|| Refusal::new("no command is given"))?;
    let started = Command::new(program)
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    started.map_err(|error| {
        let program = program.display();
        Refusal::new(match error.kind() {
            ErrorKind::NotFound => format!(
                "there is no program {program}; what comes after `--` is run as it is, without a shell"
            ),
            ErrorKind::PermissionDenied => format!("{program} is no program that may be run"),
            _ => format!("cannot run {program}: {error}"),
        })
    })
}

/// Waits for a client until its time is over.
async fn watch(child: &mut Child, timeout_ms: u64, progress: &mut Progress<'_>) -> io::Result<Ended> {
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
        Ok(ended) => ended.map(ended_by),
        Err(_) => Ok(Ended::TimedOut),
    }
}

fn ended_by(status: ExitStatus) -> Ended {
    match status.code() {
        Some(code) => Ended::Exited(code),
        None => Ended::Killed(status.signal().unwrap_or_default()),
    }
}

/// To all of a process group; that there is nobody left in it is what is wanted.
fn send(group: Option<Pid>, signal: Signal) {
    if let Some(group) = group {
        let _ = kill_process_group(group, signal);
    }
}

fn cannot(error: &io::Error) -> Refusal {
    Refusal::new(format!("the system gives nothing to run on: {error}"))
}
