use atlassian_simulator::{Fault, Gate, On};
use jira_host::types::{SweepEnd, SweepOptions, SweepOutcome, SweepStep};

use super::keeping::{REPORTS, as_strs, cursor, ids, one_by_one};
use crate::clock::{DAY, MINUTE};
use crate::stage::Stage;

#[tokio::test]
async fn a_dry_run_sends_and_writes_nothing() {
    let stage = Stage::with_accounts(&["a", "b"]).await;
    let mark = stage.mark();
    let options = SweepOptions {
        dry_run: true,
        ..SweepOptions::new()
    };
    let report = stage.sweep_with(options).await;
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    assert!(report.dry_run);
    assert_eq!(report.counts.due, 3);
    let mut would: Vec<_> = report.would_report;
    would.sort();
    assert_eq!(would[1..], ["a", "b"]);
}

#[tokio::test]
async fn a_sweep_goes_on_from_its_cursor_to_the_end_and_reports_nobody_twice() {
    let ids = ids(400);
    let stage = Stage::with_accounts(&as_strs(&ids)).await;
    let mut options = SweepOptions {
        max_batches: Some(2),
        ..SweepOptions::new()
    };
    let first = stage.sweep_with(options.clone()).await;
    assert_eq!((first.counts.reported, first.counts.batches), (180, 2));
    options.cursor = Some(cursor(&first));
    let second = stage.sweep_with(options.clone()).await;
    assert_eq!((second.counts.reported, &second.sweep), (180, &first.sweep));
    options.cursor = Some(cursor(&second));
    let third = stage.sweep_with(options).await;
    assert_eq!((third.counts.reported, third.end), (41, SweepEnd::Complete));
    let reported = stage.simulator.all_reported();
    assert_eq!(reported.len(), 401);
    assert!(reported.values().all(|reported| reported.times == 1));
}

#[tokio::test]
async fn one_sweep_is_at_work_at_a_time() {
    let stage = Stage::with_accounts(&["a"]).await;
    let gate = Gate::new();
    let held = Fault::Hold(gate.clone());
    stage
        .simulator
        .script(On::method_path("POST", REPORTS), held);
    let meanwhile = async {
        gate.reached().await;
        let outcome = stage.gdpr(SweepStep::Sweep(SweepOptions::new())).await;
        let Ok(SweepOutcome::Busy(until)) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(until > stage.clock.unix_ms());
        assert_eq!(stage.summary().await.busy_until_unix_ms, Some(until));
        gate.open();
    };
    let (report, ()) = tokio::join!(stage.sweep(), meanwhile);
    assert_eq!(report.end, SweepEnd::Complete);
    assert_eq!(stage.summary().await.busy_until_unix_ms, None);
    assert_eq!(stage.reports("a"), 1);
}

#[tokio::test]
async fn a_sweep_that_died_is_taken_over_when_its_lease_ends() {
    let ids = ids(150);
    let stage = Stage::with_accounts(&as_strs(&ids)).await;
    let gate = Gate::new();
    let held = Fault::Hold(gate.clone());
    stage
        .simulator
        .script(On::method_path("POST", REPORTS).after(1), held);
    let dies = async {
        tokio::select! {
            _ = stage.sweep_with(one_by_one()) => panic!("it has ended"),
            () = gate.reached() => {}
        }
    };
    dies.await;
    gate.open();
    let outcome = stage.gdpr(SweepStep::Sweep(SweepOptions::new())).await;
    assert!(matches!(outcome, Ok(SweepOutcome::Busy(_))), "{outcome:?}");
    stage.advance(3 * MINUTE);
    let report = stage.sweep().await;
    assert_eq!(
        (report.counts.reported, report.end),
        (61, SweepEnd::Complete)
    );
    let most = stage
        .simulator
        .all_reported()
        .values()
        .map(|it| it.times)
        .max();
    assert!(most <= Some(2));
}

#[tokio::test]
async fn force_reports_within_the_cycle() {
    let stage = Stage::with_accounts(&["a"]).await;
    stage.sweep().await;
    stage.advance(DAY);
    let force = SweepOptions {
        force: true,
        ..SweepOptions::new()
    };
    assert_eq!(stage.sweep_with(force).await.counts.reported, 2);
    assert_eq!(stage.reports("a"), 2);
}

#[tokio::test]
async fn options_are_checked_before_anything_happens() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    for (field, options) in [
        (
            "timeout-ms",
            SweepOptions {
                timeout_ms: Some(999),
                ..SweepOptions::new()
            },
        ),
        (
            "in-flight",
            SweepOptions {
                in_flight: Some(17),
                ..SweepOptions::new()
            },
        ),
        (
            "max-batches",
            SweepOptions {
                max_batches: Some(0),
                ..SweepOptions::new()
            },
        ),
        (
            "cursor",
            SweepOptions {
                cursor: Some("x".to_owned()),
                ..SweepOptions::new()
            },
        ),
    ] {
        let error = stage.gdpr(SweepStep::Sweep(options)).await.unwrap_err();
        assert!(error.message.starts_with(field), "{}", error.message);
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}
