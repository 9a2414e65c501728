//! What is wrong before Jira is asked: connections, scopes, sites, the record
//! of the application, the store.

use atlassian_simulator::{Fault, Settings};
use jira_host::secrets::StoreError;
use jira_host::types::{Action, Authorize, Error, ErrorKind, RefreshOutcome, Request};

use crate::people::allow;
use crate::stage::{DEMO, Stage, assert_answered, configuration, error, reauthorize};
use crate::store::Operation;

fn myself() -> Request {
    Request::get(DEMO, "/myself")
}

#[tokio::test]
async fn a_connection_that_does_not_exist_is_named() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    let request = Request::get("no/body", "/myself");
    assert_eq!(
        stage.api(&request).await.unwrap_err(),
        reauthorize(
            "not-connected",
            "there is no connection \"no/body\"; make it by oauth-exchange with authorize",
        )
    );
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_needs_a_person() {
    let stage = Stage::connected().await;
    let refusal = || Fault::json(401, r#"{"code":401,"message":"Unauthorized"}"#);
    stage.script("GET", "/myself", refusal());
    let traced = Fault::status(401, &[("atl-traceid", "trace")]);
    stage.script("GET", "/myself", traced);
    let mark = stage.mark();
    let message = "a fresh access token was refused (401); the grant may have been revoked; \
                   consent again";
    let expected = Error {
        attempts: 2,
        refresh: Some(RefreshOutcome::Rotated),
        ..reauthorize("unauthorized", message)
    };
    assert_answered(stage.api(&myself()).await.unwrap_err(), &expected);
    assert_eq!(
        stage.sent_since(mark),
        [
            "api GET {site}/rest/api/3/myself access#1 -> 401 (scripted)",
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2",
            "api GET {site}/rest/api/3/myself access#2 -> 401 (scripted)",
        ]
    );
}

#[tokio::test]
async fn a_missing_scope_is_told_with_those_that_are_there_and_nothing_is_refreshed() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    let message = "the gateway says that the scopes do not match: the connection lacks a scope of \
         this operation, or there is no such path; granted are: read:me read:jira-user \
         read:jira-work write:jira-work manage:jira-project manage:jira-configuration \
         manage:jira-webhook offline_access report:personal-data read:servicedesk-request \
         write:servicedesk-request manage:servicedesk-customer; add the scope to the app in the \
         developer console and authorize again with it";
    let expected = Error {
        attempts: 1,
        ..configuration("scope", message)
    };
    let request = Request::get(DEMO, "/rest/agile/1.0/board");
    assert_answered(stage.api(&request).await.unwrap_err(), &expected);
    assert_eq!(
        stage.timeline_since(mark),
        ["api GET {site}/rest/agile/1.0/board access#1 -> 401"]
    );
}

#[tokio::test]
async fn a_scope_mismatch_is_told_by_its_body_alone_too() {
    let stage = Stage::connected().await;
    let body = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    stage.script("GET", "/myself", Fault::json(401, body));
    let mark = stage.mark();
    let error = stage.api(&myself()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Configuration("scope".to_owned()));
    assert_eq!(stage.sent_since(mark).len(), 1);
}

#[tokio::test]
async fn a_site_where_the_app_is_not_installed_is_named() {
    let stage = Stage::connected().await;
    let message = "the app is not installed on the site example (https://example.atlassian.net): \
                   the gateway answered 403: The app is not installed on this instance; \
                   consent again for it, or choose another site";
    for body in [
        r#"{"code":403,"message":"The app is not installed on this instance"}"#,
        r#"{"errorMessages":["The app is not installed on this instance."]}"#,
    ] {
        stage.script("GET", "/myself", Fault::json(403, body));
        let expected = Error {
            attempts: 1,
            ..configuration("site", message)
        };
        assert_eq!(stage.api(&myself()).await.unwrap_err(), expected);
    }
}

#[tokio::test]
async fn a_connection_whose_site_is_not_chosen_sends_nothing() {
    let stage = Stage::set(Settings::two_sites()).await;
    stage.consent(Authorize::new(DEMO), allow()).await.unwrap();
    let mark = stage.mark();
    assert_eq!(
        stage.api(&myself()).await.unwrap_err(),
        configuration(
            "site",
            "no site is chosen for connection \"demo\"; call oauth-exchange with choose-site",
        )
    );
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_wrong_record_of_the_application_is_told_without_its_values() {
    let stage = Stage::connected().await;
    let table = [
        ("hush", "it is not JSON (line 1, column 1)"),
        ("{}", "`redirect_uri` is missing"),
        (
            r#"{"client_id":"i","client_secret":"hush","redirect_uri":"https://h/","secret":"hush"}"#,
            "unknown member `secret`; the members are client_id, client_secret, redirect_uri, \
             report_personal_data, auth_origin, api_origin",
        ),
        (
            r#"{"client_id":"i","client_secret":"hush","redirect_uri":"https://h/","api_origin":"http://hush.example"}"#,
            "`api_origin` must be https, or http on a loopback address",
        ),
    ];
    let mark = stage.mark();
    for (record, why) in table {
        stage.store.write_app(record);
        let message = format!("the application record `app`: {why}");
        let error = stage.api(&myself()).await.unwrap_err();
        assert_eq!(error, configuration("app", &message));
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_store_without_the_record_of_the_application_says_what_to_write() {
    use jira_host::Network;
    use jira_host::secrets::MemoryStore;
    let network = Network::allowing([""; 0]).unwrap();
    let store = std::sync::Arc::new(MemoryStore::new());
    let tenant = crate::stage::connector().tenant(store, network);
    let mut error = tenant.api_request(&myself()).await.unwrap().unwrap_err();
    error.traits = None;
    let message = "the store has no application record; write `app` with client_id, client_secret \
                   and redirect_uri";
    assert_eq!(error, configuration("app", message));
}

#[tokio::test]
async fn a_store_that_fails_is_told_in_its_own_words() {
    let stage = Stage::connected().await;
    let table = [
        (
            StoreError::AccessDenied,
            Action::FixConfiguration,
            "the secret store does not allow it",
        ),
        (
            StoreError::TooLarge(7),
            Action::FixConfiguration,
            "the secret store accepts no more than 7 bytes",
        ),
        (
            StoreError::Unavailable("locked".to_owned()),
            Action::Retry,
            "the secret store is not available (locked)",
        ),
        (
            StoreError::Unsupported("no versions".to_owned()),
            Action::FixConfiguration,
            "the secret store cannot compare and set (no versions); use one that can",
        ),
        (
            StoreError::Other("bits fell over".to_owned()),
            Action::Report,
            "the secret store failed (bits fell over)",
        ),
    ];
    let mark = stage.mark();
    for (failure, action, message) in table {
        for key in ["app", "connections/demo", "tokens/demo"] {
            stage.store.fail(Operation::Get, key, failure.clone());
            let expected = error(ErrorKind::SecretStore(failure.clone()), action, message);
            assert_eq!(stage.api(&myself()).await.unwrap_err(), expected);
        }
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}
