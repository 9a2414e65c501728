use jira_host::types::{Action, ErrorKind, SweepEnd, TransportError};

use super::keeping::{REPORTS, RETRIEVED, as_strs, ids, one_by_one, stopped};
use crate::clock::{DAY, MINUTE};
use crate::people::ADA;
use crate::stage::{DEMO, Stage};
use atlassian_simulator::{Fault, Settings};
use jira_host::types::Authorize;

#[tokio::test]
async fn who_is_reported_is_not_reported_again_within_the_cycle() {
    let stage = Stage::with_accounts(&["1", "2"]).await;
    let mark = stage.mark();
    let report = stage.sweep().await;
    assert_eq!(report.end, SweepEnd::Complete);
    assert_eq!((report.counts.due, report.counts.reported), (3, 3));
    assert_eq!((report.counts.closed, report.counts.updated), (0, 0));
    let line = "api POST /app/report-accounts/ access#1 -> 204 3 reported, 0 closed, 0 updated";
    assert_eq!(stage.sent_since(mark), [line]);
    let reported = stage.simulator.reported("1").unwrap();
    assert_eq!(
        reported.updated_at_unix_ms,
        i64::try_from(RETRIEVED).unwrap()
    );

    let mark = stage.mark();
    stage.advance(7 * DAY - MINUTE);
    assert_eq!(stage.sweep().await.counts.due, 0);
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());

    stage.advance(MINUTE);
    assert_eq!(stage.sweep().await.counts.reported, 3);
    assert_eq!(stage.reports("1"), 2);
}

#[tokio::test]
async fn the_time_reported_is_that_of_the_oldest_copy() {
    let stage = Stage::connected().await;
    stage.enter(&[ADA]).await;
    stage.sweep().await;
    let reported = stage.simulator.reported(ADA).unwrap();
    assert_eq!(
        reported.updated_at_unix_ms,
        i64::try_from(RETRIEVED).unwrap()
    );
}

#[tokio::test]
async fn ninety_are_reported_at_once_and_only_the_last_batch_is_smaller() {
    let ids = ids(200);
    let stage = Stage::with_accounts(&as_strs(&ids)).await;
    let mark = stage.mark();
    let report = stage.sweep().await;
    assert_eq!((report.counts.reported, report.counts.batches), (201, 3));
    let mut sizes: Vec<_> = stage.sent_since(mark);
    sizes.sort();
    let line =
        |count| format!("api POST {REPORTS} access#1 -> 204 {count} reported, 0 closed, 0 updated");
    assert_eq!(sizes, [line(21), line(90), line(90)]);
    assert!(
        stage
            .simulator
            .all_reported()
            .values()
            .all(|reported| reported.times == 1)
    );
}

#[tokio::test]
async fn every_form_of_the_cycle_is_read_and_kept() {
    let stage = Stage::connected().await;
    for (text, days) in [
        ("15 Days", 15),
        ("1209600", 14),
        ("P13D", 13),
        ("12", 12),
        ("PT264H", 11),
        ("soon", 11),
        ("1000 Days", 11),
        ("3600", 1),
        ("7 days", 7),
    ] {
        stage.simulator.say_cycle_period(text);
        stage.advance(15 * DAY);
        let report = stage.sweep().await;
        assert_eq!(report.counts.reported, 1, "{text}");
        assert_eq!(report.cycle_period_ms, days * 86_400_000, "{text}");
        let summary = stage.summary().await;
        assert_eq!(summary.cycle_period_ms, report.cycle_period_ms);
        let due = stage.clock.unix_ms() + report.cycle_period_ms;
        assert_eq!(summary.next_due_unix_ms, Some(due), "{text}");
    }
}

#[tokio::test]
async fn a_bad_account_does_not_keep_the_others_from_being_reported() {
    let stage = Stage::with_accounts(&["a", "b", "c"]).await;
    // The whole batch is refused, and then the half with `Ada` and `a`; alone,
    // `a` is refused again.
    let refusal = || {
        Fault::json(
            400,
            r#"{"errorType":"BAD","errorMessage":"no such account"}"#,
        )
    };
    stage.script("POST", REPORTS, refusal());
    stage.script("POST", REPORTS, refusal());
    stage.simulator.script(
        atlassian_simulator::On::method_path("POST", REPORTS).after(1),
        refusal(),
    );
    let report = stage.sweep_with(one_by_one()).await;
    assert_eq!(report.end, SweepEnd::Complete);
    assert_eq!((report.counts.reported, report.counts.failed), (3, 1));
    let [failed] = report.failed.as_slice() else {
        panic!("{:?}", report.failed)
    };
    assert_eq!(failed.account_ids, ["a"]);
    assert!(
        failed.error.message.contains("no such account"),
        "{}",
        failed.error.message
    );
    assert!(matches!(&failed.error.kind, ErrorKind::Api(api) if api.status == 400));
    // It stays due, and the others do not.
    assert_eq!(stage.sweep().await.counts.reported, 1);
    assert_eq!(stage.reports("b"), 1);
}

