use super::model::World;
use crate::jira::{
    instant::DAY_MS,
    sweep::{
        StatusQuery, SweepOutcome, SweepStep,
        evidence::{BatchEvidence, SweepSummary},
        options::SweepOptions,
        report::End,
    },
};

fn summaries(world: &World) -> Vec<SweepSummary> {
    match world.step(SweepStep::Status(StatusQuery::Reports)).unwrap() {
        SweepOutcome::Reports(reports) => reports,
        other => panic!("{other:?}"),
    }
}

fn all_batches(world: &World, sweep: &SweepSummary) -> Vec<BatchEvidence> {
    let mut all = Vec::new();
    let mut page = Some(0);
    while let Some(number) = page {
        let query = StatusQuery::Evidence(sweep.sweep.to_string(), number);
        match world.step(SweepStep::Status(query)).unwrap() {
            SweepOutcome::Evidence(batches, next) => {
                all.extend(batches);
                page = next;
            }
            other => panic!("{other:?}"),
        }
    }
    all
}

#[test]
fn every_batch_is_kept_with_time_number_status_and_trace_id() {
    let world = World::with_many(200);
    world.answers_next(500, &[("atl-traceid", "t5")], "");
    world.tell(|atlassian| atlassian.closed.push("a00150".into()));
    let report = world.sweep();
    let [summary] = summaries(&world).try_into().unwrap();
    assert_eq!(summary.counts, report.counts);
    assert!(summary.complete && summary.ended_at.is_some());
    let mut batches = all_batches(&world, &summary);
    assert_eq!(batches, report.evidence);
    batches.sort_by_key(|batch| batch.batch);
    let lines: Vec<_> = batches
        .iter()
        .map(|line| {
            (
                line.batch,
                line.accounts,
                line.status,
                line.trace_id.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (1, 90, Some(500), Some("t5")),
            (2, 90, Some(200), Some("t1")),
            (3, 20, Some(204), Some("t1")),
        ]
    );
    assert!(batches[0].failure.as_deref().unwrap().contains("500"));
    assert_eq!(batches[1].closed, ["a00150"]);
}

#[test]
fn the_last_twelve_sweeps_that_have_sent_something_are_kept() {
    let world = World::with(&["a"]);
    for _ in 0..15 {
        world.sweep();
        world.host.advance(1);
        world.sweep();
        world.host.advance(7 * DAY_MS);
    }
    let kept = summaries(&world);
    assert_eq!(kept.len(), 12);
    assert!(kept.windows(2).all(|pair| pair[0].sweep > pair[1].sweep));
    assert!(kept.iter().all(|sweep| sweep.counts.reported == 1));
    let pages = world
        .host
        .keys()
        .iter()
        .filter(|key| key.starts_with("reports/"))
        .count();
    assert_eq!(pages, 24);
}

#[test]
fn pages_stay_below_what_a_store_takes_also_where_everybody_is_closed() {
    let world = World::new();
    world.host.set_page_keys(500);
    let ids: Vec<_> = (0..3_000).map(|n| format!("{n:0>128}")).collect();
    for ids in ids.chunks(1_000) {
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        world.enter(&ids, super::model::RETRIEVED);
    }
    world.tell(|atlassian| atlassian.closed = ids);
    let report = world.sweep();
    assert_eq!(report.counts.closed, 3_000);
    assert_eq!(report.actions.actions.len(), 500);
    assert!(report.actions.cursor.is_some());
    let pages = world
        .host
        .keys()
        .into_iter()
        .filter(|key| key.starts_with("reports/"));
    let sizes: Vec<_> = pages
        .map(|key| world.host.stored(&key).unwrap().len())
        .collect();
    assert!(sizes.iter().all(|size| *size < 60_000), "{sizes:?}");
    assert_eq!(all_batches(&world, &summaries(&world)[0]).len(), 34);
}

#[test]
fn calls_that_go_on_from_a_cursor_are_one_sweep() {
    let world = World::with_many(450);
    let mut cursor = None;
    loop {
        let report = world.sweep_with(SweepOptions {
            max_batches: Some(1),
            cursor: cursor.take(),
            ..SweepOptions::default()
        });
        world.host.advance(10);
        match report.end {
            End::More(next) => cursor = Some(next),
            other => break assert!(matches!(other, End::Complete)),
        }
    }
    let [summary] = summaries(&world).try_into().unwrap();
    assert!(summary.complete, "{summary:?}");
    assert_eq!((summary.counts.reported, summary.counts.batches), (450, 5));
    let numbers: Vec<_> = all_batches(&world, &summary)
        .iter()
        .map(|line| line.batch)
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

#[test]
fn a_sweep_that_was_cut_short_leaves_the_evidence_of_what_it_sent() {
    let world = World::with_many(450);
    let step = SweepStep::Sweep(SweepOptions {
        in_flight: Some(1),
        ..SweepOptions::default()
    });
    let sweep = crate::jira::sweep::gdpr_sweep(&world.host, step);
    assert!(world.host.run_until_crash(250, sweep).is_none());
    let [summary] = summaries(&world).try_into().unwrap();
    assert_eq!(summary.ended_at, None);
    let lines = all_batches(&world, &summary).len();
    let saved = world
        .host
        .keys()
        .iter()
        .filter(|key| key.starts_with("accounts/"))
        .count();
    assert!((1..5).contains(&lines) && saved == 450, "{lines}");
}
