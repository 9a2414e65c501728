use atlassian_simulator::{Fault, On};
use jira_host::secrets::StoreError;
use jira_host::types::{
    Action, Error, ErrorKind, RateLimit, RefreshOutcome, Request, TransportError,
};

use crate::clock::{HOUR, MINUTE, hurried};
use crate::stage::{DEMO, Stage, assert_answered, error};
use crate::store::Operation;

const REFRESHING: &str = "refreshing the tokens of connection \"demo\"";

fn create() -> Request {
    Request::post(DEMO, "/issue").with_json_object("{}")
}

/// What a request fails with whose refresh meets this as often as it is sent.
async fn failed_thrice(stage: &Stage, fault: Fault) -> Error {
    for _ in 0..3 {
        stage.simulator.script(On::token_endpoint(), fault.clone());
    }
    let failed = hurried(stage.api(&create())).await.unwrap_err();
    assert_eq!(stage.simulator.unmet_faults(), Vec::<String>::new());
    failed
}

#[tokio::test]
async fn a_dead_grant_needs_a_person_and_is_asked_for_once() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    stage.simulator.revoke_grants();
    let kept = stage.store.entries().await;
    let kind = ErrorKind::ReauthorizationRequired("invalid_grant".to_owned());
    let message = format!(
        "{REFRESHING}: Atlassian no longer accepts this grant (invalid_grant): it was revoked, not \
         used for 90 days, or has ended; consent again"
    );
    let expected = Error {
        refresh: Some(RefreshOutcome::Reauthorize),
        ..error(kind.clone(), Action::Reauthorize, &message)
    };
    assert_answered(stage.api(&create()).await.unwrap_err(), &expected);
    assert_eq!(stage.store.changed_since(&kept).await, ["tokens/demo"]);
    let mark = stage.mark();
    assert_eq!(stage.api(&create()).await.unwrap_err().kind, kind);
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
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
    let failed = failed_thrice(&stage, Fault::status(429, &limited)).await;
    let message = format!("{REFRESHING}: the token endpoint answered 429: try again later");
    let expected = Error {
        waited_ms: failed.waited_ms,
        refresh: Some(RefreshOutcome::Failed),
        ..error(ErrorKind::RateLimited(limit), Action::Retry, &message)
    };
    assert!(failed.waited_ms >= 2 * 3_000, "{failed:?}");
    assert_answered(failed, &expected);
    assert_eq!(stage.store.changed_since(&kept).await, Vec::<String>::new());

    for status in [500, 502, 503] {
        let failed = failed_thrice(&stage, Fault::json(status, "<html>Down</html>")).await;
        let message =
            format!("{REFRESHING}: the token endpoint answered {status}: try again later");
        assert_eq!((failed.message, failed.action), (message, Action::Retry));
        assert!(matches!(failed.kind, ErrorKind::Api(api) if api.status == status));
        assert!(
            !failed.may_have_been_done,
            "the request itself was not sent"
        );
        assert_eq!(failed.attempts, 0);
        assert_eq!(
            stage.store.changed_since(&kept).await,
            ["leases/demo"],
            "that the token may have been spent is written down"
        );
    }
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_asked_for_again_with_the_same_token() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let kept = stage.store.entries().await;
    for fault in [Fault::CutBeforeAnswer, Fault::CutAfterDoing] {
        let lost = failed_thrice(&stage, fault).await;
        let kind =
            ErrorKind::Transport(TransportError::Interrupted("connection closed".to_owned()));
        let message = format!(
            "{REFRESHING}: the connection ended before the whole answer was there (connection \
             closed)"
        );
        let expected = Error {
            waited_ms: lost.waited_ms,
            refresh: Some(RefreshOutcome::Failed),
            ..error(kind, Action::Retry, &message)
        };
        assert_eq!(lost, expected);
    }
    assert_eq!(stage.store.changed_since(&kept).await, ["leases/demo"]);
    stage.advance(9 * MINUTE);
    let mark = stage.mark();
    let response = stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    assert_eq!(response.refresh, Some(RefreshOutcome::Recovered));
    assert_eq!(
        stage.sent_since(mark)[0],
        "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#5 refresh#5"
    );
    assert!(!stage.store.keys().await.contains(&"leases/demo".to_owned()));
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
    assert_eq!(timeline[3], "store put tokens/demo");
    assert_eq!(
        timeline[5],
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
    let expected = Error {
        refresh: Some(RefreshOutcome::Failed),
        ..error(ErrorKind::SecretStore(failure), Action::Report, message)
    };
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
    let kind = ErrorKind::SecretStore(failure);
    let expected = Error {
        refresh: Some(RefreshOutcome::Failed),
        ..error(kind, Action::FixConfiguration, message)
    };
    assert_eq!(stage.api(&create()).await.unwrap_err(), expected);
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());
}
