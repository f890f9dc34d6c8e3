//! What is expected of a sandbox: looked at, and told as verdicts of a report.

use std::collections::HashMap;

use serde_json::Value;

use super::differences::{Person, differences, keys};
use super::sandbox::Sandbox;
use super::{Engine, Refused, Staff};
use crate::journal::matching::is_part;
use crate::report::{Conduct, Ended, Verdict};
use crate::scenario::{Done, Expect, RecordsExpected, Timeline};
use crate::seed::Recipient;

/// How many records are named that are not as they should be.
const NAMED_MAX: usize = 5;

/// How many records are taken at a time.
const PAGE_RECORDS: usize = 1_000;

impl Engine {
    /// What the scenario under way expects, if there is one: at its checkpoints so far, and at the end, as if that were now; and
    /// what of its steps could not be done.
    pub fn expected(&self, sandbox: &Sandbox) -> Vec<Verdict> {
        // Looked at beside the lock of the timeline: there may be many records, and calls must not wait for that.
        let Some(timeline) = self.playing(sandbox, |timeline| timeline.cloned()) else { return Vec::new() };
        let failed = timeline.done.iter().filter_map(Done::failed);
        let mut verdicts: Vec<Verdict> = failed.map(|why| verdict(false, why, Vec::new())).collect();
        verdicts.extend(timeline.judged.iter().cloned());
        let missed = |name: &str| {
            Verdict::not_met(Conduct::EndsAsExpected, format!("the checkpoint {name} was not reached"))
        };
        verdicts.extend(timeline.checkpoints_to_come().map(missed));
        verdicts.extend(self.judge(sandbox, &timeline.scenario.expect, &timeline));
        verdicts
    }

    /// Looks whether a sandbox is as expected, one verdict for each thing.
    pub(super) fn judge(&self, sandbox: &Sandbox, expect: &Expect, timeline: &Timeline) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        if let Some(count) = expect.calls {
            let made = timeline.calls;
            let says = format!("{made} calls were made, {count} were expected");
            verdicts.push(verdict(count.is_met_by(made), says, Vec::new()));
        }
        let calls = sandbox.journal.all();
        let calls = || calls.iter().filter(|entry| entry.number >= timeline.from_call);
        for seen in &expect.seen {
            let met: Vec<_> = calls().filter(|entry| seen.calls.is_met_by(entry)).collect();
            let says = format!("{} calls as {} wants them, {} were expected", met.len(), seen.at, seen.count);
            let ids = met.iter().map(|entry| entry.request_id().to_owned()).take(NAMED_MAX);
            verdicts.push(verdict(seen.count.is_met_by(met.len() as u64), says, ids.collect()));
        }
        for records in &expect.records {
            verdicts.extend(self.each(sandbox, records.vendor.as_deref(), timeline, |vendor| {
                self.count_records(sandbox, vendor, records)
            }));
        }
        if expect.no_duplicates {
            verdicts.extend(self.each(sandbox, None, timeline, |vendor| self.find_doubles(sandbox, vendor)));
        }
        verdicts
    }

    /// Looks at the vendor named; without one at those that the scenario names, and where it names none, at those that were
    /// called: nobody has done anything to the others.
    fn each(
        &self,
        sandbox: &Sandbox,
        named: Option<&str>,
        timeline: &Timeline,
        look: impl Fn(usize) -> Result<Verdict, Refused>,
    ) -> Vec<Verdict> {
        let of_scenario = &timeline.scenario.vendors;
        let several = if of_scenario.is_empty() { &timeline.called } else { of_scenario };
        let is_meant = |name: &str| match named {
            Some(named) => name == named,
            None => several.iter().any(|vendor| vendor == name),
        };
        let all = self.profiles().iter().enumerate();
        let meant = all.filter(|(index, profile)| sandbox.has(*index) && is_meant(&profile.vendor));
        let looked = meant.map(|(index, _)| {
            look(index).unwrap_or_else(|refused| verdict(false, refused.sentence().to_owned(), Vec::new()))
        });
        let looked: Vec<Verdict> = looked.collect();
        match looked.is_empty() {
            true => {
                vec![verdict(false, "no vendor was called that could be as expected".to_owned(), Vec::new())]
            }
            false => looked,
        }
    }

    fn count_records(
        &self,
        sandbox: &Sandbox,
        vendor: usize,
        wanted: &RecordsExpected,
    ) -> Result<Verdict, Refused> {
        let staff = self.staff(sandbox, vendor, wanted.organization.as_deref())?;
        let kind = match &wanted.kind {
            Some(kind) => kind.clone(),
            None => people(&staff)?,
        };
        let is_meant =
            |record: &Value| wanted.like.as_ref().is_none_or(|like| is_part(like, &record["attributes"]));
        let found = records(&staff, &kind)?.iter().filter(|record| is_meant(record)).count() as u64;
        let count = wanted.count;
        let like = wanted.like.as_ref().map_or_else(String::new, |like| format!(" with {like}"));
        let expected = count.map_or_else(|| "any number".to_owned(), |count| count.to_string());
        let says = format!(
            "{} has {found} records {kind}{like}, {expected} were expected",
            staff.vendor.profile.vendor
        );
        Ok(verdict(count.is_none_or(|count| count.is_met_by(found)), says, Vec::new()))
    }

    /// Holds the people of the first organization against those of a file: who is missing, who is too much, who is otherwise.
    pub fn compare(&self, sandbox: &Sandbox, vendor: usize, file: &str, wanted: &[Recipient]) -> Verdict {
        let looked = self.staff(sandbox, vendor, None).and_then(|staff| {
            let wrong = |why: String| {
                Refused::Invalid(format!("{file} cannot be {}'s: {why}", staff.vendor.profile.vendor))
            };
            let wanted = staff.drafts(wanted).map_err(wrong)?;
            let found = records(&staff, &people(&staff)?)?.into_iter().map(|mut record| Person {
                id: record["id"].as_str().unwrap_or_default().to_owned(),
                attributes: record["attributes"].take(),
            });
            let found: Vec<Person> = found.collect();
            Ok(compared(&staff.vendor.profile.vendor, file, wanted.len(), &differences(&wanted, &found)))
        });
        looked.unwrap_or_else(|refused| verdict(false, refused.sentence().to_owned(), Vec::new()))
    }

    fn find_doubles(&self, sandbox: &Sandbox, vendor: usize) -> Result<Verdict, Refused> {
        let mut doubles: Vec<String> = Vec::new();
        for organization in &sandbox.organizations {
            let staff = self.staff(sandbox, vendor, Some(organization))?;
            let mut known: HashMap<String, usize> = HashMap::new();
            for (nth, record) in records(&staff, &people(&staff)?)?.iter().enumerate() {
                for key in keys(&record["attributes"]) {
                    if *known.entry(key.clone()).or_insert(nth) != nth {
                        doubles.push(key);
                    }
                }
            }
        }
        doubles.sort();
        doubles.dedup();
        let name = &self.profiles()[vendor].vendor;
        let says = match doubles.as_slice() {
            [] => format!("{name} has nobody twice"),
            some => {
                let named: Vec<&str> = some.iter().take(NAMED_MAX).map(String::as_str).collect();
                format!("{name} has {} people twice: {}", some.len(), named.join(", "))
            }
        };
        Ok(verdict(doubles.is_empty(), says, Vec::new()))
    }
}

