//! Scenarios in a sandbox: what is due is done, before a call by the time, after it by the count of calls.
//!
//! Steps by the time are done when somebody could notice: before a call is answered, and when somebody asks how far the
//! scenario is. So they need no task, and a clock that jumps passes none of them by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::sandbox::Sandbox;
use super::vendor::Vendor;
use super::{Engine, LimitChange, Refused, Settings, Turn};
use crate::call::Call;
use crate::chaos::rule::is_of;
use crate::chaos::{Meeting, TokenEnd};
use crate::journal::MarkKind;
use crate::notes::Notes;
use crate::profile::model::Carrier;
use crate::report::Verdict;
use crate::scenario::{Credentials, Deed, Done, LimitStep, Scenario, Timeline};
use crate::vault::Holds;

/// The scenario of a sandbox.
#[derive(Debug, Default)]
pub struct Play {
    is_on: AtomicBool,
    timeline: Mutex<Option<Timeline>>,
}

impl Play {
    /// Whether there is none.
    pub(super) fn is_idle(&self) -> bool {
        !self.is_on.load(Ordering::Acquire)
    }

    /// Ends it.
    pub(super) fn clear(&self) -> Option<Timeline> {
        self.is_on.store(false, Ordering::Release);
        self.timeline.lock().take()
    }
}

impl Engine {
    /// Starts a scenario in a sandbox: what its setup says is done, and what is due at once.
    ///
    /// # Errors
    /// That one is under way already, that the sandbox is not one that it can be played in, or what of the setup cannot be.
    pub fn play(&self, sandbox: &Sandbox, scenario: &Arc<Scenario>) -> Result<(), Refused> {
        let mut timeline = sandbox.play.timeline.lock();
        if let Some(other) = &*timeline {
            let name = &other.scenario.name;
            return Err(Refused::Taken(format!("the scenario {name} is under way; end it first")));
        }
        fits(sandbox, scenario)?;
        let known = |name: &String| self.index_of(name).is_some_and(|index| sandbox.has(index));
        if let Some(unknown) = scenario.vendors.iter().find(|name| !known(name)) {
            return Err(Refused::Invalid(format!("the sandbox has no vendor `{unknown}`")));
        }
        for deed in &scenario.setup.deeds {
            self.carry_out_deed(sandbox, deed)?;
        }
        let now_ms = sandbox.clock.now_ms();
        let says = format!("the scenario {} begins", scenario.name);
        sandbox.journal.mark(now_ms, MarkKind::Scenario, None, says);
        let mut begun = Timeline::begin(Arc::clone(scenario), now_ms, sandbox.journal.next_number());
        self.do_due(sandbox, &mut begun);
        *timeline = Some(begun);
        sandbox.play.is_on.store(true, Ordering::Release);
        Ok(())
    }

    /// Ends the scenario of a sandbox; what it did stays. `None` where there was none.
    pub fn end_play(&self, sandbox: &Sandbox) -> Option<Timeline> {
        self.catch_up(sandbox);
        let ended = sandbox.play.clear()?;
        let says = format!("the scenario {} ends", ended.scenario.name);
        sandbox.journal.mark(sandbox.clock.now_ms(), MarkKind::Scenario, None, says);
        Some(ended)
    }

    /// Looks at the scenario of a sandbox, once everything is done that is due.
    pub fn playing<T>(&self, sandbox: &Sandbox, look: impl FnOnce(Option<&Timeline>) -> T) -> T {
        self.catch_up(sandbox);
        look(sandbox.play.timeline.lock().as_ref())
    }

    /// Does what is due by the time.
    pub(super) fn catch_up(&self, sandbox: &Sandbox) {
        if sandbox.play.is_idle() {
            return;
        }
        if let Some(timeline) = &mut *sandbox.play.timeline.lock() {
            self.do_due(sandbox, timeline);
        }
    }

