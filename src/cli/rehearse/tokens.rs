//! Files that always hold the credential that is good now, as a secret store mounts them: who rotates a credential puts the
//! new one there before anybody is refused the old one.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::surroundings::name;
use crate::engine::{Engine, Minted, Sandbox, Wish};
use crate::profile::fixed::Fixed;
use crate::serve::Refusal;

/// The files of all sandboxes; gone with it.
#[derive(Debug)]
pub(super) struct Tokens {
    folder: PathBuf,
    /// By sandbox.
    files: Arc<Mutex<HashMap<Box<str>, Files>>>,
}

/// The files of a sandbox, by the indices of vendor and kind of credential.
type Files = HashMap<(usize, usize), PathBuf>;

/// Keeps files for an engine's sandboxes, in a folder that nobody else can read.
///
/// # Errors
/// That the folder cannot be made.
pub(super) fn keep(engine: &Engine) -> Result<Tokens, Refusal> {
    let folder = std::env::temp_dir().join(format!("standin-rehearsal-{}", std::process::id()));
    DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .map_err(|error| Refusal::new(format!("cannot make {}: {error}", folder.display())))?;
    let files: Arc<Mutex<HashMap<Box<str>, Files>>> = Arc::default();
    let kept = Arc::clone(&files);
    engine.tell_of_minted(move |sandbox: &Sandbox, wish: &Wish, minted: &Minted| {
        let path = kept.lock().get(&sandbox.name).and_then(|files| {
            files.get(&(wish.vendor, wish.credential)).filter(|_| wish.organization == 0).cloned()
        });
        if let Some(path) = path {
            // The client is refused then, and its report says so.
            let _ = write(&path, &minted.token, minted.secret.as_deref());
        }
    });
    Ok(Tokens { folder, files })
}

impl Tokens {
    /// Writes the files of a sandbox's first organization; the variables that name them.
    ///
    /// # Errors
    /// That they cannot be written.
    pub fn lay_out(&self, engine: &Engine, sandbox: &Sandbox) -> Result<Vec<(String, String)>, Refusal> {
        let cannot = |error: io::Error| {
            Refusal::new(format!("cannot write into {}: {error}", self.folder.display()))
        };
        let folder = self.folder.join(&*sandbox.name);
        DirBuilder::new().mode(0o700).create(&folder).map_err(cannot)?;
        let mut files = Files::new();
        let mut variables = Vec::new();
        for (vendor, profile) in engine.profiles().iter().enumerate().filter(|(index, _)| sandbox.has(*index)) {
            for (index, credential) in profile.credentials.iter().enumerate() {
                let path = folder.join(format!("{}-{}", profile.vendor, credential.name));
                let named = |what: &str| name(&[&profile.vendor, &credential.name, what]);
                let shown = |path: &Path| path.display().to_string();
                match sandbox.first_credential(profile, credential, 0) {
                    Fixed::Token(token) => {
                        write(&path, &token, None).map_err(cannot)?;
                        variables.push((named("TOKEN_FILE"), shown(&path)));
                    }
                    Fixed::Client { id, secret } => {
                        write(&path, &id, Some(&secret)).map_err(cannot)?;
                        variables.push((named("CLIENT_ID_FILE"), shown(&path)));
                        variables.push((named("CLIENT_SECRET_FILE"), shown(&secret_of(&path))));
                    }
                }
                files.insert((vendor, index), path);
            }
        }
        self.files.lock().insert(sandbox.name.clone(), files);
        Ok(variables)
    }

    /// Removes the files of a sandbox.
    pub fn forget(&self, sandbox: &Sandbox) {
        self.files.lock().remove(&sandbox.name);
        let _ = fs::remove_dir_all(self.folder.join(&*sandbox.name));
    }
}

impl Drop for Tokens {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// In one step, so that no reader finds half of it.
fn write(path: &Path, token: &str, secret: Option<&str>) -> io::Result<()> {
    if let Some(secret) = secret {
        write(&secret_of(path), secret, None)?;
    }
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(token.as_bytes())?;
    fs::rename(new, path)
}

fn secret_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-secret");
    name.into()
}
