//! What a reply says of rate limits: Retry-After, and the header fields that tell what is left.
//!
//! Seconds are rounded up, so that whoever waits as long as told is let in.

use http::header::{HeaderName, HeaderValue};

use crate::call::Reply;
use crate::limit::Level;
use crate::profile::model::{LevelHeaders, Limits, Reset, RetryAfter};

const SECOND_MS: i64 = 1_000;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const IETF: HeaderName = HeaderName::from_static("ratelimit");
const IETF_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What Retry-After says of a wait; `None` where it is not sent.
pub fn retry_after(limits: &Limits, wait_ms: Option<u64>, now_ms: i64) -> Option<HeaderValue> {
    let until_ms = now_ms.saturating_add_unsigned(wait_ms?);
    match limits.retry_after {
        RetryAfter::None => None,
        RetryAfter::Seconds => Some(HeaderValue::from(seconds_until(until_ms, now_ms))),
        RetryAfter::HttpDate => http_date(until_ms),
    }
}

/// Adds the fields that tell what the limits had for a call, and says whether there were any to add.
pub fn add(reply: &mut Reply, limits: &Limits, levels: &[Level], now_ms: i64) -> bool {
    let has_refused = levels.iter().any(|level| level.has_refused);
    let Some(tightest) = tightest(levels).filter(|_| limits.on_success || has_refused) else { return false };
    let mut insert = |name: &HeaderName, value: Option<HeaderValue>| {
        if let Some(value) = value {
            reply.headers.insert(name.clone(), value);
        }
    };
    let resets = || match limits.reset {
        Reset::Epoch => Some(HeaderValue::from(ceil_s(tightest.resets_at_ms?))),
        Reset::Seconds => Some(HeaderValue::from(seconds_until(tightest.resets_at_ms?, now_ms))),
        Reset::HttpDate => http_date(tightest.resets_at_ms?),
    };
    let (limit, remaining) = (HeaderValue::from(tightest.rate.limit), HeaderValue::from(tightest.remaining));
    match &limits.headers {
        LevelHeaders::None => return false,
        LevelHeaders::XRateLimit => {
            insert(&LIMIT, Some(limit));
            insert(&REMAINING, Some(remaining));
            insert(&RESET, resets());
        }
        LevelHeaders::Own { limit: of_limit, remaining: of_remaining, reset: of_reset } => {
            of_limit.iter().for_each(|name| insert(name, Some(limit.clone())));
            of_remaining.iter().for_each(|name| insert(name, Some(remaining.clone())));
            of_reset.iter().for_each(|name| insert(name, resets()));
        }
        LevelHeaders::Ietf => {
            let each = |item: &dyn Fn(&Level) -> String| {
                let name =
                    |level: &Level| limits.rates.get(level.limit_index).map_or("", |law| law.name.as_str());
                let items = levels.iter().map(|level| format!("{}{}", quoted(name(level)), item(level)));
                HeaderValue::try_from(items.collect::<Vec<_>>().join(", ")).ok()
            };
            insert(&IETF_POLICY, each(&|level| policy(level)));
            insert(&IETF, each(&|level| service(level, now_ms)));
        }
    }
    true
}

/// The limit that a client should know of: the one that refused it longest, else the one with the least left; of calls
/// at the same time only where nothing else is limited.
fn tightest(levels: &[Level]) -> Option<&Level> {
    let refused = levels.iter().filter(|level| level.has_refused);
    let share = |level: &&Level| {
        let left = u64::from(level.remaining) * 1_000_000 / u64::from(level.rate.limit.max(1));
        (level.resets_at_ms.is_none(), left)
    };
    refused.max_by_key(|level| level.resets_at_ms).or_else(|| levels.iter().min_by_key(share))
}

/// Quota and window of a limit (draft-ietf-httpapi-ratelimit-headers-10 section 3).
fn policy(level: &Level) -> String {
    let quota = level.rate.limit;
    match level.rate.per_ms {
        Some(per_ms) => format!(";q={quota};w={}", per_ms.div_ceil(1_000)),
        None => format!(";q={quota};qu=\"concurrent-requests\""),
    }
}

/// What is left of a limit, and in how many seconds all of it is there again (the same, section 4).
fn service(level: &Level, now_ms: i64) -> String {
    let time = level.resets_at_ms.map(|resets_at_ms| format!(";t={}", seconds_until(resets_at_ms, now_ms)));
    format!(";r={}{}", level.remaining, time.unwrap_or_default())
}

/// A String of RFC 9651 section 3.3.3, without what cannot stand in one.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars().filter(|letter| matches!(letter, ' '..='~')) {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
    out
}

fn seconds_until(until_ms: i64, now_ms: i64) -> i64 {
    ceil_s(until_ms.saturating_sub(now_ms).max(0))
}

fn ceil_s(ms: i64) -> i64 {
    ms.div_euclid(SECOND_MS) + i64::from(ms.rem_euclid(SECOND_MS) > 0)
}

