use atlassian_simulator::{Fault, Gate, On, Settings};
use jira_host::types::{Action, ErrorKind, OauthStep, Request};

use super::until;
use crate::clock::{HOUR, MINUTE};
use crate::stage::{DEMO, Stage};

fn myself() -> Request {
    Request::get(DEMO, "/myself")
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_saved_before_the_request_is_sent() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let mark = stage.mark();
    let response = stage.api(&myself()).await.unwrap();
    assert_eq!((response.status, response.attempts), (200, 1));
    assert_eq!(
        stage.timeline_since(mark),
        [
            "store put leases/demo",
            "store put leases/demo",
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2",
            "store put tokens/demo",
            "store delete leases/demo",
            "api GET {site}/rest/api/3/myself access#2 -> 200",
        ]
    );
}

#[tokio::test]
async fn a_token_that_is_about_to_expire_is_renewed_and_an_older_one_not_yet() {
    let stage = Stage::connected().await;
    stage.advance(58 * MINUTE);
    stage.api(&myself()).await.unwrap();
    assert_eq!(
        stage.last_request().header("authorization"),
        Some("Bearer access#1")
    );
    stage.advance(MINUTE);
    stage.api(&myself()).await.unwrap();
    assert_eq!(
        stage.last_request().header("authorization"),
        Some("Bearer access#2")
    );
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once_and_the_request_sent_again() {
    let stage = Stage::connected().await;
    stage.simulator.expire_access_tokens();
    let mark = stage.mark();
    let create = Request::post(DEMO, "/issue").with_json_object(
        r#"{"fields": {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"}, "summary": "One"}}"#,
    );
    let response = stage.api(&create).await.unwrap();
    assert_eq!((response.status, response.attempts), (201, 2));
    assert_eq!(
        stage.timeline_since(mark),
        [
            "api POST {site}/rest/api/3/issue access#1 -> 401",
            "store put leases/demo",
            "store put leases/demo",
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2",
            "store put tokens/demo",
            "store delete leases/demo",
            "api POST {site}/rest/api/3/issue access#2 -> 201",
        ]
    );
    let bodies: Vec<_> = stage
        .simulator
        .requests()
        .into_iter()
        .rev()
        .map(|r| r.body)
        .collect();
    assert_eq!(bodies[0], bodies[2], "the body is the same");
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let settings = Settings {
        omit_refresh_token: true,
        ..Settings::default()
    };
    let stage = Stage::connected_to(settings).await;
    let mark = stage.mark();
    for _ in 0..2 {
        stage.advance(HOUR);
        stage.api(&myself()).await.unwrap();
    }
    let sent = stage.sent_since(mark);
    let refreshes: Vec<_> = sent
        .iter()
        .filter(|line| line.starts_with("auth"))
        .collect();
    assert_eq!(
        refreshes,
        [
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2",
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#3",
        ]
    );
}

#[tokio::test]
async fn a_grant_without_a_refresh_token_ends_with_its_access_token() {
    let stage = Stage::set(Settings::default()).await;
    let answer = r#"{"access_token":"a","expires_in":3600,"scope":"read:jira-work read:me"}"#;
    stage
        .simulator
        .script(On::token_endpoint(), Fault::json(200, answer));
    let sites = format!(
        r#"[{{"id":"{}","url":"https://e.example","name":"e","scopes":["read:jira-work"]}}]"#,
        stage.cloud_id()
    );
    stage.script("GET", "/accessible-resources", Fault::json(200, &sites));
    stage.script("GET", "/me", Fault::json(200, r#"{"account_id":"1"}"#));
    let connected = stage.connect(jira_host::types::Authorize::new(DEMO)).await;
    let expires = connected.status.access_expires_at_unix_ms;
    assert_eq!(connected.status.reauthorize_by_unix_ms, expires);
    stage.advance(HOUR);
    let mark = stage.mark();
    let error = stage.api(&myself()).await.unwrap_err();
    let kind = ErrorKind::ReauthorizationRequired("no-refresh-token".to_owned());
    assert_eq!((error.kind, error.action), (kind, Action::Reauthorize));
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn every_request_of_a_step_has_the_renewed_token() {
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let mark = stage.mark();
    stage.choose(DEMO, None).await.unwrap();
    let sent = stage.sent_since(mark);
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(
        sent[1].contains("access#2") && sent[2].contains("access#2"),
        "{sent:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_find_an_expired_token_refresh_it_once() {
    const CALLERS: usize = 64;
    let stage = Stage::connected().await;
    stage.advance(HOUR);
    let (mark, loads) = (stage.mark(), stage.store.reads("connections/"));
    let gate = Gate::new();
    stage
        .simulator
        .script(On::token_endpoint(), Fault::Hold(gate.clone()));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let tenant = stage.tenant.clone();
            tokio::spawn(async move { tenant.api_request(&myself()).await })
        })
        .collect();
    gate.reached().await;
    until(|| stage.store.reads("connections/") == loads + CALLERS).await;
    gate.open();
    let mut waited = 0;
    for caller in callers {
        let response = caller.await.unwrap().unwrap().unwrap();
        waited += usize::from(response.status == 200 && response.attempts == 1);
    }
    assert_eq!(waited, CALLERS);
    let sent = stage.sent_since(mark);
    let refreshes = sent.iter().filter(|line| line.starts_with("auth")).count();
    let requests = sent
        .iter()
        .filter(|line| line.ends_with("/myself access#2 -> 200"))
        .count();
    assert_eq!((refreshes, requests, sent.len()), (1, CALLERS, 1 + CALLERS));
    assert!(!stage.store.keys().await.contains(&"leases/demo".to_owned()));
}

#[tokio::test]
async fn two_connections_do_not_wait_for_each_other() {
    let stage = Stage::connected().await;
    stage
        .connect(jira_host::types::Authorize::new("other").with_service_management())
        .await;
    let gate = Gate::new();
    stage
        .simulator
        .script(On::token_endpoint(), Fault::Hold(gate.clone()));
    let refresh = OauthStep::Refresh(DEMO.to_owned());
    let held = stage.oauth(refresh);
    let others = async {
        gate.reached().await;
        stage
            .oauth(OauthStep::Refresh("other".to_owned()))
            .await
            .unwrap();
        gate.open();
    };
    let (held, ()) = tokio::join!(held, others);
    held.unwrap();
}
