use super::model::{REPORT, World};
use crate::jira::{
    error::Kind,
    http::TransportError,
    instant::DAY_MS,
    sweep::{
        StatusQuery, SweepOutcome, SweepStep,
        options::SweepOptions,
        report::{End, SweepReport},
    },
    tests::fake::NOW,
};

#[track_caller]
fn more(report: &SweepReport) -> String {
    match &report.end {
        End::More(cursor) => cursor.clone(),
        other => panic!("{other:?}"),
    }
}

fn batches(max: u32, cursor: Option<String>) -> SweepOptions {
    SweepOptions {
        max_batches: Some(max),
        cursor,
        ..SweepOptions::default()
    }
}

#[test]
fn all_batches_but_the_last_are_full_whatever_the_pages_of_the_store() {
    for page_keys in [1, 7, 89, 90, 91, 1_000] {
        let world = World::with_many(400);
        world.host.set_page_keys(page_keys);
        world.sweep();
        let sizes: Vec<_> = world.atlassian().batches.iter().map(Vec::len).collect();
        assert_eq!(sizes, [90, 90, 90, 90, 40], "{page_keys}");
        let mut ids = world.reported_ids();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 400);
    }
}

#[test]
fn a_sweep_of_few_batches_a_call_goes_on_from_its_cursor_and_misses_nobody() {
    for force in [false, true] {
        let world = World::with_many(1_000);
        if force {
            world.sweep();
            world.host.advance(1_000);
            world.tell(|atlassian| atlassian.reported.clear());
        }
        let mut cursor = None;
        let mut calls = 0;
        let last = loop {
            calls += 1;
            let options = SweepOptions {
                force,
                ..batches(2, cursor)
            };
            let report = world.sweep_with(options);
            world.host.advance(1_000);
            match report.end {
                End::Complete => break report,
                _ => cursor = Some(more(&report)),
            }
        };
        assert_eq!(calls, 6, "12 batches, 2 a call");
        assert_eq!(world.atlassian().reported.len(), 1_000);
        assert!(
            world
                .atlassian()
                .reported
                .values()
                .all(|times| times.len() == 1)
        );
        let first_reported = world.entry("a00000").unwrap().reported_at.unwrap();
        assert_eq!(last.next_due, Some(first_reported.plus(7 * DAY_MS)));
    }
}

#[test]
fn a_sweep_without_a_cursor_passes_over_what_was_reported() {
    let world = World::with_many(500);
    world.sweep_with(batches(3, None));
    let rest = world.sweep();
    assert_eq!((rest.counts.seen, rest.counts.due), (500, 230));
    assert!(
        world
            .atlassian()
            .reported
            .values()
            .all(|times| times.len() == 1)
    );
}

#[test]
fn a_key_that_the_store_lists_twice_is_reported_once() {
    let world = World::with_many(300);
    world.host.set_page_keys(50);
    world.host.repeat_pages();
    world.sweep();
    assert_eq!(world.reported_ids().len(), 300);
    let forced = world.sweep_with(SweepOptions {
        force: true,
        ..SweepOptions::default()
    });
    assert_eq!(
        forced.counts.reported, 0,
        "in the same millisecond it is the same sweep"
    );
    world.host.advance(1);
    let forced = world.sweep_with(SweepOptions {
        force: true,
        ..SweepOptions::default()
    });
    assert_eq!(forced.counts.reported, 300);
}

#[test]
fn nothing_is_reported_within_the_cycle_and_everything_at_its_end() {
    let world = World::with(&["a"]);
    world.sweep();
    world.host.advance(7 * DAY_MS - 1);
    assert_eq!(world.sweep().counts.due, 0);
    world.host.advance(1);
    assert_eq!(world.sweep().counts.due, 1);
}

#[test]
fn a_sweep_ends_when_its_time_is_over_and_not_before_what_was_sent_is_answered() {
    let world = World::with_many(2_000);
    let slow = |host: &crate::jira::tests::fake::FakeHost| host.advance(1_000);
    world.host.meanwhile(REPORT, slow);
    let report = world.sweep_with(SweepOptions {
        timeout_ms: Some(1_000),
        ..SweepOptions::default()
    });
    let cursor = more(&report);
    let sent = world.atlassian().batches.len() as u32;
    assert_eq!(report.counts.batches, sent);
    assert!(sent < 20, "{sent}");
    let rest = world.sweep_with(batches(100, Some(cursor)));
    assert!(matches!(rest.end, End::Complete));
    assert_eq!(world.atlassian().reported.len(), 2_000);
    assert!(
        world
            .atlassian()
            .reported
            .values()
            .all(|times| times.len() == 1)
    );
}

#[test]
fn no_more_batches_are_on_their_way_than_asked_for() {
    for (in_flight, expected) in [(Some(1), 1), (None, 8), (Some(16), 16)] {
        let world = World::with_many(2_000);
        world.host.set_page_keys(1_000);
        // All that are sent before the first answer is looked at fail with it.
        for _ in 0..20 {
            world.fails_next(TransportError::Denied("no".into()));
        }
        world.sweep_with(SweepOptions {
            in_flight,
            ..SweepOptions::default()
        });
        let sent = world
            .host
            .effects()
            .iter()
            .filter(|line| *line == REPORT)
            .count();
        assert!(sent <= expected, "{sent} for {in_flight:?}");
    }
}

