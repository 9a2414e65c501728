use super::model::{REPORT, RETRIEVED, World};
use crate::jira::{
    error::{Action, Kind},
    http::TransportError,
    instant::DAY_MS,
    sweep::{action::AccountState, report::End},
    tests::fake::NOW,
};

#[test]
fn what_is_reported_is_when_the_data_was_retrieved_and_a_204_needs_nothing() {
    let world = World::with(&["a", "b:1"]);
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete));
    assert_eq!(
        world.atlassian().batches,
        [[("a".into(), RETRIEVED), ("b:1".into(), RETRIEVED)]]
    );
    assert_eq!((report.counts.seen, report.counts.due), (2, 2));
    assert_eq!((report.counts.reported, report.counts.batches), (2, 1));
    assert!(report.actions.actions.is_empty() && report.failed.is_empty());
    assert_eq!(world.entry("a").unwrap().reported_at, Some(NOW));
    assert_eq!(report.next_due, Some(NOW.plus(7 * DAY_MS)));
}

#[test]
fn the_outcome_of_a_batch_is_saved_before_anything_is_done_about_it() {
    let world = World::with(&["a", "b"]);
    world.host.set("user-data/a/x", b"x");
    world.tell(|atlassian| atlassian.closed.push("a".into()));
    world.sweep();
    let sweep = NOW.0;
    assert_eq!(
        world.host.effects(),
        [
            "put leases/gdpr/sweep".into(),
            "put sweep".into(),
            REPORT.into(),
            "put erasures/a".into(),
            "put accounts/a".into(),
            "put accounts/b".into(),
            format!("put reports/{sweep}/summary"),
            format!("put reports/{sweep}/000000"),
            "delete user-data/a/x".into(),
            "delete accounts/a".into(),
            "put actions/a".into(),
            "delete erasures/a".into(),
            format!("put reports/{sweep}/summary"),
            "put sweep".into(),
            "delete leases/gdpr/sweep".into(),
        ]
    );
}

#[test]
fn closed_and_updated_accounts_are_told_apart_and_the_others_are_left() {
    let world = World::with(&["a", "b", "c"]);
    world.tell(|atlassian| {
        atlassian.closed.push("a".into());
        atlassian.changed.insert("b".into(), NOW);
    });
    let report = world.sweep();
    let found: Vec<_> = report
        .actions
        .actions
        .iter()
        .map(|(id, action)| (id.as_str(), action.state, action.trace_id.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("a", AccountState::Closed, Some("t1")),
            ("b", AccountState::Updated, Some("t1")),
        ]
    );
    assert_eq!((report.counts.closed, report.counts.updated), (1, 1));
    assert!(world.entry("a").is_none());
    assert!(world.entry("b").unwrap().retrieve_again);
    assert!(!world.entry("c").unwrap().retrieve_again);
}

#[test]
fn an_answer_that_is_not_as_documented_is_an_error_of_the_batch_and_no_action() {
    for body in [
        r#"{"accounts":[{"accountId":"stranger","status":"closed"}]}"#,
        r#"{"accounts":[{"accountId":"a","status":"closed"},{"accountId":"stranger","status":"closed"}]}"#,
        r#"{"accounts":[{"accountId":"a","status":"closed"},{"accountId":"a","status":"closed"}]}"#,
        r#"{"accounts":[{"accountId":"a","status":"closed"},{"accountId":"b","status":"active"}]}"#,
        r#"{"accounts":[{"accountId":"a","status":"Closed"}]}"#,
        r#"{"accounts":[{"accountId":"a"}]}"#,
        r#"{"accounts":[{"status":"closed"}]}"#,
        r#"{"accounts":["a"]}"#,
        r#"{"accounts":{}}"#,
        r#"{"accounts":null}"#,
        "{}",
        "[]",
        "",
        "<html>",
    ] {
        let world = World::with(&["a", "b"]);
        world.keep_data("a");
        world.answers_next(200, &[("atl-traceid", "t9")], body);
        let before = world.entry("a");
        let report = world.sweep();
        let [failure] = report.failed.as_slice() else {
            panic!("{body}: {report:?}")
        };
        assert!(
            matches!(
                failure.error.kind(),
                Kind::UnexpectedResponse("report-accounts")
            ),
            "{body}"
        );
        assert_eq!(failure.error.trace_id(), Some("t9"));
        assert_eq!(failure.accounts.len(), 2);
        assert_eq!(report.counts.failed, 2);
        assert_eq!(world.entry("a"), before, "{body}");
        assert!(world.host.stored("user-data/a/avatar").is_some());
        assert!(report.actions.actions.is_empty());
        assert!(
            report.next_due.unwrap() <= NOW.plus(7 * DAY_MS),
            "it stays due"
        );
    }
}

