use std::cell::RefCell;
use std::collections::VecDeque;

use jira_host::types::{Action, ErrorKind, FailedBatch, RateLimit};
use tokio::time::{Instant, sleep};

use super::*;
use crate::exit::Exit;

const START_UNIX_MS: u64 = 1_767_603_600_000;
const SECOND: Duration = Duration::from_secs(1);

/// What a call comes to, and how long it takes.
type Call = (SweepReport, Duration);

/// Atlassian and the component, in the time of a test.
struct Script {
    begun: Instant,
    calls: RefCell<VecDeque<Call>>,
    /// When which call was made: in seconds, from which cursor, for how many
    /// milliseconds.
    made: RefCell<Vec<(u64, Option<String>, u32)>>,
}

impl Script {
    fn new(calls: impl IntoIterator<Item = Call>) -> Script {
        Script {
            begun: Instant::now(),
            calls: RefCell::new(calls.into_iter().collect()),
            made: RefCell::default(),
        }
    }

    async fn go(&self, options: SweepOptions, timeout: Option<Duration>) -> SweepReport {
        let round = Round::new(self, options, timeout);
        match round.go(|_| ()).await.outcome {
            Swept::Report(report) => *report,
            _ => panic!("there is no report"),
        }
    }

    async fn sweep_all(&self) -> SweepReport {
        self.go(SweepOptions::new(), None).await
    }

    fn seconds(&self) -> Vec<u64> {
        self.made.borrow().iter().map(|(at, ..)| *at).collect()
    }
}

impl Caller for Script {
    async fn sweep(&self, options: &SweepOptions) -> Finished<Called> {
        let made = (
            self.begun.elapsed().as_secs(),
            options.cursor.clone(),
            options.timeout_ms.unwrap(),
        );
        self.made.borrow_mut().push(made);
        let (report, takes) = self.calls.borrow_mut().pop_front().unwrap();
        sleep(takes).await;
        Finished {
            outcome: Ok(Ok(SweepOutcome::Swept(report))),
            is_interrupted: false,
        }
    }
}

/// Calls that need not end well.
struct Calls {
    left: RefCell<VecDeque<Called>>,
    are_interrupted: bool,
}

impl Calls {
    async fn go(calls: impl Into<VecDeque<Called>>, are_interrupted: bool) -> Finished<Swept> {
        let caller = Calls {
            left: RefCell::new(calls.into()),
            are_interrupted,
        };
        let round = Round::new(&caller, SweepOptions::new(), None);
        round.go(|_| ()).await
    }
}

impl Caller for Calls {
    async fn sweep(&self, _: &SweepOptions) -> Finished<Called> {
        Finished {
            outcome: self.left.borrow_mut().pop_front().unwrap(),
            is_interrupted: self.are_interrupted,
        }
    }
}

fn report(reported: u32, end: SweepEnd) -> SweepReport {
    SweepReport {
        sweep: "1".into(),
        dry_run: false,
        started_at_unix_ms: START_UNIX_MS,
        ended_at_unix_ms: START_UNIX_MS,
        counts: SweepCounts {
            seen: reported,
            due: reported,
            reported,
            closed: 0,
            updated: 0,
            failed: 0,
            resumed: 0,
            batches: reported.div_ceil(90),
        },
        end,
        actions: Vec::new(),
        more_actions: None,
        failed: Vec::new(),
        would_report: Vec::new(),
        evidence: Vec::new(),
        next_due_unix_ms: None,
        cycle_period_ms: 0,
        attempts: 1,
        waited_ms: 0,
        refresh: None,
    }
}

fn later(action: Action) -> Error {
    Error {
        kind: ErrorKind::RateLimited(RateLimit {
            retry_after_ms: None,
            resets_at_unix_ms: None,
            limit: None,
            remaining: None,
            near_limit: false,
            reason: None,
        }),
        action,
        message: "Atlassian answered 429: report later".into(),
        attempts: 1,
        waited_ms: 0,
        may_have_been_done: false,
        refresh: None,
        trace_id: None,
        traits: None,
    }
}

/// A call that is stopped at once, by an answer that says when to come again.
fn stopped(reported: u32, cursor: &str, told: Option<Duration>) -> Call {
    let told = told.map(|told| u64::try_from(told.as_millis()).unwrap());
    let stop = SweepStop {
        error: later(Action::Retry),
        cursor: cursor.into(),
        not_before_unix_ms: told.map(|ms| START_UNIX_MS + ms),
    };
    let end = SweepEnd::Stopped(stop);
    (report(reported, end), Duration::ZERO)
}

/// A call that went well, and has more to do.
fn more(reported: u32, cursor: &str) -> Called {
    let end = SweepEnd::More(cursor.into());
    Ok(Ok(SweepOutcome::Swept(report(reported, end))))
}