#[tokio::test]
async fn a_short_pause_that_atlassian_asks_for_is_kept_within_the_call() {
    for status in [429, 503] {
        let stage = Stage::with_accounts(&["a"]).await;
        let refusal = Fault::Answer {
            status,
            headers: vec![("retry-after".to_owned(), "1".to_owned())],
            body: Vec::new(),
        };
        stage.script("POST", REPORTS, refusal);
        let report = stage.sweep().await;
        assert_eq!(report.end, SweepEnd::Complete);
        assert_eq!(report.counts.reported, 2);
        assert_eq!(report.failed, []);
    }
}

#[tokio::test]
async fn a_pause_that_is_longer_than_the_call_stops_it_and_says_until_when() {
    for status in [429, 503] {
        let stage = Stage::with_accounts(&["a"]).await;
        let refusal = Fault::Answer {
            status,
            headers: vec![("retry-after".to_owned(), "7200".to_owned())],
            body: Vec::new(),
        };
        stage.script("POST", REPORTS, refusal);
        let report = stage.sweep().await;
        let stop = stopped(&report);
        assert!(
            matches!(stop.error.kind, ErrorKind::RateLimited(_)),
            "{stop:?}"
        );
        assert_eq!(stop.error.action, Action::Retry);
        let told = stage.clock.unix_ms() + 7_200_000;
        assert_eq!(stop.not_before_unix_ms, Some(told));
        assert_eq!(report.counts.reported, 0);
        assert_eq!(stage.sweep().await.counts.reported, 2);
    }
}

#[tokio::test]
async fn who_was_reported_too_often_is_left_alone_until_atlassian_says() {
    let settings = Settings {
        reporting: atlassian_simulator::Reporting {
            reports_per_cycle: 1,
            ..Default::default()
        },
        ..Settings::default()
    };
    let stage = Stage::set(settings).await;
    stage.connect(Authorize::new(DEMO)).await;
    stage.sweep().await;
    let force = jira_host::types::SweepOptions {
        force: true,
        ..one_by_one()
    };
    stage.clock.advance(MINUTE);
    let report = stage.sweep_with(force).await;
    let told = stage.clock.unix_ms() + 7 * 86_400_000;
    assert_eq!(stopped(&report).not_before_unix_ms, Some(told));
    assert_eq!(stage.reports(ADA), 1);
}

#[tokio::test]
async fn a_batch_that_fails_does_not_keep_the_others_from_being_reported() {
    let ids = ids(200);
    for fault in [
        Fault::status(500, &[]),
        Fault::status(503, &[]),
        Fault::CutBeforeAnswer,
        Fault::json(200, "{"),
    ] {
        let stage = Stage::with_accounts(&as_strs(&ids)).await;
        stage.script("POST", REPORTS, fault.clone());
        let report = stage.sweep_with(one_by_one()).await;
        assert_eq!(report.end, SweepEnd::Complete, "{fault:?}");
        assert_eq!(
            (report.counts.reported, report.counts.failed),
            (111, 90),
            "{fault:?}"
        );
        assert_eq!(report.failed.len(), 1);
        let again = stage.sweep().await;
        assert_eq!(
            (again.counts.reported, again.counts.failed),
            (90, 0),
            "{fault:?}"
        );
        assert!(
            stage
                .simulator
                .all_reported()
                .values()
                .all(|reported| reported.times == 1)
        );
    }
}

#[tokio::test]
async fn a_report_whose_answer_is_lost_is_repeated_and_no_other() {
    let ids = ids(200);
    let stage = Stage::with_accounts(&as_strs(&ids)).await;
    stage.script("POST", REPORTS, Fault::CutAfterDoing);
    let report = stage.sweep_with(one_by_one()).await;
    let [failed] = report.failed.as_slice() else {
        panic!("{:?}", report.failed)
    };
    let kind = &failed.error.kind;
    assert!(
        matches!(kind, ErrorKind::Transport(TransportError::Interrupted(_))),
        "{kind:?}"
    );
    stage.sweep().await;
    let reported = stage.simulator.all_reported();
    for (id, reported) in &reported {
        let is_repeated = failed.account_ids.contains(id);
        assert_eq!(reported.times, 1 + u32::from(is_repeated), "{id}");
    }
    assert_eq!(reported.len(), 201);
}

#[tokio::test]
async fn after_three_failures_in_a_row_nothing_more_is_sent() {
    let ids = ids(500);
    let stage = Stage::with_accounts(&as_strs(&ids)).await;
    for _ in 0..3 {
        stage.script("POST", REPORTS, Fault::status(500, &[]));
    }
    let mark = stage.mark();
    let report = stage.sweep_with(one_by_one()).await;
    assert_eq!(stage.sent_since(mark).len(), 3);
    assert_eq!(report.failed.len(), 3);
    assert!(matches!(&stopped(&report).error.kind, ErrorKind::Api(api) if api.status == 500));
    assert_eq!(stage.sweep().await.counts.reported, 501);
}
