//! The simulator's time, which stands still until a test moves it, or passes.

use std::time::{Duration, Instant, SystemTime};

/// 2026-01-05T09:00:00Z, a Monday morning: every run begins then.
const START: Duration = Duration::from_secs(1_767_603_600);

/// The day of [`START`], as days since the first of January of its year.
const START_DAY_OF_YEAR: u64 = 4;
const START_YEAR: u64 = 2026;
const DAY: u64 = 86_400;

/// What tells the time.
pub(crate) struct Clock {
    moved: Duration,
    /// Since when time passes by itself, if it does.
    running: Option<Instant>,
}

impl Clock {
    /// A clock at the beginning of a run, which only [`Clock::advance`] moves.
    pub fn standing() -> Clock {
        Clock {
            moved: Duration::ZERO,
            running: None,
        }
    }

    /// A clock that shows the time of day, and goes on.
    pub fn running() -> Clock {
        Clock {
            moved: epoch().saturating_sub(START),
            running: Some(Instant::now()),
        }
    }

    pub fn advance(&mut self, by: Duration) {
        self.moved = self.moved.saturating_add(by);
    }

    pub fn now(&self) -> Now {
        let passed = self.running.map_or(Duration::ZERO, |since| since.elapsed());
        Now(self.moved.saturating_add(passed))
    }
}

/// The time of day of this machine: that of the clients, who share it.
pub(crate) fn epoch() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default()
}

/// An instant: the time since the first moment of a run whose clock stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Now(Duration);

impl Now {
    /// The instant that is so long after the epoch of Unix.
    pub fn at_epoch(epoch: Duration) -> Now {
        Now(epoch.saturating_sub(START))
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

    /// As `X-RateLimit-Reset` was seen: without seconds.
    pub fn utc_minute(self) -> String {
        let (date, time) = self.civil();
        let minute = time.get(..5).unwrap_or_default();
        format!("{date}T{minute}Z")
    }

    /// As `X-RateLimit-Reset` is documented.
    pub fn utc_second(self) -> String {
        let (date, time) = self.civil();
        format!("{date}T{time}Z")
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
    fn a_running_clock_shows_the_time_of_day_and_can_be_moved_beyond_it() {
        let before = u64::try_from(epoch().as_millis()).unwrap();
        let mut clock = Clock::running();
        let now = clock.now();
        assert!(now.epoch_millis() >= before);
        clock.advance(Duration::from_secs(3600));
        assert!(clock.now().since(now) >= Duration::from_secs(3600));
        let mut standing = Clock::standing();
        assert_eq!(standing.now(), Now::default());
        standing.advance(Duration::from_secs(1));
        assert_eq!(standing.now().utc_second(), "2026-01-05T09:00:01Z");
        assert_eq!(standing.now().utc_minute(), "2026-01-05T09:00Z");
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