    /// Counts a call that was answered, and does what is due by that.
    pub(super) fn count(&self, sandbox: &Sandbox, call: &Call, notes: &Notes) {
        if sandbox.play.is_idle() {
            return;
        }
        let Some(profile) = &notes.profile else { return };
        let shown = notes.credential.as_ref();
        let kind = shown.and_then(|shown| profile.credentials.get(shown.kind?));
        let meeting = Meeting {
            vendor: &profile.vendor,
            api: notes.api.and_then(|api| profile.apis.get(api)).map_or("", |api| &api.name),
            operation: notes.operation.as_deref().or(notes.missed_operation.as_deref()),
            method: &call.method,
            path: call.path.get(notes.prefix_bytes..).unwrap_or_default(),
            credential: kind.map(|kind| kind.name.as_str()),
            organization: shown.and_then(|shown| shown.organization.as_deref()),
            now_ms: sandbox.clock.now_ms(),
        };
        if let Some(timeline) = &mut *sandbox.play.timeline.lock() {
            timeline.count(&meeting);
            self.do_due(sandbox, timeline);
        }
    }

    /// Does what is due. What one step does may make another due: a clock that jumps.
    fn do_due(&self, sandbox: &Sandbox, timeline: &mut Timeline) {
        loop {
            let due = timeline.due(sandbox.clock.now_ms());
            if due.is_empty() {
                return;
            }
            for step in due {
                let deeds = timeline.deeds(step).to_vec();
                for deed in &deeds {
                    if let Deed::Checkpoint { name, expect } = deed {
                        let vendors = &timeline.scenario.vendors;
                        let judged = self.judge(sandbox, expect, timeline.from_call, vendors);
                        let at = |verdict: Verdict| Verdict { says: format!("at {name}: {}", verdict.says), ..verdict };
                        timeline.judged.extend(judged.into_iter().map(at));
                    }
                    let outcome = self.carry_out_deed(sandbox, deed);
                    let outcome = outcome.map_err(|refused| refused.sentence().to_owned());
                    timeline.done.push(Done { step, at_ms: sandbox.clock.now_ms(), outcome });
                }
            }
        }
    }