#[test]
fn one_bad_id_does_not_keep_the_rest_of_its_batch_from_being_reported() {
    let world = World::with_many(90);
    world.tell(|atlassian| atlassian.bad = vec!["a00013".into(), "a00077".into()]);
    let report = world.sweep();
    let bad: Vec<_> = report
        .failed
        .iter()
        .map(|failure| (failure.batch, failure.accounts[0].as_str().to_string()))
        .collect();
    assert_eq!(bad.len(), 2);
    assert!(bad.contains(&(1, "a00013".into())) && bad.contains(&(1, "a00077".into())));
    assert!(
        report
            .failed
            .iter()
            .all(|failure| failure.accounts.len() == 1)
    );
    let message = report.failed[0].error.to_string();
    assert!(
        message.ends_with("400: accountId is malformed"),
        "{message}"
    );
    assert_eq!((report.counts.reported, report.counts.failed), (88, 2));
    assert!(matches!(report.end, End::Complete));
    assert!(
        world
            .atlassian()
            .reported
            .values()
            .all(|times| times.len() == 1)
    );
    assert_eq!(world.entry("a00013").unwrap().reported_at, None);
}

#[test]
fn where_every_id_is_refused_it_is_not_the_ids_and_the_sweep_stops() {
    let world = World::with_many(900);
    world.tell(|atlassian| atlassian.bad = (0..900).map(|n| format!("a{n:05}")).collect());
    let report = world.sweep();
    let End::Stopped(stop) = &report.end else {
        panic!("{report:?}")
    };
    assert!(matches!(stop.error.kind(), Kind::Api(api) if api.status == 400));
    let requests = world.atlassian().batches.len();
    assert!(requests < 250, "{requests}");
    assert_eq!(report.counts.reported, 0);
}

#[test]
fn a_server_in_trouble_fails_the_batch_and_the_others_go_on() {
    let world = World::with_many(300);
    world.answers_next(500, &[], r#"{"errorType":"X","errorMessage":"oh"}"#);
    world.answers_next(503, &[], "");
    let report = world.sweep();
    assert_eq!((report.counts.reported, report.counts.failed), (120, 180));
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
    let statuses: Vec<_> = report.evidence.iter().map(|line| line.status).collect();
    assert_eq!(statuses.iter().filter(|s| **s == Some(500)).count(), 1);

    let next = world.sweep();
    assert_eq!(next.counts.due, 180, "what failed stays due");
    assert_eq!(next.counts.reported, 180);
    assert!(
        world
            .atlassian()
            .reported
            .values()
            .all(|times| times.len() == 1)
    );
}

#[test]
fn after_three_failures_in_a_row_the_sweep_stops_and_says_where_to_go_on() {
    let world = World::with_many(2_000);
    for _ in 0..20 {
        world.fails_next(TransportError::TimedOut);
    }
    let report = world.sweep();
    let End::Stopped(stop) = report.end else {
        panic!("{report:?}")
    };
    assert!(matches!(
        stop.error.kind(),
        Kind::Transport(TransportError::TimedOut)
    ));
    assert!(
        report.failed.len() >= 3 && report.failed.len() <= 10,
        "those on the way came too"
    );
    assert_eq!(report.counts.reported, 0);
    world.tell(|atlassian| atlassian.instead.clear());
    assert_eq!(world.sweep().counts.reported, 2_000);
}

#[test]
fn a_destination_that_the_host_denies_stops_the_sweep_at_once() {
    let world = World::with(&["a"]);
    world.fails_next(TransportError::Denied("policy".into()));
    let report = world.sweep();
    let End::Stopped(stop) = report.end else {
        panic!("{report:?}")
    };
    assert_eq!(stop.error.action(), Action::FixConfiguration);
    assert!(report.failed.is_empty());
}
