//! When a rule strikes, of the calls that it is about.

use super::Reader;
use crate::chaos::keys::WHEN;
use crate::chaos::rule::{Apart, Moment, When};
use crate::profile::build::Part;
use crate::profile::grammar::{duration_ms, share};
use crate::profile::node::{Node, Tree};

/// Whether a text is a moment.
///
/// # Errors
/// What such a text looks like.
pub(in crate::chaos) fn is_moment(text: &str) -> Result<(), String> {
    let wanted = || "a duration such as `30s`, or a time such as `2026-01-31T12:00:00Z`".to_owned();
    moment(text).map(|_| ()).ok_or_else(wanted)
}

fn moment(text: &str) -> Option<Moment> {
    if let Some(ms) = duration_ms(text) {
        return Some(Moment::In(ms));
    }
    // jiff also reads a time zone's name behind it, and a blank in place of the `T`.
    let is_plain = matches!(text.as_bytes().get(10), Some(b'T' | b't')) && !text.ends_with(']');
    let time: jiff::Timestamp = is_plain.then(|| text.parse().ok()).flatten()?;
    Some(Moment::At(time.as_millisecond()))
}

impl Reader<'_> {
    pub(super) fn when(&mut self, rule: &Part<'_>) -> When {
        let Some(part) = rule.part("when", &WHEN) else { return When::default() };
        // What is no count is told of already.
        let number =
            |node: &Node| node.as_int().and_then(|number| u64::try_from(number).ok()).filter(|n| *n > 0);
        self.not_empty(&part, "nth", "the how-many-th calls, such as `[2, 5]`");
        let count = |key: &str| part.node.get(key).and_then(number);
        let nth = match part.node.get("nth") {
            Some(Node { value: Tree::List(items), .. }) => items.iter().filter_map(number).collect(),
            Some(single) => number(single).into_iter().collect(),
            None => Vec::new(),
        };
        let when = When {
            probability: part.node.get("probability").and_then(share),
            nth,
            first: count("first"),
            after: count("after"),
            every: count("every"),
            between: self.between(&part),
            times: count("times"),
            each: part.texts("each").iter().filter_map(|word| Apart::parse(word)).collect(),
        };
        self.no_turn(&part, &when);
        when
    }

    fn between(&mut self, part: &Part<'_>) -> Option<(Moment, Moment)> {
        let node = part.node.get("between")?;
        let Tree::List(items) = &node.value else { return None };
        let [from, to] = items.as_slice() else {
            let message = "`between` wants two moments: from one up to the other";
            self.mistake("C004", &node.place, message, "write `[10s, 2m]`, or whatever they are");
            return None;
        };
        let (from, to) = (moment(from.as_text()?)?, moment(to.as_text()?)?);
        let is_backwards = match (from, to) {
            (Moment::In(from), Moment::In(to)) => to <= from,
            (Moment::At(from), Moment::At(to)) => to <= from,
            (Moment::In(_), Moment::At(_)) | (Moment::At(_), Moment::In(_)) => false,
        };
        if is_backwards {
            let message = "`between` ends before it begins, so the rule never strikes";
            self.mistake("C004", &node.place, message, "write the earlier moment first");
        }
        Some((from, to))
    }

    /// Reports counts that leave no call.
    fn no_turn(&mut self, part: &Part<'_>, when: &When) {
        let after = when.after.unwrap_or(0);
        let every = when.every.unwrap_or(1).max(1);
        let first = when.first.unwrap_or(u64::MAX);
        let wrong = if !when.nth.is_empty() && !when.nth.iter().any(|nth| when.is_turn(*nth)) {
            Some("nth")
        } else if first <= after {
            Some("first")
        } else if first - after < every {
            Some("every")
        } else {
            None
        };
        if let Some(key) = wrong {
            let message = "these counts leave no call, so the rule never strikes";
            let help = "all that stands under `when` must hold; leave out what should not";
            self.mistake("C004", part.place_of(key), message, help);
        }
    }
}
