use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use tokio::time::Instant;

use crate::log;
use crate::output::counted;

/// Erases the line that the cursor is in.
const ERASE_LINE: &str = "\r\x1b[2K";

/// Shows on standard error how long is left, where that is a terminal.
pub(super) struct Countdown {
    end: Instant,
    is_shown: bool,
}

impl Countdown {
    pub(super) fn begin(left: Duration) -> Self {
        let is_shown = io::stderr().is_terminal() && log::is_for_people();
        if !is_shown {
            let left = at_most(left);
            log::note(format_args!("Waiting for the browser, for {left} at most."));
        }
        Countdown {
            end: Instant::now() + left,
            is_shown,
        }
    }

    /// Ends when the time is up.
    pub(super) async fn run(&self) {
        loop {
            let left = self.end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.show(&format!(
                "Waiting for the browser, {} left (Ctrl-C gives up)",
                clock(left)
            ));
            tokio::time::sleep(left.min(Duration::from_secs(1))).await;
        }
    }

    fn show(&self, text: &str) {
        if self.is_shown {
            let mut stderr = io::stderr().lock();
            // A terminal that is gone has nobody to tell.
            let _ = write!(stderr, "{ERASE_LINE}{text}").and_then(|()| stderr.flush());
        }
    }
}

impl Drop for Countdown {
    fn drop(&mut self) {
        self.show("");
    }
}

/// In seconds, or from a minute on in begun minutes.
fn at_most(time: Duration) -> String {
    match time.as_millis().div_ceil(1000) {
        seconds @ 0..60 => counted(seconds, "second", "seconds"),
        seconds => counted(seconds.div_ceil(60), "minute", "minutes"),
    }
}

/// Minutes and seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_minutes_and_begun_seconds() {
        assert_eq!(clock(Duration::from_secs(600)), "10:00");
        assert_eq!(clock(Duration::from_millis(9_001)), "0:10");
    }

    #[test]
    fn the_longest_wait_is_told_in_one_unit() {
        for (seconds, told) in [
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (600, "10 minutes"),
        ] {
            assert_eq!(at_most(Duration::from_secs(seconds)), told);
        }
        assert_eq!(at_most(Duration::from_millis(599_990)), "10 minutes");
    }

    #[tokio::test]
    async fn it_ends_at_once_when_the_time_is_up() {
        let countdown = Countdown {
            end: Instant::now(),
            is_shown: false,
        };
        countdown.run().await;
    }
}
