use atlassian_simulator::Settings;
use jira_host::secrets::{Entry, StoreError};
use jira_host::types::{Authorize, Disconnected, ErrorKind, OauthOutcome, OauthStep, Request};

use crate::people::ADA;
use crate::stage::{DEMO, Stage};
use crate::store::Operation;

const REVOKE_URL: &str = "https://id.atlassian.com/manage-profile/apps";

async fn disconnect(stage: &Stage, name: &str) -> Disconnected {
    match stage
        .oauth(OauthStep::Disconnect(name.to_owned()))
        .await
        .unwrap()
    {
        OauthOutcome::Disconnected(disconnected) => disconnected,
        other => panic!("{other:?}"),
    }
}

/// A connection with a consent that is pending and a lease that was left.
async fn with_everything(stage: &Stage, name: &str) {
    stage.connect(Authorize::new(name)).await;
    let lost = StoreError::Unavailable("gone".to_owned());
    stage.store.fail(Operation::Delete, "leases/", lost);
    stage
        .oauth(OauthStep::Refresh(name.to_owned()))
        .await
        .unwrap();
    stage.authorize(Authorize::new(name)).await;
    stage.authorize(Authorize::new(name)).await;
}

/// What is neither of the connection `a` nor in the register.
fn of_others(entries: Vec<(String, Entry)>) -> Vec<(String, Entry)> {
    let is_other = |key: &str| key.split('/').nth(1) != Some("a") && !key.starts_with("accounts/");
    entries
        .into_iter()
        .filter(|(key, _)| is_other(key))
        .collect()
}

#[tokio::test]
async fn everything_of_a_connection_is_erased_and_nothing_of_another() {
    let stage = Stage::set(Settings::default()).await;
    for name in ["a", "ab", "a/b"] {
        with_everything(&stage, name).await;
    }
    // Beside the connections there are the application, the register with the
    // one account that consented to all of them, and its cycle.
    let all = stage.store.entries().await;
    assert_eq!(all.len(), 3 + 3 * 5, "{all:?}");
    let others = of_others(all);
    assert_eq!(others.len(), 2 + 2 * 5);

    let mark = stage.mark();
    let disconnected = disconnect(&stage, "a").await;
    assert!(disconnected.existed);
    assert_eq!(disconnected.revoke_url, REVOKE_URL);
    assert_eq!(of_others(stage.store.entries().await), others);
    let account = stage.account(ADA).await.unwrap();
    let own: Vec<_> = account
        .connections
        .iter()
        .map(|own| own.connection.as_str())
        .collect();
    assert_eq!(own, ["ab", "a/b"]);
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());
    stage.api(&Request::get("ab", "/myself")).await.unwrap();
    stage.api(&Request::get("a/b", "/myself")).await.unwrap();
    let gone = stage.api(&Request::get("a", "/myself")).await.unwrap_err();
    let kind = ErrorKind::ReauthorizationRequired("not-connected".to_owned());
    assert_eq!(gone.kind, kind);
}

#[tokio::test]
async fn the_tokens_go_first_and_the_record_by_which_it_is_listed_last() {
    let stage = Stage::set(Settings::default()).await;
    with_everything(&stage, DEMO).await;
    let mark = stage.mark();
    disconnect(&stage, DEMO).await;
    let changes = stage.timeline_since(mark);
    assert_eq!(changes.len(), 6);
    assert_eq!(changes[0], "store delete tokens/demo");
    assert_eq!(changes[4], "store delete connections/demo");
    // Only then is nothing kept of the account any more.
    assert_eq!(
        changes[5],
        format!("store delete accounts/{}", ADA.replace(':', "=3A"))
    );
}

#[tokio::test]
async fn what_was_cut_short_can_be_done_again() {
    let stage = Stage::set(Settings::default()).await;
    with_everything(&stage, DEMO).await;
    let failure = StoreError::Unavailable("gone".to_owned());
    stage.store.fail(Operation::Delete, "leases/demo", failure);
    let cut_short = stage.oauth(OauthStep::Disconnect(DEMO.to_owned())).await;
    assert!(matches!(
        cut_short.unwrap_err().kind,
        ErrorKind::SecretStore(_)
    ));
    assert_eq!(stage.statuses(None).await.len(), 1);
    assert!(disconnect(&stage, DEMO).await.existed);
    assert_eq!(stage.store.keys().await, ["app", "sweep"]);
}

#[tokio::test]
async fn a_connection_that_does_not_exist_is_erased_already() {
    let stage = Stage::connected().await;
    let before = stage.store.entries().await;
    let disconnected = disconnect(&stage, "other").await;
    assert!(!disconnected.existed);
    assert_eq!(disconnected.revoke_url, REVOKE_URL);
    assert_eq!(stage.store.entries().await, before);
}

#[tokio::test]
async fn a_consent_that_was_only_begun_is_erased() {
    let stage = Stage::set(Settings::default()).await;
    stage.authorize(Authorize::new(DEMO)).await;
    assert!(disconnect(&stage, DEMO).await.existed);
    assert_eq!(stage.store.keys().await, ["app"]);
}
