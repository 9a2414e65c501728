use atlassian_simulator::{Fault, On, Settings};
use jira_host::types::{
    Action, Authorize, Callback, Consent, Error, ErrorKind, OauthStep, RateLimit, Request,
    TransportError,
};
use serde_json::Value;

use crate::clock::hurried;
use crate::people::connected;
use crate::stage::{DEMO, Stage, assert_answered, configuration, reauthorize};

async fn allowed(stage: &Stage) -> (Consent, String) {
    stage.allowed(Authorize::new(DEMO)).await
}

#[tokio::test]
async fn the_tokens_are_saved_before_anything_else_is_sent() {
    let stage = Stage::set(Settings::default()).await;
    let (consent, redirect_url) = allowed(&stage).await;
    let key = stage
        .store
        .keys()
        .await
        .into_iter()
        .find(|key| key.starts_with("consents/"));
    let mark = stage.mark();
    connected(stage.callback(DEMO, &consent.state, &redirect_url).await);
    assert_eq!(
        stage.timeline_since(mark),
        [
            format!("store delete {}", key.unwrap()).as_str(),
            "auth POST /oauth/token grant_type=authorization_code code#1 -> 200 access#1 refresh#1",
            "store put tokens/demo",
            "store put connections/demo",
            "api GET /oauth/token/accessible-resources access#1 -> 200",
            "api GET /me access#1 -> 200",
            "store put sweep",
            "store put accounts/712020=3A7bf10000-0000-4000-8000-00000000000a",
            "store put connections/demo",
        ]
    );
}

#[tokio::test]
async fn a_connection_is_told_with_site_account_and_scopes() {
    let stage = Stage::set(Settings::default()).await;
    let mut ask = Authorize::new(DEMO).with_service_management();
    ask.display_name = Some("Die Werkstatt".to_owned());
    ask.description = Some("Für alles".to_owned());
    let connected = stage.connect(ask).await;
    assert_eq!(connected.affected, []);
    let status = connected.status;
    let settings = stage.simulator.settings();
    assert_eq!(status.connection, DEMO);
    assert_eq!(status.display_name.as_deref(), Some("Die Werkstatt"));
    assert_eq!(status.description.as_deref(), Some("Für alles"));
    assert!(status.service_management);
    let site = status.site.clone().unwrap();
    assert_eq!(
        (site.cloud_id.as_str(), site.url.as_str()),
        (stage.cloud_id(), "https://example.atlassian.net")
    );
    assert!(site.scopes.contains(&"read:servicedesk-request".to_owned()));
    let account = status.account.clone().unwrap();
    assert_eq!(account.account_id, settings.accounts[0].account_id);
    assert_eq!(account.name.as_deref(), Some("Ada Ohm"));
    assert_eq!(account.retrieved_at_unix_ms, stage.clock.unix_ms());
    assert_eq!(status.granted_scopes.len(), 12);
    assert_eq!(status.missing_scopes, Vec::<String>::new());
    assert_eq!(status, stage.status(DEMO).await);
}

#[tokio::test]
async fn a_wrong_client_secret_is_for_the_operator() {
    let stage = Stage::set(Settings::default()).await;
    let (mine, redirect_url) = allowed(&stage).await;
    let mut app: Value = serde_json::from_str(&stage.simulator.app_record()).unwrap();
    app["client_secret"] = "another-secret".into();
    stage.store.write_app(&app.to_string());
    let message = "exchanging the code: Atlassian does not accept \
                   client_id and client_secret of the application record (access_denied)";
    let refused = stage.callback(DEMO, &mine.state, &redirect_url).await;
    let expected = Error {
        attempts: 1,
        ..configuration("client-secret", message)
    };
    assert_answered(refused.unwrap_err(), &expected);
    assert_eq!(stage.store.keys().await, ["app"]);
}

#[tokio::test]
async fn a_code_that_was_used_needs_a_new_consent() {
    let stage = Stage::set(Settings::default()).await;
    let (first, first_url) = allowed(&stage).await;
    connected(stage.callback(DEMO, &first.state, &first_url).await);
    let (second, _) = allowed(&stage).await;
    let mixed = first_url.replace(&first.state, &second.state);
    let before = stage.store.entries().await.len();
    let error = stage
        .callback(DEMO, &second.state, &mixed)
        .await
        .unwrap_err();
    let message = "exchanging the code: the authorization code was used \
                   already or is too old; begin the consent again";
    let expected = Error {
        attempts: 1,
        ..reauthorize("invalid_request", message)
    };
    assert_answered(error, &expected);
    assert_eq!(
        stage.store.entries().await.len(),
        before - 1,
        "the consent is used up"
    );
    let request = Request::get(DEMO, "/myself");
    assert_eq!(
        stage.api(&request).await.unwrap().status,
        200,
        "the old tokens stay"
    );
}

