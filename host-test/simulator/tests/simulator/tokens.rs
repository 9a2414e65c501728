use crate::client::{ALL, App, authorize_url, code, code_grant, exchange, token, try_send};
use atlassian_simulator::{Decision, Settings, Simulator};
use serde_json::json;
use std::time::Duration;

async fn consented() -> (Simulator, String) {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let url = authorize_url(&simulator, ALL, "a-state-of-mine");
    let allow = Decision::Allow { sites: Vec::new() };
    let back = simulator.consent(&url, allow).await.unwrap();
    (simulator, code(&back))
}

#[tokio::test]
async fn a_code_is_exchanged_for_opaque_tokens() {
    let (simulator, code) = consented().await;
    let reply = exchange(&simulator, &code).await;
    assert_eq!(reply.status, 200);
    let tokens = reply.json();
    assert!(tokens["access_token"].as_str().unwrap().len() > 1024);
    assert!(tokens["refresh_token"].as_str().unwrap().len() > 100);
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], ALL);
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let app = App::with_scope("read:me").await;
    assert_eq!(app.refresh, "");
}

#[tokio::test]
async fn a_code_works_once() {
    let (simulator, code) = consented().await;
    assert_eq!(exchange(&simulator, &code).await.status, 200);
    let again = exchange(&simulator, &code).await;
    assert_eq!(again.status, 400);
    assert_eq!(
        again.json(),
        json!({"error": "invalid_request", "error_description": "authorization_code is invalid"})
    );
}

#[tokio::test]
async fn a_code_works_for_ten_minutes() {
    let (simulator, code) = consented().await;
    simulator.advance(Duration::from_secs(601));
    assert_eq!(exchange(&simulator, &code).await.status, 400);
}

#[tokio::test]
async fn a_code_belongs_to_its_redirect_uri() {
    let (simulator, code) = consented().await;
    let mut body = code_grant(&simulator, &code);
    body["redirect_uri"] = "https://connector.example/other".into();
    assert_eq!(token(&simulator, body).await.status, 400);
    assert_eq!(exchange(&simulator, &code).await.status, 200);
}

#[tokio::test]
async fn wrong_client_credentials_are_access_denied_and_use_nothing_up() {
    let (simulator, code) = consented().await;
    for member in ["client_id", "client_secret"] {
        let mut body = code_grant(&simulator, &code);
        body[member] = "wrong".into();
        let refused = token(&simulator, body).await;
        assert_eq!(refused.status, 401);
        assert_eq!(
            refused.json(),
            json!({"error": "access_denied", "error_description": "Unauthorized"})
        );
    }
    assert_eq!(exchange(&simulator, &code).await.status, 200);
}

#[tokio::test]
async fn the_token_endpoint_takes_json_and_nothing_else() {
    let (simulator, code) = consented().await;
    let body = code_grant(&simulator, &code).to_string();
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", body.as_str()),
        ("text/plain", body.as_str()),
        ("application/json", "grant_type=refresh_token"),
        ("application/json", "[]"),
    ] {
        let headers = [("content-type", content_type)];
        let origin = simulator.auth_origin();
        let reply = try_send(origin, "POST", "/oauth/token", &headers, body.to_owned()).await;
        let reply = reply.unwrap();
        assert_eq!(reply.status, 400, "{content_type} {body}");
        assert_eq!(reply.json()["error"], "invalid_request");
    }
    let mut body = code_grant(&simulator, &code);
    body["grant_type"] = "client_credentials".into();
    let reply = token(&simulator, body).await;
    assert_eq!(reply.json()["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn an_access_token_ends_with_its_lifetime() {
    let app = App::ready().await;
    app.simulator.advance(Duration::from_secs(3599));
    assert_eq!(app.get("/rest/api/3/myself").await.status, 200);
    app.simulator.advance(Duration::from_secs(1));
    let refused = app.get("/rest/api/3/myself").await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.json(),
        json!({"code": 401, "message": "Unauthorized"})
    );
}

#[tokio::test]
async fn scopes_of_a_new_consent_replace_those_of_tokens_already_issued() {
    let mut app = App::with_scope("read:me read:jira-user offline_access").await;
    let before = app.access.clone();
    app.consent("read:jira-work offline_access").await;
    app.access = before;
    assert_eq!(app.get("/rest/api/3/myself").await.status, 401);
    assert_eq!(app.get("!/me").await.status, 403);
    assert_eq!(app.get("/rest/api/3/issue/DEMO-1").await.status, 200);
}

#[tokio::test]
async fn sites_of_a_new_consent_are_added_to_tokens_already_issued() {
    let simulator = Simulator::start(Settings::two_sites()).await.unwrap();
    let sites: Vec<String> = simulator
        .settings()
        .sites
        .iter()
        .map(|site| site.cloud_id.clone())
        .collect();
    let mut access = Vec::new();
    for site in &sites {
        let url = authorize_url(&simulator, ALL, "a-state-of-mine");
        let only = Decision::Allow {
            sites: vec![site.clone()],
        };
        let back = simulator.consent(&url, only).await.unwrap();
        let tokens = exchange(&simulator, &code(&back)).await.json();
        access.push(tokens["access_token"].as_str().unwrap().to_owned());
    }
    let first = App {
        simulator,
        access: access.remove(0),
        refresh: String::new(),
    };
    let resources = first.get("!/oauth/token/accessible-resources").await.json();
    assert_eq!(resources.as_array().unwrap().len(), 2);
}
