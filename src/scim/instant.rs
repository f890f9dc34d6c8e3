//! The one place that reads an xsd:dateTime (RFC 7643 section 2.3.5), so that the crate for it can be exchanged.

/// The moment that `text` names, in nanoseconds since 1970 in UTC. Without an offset the time is taken as UTC.
/// `None` if it is not a date *and* a time.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    if !matches!(text.as_bytes().get(10), Some(b'T' | b't')) || text.ends_with(']') {
        return None;
    }
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_nanosecond());
    }
    // A time without an offset: the civil parser would also drop an offset that the first attempt refused.
    let time = text.get(11..)?;
    if time.contains(['+', '-', 'Z', 'z']) {
        return None;
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_nanosecond())
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
        check("2011-05-13T04:42:34Z", "2011-05-13T04:42:34.000Z");
        check("2011-05-13T04:42:34.5Z", "2011-05-12T23:42:34.500-05:00");
        check("2011-05-13T04:42:34", "2011-05-13T04:42:34Z");
    }

    #[test]
    fn half_a_date_time_is_none() {
        for text in [
            "",
            "2011-05-13",
            "04:42:34Z",
            "2011-13-13T04:42:34Z",
            "2011-05-13T04:42:34+99:99",
            "9999-12-30T12:00:00-12:00",
            "Ünïcödé!!!",
            "now",
        ] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
