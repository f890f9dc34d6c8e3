//! Plain text in columns: headings, paragraphs, labelled entries, tables.
//!
//! **Invariant:** no line is longer than [`WIDTH_CHARS_MAX`], unless one word is; no colour, no tabs, no blanks at ends.

/// The longest line: what fits two thirds of a screen, and a side-by-side view of two versions.
pub const WIDTH_CHARS_MAX: usize = 110;

/// How many blanks stand between columns.
const GAP_CHARS: usize = 2;

/// A blank at which no line is broken; it is written as any other.
const NO_BREAK: &str = "\u{a0}";

/// A text that grows.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// The text.
    pub fn finish(self) -> String {
        self.text
    }

    /// A heading, with an empty line in front.
    pub fn heading(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(title);
        self.text.push('\n');
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A text of its own, indented.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        self.entry(indent, "", 0, text);
    }

    /// A label and, from its column on, a text. Of an empty text there is the label alone.
    pub fn entry(&mut self, indent: usize, label: &str, label_chars: usize, text: &str) {
        let hanging = if label_chars == 0 { indent } else { indent + label_chars + GAP_CHARS };
        let mut lines = wrapped(text, WIDTH_CHARS_MAX.saturating_sub(hanging)).into_iter();
        let mut line = " ".repeat(indent) + label;
        let missing = hanging.saturating_sub(chars(&line));
        line.push_str(&" ".repeat(missing));
        if label_chars > 0 && chars(label) > label_chars {
            self.line(&line);
            line = " ".repeat(hanging);
        }
        line.push_str(&lines.next().unwrap_or_default());
        self.line(&line);
        for rest in lines {
            self.line(&(" ".repeat(hanging) + &rest));
        }
    }

    /// Labels and texts in two columns; the first is as wide as its widest label, if none is wider than `label_chars_max`.
    pub fn entries(&mut self, indent: usize, label_chars_max: usize, entries: &[(String, String)]) {
        let widest =
            entries.iter().map(|(label, _)| chars(label)).filter(|width| *width <= label_chars_max).max();
        for (label, text) in entries {
            self.entry(indent, label, widest.unwrap_or(label_chars_max), text);
        }
    }

    /// Rows in columns, each as wide as its widest cell. A column without any content is left out.
    pub fn table(&mut self, indent: usize, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |row: &'_ Vec<String>, column: usize| row.get(column).map_or(0, |cell| chars(cell));
        let widths: Vec<usize> =
            (0..columns).map(|column| rows.iter().map(|row| cell(row, column)).max().unwrap_or(0)).collect();
        for row in rows {
            let mut line = " ".repeat(indent);
            for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - chars(cell) + GAP_CHARS));
            }
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(&line.trim_end().replace(NO_BREAK, " "));
        self.text.push('\n');
    }
}

/// A list for a sentence: "a, b and c".
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// The same text with a full stop, if it has no end of its own.
pub fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let text = first + letters.as_str();
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text } else { text + "." }
}

/// A text that stays on one line.
pub fn unbroken(text: &str) -> String {
    text.replace(' ', NO_BREAK)
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if chars(line) + 1 + chars(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::{Page, WIDTH_CHARS_MAX, listed, sentence};

    #[test]
    fn a_long_text_goes_on_under_its_beginning() {
        let mut page = Page::default();
        page.entry(2, "key", 5, &"word ".repeat(30));
        let text = page.finish();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].starts_with("  key    word word") && lines[1].starts_with("         word"),
            "{text}"
        );
        assert!(lines.iter().all(|line| line.len() <= WIDTH_CHARS_MAX && !line.ends_with(' ')), "{text}");
    }

    #[test]
    fn a_label_that_is_too_long_has_a_line_of_its_own() {
        let mut page = Page::default();
        page.entries(0, 4, &[("a".into(), "one".into()), ("abcdef".into(), "two".into())]);
        assert_eq!(page.finish(), "a  one\nabcdef\n   two\n");
    }

    #[test]
    fn a_column_without_content_takes_no_room() {
        let mut page = Page::default();
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        page.table(1, &[row(["GET", "", "200"]), row(["DELETE", "", "204"])]);
        assert_eq!(page.finish(), " GET     200\n DELETE  204\n");
    }

    #[test]
    fn lists_and_sentences_read_as_people_write_them() {
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(listed::<&str>(&[]), "");
        assert_eq!(sentence("turn it on"), "Turn it on.");
        assert_eq!(sentence("Is it?"), "Is it?");
    }
}
