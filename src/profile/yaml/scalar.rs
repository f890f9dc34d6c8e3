//! What a plain scalar stands for.

use crate::profile::node::Tree;

/// What a plain scalar stands for. Fails, with a message, for a number that no 64 bits hold.
pub(super) fn resolve(text: &str) -> Result<Tree, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Tree::Null),
        "true" | "True" | "TRUE" => return Ok(Tree::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Tree::Bool(false)),
        _ => {}
    }
    let too_large = || format!("a number fits into 64 bits, but `{text}` does not");
    match number(text) {
        None => Ok(Tree::Text(text.to_owned())),
        Some(Number::Whole) => text.parse().map(Tree::Int).map_err(|_| too_large()),
        Some(Number::Fraction) => {
            let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
            value.map(Tree::Float).ok_or_else(too_large)
        }
    }
}

enum Number {
    Whole,
    Fraction,
}

/// Whether a text is a number as JSON writes them. RFC 8259 section 6.
fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits(unsigned)?;
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    if rest.is_empty() {
        return Some(Number::Whole);
    }
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => digits(fraction)?.1,
        None => rest,
    };
    if rest.is_empty() {
        return Some(Number::Fraction);
    }
    let exponent = rest.strip_prefix(['e', 'E'])?;
    let (_, rest) = digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?;
    rest.is_empty().then_some(Number::Fraction)
}

/// The digits at the beginning, at least one, and what follows them.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 { None } else { text.split_at_checked(end) }
}
