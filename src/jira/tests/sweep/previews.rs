use super::model::World;
use crate::jira::{
    instant::DAY_MS,
    sweep::{
        options::SweepOptions,
        report::{End, SweepReport},
    },
};

fn dry(max_batches: u32, cursor: Option<String>) -> SweepOptions {
    SweepOptions {
        dry_run: true,
        max_batches: Some(max_batches),
        cursor,
        ..SweepOptions::default()
    }
}

fn cursor(report: &SweepReport) -> Option<String> {
    match &report.end {
        End::More(cursor) => Some(cursor.clone()),
        _ => None,
    }
}

#[test]
fn a_dry_run_of_few_batches_a_call_goes_on_from_its_cursor_and_names_everybody_once() {
    for page_keys in [1, 7, 89, 90, 91, 250, 1_000, 5_000] {
        let world = World::with_many(1_000);
        world.host.set_page_keys(page_keys);
        let (mut at, mut named, mut calls) = (None, Vec::new(), 0);
        loop {
            calls += 1;
            let report = world.sweep_with(dry(2, at));
            assert!(report.counts.batches <= 2);
            named.extend(report.would_report.iter().map(|id| id.as_str().to_owned()));
            at = cursor(&report);
            if at.is_none() {
                break;
            }
        }
        assert_eq!(calls, 6, "12 batches, 2 a call, pages of {page_keys}");
        assert_eq!(named.len(), 1_000, "pages of {page_keys}");
        named.sort();
        named.dedup();
        assert_eq!(named.len(), 1_000, "pages of {page_keys}");
    }
}

#[test]
fn a_sweep_from_the_cursor_of_a_dry_run_leaves_nobody_out_that_was_only_named() {
    let world = World::with_many(500);
    world.host.set_page_keys(5_000);
    let named = world.sweep_with(dry(2, None));
    let sweep = world.sweep_with(SweepOptions {
        cursor: cursor(&named),
        ..SweepOptions::default()
    });
    assert!(matches!(sweep.end, End::Complete));
    assert_eq!(world.atlassian().reported.len(), 500);
}

#[test]
fn a_long_stretch_of_accounts_that_are_not_due_ends_with_the_time() {
    for dry_run in [false, true] {
        let world = World::with_many(1_000);
        world.host.set_page_keys(100);
        world.sweep();
        world.host.advance(DAY_MS);
        world.enter(&["a00000-due", "z-due"], crate::jira::tests::fake::NOW);
        for _ in 0..4 {
            let list = "get accounts/*";
            world.host.meanwhile(list, |host| host.advance(300));
        }
        let options = |cursor| SweepOptions {
            dry_run,
            timeout_ms: Some(1_000),
            cursor,
            ..SweepOptions::default()
        };
        let first = world.sweep_with(options(None));
        assert!(first.counts.seen < 500, "{:?}", first.counts);
        assert_eq!(first.counts.due, 1, "what was found is not left for later");
        let rest = world.sweep_with(options(Some(cursor(&first).unwrap())));
        assert!(matches!(rest.end, End::Complete));
        assert_eq!(rest.counts.due, 1);
    }
}
