//! A callback that fails after the tokens are saved, and `choose-site`, which
//! goes on from there.

use atlassian_simulator::{Fault, Settings};
use jira_host::secrets::StoreError;
use jira_host::types::{Action, Authorize, ConnectionState, Error, ErrorKind, Request};

use crate::people::{allow, connected, site_urls};
use crate::stage::{DEMO, Stage, error};
use crate::store::Operation;

/// A consent whose callback fails at this request.
async fn interrupted(stage: &Stage, path: &str, fault: Fault) -> Error {
    stage.script("GET", path, fault);
    stage
        .consent(Authorize::new(DEMO), allow())
        .await
        .unwrap_err()
}

async fn assert_refused_until_the_site_is_chosen(stage: &Stage) {
    let mark = stage.mark();
    let refused = stage.api(&Request::get(DEMO, "/myself")).await.unwrap_err();
    let kind = ErrorKind::Configuration("site".to_owned());
    let message = "no site is chosen for connection \"demo\"; call oauth-exchange with choose-site";
    assert_eq!(refused, error(kind, Action::FixConfiguration, message));
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    assert_eq!(
        stage.status(DEMO).await.state,
        ConnectionState::SiteNotChosen
    );
}

#[tokio::test]
async fn choose_site_goes_on_where_the_callback_was_interrupted() {
    for (path, fault, why) in [
        (
            "/accessible-resources",
            Fault::status(500, &[]),
            "asking /oauth/token/accessible-resources: Atlassian answered 500",
        ),
        (
            "/accessible-resources",
            Fault::json(200, r#"[{"scopes": ["read:jira-work"]}]"#),
            "the list of sites is not the documented one: `id` is missing",
        ),
        (
            "/me",
            Fault::status(429, &[("retry-after", "3600")]),
            "asking /me: Atlassian answered 429: try again later",
        ),
        (
            "/me",
            Fault::json(200, "{}"),
            "the account is not as documented: `account_id` is missing",
        ),
    ] {
        let stage = Stage::set(Settings::default()).await;
        let error = interrupted(&stage, path, fault).await;
        let saved = "the consent is saved, choose-site goes on from here";
        assert_eq!(error.message, format!("{saved}: {why}"));
        assert_refused_until_the_site_is_chosen(&stage).await;

        let mark = stage.mark();
        let finished = connected(stage.choose(DEMO, None).await);
        assert_eq!(finished.status.state, ConnectionState::Ready);
        assert_eq!(
            stage.timeline_since(mark),
            [
                "api GET /oauth/token/accessible-resources access#1 -> 200",
                "api GET /me access#1 -> 200",
                "store put sweep",
                "store put accounts/712020=3A7bf10000-0000-4000-8000-00000000000a",
                "store put connections/demo",
            ]
        );
        stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    }
}

#[tokio::test]
async fn choose_site_goes_on_also_where_the_tokens_were_all_that_was_saved() {
    let stage = Stage::set(Settings::default()).await;
    let failure = StoreError::Other("full".to_owned());
    stage
        .store
        .fail(Operation::Put, "connections/demo", failure);
    let outcome = stage.consent(Authorize::new(DEMO), allow()).await;
    assert!(matches!(
        outcome.unwrap_err().kind,
        ErrorKind::SecretStore(_)
    ));
    assert!(stage.store.keys().await.contains(&"tokens/demo".to_owned()));
    let finished = connected(stage.choose(DEMO, None).await);
    assert_eq!(finished.status.state, ConnectionState::Ready);
}

#[tokio::test]
async fn a_site_chosen_for_an_earlier_consent_does_not_count_until_it_is_confirmed() {
    let stage = Stage::connected().await;
    interrupted(&stage, "/accessible-resources", Fault::status(500, &[])).await;
    assert_refused_until_the_site_is_chosen(&stage).await;
    connected(stage.choose(DEMO, None).await);
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
}

#[tokio::test]
async fn a_grant_without_a_jira_site_says_so() {
    let stage = Stage::set(Settings::default()).await;
    let error = interrupted(&stage, "/accessible-resources", Fault::json(200, "[]")).await;
    assert_eq!(error.kind, ErrorKind::Configuration("site".to_owned()));
    assert_eq!(
        error.message,
        "the consent is saved, choose-site goes on from here: the grant reaches no Jira site: the \
         account has none, or none allows the app; consent again with another account or site"
    );
}

#[tokio::test]
async fn a_store_that_fails_twice_still_ends_with_the_tokens_saved() {
    let stage = Stage::set(Settings::default()).await;
    for key in ["tokens/demo", "tokens/demo", "connections/demo"] {
        let unavailable = StoreError::Unavailable("failing over".to_owned());
        stage.store.fail(Operation::Put, key, unavailable);
    }
    let lost = StoreError::Unavailable("the answer was lost".to_owned());
    stage
        .store
        .fail_after_doing(Operation::Put, "connections/demo", lost);
    let connected = stage.connect(Authorize::new(DEMO)).await;
    assert_eq!(connected.status.state, ConnectionState::Ready);
}

#[tokio::test]
async fn a_site_is_chosen_only_for_a_connection_that_exists() {
    let stage = Stage::set(Settings::two_sites()).await;
    let kind = ErrorKind::ReauthorizationRequired("not-connected".to_owned());
    let message = "there is no connection \"demo\"; make it by oauth-exchange with authorize";
    let expected = error(kind, Action::Reauthorize, message);
    assert_eq!(stage.choose(DEMO, None).await.unwrap_err(), expected);
    stage.authorize(Authorize::new(DEMO)).await;
    assert_eq!(stage.choose(DEMO, None).await.unwrap_err(), expected);
    let sites = site_urls(stage.consent(Authorize::new(DEMO), allow()).await);
    assert_eq!(sites.len(), 2);
}
