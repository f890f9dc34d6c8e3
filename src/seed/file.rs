//! Recipient files: CSV, JSON and NDJSON, read all or nothing, with every bad line named.
//!
//! Each format's reader (`table`, `json`) only finds cells and their places; what a cell must hold is decided in
//! one place (`cell`), and what rows owe each other in another (`sheet`).
//!
//! **Invariant:** total over all bytes: a file is recipients or problems, never a panic, and both are bounded.

mod cell;
mod json;
mod place;
mod sheet;
mod table;

use std::fmt;
use std::path::Path;

use super::Recipient;
use cell::Complaint;
use place::{Lines, Place};
use sheet::{Grain, Sheet, Tally};

/// The most recipients that one file may hold.
pub const RECIPIENTS_MAX: usize = 1_000_000;
/// The most problems, and the most warnings, that are listed for one file; a last one tells how many more there are.
pub const PROBLEMS_MAX: usize = 100;
/// The longest text that a trait may have, in bytes.
pub const TEXT_BYTES_MAX: usize = 1_024;

/// How a recipient file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a header row that names the traits.
    Csv,
    /// An array of objects, or an object whose `recipients` is one.
    Json,
    /// One object a line.
    Ndjson,
}

impl Format {
    /// The format that a file's name tells (`.csv`, `.json`, `.ndjson`, `.jsonl`); `None` for any other.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// What a good file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The recipients in the file's order; their managers are [`Manager::Email`](super::Manager::Email).
    pub recipients: Vec<Recipient>,
    /// The line of each, counted from 1.
    pub lines: Vec<usize>,
    /// What was loaded all the same: addresses outside the domains reserved for examples.
    pub warnings: Vec<Problem>,
}

/// One thing wrong in a file, for the one who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name, as it was handed in.
    pub file: String,
    /// Counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// In characters, counted from 1; 0 when only the line is known.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead, where there is something to say.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().take_while(|&number| number > 0) {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// Reads a recipient file.
///
/// `name` is how problems call the file. A byte order mark and either line ending are accepted.
///
/// # Errors
/// Every problem found, by line, when there is any: bad UTF-8 (then nothing else is looked at), bad syntax,
/// unknown traits, bad or doubled values, managers who are not in the file, no recipient at all, too many.
pub fn read(name: &str, text: &[u8], format: Format) -> Result<Loaded, Vec<Problem>> {
    read_at_most(RECIPIENTS_MAX, name, text, format)
}

fn read_at_most(max: usize, name: &str, text: &[u8], format: Format) -> Result<Loaded, Vec<Problem>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|_| encoding_problems(name, text))?;
    let lines = Lines::of(text);
    let grain = match format {
        Format::Csv => Grain::Line,
        Format::Json | Format::Ndjson => Grain::Column,
    };
    let mut sheet = Sheet::new(name, &lines, grain, max);
    match format {
        Format::Csv => table::read(text, &mut sheet),
        Format::Json => json::read_array(text, &lines, &mut sheet),
        Format::Ndjson => json::read_lines(text, &lines, &mut sheet),
    }
    sheet.finish()
}

/// Every line of a text that is not UTF-8. No line break can be part of a longer character, so each line is good
/// or bad by itself.
fn encoding_problems(name: &str, text: &[u8]) -> Vec<Problem> {
    let wide = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
    let help = if wide { "this looks like UTF-16; save the file as UTF-8" } else { "save the file as UTF-8" };
    let mut problems = Tally::default();
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        if std::str::from_utf8(line).is_err() {
            let place = Place { line: number, column: 0 };
            problems.add(|| sheet::problem(name, Some(place), Complaint::new("not UTF-8", help)));
        }
    }
    problems.list(name)
}

#[cfg(test)]
mod tests;
