//! How a client tried again.

use std::collections::HashMap;

use super::times;
use crate::report::trail::{Step, Trail};
use crate::report::verdict::Proof;
use crate::report::{Conduct, Verdict};

/// A call that comes so long after the last try is a new attempt of somebody who has given up, in milliseconds.
const FRESH_MS: i64 = 5 * 60 * 1000;

/// A gap that is shorter is none, in milliseconds: nobody who draws his gaps from growing spans draws several such.
const AT_ONCE_MS: i64 = 25;

/// So many gaps of one call show how they grow.
const GAPS_OF_ONE: usize = 3;

/// And so many of all calls together, where each was tried again too seldom.
const GAPS_OF_ALL: usize = 5;

/// Gaps that are all alike do no harm from this length on, in milliseconds.
const LONG_MS: i64 = 10_000;

/// How often a call is repeated at most.
pub(super) const RETRIES_MAX: usize = 10;

/// One call, tried again and again until it was answered, or given up.
#[derive(Debug)]
pub(super) struct Chain<'t, 'a> {
    tries: Vec<&'t Step<'a>>,
    /// How long before each retry its client waited by itself, in milliseconds, where the clock told.
    gaps_ms: Vec<i64>,
    /// How many retries came of which the clock did not tell.
    timeless: usize,
}

/// All calls of a client that were refused or lost and may be tried again.
pub(super) fn chains<'t, 'a>(trail: &'t Trail<'a>) -> Vec<Chain<'t, 'a>> {
    let mut chains: Vec<Chain<'t, 'a>> = Vec::new();
    let mut open: HashMap<u64, usize> = HashMap::new();
    for step in &trail.steps {
        let index = open.get(&step.same).copied();
        let index = index.filter(|index| chains[*index].is_fresh(step));
        if let Some(index) = index {
            chains[index].go_on(step);
            if !step.may_be_retried() {
                open.remove(&step.same);
            }
        } else if step.may_be_retried() {
            open.insert(step.same, chains.len());
            chains.push(Chain { tries: vec![step], gaps_ms: Vec::new(), timeless: 0 });
        }
    }
    chains
}

impl<'t, 'a> Chain<'t, 'a> {
    /// Whether a call is one more try.
    fn is_fresh(&self, step: &Step<'_>) -> bool {
        self.tries.last().is_some_and(|last| step.entry.at_ms.saturating_sub(last.left_ms) < FRESH_MS)
    }

    fn go_on(&mut self, step: &'t Step<'a>) {
        if let Some(last) = self.tries.last().filter(|last| last.told_ms().is_none()) {
            if step.is_timeless_after(last) {
                self.timeless += 1;
            } else {
                self.gaps_ms.push(step.entry.at_ms.saturating_sub(last.left_ms).max(0));
            }
        }
        self.tries.push(step);
    }

    fn retries(&self) -> usize {
        self.tries.len() - 1
    }

    /// Whether its gaps, enough of them, are none or all alike.
    fn is_tight(&self) -> bool {
        let (Some(least), Some(most)) = (self.gaps_ms.iter().min(), self.gaps_ms.iter().max()) else {
            return false;
        };
        let is_alike = *most < LONG_MS && (most - least) * 10 <= *most;
        self.gaps_ms.len() >= GAPS_OF_ONE && (*most < AT_ONCE_MS || is_alike)
    }

    fn prove(&self, proof: &mut Proof) {
        self.tries.iter().for_each(|step| proof.take(step));
        self.tries.iter().take(1).for_each(|step| proof.take_facts(step));
    }
}