#[tokio::test]
async fn a_token_endpoint_that_fails_changes_nothing_of_the_connection() {
    let stage = Stage::connected().await;
    let kept = stage.store.entries().await;
    let table = [
        (
            Fault::status(429, &[("retry-after", "60")]),
            "the token endpoint answered 429: try again later",
        ),
        (
            Fault::status(500, &[]),
            "the token endpoint answered 500: try again later",
        ),
        (
            Fault::json(503, "<html>"),
            "the token endpoint answered 503: try again later",
        ),
        (
            Fault::json(200, "{}"),
            "the token endpoint answered with success, but `access_token` is missing",
        ),
        (
            Fault::json(200, "hush"),
            "the token endpoint answered with success, but it is not JSON (line 1, column 1)",
        ),
        (
            Fault::json(418, r#"{"error":"teapot"}"#),
            "the token endpoint answered 418 (teapot)",
        ),
        (
            Fault::json(418, r#"{"error":"Hush hush"}"#),
            "the token endpoint answered 418 (no error code)",
        ),
    ];
    for (fault, why) in table {
        let (consent, redirect_url) = allowed(&stage).await;
        stage.simulator.script(On::token_endpoint(), fault);
        let error = stage
            .callback(DEMO, &consent.state, &redirect_url)
            .await
            .unwrap_err();
        assert_eq!(error.message, format!("exchanging the code: {why}"));
        if let ErrorKind::RateLimited(RateLimit { retry_after_ms, .. }) = error.kind {
            assert_eq!(retry_after_ms, Some(60_000));
        }
        let entries = stage.store.entries().await;
        let entries: Vec<_> = entries
            .into_iter()
            .filter(|(key, _)| !key.starts_with("consents/"))
            .collect();
        assert_eq!(entries, kept);
    }
}

#[tokio::test]
async fn a_callback_that_is_not_let_to_the_token_endpoint_can_be_repeated() {
    let stage = Stage::set(Settings::default()).await;
    let (consent, redirect_url) = allowed(&stage).await;
    let callback = OauthStep::Callback(Callback {
        connection: DEMO.to_owned(),
        state: consent.state.clone(),
        redirect_url: redirect_url.clone(),
    });
    let closed = stage.tenant_on([]);
    let denied = closed.oauth_exchange(&callback).await.unwrap().unwrap_err();
    assert!(
        matches!(denied.kind, ErrorKind::Transport(TransportError::Denied(_))),
        "{denied:?}"
    );
    assert_eq!(denied.action, Action::FixConfiguration);
    connected(stage.callback(DEMO, &consent.state, &redirect_url).await);
}

#[tokio::test]
async fn a_callback_that_fails_can_be_repeated_or_choose_site_goes_on() {
    let sites = || On::method_path("GET", "/accessible-resources");
    let account = || On::method_path("GET", "/me");
    for (on, fault, times) in [
        (On::token_endpoint(), Fault::status(429, &[]), 5),
        (On::token_endpoint(), Fault::status(503, &[]), 1),
        (On::token_endpoint(), Fault::CutBeforeAnswer, 1),
        (sites(), Fault::status(503, &[]), 5),
        (sites(), Fault::CutBeforeAnswer, 5),
        (account(), Fault::status(429, &[]), 5),
    ] {
        let stage = Stage::set(Settings::default()).await;
        let (consent, redirect_url) = allowed(&stage).await;
        let what = format!("{on}: {fault:?}");
        for _ in 0..times {
            stage.simulator.script(on.clone(), fault.clone());
        }
        let failed = hurried(stage.callback(DEMO, &consent.state, &redirect_url)).await;
        let error = failed.unwrap_err();
        // How many of them there is time for depends on chance. What is left is met
        // by the repetition, which outlasts it.
        assert!(stage.simulator.unmet_faults().len() < times, "{what}");
        let again = match error.action {
            Action::Retry => hurried(stage.callback(DEMO, &consent.state, &redirect_url)).await,
            _ => hurried(stage.choose(DEMO, None)).await,
        };
        assert!(again.is_ok(), "{what}: first {error:?}, then {again:?}");
    }
}
