//! Ten weeks of a host that sweeps when a sweep is due, in virtual time.

use super::model::World;
use crate::jira::{
    instant::{DAY_MS, UnixMs},
    sweep::{StatusQuery, SweepOutcome, SweepStep, report::End, state::SweepState},
    tests::fake::NOW,
};

const MINUTE_MS: u64 = 60_000;

fn next_due(world: &World) -> UnixMs {
    match world.step(SweepStep::Status(StatusQuery::Summary)).unwrap() {
        SweepOutcome::Summary(summary) => summary.state.next_due.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn over_ten_weeks_nobody_is_reported_within_the_cycle_or_much_later_than_it() {
    let world = World::with_many(300);
    let end = NOW.plus(70 * DAY_MS);
    let mut now = NOW;
    let mut sweeps = 0;
    let mut entered = vec![];
    while now < end {
        // Each day some accounts come.
        let day = now.since(NOW) / DAY_MS;
        while (entered.len() as u64) < day {
            let id = format!("d{}", entered.len());
            world.enter(&[&id], UnixMs(NOW.0 - DAY_MS));
            entered.push(id);
        }
        let due = next_due(&world).plus((sweeps * 7 % 10) * MINUTE_MS);
        if due <= now {
            let report = world.sweep();
            assert!(matches!(report.end, End::Complete));
            sweeps += 1;
        }
        world.host.advance(MINUTE_MS * 30);
        now = now.plus(MINUTE_MS * 30);
    }
    let atlassian = world.atlassian();
    let due_by_now = entered.len() - 8;
    for id in &entered[..due_by_now] {
        assert!(atlassian.reported.contains_key(id), "{id}");
    }
    let mut longest = 0;
    for (id, times) in &atlassian.reported {
        for pair in times.windows(2) {
            let gap = pair[1].since(pair[0]);
            assert!(gap >= 7 * DAY_MS, "{id} was reported again after {gap} ms");
            longest = longest.max(gap);
        }
    }
    assert!(longest <= 7 * DAY_MS + 3_600_000, "{longest}");
    assert!((9..=12).contains(&sweeps), "{sweeps} sweeps");
}

#[test]
fn a_register_that_was_empty_is_due_a_cycle_after_the_first_account_came() {
    let world = World::new();
    world.sweep();
    world.host.advance(3 * DAY_MS);
    world.enter(&["a"], NOW);
    assert_eq!(
        next_due(&world),
        NOW.plus(7 * DAY_MS),
        "the pass of an empty register is due"
    );
    world.host.advance(4 * DAY_MS);
    assert_eq!(world.sweep().counts.reported, 1);
    assert_eq!(next_due(&world), NOW.plus(14 * DAY_MS));
}

#[test]
fn an_account_that_comes_while_a_sweep_is_under_way_is_not_left_out_of_what_is_due() {
    let world = World::with(&["a", "b"]);
    world.sweep();
    world.host.advance(7 * DAY_MS);
    let report = world.sweep();
    assert_eq!(report.next_due, Some(NOW.plus(14 * DAY_MS)));
    world.host.advance(DAY_MS);
    world.enter(&["c"], NOW);
    assert_eq!(
        next_due(&world),
        NOW.plus(14 * DAY_MS),
        "the earliest of all"
    );
}

#[test]
fn a_missed_cycle_stays_due_until_it_is_made_up_for() {
    let world = World::with(&["a"]);
    world.host.advance(30 * DAY_MS);
    assert!(next_due(&world) <= NOW.plus(7 * DAY_MS));
    world.answers_next(500, &[], "");
    let report = world.sweep();
    assert_eq!(report.counts.failed, 1);
    assert_eq!(
        next_due(&world),
        NOW.plus(7 * DAY_MS),
        "it has failed and is overdue"
    );
    assert_eq!(world.sweep().counts.reported, 1);
    assert_eq!(next_due(&world), NOW.plus(37 * DAY_MS));
}

#[test]
fn an_account_that_comes_to_a_place_that_a_sweep_has_passed_counts_for_the_next_one() {
    let world = World::with(&["b"]);
    world.answers_next(429, &[("retry-after", "60")], "");
    let entered = NOW.plus(30_000);
    world.host.meanwhile("sleep 30000", move |host| {
        host.advance(30_000);
        let state = SweepState {
            entered_since: Some(entered),
            ..SweepState::default()
        };
        host.set_record("sweep", &state);
    });
    assert_eq!(world.sweep().counts.reported, 1);
    assert_eq!(next_due(&world), entered.plus(7 * DAY_MS));
}
