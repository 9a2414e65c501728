use atlassian_simulator::{Fault, On};
use jira_host::secrets::StoreError;
use jira_host::types::{Action, Error, ErrorKind, RateLimit, Request, TransportError};

use crate::clock::{HOUR, MINUTE};
use crate::stage::{DEMO, Stage, assert_answered, error};
use crate::store::Operation;

const REFRESHING: &str = "refreshing the tokens of connection \"demo\"";

fn create() -> Request {
    Request::post(DEMO, "/issue").with_json_object("{}")
}

#[tokio::test]
async fn a_dead_grant_needs_a_person_and_the_store_stays_as_it_is() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    stage.simulator.revoke_grants();
    let kept = stage.store.entries().await;
    let kind = ErrorKind::ReauthorizationRequired("invalid_grant".to_owned());
    let message = format!(
        "{REFRESHING}: Atlassian no longer accepts this grant (invalid_grant): it was revoked, not \
         used for 90 days, or has ended; consent again"
    );
    let expected = error(kind, Action::Reauthorize, &message);
    assert_answered(stage.api(&create()).await.unwrap_err(), &expected);
    assert_eq!(stage.store.entries().await, kept);
}

#[tokio::test]
async fn a_token_that_lay_unused_for_90_days_is_dead() {
    let stage = Stage::connected().await;
    stage.advance(91 * 24 * HOUR);
    let refused = stage.api(&create()).await.unwrap_err();
    let kind = ErrorKind::ReauthorizationRequired("invalid_grant".to_owned());
    assert_eq!(refused.kind, kind);
}

#[tokio::test]
async fn a_token_endpoint_that_fails_is_no_dead_grant() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let kept = stage.store.entries().await;
    let limit = RateLimit {
        retry_after_ms: Some(3_000),
        resets_at_unix_ms: None,
        limit: None,
        remaining: None,
        near_limit: false,
        reason: None,
    };
    let limited = [("retry-after", "3"), ("atl-traceid", "trace")];
    stage
        .simulator
        .script(On::token_endpoint(), Fault::status(429, &limited));
    let message = format!("{REFRESHING}: the token endpoint answered 429: try again later");
    let expected = error(ErrorKind::RateLimited(limit), Action::Retry, &message);
    assert_answered(stage.api(&create()).await.unwrap_err(), &expected);

    for status in [500, 502, 503] {
        let failing = Fault::json(status, "<html>Down</html>");
        stage.simulator.script(On::token_endpoint(), failing);
        let failed = stage.api(&create()).await.unwrap_err();
        let message =
            format!("{REFRESHING}: the token endpoint answered {status}: try again later");
        assert_eq!((failed.message, failed.action), (message, Action::Retry));
        assert!(matches!(failed.kind, ErrorKind::Api(api) if api.status == status));
        assert!(
            !failed.may_have_been_done,
            "the request itself was not sent"
        );
        assert_eq!(failed.attempts, 0);
    }
    assert_eq!(stage.store.entries().await, kept);
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_asked_for_again_with_the_same_token() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let kept = stage.store.entries().await;
    for fault in [Fault::CutBeforeAnswer, Fault::CutAfterDoing] {
        stage.simulator.script(On::token_endpoint(), fault);
        let lost = stage.api(&create()).await.unwrap_err();
        let kind =
            ErrorKind::Transport(TransportError::Interrupted("connection closed".to_owned()));
        let message = format!(
            "{REFRESHING}: the connection ended before the whole answer was there (connection \
             closed)"
        );
        assert_eq!(lost, error(kind, Action::Retry, &message));
    }
    assert_eq!(stage.store.entries().await, kept);
    stage.advance(9 * MINUTE);
    let mark = stage.mark();
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    assert_eq!(
        stage.sent_since(mark)[0],
        "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#3 refresh#3"
    );
}

#[tokio::test]
async fn a_store_that_fails_twice_still_ends_with_the_tokens_saved() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    for _ in 0..2 {
        let unavailable = StoreError::Unavailable("failing over".to_owned());
        stage.store.fail(Operation::Put, "tokens/demo", unavailable);
    }
    let mark = stage.mark();
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    let timeline = stage.timeline_since(mark);
    assert_eq!(timeline[2], "store put tokens/demo");
    assert_eq!(
        timeline[4],
        "api GET {site}/rest/api/3/myself access#2 -> 200"
    );
}

#[tokio::test]
async fn a_save_whose_answer_was_lost_counts_as_saved() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let lost = StoreError::Unavailable("the answer was lost".to_owned());
    stage
        .store
        .fail_after_doing(Operation::Put, "tokens/demo", lost);
    let mark = stage.mark();
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    let timeline = stage.timeline_since(mark);
    let saves = timeline
        .iter()
        .filter(|line| *line == "store put tokens/demo");
    assert_eq!(saves.count(), 1);
}

#[tokio::test]
async fn tokens_that_cannot_be_saved_are_not_used_and_asked_for_again() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let failure = StoreError::Other("full".to_owned());
    stage
        .store
        .fail(Operation::Put, "tokens/demo", failure.clone());
    let mark = stage.mark();
    let unsaved = stage.api(&create()).await.unwrap_err();
    let message = "saving the rotated tokens: the secret store failed (full)";
    let expected: Error = error(ErrorKind::SecretStore(failure), Action::Report, message);
    assert_eq!(unsaved, expected);
    assert_eq!(
        stage.sent_since(mark).len(),
        1,
        "nothing is sent with a token that may be lost"
    );
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
}

#[tokio::test]
async fn a_store_that_cannot_compare_is_refused_before_the_refresh_token_is_sent() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let failure = StoreError::Unsupported("no versions".to_owned());
    stage
        .store
        .fail(Operation::Put, "leases/demo", failure.clone());
    let mark = stage.mark();
    let message = "the secret store cannot compare and set (no versions); use one that can";
    let expected = error(
        ErrorKind::SecretStore(failure),
        Action::FixConfiguration,
        message,
    );
    assert_eq!(stage.api(&create()).await.unwrap_err(), expected);
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());
}
