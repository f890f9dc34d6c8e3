//! A server in the background of a program that does other things, such as a test.
//!
//! **Invariant:** when it is dropped it is gone: no thread, no port, nobody to wait for. The process is its program's: the
//! limits that the system sets it stay as they are.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;

use super::{Order, Ready, Refusal, bring_up, root};
use crate::control::Desk;
use crate::server::Limits;

/// A running server.
#[derive(Debug)]
pub struct Background {
    url: String,
    desk: Arc<Desk>,
    /// Dropped to stop it.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Starts a server and waits until calls are answered. It prints nothing; whether there is a log is its program's choice.
    ///
    /// # Errors
    /// Why it cannot start.
    pub fn start(order: Order) -> Result<Self, Refusal> {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        // A thread of its own, as that of the caller may be one on which nobody may wait: an async test's.
        let thread =
            thread::Builder::new().name("standin".to_owned()).spawn(move || serve(order, stopped, &tell));
        let thread = thread.map_err(|error| no_thread(&error))?;
        let fell = |_| Refusal::new("Standin fell over while it started, please report it");
        let (url, desk) = told.recv().map_err(fell)??;
        Ok(Self { url, desk, stop: Some(stop), thread: Some(thread) })
    }

    /// Where all vendors are reached, `http://127.0.0.1:41234`; empty when that is a socket file.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What answers: calls that are given to it need no socket.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // One that fell over is as gone as one that ended.
            let _ = thread.join();
        }
    }
}

type Told = Result<(String, Arc<Desk>), Refusal>;

fn serve(order: Order, stopped: oneshot::Receiver<()>, tell: &mpsc::Sender<Told>) {
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(no_thread(&error)))),
    };
    runtime.block_on(async {
        match bring_up(order).await {
            Ok(ready) => {
                let _ = tell.send(Ok(introduce(&ready)));
                ready.run(Limits::default(), async { drop(stopped.await) }).await;
            }
            Err(refusal) => drop(tell.send(Err(refusal))),
        }
    });
}

fn introduce(ready: &Ready) -> (String, Arc<Desk>) {
    let doors = ready.open.addresses();
    let shared = doors.iter().find(|(_, vendor)| vendor.is_none());
    (shared.and_then(|(address, _)| root(address)).unwrap_or_default(), Arc::clone(&ready.desk))
}

fn no_thread(error: &io::Error) -> Refusal {
    Refusal::new(format!("the system gives no threads to run on: {error}"))
}
