//! A sandbox as one of its organizations sees it.

use serde_json::Value;

use super::credential::{Credential, Key};
use super::{Error, Sandbox, link};

/// One organization of a sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Organization<'s> {
    pub(super) sandbox: &'s Sandbox,
    pub(super) name: &'s str,
}

impl<'s> Organization<'s> {
    /// Its name.
    pub fn name(&self) -> &'s str {
        self.name
    }

    /// The base URL of a vendor's api.
    ///
    /// # Errors
    /// Which vendors and apis there are.
    pub fn base_url(&self, vendor: &str, api: &str) -> Result<String, Error> {
        let url = member(&self.vendor(vendor)?["base_urls"], "api", api)?;
        Ok(url.as_str().unwrap_or_default().to_owned())
    }

    /// The token or key that a vendor's credential is at first.
    ///
    /// # Errors
    /// Which vendors and credentials there are, or that this one is an OAuth client.
    pub fn token(&self, vendor: &str, credential: &str) -> Result<String, Error> {
        let key = self.first(vendor, credential)?;
        match key.secret {
            None => Ok(key.token),
            Some(_) => {
                Err(Error::new(format!("`{credential}` of {vendor} is an OAuth client: ask for `client`")))
            }
        }
    }

    /// The OAuth client that a vendor's credential is at first.
    ///
    /// # Errors
    /// Which vendors and credentials there are, or that this one is a token.
    pub fn client(&self, vendor: &str, credential: &str) -> Result<Key, Error> {
        let key = self.first(vendor, credential)?;
        match key.secret {
            Some(_) => Ok(key),
            None => {
                Err(Error::new(format!("`{credential}` of {vendor} is no OAuth client: ask for `token`")))
            }
        }
    }

    /// A vendor's credential, to issue, rotate, revoke and expire it.
    pub fn credential(&self, vendor: &'s str, credential: &'s str) -> Credential<'s> {
        Credential { sandbox: self.sandbox, organization: self.name, vendor, name: credential }
    }

    fn first(&self, vendor: &str, credential: &str) -> Result<Key, Error> {
        Ok(Key::of(member(&self.vendor(vendor)?["credentials"], "credential", credential)?))
    }

    /// What the sandbox told of a vendor for this organization.
    fn vendor(&self, vendor: &str) -> Result<&'s Value, Error> {
        let told = member(&self.sandbox.told()["vendors"], "vendor", vendor)?;
        Ok(told["organizations"].get(self.name).unwrap_or(told))
    }
}

/// The member of an object, or which there are.
fn member<'v>(object: &'v Value, what: &str, name: &str) -> Result<&'v Value, Error> {
    let known =
        || object.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    object.get(name).ok_or_else(|| link::unknown(what, name, &known()))
}
