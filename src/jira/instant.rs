//! Points in time, and the three ways in which Atlassian writes them.

use core::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMs(pub u64);

/// A second in milliseconds.
pub const SECOND_MS: u64 = 1_000;
/// By how much the clocks of two machines may differ for one to believe the
/// other.
pub const SKEW_MS: u64 = 15 * SECOND_MS;
/// A day in milliseconds.
pub const DAY_MS: u64 = 86_400 * SECOND_MS;

/// Epoch numbers above this are milliseconds: as seconds they would lie
/// beyond the year 5000.
const LARGEST_EPOCH_SECONDS: u64 = 100_000_000_000;

impl UnixMs {
    /// So much later; the end of time where there is no such time.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How long after `earlier` this is; nothing if it is not.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads `Tue, 29 Sep 2026 16:00:00 GMT` (RFC 9110 section 5.6.7, the one
    /// form that servers may send).
    #[must_use]
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let (_, rest) = text.trim().split_once(", ")?;
        let mut words = rest.split(' ');
        let day = digits(words.next()?, 2)?;
        let month = month(words.next()?)?;
        let year = digits(words.next()?, 4)?;
        let time = words.next()?;
        if words.next()? != "GMT" || words.next().is_some() {
            return None;
        }
        Self::from_civil((year, month, day), clock(time)?, 0)
    }

    /// Reads what Atlassian calls ISO 8601: `2026-03-26T16:00Z`, with or
    /// without seconds and fraction, with `Z` or an offset with or without a
    /// colon.
    #[must_use]
    pub fn parse_iso8601(text: &str) -> Option<Self> {
        let (date, time) = text.trim().split_once('T')?;
        let mut parts = date.split('-');
        let date = (
            digits(parts.next()?, 4)?,
            digits(parts.next()?, 2)?,
            digits(parts.next()?, 2)?,
        );
        if parts.next().is_some() {
            return None;
        }
        let zone = time.find(['Z', '+', '-'])?;
        let (time, zone) = (time.get(..zone)?, time.get(zone..)?);
        let time = time.split('.').next()?;
        Self::from_civil(date, clock(time)?, offset_minutes(zone)?)
    }

    /// Reads any of: epoch seconds, epoch milliseconds, ISO 8601, an HTTP
    /// date. Atlassian's rate limit headers have come in all of them.
    #[must_use]
    pub fn parse_any(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.parse::<u64>() {
            Ok(number) if number > LARGEST_EPOCH_SECONDS => Some(Self(number)),
            Ok(number) => Some(Self(number * SECOND_MS)),
            Err(_) => Self::parse_iso8601(text).or_else(|| Self::parse_http_date(text)),
        }
    }

    /// As RFC 3339 in UTC, to the millisecond: for Atlassian.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let text = self.to_string();
        let seconds = text.trim_end_matches('Z');
        format!("{seconds}.{:03}Z", self.0 % SECOND_MS)
    }

    fn from_civil(date: (u64, u64, u64), second_of_day: u64, offset_minutes: i64) -> Option<Self> {
        let days = i64::try_from(days_since_epoch(date)?).ok()?;
        let seconds = days * 86_400 + i64::try_from(second_of_day).ok()? - offset_minutes * 60;
        u64::try_from(seconds)
            .ok()
            .map(|seconds| Self(seconds * SECOND_MS))
    }
}

/// As RFC 3339 in UTC, to the second: for messages to people.
impl fmt::Display for UnixMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / SECOND_MS;
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

fn digits(text: &str, count: usize) -> Option<u64> {
    let all_digits = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

fn month(name: &str) -> Option<u64> {
    let names = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    (1..)
        .zip(names)
        .find(|(_, known)| *known == name)
        .map(|(number, _)| number)
}

/// `16:00` or `16:00:59` as the second of the day.
fn clock(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    let valid = parts.next().is_none() && hour < 24 && minute < 60 && second <= 60;
    valid.then_some(hour * 3_600 + minute * 60 + second)
}

/// `Z`, `+02:00` or `+0200` as minutes east.
fn offset_minutes(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let number = digits(&text.get(1..)?.replace(':', ""), 4)?;
    let (hours, minutes) = (number / 100, number % 100);
    let total = i64::try_from(hours * 60 + minutes).ok()?;
    (hours < 24 && minutes < 60).then_some(sign * total)
}

const DAYS_IN_400_YEARS: u64 = 146_097;
/// From 0000-03-01, where the reckoning below begins, to 1970-01-01.
const DAYS_BEFORE_EPOCH: u64 = 719_468;

/// Days since 1970-01-01 of a date of the Gregorian calendar. Years are
/// reckoned from March, so that the leap day comes last.
fn days_since_epoch((year, month, day): (u64, u64, u64)) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let year_of_era = year % 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (year / 400 * DAYS_IN_400_YEARS + day_of_era).checked_sub(DAYS_BEFORE_EPOCH)
}

/// The inverse of [`days_since_epoch`].
const fn civil(days_since_epoch: u64) -> (u64, u64, u64) {
    let days = days_since_epoch + DAYS_BEFORE_EPOCH;
    let (era, day_of_era) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEPTEMBER: UnixMs = UnixMs(1_790_697_600_000); // 2026-09-29T16:00:00Z

    #[test]
    fn every_form_of_the_same_moment_reads_the_same() {
        for text in [
            "2026-09-29T16:00Z",
            "2026-09-29T16:00:00Z",
            "2026-09-29T16:00:00.999Z",
            "2026-09-29T18:00:00+02:00",
            "2026-09-29T18:00:00.000+0200",
            "2026-09-29T13:30-02:30",
            "Tue, 29 Sep 2026 16:00:00 GMT",
            "1790697600",
            "1790697600000",
            " 1790697600 ",
        ] {
            assert_eq!(UnixMs::parse_any(text), Some(SEPTEMBER), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "soon",
            "-1",
            "2026-09-29",
            "2026-09-29T25:00Z",
            "2026-9-29T16:00Z",
            "2026-09-29T16:00",
            "2026-13-01T00:00Z",
            "2026-09-00T00:00Z",
            "1969-12-31T00:00Z",
            "2026-09-29T16:00+99:00",
            "Tue, 29 Sep 2026 16:00:00 CET",
            "Tue, 29 Sept 2026 16:00:00 GMT",
            "99999999999999999999",
            "2026-09-29T16:00:00+0é0",
        ] {
            assert_eq!(UnixMs::parse_any(text), None, "{text}");
        }
    }

    #[test]
    fn display_and_parse_are_inverse_over_leap_years_and_centuries() {
        for day in (0..60_000)
            .step_by(7)
            .chain(11_010..11_020)
            .chain(47_480..47_490)
        {
            let instant = UnixMs(day * DAY_MS + 3_661_000);
            assert_eq!(
                UnixMs::parse_iso8601(&instant.to_string()),
                Some(instant),
                "{instant}"
            );
        }
        assert_eq!(UnixMs(951_782_400_000).to_string(), "2000-02-29T00:00:00Z");
        assert_eq!(
            UnixMs(4_107_542_400_000).to_string(),
            "2100-03-01T00:00:00Z"
        );
    }
}
