//! Clocks that were wrong: what is stored then lies in the future.

use super::model::World;
use crate::jira::{
    instant::{DAY_MS, UnixMs},
    sweep::{
        StatusQuery, SweepOutcome, SweepStep, options::SweepOptions, register::Registered,
        state::SweepState,
    },
    tests::fake::NOW,
};

const YEAR_MS: u64 = 365 * DAY_MS;

fn reported_at(world: &World, id: &str, at: UnixMs) {
    let entry = Registered {
        reported_at: Some(at),
        ..world.entry(id).unwrap()
    };
    world.host.set_record(&format!("accounts/{id}"), &entry);
}

/// When the next sweep is due, and an account.
fn due(world: &World, id: &str) -> (UnixMs, UnixMs) {
    let show = |query| world.step(SweepStep::Status(query)).unwrap();
    let SweepOutcome::Summary(summary) = show(StatusQuery::Summary) else {
        panic!("another outcome");
    };
    let SweepOutcome::Account(Some(account)) = show(StatusQuery::Account(id.into())) else {
        panic!("another outcome");
    };
    (summary.state.next_due.unwrap(), account.due_at)
}

#[test]
fn a_report_of_a_time_that_has_not_come_is_not_waited_for() {
    for force in [false, true] {
        let world = World::with(&["a", "b"]);
        world.sweep();
        world.host.advance(DAY_MS);
        let now = NOW.plus(DAY_MS);
        reported_at(&world, "a", now.plus(YEAR_MS));
        world.host.set_record(
            "sweep",
            &SweepState {
                next_due: Some(now.plus(YEAR_MS)),
                completed_at: Some(now.plus(YEAR_MS)),
                ..SweepState::default()
            },
        );
        assert_eq!(due(&world, "a"), (now, now));
        let report = world.sweep_with(SweepOptions {
            force,
            ..SweepOptions::default()
        });
        assert_eq!(report.counts.reported, if force { 2 } else { 1 });
        assert_eq!(world.entry("a").unwrap().reported_at, Some(now));
        let (next, of_a) = due(&world, "a");
        assert!(next <= now.plus(7 * DAY_MS), "{next}");
        assert_eq!(of_a, now.plus(7 * DAY_MS));
        assert_eq!(world.sweep().counts.due, 0, "and it is reported once");
    }
}

#[test]
fn an_account_that_came_at_a_time_that_has_not_come_is_due_within_the_cycle() {
    let world = World::with(&["a"]);
    let entry = Registered {
        entered_at: NOW.plus(YEAR_MS),
        ..world.entry("a").unwrap()
    };
    world.host.set_record("accounts/a", &entry);
    let (_, of_a) = due(&world, "a");
    assert!(of_a <= NOW.plus(7 * DAY_MS), "{of_a}");
}

#[test]
fn a_clock_that_is_some_seconds_ahead_makes_nobody_be_reported_twice() {
    let world = World::with(&["a"]);
    world.sweep();
    reported_at(&world, "a", NOW.plus(10_000));
    assert_eq!(world.sweep().counts.due, 0);
}
