//! How the daemon stands, for whoever watches it.

mod file;
mod metrics;
mod server;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jira_host::schedule::{Reason, Timing};
use jira_host::types::{Summary, SweepReport};
use serde_json::{Value, json};

pub(super) use self::file::HealthFile;
pub(super) use self::server::HealthServer;

/// Before the store was read for the first time.
pub(super) const NOTHING_KNOWN: Summary = Summary {
    cycle_period_ms: 0,
    next_due_unix_ms: None,
    started_at_unix_ms: None,
    completed_at_unix_ms: None,
    busy_until_unix_ms: None,
};

/// A daemon is not stuck before so many looks are missing, however soon a cycle is
/// overdue: some are late where Atlassian has it wait in a sweep, or the store is
/// slow.
const MISSING_LOOKS: u32 = 3;

/// What the daemon does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It waits.
    Waiting(Reason),
    /// It sweeps.
    Sweeping,
    /// It was told to end.
    Ended,
}

/// How it stands. A clone is the same one.
#[derive(Clone)]
pub(super) struct Health(Arc<Mutex<Standing>>);

#[derive(Clone)]
pub(super) struct Standing {
    overdue_after_ms: u64,
    stuck_after_ms: u64,
    state: State,
    summary: Summary,
    /// When the store was last read, or a call of a sweep has ended.
    alive_at_unix_ms: u64,
    /// Why the store could not be read, if that was so at the last look.
    look_failure: Option<String>,
    last_run_at_unix_ms: Option<u64>,
    last_failure: Option<String>,
    failures_in_a_row: u32,
    runs: u64,
    reported: u64,
    closed: u64,
    updated: u64,
    failed: u64,
    actions_waiting: usize,
}

impl Health {
    pub(super) fn new(timing: &Timing, now_unix_ms: u64) -> Self {
        let looks = timing.look_again.saturating_mul(MISSING_LOOKS);
        Health(Arc::new(Mutex::new(Standing {
            overdue_after_ms: millis(timing.overdue_after),
            stuck_after_ms: millis(timing.overdue_after.max(looks)),
            state: State::Waiting(Reason::NotDue),
            summary: NOTHING_KNOWN,
            alive_at_unix_ms: now_unix_ms,
            look_failure: None,
            last_run_at_unix_ms: None,
            last_failure: None,
            failures_in_a_row: 0,
            runs: 0,
            reported: 0,
            closed: 0,
            updated: 0,
            failed: 0,
            actions_waiting: 0,
        })))
    }

    pub(super) fn set(&self, state: State) {
        self.standing().state = state;
    }

    /// The store was read.
    pub(super) fn seen(&self, summary: Summary, now_unix_ms: u64) {
        let mut standing = self.standing();
        standing.summary = summary;
        standing.look_failure = None;
        standing.alive_at_unix_ms = now_unix_ms;
    }

    /// The store could not be read. That is no run, and no sign of life.
    pub(super) fn look_failed(&self, why: String) {
        self.standing().look_failure = Some(why);
    }

    /// Something went on.
    pub(super) fn alive(&self, now_unix_ms: u64) {
        self.standing().alive_at_unix_ms = now_unix_ms;
    }

    /// A run has done this.
    pub(super) fn swept(&self, report: &SweepReport) {
        let mut standing = self.standing();
        standing.reported += u64::from(report.counts.reported);
        standing.closed += u64::from(report.counts.closed);
        standing.updated += u64::from(report.counts.updated);
        standing.failed += u64::from(report.counts.failed);
        standing.actions_waiting = report.actions.len();
        standing.summary.next_due_unix_ms = report.next_due_unix_ms;
        standing.summary.cycle_period_ms = report.cycle_period_ms;
    }

    /// A run has ended, well or with a failure.
    pub(super) fn run_ended(&self, now_unix_ms: u64, failure: Option<String>, in_a_row: u32) {
        let mut standing = self.standing();
        standing.runs += 1;
        standing.last_run_at_unix_ms = Some(now_unix_ms);
        standing.last_failure = failure;
        standing.failures_in_a_row = in_a_row;
    }

    /// How it stands now.
    pub(super) fn look(&self) -> Standing {
        self.standing().clone()
    }

