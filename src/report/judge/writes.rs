//! What a client did when a record was there already, when an answer to a write was lost, and when somebody left.

use std::collections::{HashMap, VecDeque};

use super::{advisories, times};
use crate::notes::Picked;
use crate::profile::model::{Advisory, Does};
use crate::report::trail::{Answer, Step, Trail};
use crate::report::verdict::Proof;
use crate::report::{Conduct, Verdict};

/// How many conflicts are waited for at the same time: a client that comes back to none of so many has given them up.
const OPEN_MAX: usize = 100;

/// A 409 to a create that its client has not come back to.
#[derive(Debug)]
struct Open<'t, 'a> {
    step: &'t Step<'a>,
    /// The value that another record has, in lower case, where the vendor's own rule refused.
    value: Option<String>,
}

pub(super) fn survives_conflicts(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::SurvivesConflicts;
    let mut open: HashMap<Option<usize>, VecDeque<Open<'_, '_>>> = HashMap::new();
    let (mut met, mut given_up) = (Proof::default(), Vec::new());
    for step in &trail.steps {
        if let Some(open) = open.get_mut(&step.record()) {
            settle(open, step);
        }
        if step.is_create() && step.answer == Answer::Refused(409) {
            met.take(step);
            met.take_facts(step);
            let open = open.entry(step.record()).or_default();
            let value = step.entry.notes().taken.as_deref().map(str::to_lowercase);
            // The same create again, and the same conflict.
            open.retain(|one| value.is_none() || one.value != value);
            open.push_back(Open { step, value });
            if open.len() > OPEN_MAX {
                given_up.extend(open.pop_front());
            }
        }
    }
    given_up.extend(open.into_values().flatten());
    if met.is_empty() {
        return Verdict::not_met(conduct, "no create of its met a record that was there already");
    }
    if !given_up.is_empty() {
        given_up.sort_by_key(|one| one.step.entry.number);
        let mut proof = Proof::default();
        for one in &given_up {
            proof.take(one.step);
            proof.take_facts(one.step);
        }
        let many = times(proof.count(), "record");
        let says = format!("was told that {many} is there already, and neither looked nor updated");
        return Verdict::fail(conduct, says).shown_by(proof);
    }
    Verdict::pass(conduct, "looked up or updated what was there already").shown_by(met)
}

/// Takes away the conflicts that a call comes back to.
fn settle(open: &mut VecDeque<Open<'_, '_>>, step: &Step<'_>) {
    let is_read = step.is_list() || step.does() == Some(Does::Fetch);
    if open.is_empty() || !is_read && !step.is_change() {
        return;
    }
    // What was refused has not got so far as to say what it is of.
    let listing = step.entry.notes().listing.as_ref().filter(|_| step.answer == Answer::Well);
    let is_whole_list = step.is_list() && listing.is_some_and(|listing| listing.of == Picked::All);
    if is_whole_list {
        open.clear();
        return;
    }
    let said = step.said();
    let names = |one: &Open<'_, '_>| one.value.as_deref().is_none_or(|value| said.contains(value));
    // The newest first: most clients come back at once.
    if let Some(index) = open.iter().rposition(names) {
        open.remove(index);
    }
}

pub(super) fn looks_before_repeating(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::LooksBeforeRepeating;
    // Where the last call of a kind was that may have taken effect, and the last look at a type of record.
    let mut in_doubt: HashMap<u64, usize> = HashMap::new();
    let mut looked: HashMap<Option<usize>, usize> = HashMap::new();
    let (mut lost, mut blind) = (Proof::default(), Proof::default());
    for (index, step) in trail.steps.iter().enumerate() {
        let is_heard = matches!(step.answer, Answer::Well | Answer::Refused(404));
        if is_heard && (step.is_list() || step.does() == Some(Does::Fetch)) {
            looked.insert(step.record(), index);
            looked.insert(None, index);
            continue;
        }
        // A bulk job is of all types.
        let record = match step.does() {
            Some(Does::Create) => step.record(),
            Some(Does::Bulk) => None,
            _ => continue,
        };
        let before = in_doubt.remove(&step.same);
        if before.is_some_and(|before| looked.get(&record).is_none_or(|looked| *looked < before)) {
            blind.take(step);
            blind.take_facts(step);
        }
        if step.is_in_doubt() {
            lost.take(step);
            in_doubt.insert(step.same, index);
        }
    }
    if lost.is_empty() {
        return Verdict::not_met(conduct, "no answer to a create of its was lost");
    }
    if !blind.is_empty() {
        let many = times(blind.count(), "create");
        let says = format!(
            "{many} came again after the answer was lost, without a look whether the first took effect"
        );
        return Verdict::fail(conduct, says).shown_by(blind);
    }
    Verdict::pass(conduct, "repeated no create whose answer was lost without a look").shown_by(lost)
}

pub(super) fn deactivates(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::Deactivates;
    let mut proof = Proof::default();
    for step in trail.steps.iter().filter(|step| step.answer == Answer::Well) {
        let words = &step.entry.notes().words;
        if !words.contains(&"deactivated")
            || words.contains(&"deleted")
            || advisories(step).any(|one| one.conduct.is_some())
        {
            continue;
        }
        let Some(profile) = step.profile() else { continue };
        let stands_for = |one: &&Advisory| one.conduct.as_deref() == Some(conduct.as_str());
        let mut wanted = profile.advisories.iter().filter(stands_for).peekable();
        if wanted.peek().is_some() {
            proof.take(step);
            wanted.for_each(|advisory| proof.name(profile, advisory.fact));
        }
    }
    if proof.is_empty() {
        return Verdict::not_met(conduct, "nobody left whose history this vendor keeps");
    }
    let many = times(proof.count(), "user");
    Verdict::pass(conduct, format!("deactivated {many}, and deleted nobody whose history matters"))
        .shown_by(proof)
}
