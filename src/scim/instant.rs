//! The one place that reads an xsd:dateTime (RFC 7643 section 2.3.5), so that the crate for it can be exchanged.

use jiff::civil::DateTime;

const SECOND_NANOSECONDS: i128 = 1_000_000_000;
const DAY_NANOSECONDS: i128 = 86_400 * SECOND_NANOSECONDS;

/// The moment that `text` names, in nanoseconds since 1970 in UTC. Without an offset the time is taken as UTC.
/// `None` if it is not a date *and* a time.
///
/// Date and offset are read apart: the last days of the year 9999 have offsets that lead beyond it.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    if !matches!(text.as_bytes().get(10), Some(b'T' | b't')) {
        return None;
    }
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    let (time, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, offset_seconds(time.get(at..)?)?),
        None => (time, 0),
    };
    // The end of a day is the beginning of the next one.
    let (time, days) = match time.strip_prefix("24:00:00") {
        Some(rest) if rest.trim_end_matches('0').trim_start_matches('.').is_empty() => ("00:00:00", 1),
        Some(_) | None => (time, 0),
    };
    let is_plain = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b','));
    let civil: DateTime = format!("{date}T{time}").parse().ok().filter(|_| is_plain)?;
    let since = civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_nanos();
    Some(since + days * DAY_NANOSECONDS - i128::from(offset) * SECOND_NANOSECONDS)
}

/// `Z`, `+02:00`, `-0530` or `+02`, up to 14 hours as xsd:dateTime has it.
fn offset_seconds(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'Z' | b'z' => return (text.len() == 1).then_some(0),
        b'-' => -1,
        _ => 1,
    };
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None => (digits.get(..2)?, digits.get(2..).filter(|rest| !rest.is_empty()).unwrap_or("00")),
    };
    let number = |text: &str| {
        let is_fit = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|_| is_fit)
    };
    let minutes = number(minutes).filter(|minutes| *minutes < 60)? + number(hours)? * 60;
    (minutes <= 14 * 60).then_some(sign * minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn offsets_and_fractions_name_the_same_moment() {
        let check = |one: &str, other: &str| {
            assert!(nanoseconds(one).is_some(), "{one}");
            assert_eq!(nanoseconds(one), nanoseconds(other), "{one} {other}");
        };
        check("2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00");
        check("2011-05-13T04:42:34Z", "2011-05-13T06:42:34+0200");
        check("2011-05-13T04:42:34Z", "2011-05-13T04:42:34.000Z");
        check("2011-05-13T04:42:34.5Z", "2011-05-12T23:42:34.500-05:00");
        check("2011-05-13T04:42:34", "2011-05-13T04:42:34Z");
        check("2011-05-13T24:00:00Z", "2011-05-14T00:00:00Z");
        check("2011-05-13T24:00:00.000+01:00", "2011-05-13T23:00:00Z");
        check("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00");
        check("9999-12-31T24:00:00Z", "9999-12-31T23:00:00-01:00");
        check("0000-01-01T00:00:00+14:00", "0000-01-01T00:00:00+14:00");
    }

    #[test]
    fn a_moment_is_counted_from_1970() {
        let check = |text: &str, wanted: i128| assert_eq!(nanoseconds(text), Some(wanted), "{text}");
        check("1970-01-01T00:00:00Z", 0);
        check("1969-12-31T23:59:59.999999999Z", -1);
        check("9999-12-31T23:59:59Z", 253_402_300_799_000_000_000);
    }

    #[test]
    fn half_a_date_time_is_none() {
        for text in [
            "",
            "2011-05-13",
            "04:42:34Z",
            "2011-13-13T04:42:34Z",
            "2011-05-13T04:42:34+99:99",
            "2011-05-13T04:42:34+14:01",
            "2011-05-13T04:42:34+2:00",
            "2011-05-13T04:42:34Zulu",
            "2011-05-13T04:42:34Z[UTC]",
            "2011-05-13T04:42:34[UTC]",
            "2011-05-13T24:00:01Z",
            "2011-05-13T24:00:00.001Z",
            "2011-05-13T",
            "2011-05-13TZ",
            "Ünïcödé!!!",
            "now",
        ] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
