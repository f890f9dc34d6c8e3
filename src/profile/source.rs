//! Where things are written: a text with its lines, and places in it.
//!
//! **Invariant:** nothing here knows what the text means. A `Place` outlives the reading of its file, because every
//! place shares the text, so a mistake found late can still be shown where it was made.

use std::fmt;
use std::sync::Arc;

/// One text that was read, with its name and the beginnings of its lines.
pub struct Source {
    /// What to call the text when pointing at it: a path as the user typed it, or an option of the command line.
    pub name: String,
    /// The text.
    pub text: String,
    /// The byte at which each line begins; never empty, the first is 0.
    line_starts: Vec<usize>,
}

/// A stretch of a text: the bytes from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// A stretch of a certain text. Two places are equal when they are the same bytes of the same `Source`.
#[derive(Clone)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// The stretch of it.
    pub span: Span,
}

/// A point in a text as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Source {
    /// Takes a text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        let text = text.into();
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Arc::new(Source { name: name.into(), text, line_starts })
    }

    /// Where a byte is. A byte past the end counts as the end, one inside a character as that character.
    pub fn position(&self, byte: usize) -> Position {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..byte).unwrap_or("");
        Position { line, column: before.chars().count() + 1 }
    }

    /// The place of `start..end` in this text.
    pub fn place(self: &Arc<Self>, start: usize, end: usize) -> Place {
        Place { source: Arc::clone(self), span: Span { start, end } }
    }
}

impl Place {
    /// The text at the place; empty where the span is not inside the text.
    pub fn text(&self) -> &str {
        self.source.text.get(self.span.start..self.span.end).unwrap_or("")
    }

    /// Line and column of the first character.
    pub fn position(&self) -> Position {
        self.source.position(self.span.start)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position();
        write!(f, "{}:{line}:{column}", self.source.name)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.name)
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        Arc::ptr_eq(&self.source, &other.source) && self.span == other.span
    }
}

impl Eq for Place {}

#[cfg(test)]
mod tests {
    use super::{Position, Source};

    fn check(text: &str, byte: usize, line: usize, column: usize) {
        assert_eq!(
            Source::new("x", text).position(byte),
            Position { line, column },
            "byte {byte} of {text:?}"
        );
    }

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        check("", 0, 1, 1);
        check("ab\ncd", 0, 1, 1);
        check("ab\ncd", 2, 1, 3);
        check("ab\ncd", 3, 2, 1);
        check("ab\r\ncd", 4, 2, 1);
        check("é: ü", 4, 1, 4);
        check("é", 1, 1, 1);
        check("ab\n", 3, 2, 1);
        check("ab\n", 99, 2, 1);
    }

    #[test]
    fn a_place_is_shown_as_file_line_and_column() {
        let place = Source::new("profiles/x.yaml", "a: 1\nb: é\n").place(8, 10);
        assert_eq!(place.to_string(), "profiles/x.yaml:2:4");
        assert_eq!(place.text(), "é");
        assert_eq!(Source::new("x", "é").place(1, 9).text(), "");
    }
}
