//! Recipients of a file that come to an organization's others: all of them or none, and every line named that the vendor
//! would not keep.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::differences::{common, keys, with_people};
use super::populate::{Place, Wrong};
use super::staff::Staff;
use super::vendor::rules;
use crate::operation::{RECORDS_MAX, table};
use crate::record;
use crate::seed::{self, Format, Loaded, Problem, Recipient};
use crate::store::{OrganizationId, Record, Store};

/// How many lines of a file are named at most.
pub const LINES_MAX: usize = seed::PROBLEMS_MAX;

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// How many recipients came.
    pub recipients: usize,
    /// What was taken all the same: addresses outside the domains reserved for examples.
    pub warnings: Vec<Line>,
}

/// What is wrong, or odd, in a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// The column, in characters counted from 1; 0 where only the line is known.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead, where there is something to say.
    pub help: Option<String>,
}

impl Staff<'_> {
    /// Recipients of a file as the vendor would keep them, one after the other; nothing is kept.
    ///
    /// # Errors
    /// The first that it would not keep.
    pub(super) fn drafts(&self, recipients: &[Recipient]) -> Result<Vec<Value>, String> {
        let (place, id) = self.place();
        let people = place.mould(false).map(|mould| table(mould.index));
        let people = people.ok_or_else(|| "it keeps no recipients".to_owned())?;
        let drawn = |is_otherwise| {
            let mut state = Store::new(&rules(&self.vendor.profile)).snapshot();
            // Without the vendor's laws: a file need not have all that a vendor insists on.
            let place = Place { is_otherwise, is_import: false, ..place };
            if let Some(wrong) = place.given(&mut state, recipients).into_iter().next() {
                return Err(wrong.sentence);
            }
            Ok(state.page(people, id, 0, recipients.len()))
        };
        // What differs is made up, and nothing that the recipients have.
        let (one, other) = (drawn(false)?, drawn(true)?);
        let known = one
            .iter()
            .filter_map(|record| Some((record.serial, keys(&attributes(record)).into_iter().next()?)));
        let known: HashMap<u64, String> = known.collect();
        let both = one.iter().zip(&other).map(|(one, other)| common(&attributes(one), &attributes(other)));
        Ok(both.map(|draft| with_people(&draft, &known)).collect())
    }

    /// The organization's place among the vendor's records, to be filled from a file.
    fn place(&self) -> (Place<'_>, OrganizationId) {
        let organization = self.sandbox.organizations.get(self.organization).map_or("", String::as_str);
        let id = OrganizationId(u16::try_from(self.organization).unwrap_or(u16::MAX));
        let place = Place {
            vendor: &self.vendor,
            organization,
            id,
            dice: self.sandbox.dice,
            now_ms: self.sandbox.clock.now_ms(),
            first: 0,
            is_otherwise: false,
            is_import: true,
        };
        (place, id)
    }

    /// Reads a recipient file into the organization; how its name ends (`.csv`, `.json`, `.ndjson`) tells how it is written.
    /// Groups that it names are joined where the organization has them, and made where it has not.
    ///
    /// # Errors
    /// Every bad line, [`LINES_MAX`] at most: what the file's format does not allow, or what the vendor would not keep
    /// beside whom it has.
    pub fn import(&self, file: &str, text: &[u8]) -> Result<Imported, Vec<Line>> {
        let problem = |line: usize, message: String| Line { line, column: 0, message, help: None };
        let Some(format) = Format::of(Path::new(file)) else {
            return Err(vec![problem(0, "a file of recipients ends in .csv, .json or .ndjson".to_owned())]);
        };
        let of = |all: Vec<Problem>| all.into_iter().map(Line::from).collect::<Vec<_>>();
        let Loaded { recipients, lines, warnings } = seed::read(file, text, format).map_err(of)?;
        let (mut place, id) = self.place();
        let people = place.mould(false).map(|mould| table(mould.index));
        let Some(people) = people else {
            return Err(vec![problem(0, format!("{} keeps no recipients", self.vendor.profile.vendor))]);
        };
        let wrong = self.vendor.store.write(|state| {
            if state.count(people, id) + recipients.len() > RECORDS_MAX {
                let sentence = format!("an organization has at most {RECORDS_MAX} recipients");
                return vec![Wrong { nth: None, sentence }];
            }
            // What goes wrong half-way goes wrong on a copy.
            let mut copy = state.clone();
            place.first = state.next_serial(people);
            let wrong = place.given(&mut copy, &recipients);
            if wrong.is_empty() {
                *state = copy;
            }
            wrong
        });
        if wrong.is_empty() {
            return Ok(Imported { recipients: recipients.len(), warnings: of(warnings) });
        }
        let line = |nth: Option<u64>| {
            nth.and_then(|nth| lines.get(usize::try_from(nth).ok()?)).copied().unwrap_or(0)
        };
        Err(wrong.into_iter().map(|wrong| problem(line(wrong.nth), wrong.sentence)).collect())
    }
}

impl From<Problem> for Line {
    fn from(problem: Problem) -> Self {
        let Problem { file: _, line, column, message, help } = problem;
        Self { line, column, message, help }
    }
}

fn attributes(record: &Record) -> Value {
    Value::Object(record::attributes(record.body()))
}
