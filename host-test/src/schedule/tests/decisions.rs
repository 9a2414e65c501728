use std::time::Duration;

use crate::schedule::{Moment, Next, Reason, Run, Schedule, Timing, Wait};
use crate::types::Summary;

const DAY_MS: u64 = 86_400_000;
const DUE: u64 = 20_000 * DAY_MS;

fn summary(next_due_unix_ms: Option<u64>) -> Summary {
    Summary {
        cycle_period_ms: 7 * DAY_MS,
        next_due_unix_ms,
        started_at_unix_ms: None,
        completed_at_unix_ms: None,
        busy_until_unix_ms: None,
    }
}

fn at(unix_ms: u64) -> Moment {
    Moment {
        unix_ms,
        monotonic: Duration::from_millis(unix_ms + DAY_MS - DUE),
    }
}

fn without_jitter() -> Schedule {
    let timing = Timing {
        jitter: Duration::ZERO,
        ..Timing::default()
    };
    Schedule::new(timing, 7)
}

fn waits(schedule: &mut Schedule, now: Moment, summary: &Summary) -> (Duration, Reason) {
    waited(schedule.next(now, summary))
}

fn waited(next: Next) -> (Duration, Reason) {
    match next {
        Next::Wait(Wait { duration, reason }) => (duration, reason),
        Next::Sweep => panic!("it sweeps"),
    }
}

