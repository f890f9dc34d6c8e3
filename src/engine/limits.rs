//! Rate limits of a vendor in a sandbox: spent by calls; read and set from outside.

use super::sandbox::Sandbox;
use super::vendor::{Vendor, Visit};
use super::{Engine, Refused};
use crate::call::Reply;
use crate::fault::Fault;
use crate::journal::MarkKind;
use crate::limit::{Claim, Limiter, Permit};
use crate::notes::Notes;
use crate::profile::model::Profile;
use crate::representation::{Surface, levels};
use crate::stage::routing::Sight;

/// What it is called to put the limits in force or to lift them, beside plans and prerequisites.
pub(super) const LIMITS: &str = "limits";

/// What is to be different about the limits of a vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitChange {
    /// In force or lifted: all limits, or the one that `limit` names.
    pub enabled: Option<bool>,
    /// The limit.
    pub limit: Option<String>,
    /// The bucket of which `remaining` is; `None` for all, those to come included.
    pub key: Option<String>,
    /// How many calls are left.
    pub remaining: Option<u32>,
    /// How many calls there may be, in how many milliseconds; without these the time stays.
    pub rate: Option<(u32, Option<u64>)>,
}

impl Vendor {
    /// Spends a call, which runs until the permit is dropped. At a token endpoint nobody is known yet, and there is no
    /// organization.
    ///
    /// # Errors
    /// [`Fault::RateLimited`].
    pub(super) fn spend(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        organization: Option<usize>,
        notes: &mut Notes,
    ) -> Result<Permit, Fault> {
        if !self.limiter.is_in_force() {
            return Ok(Permit::default());
        }
        let operation =
            sight.endpoint(surface.api, &visit.call.method).map(|endpoint| endpoint.name.as_str());
        let named = organization.and_then(|index| visit.sandbox.organizations.get(index));
        let claim = Claim {
            credential: organization.and(visit.shown),
            organization: named.map(String::as_str),
            address: visit.call.peer,
            operation,
            plan: organization.map_or(0, |organization| self.plan(organization)),
        };
        let spent = self.limiter.spend(&claim, surface.now_ms, &mut notes.levels);
        spent.map_err(|refused| Fault::RateLimited { retry_after_ms: refused.retry_after_ms })
    }

    /// Puts the limits in force, or lifts them.
    ///
    /// # Errors
    /// One sentence on what can be said, or that there are none.
    pub(super) fn set_limits(&self, value: &str) -> Result<(), String> {
        if self.profile.limits.rates.is_empty() {
            return Err(format!("{} has no rate limits", self.profile.vendor));
        }
        match value {
            "on" => self.limiter.enable(true),
            "off" => self.limiter.enable(false),
            _ => return Err(format!("`{LIMITS}` is on or off, not `{value}`")),
        }
        Ok(())
    }

    /// The limits as they stand, under another profile. One that has them in force where this has not, or the other way
    /// round, decides anew.
    pub(super) fn limiter_under(&self, profile: &Profile) -> Limiter {
        let limiter = self.limiter.under(profile.limits.rates.iter().cloned());
        if profile.limits.in_force != self.profile.limits.in_force {
            limiter.enable(profile.limits.in_force);
        }
        limiter
    }

    /// Adds to a reply what the limits had for its call.
    pub(super) fn tell_levels(&self, reply: &mut Reply, now_ms: i64, notes: &mut Notes) {
        let limits = &self.profile.limits;
        if levels::add(reply, limits, &notes.levels, now_ms) {
            limits.headers_rule.iter().for_each(|rule| notes.rule(rule));
        }
    }

    /// Names the facts behind a refusal: what is said of all, and of the limits that refused.
    pub(super) fn name_limits(&self, notes: &mut Notes) {
        let limits = &self.profile.limits;
        limits.rule.iter().for_each(|rule| notes.rule(rule));
        let refused: Vec<usize> =
            notes.levels.iter().filter(|level| level.has_refused).map(|level| level.limit_index).collect();
        refused.iter().filter_map(|index| limits.rate_rules.get(*index)).for_each(|rule| notes.rule(rule));
    }
}

impl LimitChange {
    /// What can fail is one change and comes first, so that all of it is done or nothing.
    fn apply(&self, limiter: &Limiter, now_ms: i64) -> Result<(), String> {
        let Some(limit) = self.limit.as_deref() else {
            if self.remaining.is_some() || self.rate.is_some() || self.key.is_some() {
                return Err(
                    "`limit` is missing: it names the limit that `remaining` and `rate` are of".to_owned()
                );
            }
            if let Some(enabled) = self.enabled {
                limiter.enable(enabled);
            }
            return Ok(());
        };
        let key = self.key.as_deref();
        match (self.remaining, self.rate) {
            (Some(_), Some(_)) => {
                return Err("`remaining` and `rate` are set one after the other; send two calls".to_owned());
            }
            (Some(remaining), None) => limiter.set_remaining(limit, key, remaining, now_ms)?,
            (None, _) if key.is_some() => {
                return Err("`key` goes with `remaining` alone; leave it out".to_owned());
            }
            (None, Some((calls, per_ms))) => limiter.set_rate(limit, calls, per_ms, now_ms)?,
            (None, None) if self.enabled.is_none() => {
                return Err(
                    "nothing is said of the limit; send `remaining`, `rate` or `enabled` with it".to_owned()
                );
            }
            (None, None) => {}
        }
        self.enabled.map_or(Ok(()), |enabled| limiter.enable_one(limit, enabled))
    }
}

impl Engine {
    /// Changes the limits of a vendor in a sandbox.
    ///
    /// # Errors
    /// What of it cannot be; nothing has changed then.
    pub fn change_limits(
        &self,
        sandbox: &Sandbox,
        vendor: &Vendor,
        change: &LimitChange,
    ) -> Result<(), Refused> {
        let now_ms = sandbox.clock.now_ms();
        change.apply(&vendor.limiter, now_ms).map_err(Refused::Invalid)?;
        let name = &vendor.profile.vendor;
        let which = change.limit.as_ref().map_or_else(String::new, |limit| format!(" {limit}"));
        sandbox.journal.mark(now_ms, MarkKind::Limits, Some(name), format!("{name}'s limit{which} is set"));
        Ok(())
    }

    /// Works with the limits of a vendor in a sandbox, at the sandbox's time: reads or sets them.
    ///
    /// # Errors
    /// That the sandbox has no such vendor, or what the work says is wrong.
    pub fn limits<T>(
        &self,
        sandbox: &Sandbox,
        vendor: usize,
        work: impl FnOnce(&Limiter, i64) -> Result<T, String>,
    ) -> Result<T, Refused> {
        let vendor = self.vendor_in(sandbox, vendor)?;
        work(&vendor.limiter, sandbox.clock.now_ms()).map_err(Refused::Invalid)
    }
}
