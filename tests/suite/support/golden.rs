//! Results that are compared whole with a file.

use std::fs;
use std::path::Path;

/// How many lines around a difference are shown.
const AROUND_LINES: usize = 3;

/// Compares a text with the whole of a file. With `UPDATE_GOLDEN` in the environment the file is written instead.
pub fn golden(path: impl AsRef<Path>, actual: &str) {
    if let Err(difference) = compare(path.as_ref(), actual) {
        panic!("{difference}");
    }
}

/// The same for many files: all that differ are listed.
pub fn golden_all(files: impl IntoIterator<Item = (std::path::PathBuf, String)>) {
    let wrong: Vec<String> =
        files.into_iter().filter_map(|(path, actual)| compare(&path, &actual).err()).collect();
    assert!(wrong.is_empty(), "{} of the files differ\n\n{}", wrong.len(), wrong.join("\n"));
}

fn compare(path: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return Ok(());
    }
    let wanted = fs::read_to_string(path).unwrap_or_default();
    if wanted == actual {
        return Ok(());
    }
    let hint = "if the new text is right, run again with UPDATE_GOLDEN=1";
    Err(format!("{} differs; {hint}\n{}", path.display(), difference(&wanted, actual)))
}

/// The lines that differ, those that were wanted with `-` and those that came with `+`, and a few around them.
fn difference(wanted: &str, actual: &str) -> String {
    let (wanted, actual): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), actual.lines().collect());
    let same_start = wanted.iter().zip(&actual).take_while(|(one, other)| one == other).count();
    let rest = wanted.len().min(actual.len()) - same_start;
    let backwards = wanted.iter().rev().zip(actual.iter().rev());
    let same_end = backwards.take(rest).take_while(|(one, other)| one == other).count();
    let from = same_start.saturating_sub(AROUND_LINES);
    let mut text = format!("  from line {}\n", from + 1);
    let mut add = |sign: char, lines: &[&str]| {
        for line in lines {
            text.push_str(&format!("  {sign} {line}\n"));
        }
    };
    add(' ', &wanted[from..same_start]);
    add('-', &wanted[same_start..wanted.len() - same_end]);
    add('+', &actual[same_start..actual.len() - same_end]);
    add(' ', &actual[actual.len() - same_end..(actual.len() - same_end + AROUND_LINES).min(actual.len())]);
    if text.lines().count() == 1 {
        text.push_str("  only the end of the last line differs\n");
    }
    text
}

#[test]
fn a_difference_shows_what_was_wanted_and_what_came() {
    let wanted = "  from line 2\n    b\n    c\n    d\n  - e\n  + E\n    f\n";
    assert_eq!(difference("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\n"), wanted);
    assert_eq!(difference("a\n", "a\nb\n"), "  from line 1\n    a\n  + b\n");
    assert_eq!(difference("a\na\n", "a\n"), "  from line 1\n    a\n  - a\n");
}
