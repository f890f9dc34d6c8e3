//! Where in a text a byte is.

/// A line and a column in characters, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A text that knows where its lines begin. LF, CRLF and CR end a line.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = |&(at, byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter(ends).map(|(at, _)| at + 1));
        Self { text, starts: starts.collect() }
    }

    /// Where `part`, a slice of this text, begins in it, in bytes.
    pub(super) fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// The line of the byte at `offset`, counted from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The place of the byte at `offset`. Takes time by the length of its line: ask for what is shown only.
    pub(super) fn place(&self, offset: usize) -> Place {
        let line = self.line(offset);
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        Place { line, column: before.chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let lines = Lines::of("añb\r\nc\n\nd\re");
        let check =
            |offset, line, column| assert_eq!(lines.place(offset), Place { line, column }, "{offset}");
        check(0, 1, 1);
        check(3, 1, 3);
        check(6, 2, 1);
        check(8, 3, 1);
        check(9, 4, 1);
        check(11, 5, 1);
        assert_eq!(lines.place(lines.offset(&lines.text[9..])), Place { line: 4, column: 1 });
        assert_eq!(Lines::of("").place(0), Place { line: 1, column: 1 });
    }
}
