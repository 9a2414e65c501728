use std::collections::{BTreeMap, BTreeSet};

use atlassian_simulator::{ConsentError, Settings};
use jira_host::types::{Authorize, Consent, OauthStep};
use url::Url;

use crate::clock::{HOUR, START_UNIX_MS};
use crate::people::allow;
use crate::stage::{DEMO, Stage, invalid};

const USUAL: &str = "read:me read:jira-user read:jira-work write:jira-work manage:jira-project \
                     manage:jira-configuration manage:jira-webhook offline_access";
const SERVICE_MANAGEMENT: &str =
    "read:servicedesk-request write:servicedesk-request manage:servicedesk-customer";

fn query(consent: &Consent) -> Vec<(String, String)> {
    let url = Url::parse(&consent.url).unwrap();
    url.query_pairs().into_owned().collect()
}

fn scope(consent: &Consent) -> String {
    let query: BTreeMap<String, String> = query(consent).into_iter().collect();
    query["scope"].clone()
}

#[tokio::test]
async fn the_url_is_the_documented_one_and_nothing_is_sent() {
    let stage = Stage::set(Settings::default()).await;
    let mark = stage.mark();
    let consent = stage.authorize(Authorize::new(DEMO)).await;
    let url = Url::parse(&consent.url).unwrap();
    assert_eq!(
        url.origin().ascii_serialization(),
        stage.simulator.auth_origin()
    );
    assert_eq!(url.path(), "/authorize");
    let settings = stage.simulator.settings();
    let expected = [
        ("audience", "api.atlassian.com"),
        ("client_id", &settings.client_id),
        ("scope", &format!("{USUAL} report:personal-data")),
        ("redirect_uri", &settings.redirect_uri),
        ("state", &consent.state),
        ("response_type", "code"),
        ("prompt", "consent"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(query(&consent), expected);
    assert!(
        !url.query().unwrap().contains('+'),
        "scopes are separated by %20"
    );
    assert_eq!(consent.expires_at_unix_ms, START_UNIX_MS + 10 * 60 * 1000);
    let timeline = stage.timeline_since(mark);
    let [write] = &timeline[..] else {
        panic!("{timeline:?}");
    };
    assert!(write.starts_with("store put consents/demo/"), "{write}");
    assert!(!write.contains(&consent.state), "{write}");
}

#[tokio::test]
async fn service_management_and_extra_scopes_are_added_each_once() {
    let stage = Stage::set(Settings::default()).await;
    let mut ask = Authorize::new(DEMO).with_service_management();
    ask.extra_scopes = ["read:jira-work", "read:project:jira", "read:project:jira"]
        .map(str::to_owned)
        .to_vec();
    let consent = stage.authorize(ask).await;
    assert_eq!(
        scope(&consent),
        format!("{USUAL} report:personal-data {SERVICE_MANAGEMENT} read:project:jira")
    );
}

#[tokio::test]
async fn an_app_that_cannot_report_personal_data_does_not_ask_for_it() {
    let mut settings = Settings::default();
    settings
        .app_scopes
        .retain(|scope| scope != "report:personal-data");
    let stage = Stage::set(settings).await;
    let connected = stage.connect(Authorize::new(DEMO)).await;
    assert_eq!(connected.status.granted_scopes.join(" "), USUAL);
    assert_eq!(connected.status.missing_scopes, Vec::<String>::new());
}

#[tokio::test]
async fn every_state_is_another_and_cannot_be_guessed() {
    let stage = Stage::set(Settings::default()).await;
    let mut states = BTreeSet::new();
    let mut digits = BTreeSet::new();
    for _ in 0..32 {
        let state = stage.authorize(Authorize::new(DEMO)).await.state;
        assert_eq!(state.len(), 64, "256 bits as hexadecimal digits");
        assert!(
            state.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{state}"
        );
        digits.extend(state.chars());
        states.insert(state);
    }
    assert_eq!((states.len(), digits.len()), (32, 16));
}

#[tokio::test]
async fn consents_that_never_came_back_are_cleared_away() {
    let stage = Stage::set(Settings::default()).await;
    stage.authorize(Authorize::new(DEMO)).await;
    stage.authorize(Authorize::new("demo2")).await;
    stage.advance(HOUR);
    stage.authorize(Authorize::new(DEMO)).await;
    let keys = stage.store.keys().await;
    let of = |prefix: &str| keys.iter().filter(|key| key.starts_with(prefix)).count();
    assert_eq!((of("consents/demo/"), of("consents/demo2/")), (1, 0));
}

#[tokio::test]
async fn a_connection_works_on_until_the_new_consent_comes() {
    let stage = Stage::connected().await;
    stage.authorize(Authorize::new(DEMO)).await;
    let request = jira_host::types::Request::get(DEMO, "/myself");
    assert_eq!(stage.api(&request).await.unwrap().status, 200);
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let stage = Stage::set(Settings::default()).await;
    let mark = stage.mark();
    let ask = || Authorize::new(DEMO);
    let table = [
        (
            Authorize::new(""),
            invalid("connection", "a name has 1 to 64 bytes, this one has 0"),
        ),
        (
            Authorize {
                display_name: Some("x".repeat(257)),
                ..ask()
            },
            invalid("display-name", "it has 257 bytes; at most 256 are kept"),
        ),
        (
            Authorize {
                description: Some("x".repeat(1025)),
                ..ask()
            },
            invalid("description", "it has 1025 bytes; at most 1024 are kept"),
        ),
        (
            Authorize {
                extra_scopes: vec!["a b".to_owned()],
                ..ask()
            },
            invalid("extra-scopes", "\"a b\" is not a scope"),
        ),
        (
            Authorize {
                extra_scopes: vec!["x".repeat(4097)],
                ..ask()
            },
            invalid("extra-scopes", "together they are longer than 4096 bytes"),
        ),
    ];
    for (ask, expected) in table {
        let error = stage.oauth(OauthStep::Authorize(ask)).await.unwrap_err();
        assert_eq!(error, expected);
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_scope_that_is_not_in_the_console_is_refused_on_the_page_and_nobody_comes_back() {
    let stage = Stage::set(Settings::default()).await;
    let mut ask = Authorize::new(DEMO);
    ask.extra_scopes = vec!["read:sprint:jira-software".to_owned()];
    let consent = stage.authorize(ask).await;
    let refusal = stage.simulator.consent(&consent.url, allow()).await;
    assert!(matches!(
        refusal,
        Err(ConsentError::Refused { status: 400, .. })
    ));
}
