use std::time::Duration;

use atlassian_simulator::{Fault, Reporting, Settings};
use jira_host::schedule::{Moment, Next, Run, Schedule, Timing};
use jira_host::types::{Authorize, SweepEnd, SweepReport};

use super::keeping::{REPORTS, as_strs, ids, one_by_one};
use crate::clock::{DAY, HOUR, START_UNIX_MS, millis};
use crate::people::ADA;
use crate::stage::{DEMO, Stage};

/// A timer on the stage's clock, in the place of a daemon.
struct Timer<'a> {
    stage: &'a Stage,
    schedule: Schedule,
    sweeps: u32,
}

impl<'a> Timer<'a> {
    fn start(stage: &'a Stage, chance: u64) -> Timer<'a> {
        Timer {
            stage,
            schedule: Schedule::new(Timing::default(), chance),
            sweeps: 0,
        }
    }

    fn now(&self) -> Moment {
        let unix_ms = self.stage.clock.unix_ms();
        Moment {
            unix_ms,
            monotonic: Duration::from_millis(unix_ms - START_UNIX_MS),
        }
    }

    async fn go_on_until(&mut self, unix_ms: u64) {
        while self.stage.clock.unix_ms() < unix_ms {
            let summary = self.stage.summary().await;
            match self.schedule.next(self.now(), &summary) {
                Next::Sweep => {
                    self.sweeps += 1;
                    let report = self.stage.sweep_with(one_by_one()).await;
                    self.schedule.ended(self.now(), run(&report));
                }
                Next::Wait(wait) => {
                    // A look each hour is enough for a test.
                    let wait = match self.is_far(summary.next_due_unix_ms) {
                        true => HOUR,
                        false => wait.duration,
                    };
                    // The stage's clock has no smaller steps.
                    self.stage.advance(wait.max(Duration::from_millis(1)));
                }
            }
        }
    }

    fn is_far(&self, due: Option<u64>) -> bool {
        due.is_none_or(|due| due > self.stage.clock.unix_ms() + millis(2 * HOUR))
    }
}

fn run(report: &SweepReport) -> Run {
    match &report.end {
        SweepEnd::Complete if report.failed.is_empty() => Run::Covered,
        SweepEnd::Stopped(stop) => Run::Failed {
            not_before_unix_ms: stop.not_before_unix_ms,
            has_reported: report.counts.reported > 0,
        },
        _ => Run::Failed {
            not_before_unix_ms: None,
            has_reported: report.counts.reported > 0,
        },
    }
}

/// The simulator is strict: a report too many is answered 429.
async fn strict() -> Stage {
    let settings = Settings {
        reporting: Reporting {
            reports_per_cycle: 1,
            ..Reporting::default()
        },
        ..Settings::default()
    };
    let stage = Stage::set(settings).await;
    stage.connect(Authorize::new(DEMO)).await;
    stage
}

#[tokio::test]
async fn in_ten_weeks_every_account_is_reported_once_each_cycle() {
    let stage = strict().await;
    let early = ids(100);
    stage.enter(&as_strs(&early)).await;
    let mut timer = Timer::start(&stage, 1);
    let day = |days: u64| START_UNIX_MS + days * millis(DAY);
    timer.go_on_until(day(10)).await;
    stage.enter(&["midway"]).await;
    // An outage when the second sweep is due, and a long pause after it.
    stage.script("POST", REPORTS, Fault::status(503, &[]));
    stage.script("POST", REPORTS, Fault::status(500, &[]));
    let later = [("retry-after", "7200")];
    stage.script("POST", REPORTS, Fault::status(503, &later));
    timer.go_on_until(day(30)).await;
    assert_eq!((stage.reports(&early[0]), stage.reports("midway")), (4, 3));
    // The timer is started anew, twice at a bad moment.
    let sweeps = timer.sweeps;
    let mut timer = Timer::start(&stage, 2);
    timer.go_on_until(day(45)).await;
    let mut timer = Timer {
        sweeps: sweeps + timer.sweeps,
        ..Timer::start(&stage, 3)
    };
    timer.go_on_until(day(70)).await;
    for id in ["midway", ADA].into_iter().chain(as_strs(&early)) {
        let expected = if id == "midway" { 8 } else { 9 };
        assert_eq!(stage.reports(id), expected, "{id}");
    }
    assert!(timer.sweeps <= 14, "{} sweeps", timer.sweeps);
}

#[tokio::test]
async fn a_cycle_that_atlassian_changes_is_followed() {
    let stage = strict().await;
    let mut timer = Timer::start(&stage, 1);
    stage.simulator.say_cycle_period("15 Days");
    let day = |days: u64| START_UNIX_MS + days * millis(DAY);
    timer.go_on_until(day(7) + millis(HOUR)).await;
    assert_eq!(stage.reports(ADA), 1);
    timer.go_on_until(day(21)).await;
    assert_eq!(stage.reports(ADA), 1);
    stage.simulator.say_cycle_period("7 Days");
    timer.go_on_until(day(22) + 2 * millis(HOUR)).await;
    assert_eq!(stage.reports(ADA), 2);
    timer.go_on_until(day(29) + 3 * millis(HOUR)).await;
    assert_eq!(stage.reports(ADA), 3);
    assert!(timer.sweeps <= 4, "{} sweeps", timer.sweeps);
}
