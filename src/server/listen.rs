//! Doors: bound before anything else happens, so that a port that is taken is the first thing a user hears.
//!
//! **Invariant:** nothing here reads or writes a byte of a connection.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::task::Poll;

use super::address::Address;
use super::socket::{Listener, Socket};

/// One address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Where; port 0 takes a free one.
    pub address: Address,
    /// The vendor whose own door it is, for [`Call::listener_vendor`](crate::call::Call::listener_vendor).
    pub vendor: Option<Box<str>>,
}

/// Doors that are open: connections queue up in the kernel until [`run`](super::run) takes them. Dropping it closes
/// them and removes the socket files it made.
#[derive(Debug)]
pub struct Open {
    doors: Vec<OpenDoor>,
    /// Which door is asked first, so that a busy one does not starve the others.
    turn: usize,
}

#[derive(Debug)]
struct OpenDoor {
    listener: Listener,
    /// As bound, not as wanted.
    door: Door,
}

/// Opens all doors, or none.
///
/// A socket file on which nobody listens any more is removed first.
///
/// # Errors
/// The first door that cannot be opened, as a sentence that says what to type instead.
pub async fn open(doors: Vec<Door>) -> Result<Open, OpenError> {
    let mut opened = Vec::with_capacity(doors.len());
    for Door { address, vendor } in doors {
        match Listener::bind(&address).await {
            Ok((listener, address)) => opened.push(OpenDoor { listener, door: Door { address, vendor } }),
            Err(cause) => return Err(OpenError { door: Door { address, vendor }, cause }),
        }
    }
    Ok(Open { doors: opened, turn: 0 })
}

impl Open {
    /// The addresses that were really bound (port 0 resolved), each with the vendor whose own it is.
    pub fn addresses(&self) -> Vec<(Address, Option<Box<str>>)> {
        self.doors.iter().map(|open| (open.door.address.clone(), open.door.vendor.clone())).collect()
    }

    /// The next connection through any door, with that door.
    pub(super) async fn accept(&mut self) -> io::Result<(Socket, &Door)> {
        let (doors, turn) = (&self.doors, self.turn);
        let (accepted, at) = poll_fn(|cx| {
            let (before, from) = doors.split_at(turn.min(doors.len()));
            for (at, open) in (turn..).zip(from).chain((0..).zip(before)) {
                if let Poll::Ready(accepted) = open.listener.poll_accept(cx) {
                    return Poll::Ready((accepted.map(|socket| (socket, &open.door)), at));
                }
            }
            Poll::Pending
        })
        .await;
        self.turn = (at + 1) % doors.len().max(1);
        accepted
    }
}

/// A door that cannot be opened: which, why, and what to type instead.
#[derive(Debug)]
pub struct OpenError {
    door: Door,
    cause: io::Error,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { door: Door { address, vendor }, cause } = self;
        let option = match vendor {
            Some(vendor) => format!("--vendor-listen {vendor}="),
            None => "--listen ".to_owned(),
        };
        write!(f, "cannot listen on {address}: ")?;
        match (address, cause.kind()) {
            (Address::Tcp(tcp), io::ErrorKind::AddrInUse) => {
                let any = Address::Tcp((tcp.ip(), 0).into());
                write!(f, "the port is in use; use {option}{any} for a free port")
            }
            (Address::Tcp(tcp), io::ErrorKind::PermissionDenied) => {
                let unprivileged = Address::Tcp((tcp.ip(), 8080).into());
                write!(f, "ports below 1024 need privileges; use {option}{unprivileged}")
            }
            (Address::Tcp(tcp), io::ErrorKind::AddrNotAvailable) => {
                let port = tcp.port();
                write!(
                    f,
                    "this machine does not have that address; use {option}0.0.0.0:{port} for all it has"
                )
            }
            (Address::Unix(_), io::ErrorKind::AddrInUse) => {
                write!(
                    f,
                    "the file exists and is not ours to remove; stop who listens there, or name another file"
                )
            }
            (Address::Unix(path), io::ErrorKind::NotFound) => {
                let folder = path.parent().unwrap_or(path).display();
                write!(
                    f,
                    "its folder does not exist; make it first (mkdir -p {folder}), or name another file"
                )
            }
            (Address::Unix(_), io::ErrorKind::PermissionDenied) => {
                write!(f, "its folder may not be written to; use {option}unix:/tmp/standin.sock")
            }
            (Address::Unix(_), io::ErrorKind::InvalidInput) => {
                write!(f, "the path is too long for a socket; use {option}unix:/tmp/standin.sock")
            }
            _ => write!(f, "{cause}; use {option}127.0.0.1:0 for a free port"),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
