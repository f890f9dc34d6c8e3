//! When the system asks the program to stop.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// A future that resolves on the first SIGTERM (`docker stop`) or SIGINT (Ctrl-C). From this call on, and not from
/// the first poll, neither kills the process any more.
///
/// # Errors
/// The system's, when a signal cannot be listened to.
pub fn stop_asked() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!("{name} received, finishing the running calls");
    })
}
