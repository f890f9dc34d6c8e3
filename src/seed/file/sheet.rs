//! All rows of one file: what they owe each other, and the problems found on the way.

use std::collections::HashMap;

use super::super::{Manager, Recipient};
use super::cell::{self, Cell, Complaint, quoted};
use super::place::{Lines, Place};
use super::{Loaded, PROBLEMS_MAX, Problem};

/// What has been read of a file so far. Positions are offsets in bytes; they become lines where they are shown.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    source: Source<'a>,
    recipients_max: usize,
    rows: Vec<Row>,
    /// By lower-case spelling. Those of bad rows too, which else would make good rows look bad.
    addresses: HashMap<String, Address>,
    problems: Tally,
    warnings: Tally,
}

/// The file as problems tell of it.
#[derive(Debug, Clone, Copy)]
struct Source<'a> {
    file: &'a str,
    lines: &'a Lines<'a>,
    grain: Grain,
}

/// How finely a format's problems are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// By line: a table's rows.
    Line,
    /// By line and column: an object's values.
    Column,
}

/// One row, or object, while its cells come in.
#[derive(Debug)]
pub(super) struct Row {
    recipient: Recipient,
    at: usize,
    email_at: Option<usize>,
    manager_at: usize,
    bad: bool,
}

/// An address that is taken.
#[derive(Debug)]
struct Address {
    spelled: String,
    at: usize,
}

/// Problems up to a bound, and how many there are beyond it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    listed: Vec<Problem>,
    more: usize,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(file: &'a str, lines: &'a Lines<'a>, grain: Grain, recipients_max: usize) -> Self {
        Self {
            source: Source { file, lines, grain },
            recipients_max,
            rows: Vec::new(),
            addresses: HashMap::new(),
            problems: Tally::default(),
            warnings: Tally::default(),
        }
    }

    /// Begins a row; [`Sheet::close`] ends it.
    pub(super) fn open(&self, at: usize) -> Row {
        Row { recipient: Recipient::new(String::new()), at, email_at: None, manager_at: at, bad: false }
    }

    /// Puts one cell into a row.
    pub(super) fn set(&mut self, row: &mut Row, name: &'static str, cell: Cell<'_>, at: usize) {
        match name {
            "email" => row.email_at = Some(at),
            "manager" => row.manager_at = at,
            _ => {}
        }
        if let Err(complaint) = cell::set(&mut row.recipient, name, cell) {
            self.refuse_row(row, at, || complaint);
        }
    }

    /// Notes what is wrong with a row or with one of its cells.
    pub(super) fn refuse_row(&mut self, row: &mut Row, at: usize, complaint: impl FnOnce() -> Complaint) {
        row.bad = true;
        self.refuse(at, complaint);
    }

    /// Notes what is wrong somewhere in the file. The complaint is made only when it will be listed, so that
    /// a million bad lines cost a million checks and a hundred explanations.
    pub(super) fn refuse(&mut self, at: usize, complaint: impl FnOnce() -> Complaint) {
        self.problems.add(|| self.source.problem(at, complaint()));
    }

    /// Ends a row. False when the file holds too many: the rest need not be read.
    pub(super) fn close(&mut self, mut row: Row) -> bool {
        let at = row.email_at.unwrap_or(row.at);
        let lower = row.recipient.email.to_lowercase();
        if lower.is_empty() {
            // A bad address has been named already.
            if !row.bad || row.email_at.is_none() {
                self.refuse_row(&mut row, at, || Complaint::plain("`email` is missing"));
            }
        } else if let Some(first) = self.addresses.get(&lower) {
            let line = self.source.lines.line(first.at);
            self.refuse_row(&mut row, at, || {
                Complaint::plain(format!("`email` is that of line {line} already: {}", quoted(&lower)))
            });
        } else {
            self.warn_of_address(&lower, at);
            self.addresses.insert(lower, Address { spelled: row.recipient.email.clone(), at });
        }
        if !row.bad {
            self.rows.push(row);
        }
        let room = self.addresses.len() <= self.recipients_max;
        if !room {
            let allowed = format!("{} are allowed", self.recipients_max);
            self.refuse(at, || Complaint::new("too many recipients", allowed));
        }
        room
    }

    /// The recipients, or the problems.
    pub(super) fn finish(mut self) -> Result<Loaded, Vec<Problem>> {
        self.meet_managers();
        if self.rows.is_empty() && self.problems.is_empty() {
            self.problems.add(|| problem(self.source.file, None, Complaint::plain("holds no recipient")));
        }
        if !self.problems.is_empty() {
            return Err(self.problems.list(self.source.file));
        }
        let warnings = self.warnings.list(self.source.file);
        let lines = self.rows.iter().map(|row| self.source.lines.line(row.at)).collect();
        let recipients = self.rows.into_iter().map(|row| row.recipient).collect();
        Ok(Loaded { recipients, lines, warnings })
    }

    fn warn_of_address(&mut self, lower: &str, at: usize) {
        let domain = lower.rsplit_once('@').map_or("", |(_, domain)| domain);
        if cell::reserved(domain) {
            return;
        }
        self.warnings.add(|| {
            let message = format!("`email` is outside the domains reserved for examples: {}", quoted(lower));
            let help = "a client under test might write to it; example.com, .test and the like reach nobody";
            self.source.problem(at, Complaint::new(message, help))
        });
    }

    /// Finds each row's manager in the file, and spells the address as it is there.
    fn meet_managers(&mut self) {
        for row in &mut self.rows {
            let Some(Manager::Email(manager)) = &mut row.recipient.manager else { continue };
            let found = self.addresses.get(&manager.to_lowercase());
            let wrong = match found {
                Some(found) if found.spelled == row.recipient.email => "the recipient's own address",
                Some(found) => {
                    manager.clone_from(&found.spelled);
                    continue;
                }
                None => "nobody in this file",
            };
            self.problems.add(|| {
                let message = format!("`manager` is {wrong}: {}", quoted(manager));
                let help = "write the `email` of another recipient of the file, or nothing";
                self.source.problem(row.manager_at, Complaint::new(message, help))
            });
        }
    }
}

impl Source<'_> {
    fn problem(&self, at: usize, complaint: Complaint) -> Problem {
        let place = match self.grain {
            Grain::Line => Place { line: self.lines.line(at), column: 0 },
            Grain::Column => self.lines.place(at),
        };
        problem(self.file, Some(place), complaint)
    }
}

impl Tally {
    pub(super) fn add(&mut self, problem: impl FnOnce() -> Problem) {
        match self.listed.len() < PROBLEMS_MAX {
            true => self.listed.push(problem()),
            false => self.more += 1,
        }
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// What was noted, by place; what had no room is counted at the end.
    pub(super) fn list(mut self, file: &str) -> Vec<Problem> {
        self.listed.sort_by_key(|problem| (problem.line, problem.column));
        if self.more > 0 {
            self.listed.push(problem(file, None, Complaint::plain(format!("and {} more", self.more))));
        }
        self.listed
    }
}

/// A complaint with its place; without one it is about the file as a whole.
pub(super) fn problem(file: &str, place: Option<Place>, complaint: Complaint) -> Problem {
    let Place { line, column } = place.unwrap_or(Place { line: 0, column: 0 });
    let Complaint { message, help } = complaint;
    Problem { file: file.to_owned(), line, column, message, help }
}