    /// Does one thing; what was done, as a clause.
    fn carry_out_deed(&self, sandbox: &Sandbox, deed: &Deed) -> Result<String, Refused> {
        match deed {
            Deed::Arm(rules) => {
                let armed = self.arm(sandbox, rules.clone())?;
                let names: Vec<&str> = armed.iter().map(|one| one.rule.name.as_str()).collect();
                Ok(format!("chaos: {}", names.join(", ")))
            }
            Deed::Lift(names) => {
                let is_meant =
                    |rule: &str| names.as_ref().is_none_or(|names| names.iter().any(|name| is_of(name, rule)));
                let all = sandbox.chaos.rules();
                let gone = all.iter().map(|one| one.rule.name.as_str()).filter(|rule| is_meant(rule));
                // One that somebody else took away meanwhile is as it should be.
                let gone: Vec<&str> = gone.filter(|rule| self.disarm(sandbox, rule).is_ok()).collect();
                Ok(format!("no more chaos: {}", gone.join(", ")))
            }
            Deed::Credentials(credentials) => self.end_credentials(sandbox, credentials),
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
            Deed::Limits(step) => self.change_all_limits(sandbox, step),
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
        if name == super::limits::LIMITS {
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

    fn end_credentials(&self, sandbox: &Sandbox, wanted: &Credentials) -> Result<String, Refused> {
        let now_ms = sandbox.clock.now_ms();
        let mut ended = 0;
        for vendor in self.vendors_of(sandbox, wanted.vendor.as_deref())? {
            for one in self.credentials(sandbox, vendor.index) {
                let kind = vendor.profile.credentials.get(one.owner.credential);
                let organization = sandbox.organizations.get(one.owner.organization);
                let is_meant = wanted.organization.as_ref().is_none_or(|name| Some(name) == organization)
                    && wanted.credential.as_deref().is_none_or(|name| kind.is_some_and(|kind| kind.name == name));
                if !is_meant || one.ends.is_some() || one.flaw(now_ms).is_some() {
                    continue;
                }
                let of_client = kind.is_some_and(|kind| kind.carrier == Carrier::Client);
                let is_token = matches!(one.holds, Holds::Token(_));
                match (wanted.how, is_token) {
                    // A client's secret is changed by those alone who mean it, and it cannot expire.
                    (TokenEnd::Expire, false) => continue,
                    (_, false) if wanted.credential.is_none() => continue,
                    // An access token has no newer one until its client asks.
                    (TokenEnd::Rotate, true) if of_client => {
                        self.revoke(sandbox, vendor.index, one.number)?;
                    }
                    (TokenEnd::Rotate, _) => drop(self.rotate(sandbox, vendor.index, one.number)?),
                    (TokenEnd::Revoke, _) => self.revoke(sandbox, vendor.index, one.number)?,
                    (TokenEnd::Expire, true) => self.expire(sandbox, vendor.index, one.number)?,
                }
                ended += 1;
            }
        }
        Ok(format!("{} {ended} credential{}", wanted.how.as_str(), if ended == 1 { "" } else { "s" }))
    }

    fn change_all_limits(&self, sandbox: &Sandbox, step: &LimitStep) -> Result<String, Refused> {
        let mut vendors = self.vendors_of(sandbox, step.vendor.as_deref())?;
        vendors.retain(|vendor| step.vendor.is_some() || !vendor.profile.limits.rates.is_empty());
        for vendor in vendors {
            let all = vendor.profile.limits.rates.iter().map(|law| law.name.clone());
            let limits: Vec<Option<String>> = match (&step.limit, step.remaining.is_some() || step.rate.is_some()) {
                (Some(limit), _) => vec![Some(limit.clone())],
                (None, true) => all.map(Some).collect(),
                (None, false) => vec![None],
            };
            for limit in limits {
                let change = LimitChange {
                    enabled: step.enabled.filter(|_| step.limit.is_some() || limit.is_none()),
                    limit,
                    key: None,
                    remaining: step.remaining,
                    rate: step.rate,
                };
                self.change_limits(sandbox, &vendor, &change)?;
            }
            if let (Some(enabled), None) = (step.enabled, &step.limit) {
                vendor.limiter.enable(enabled);
            }
        }
        Ok("limits are set".to_owned())
    }

    fn vendor_named(&self, sandbox: &Sandbox, name: &str) -> Result<usize, Refused> {
        let index = self.index_of(name).filter(|index| sandbox.has(*index));
        index.ok_or_else(|| Refused::Unknown(format!("the sandbox has no vendor `{name}`")))
    }

    /// The vendor of a name, or all that the sandbox has.
    fn vendors_of(&self, sandbox: &Sandbox, name: Option<&str>) -> Result<Vec<Arc<Vendor>>, Refused> {
        match name {
            Some(name) => Ok(vec![self.vendor_in(sandbox, self.vendor_named(sandbox, name)?)?]),
            None => (0..self.profiles().len())
                .filter(|index| sandbox.has(*index))
                .map(|index| self.vendor_in(sandbox, index))
                .collect(),
        }
    }
}

/// Whether a sandbox is made as a scenario wants it: that cannot be changed afterwards.
fn fits(sandbox: &Sandbox, scenario: &Scenario) -> Result<(), Refused> {
    let (setup, birth) = (&scenario.setup, &sandbox.birth);
    let wants = |what: &str, wanted: usize, has: usize| {
        let sentence =
            format!("{} wants a sandbox with {wanted} {what}, and this one has {has}; make another", scenario.name);
        Err(Refused::Invalid(sentence))
    };
    match (setup.recipients, setup.groups) {
        (Some(wanted), _) if wanted != birth.recipients => wants("recipients", wanted, birth.recipients),
        (_, Some(wanted)) if wanted != birth.groups => wants("groups", wanted, birth.groups),
        _ if !setup.organizations.is_empty() && setup.organizations != sandbox.organizations => {
            let sentence = format!(
                "{} wants a sandbox with the organizations {}; make another",
                scenario.name,
                setup.organizations.join(", ")
            );
            Err(Refused::Invalid(sentence))
        }
        _ => Ok(()),
    }
}
