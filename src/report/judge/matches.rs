//! Whether a client took a record for one that it was looking for.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::times;
use crate::notes::{Listing, Picked};
use crate::report::trail::{Answer, Step, Trail};
use crate::report::verdict::Proof;
use crate::report::{Conduct, Verdict};

pub(super) fn checks_matches(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::ChecksMatches;
    // By type of record: the last look with a filter that was ignored.
    let mut looks: HashMap<Option<usize>, (&Step<'_>, &Listing)> = HashMap::new();
    let mut met = Proof::default();
    let mut wrong = Proof::default();
    // What the client knows otherwise: what it made, and what it named before.
    let mut known: HashSet<String> = HashSet::new();
    for step in &trail.steps {
        if step.is_create() && step.answer == Answer::Well {
            known.extend(made(step));
        }
        let page = step.entry.notes().listing.as_deref().filter(|_| step.answer == Answer::Well);
        match page.map(|page| (page, page.of)) {
            Some((page, Picked::Ignored)) => {
                met.take(step);
                met.take_facts(step);
                looks.insert(step.record(), (step, page));
            }
            Some(_) => {
                looks.remove(&step.record());
            }
            None => {}
        }
        if step.is_change() {
            if let Some((look, page)) = looks.remove(&step.record())
                && !known.contains(step.id())
                && took_wrong(look, page, step.id())
            {
                wrong.take(look);
                wrong.take(step);
                wrong.take_facts(look);
            }
            known.insert(step.id().to_owned());
        }
    }
    if met.is_empty() {
        return Verdict::not_met(conduct, "no filter of its was ignored");
    }
    if !wrong.is_empty() {
        let many = times(wrong.count() / 2, "time");
        let says = format!(
            "wrote {many} to a record that a filter had not asked for: it was ignored, and all came back"
        );
        return Verdict::fail(conduct, says).shown_by(wrong);
    }
    let many = times(met.count(), "time");
    Verdict::pass(
        conduct,
        format!("got all records for a filter {many}, and wrote to none that it had not asked for"),
    )
    .shown_by(met)
}

/// Whether a record is on the page of an ignored filter and does not match it. A page is looked at as far as the journal has
/// it: whoever takes what comes takes the first.
fn took_wrong(look: &Step<'_>, page: &Listing, id: &str) -> bool {
    let is_on_page = || look.entry.answered.text().contains(&format!("\"{id}\""));
    !id.is_empty() && !page.matching.iter().any(|matching| matching == id) && is_on_page()
}

/// The ids by which a client can know what it has made.
fn made(step: &Step<'_>) -> Vec<String> {
    let location = step.entry.reply_headers().find(|(name, _)| name.eq_ignore_ascii_case("location"));
    let last = location.and_then(|(_, url)| url.rsplit('/').next()).map(str::to_owned);
    let body: Option<Value> = serde_json::from_slice(&step.entry.answered.bytes).ok();
    let id = body.as_ref().and_then(|body| body.get("id")).and_then(Value::as_str).map(str::to_owned);
    last.into_iter().chain(id).collect()
}
