//! Text from anywhere, made fit for where a report shows it: what a client sent is somebody else's.
//!
//! **Invariant:** nothing that a client sends can move a cursor, end a tag or turn the direction of what stands beside it.

/// The longest name that is shown whole, in characters.
pub(super) const NAME_CHARS_MAX: usize = 80;

/// The longest sentence that is shown whole, in characters.
pub(super) const SENTENCE_CHARS_MAX: usize = 600;

/// What stands for a character that is not shown.
const REPLACED: char = char::REPLACEMENT_CHARACTER;

/// A name on one line.
pub(super) fn name(text: &str) -> String {
    line(text, NAME_CHARS_MAX)
}

/// A sentence on one line.
pub(super) fn sentence(text: &str) -> String {
    line(text, SENTENCE_CHARS_MAX)
}

/// A text on one line, without characters that steer, and of bounded length.
fn line(text: &str, chars_max: usize) -> String {
    let shown = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        c if c.is_control() || steers(c) => REPLACED,
        c => c,
    };
    let mut line: String = text.chars().take(chars_max).map(shown).collect();
    if text.chars().nth(chars_max).is_some() {
        line.push('…');
    }
    line
}

/// Marks of direction, which turn what stands behind them, and the two code points that XML 1.0 does not have.
fn steers(c: char) -> bool {
    matches!(c,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A text of ours within a tag or between tags, of XML and HTML alike.
pub(super) fn markup(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => markup += "&amp;",
            '<' => markup += "&lt;",
            '>' => markup += "&gt;",
            '"' => markup += "&quot;",
            '\'' => markup += "&#39;",
            '\n' => markup.push('\n'),
            c if c.is_control() || steers(c) => markup.push(REPLACED),
            c => markup.push(c),
        }
    }
    markup
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_replaced_and_what_marks_up_is_escaped() {
        for (text, shown, marked) in [
            ("plain", "plain", "plain"),
            ("a\u{1b}[2Jb", "a\u{fffd}[2Jb", "a\u{fffd}[2Jb"),
            ("nul\0", "nul\u{fffd}", "nul\u{fffd}"),
            ("two\nlines", "two lines", "two\nlines"),
            ("\u{202e}txt.exe", "\u{fffd}txt.exe", "\u{fffd}txt.exe"),
            ("<script>'\"&", "<script>'\"&", "&lt;script&gt;&#39;&quot;&amp;"),
            ("]]>", "]]>", "]]&gt;"),
            ("👩‍🚀 ok", "👩‍🚀 ok", "👩‍🚀 ok"),
            ("\u{ffff}", "\u{fffd}", "\u{fffd}"),
        ] {
            assert_eq!((sentence(text).as_str(), markup(text).as_str()), (shown, marked), "{text:?}");
        }
    }

    #[test]
    fn what_is_long_is_cut() {
        let long = "é".repeat(10_000);
        assert_eq!(name(&long), "é".repeat(NAME_CHARS_MAX) + "…");
        assert_eq!(name(&long[..NAME_CHARS_MAX * 2]), long[..NAME_CHARS_MAX * 2]);
    }
}
