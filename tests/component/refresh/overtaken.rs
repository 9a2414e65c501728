//! A refresh during which a person consents anew, or disconnects.

use atlassian_simulator::{Decision, Fault, Gate, On, Settings};
use jira_host::types::{Authorize, ErrorKind, OauthStep, Request};

use crate::people::{allow, connected, site_urls};
use crate::stage::{DEMO, Stage};

/// A request whose refresh is held until the other has been done.
async fn overtaken(
    stage: &Stage,
    other: impl Future<Output = ()>,
) -> Result<jira_host::types::Response, jira_host::types::Error> {
    stage.simulator.expire_access_tokens();
    let gate = Gate::new();
    stage
        .simulator
        .script(On::token_endpoint(), Fault::Hold(gate.clone()));
    let request = Request::get(DEMO, "/myself");
    let meanwhile = async {
        gate.reached().await;
        other.await;
        gate.open();
    };
    tokio::join!(stage.api(&request), meanwhile).0
}

#[tokio::test]
async fn a_new_consent_goes_before_a_refresh_of_the_old_one() {
    let stage = Stage::connected().await;
    let again = async {
        stage.connect(Authorize::new(DEMO)).await;
    };
    let response = overtaken(&stage, again).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(
        stage.last_request().header("authorization"),
        Some("Bearer access#2")
    );
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    assert_eq!(
        stage.last_request().header("authorization"),
        Some("Bearer access#2")
    );
}

#[tokio::test]
async fn a_site_chosen_for_the_old_consent_does_not_count_for_the_new_one() {
    let stage = Stage::set(Settings::two_sites()).await;
    site_urls(stage.consent(Authorize::new(DEMO), allow()).await);
    connected(
        stage
            .choose(DEMO, Some("https://second.atlassian.net"))
            .await,
    );
    let decision = Decision::AllowAs {
        account: stage.simulator.settings().accounts[1].account_id.clone(),
        sites: Vec::new(),
    };
    let other_person = async {
        site_urls(stage.consent(Authorize::new(DEMO), decision).await);
    };
    let outcome = overtaken(&stage, other_person).await;
    let sent = stage.simulator.transcript();
    let sent: Vec<_> = sent
        .iter()
        .filter(|line| line.contains("/myself access#2"))
        .collect();
    assert_eq!(sent, Vec::<&String>::new(), "{outcome:?}");
    let kind = ErrorKind::Configuration("site".to_owned());
    assert_eq!(outcome.unwrap_err().kind, kind);
}

#[tokio::test]
async fn a_connection_that_was_erased_stays_erased() {
    let stage = Stage::connected().await;
    let disconnect = async {
        stage
            .oauth(OauthStep::Disconnect(DEMO.to_owned()))
            .await
            .unwrap();
    };
    let gone = overtaken(&stage, disconnect).await.unwrap_err();
    let kind = ErrorKind::ReauthorizationRequired("not-connected".to_owned());
    assert_eq!(gone.kind, kind);
    assert_eq!(stage.store.keys().await, ["app", "sweep"]);
}
