//! "Did you mean …?": the known word that is nearest to an unknown one.
//!
//! **Invariant:** only letters are compared; what the words stand for is nobody's business here.

/// Longer words get no suggestion: the comparison takes time in the square of the length, and nobody mistypes
/// a word of that length by a letter or two.
const WORD_CHARS_MAX: usize = 64;

/// The candidate that `word` was probably meant to be, or none if all are too different.
///
/// A candidate that differs only in case wins. Otherwise one slip (a letter too much, too few, wrong, or swapped with
/// its neighbour) is forgiven for each three letters; among equals the first wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = letters(word);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let letters = letters(candidate);
        let length = word.len().max(letters.len());
        if length > WORD_CHARS_MAX || word.len().abs_diff(letters.len()) > length / 3 {
            continue;
        }
        let slips = distance(&word, &letters);
        if slips <= length / 3 && best.is_none_or(|(fewest, _)| slips < fewest) {
            best = Some((slips, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// What to write instead of an unknown name: the nearest that there is, else any of them.
pub fn instead<T: AsRef<str>>(name: &str, known: &[T]) -> String {
    match nearest(name, known.iter().map(AsRef::as_ref)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("choose from {}", quoted(known)),
    }
}

/// Names in backticks, with commas between.
pub fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

fn letters(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).collect()
}

/// Damerau-Levenshtein distance in which no letter is touched twice ("optimal string alignment").
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let mut least = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, letters, nearest};
    use proptest::prelude::{ProptestConfig, any, proptest};

    const KEYS: &[&str] = &["endpoints", "id", "limit", "limits", "max", "rate_limit", "window"];

    fn check(word: &str, wanted: Option<&str>) {
        assert_eq!(nearest(word, KEYS.iter().copied()), wanted, "for {word:?}");
    }

    #[test]
    fn a_slip_for_each_three_letters_is_forgiven() {
        check("endpont", Some("endpoints"));
        check("endpiont", Some("endpoints"));
        check("ENDPOINTS", Some("endpoints"));
        check("rate-limit", Some("rate_limit"));
        check("rateLimit", Some("rate_limit"));
        check("ID", Some("id"));
        check("mxa", Some("max"));
        check("limts", Some("limits"));
        check("limi", Some("limit"));
        check("is", None);
        check("colour", None);
        check("", None);
        check(&"endpoints".repeat(20), None);
    }

    #[test]
    fn no_candidates_give_no_suggestion() {
        assert_eq!(nearest("max", []), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn the_distance_is_symmetric_and_at_most_the_longer_word(a in "[abc]{0,8}", b in "[abc]{0,8}") {
            let (a, b) = (letters(&a), letters(&b));
            let slips = distance(&a, &b);
            assert_eq!(slips, distance(&b, &a));
            assert!(slips <= a.len().max(b.len()));
            assert_eq!(slips == 0, a == b);
        }

        #[test]
        fn any_word_can_be_asked_about(word in any::<String>()) {
            let _ = nearest(&word, KEYS.iter().copied());
        }
    }
}