#[test]
fn all_batches_wait_when_they_are_told_to() {
    let world = World::with_many(900);
    for status in [429, 503] {
        world.answers_next(status, &[("retry-after", "5")], "");
    }
    let report = world.sweep();
    assert_eq!(report.counts.reported, 900);
    assert!(matches!(report.end, End::Complete));
    let effects = world.host.effects();
    let slept: Vec<_> = effects
        .iter()
        .filter(|line| line.starts_with("sleep"))
        .collect();
    assert_eq!(slept, ["sleep 5000"]);
    assert!(report.failed.is_empty());
}

#[test]
fn a_wait_that_is_longer_than_the_time_ends_the_sweep_and_says_until_when() {
    let world = World::with(&["a"]);
    world.answers_next(429, &[("retry-after", "3600")], "");
    let report = world.sweep();
    let End::Stopped(stop) = &report.end else {
        panic!("{report:?}")
    };
    assert!(
        matches!(stop.error.kind(), Kind::RateLimited(limit) if limit.retry_after_ms == Some(3_600_000))
    );
    assert_eq!(stop.not_before, Some(NOW.plus(3_600_000)));
    let rest = world.sweep_with(batches(9, Some(stop.cursor.clone())));
    assert_eq!(rest.counts.reported, 1);
}

#[test]
fn without_a_word_how_long_the_waits_grow_and_end_after_five() {
    for refuse in [
        |world: &World| world.answers_next(429, &[], ""),
        |world: &World| world.fails_next(TransportError::ConnectionFailed("down".into())),
    ] {
        let world = World::with(&["a"]);
        for _ in 0..9 {
            refuse(&world);
        }
        let report = world.sweep();
        assert!(matches!(report.end, End::Stopped(_)), "{report:?}");
        let effects = world.host.effects();
        let waits: Vec<u64> = effects
            .iter()
            .filter_map(|line| line.strip_prefix("sleep ")?.parse().ok())
            .collect();
        assert_eq!(effects.iter().filter(|line| *line == REPORT).count(), 6);
        assert!(
            waits.iter().sum::<u64>() >= 2_000 + 4_000 + 8_000 + 16_000 + 32_000,
            "{waits:?}"
        );
    }
}

#[test]
fn a_dry_run_says_what_would_be_reported_and_does_nothing() {
    let world = World::with_many(1_000);
    let keys = world.host.keys();
    let report = world.sweep_with(SweepOptions {
        dry_run: true,
        ..SweepOptions::default()
    });
    assert!(report.dry_run && matches!(report.end, End::Complete));
    assert_eq!((report.counts.due, report.counts.batches), (1_000, 12));
    assert_eq!(report.would_report.len(), 500);
    assert_eq!(world.host.effects(), [""; 0]);
    assert_eq!(world.host.keys(), keys);
}

#[test]
fn options_out_of_bounds_are_refused_before_anything_is_read() {
    let world = World::new();
    world.host.effects();
    let options = SweepOptions::default;
    for (options, field) in [
        (
            SweepOptions {
                timeout_ms: Some(999),
                ..options()
            },
            "timeout-ms",
        ),
        (
            SweepOptions {
                timeout_ms: Some(3_600_001),
                ..options()
            },
            "timeout-ms",
        ),
        (
            SweepOptions {
                in_flight: Some(0),
                ..options()
            },
            "in-flight",
        ),
        (
            SweepOptions {
                in_flight: Some(17),
                ..options()
            },
            "in-flight",
        ),
        (
            SweepOptions {
                max_batches: Some(0),
                ..options()
            },
            "max-batches",
        ),
        (
            SweepOptions {
                connection: Some(String::new()),
                ..options()
            },
            "connection",
        ),
        (
            SweepOptions {
                cursor: Some("2.x".into()),
                ..options()
            },
            "cursor",
        ),
        (
            SweepOptions {
                cursor: Some("1.7..x".into()),
                ..options()
            },
            "cursor",
        ),
    ] {
        let error = world.step(SweepStep::Sweep(options)).unwrap_err();
        assert!(
            matches!(error.kind(), Kind::InvalidRequest(f) if *f == field),
            "{error:?}"
        );
    }
    assert_eq!(world.host.reads() + world.host.effects().len(), 0);
}

#[test]
fn the_cycle_that_atlassian_tells_is_kept_and_gone_by() {
    let world = World::with(&["a"]);
    world.tell(|atlassian| atlassian.headers = vec![("cycle-period", "15 Days")]);
    let report = world.sweep();
    assert_eq!(report.cycle_ms, 15 * DAY_MS);
    assert_eq!(report.next_due, Some(NOW.plus(15 * DAY_MS)));
    world.tell(|atlassian| atlassian.headers = vec![("cycle-period", "whenever")]);
    world.host.advance(8 * DAY_MS);
    assert_eq!(world.sweep().counts.due, 0);
    let outcome = world.step(SweepStep::Status(StatusQuery::Summary)).unwrap();
    let SweepOutcome::Summary(summary) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(summary.state.cycle_ms, 15 * DAY_MS);
}