/// A verdict on what was expected.
pub(super) fn verdict(passed: bool, says: String, evidence: Vec<String>) -> Verdict {
    let ended = if passed { Ended::Pass } else { Ended::Fail };
    let count = evidence.len() as u64;
    Verdict { conduct: Conduct::EndsAsExpected, ended, says, evidence, count, facts: Vec::new() }
}

/// The name of the type of record that people are.
fn people(staff: &Staff<'_>) -> Result<String, Refused> {
    let kinds = &staff.vendor.profile.records;
    let kind = kinds.iter().find(|kind| !kind.is_group());
    kind.map(|kind| kind.name.clone())
        .ok_or_else(|| Refused::Unknown(format!("{} keeps no people", staff.vendor.profile.vendor)))
}

/// What came of comparing people with a file.
fn compared(vendor: &str, file: &str, wanted: usize, wrong: &[String]) -> Verdict {
    let says = match wrong.len() {
        0 => format!("{vendor} has the {wanted} people of {file}"),
        many => {
            let more =
                if many > NAMED_MAX { format!(", and {} more", many - NAMED_MAX) } else { String::new() };
            let named: Vec<&str> = wrong.iter().take(NAMED_MAX).map(String::as_str).collect();
            format!("{vendor} has not the people of {file}: {}{more}", named.join("; "))
        }
    };
    verdict(wrong.is_empty(), says, Vec::new())
}

/// All records of a type, as staff sees them.
fn records(staff: &Staff<'_>, kind: &str) -> Result<Vec<Value>, Refused> {
    let mut all = Vec::new();
    loop {
        let (page, total) = staff.list(kind, all.len(), PAGE_RECORDS)?;
        let is_last = page.is_empty();
        all.extend(page);
        if is_last || all.len() >= total {
            return Ok(all);
        }
    }
}
