//! A scenario under way: which steps are done, and which are due.

use std::sync::Arc;

use super::model::{Deed, Due, Scenario};
use crate::chaos::Meeting;
use crate::report::Verdict;

/// A scenario under way in a sandbox.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// When it began, in milliseconds since 1970, by the sandbox's clock.
    pub began_ms: i64,
    /// The number in the journal of the first call since then.
    pub from_call: u64,
    /// What was done, in order.
    pub done: Vec<Done>,
    /// What came of the checkpoints.
    pub judged: Vec<Verdict>,
    /// How many calls were answered since then, by the vendors that it is about.
    pub calls: u64,
    /// Which vendors those were, in the order in which they were called first.
    pub called: Vec<String>,
    /// By step: whether it is done, and how many calls counted for it.
    steps: Vec<(bool, u64)>,
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Its index in the scenario.
    pub step: usize,
    /// When, in milliseconds since 1970, by the sandbox's clock.
    pub at_ms: i64,
    /// What came of it: a clause, or why it could not be done.
    pub outcome: Result<String, String>,
}

impl Timeline {
    /// A scenario that begins now.
    pub fn begin(scenario: Arc<Scenario>, now_ms: i64, from_call: u64) -> Self {
        let steps = vec![(false, 0); scenario.steps.len()];
        Self {
            scenario,
            began_ms: now_ms,
            from_call,
            done: Vec::new(),
            judged: Vec::new(),
            calls: 0,
            called: Vec::new(),
            steps,
        }
    }

    /// Counts a call that was answered, if it was by a vendor that the scenario is about.
    pub fn count(&mut self, call: &Meeting<'_>) {
        if !self.scenario.is_about(call.vendor) {
            return;
        }
        self.calls += 1;
        if self.called.iter().all(|vendor| vendor != call.vendor) {
            self.called.push(call.vendor.to_owned());
        }
        for (step, (is_done, counted)) in self.scenario.steps.iter().zip(&mut self.steps) {
            if let Due::After { place, .. } = &step.due
                && !*is_done
                && place.is_met_by(call)
            {
                *counted += 1;
            }
        }
    }

    /// The steps that are due, the earliest first, in the order written where two are due at once; each is told once.
    pub fn due(&mut self, now_ms: i64) -> Vec<usize> {
        let since_ms = u64::try_from(now_ms.saturating_sub(self.began_ms)).unwrap_or(0);
        let mut due: Vec<(u64, usize)> = Vec::new();
        for (index, (step, (is_done, counted))) in self.scenario.steps.iter().zip(&mut self.steps).enumerate()
        {
            let is_due = match &step.due {
                Due::At(at_ms) => (since_ms >= *at_ms).then_some(*at_ms),
                Due::After { calls, .. } => (*counted >= *calls).then_some(since_ms),
            };
            if let Some(at_ms) = is_due.filter(|_| !*is_done) {
                *is_done = true;
                due.push((at_ms, index));
            }
        }
        due.sort_unstable();
        due.into_iter().map(|(_, index)| index).collect()
    }

    /// The steps that are still to come, each with when it is due, and how many calls counted for it.
    pub fn to_come(&self) -> impl Iterator<Item = (usize, &Due, u64)> {
        let steps = self.scenario.steps.iter().zip(&self.steps).enumerate();
        steps
            .filter(|(_, (_, (is_done, _)))| !is_done)
            .map(|(index, (step, (_, counted)))| (index, &step.due, *counted))
    }

    /// The names of the checkpoints that are still to come and expect something.
    pub fn checkpoints_to_come(&self) -> impl Iterator<Item = &str> {
        let steps = self.to_come().filter_map(|(index, _, _)| self.scenario.steps.get(index));
        steps.flat_map(|step| &step.deeds).filter_map(|deed| match deed {
            Deed::Checkpoint { name, expect } if !expect.is_nothing() => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Done {
    /// That it could not be done, as a clause; `None` where it was.
    pub fn failed(&self) -> Option<String> {
        let why = self.outcome.as_ref().err()?;
        Some(format!("step {} could not be done: {why}", self.step + 1))
    }
}

#[cfg(test)]
mod tests;
