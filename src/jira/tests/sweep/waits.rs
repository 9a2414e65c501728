//! Sweeps that Atlassian asks to wait.

use super::model::{REPORT, World};
use crate::jira::{
    instant::SECOND_MS,
    sweep::report::{End, SweepReport},
    tests::fake::{NOW, response},
};

const IN_FLIGHT: usize = 8;

fn world() -> World {
    let world = World::with_many(IN_FLIGHT * 90);
    world.host.set_page_keys(1_000);
    world
}

fn waits(world: &World) -> Vec<u64> {
    let effects = world.host.effects();
    let waits = effects
        .iter()
        .filter_map(|line| line.strip_prefix("sleep "));
    waits.map(|ms| ms.parse().unwrap()).collect()
}

#[track_caller]
fn assert_all_reported(report: &SweepReport) {
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
    assert_eq!(report.counts.reported as usize, IN_FLIGHT * 90);
}

#[test]
fn a_wait_is_told_by_any_of_the_headers() {
    for (header, value) in [
        ("retry-after", "5"),
        ("x-ratelimit-reset", "2026-09-29T16:00:05Z"),
        ("ratelimit", "\"global-app-quota\";r=0;t=5"),
    ] {
        let world = world();
        world.answers_next(429, &[(header, value)], "");
        assert_all_reported(&world.sweep());
        assert_eq!(waits(&world), [5_000], "{header}");
    }
}

#[test]
fn a_reset_that_is_beyond_the_time_ends_the_sweep_and_says_until_when() {
    let world = World::with(&["a"]);
    world.answers_next(429, &[("x-ratelimit-reset", "2026-09-29T17:00:00Z")], "");
    let report = world.sweep();
    let End::Stopped(stop) = &report.end else {
        panic!("{report:?}")
    };
    assert_eq!(stop.not_before, Some(NOW.plus(3_600 * SECOND_MS)));
}

#[test]
fn a_wait_that_is_over_when_it_is_told_is_waited_for_all_the_same_and_once() {
    for retry_after in ["0", "Tue, 29 Sep 2026 15:00:00 GMT"] {
        let world = world();
        for _ in 0..IN_FLIGHT {
            world.answers_next(429, &[("retry-after", retry_after)], "");
        }
        assert_all_reported(&world.sweep());
        let waits = waits(&world);
        assert_eq!(waits.len(), 1, "{waits:?}");
        assert!(waits[0] >= 2_000, "{waits:?}");
    }
}

#[test]
fn what_was_sent_before_a_wait_is_part_of_it_however_late_its_answer() {
    let world = World::with_many(3 * 90);
    world.host.set_page_keys(1_000);
    for seconds in [0, 6, 16] {
        world.host.expect_with(REPORT, Ok(response(429, &[], "")));
        world.host.delay(REPORT, seconds * SECOND_MS);
    }
    let waits_that_follow = 3;
    for _ in 0..waits_that_follow * 3 {
        world.answers_next(429, &[], "");
    }
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
}
