use std::time::Duration;

use atlassian_simulator::{Decision, Fault, Gate, On};
use jira_host::types::{AccountState, Authorize, HeldAccount, SweepEnd, SweepStep};

use super::keeping::{REPORTS, RETRIEVED};
use crate::clock::{DAY, MINUTE, hurried};
use crate::people::{ADA, BJORN, connected};
use crate::stage::{DEMO, Stage};

fn later(ms: u64) -> i64 {
    i64::try_from(RETRIEVED + ms).unwrap()
}

#[tokio::test]
async fn of_a_closed_account_everything_is_erased_and_of_others_nothing() {
    let stage = Stage::with_accounts(&["12", "123", "1"]).await;
    for id in ["12", "123", "1", "12:3"] {
        stage.keep(id);
    }
    stage.simulator.close_account("12");
    let before = stage.kept().await;
    let report = stage.sweep().await;
    assert_eq!((report.counts.reported, report.counts.closed), (4, 1));
    let [action] = report.actions.as_slice() else {
        panic!("{:?}", report.actions)
    };
    assert_eq!(
        (action.account_id.as_str(), action.state),
        ("12", AccountState::Closed)
    );
    let erased = &action.erased;
    let counts = [
        erased.pack_configurations,
        erased.action_options,
        erased.user_data,
    ];
    assert_eq!((counts, erased.connections.len()), ([1, 1, 1], 0));
    let is_its = |key: &String| key == "accounts/12" || key.contains("/12/");
    let mut expected = before;
    expected.retain(|key| !is_its(key));
    assert_eq!(stage.kept().await, expected);
    assert_eq!(stage.account("12").await, None);

    stage.advance(7 * DAY);
    stage.sweep().await;
    assert_eq!((stage.reports("12"), stage.reports("123")), (1, 2));
}

#[tokio::test]
async fn of_an_account_that_has_changed_the_caches_are_erased() {
    let stage = Stage::with_accounts(&["12", "123"]).await;
    stage.keep("12");
    stage.keep("123");
    stage.simulator.change_profile("12", later(1));
    stage.simulator.change_profile("123", later(0));
    let report = stage.sweep().await;
    assert_eq!(report.counts.updated, 1);
    assert_eq!(report.actions[0].state, AccountState::Updated);
    let mut kept = stage.kept().await;
    kept.retain(|key| !key.contains("/123") && !key.contains("712020"));
    assert_eq!(kept, ["accounts/12", "pack-configurations/12/x"]);
    assert!(stage.account("12").await.unwrap().retrieve_again);
    assert!(!stage.account("123").await.unwrap().retrieve_again);

    // Retrieved again, it is like any other.
    let again = HeldAccount::new("12", RETRIEVED + 30_000);
    stage.gdpr(SweepStep::Enter(vec![again])).await.unwrap();
    assert!(!stage.account("12").await.unwrap().retrieve_again);
    stage.advance(7 * DAY);
    assert_eq!(stage.sweep().await.counts.updated, 0);
    let reported = stage.simulator.reported("12").unwrap();
    assert_eq!(
        (reported.times, reported.updated_at_unix_ms),
        (2, later(30_000))
    );
}

#[tokio::test]
async fn what_was_retrieved_anew_meanwhile_is_not_erased() {
    let stage = Stage::with_accounts(&["12"]).await;
    stage.keep("12");
    let before = stage.kept().await;
    stage.simulator.change_profile("12", later(1));
    let gate = Gate::new();
    let held = Fault::Hold(gate.clone());
    stage
        .simulator
        .script(On::method_path("POST", REPORTS), held);
    let meanwhile = async {
        gate.reached().await;
        let anew = HeldAccount::new("12", RETRIEVED + 30_000);
        stage.gdpr(SweepStep::Enter(vec![anew])).await.unwrap();
        gate.open();
    };
    let (report, ()) = tokio::join!(stage.sweep(), meanwhile);
    assert_eq!((report.counts.reported, report.counts.updated), (2, 0));
    assert_eq!(report.actions, []);
    assert_eq!(stage.kept().await, before);
    let account = stage.account("12").await.unwrap();
    assert_eq!(account.retrieved_at_unix_ms, Some(RETRIEVED + 30_000));
    assert!(account.reported_at_unix_ms.is_some());
}

