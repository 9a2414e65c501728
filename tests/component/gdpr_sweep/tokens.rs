use atlassian_simulator::{Decision, Fault, Settings};
use jira_host::types::{Action, Authorize, ErrorKind, RefreshOutcome, SweepOptions, SweepStep};

use super::keeping::{REPORTS, one_by_one, stopped};
use crate::people::{BJORN, connected};
use crate::stage::{DEMO, Stage, json};

/// Two people with a connection each.
async fn with_two_connections() -> Stage {
    let stage = Stage::connected().await;
    let other = Decision::AllowAs {
        account: BJORN.to_owned(),
        sites: Vec::new(),
    };
    connected(stage.consent(Authorize::new("next"), other).await);
    stage
}

fn reports(sent: &[String]) -> Vec<&str> {
    let after = |line: &'_ String| {
        line.strip_prefix("api POST /app/report-accounts/ ")
            .is_some()
    };
    sent.iter()
        .filter(|line| after(line))
        .map(|line| &line[31..])
        .collect()
}

#[tokio::test]
async fn a_token_that_has_expired_is_renewed_once() {
    let stage = Stage::with_accounts(&["a"]).await;
    stage.simulator.expire_access_tokens();
    let mark = stage.mark();
    let report = stage.sweep().await;
    assert_eq!(report.counts.reported, 2);
    let sent = stage.sent_since(mark);
    assert_eq!(
        reports(&sent),
        [
            "access#1 -> 401",
            "access#2 -> 204 2 reported, 0 closed, 0 updated"
        ]
    );
    let efforts = (report.attempts, report.waited_ms, report.refresh);
    assert_eq!(efforts, (2, 0, Some(RefreshOutcome::Rotated)));
    let again = stage.sweep().await;
    assert_eq!((again.attempts, again.refresh), (0, None));
}

#[tokio::test]
async fn a_grant_that_is_dead_is_followed_by_the_next_connection() {
    let stage = with_two_connections().await;
    let denied = || Fault::status(401, &[]);
    stage.script("POST", REPORTS, denied());
    stage.script("POST", REPORTS, denied());
    let mark = stage.mark();
    let report = stage.sweep_with(one_by_one()).await;
    assert_eq!((report.counts.reported, report.failed.len()), (2, 0));
    let sent = stage.sent_since(mark);
    let reports = reports(&sent);
    assert_eq!(reports.len(), 3);
    assert!(
        reports[2].ends_with("204 2 reported, 0 closed, 0 updated"),
        "{reports:?}"
    );
}

#[tokio::test]
async fn a_token_that_may_not_report_is_followed_by_the_next_connections() {
    let stage = with_two_connections().await;
    stage.script("POST", REPORTS, Fault::status(403, &[]));
    let mark = stage.mark();
    assert_eq!(stage.sweep_with(one_by_one()).await.counts.reported, 2);
    assert_eq!(reports(&stage.sent_since(mark)).len(), 2);
}

#[tokio::test]
async fn where_no_token_may_report_the_scope_and_what_to_do_are_named() {
    let stage = Stage::with_accounts(&["a"]).await;
    stage.script("POST", REPORTS, Fault::status(403, &[]));
    let report = stage.sweep_with(one_by_one()).await;
    let error = &stopped(&report).error;
    assert_eq!(error.kind, ErrorKind::Configuration("scope".to_owned()));
    assert_eq!(error.action, Action::FixConfiguration);
    for part in [
        "report:personal-data",
        "developer console",
        "authorize again",
    ] {
        assert!(error.message.contains(part), "{}", error.message);
    }
    assert_eq!(report.counts.reported, 0);
    assert_eq!(stage.sweep().await.counts.reported, 2);
}

#[tokio::test]
async fn without_the_scope_nothing_is_sent() {
    let mut settings = Settings::default();
    settings
        .app_scopes
        .retain(|scope| scope != "report:personal-data");
    let stage = Stage::set(settings).await;
    let without_api = stage.simulator.app_record();
    let mut record = json(without_api.as_bytes());
    let said = record
        .as_object_mut()
        .unwrap()
        .remove("report_personal_data");
    assert_eq!(said, Some(false.into()));
    stage.connect(Authorize::new(DEMO)).await;
    let mark = stage.mark();
    let sweep = SweepStep::Sweep(SweepOptions::new());
    let error = stage.gdpr(sweep.clone()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Configuration("app".to_owned()));
    stage.store.write_app(&record.to_string());
    let report = stage.sweep().await;
    let kind = &stopped(&report).error.kind;
    assert_eq!(*kind, ErrorKind::Configuration("scope".to_owned()));
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn the_connection_that_is_named_reports() {
    let stage = with_two_connections().await;
    let mark = stage.mark();
    let named = SweepOptions {
        connection: Some("next".to_owned()),
        ..one_by_one()
    };
    assert_eq!(stage.sweep_with(named).await.counts.reported, 2);
    let sent = stage.sent_since(mark);
    assert_eq!(
        reports(&sent),
        ["access#2 -> 204 2 reported, 0 closed, 0 updated"]
    );
}

#[tokio::test]
async fn without_a_connection_somebody_must_consent() {
    let stage = Stage::set(Settings::default()).await;
    stage.enter(&["a"]).await;
    let report = stage.sweep().await;
    let error = &stopped(&report).error;
    assert!(
        matches!(error.kind, ErrorKind::ReauthorizationRequired(_)),
        "{error:?}"
    );
}
