//! Scenarios in a sandbox: what is due is done, before a call by the time, after it by the count of calls.
//!
//! Steps by the time are done when somebody could notice: before a call is answered, and when somebody asks how far the
//! scenario is. So they need no task, and a clock that jumps passes none of them by.
//!
//! **Invariant:** steps are done one after the other, under the lock of the timeline, which is taken before any other and by
//! nobody who holds one. What a deed does must therefore not ask how far the scenario is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::sandbox::Sandbox;
use super::{Engine, Refused};
use crate::call::Call;
use crate::chaos::Meeting;
use crate::journal::MarkKind;
use crate::notes::Notes;
use crate::report::Verdict;
use crate::scenario::{Deed, Done, Scenario, Timeline};

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

    /// Ends it; a step that is being done is done first, and none after it.
    pub(super) fn clear(&self) -> Option<Timeline> {
        let mut timeline = self.timeline.lock();
        self.is_on.store(false, Ordering::Release);
        timeline.take()
    }
}

impl Engine {
    /// Starts a scenario in a sandbox: what its setup says is done, and what is due at once.
    ///
    /// # Errors
    /// That one is under way already, that the sandbox is not one that it can be played in, or what of the setup cannot be;
    /// what was set up before that stays, until a reset.
    pub fn play(&self, sandbox: &Sandbox, scenario: &Arc<Scenario>) -> Result<(), Refused> {
        let mut timeline = sandbox.play.timeline.lock();
        if let Some(other) = &*timeline {
            let name = &other.scenario.name;
            return Err(Refused::Taken(format!("the scenario {name} is under way; end it first")));
        }
        fits(sandbox, scenario)?;
        for name in scenario.vendors_named() {
            self.vendor_named(sandbox, name)?;
        }
        for deed in &scenario.setup.deeds {
            self.carry_out_deed(sandbox, scenario, deed)?;
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

    /// Does what is due by the time; whether that was anything.
    pub(super) fn catch_up(&self, sandbox: &Sandbox) -> bool {
        if sandbox.play.is_idle() {
            return false;
        }
        match &mut *sandbox.play.timeline.lock() {
            Some(timeline) => self.do_due(sandbox, timeline),
            None => false,
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

    /// Does what is due; whether that was anything. What one step does may make another due: a clock that jumps.
    fn do_due(&self, sandbox: &Sandbox, timeline: &mut Timeline) -> bool {
        let mut has_done = false;
        loop {
            let due = timeline.due(sandbox.clock.now_ms());
            if due.is_empty() {
                return has_done;
            }
            has_done = true;
            due.into_iter().for_each(|step| self.do_step(sandbox, timeline, step));
        }
    }

    /// Does a step. What of it cannot be done is told, and keeps nothing else from being done.
    fn do_step(&self, sandbox: &Sandbox, timeline: &mut Timeline, step: usize) {
        let scenario = Arc::clone(&timeline.scenario);
        for deed in scenario.steps.get(step).map_or(&[][..], |step| &step.deeds) {
            if let Deed::Checkpoint { name, expect } = deed {
                let judged = self.judge(sandbox, expect, timeline).into_iter();
                let at =
                    |verdict: Verdict| Verdict { says: format!("at {name}: {}", verdict.says), ..verdict };
                timeline.judged.extend(judged.map(at));
            }
            let outcome = self.carry_out_deed(sandbox, &scenario, deed);
            let outcome = outcome.map_err(|refused| refused.sentence().to_owned());
            let now_ms = sandbox.clock.now_ms();
            let done = Done { step, at_ms: now_ms, outcome };
            if let Some(says) = done.failed() {
                sandbox.journal.mark(now_ms, MarkKind::Scenario, None, says);
            }
            timeline.done.push(done);
        }
    }
}

/// Whether a sandbox is made as a scenario wants it: that cannot be changed afterwards.
fn fits(sandbox: &Sandbox, scenario: &Scenario) -> Result<(), Refused> {
    let (setup, birth) = (&scenario.setup, &sandbox.birth);
    let wants = |what: String| {
        let what = format!("the scenario {} wants a sandbox with {what}; make another", scenario.name);
        Err(Refused::Invalid(what))
    };
    match (setup.recipients, setup.groups) {
        (Some(wanted), _) if wanted != birth.recipients => {
            return wants(format!("{wanted} recipients, and this one has {}", birth.recipients));
        }
        (_, Some(wanted)) if wanted != birth.groups => {
            return wants(format!("{wanted} groups, and this one has {}", birth.groups));
        }
        _ => {}
    }
    let has = |name: &str| sandbox.organizations.iter().any(|known| known == name);
    if !setup.organizations.is_empty() && setup.organizations != sandbox.organizations {
        return wants(format!("the organizations {}", setup.organizations.join(", ")));
    }
    match scenario.organizations_named().find(|name| !has(name)) {
        Some(unknown) => wants(format!("the organization {unknown}")),
        None => Ok(()),
    }
}
