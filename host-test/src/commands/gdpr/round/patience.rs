use std::time::Duration;

use jira_host::types::{Action, SweepReport, SweepStop};
use tokio::time::Instant;

/// How long a call goes on sending. Longer waits that Atlassian asks for are
/// waited outside of a call.
const CALL: Duration = Duration::from_secs(5);

/// The component takes no shorter time than this.
const SHORTEST_CALL: Duration = Duration::from_secs(1);

/// With a usual call after it, it is shorter than the five minutes that are between
/// two looks of the daemon, as whoever watches its health file expects.
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 60);

/// The first wait where Atlassian does not say how long; each is twice the last.
const FIRST_WAIT: Duration = Duration::from_secs(2);

/// How often in a row a round waits and reports nothing, as in a call.
const WAITS_IN_A_ROW: u32 = 5;

/// How long a round goes on, and what it waits for.
pub(super) struct Patience {
    until: Option<Instant>,
    /// How many waits in a row have brought nothing.
    waits: u32,
}

impl Patience {
    pub(super) fn new(timeout: Option<Duration>) -> Self {
        Patience {
            until: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            waits: 0,
        }
    }

    /// How long the next call may go on sending.
    pub(super) fn call_ms(&self) -> u32 {
        let call = self.left().map_or(CALL, |left| left.min(CALL));
        u32::try_from(call.max(SHORTEST_CALL).as_millis()).unwrap_or(u32::MAX)
    }

    /// Whether there is time for another call after such a wait.
    pub(super) fn lasts(&self, wait: Duration) -> bool {
        self.left()
            .is_none_or(|left| left >= wait.saturating_add(SHORTEST_CALL))
    }

    /// How long to wait for what has stopped a call, if that is to be waited for.
    pub(super) fn wait(&mut self, report: &SweepReport, stop: &SweepStop) -> Option<Duration> {
        if got_on(report) {
            self.waits = 0;
        }
        if stop.error.action != Action::Retry || has_failed(report, stop) {
            return None;
        }
        let own = FIRST_WAIT.saturating_mul(1 << self.waits.min(WAITS_IN_A_ROW));
        let told = stop.not_before_unix_ms.map(|not_before| {
            // By the same clock, so that no other one counts.
            Duration::from_millis(not_before.saturating_sub(report.ended_at_unix_ms))
        });
        let wait = told.unwrap_or_default().max(own);
        self.waits += 1;
        (self.waits <= WAITS_IN_A_ROW && wait <= LONGEST_WAIT).then_some(wait)
    }

    fn left(&self) -> Option<Duration> {
        let until = self.until?;
        Some(until.saturating_duration_since(Instant::now()))
    }
}

/// Whether a call has done something.
pub(super) fn got_on(report: &SweepReport) -> bool {
    report.counts.reported > 0 || report.counts.resumed > 0
}

/// Whether it stopped because batches failed, one after the other. That is not
/// waited for in a call either.
fn has_failed(report: &SweepReport, stop: &SweepStop) -> bool {
    report.failed.iter().any(|batch| batch.error == stop.error)
}
