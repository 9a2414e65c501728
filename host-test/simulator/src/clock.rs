//! The simulator's time, which stands still until a test moves it.

use std::time::Duration;

/// 2026-01-05T09:00:00Z, a Monday morning: every run begins then.
const START: Duration = Duration::from_secs(1_767_603_600);

/// The day of [`START`], as days since the first of January of its year.
const START_DAY_OF_YEAR: u64 = 4;
const START_YEAR: u64 = 2026;
const DAY: u64 = 86_400;

/// An instant: the time since the simulator was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Now(Duration);

impl Now {
    pub fn advance(&mut self, by: Duration) {
        self.0 = self.0.saturating_add(by);
    }

    pub fn plus(self, span: Duration) -> Now {
        Now(self.0.saturating_add(span))
    }

    pub fn since(self, earlier: Now) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    pub fn epoch_millis(self) -> u64 {
        u64::try_from((START + self.0).as_millis()).unwrap_or(u64::MAX)
    }

    /// As Jira writes it: the offset has no colon, so it is not RFC 3339.
    pub fn jira(self) -> String {
        let (date, time) = self.civil();
        format!("{date}T{time}.000+0000")
    }

    /// As Jira Service Management and the edge write it.
    pub fn iso(self) -> String {
        let (date, time) = self.civil();
        format!("{date}T{time}+0000")
    }

    fn civil(self) -> (String, String) {
        let seconds = self.0.as_secs() + START.as_secs() % DAY;
        let (year, month, day) = calendar(START_DAY_OF_YEAR + seconds / DAY);
        let second = seconds % DAY;
        (
            format!("{year:04}-{month:02}-{day:02}"),
            format!(
                "{:02}:{:02}:{:02}",
                second / 3600,
                second / 60 % 60,
                second % 60
            ),
        )
    }
}

/// Year, month and day of the day that is so many days after the first of
/// January of the year in which every run begins.
fn calendar(mut days: u64) -> (u64, u64, u64) {
    let mut year = START_YEAR;
    while days >= 365 + leap(year) {
        days -= 365 + leap(year);
        year += 1;
    }
    let lengths = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

fn leap(year: u64) -> u64 {
    u64::from(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_begins_on_a_monday_morning() {
        assert_eq!(Now::default().jira(), "2026-01-05T09:00:00.000+0000");
        assert_eq!(Now::default().epoch_millis(), 1_767_603_600_000);
    }

    #[test]
    fn days_are_counted_across_months_and_leap_years() {
        let after = |days: u64| Now::default().plus(Duration::from_secs(days * DAY)).iso();
        assert_eq!(after(26), "2026-01-31T09:00:00+0000");
        assert_eq!(after(27), "2026-02-01T09:00:00+0000");
        assert_eq!(after(361), "2027-01-01T09:00:00+0000");
        assert_eq!(after(785), "2028-02-29T09:00:00+0000");
    }
}
