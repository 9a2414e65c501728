use jiff::{Timestamp, Unit};

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
}
