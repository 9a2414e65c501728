use crate::client::{ALL, App, refresh, refresh_grant, token};
use atlassian_simulator::Settings;
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

fn refresh_token(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

async fn rotated(app: &App, token: &str) -> String {
    let reply = refresh(&app.simulator, token).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    refresh_token(&reply.json())
}

async fn refused(app: &App, token: &str) {
    let reply = refresh(&app.simulator, token).await;
    assert_eq!(reply.status, 403);
    assert_eq!(
        reply.json(),
        json!({
            "error": "invalid_grant",
            "error_description": "Unknown or invalid refresh token.",
        })
    );
}

#[tokio::test]
async fn a_refresh_rotates_and_leaves_the_old_access_token_alone() {
    let app = App::ready().await;
    let reply = refresh(&app.simulator, &app.refresh).await.json();
    assert_ne!(refresh_token(&reply), app.refresh);
    assert_ne!(reply["access_token"], app.access.as_str());
    assert_eq!(app.get("/rest/api/3/myself").await.status, 200);
}

#[tokio::test]
async fn the_previous_token_is_good_for_ten_more_minutes() {
    let app = App::ready().await;
    let second = rotated(&app, &app.refresh).await;
    app.simulator.advance(10 * MINUTE);
    let other = rotated(&app, &app.refresh).await;
    assert_ne!(second, other);
    rotated(&app, &other).await;
}

#[tokio::test]
async fn reuse_after_the_leeway_ends_the_whole_family() {
    let app = App::ready().await;
    let second = rotated(&app, &app.refresh).await;
    app.simulator.advance(10 * MINUTE + Duration::from_secs(1));
    refused(&app, &app.refresh).await;
    refused(&app, &second).await;
}

#[tokio::test]
async fn a_token_before_the_previous_one_ends_the_family_within_the_leeway_too() {
    let app = App::ready().await;
    let second = rotated(&app, &app.refresh).await;
    let third = rotated(&app, &second).await;
    refused(&app, &app.refresh).await;
    refused(&app, &third).await;
}

#[tokio::test]
async fn a_family_does_not_end_with_another_of_the_same_account() {
    let mut app = App::ready().await;
    let first = app.refresh.clone();
    app.consent(ALL).await;
    let second = rotated(&app, &first).await;
    app.simulator.advance(11 * MINUTE);
    refused(&app, &first).await;
    refused(&app, &second).await;
    rotated(&app, &app.refresh).await;
}

#[tokio::test]
async fn a_token_that_lies_for_ninety_days_is_dead() {
    let app = App::ready().await;
    app.simulator.advance(90 * DAY);
    let second = rotated(&app, &app.refresh).await;
    app.simulator.advance(90 * DAY + MINUTE);
    refused(&app, &second).await;
}

#[tokio::test]
async fn a_family_ends_a_year_after_the_consent() {
    let app = App::ready().await;
    let mut token = app.refresh.clone();
    for _ in 0..6 {
        app.simulator.advance(60 * DAY);
        token = rotated(&app, &token).await;
    }
    app.simulator.advance(6 * DAY);
    refused(&app, &token).await;
}

#[tokio::test]
async fn an_unknown_token_and_a_wrong_client_are_told_apart() {
    let app = App::ready().await;
    refused(&app, "never issued").await;
    let mut body = refresh_grant(&app.simulator, &app.refresh);
    body["client_secret"] = "wrong".into();
    let reply = token(&app.simulator, body).await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.json()["error"], "access_denied");
}

#[tokio::test]
async fn a_refresh_may_come_without_a_new_refresh_token_and_the_old_one_stays_good() {
    let settings = Settings {
        omit_refresh_token: true,
        ..Settings::default()
    };
    let app = App::with(settings, ALL).await;
    for _ in 0..3 {
        app.simulator.advance(60 * DAY);
        let reply = refresh(&app.simulator, &app.refresh).await;
        assert_eq!(reply.status, 200);
        assert!(reply.json().get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn a_revoked_grant_refuses_everything_until_a_new_consent() {
    let mut app = App::ready().await;
    app.simulator.revoke_grants();
    refused(&app, &app.refresh).await;
    assert_eq!(app.get("/rest/api/3/myself").await.status, 401);
    app.consent(ALL).await;
    assert_eq!(app.get("/rest/api/3/myself").await.status, 200);
    rotated(&app, &app.refresh).await;
}

#[tokio::test]
async fn access_tokens_can_be_expired_before_their_time() {
    let app = App::ready().await;
    app.simulator.expire_access_tokens();
    assert_eq!(app.get("/rest/api/3/myself").await.status, 401);
    rotated(&app, &app.refresh).await;
}
