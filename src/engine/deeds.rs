//! What a scenario does in a sandbox, one deed at a time: by the same ways as the control API.

use super::limits::LIMITS;
use super::sandbox::Sandbox;
use super::vendor::Vendor;
use super::{Engine, LimitChange, Refused, Settings, Turn};
use crate::chaos::{Rule, TokenEnd};
use crate::journal::MarkKind;
use crate::scenario::{Credentials, Deed, LimitStep, Scenario};
use crate::vault::Holds;

impl Engine {
    /// Does one thing; what was done, as a clause.
    pub(super) fn carry_out_deed(
        &self,
        sandbox: &Sandbox,
        scenario: &Scenario,
        deed: &Deed,
    ) -> Result<String, Refused> {
        match deed {
            Deed::Arm(rules) => {
                let armed = self.arm(sandbox, rules.clone())?;
                let names: Vec<&str> = armed.iter().map(|one| one.rule.name.as_str()).collect();
                Ok(format!("chaos: {}", names.join(", ")))
            }
            Deed::Lift(names) => {
                let is_meant = |rule: &Rule| {
                    names.as_ref().is_none_or(|names| names.iter().any(|name| rule.is_called(name)))
                };
                let all = sandbox.chaos.rules();
                let gone = all.iter().filter(|one| is_meant(&one.rule)).map(|one| one.rule.name.as_str());
                // One that somebody else took away meanwhile is as it should be.
                let gone: Vec<&str> = gone.filter(|rule| self.disarm(sandbox, rule).is_ok()).collect();
                Ok(match gone.as_slice() {
                    [] => "no chaos rule was in force".to_owned(),
                    gone => format!("no more chaos: {}", gone.join(", ")),
                })
            }
            Deed::Credentials(credentials) => self.end_credentials(sandbox, scenario, credentials),
            Deed::Act { vendor, action, organization, answers } => {
                let index = self.vendor_named(sandbox, vendor)?;
                let staff = self.staff(sandbox, index, organization.as_deref())?;
                self.act(&staff, action, answers, "")?;
                Ok(format!("{vendor}: {action}"))
            }
            Deed::Set { vendor, name, value } => {
                let index = self.vendor_named(sandbox, vendor)?;
                self.set_one(sandbox, index, name, value)?;
                Ok(format!("{vendor}.{name} is {value}"))
            }
            Deed::Limits(step) => self.change_all_limits(sandbox, scenario, step),
            Deed::Clock { advance_ms, set_ms, freeze, virtual_delays } => {
                let turn = Turn {
                    set_ms: *set_ms,
                    advance_ms: *advance_ms,
                    freeze: *freeze,
                    virtual_delays: *virtual_delays,
                };
                self.turn(sandbox, &turn)?;
                Ok("the clock is moved".to_owned())
            }
            Deed::Checkpoint { name, .. } => {
                let now_ms = sandbox.clock.now_ms();
                sandbox.journal.mark(now_ms, MarkKind::Checkpoint, None, name.clone());
                Ok(format!("checkpoint {name}"))
            }
        }
    }

    /// A setting by its name alone: a plan, a prerequisite, a variant, or the limits.
    fn set_one(&self, sandbox: &Sandbox, vendor: usize, name: &str, value: &str) -> Result<(), Refused> {
        let present = self.vendor_in(sandbox, vendor)?;
        if present.profile.variants.iter().any(|variant| variant.name == name) {
            return self.pick(sandbox, vendor, name, value);
        }
        if name == LIMITS {
            // Says what is wrong with the word, or that there are none.
            present.set_limits(value).map_err(Refused::Invalid)?;
            let change = LimitChange { enabled: Some(value == "on"), ..LimitChange::default() };
            return self.change_limits(sandbox, &present, &change);
        }
        let mut wanted = Settings::default();
        match (name, value.parse()) {
            ("plan", _) => wanted.plan = Some(value.to_owned()),
            (_, Ok(done)) => wanted.prerequisites.push((name.to_owned(), done)),
            (_, Err(_)) => {
                let what = format!("the prerequisite `{name}` is true or false, not `{value}`");
                return Err(Refused::Invalid(what));
            }
        }
        self.set(sandbox, vendor, &wanted)
    }