fn complete() -> Call {
    (report(10, SweepEnd::Complete), Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn what_atlassian_asks_for_is_waited_and_the_sweep_goes_on_from_there() {
    let script = Script::new([stopped(90, "a", Some(5 * SECOND)), complete()]);
    let report = script.sweep_all().await;
    assert_eq!(report.end, SweepEnd::Complete);
    assert_eq!((report.counts.reported, report.attempts), (100, 2));
    let made = [(0, None, 5_000), (5, Some("a".to_owned()), 5_000)];
    assert_eq!(*script.made.borrow(), made);
}

#[tokio::test(start_paused = true)]
async fn where_it_is_not_told_how_long_the_waits_double_until_it_is_given_up() {
    let script = Script::new((0..6).map(|_| stopped(0, "a", None)));
    let report = script.sweep_all().await;
    assert!(matches!(report.end, SweepEnd::Stopped(_)), "{report:?}");
    assert_eq!(script.seconds(), [0, 2, 6, 14, 30, 62]);
}

#[tokio::test(start_paused = true)]
async fn a_round_that_gets_on_is_not_given_up() {
    let calls = (0..20).map(|_| stopped(90, "a", Some(5 * SECOND)));
    let script = Script::new(calls.chain([complete()]));
    assert_eq!(script.sweep_all().await.end, SweepEnd::Complete);
    assert_eq!(script.seconds().last(), Some(&100));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_to_be_waited_for_ends_the_round() {
    let hours = stopped(90, "a", Some(7_200 * SECOND));
    let (mut failed, takes) = stopped(90, "a", None);
    failed.failed.push(FailedBatch {
        batch: 2,
        account_ids: vec!["b".into()],
        error: later(Action::Retry),
    });
    let mut lacks_scope = report(90, SweepEnd::Complete);
    lacks_scope.end = SweepEnd::Stopped(SweepStop {
        error: later(Action::FixConfiguration),
        cursor: "a".into(),
        not_before_unix_ms: None,
    });
    for call in [hours, (failed, takes), (lacks_scope, takes)] {
        let script = Script::new([call]);
        let report = script.sweep_all().await;
        assert!(matches!(report.end, SweepEnd::Stopped(_)), "{report:?}");
        assert_eq!(script.seconds(), [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_beyond_the_timeout_or_the_last_batch() {
    for (options, timeout) in [
        (SweepOptions::new(), Some(5 * SECOND)),
        (
            SweepOptions {
                max_batches: Some(1),
                ..SweepOptions::new()
            },
            None,
        ),
    ] {
        let script = Script::new([stopped(90, "a", Some(5 * SECOND))]);
        let report = script.go(options, timeout).await;
        assert!(matches!(report.end, SweepEnd::Stopped(_)), "{report:?}");
        assert_eq!(script.seconds(), [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_goes_on_for_as_long_as_is_left() {
    let more = |cursor: &str, takes: Duration| (report(90, SweepEnd::More(cursor.into())), takes);
    let made = async |timeout: Duration, calls: Vec<Call>| {
        let script = Script::new(calls);
        script.go(SweepOptions::new(), Some(timeout)).await;
        let made = script.made.borrow();
        made.iter().map(|(.., ms)| *ms).collect::<Vec<_>>()
    };
    assert_eq!(made(SECOND, vec![more("a", SECOND)]).await, [1_000]);
    let calls = vec![more("a", 5 * SECOND), more("b", 2 * SECOND)];
    assert_eq!(made(7 * SECOND, calls).await, [5_000, 2_000]);
}

#[tokio::test]
async fn ctrl_c_is_not_lost_whatever_the_first_call_comes_to() {
    for called in [
        Ok(Ok(SweepOutcome::Busy(START_UNIX_MS))),
        Ok(Ok(SweepOutcome::Acknowledged(0))),
        Ok(Err(later(Action::Retry))),
        Err(Failure::new(Exit::Limit, "out of memory")),
    ] {
        let shown = format!("{called:?}");
        assert!(Calls::go([called], true).await.is_interrupted, "{shown}");
    }
}

#[tokio::test]
async fn what_was_done_comes_with_the_failure_of_a_later_call() {
    let fails = || Err(Failure::new(Exit::Limit, "out of memory"));
    let swept = Calls::go([more(90, "a"), more(30, "b"), fails()], false).await;
    let Swept::Failed(failure, Some(done)) = swept.outcome else {
        panic!("there is no failure with a report");
    };
    assert_eq!(failure.exit(), Exit::Limit);
    assert_eq!((done.counts.reported, done.attempts), (120, 2));
    assert_eq!(done.end, SweepEnd::More("b".into()));

    let swept = Calls::go([fails()], false).await;
    assert!(matches!(swept.outcome, Swept::Failed(_, None)));
}