/// A moment as RFC 9110 section 5.6.7 writes it; `None` beyond the year 9999.
fn http_date(at_ms: i64) -> Option<HeaderValue> {
    let at = jiff::Timestamp::from_second(ceil_s(at_ms)).ok()?;
    let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{HeaderName, StatusCode};

    use super::{add, retry_after};
    use crate::call::Reply;
    use crate::limit::{Algorithm, By, Law, Level, Rate};
    use crate::profile::model::{LevelHeaders, Limits, Reset, RetryAfter};

    /// 2026-01-01T00:00:00.250Z.
    const NOW_MS: i64 = 1_767_225_600_250;

    fn law(name: &str) -> Arc<Law> {
        Arc::new(Law {
            name: name.to_owned(),
            algorithm: Algorithm::FixedWindow,
            by: vec![By::Credential],
            rate: Rate { limit: 100, per_ms: Some(60_000) },
            plans: Vec::new(),
            cost: 1,
            costs: std::collections::HashMap::new(),
            charges_refused: false,
            penalty: None,
        })
    }

    fn level(limit_index: usize, limit: u32, remaining: u32, in_ms: Option<i64>) -> Level {
        Level {
            limit_index,
            rate: Rate { limit, per_ms: in_ms.map(|_| 59_500) },
            before: remaining,
            remaining,
            resets_at_ms: in_ms.map(|in_ms| NOW_MS + in_ms),
            has_refused: false,
        }
    }

    fn limits(headers: LevelHeaders, reset: Reset) -> Limits {
        let rates = vec![law("a"), law("b \"q\"")];
        Limits { rates, headers, reset, on_success: true, ..Limits::default() }
    }

    fn check(limits: &Limits, levels: &[Level], fields: &[&str]) {
        let mut reply = Reply::new(StatusCode::OK);
        let has_added = add(&mut reply, limits, levels, NOW_MS);
        let field = |(name, value): (&HeaderName, &http::HeaderValue)| {
            format!("{name}: {}", value.to_str().expect("visible"))
        };
        assert_eq!(reply.headers.iter().map(field).collect::<Vec<_>>(), fields);
        assert_eq!(has_added, !fields.is_empty());
    }

    #[test]
    fn each_dialect_tells_what_is_left_in_its_way() {
        let levels = [level(0, 100, 70, Some(59_001)), level(1, 10, 6, None)];
        check(&limits(LevelHeaders::None, Reset::Epoch), &levels, &[]);
        check(&limits(LevelHeaders::XRateLimit, Reset::Epoch), &[], &[]);
        let (limit, remaining) = ("x-ratelimit-limit: 100", "x-ratelimit-remaining: 70");
        for (reset, told) in [
            (Reset::Epoch, "x-ratelimit-reset: 1767225660"),
            (Reset::Seconds, "x-ratelimit-reset: 60"),
            (Reset::HttpDate, "x-ratelimit-reset: Thu, 01 Jan 2026 00:01:00 GMT"),
        ] {
            check(&limits(LevelHeaders::XRateLimit, reset), &levels, &[limit, remaining, told]);
        }
        let name = HeaderName::from_static("x-left");
        let own = LevelHeaders::Own { limit: None, remaining: Some(name), reset: None };
        check(&limits(own, Reset::Epoch), &levels, &["x-left: 70"]);
        let policy = r#"ratelimit-policy: "a";q=100;w=60, "b \"q\"";q=10;qu="concurrent-requests""#;
        let left = r#"ratelimit: "a";r=70;t=60, "b \"q\"";r=6"#;
        check(&limits(LevelHeaders::Ietf, Reset::Epoch), &levels, &[policy, left]);
    }

    #[test]
    fn the_limit_that_refused_is_told_before_the_one_with_the_least_left() {
        let refused = Level { has_refused: true, ..level(0, 100, 1, Some(1)) };
        let levels = [level(1, 10, 0, Some(1)), refused];
        let fields = ["x-ratelimit-limit: 100", "x-ratelimit-remaining: 1", "x-ratelimit-reset: 1767225601"];
        let limits = limits(LevelHeaders::XRateLimit, Reset::Epoch);
        check(&limits, &levels, &fields);
        let on_refusals = Limits { on_success: false, ..limits };
        check(&on_refusals, &levels, &fields);
        check(&on_refusals, &levels[..1], &[]);
    }

    #[test]
    fn retry_after_is_rounded_up() {
        let check = |says, wait_ms, told: Option<&str>| {
            let limits = Limits { retry_after: says, ..Limits::default() };
            let value = retry_after(&limits, wait_ms, NOW_MS);
            assert_eq!(value.as_ref().and_then(|value| value.to_str().ok()), told);
        };
        check(RetryAfter::None, Some(1), None);
        check(RetryAfter::Seconds, None, None);
        check(RetryAfter::Seconds, Some(1), Some("1"));
        check(RetryAfter::Seconds, Some(60_000), Some("60"));
        check(RetryAfter::Seconds, Some(60_001), Some("61"));
        check(RetryAfter::HttpDate, Some(750), Some("Thu, 01 Jan 2026 00:00:01 GMT"));
        check(RetryAfter::HttpDate, Some(751), Some("Thu, 01 Jan 2026 00:00:02 GMT"));
        check(RetryAfter::HttpDate, Some(u64::MAX), None);
    }
}
