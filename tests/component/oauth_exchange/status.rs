use atlassian_simulator::Settings;
use jira_host::secrets::StoreError;
use jira_host::types::{Action, Authorize, ConnectionState, ErrorKind, OauthStep};

use crate::clock::{DAY, HOUR, millis};
use crate::stage::{DEMO, Stage, error, invalid};
use crate::store::Operation;

const NAMES: [&str; 7] = [
    "a",
    "a b",
    "a/b",
    "=3D",
    "..",
    "m\u{fc}ller/7",
    "\u{65e5}\u{672c}",
];

#[tokio::test]
async fn every_connection_is_listed_by_its_name_whatever_is_in_it() {
    let stage = Stage::set(Settings::default()).await;
    assert_eq!(stage.statuses(None).await, []);
    for name in NAMES {
        stage.connect(Authorize::new(name)).await;
    }
    let mark = stage.mark();
    let all = stage.statuses(None).await;
    let mut names: Vec<&str> = all
        .iter()
        .map(|status| status.connection.as_str())
        .collect();
    names.sort_unstable();
    let mut expected = NAMES;
    expected.sort_unstable();
    assert_eq!(names, expected);
    for name in NAMES {
        let one = stage.status(name).await;
        assert_eq!(one.connection, name);
        assert_eq!(one.state, ConnectionState::Ready);
        assert!(all.contains(&one));
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_status_says_when_what_ends() {
    let stage = Stage::connected().await;
    let now = stage.clock.unix_ms();
    let status = stage.status(DEMO).await;
    assert_eq!(status.access_expires_at_unix_ms, Some(now + millis(HOUR)));
    assert_eq!(status.consented_at_unix_ms, Some(now));
    assert_eq!(status.refreshed_at_unix_ms, Some(now));
    assert_eq!(status.reauthorize_by_unix_ms, Some(now + millis(90 * DAY)));
}

#[tokio::test]
async fn a_connection_that_was_not_used_for_90_days_needs_a_person() {
    let stage = Stage::connected().await;
    stage.clock.advance(89 * DAY);
    assert_eq!(stage.status(DEMO).await.state, ConnectionState::Ready);
    stage.clock.advance(DAY);
    let state = stage.status(DEMO).await.state;
    assert_eq!(state, ConnectionState::ReauthorizationRequired);
}

#[tokio::test]
async fn scopes_that_were_not_granted_are_missing() {
    let stage = Stage::connected().await;
    let answer = r#"{"access_token":"a","expires_in":3600,"scope":"read:me read:jira-work"}"#;
    stage.simulator.script(
        atlassian_simulator::On::token_endpoint(),
        atlassian_simulator::Fault::json(200, answer),
    );
    stage
        .oauth(OauthStep::Refresh(DEMO.to_owned()))
        .await
        .unwrap();
    let status = stage.status(DEMO).await;
    assert_eq!(status.granted_scopes, ["read:me", "read:jira-work"]);
    assert_eq!(status.missing_scopes.len(), 10);
    assert!(status.missing_scopes.contains(&"offline_access".to_owned()));
}

#[tokio::test]
async fn no_token_is_in_a_status() {
    let stage = Stage::connected().await;
    let shown = format!("{:?}", stage.statuses(None).await);
    let tokens = stage.store.texts();
    let mut tokens = tokens.iter().filter(|text| text.len() >= 700).peekable();
    assert!(tokens.peek().is_some());
    assert!(tokens.all(|token| !shown.contains(token.as_str())));
}

#[tokio::test]
async fn a_connection_that_does_not_exist_has_no_status() {
    let stage = Stage::connected().await;
    stage.authorize(Authorize::new("begun")).await;
    let status = |name: &str| OauthStep::Status(Some(name.to_owned()));
    for name in ["other", "begun", "dem", "demo/"] {
        let kind = ErrorKind::ReauthorizationRequired("not-connected".to_owned());
        let message =
            format!("there is no connection {name:?}; make it by oauth-exchange with authorize");
        let expected = error(kind, Action::Reauthorize, &message);
        assert_eq!(stage.oauth(status(name)).await.unwrap_err(), expected);
    }
    let expected = invalid("connection", "a name has 1 to 64 bytes, this one has 0");
    assert_eq!(stage.oauth(status("")).await.unwrap_err(), expected);
    assert_eq!(stage.statuses(None).await.len(), 1);
}

#[tokio::test]
async fn a_store_that_cannot_list_is_told_in_its_own_words() {
    let stage = Stage::connected().await;
    let failure = StoreError::Other("no index".to_owned());
    stage
        .store
        .fail(Operation::List, "connections/", failure.clone());
    let message = "the secret store failed (no index)";
    let expected = error(ErrorKind::SecretStore(failure), Action::Report, message);
    assert_eq!(
        stage.oauth(OauthStep::Status(None)).await.unwrap_err(),
        expected
    );
}