    fn end_credentials(
        &self,
        sandbox: &Sandbox,
        scenario: &Scenario,
        wanted: &Credentials,
    ) -> Result<String, Refused> {
        let now_ms = sandbox.clock.now_ms();
        let mut ended = 0;
        for vendor in self.vendors_meant(sandbox, scenario, wanted.vendor.as_deref())? {
            for one in self.credentials(sandbox, vendor) {
                let kind = self.kind(sandbox, vendor, one.owner.credential)?;
                let organization = sandbox.organizations.get(one.owner.organization);
                let is_meant = wanted.organization.as_ref().is_none_or(|name| Some(name) == organization)
                    && wanted.credential.as_deref().is_none_or(|name| kind.name == name);
                if !is_meant || one.ends.is_some() || one.flaw(now_ms).is_some() {
                    continue;
                }
                // A client's secret is changed by those alone who mean it, and it cannot expire; its tokens can. They have no
                // newer ones until it asks.
                if let Holds::Client(id) = &one.holds
                    && (wanted.credential.is_none() || wanted.how == TokenEnd::Expire)
                {
                    ended += self.end_access_of(sandbox, id, wanted.how);
                    continue;
                }
                match wanted.how {
                    TokenEnd::Rotate => drop(self.rotate(sandbox, vendor, one.number)?),
                    TokenEnd::Revoke => self.revoke(sandbox, vendor, one.number)?,
                    TokenEnd::Expire => self.expire(sandbox, vendor, one.number)?,
                }
                ended += 1;
            }
        }
        Ok(format!("{} {ended} credential{}", wanted.how.as_str(), if ended == 1 { "" } else { "s" }))
    }

    fn change_all_limits(
        &self,
        sandbox: &Sandbox,
        scenario: &Scenario,
        step: &LimitStep,
    ) -> Result<String, Refused> {
        let has_it = |vendor: &Vendor| {
            let mut laws = vendor.profile.limits.rates.iter();
            laws.any(|law| step.limit.as_ref().is_none_or(|limit| *limit == law.name))
        };
        let meant = self.vendors_meant(sandbox, scenario, step.vendor.as_deref())?.into_iter();
        let mut vendors =
            meant.map(|vendor| self.vendor_in(sandbox, vendor)).collect::<Result<Vec<_>, _>>()?;
        vendors.retain(|vendor| has_it(vendor));
        if vendors.is_empty() {
            let which = step.limit.as_ref().map_or_else(String::new, |limit| format!(" `{limit}`"));
            return Err(Refused::Unknown(format!("no vendor that is meant has a rate limit{which}")));
        }
        for vendor in &vendors {
            let nothing = LimitChange { enabled: step.enabled, ..LimitChange::default() };
            // Limits as a whole are in force or lifted; how many calls are left is said of each.
            if step.limit.is_none() && step.enabled.is_some() {
                self.change_limits(sandbox, vendor, &nothing)?;
            }
            let is_meant = |name: &&String| step.limit.as_ref().is_none_or(|limit| *limit == **name);
            let each = vendor.profile.limits.rates.iter().map(|law| &law.name).filter(is_meant);
            for limit in
                each.filter(|_| step.limit.is_some() || step.remaining.is_some() || step.rate.is_some())
            {
                let change = LimitChange {
                    enabled: step.enabled.filter(|_| step.limit.is_some()),
                    limit: Some(limit.clone()),
                    key: None,
                    remaining: step.remaining,
                    rate: step.rate,
                };
                self.change_limits(sandbox, vendor, &change)?;
            }
        }
        let names: Vec<&str> = vendors.iter().map(|vendor| &*vendor.profile.vendor).collect();
        Ok(format!("limits are set: {}", names.join(", ")))
    }

    /// The index of a vendor that the sandbox has.
    pub(super) fn vendor_named(&self, sandbox: &Sandbox, name: &str) -> Result<usize, Refused> {
        let index = self.index_of(name).filter(|index| sandbox.has(*index));
        index.ok_or_else(|| Refused::Invalid(format!("the sandbox has no vendor `{name}`")))
    }

    /// The vendor of a name; without one, all of the sandbox that the scenario is about.
    fn vendors_meant(
        &self,
        sandbox: &Sandbox,
        scenario: &Scenario,
        name: Option<&str>,
    ) -> Result<Vec<usize>, Refused> {
        if let Some(name) = name {
            return Ok(vec![self.vendor_named(sandbox, name)?]);
        }
        let all = self.profiles().iter().enumerate();
        let meant = all.filter(|(index, profile)| sandbox.has(*index) && scenario.is_about(&profile.vendor));
        Ok(meant.map(|(index, _)| index).collect())
    }
}