    /// As a JSON document.
    pub(super) fn document(&self, now_unix_ms: u64) -> Value {
        self.look().document(now_unix_ms)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standing {
    fn is_overdue(&self, now_unix_ms: u64) -> bool {
        let latest = |due: u64| due.saturating_add(self.overdue_after_ms);
        let due = self.summary.next_due_unix_ms;
        due.is_some_and(|due| latest(due) <= now_unix_ms)
    }

    /// Nothing went on for so long that it may be overdue and nobody knows.
    fn is_stuck(&self, now_unix_ms: u64) -> bool {
        now_unix_ms.saturating_sub(self.alive_at_unix_ms) >= self.stuck_after_ms
    }

    fn is_healthy(&self, now_unix_ms: u64) -> bool {
        !self.is_overdue(now_unix_ms) && !self.is_stuck(now_unix_ms)
    }

    fn document(&self, now_unix_ms: u64) -> Value {
        json!({
            "healthy": self.is_healthy(now_unix_ms),
            "overdue": self.is_overdue(now_unix_ms),
            "state": self.state.word(),
            "at_unix_ms": now_unix_ms,
            "alive_at_unix_ms": self.alive_at_unix_ms,
            "next_due_unix_ms": self.summary.next_due_unix_ms,
            "cycle_period_ms": self.summary.cycle_period_ms,
            "completed_at_unix_ms": self.summary.completed_at_unix_ms,
            "look_failure": self.look_failure,
            "last_run_at_unix_ms": self.last_run_at_unix_ms,
            "last_failure": self.last_failure,
            "failures_in_a_row": self.failures_in_a_row,
            "reported": self.reported,
            "closed": self.closed,
            "updated": self.updated,
            "failed": self.failed,
            "actions_waiting": self.actions_waiting,
        })
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Waiting(Reason::NothingToReport) => "nothing-to-report",
            State::Waiting(Reason::NotDue) => "not-due",
            State::Waiting(Reason::Spread) => "due-soon",
            State::Waiting(Reason::HeldOff) => "paused",
            State::Waiting(Reason::Busy) => "busy",
            State::Waiting(Reason::LookFailed) => "look-failed",
            State::Sweeping => "sweeping",
            State::Ended => "ended",
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Where to listen: a port on loopback, or an address.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| {
        "it is no port such as `9464`, and no address such as `127.0.0.1:9464`".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: u64 = 1_767_603_600_000;
    const HOUR: u64 = 3_600_000;

    const MINUTE: u64 = 60_000;

    fn health() -> Health {
        let health = Health::new(&Timing::default(), DUE);
        let summary = Summary {
            cycle_period_ms: 168 * HOUR,
            next_due_unix_ms: Some(DUE),
            ..NOTHING_KNOWN
        };
        health.seen(summary, DUE);
        health
    }

    #[test]
    fn a_cycle_that_is_overdue_is_not_healthy() {
        let health = health();
        let at = |now: u64| {
            health.alive(now);
            let document = health.document(now);
            (document["healthy"].clone(), document["overdue"].clone())
        };
        assert_eq!(at(DUE + 2 * HOUR - 1), (json!(true), json!(false)));
        assert_eq!(at(DUE + 2 * HOUR), (json!(false), json!(true)));
    }

    #[test]
    fn a_daemon_in_which_nothing_goes_on_is_not_healthy() {
        let health = health();
        let later = Summary {
            next_due_unix_ms: Some(DUE + 100 * HOUR),
            ..NOTHING_KNOWN
        };
        health.seen(later, DUE);
        let document = health.document(DUE + 2 * HOUR);
        assert_eq!(document["healthy"], json!(false));
        assert_eq!(document["overdue"], json!(false));
    }

    #[test]
    fn a_daemon_whose_next_look_is_not_far_off_is_healthy_however_soon_it_is_overdue() {
        let timing = Timing {
            overdue_after: Duration::ZERO,
            ..Timing::default()
        };
        let health = Health::new(&timing, DUE);
        let healthy = |now: u64| health.document(now)["healthy"].clone();
        assert_eq!(healthy(DUE + 15 * MINUTE - 1), json!(true));
        assert_eq!(healthy(DUE + 15 * MINUTE), json!(false));
    }

    #[test]
    fn a_look_that_failed_is_no_run() {
        let health = health();
        health.run_ended(DUE, Some("too many requests".to_owned()), 3);
        health.look_failed("the store is locked".to_owned());
        let document = health.document(DUE + 1);
        assert_eq!(document["look_failure"], json!("the store is locked"));
        assert_eq!(document["last_failure"], json!("too many requests"));
        assert_eq!(document["last_run_at_unix_ms"], json!(DUE));
        assert_eq!(document["failures_in_a_row"], json!(3));
        let metrics = health.look().metrics(DUE + 1);
        for line in [
            "jira_host_gdpr_runs_total 1",
            "jira_host_gdpr_look_failed 1",
        ] {
            assert!(metrics.lines().any(|it| it == line), "{line}: {metrics}");
        }
        health.seen(NOTHING_KNOWN, DUE + 2);
        assert!(health.document(DUE + 2)["look_failure"].is_null());
    }

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        assert_eq!(
            address("9464"),
            Ok(SocketAddr::from(([127, 0, 0, 1], 9464)))
        );
        assert_eq!(address("[::1]:1").unwrap().to_string(), "[::1]:1");
        assert!(address("localhost").is_err());
    }
}
