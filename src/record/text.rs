//! What texts must be: addresses, zones, numbers, tags; and how keys fold.

use std::borrow::Cow;

use crate::profile::model::Format;

/// The longest e-mail address (RFC 5321 section 4.5.3.1).
const EMAIL_BYTES_MAX: usize = 254;

/// Whether a text has a format.
pub fn is(format: Format, text: &str) -> bool {
    match format {
        Format::Email => is_email(text),
        Format::TimeZone => jiff::tz::TimeZone::get(text).is_ok(),
        Format::Phone => is_phone(text),
        Format::Locale => is_locale(text),
    }
}

/// What a format wants, for people.
pub fn wanted(format: Format) -> &'static str {
    match format {
        Format::Email => "an e-mail address",
        Format::TimeZone => "an IANA time zone, such as Europe/Berlin",
        Format::Phone => "a phone number in international format, such as +46701234567",
        Format::Locale => "a language tag, such as en-US",
    }
}

/// One `@` between a local part and a dotted domain, no blanks.
fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
    };
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
            text.len() <= EMAIL_BYTES_MAX && plain(local) && plain(domain) && dotted
        }
        None => false,
    }
}

/// E.164: a plus and up to fifteen digits, the first no zero. Blanks, hyphens and brackets are not in it.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// BCP 47 in outline: subtags of one to eight letters and digits, the first of letters.
fn is_locale(text: &str) -> bool {
    let mut subtags = text.split(['-', '_']);
    let first = subtags.next().unwrap_or_default();
    (2..=8).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A key as it is compared: without case, unless case counts. Each character by itself, as filters compare: two keys are
/// the same exactly if `eq` finds the one by the other.
pub fn folded(text: &str, case_exact: bool) -> Cow<'_, str> {
    if case_exact || text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
    }
}

/// A time in milliseconds since 1970 as RFC 3339 in UTC.
pub fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |time| time.to_string())
}

/// The milliseconds since 1970 of a time in RFC 3339, or of a date's beginning in UTC.
pub fn time_ms(text: &str) -> Option<i64> {
    let time = text.parse::<jiff::Timestamp>().ok();
    let date =
        || Some(text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    time.or_else(date).map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::{folded, is};
    use crate::profile::model::Format;

    fn check(format: Format, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is(format, text), "{text} is a good {format:?}");
        }
        for text in bad {
            assert!(!is(format, text), "{text} is no {format:?}");
        }
    }

    #[test]
    fn keys_fold_character_by_character() {
        let check = |text: &str, wanted: &str| assert_eq!(folded(text, false), wanted);
        check("abc", "abc");
        check("ABC", "abc");
        check("ΟΔΟΣ", "οδοσ");
        check("ÄÖß", "äöß");
        assert_eq!(folded("ABC", true), "ABC");
    }

    #[test]
    fn formats_take_what_they_should_and_nothing_else() {
        check(
            Format::Email,
            &["a@b.test", "a.b+c@x.example.com"],
            &["", "a", "a@", "@b.test", "a@b", "a b@c.test", "a@b@c.test", "a@b..test"],
        );
        check(
            Format::Phone,
            &["+46701234567"],
            &["", "46701234567", "+0701234567", "+46 70 1234567", "070-1234567", "+1"],
        );
        check(
            Format::TimeZone,
            &["Europe/Berlin", "UTC"],
            &["", "Berlin", "Europe/Nowhere", "../../etc/passwd"],
        );
        check(Format::Locale, &["en", "en-US", "zh-Hans-CN"], &["", "e", "en-", "english language"]);
    }
}
