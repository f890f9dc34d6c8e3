//! Whether a client waited as Retry-After said.

use std::collections::HashMap;

use super::times;
use super::under_way::{Halt, is_serial};
use crate::limit::By;
use crate::report::trail::{Step, Trail};
use crate::report::verdict::Proof;
use crate::report::{Conduct, Verdict};

/// How much too early a call may come, in milliseconds: clocks differ, and dates in headers have no fractions.
const EARLY_MS_MAX: i64 = 1_000;

/// And no more than such a part of the time that it was told to wait: a tenth.
const EARLY_PART: i64 = 10;

/// What shares a wait: who was told to wait on one of these may not call on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Scope<'a> {
    /// The calls that a rate limit counts; of one operation where it tells these apart.
    Limit(usize, Option<&'a str>),
    /// Those of one operation, where no limit of the vendor's refused.
    Operation(&'a str),
}

/// A wait that somebody was told.
#[derive(Debug)]
struct Told {
    until_ms: i64,
    early_ms: i64,
    halt: Halt,
}

pub(super) fn waits_as_told(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::WaitsAsTold;
    let mut waits: HashMap<Scope<'_>, Told> = HashMap::new();
    let (mut refused, mut early) = (Proof::default(), Proof::default());
    let (mut is_timeless, mut latest_ms) = (false, i64::MIN);
    let is_serial = is_serial(trail);
    for (index, step) in trail.steps.iter().enumerate() {
        let at_ms = step.entry.at_ms;
        // The clock was set back: what was told before means nothing now.
        if at_ms.saturating_add(EARLY_MS_MAX) < latest_ms {
            waits.clear();
        }
        latest_ms = at_ms;
        let mut is_early = false;
        for scope in counted(step) {
            let Some(told) = waits.get_mut(&scope) else { continue };
            if at_ms.saturating_add(told.early_ms) >= told.until_ms {
                waits.remove(&scope);
            } else if index > 0 && step.is_timeless_after(&trail.steps[index - 1]) {
                is_timeless = true;
            } else if !told.halt.excuses(step, is_serial) {
                is_early = true;
            }
        }
        if is_early {
            early.take(step);
            early.take_facts(step);
        }
        let Some(until_ms) = step.told_ms() else { continue };
        refused.take(step);
        refused.take_facts(step);
        let early_ms = (until_ms.saturating_sub(step.left_ms) / EARLY_PART).clamp(0, EARLY_MS_MAX);
        for scope in refusing(step) {
            let new = || Told { until_ms, early_ms, halt: Halt::new(step) };
            let told = waits.entry(scope).or_insert_with(new);
            (told.until_ms, told.early_ms) = (told.until_ms.max(until_ms), told.early_ms.max(early_ms));
            told.halt.took(step);
        }
    }
    if refused.is_empty() {
        return Verdict::not_met(conduct, "nobody told it to wait");
    }
    if !early.is_empty() {
        let many = times(early.count(), "call");
        let says = format!("{many} came before the time was over that Retry-After had told");
        return Verdict::fail(conduct, says).shown_by(early);
    }
    if is_timeless {
        let says = "the sandbox's clock stood still, so that nobody can say whether it waited";
        return Verdict::not_met(conduct, says).shown_by(refused);
    }
    let many = times(refused.count(), "time");
    Verdict::pass(conduct, format!("was told to wait {many}, and did not call before")).shown_by(refused)
}

/// What a refusal tells of: the limits that refused, or the operation where none did.
fn refusing<'a>(step: &Step<'a>) -> Vec<Scope<'a>> {
    let levels = step.entry.notes().levels.iter().filter(|level| level.has_refused);
    let mut scopes: Vec<Scope<'a>> = levels.map(|level| scope(step, level.limit_index)).collect();
    if scopes.is_empty() {
        scopes.push(Scope::Operation(step.entry.operation().unwrap_or_else(|| step.entry.method.as_str())));
    }
    scopes
}

/// What a call counts with.
fn counted<'a>(step: &Step<'a>) -> Vec<Scope<'a>> {
    let levels = step.entry.notes().levels.iter();
    let mut scopes: Vec<Scope<'a>> = levels.map(|level| scope(step, level.limit_index)).collect();
    scopes.push(Scope::Operation(step.entry.operation().unwrap_or_else(|| step.entry.method.as_str())));
    scopes
}

fn scope<'a>(step: &Step<'a>, limit: usize) -> Scope<'a> {
    let law = step.profile().and_then(|profile| profile.limits.rates.get(limit));
    let is_by_operation = law.is_some_and(|law| law.by.contains(&By::Operation));
    Scope::Limit(limit, step.entry.operation().filter(|_| is_by_operation))
}
