//! A sandbox: one isolated world of all vendors, with its organizations, its clock and its dice.

use std::sync::Arc;

use super::Setup;
use super::vendor::Vendor;
use crate::profile::fixed::{Fixed, ORGANIZATIONS, fixed};
use crate::stage::routing::Routes;
use crate::vault::{Issued, Owner, Vault};
use crate::world::{Clock, Dice};

/// The sandbox that is there from the start.
pub const DEFAULT_SANDBOX: &str = "default";

/// One isolated world.
#[derive(Debug)]
pub struct Sandbox {
    /// Its name.
    pub name: Box<str>,
    /// Its clock.
    pub clock: Clock,
    /// Its dice.
    pub dice: Dice,
    /// The names of its organizations.
    pub organizations: Vec<String>,
    vendors: Vec<Vendor>,
}

impl Sandbox {
    /// Opens the sandbox `default`: its organizations, their recipients with every vendor, and the fixed credentials.
    ///
    /// # Errors
    /// One sentence on what in the setup does not fit.
    pub fn open(
        name: &str,
        setup: &Setup,
        routes: &[Arc<Routes>],
        clock: Clock,
        vault: &Vault,
    ) -> Result<Self, String> {
        let dice = Dice::new(setup.seed, name);
        let organizations: Vec<String> = ORGANIZATIONS.iter().map(|name| (*name).to_owned()).collect();
        let mut vendors = Vec::new();
        for (index, (profile, routes)) in setup.profiles.iter().zip(routes).enumerate() {
            let vendor = Vendor::open(index, profile, routes, dice, &organizations);
            for (of, name, value) in &setup.standing {
                if *of == profile.vendor {
                    vendor.set_standing(name, value)?;
                }
            }
            super::populate::populate(&vendor, setup, &organizations, dice, clock.now_ms())?;
            issue_fixed(&vendor, name, &organizations, vault, clock.now_ms());
            vendors.push(vendor);
        }
        Ok(Self { name: name.into(), clock, dice, organizations, vendors })
    }

    /// A vendor by its index. There is one for each profile.
    pub fn vendor(&self, index: usize) -> &Vendor {
        &self.vendors[index]
    }
}

fn issue_fixed(vendor: &Vendor, sandbox: &str, organizations: &[String], vault: &Vault, now_ms: i64) {
    for (organization, name) in organizations.iter().enumerate() {
        for (index, credential) in vendor.profile.credentials.iter().enumerate() {
            let owner =
                Owner { sandbox: sandbox.into(), vendor: vendor.index, organization, credential: index };
            match fixed(&vendor.profile.vendor, credential, name) {
                Fixed::Client { id, secret } => vault.register(&id, &secret, owner),
                Fixed::Token(token) => {
                    vault.issue(&token, Issued::now(owner, None, now_ms, credential.expires_ms));
                }
            }
        }
    }
}