pub(super) fn backs_off(chains: &[Chain<'_, '_>]) -> Verdict {
    let conduct = Conduct::BacksOff;
    let gaps: Vec<i64> = chains.iter().flat_map(|chain| chain.gaps_ms.iter().copied()).collect();
    if gaps.is_empty() {
        let says = if chains.iter().any(|chain| chain.timeless > 0) {
            "the sandbox's clock stood still, so that nobody can say how long it waited"
        } else {
            "it repeated no call without having been told when"
        };
        return Verdict::not_met(conduct, says);
    }
    let are_none = gaps.len() >= GAPS_OF_ALL && gaps.iter().all(|gap_ms| *gap_ms < AT_ONCE_MS);
    let mut proof = Proof::default();
    let is_bad = |chain: &&Chain<'_, '_>| chain.is_tight() || are_none && !chain.gaps_ms.is_empty();
    chains.iter().filter(is_bad).for_each(|chain| chain.prove(&mut proof));
    if !proof.is_empty() {
        let says = "repeated calls at once, or after gaps that do not grow";
        return Verdict::fail(conduct, says).shown_by(proof);
    }
    chains.iter().filter(|chain| !chain.gaps_ms.is_empty()).for_each(|chain| chain.prove(&mut proof));
    Verdict::pass(conduct, "waited between one try and the next").shown_by(proof)
}

pub(super) fn bounds_retries(chains: &[Chain<'_, '_>]) -> Verdict {
    let conduct = Conduct::BoundsRetries;
    if chains.is_empty() {
        return Verdict::not_met(conduct, "no call of its failed in a way that may pass");
    }
    let mut proof = Proof::default();
    chains.iter().filter(|chain| chain.retries() > RETRIES_MAX).for_each(|chain| chain.prove(&mut proof));
    if !proof.is_empty() {
        let says = format!("repeated a call more than {RETRIES_MAX} times in a row");
        return Verdict::fail(conduct, says).shown_by(proof);
    }
    chains.iter().for_each(|chain| chain.tries.iter().take(1).for_each(|step| proof.take(step)));
    let many = times(proof.count(), "call");
    Verdict::pass(conduct, format!("{many} failed, and none was repeated more than {RETRIES_MAX} times"))
        .shown_by(proof)
}

#[cfg(test)]
mod tests {
    use super::{Chain, backs_off};
    use crate::report::Ended;

    fn chain(gaps_ms: &[i64]) -> Chain<'static, 'static> {
        Chain { tries: Vec::new(), gaps_ms: gaps_ms.to_vec(), timeless: 0 }
    }

    #[test]
    fn gaps_that_are_none_or_all_alike_are_tight() {
        let check = |gaps_ms: &[i64], wanted| assert_eq!(chain(gaps_ms).is_tight(), wanted, "{gaps_ms:?}");
        check(&[], false);
        check(&[1, 2], false);
        check(&[1, 2, 1], true);
        check(&[24, 3, 9, 12], true);
        check(&[1, 2, 30], false);
        check(&[1000, 1001, 1003], true);
        check(&[1000, 1000, 1000, 1060], true);
        // Doubled, doubled with jitter, doubled up to a cap, at once and then doubled.
        check(&[100, 200, 400], false);
        check(&[130, 160, 480], false);
        check(&[1000, 2000, 2000, 2000], false);
        check(&[1, 200, 400, 800], false);
        // Every so often, somebody looks again.
        check(&[60_000, 60_000, 60_000], false);
    }

    #[test]
    fn a_client_that_draws_its_gaps_from_growing_spans_is_not_taken_for_a_tight_loop() {
        let mut state = 1_u64;
        let mut draw = |span_ms: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(state >> 33).unwrap_or(0) % (span_ms + 1)
        };
        let tight = (0..10_000).filter(|_| {
            let gaps_ms: Vec<i64> = (0..4).map(|nth| draw(500 << nth)).collect();
            chain(&gaps_ms).is_tight()
        });
        assert!(tight.count() <= 5);
    }

    #[test]
    fn what_no_clock_told_is_not_judged() {
        let timeless = Chain { timeless: 3, ..chain(&[]) };
        let verdict = backs_off(&[timeless]);
        assert_eq!(verdict.ended, Ended::NotMet);
        assert!(verdict.says.contains("stood still"), "{}", verdict.says);
        assert_eq!(backs_off(&[]).ended, Ended::NotMet);
    }
}
