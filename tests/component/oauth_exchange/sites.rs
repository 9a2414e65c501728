use atlassian_simulator::{Decision, Settings};
use jira_host::types::{Authorize, ConnectionState, OauthOutcome, Request};

use crate::people::{allow, connected, site_urls};
use crate::stage::{DEMO, Stage, invalid, json};

const FIRST: &str = "https://example.atlassian.net";
const SECOND: &str = "https://second.atlassian.net";
const SECOND_ID: &str = "22222222-aaaa-4bbb-8ccc-000000000002";

async fn consented() -> Stage {
    let stage = Stage::set(Settings::two_sites()).await;
    let sites = site_urls(stage.consent(Authorize::new(DEMO), allow()).await);
    assert_eq!(sites, [FIRST, SECOND]);
    stage
}

#[tokio::test]
async fn of_several_sites_none_is_guessed() {
    let stage = consented().await;
    let status = stage.status(DEMO).await;
    assert_eq!(
        (status.state, status.site),
        (ConnectionState::SiteNotChosen, None)
    );
    assert_eq!(site_urls(stage.choose(DEMO, None).await), [FIRST, SECOND]);
    assert_eq!(
        stage.status(DEMO).await.state,
        ConnectionState::SiteNotChosen
    );
}

#[tokio::test]
async fn a_site_is_chosen_by_its_id_or_its_url() {
    let stage = consented().await;
    for name in [SECOND_ID, SECOND, "https://second.atlassian.net/"] {
        connected(stage.choose(DEMO, Some(FIRST)).await);
        let chosen = connected(stage.choose(DEMO, Some(name)).await)
            .status
            .site
            .unwrap();
        assert_eq!(
            (chosen.cloud_id.as_str(), chosen.url.as_str()),
            (SECOND_ID, SECOND)
        );
    }
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    let target = format!("/ex/jira/{SECOND_ID}/rest/api/3/myself");
    assert_eq!(stage.last_request().target, target);
    let server = stage.api(&Request::get(DEMO, "/serverInfo")).await.unwrap();
    assert_eq!(json(&server.body)["baseUrl"], SECOND);
}

#[tokio::test]
async fn a_site_outside_the_grant_is_refused_and_the_choice_stays() {
    let stage = consented().await;
    connected(stage.choose(DEMO, Some(FIRST)).await);
    for name in [
        "https://third.atlassian.net",
        "second",
        "",
        "http://second.atlassian.net",
    ] {
        let why = format!("{name:?} is not among the sites of this grant: {FIRST}, {SECOND}");
        let error = stage.choose(DEMO, Some(name)).await.unwrap_err();
        assert_eq!(error, invalid("site", &why));
    }
    assert_eq!(stage.status(DEMO).await.site.unwrap().url, FIRST);
}

#[tokio::test]
async fn one_site_is_taken_also_where_confluence_is_listed_before_it() {
    let mut settings = Settings::default();
    settings.sites[0].confluence = true;
    let stage = Stage::set(settings).await;
    let site = stage
        .connect(Authorize::new(DEMO))
        .await
        .status
        .site
        .unwrap();
    assert_eq!(site.url, FIRST);
    assert!(
        site.scopes
            .iter()
            .all(|scope| !scope.contains("confluence")),
        "{site:?}"
    );
}

#[tokio::test]
async fn the_same_account_keeps_its_site_when_it_consents_again() {
    let stage = consented().await;
    connected(stage.choose(DEMO, Some(SECOND)).await);
    let again = stage
        .connect(Authorize::new(DEMO).with_service_management())
        .await;
    assert_eq!(again.status.site.unwrap().url, SECOND);
    assert!(again.status.service_management);
}

#[tokio::test]
async fn another_account_must_choose_anew() {
    let stage = consented().await;
    connected(stage.choose(DEMO, Some(SECOND)).await);
    let account = stage.simulator.settings().accounts[1].account_id.clone();
    let decision = Decision::AllowAs {
        account: account.clone(),
        sites: Vec::new(),
    };
    let outcome = stage.consent(Authorize::new(DEMO), decision).await;
    assert_eq!(site_urls(outcome), [FIRST, SECOND]);
    let status = stage.status(DEMO).await;
    assert_eq!(
        (status.state, status.site),
        (ConnectionState::SiteNotChosen, None)
    );
    assert_eq!(status.account.unwrap().account_id, account);
}

#[tokio::test]
async fn a_single_site_of_the_consent_is_taken() {
    let stage = Stage::set(Settings::two_sites()).await;
    let decision = Decision::Allow {
        sites: vec![SECOND_ID.to_owned()],
    };
    let outcome = stage.consent(Authorize::new(DEMO), decision).await;
    assert_eq!(connected(outcome).status.site.unwrap().url, SECOND);
}

#[tokio::test]
async fn sites_are_listed_with_the_scopes_of_the_grant() {
    let stage = consented().await;
    let OauthOutcome::Sites(sites) = stage.choose(DEMO, None).await.unwrap() else {
        panic!("it is not a list of sites");
    };
    assert_eq!(sites[1].cloud_id, SECOND_ID);
    assert_eq!(sites[1].name, "second");
    assert!(sites[1].scopes.contains(&"write:jira-work".to_owned()));
}
