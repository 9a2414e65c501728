use std::time::Duration;

use jira_host::secrets::StoreError;
use jira_host::types::{Action, ErrorKind, OauthStep, RefreshOutcome, Request, TransportError};

use super::until;
use crate::clock::{MINUTE, hurried};
use crate::stage::{DEMO, Stage, error};
use crate::store::Operation;

/// Less than a lease lasts, so that it is not taken over meanwhile.
const PATIENCE_MS: u64 = 10_000;

fn create() -> Request {
    Request::post(DEMO, "/issue").with_json_object("{}")
}

/// A refresh whose holder could not give the lease back, and a token that must
/// be renewed again.
async fn with_a_lease_that_was_left() -> Stage {
    let stage = Stage::connected().await;
    let lost = StoreError::Unavailable("gone".to_owned());
    stage.store.fail(Operation::Delete, "leases/demo", lost);
    stage
        .oauth(OauthStep::Refresh(DEMO.to_owned()))
        .await
        .unwrap();
    assert!(stage.store.keys().await.contains(&"leases/demo".to_owned()));
    stage.simulator.expire_access_tokens();
    stage
}

#[tokio::test]
async fn a_lease_that_is_held_is_waited_for_until_the_time_is_up() {
    let stage = with_a_lease_that_was_left().await;
    let mark = stage.mark();
    let waiting = create().with_timeout(Duration::from_millis(PATIENCE_MS));
    let given_up = hurried(stage.api(&waiting)).await.unwrap_err();
    assert!(
        (1..=PATIENCE_MS).contains(&given_up.waited_ms),
        "{given_up:?}"
    );
    let message = "another caller is refreshing the tokens of connection \"demo\" and was not done \
                   in time";
    let mut expected = error(
        ErrorKind::Transport(TransportError::TimedOut),
        Action::Retry,
        message,
    );
    expected.attempts = 1;
    expected.waited_ms = given_up.waited_ms;
    expected.refresh = Some(RefreshOutcome::Failed);
    assert_eq!(given_up, expected);
    assert_eq!(
        stage.timeline_since(mark),
        ["api POST {site}/rest/api/3/issue access#2 -> 401"]
    );
}

#[tokio::test]
async fn a_lease_of_a_holder_that_died_is_taken_over_when_it_ends() {
    let stage = with_a_lease_that_was_left().await;
    stage.clock.advance(MINUTE);
    let mark = stage.mark();
    let response = stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    assert_eq!(response.attempts, 2);
    assert_eq!(
        stage.timeline_since(mark),
        [
            "api GET {site}/rest/api/3/myself access#2 -> 401",
            "store put leases/demo",
            "store put leases/demo",
            "auth POST /oauth/token grant_type=refresh_token refresh#2 -> 200 access#3 refresh#3",
            "store put tokens/demo",
            "store delete leases/demo",
            "api GET {site}/rest/api/3/myself access#3 -> 200",
        ]
    );
}

#[tokio::test]
async fn who_waits_takes_a_lease_over_that_ends_meanwhile() {
    let stage = with_a_lease_that_was_left().await;
    let reads = stage.store.reads("tokens/demo");
    let request = Request::get(DEMO, "/myself");
    let clock = async {
        // One read to load the connection, and one after the first wait.
        until(|| stage.store.reads("tokens/demo") >= reads + 2).await;
        stage.clock.advance(MINUTE);
    };
    let (response, ()) = tokio::join!(stage.api(&request), clock);
    assert_eq!(response.unwrap().attempts, 2);
}

#[tokio::test]
async fn a_lease_that_cannot_be_given_back_fails_nothing() {
    let stage = Stage::connected().await;
    stage.simulator.expire_access_tokens();
    let lost = StoreError::Other("gone".to_owned());
    stage.store.fail(Operation::Delete, "leases/demo", lost);
    assert_eq!(
        stage
            .api(&Request::get(DEMO, "/myself"))
            .await
            .unwrap()
            .status,
        200
    );
}