#[tokio::test]
async fn the_connector_reads_its_own_accounts_anew() {
    let stage = Stage::connected().await;
    stage.advance(MINUTE);
    let now = i64::try_from(stage.clock.unix_ms()).unwrap();
    stage.simulator.change_profile(ADA, now);
    stage.advance(MINUTE);
    let mark = stage.mark();
    let report = stage.sweep().await;
    assert_eq!(report.counts.updated, 1);
    let sent = stage.sent_since(mark);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1], "api GET /me access#1 -> 200");
    let account = stage.account(ADA).await.unwrap();
    assert_eq!(
        account.connections[0].retrieved_at_unix_ms,
        stage.clock.unix_ms()
    );
    let status = stage.status(DEMO).await.account.unwrap();
    assert_eq!(status.retrieved_at_unix_ms, stage.clock.unix_ms());

    stage.advance(7 * DAY);
    let next = stage.sweep().await;
    assert_eq!((next.counts.reported, next.counts.updated), (1, 0));
}

#[tokio::test]
async fn the_connections_of_a_closed_account_go_and_those_of_others_stay() {
    let stage = Stage::connected().await;
    let other = Decision::AllowAs {
        account: BJORN.to_owned(),
        sites: Vec::new(),
    };
    connected(stage.consent(Authorize::new("other"), other).await);
    stage.simulator.close_account(ADA);
    let report = stage.sweep().await;
    assert_eq!((report.counts.reported, report.counts.closed), (2, 1));
    assert_eq!(report.actions[0].erased.connections, [DEMO]);
    let statuses = stage.statuses(None).await;
    assert_eq!(statuses.len(), 1);
    assert_eq!(statuses[0].connection, "other");
    let keys = stage.store.keys().await;
    assert!(!keys.iter().any(|key| key.ends_with(DEMO)), "{keys:?}");
    stage.advance(7 * DAY);
    let next = stage.sweep().await;
    assert_eq!((next.counts.reported, stage.reports(ADA)), (1, 1));
}

#[tokio::test]
async fn the_lease_is_renewed_however_long_the_store_takes_to_erase() {
    let stage = Stage::with_accounts(&["12"]).await;
    for name in 0..9 {
        let key = format!("user-data/12/{name}");
        stage.store.write_directly(&key, "{}");
    }
    stage.simulator.close_account("12");
    let half_a_renewal = Duration::from_secs(20);
    stage.store.slow_deletes("user-data/12/", half_a_renewal);
    let mark = stage.mark();
    let report = hurried(stage.sweep()).await;
    assert_eq!((report.counts.closed, report.end), (1, SweepEnd::Complete));
    let timeline = stage.timeline_since(mark);
    let mut erasing = timeline.split(|line| line == "store delete user-data/12/0");
    let erasing = erasing.nth(1).unwrap();
    let mut erasing = erasing.split(|line| line == "store delete user-data/12/8");
    let renewed = "store put leases/gdpr/sweep";
    let renewals = erasing.next().unwrap().iter();
    let renewals = renewals.filter(|line| *line == renewed).count();
    assert!(renewals >= 3, "{timeline:#?}");
}

#[tokio::test]
async fn a_disconnected_account_leaves_the_register() {
    let stage = Stage::connected().await;
    assert!(stage.account(ADA).await.is_some());
    let disconnect = jira_host::types::OauthStep::Disconnect(DEMO.to_owned());
    stage.oauth(disconnect).await.unwrap();
    assert_eq!(stage.account(ADA).await, None);
}

#[tokio::test]
async fn both_forms_of_an_id_are_one_account() {
    let stage = Stage::with_accounts(&["712020%3Aabc", "712020:abc"]).await;
    stage.keep("712020:abc");
    stage.simulator.close_account("712020:abc");
    let report = stage.sweep().await;
    assert_eq!((report.counts.reported, report.counts.closed), (2, 1));
    assert_eq!(stage.kept().await.len(), 1);
}
