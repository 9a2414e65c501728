//! How often Atlassian wants each account reported.
//!
//! The header `Cycle-Period` may tell, in a form that is not documented. Seen
//! were a number of seconds, a number of days, `7 Days`, and ISO 8601's `P7D`.

use crate::jira::instant::{DAY_MS, SECOND_MS};

/// What holds until Atlassian says something else.
pub const DEFAULT_CYCLE_MS: u64 = 7 * DAY_MS;

/// A bare number below this can only be days: as seconds it were minutes.
const DAYS_BELOW: u64 = 400;

const SHORTEST_MS: u64 = DAY_MS;

/// Nobody asked for more than 15 days. What is longer is more likely a form
/// that we misread, and to believe it would miss cycles.
const LONGEST_MS: u64 = 60 * DAY_MS;

const HOUR_MS: u64 = 3_600 * SECOND_MS;

/// Reads the header. Less than a day is a day; nothing where it cannot be
/// believed, so that what held before holds on.
#[must_use]
pub fn parse(header: &str) -> Option<u64> {
    let text = header.trim().trim_matches('"').to_ascii_lowercase();
    let ms = match text.strip_prefix('p') {
        Some(duration) => iso8601(duration)?,
        None => amount(&text)?,
    };
    (1..=LONGEST_MS)
        .contains(&ms)
        .then_some(ms.max(SHORTEST_MS))
}

/// `604800`, `7`, `7 days`, `168h`.
fn amount(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let unit = match text.get(digits..)?.trim() {
        "" if number < DAYS_BELOW => DAY_MS,
        "" | "s" | "sec" | "secs" | "second" | "seconds" => SECOND_MS,
        "m" | "min" | "mins" | "minute" | "minutes" => 60 * SECOND_MS,
        "h" | "hour" | "hours" => HOUR_MS,
        "d" | "day" | "days" => DAY_MS,
        "w" | "week" | "weeks" => 7 * DAY_MS,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// `7d`, `1w`, `t168h`, `6dt24h`; months and years have no length.
fn iso8601(duration: &str) -> Option<u64> {
    let (days, time) = duration.split_once('t').unwrap_or((duration, ""));
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let mut sum: u64 = 0;
    for (part, units) in [(days, "wd"), (time, "hms")] {
        for piece in part.split_inclusive(|c: char| c.is_ascii_alphabetic()) {
            if !piece.ends_with(|c: char| units.contains(c)) {
                return None;
            }
            sum = sum.checked_add(amount(piece)?)?;
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_seven_days_reads_the_same() {
        for header in [
            "604800",
            "7",
            " 7 ",
            "\"7\"",
            "7 Days",
            "7 days",
            "7d",
            "7D",
            "168 hours",
            "10080 minutes",
            "604800s",
            "604800 Seconds",
            "1 week",
            "P7D",
            "p7d",
            "P1W",
            "PT168H",
            "P6DT24H",
            "PT604800S",
            "PT10080M",
        ] {
            assert_eq!(parse(header), Some(DEFAULT_CYCLE_MS), "{header}");
        }
        assert_eq!(parse("15 Days"), Some(15 * DAY_MS));
        assert_eq!(parse("1296000"), Some(15 * DAY_MS));
    }

    #[test]
    fn less_than_a_day_is_a_day() {
        for header in ["3600", "400", "1 hour", "PT1H", "1s"] {
            assert_eq!(parse(header), Some(DAY_MS), "{header}");
        }
    }

    #[test]
    fn what_cannot_be_believed_changes_nothing() {
        for header in [
            "",
            "0",
            "P",
            "PT",
            "P0D",
            "-7",
            "7.5",
            "soon",
            "7 fortnights",
            "61",
            "399",
            "5184001",
            "604800000",
            "P1Y",
            "P1M",
            "P7",
            "PTD",
            "P7H",
            "99999999999999999999",
            "PT18446744073709551615H",
            "Days",
            "d7",
            "7 7",
            "T7D",
            "é",
            "7é",
        ] {
            assert_eq!(parse(header), None, "{header}");
        }
    }
}
