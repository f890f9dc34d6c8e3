//! The one command that does a rehearsal again.

use std::ffi::OsStr;

use super::{RehearseArgs, SEED, TIMEOUT};
use crate::profile::grammar::{duration_ms, duration_text};
use crate::serve::Pick;

/// The command, as a shell takes it.
pub(super) fn command(args: &RehearseArgs, picks: &[Pick]) -> String {
    let mut words = vec!["standin".to_owned(), "rehearse".to_owned(), quoted(args.scenario.as_ref())];
    let mut option = |name: &str, value: &str| {
        words.push(format!("--{name}"));
        words.push(quoted(value.as_ref()));
    };
    option("seed", &args.seed.unwrap_or(SEED).to_string());
    if !args.vendors.is_empty() {
        option("vendors", &args.vendors.join(","));
    }
    for path in &args.profiles.profiles {
        option("profiles", &path.display().to_string());
    }
    for pick in args.profiles.set.iter().chain(picks) {
        option("set", &pick.to_string());
    }
    for expected in &args.expect {
        option("expect", expected);
    }
    if Some(args.timeout) != duration_ms(TIMEOUT) {
        option("timeout", &duration_text(args.timeout));
    }
    words.push("--".to_owned());
    words.extend(args.command.iter().map(|word| quoted(word)));
    words.join(" ")
}

/// A word as a shell takes it (POSIX, section 2.2.2).
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_is_what_a_shell_makes_that_word_of() {
        for (word, wanted) in [
            ("python3", "python3"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("--x=1,2", "--x=1,2"),
        ] {
            assert_eq!(quoted(word.as_ref()), wanted, "{word}");
        }
    }
}
