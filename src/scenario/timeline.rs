//! A scenario under way: which steps are done, and which are due.

use std::sync::Arc;

use super::model::{Deed, Due, Scenario, Step};
use crate::chaos::Meeting;
use crate::report::Verdict;

/// A scenario under way in a sandbox.
#[derive(Debug)]
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
        Self { scenario, began_ms: now_ms, from_call, done: Vec::new(), judged: Vec::new(), steps }
    }

    /// Counts a call that was answered.
    pub fn count(&mut self, call: &Meeting<'_>) {
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
        for (index, (step, (is_done, counted))) in
            self.scenario.steps.iter().zip(&mut self.steps).enumerate()
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

    /// The steps that are still to come, each with when it is due.
    pub fn to_come(&self) -> impl Iterator<Item = (usize, &Due)> {
        let steps = self.scenario.steps.iter().zip(&self.steps).enumerate();
        steps.filter(|(_, (_, (is_done, _)))| !is_done).map(|(index, (step, _))| (index, &step.due))
    }

    /// The deeds of a step.
    pub fn deeds(&self, step: usize) -> &[Deed] {
        self.scenario.steps.get(step).map_or(&[], |step: &Step| &step.deeds)
    }
}

#[cfg(test)]
mod tests;