fn failed(not_before_unix_ms: Option<u64>) -> Run {
    Run::Failed {
        not_before_unix_ms,
        has_reported: false,
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const MINUTE_MS: u64 = 60_000;

#[test]
fn a_register_that_nobody_was_entered_in_is_looked_at_again() {
    let waits = waits(&mut without_jitter(), at(DUE), &summary(None));
    assert_eq!(waits, (5 * MINUTE, Reason::NothingToReport));
}

#[test]
fn a_sweep_begins_when_it_is_due_and_not_before() {
    let (mut schedule, summary) = (without_jitter(), summary(Some(DUE)));
    let early = waits(&mut schedule, at(DUE - 60 * MINUTE_MS), &summary);
    assert_eq!(early, (5 * MINUTE, Reason::NotDue));
    let soon = waits(&mut schedule, at(DUE - 1), &summary);
    assert_eq!(soon, (Duration::from_millis(1), Reason::NotDue));
    assert_eq!(schedule.next(at(DUE), &summary), Next::Sweep);
}

#[test]
fn what_was_missed_while_nobody_was_there_is_done_at_once() {
    let mut schedule = Schedule::new(Timing::default(), 7);
    let next = schedule.next(at(DUE + DAY_MS), &summary(Some(DUE)));
    assert_eq!(next, Next::Sweep);
}

#[test]
fn hosts_with_the_same_due_time_are_spread_over_the_jitter() {
    let begun: Vec<u64> = (0..1_000)
        .map(|chance| {
            let mut schedule = Schedule::new(Timing::default(), chance);
            let mut begins = |minute: &u64| {
                let now = at(DUE + minute * MINUTE_MS);
                schedule.next(now, &summary(Some(DUE))) == Next::Sweep
            };
            (0..=30).find(&mut begins).unwrap()
        })
        .collect();
    for part in [1..=10, 11..=20, 21..=30] {
        let count = begun.iter().filter(|&minute| part.contains(minute));
        let count = count.count();
        assert!((250..=420).contains(&count), "{count} in {part:?}");
    }
}

#[test]
fn looking_again_does_not_draw_again() {
    let mut schedule = Schedule::new(Timing::default(), 7);
    let mut begins = |minute: &u64| {
        schedule.next(at(DUE + minute * MINUTE_MS), &summary(Some(DUE))) == Next::Sweep
    };
    let first = (0..=30).find(&mut begins).unwrap();
    assert!((first..60).all(|minute| begins(&minute)));
}

#[test]
fn failures_in_a_row_double_the_pause_up_to_its_bound() {
    let mut schedule = without_jitter();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let now = at(DUE);
        schedule.ended(now, failed(None));
        pauses.push(schedule.held_off(now).unwrap());
    }
    for (pause, minutes) in pauses.iter().zip([1, 2, 4, 8, 16, 32, 60, 60, 60]) {
        let nominal = minutes * MINUTE;
        assert!(
            *pause >= nominal * 3 / 4 && *pause <= nominal * 5 / 4,
            "{pauses:?}"
        );
    }
    assert_eq!(schedule.failures(), 9);
    schedule.ended(at(DUE), Run::Covered);
    assert_eq!(schedule.failures(), 0);
}

#[test]
fn a_pause_of_nothing_is_one_that_doubles_all_the_same() {
    let timing = Timing {
        first_backoff: Duration::ZERO,
        ..Timing::default()
    };
    let mut schedule = Schedule::new(timing, 7);
    let mut pause_after_one_more = || {
        schedule.ended(at(DUE), failed(None));
        schedule.held_off(at(DUE)).unwrap()
    };
    let pauses: Vec<_> = (0..8).map(|_| pause_after_one_more()).collect();
    assert!(pauses[0] >= Timing::LEAST_BACKOFF * 3 / 4, "{pauses:?}");
    assert!(pauses[7] >= Duration::from_millis(960), "{pauses:?}");

    let timing = Timing {
        longest_backoff: Duration::ZERO,
        ..Timing::default()
    };
    let mut schedule = Schedule::new(timing, 7);
    schedule.ended(at(DUE), failed(None));
    assert!(schedule.held_off(at(DUE)).is_some());
}

#[test]
fn a_failure_of_a_run_that_reported_something_does_not_double_the_pause() {
    let mut schedule = without_jitter();
    let got_on = Run::Failed {
        not_before_unix_ms: None,
        has_reported: true,
    };
    for run in [failed(None), failed(None), got_on, got_on] {
        schedule.ended(at(DUE), run);
    }
    let pause = schedule.held_off(at(DUE)).unwrap();
    assert!(pause <= MINUTE * 5 / 4, "{pause:?}");
    assert_eq!(schedule.failures(), 1);
}

#[test]
fn a_pause_that_atlassian_asked_for_is_kept() {
    let mut schedule = without_jitter();
    schedule.ended(at(DUE), failed(Some(DUE + DAY_MS)));
    let due = summary(Some(DUE));
    let (_, reason) = waits(&mut schedule, at(DUE + DAY_MS - 1), &due);
    assert_eq!(reason, Reason::HeldOff);
    assert_eq!(schedule.next(at(DUE + DAY_MS), &due), Next::Sweep);
}

#[test]
fn a_look_that_failed_leaves_the_pause_in_force_as_it_is() {
    let (mut schedule, due) = (without_jitter(), summary(Some(DUE)));
    schedule.ended(at(DUE), failed(Some(DUE + 120 * MINUTE_MS)));
    schedule.look_failed();
    assert_eq!(schedule.failures(), 1);
    let (_, reason) = waits(&mut schedule, at(DUE + 120 * MINUTE_MS - 1), &due);
    assert_eq!(reason, Reason::HeldOff);
    assert_eq!(schedule.next(at(DUE + 120 * MINUTE_MS), &due), Next::Sweep);
}

#[test]
fn after_many_looks_that_failed_a_sweep_that_is_due_is_made_at_once() {
    let mut schedule = without_jitter();
    for _ in 0..30 {
        let (wait, reason) = waited(schedule.look_failed());
        assert!(wait <= 5 * MINUTE, "{wait:?}");
        assert_eq!(reason, Reason::LookFailed);
    }
    assert_eq!(schedule.next(at(DUE), &summary(Some(DUE))), Next::Sweep);
    assert_eq!(schedule.failures(), 0);
}

#[test]
fn looks_that_fail_one_after_the_other_come_less_often_until_one_succeeds() {
    let mut schedule = without_jitter();
    let first = waited(schedule.look_failed());
    assert!(first.0 <= MINUTE * 5 / 4, "{first:?}");
    let (second, _) = waited(schedule.look_failed());
    assert!(second >= MINUTE * 3 / 2, "{second:?}");
    schedule.next(at(DUE), &summary(None));
    assert_eq!(waited(schedule.look_failed()), first);
}

#[test]
fn a_pause_beyond_the_cycle_is_not_believed() {
    let mut schedule = without_jitter();
    schedule.ended(at(DUE), failed(Some(u64::MAX)));
    let next = schedule.next(at(DUE + 7 * DAY_MS), &summary(Some(DUE)));
    assert_eq!(next, Next::Sweep);
}

#[test]
fn setting_the_time_of_day_neither_ends_nor_prolongs_a_pause() {
    let mut schedule = without_jitter();
    schedule.ended(at(DUE), failed(Some(DUE + 60 * MINUTE_MS)));
    let monotonic = at(DUE).monotonic;
    for (unix_ms, after, is_over) in [
        (DUE + DAY_MS, 59 * MINUTE, false),
        (DUE + 1, 60 * MINUTE, true),
    ] {
        let now = Moment {
            unix_ms,
            monotonic: monotonic + after,
        };
        let next = schedule.next(now, &summary(Some(DUE)));
        assert_eq!(next == Next::Sweep, is_over, "{next:?}");
    }
}

#[test]
fn another_sweep_is_waited_for() {
    let mut schedule = without_jitter();
    let busy = Summary {
        busy_until_unix_ms: Some(DUE + 90_000),
        ..summary(Some(DUE))
    };
    let seen = waits(&mut schedule, at(DUE), &busy);
    assert_eq!(seen, (Duration::from_secs(91), Reason::Busy));
    schedule.ended(
        at(DUE),
        Run::Busy {
            until_unix_ms: DUE + 90_000,
        },
    );
    let told = waits(&mut schedule, at(DUE), &summary(Some(DUE)));
    assert_eq!(told, (Duration::from_secs(91), Reason::HeldOff));
    assert_eq!(schedule.failures(), 0);
}

#[test]
fn a_lease_that_ends_too_far_ahead_is_not_waited_for() {
    let mut schedule = without_jitter();
    let mut next = |until_unix_ms: u64, now: Moment| {
        let busy = Summary {
            busy_until_unix_ms: Some(until_unix_ms),
            ..summary(Some(DUE))
        };
        schedule.next(now, &busy)
    };
    let reason = |next: Next| match next {
        Next::Wait(wait) => Some(wait.reason),
        Next::Sweep => None,
    };
    let hour = 60 * MINUTE_MS;
    assert_eq!(reason(next(DUE + hour, at(DUE))), Some(Reason::Busy));
    let year = 365 * DAY_MS;
    let early = next(DUE + year, at(DUE - MINUTE_MS));
    assert_eq!(reason(early), Some(Reason::NotDue));
    assert_eq!(next(DUE + year, at(DUE)), Next::Sweep);
}

#[test]
fn runs_that_went_well_do_not_follow_each_other_at_once() {
    let mut schedule = without_jitter();
    schedule.ended(at(DUE), Run::Covered);
    let told = waits(&mut schedule, at(DUE), &summary(Some(DUE)));
    assert_eq!(told, (MINUTE, Reason::HeldOff));
}

#[test]
fn a_sweep_is_overdue_after_the_time_that_was_set() {
    let mut schedule = without_jitter();
    let due = summary(Some(DUE));
    let mut overdue = |unix_ms: u64, summary: &Summary| schedule.overdue(at(unix_ms), summary);
    assert_eq!(overdue(DUE - 1, &due), None);
    assert_eq!(overdue(DUE + 119 * MINUTE_MS, &due), None);
    assert_eq!(overdue(DUE + 120 * MINUTE_MS, &due), Some(120 * MINUTE));
    assert_eq!(overdue(DUE + DAY_MS, &summary(None)), None);
}

/// As the store says it at each look, after a clock was set back.
fn due_just_now(minute: u64) -> (Moment, Summary) {
    let unix_ms = DUE + minute * MINUTE_MS;
    (at(unix_ms), summary(Some(unix_ms)))
}

#[test]
fn a_sweep_that_is_due_anew_at_each_look_begins_within_the_jitter() {
    for chance in 0..100 {
        let mut schedule = Schedule::new(Timing::default(), chance);
        let mut begins = |minute: &u64| {
            let (now, summary) = due_just_now(*minute);
            schedule.next(now, &summary) == Next::Sweep
        };
        assert!((0..=30).any(|minute| begins(&minute)), "{chance}");
    }
}

#[test]
fn a_sweep_that_is_due_anew_at_each_look_is_overdue_in_time() {
    let mut schedule = without_jitter();
    let mut overdue = Vec::new();
    for minute in (0..=180).step_by(60) {
        let (now, summary) = due_just_now(minute);
        overdue.push(schedule.overdue(now, &summary));
        schedule.ended(now, failed(None));
    }
    let late = [None, None, Some(120 * MINUTE), Some(180 * MINUTE)];
    assert_eq!(overdue, late);
    let (now, summary) = due_just_now(181);
    schedule.ended(now, Run::Covered);
    assert_eq!(schedule.overdue(now, &summary), None);
}

#[test]
fn a_sweep_that_is_not_due_after_all_begins_to_be_late_anew() {
    let mut schedule = without_jitter();
    let due = summary(Some(DUE));
    let ahead = at(DUE + 60 * MINUTE_MS);
    assert_eq!(schedule.next(ahead, &due), Next::Sweep);
    let set_right = Moment {
        unix_ms: DUE - MINUTE_MS,
        ..ahead
    };
    assert_eq!(
        waits(&mut schedule, set_right, &due),
        (MINUTE, Reason::NotDue)
    );
    let late = |minutes: u32| Moment {
        unix_ms: DUE + u64::from(minutes) * MINUTE_MS,
        monotonic: ahead.monotonic + (minutes + 1) * MINUTE,
    };
    assert_eq!(schedule.overdue(late(119), &due), None);
    assert_eq!(schedule.overdue(late(120), &due), Some(120 * MINUTE));
}
