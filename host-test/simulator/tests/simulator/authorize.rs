use crate::client::{authorize_url, authorize_url_with, query, try_send};
use atlassian_simulator::{ConsentError, Decision, Settings, Simulator};

async fn start() -> Simulator {
    Simulator::start(Settings::two_sites()).await.unwrap()
}

fn allow() -> Decision {
    Decision::Allow { sites: Vec::new() }
}

async fn refusal(simulator: &Simulator, url: &str) -> String {
    match simulator.consent(url, allow()).await {
        Err(ConsentError::Refused { status, reason }) => format!("{status} {reason}"),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_person_who_allows_is_sent_back_with_a_code_and_the_state() {
    let simulator = start().await;
    let url = authorize_url(&simulator, "read:jira-work", "a state & more");
    let back = simulator.consent(&url, allow()).await.unwrap();
    assert!(back.starts_with("https://connector.example/oauth/callback?code="));
    assert_eq!(query(&back)["state"], "a state & more");
    assert!(query(&back)["code"].len() > 1000);
}

#[tokio::test]
async fn a_person_who_declines_is_sent_back_with_access_denied() {
    let simulator = start().await;
    let url = authorize_url(&simulator, "read:jira-work", "a-state-of-mine");
    let back = simulator.consent(&url, Decision::Deny).await.unwrap();
    assert_eq!(query(&back)["error"], "access_denied");
    assert_eq!(query(&back)["state"], "a-state-of-mine");
    assert!(!query(&back)["error_description"].is_empty());
}

#[tokio::test]
async fn the_page_names_the_app_the_scopes_and_the_sites() {
    let simulator = start().await;
    let url = authorize_url(&simulator, "read:jira-work read:me", "a-state-of-mine");
    let target = url.strip_prefix(simulator.auth_origin()).unwrap();
    let page = try_send(simulator.auth_origin(), "GET", target, &[], "").await;
    let page = page.unwrap().text();
    for shown in [
        "Connector wants access",
        "<li>read:jira-work</li>",
        "https://second.atlassian.net",
        "<form method=\"post\">",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn whatever_is_missing_doubled_or_wrong_ends_on_a_page_and_not_at_the_app() {
    let simulator = start().await;
    let settings = simulator.settings().clone();
    let right = [
        ("audience", "api.atlassian.com"),
        ("client_id", &settings.client_id),
        ("scope", "read:jira-work"),
        ("redirect_uri", &settings.redirect_uri),
        ("state", "a-state-of-mine"),
        ("response_type", "code"),
        ("prompt", "consent"),
    ];
    for (index, (name, _)) in right.into_iter().enumerate() {
        let mut wrong = right.to_vec();
        wrong.remove(index);
        let missing = refusal(&simulator, &authorize_url_with(&simulator, &wrong)).await;
        assert_eq!(missing, format!("400 invalid_request: {name} is missing"));

        let mut wrong = right.to_vec();
        wrong.push(right[index]);
        let doubled = refusal(&simulator, &authorize_url_with(&simulator, &wrong)).await;
        assert_eq!(
            doubled,
            format!("400 invalid_request: {name} is there twice")
        );

        if name != "state" {
            let mut wrong = right;
            wrong[index].1 = "something-else";
            let refused = refusal(&simulator, &authorize_url_with(&simulator, &wrong)).await;
            assert!(refused.starts_with("400 "), "{name}: {refused}");
        }
    }
}

#[tokio::test]
async fn the_redirect_uri_must_be_the_registered_one_to_the_letter() {
    let simulator = start().await;
    let settings = simulator.settings().clone();
    let url = authorize_url(&simulator, "read:me", "a-state-of-mine");
    let longer = url.replace("callback", "callback%2F");
    assert_eq!(
        refusal(&simulator, &longer).await,
        "400 unauthorized_client: redirect_uri is not registered for client"
    );
    assert!(settings.redirect_uri.ends_with("callback"));
}

#[tokio::test]
async fn a_scope_that_is_not_in_the_console_is_refused_but_offline_access_is_not() {
    let simulator = start().await;
    let url = authorize_url(&simulator, "read:me offline_access", "a-state-of-mine");
    simulator.consent(&url, allow()).await.unwrap();
    let url = authorize_url(
        &simulator,
        "read:me read:sprint:jira-software",
        "another-state",
    );
    assert_eq!(
        refusal(&simulator, &url).await,
        "400 invalid_scope: read:sprint:jira-software is not added to the app"
    );
}

#[tokio::test]
async fn nobody_can_consent_for_a_site_or_an_account_that_is_not_theirs() {
    let mut settings = Settings::two_sites();
    settings.accounts[1].sites = vec![settings.sites[0].cloud_id.clone()];
    let simulator = Simulator::start(settings.clone()).await.unwrap();
    let url = authorize_url(&simulator, "read:me", "a-state-of-mine");
    for (account, site) in [
        (
            &settings.accounts[1].account_id,
            &settings.sites[1].cloud_id,
        ),
        (&"nobody".to_owned(), &settings.sites[0].cloud_id),
    ] {
        let decision = Decision::AllowAs {
            account: account.clone(),
            sites: vec![site.clone()],
        };
        let refused = simulator.consent(&url, decision).await.unwrap_err();
        assert!(matches!(refused, ConsentError::Refused { status: 400, .. }));
    }
}

#[tokio::test]
async fn a_consent_url_of_another_server_is_not_opened() {
    let simulator = start().await;
    let url = format!("{}/authorize", simulator.api_origin());
    let error = simulator.consent(&url, allow()).await.unwrap_err();
    assert!(matches!(error, ConsentError::OtherOrigin));
    assert!(simulator.transcript().is_empty());
}
