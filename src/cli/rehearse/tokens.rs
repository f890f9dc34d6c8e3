//! Files that always hold the credential that is good now, as a secret store mounts them: who rotates a credential puts the
//! new one there before anybody is refused the old one.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::engine::{Engine, Minted, Sandbox, Wish};
use crate::profile::fixed::Fixed;
use crate::serve::Refusal;

/// How many folders of processes that had this one's number before may be in the way: in a container, each has it.
const FOLDERS_MAX: u32 = 100;

/// The files of a sandbox's first organization; gone when it is dropped.
#[derive(Debug)]
pub(super) struct Tokens {
    folder: PathBuf,
    files: Files,
}

/// By the indices of vendor and kind of credential.
type Files = HashMap<(usize, usize), Held>;

/// Where a credential is.
#[derive(Debug, Clone)]
pub(super) enum Held {
    Token(PathBuf),
    Client { id: PathBuf, secret: PathBuf },
}

impl Tokens {
    /// Writes what a sandbox begins with into a folder that nobody else can read, and from now on whatever replaces it.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn lay_out(engine: &Engine, sandbox: &Sandbox) -> Result<Self, Refusal> {
        // Made at once, so that the folder is gone as well where something in it cannot be written.
        let mut tokens = Self { folder: folder()?, files: Files::new() };
        for (vendor, profile) in engine.profiles().iter().enumerate().filter(|(index, _)| sandbox.has(*index))
        {
            for (index, credential) in profile.credentials.iter().enumerate() {
                let file =
                    |what: &str| tokens.folder.join(format!("{}-{}-{what}", profile.vendor, credential.name));
                let (held, written) = match sandbox.first_credential(profile, credential, 0) {
                    Fixed::Token(token) => {
                        let held = Held::Token(file("token"));
                        let written = held.write(&token, None);
                        (held, written)
                    }
                    Fixed::Client { id, secret } => {
                        let held = Held::Client { id: file("client-id"), secret: file("client-secret") };
                        let written = held.write(&id, Some(&secret));
                        (held, written)
                    }
                };
                written.map_err(|error| cannot("write into", &tokens.folder, &error))?;
                tokens.files.insert((vendor, index), held);
            }
        }
        let (name, files) = (sandbox.name.clone(), tokens.files.clone());
        engine.tell_of_minted(move |sandbox: &Sandbox, wish: &Wish, minted: &Minted| {
            let is_meant = sandbox.name == name && wish.organization == 0;
            if let Some(held) = files.get(&(wish.vendor, wish.credential)).filter(|_| is_meant) {
                // Where it cannot be written the client is refused, and its report says so.
                let _ = held.write(&minted.token, minted.secret.as_deref());
            }
        });
        Ok(tokens)
    }

    /// Where a credential is.
    pub fn of(&self, vendor: usize, credential: usize) -> Option<&Held> {
        self.files.get(&(vendor, credential))
    }
}

impl Drop for Tokens {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Held {
    /// Its parts, each with the file that holds it: what the names of variables end in.
    pub fn told(&self) -> Vec<(&'static str, &Path)> {
        match self {
            Self::Token(path) => vec![("TOKEN", path)],
            Self::Client { id, secret } => vec![("CLIENT_ID", id), ("CLIENT_SECRET", secret)],
        }
    }

    fn write(&self, token: &str, secret: Option<&str>) -> io::Result<()> {
        match self {
            Self::Token(path) => write(path, token),
            Self::Client { id, secret: path } => {
                write(path, secret.unwrap_or_default())?;
                write(id, token)
            }
        }
    }
}

/// A new folder.
fn folder() -> Result<PathBuf, Refusal> {
    let temporary = std::env::temp_dir();
    let (process, mut nth) = (std::process::id(), 0);
    loop {
        let folder = temporary.join(format!("standin-rehearsal-{process}-{nth}"));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && nth < FOLDERS_MAX => nth += 1,
            Err(error) => return Err(cannot("make", &folder, &error)),
        }
    }
}

/// In one step, so that no reader finds half of it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    fs::rename(new, path)
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Refusal {
    Refusal::new(format!("cannot {what} {}: {error}", path.display()))
}
