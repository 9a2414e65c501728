//! Instants and spans of time, for people.

use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp, Unit};

/// The time of day.
pub(super) fn now_unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let ms = since.unwrap_or_default().as_millis();
    u64::try_from(ms).unwrap_or(u64::MAX)
}

/// The day, in UTC.
pub(super) fn day(unix_ms: u64) -> String {
    second(unix_ms)
        .chars()
        .take_while(|&it| it != 'T')
        .collect()
}

/// Day and time to the second, in UTC.
pub(super) fn second(unix_ms: u64) -> String {
    let timestamp = i64::try_from(unix_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .and_then(|instant| instant.round(Unit::Second).ok());
    timestamp.map_or_else(|| format!("{unix_ms} ms"), |instant| instant.to_string())
}

/// A time as `2026-01-05T09:00:00Z`, with any offset, in milliseconds.
pub(super) fn parse(text: &str) -> Result<u64, String> {
    let instant: Timestamp = text.parse().map_err(|_| {
        "it is not a time such as `2026-01-05T09:00:00Z`, with its offset".to_owned()
    })?;
    u64::try_from(instant.as_millisecond()).map_err(|_| "it is before 1970".to_owned())
}

/// About how long it is, in its largest unit: `42 minutes`.
pub(super) fn in_words(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let seconds = ms.div_ceil(1_000).max(1);
    let largest = UNITS.iter().find(|(unit, _)| seconds >= *unit);
    let (count, unit) = largest.map_or((seconds, "second"), |(unit, name)| (seconds / unit, *name));
    match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
    }
}

/// How long it is, in its two largest units.
pub(super) fn span(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = ms / 1_000;
    let parts: Vec<_> = UNITS
        .iter()
        .filter_map(|(seconds, unit)| {
            let count = rest / seconds;
            rest %= seconds;
            (count > 0).then(|| format!("{count} {unit}"))
        })
        .take(2)
        .collect();
    match parts.is_empty() {
        true => "0 s".to_owned(),
        false => parts.join(" "),
    }
}

/// A span as `30m`, `2h`, `90s`.
pub(super) fn parse_span(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || "it is not a span of time such as `30m`, `2h` or `90s`".to_owned();
    let span: SignedDuration = text.parse().map_err(|_| wrong())?;
    std::time::Duration::try_from(span).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_utc() {
        assert_eq!(second(1_700_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(day(1_700_000_000_000), "2023-11-14");
    }

    #[test]
    fn an_instant_beyond_the_calendar_is_told_as_a_number() {
        assert_eq!(second(u64::MAX), "18446744073709551615 ms");
    }

    #[test]
    fn an_instant_is_read_with_its_offset() {
        assert_eq!(parse("2023-11-14T22:13:20Z"), Ok(1_700_000_000_000));
        assert_eq!(
            parse("2023-11-15T00:13:20.500+02:00"),
            Ok(1_700_000_000_500)
        );
        for text in [
            "",
            "yesterday",
            "2023-11-14",
            "1700000000000",
            "1969-01-01T00:00:00Z",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_told_in_words_by_its_largest_unit() {
        for (ms, words) in [
            (0, "1 second"),
            (59_001, "1 minute"),
            (2_520_000, "42 minutes"),
            (7_199_000, "1 hour"),
            (90 * 86_400_000, "90 days"),
        ] {
            assert_eq!(in_words(ms), words, "{ms}");
        }
    }

    #[test]
    fn a_span_is_told_in_its_two_largest_units() {
        assert_eq!(span(604_800_000), "7 d");
        assert_eq!(span(90_061_000), "1 d 1 h");
        assert_eq!(span(61_000), "1 min 1 s");
        assert_eq!(span(999), "0 s");
    }

    #[test]
    fn a_span_is_read_with_its_unit() {
        assert_eq!(parse_span("30m"), Ok(std::time::Duration::from_secs(1_800)));
        assert_eq!(
            parse_span("1h 30m"),
            Ok(std::time::Duration::from_secs(5_400))
        );
        for text in ["", "30", "-5m", "soon"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
