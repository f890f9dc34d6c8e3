//! Sandboxes: made, found, reset, deleted; their clocks, settings and snapshots.

use std::sync::Arc;

use super::sandbox::{Birth, DEFAULT_SANDBOX, Sandbox};
use super::{Engine, Refused};

/// How many sandboxes there are at most.
pub const SANDBOXES_MAX: usize = 10_000;

/// How many organizations a sandbox has at most.
pub const ORGANIZATIONS_MAX: usize = 100;

/// How many recipients a sandbox that somebody makes may ask for. The default one may have as many as memory holds.
pub const RECIPIENTS_MAX: usize = 1_000_000;

/// How long a name is at most, in bytes: it stands in host names.
const NAME_BYTES_MAX: usize = 63;

impl Engine {
    /// Makes a sandbox. Without a name it gets one that is free.
    ///
    /// # Errors
    /// What is wrong with the wish: a name that is taken or no name, too many.
    pub fn make_sandbox(&self, name: Option<&str>, wish: Birth) -> Result<Arc<Sandbox>, Refused> {
        self.sweep();
        if self.sandboxes.len() >= SANDBOXES_MAX {
            return Err(Refused::Full(format!("there are {SANDBOXES_MAX} sandboxes already; delete some")));
        }
        if let Some(name) = name.filter(|name| !is_name(name)) {
            let what = "a name has lower-case letters, digits and hyphens, begins and ends with a letter or digit, and has at most 63 of them";
            return Err(Refused::Invalid(format!("`{name}` is no name for a sandbox: {what}")));
        }
        let is_good = |name: &String| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let organizations = &wish.organizations;
        if organizations.is_empty()
            || organizations.len() > ORGANIZATIONS_MAX
            || !organizations.iter().all(is_good)
        {
            let what = format!(
                "a sandbox has 1 to {ORGANIZATIONS_MAX} organizations, each named by letters, digits, `-` and `_`"
            );
            return Err(Refused::Invalid(what));
        }
        if (1..organizations.len()).any(|index| organizations[..index].contains(&organizations[index])) {
            return Err(Refused::Invalid("two organizations have one name".to_owned()));
        }
        if wish.recipients > RECIPIENTS_MAX {
            return Err(Refused::Invalid(format!("a sandbox has at most {RECIPIENTS_MAX} recipients")));
        }
        loop {
            let is_drawn = name.is_none();
            let name = name.map_or_else(|| self.free_name(), str::to_owned);
            let entry = self.sandboxes.entry(name.as_str().into());
            match entry {
                dashmap::Entry::Occupied(_) if is_drawn => {}
                dashmap::Entry::Occupied(_) => {
                    return Err(Refused::Taken(format!("there is a sandbox `{name}` already")));
                }
                dashmap::Entry::Vacant(place) => {
                    let birth = Birth { name: name.into(), ..wish };
                    let sandbox = Arc::new(Sandbox::make(birth, &self.stock, &self.vault, &self.outside));
                    place.insert(Arc::clone(&sandbox));
                    return Ok(sandbox);
                }
            }
        }
    }

    /// All sandboxes, by name.
    pub fn sandboxes(&self) -> Vec<Arc<Sandbox>> {
        self.sweep();
        let mut all: Vec<Arc<Sandbox>> = self.sandboxes.iter().map(|one| Arc::clone(&one)).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// The sandbox of a name.
    ///
    /// # Errors
    /// That there is none.
    pub fn sandbox(&self, name: &str) -> Result<Arc<Sandbox>, Refused> {
        let found = self.sandboxes.get(name).map(|sandbox| Arc::clone(&sandbox));
        let living = found.filter(|sandbox| !self.is_over(sandbox));
        living.ok_or_else(|| Refused::Unknown(format!("there is no sandbox `{name}`")))
    }

    /// Deletes a sandbox with all that is in it; the default one stays.
    ///
    /// # Errors
    /// That there is none, or that it stays.
    pub fn delete_sandbox(&self, name: &str) -> Result<(), Refused> {
        if name == DEFAULT_SANDBOX {
            return Err(Refused::Invalid("the default sandbox stays; reset it".to_owned()));
        }
        self.sandbox(name)?;
        self.sandboxes.remove(name);
        self.vault.forget(name);
        Ok(())
    }

    /// Makes a sandbox as it was at birth.
    ///
    /// # Errors
    /// That there is none.
    pub fn reset_sandbox(&self, name: &str) -> Result<(), Refused> {
        let sandbox = self.sandbox(name)?;
        sandbox.reset(&self.vault);
        self.begin_first(&sandbox)
    }

    /// A vendor of a sandbox.
    ///
    /// # Errors
    /// That the sandbox has it not.
    pub(super) fn vendor_in(
        &self,
        sandbox: &Sandbox,
        vendor: usize,
    ) -> Result<Arc<super::vendor::Vendor>, Refused> {
        let opened = sandbox.vendor(vendor).map_err(Refused::Invalid)?;
        opened.ok_or_else(|| Refused::Unknown(format!("the sandbox `{}` has no such vendor", sandbox.name)))
    }

    /// A name that nobody has: words would run out, numbers do not.
    fn free_name(&self) -> String {
        let nth = self.names.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        format!("{DRAWN}{:08x}", crate::seed::chance::mix(self.stock.setup.seed, "sandbox", nth) >> 32)
    }

    /// Whether a sandbox has outlived itself.
    pub(super) fn is_over(&self, sandbox: &Sandbox) -> bool {
        sandbox.birth.ttl_ms.is_some_and(|ttl_ms| {
            let age_ms = self.outside.now_ms().saturating_sub(sandbox.made_ms);
            u64::try_from(age_ms).is_ok_and(|age_ms| age_ms >= ttl_ms)
        })
    }

    /// Deletes what has outlived itself.
    fn sweep(&self) {
        let over: Vec<Box<str>> =
            self.sandboxes.iter().filter(|one| self.is_over(one)).map(|one| one.name.clone()).collect();
        for name in over {
            self.sandboxes.remove(&name);
            self.vault.forget(&name);
        }
    }
}

/// What drawn names begin with.
const DRAWN: &str = "s-";

/// Whether a text can be a label of a host name, in lower case.
fn is_name(text: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(is_good)
        && !text.starts_with('-')
        && !text.ends_with('-')
}
