use atlassian_simulator::{Fault, On};
use jira_host::types::{Action, Error, ErrorKind, OauthStep, RefreshOutcome, Request};

use crate::clock::{DAY, HOUR, MINUTE, millis};
use crate::people::connected;
use crate::stage::{DEMO, Stage, assert_answered, error};

fn refresh() -> OauthStep {
    OauthStep::Refresh(DEMO.to_owned())
}

#[tokio::test]
async fn tokens_are_rotated_although_they_are_good() {
    let stage = Stage::connected().await;
    let before = stage.status(DEMO).await;
    stage.advance(MINUTE);
    let mark = stage.mark();
    let refreshed = connected(stage.oauth(refresh()).await);
    assert_eq!(
        stage.timeline_since(mark),
        [
            "store put leases/demo",
            "store put leases/demo",
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2",
            "store put tokens/demo",
            "store delete leases/demo",
        ]
    );
    assert_eq!(refreshed.affected, []);
    let now = stage.clock.unix_ms();
    assert_eq!(refreshed.status.refreshed_at_unix_ms, Some(now));
    assert_eq!(
        refreshed.status.access_expires_at_unix_ms,
        Some(now + millis(HOUR))
    );
    assert_eq!(
        refreshed.status.consented_at_unix_ms,
        before.consented_at_unix_ms
    );
    assert_eq!(refreshed.status.site, before.site);
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
}

#[tokio::test]
async fn every_rotation_moves_the_day_on_which_a_person_must_consent_again() {
    let stage = Stage::connected().await;
    let consented = stage.clock.unix_ms();
    let reauthorize_by = async || stage.status(DEMO).await.reauthorize_by_unix_ms.unwrap();
    assert_eq!(reauthorize_by().await, consented + millis(90 * DAY));
    for days in [80, 160, 240] {
        stage.advance(80 * DAY);
        connected(stage.oauth(refresh()).await);
        assert_eq!(
            reauthorize_by().await,
            consented + millis((days + 90) * DAY)
        );
    }
    stage.advance(80 * DAY);
    connected(stage.oauth(refresh()).await);
    assert_eq!(reauthorize_by().await, consented + millis(365 * DAY));
}

#[tokio::test]
async fn a_grant_that_was_revoked_needs_a_person() {
    let stage = Stage::connected().await;
    stage.simulator.revoke_grants();
    let kind = ErrorKind::ReauthorizationRequired("invalid_grant".to_owned());
    let message = "refreshing the tokens of connection \"demo\": Atlassian no longer accepts this \
                   grant (invalid_grant): it was revoked, not used for 90 days, or has ended; \
                   consent again";
    let refused = stage.oauth(refresh()).await.unwrap_err();
    let expected = Error {
        attempts: 1,
        refresh: Some(RefreshOutcome::Reauthorize),
        ..error(kind, Action::Reauthorize, message)
    };
    assert_answered(refused, &expected);
}

#[tokio::test]
async fn the_errors_of_the_token_endpoint_are_told_apart_by_their_word() {
    let stage = Stage::connected().await;
    let grant = |word: &str| ErrorKind::ReauthorizationRequired(word.to_owned());
    let secret = || ErrorKind::Configuration("client-secret".to_owned());
    for status in [400, 401, 403] {
        for (word, kind) in [
            ("invalid_grant", grant("invalid_grant")),
            ("unauthorized_client", grant("unauthorized_client")),
            ("access_denied", secret()),
            ("invalid_client", secret()),
        ] {
            let body = format!(r#"{{"error":"{word}","error_description":"hush"}}"#);
            stage
                .simulator
                .script(On::token_endpoint(), Fault::json(status, &body));
            let kept = stage.store.entries().await;
            let refused = stage.oauth(refresh()).await.unwrap_err();
            assert_eq!(refused.kind, kind, "{status} {word}");
            assert!(!refused.message.contains("hush"), "{refused}");
            // That a grant is dead is noted beside its tokens, and nothing else.
            let is_noted = matches!(kind, ErrorKind::ReauthorizationRequired(_));
            let changed = stage.store.changed_since(&kept).await;
            let expected: &[&str] = if is_noted { &["tokens/demo"] } else { &[] };
            assert_eq!(changed, expected, "{status} {word}");
        }
    }
    connected(stage.oauth(refresh()).await);
}

#[tokio::test]
async fn a_connection_that_does_not_exist_cannot_be_refreshed() {
    let stage = Stage::connected().await;
    let refused = stage
        .oauth(OauthStep::Refresh("other".to_owned()))
        .await
        .unwrap_err();
    let kind = ErrorKind::ReauthorizationRequired("not-connected".to_owned());
    assert_eq!(refused.kind, kind);
}
