use atlassian_simulator::{Decision, Fault, Gate, Settings};
use jira_host::types::{AffectedConnection, Authorize};

use crate::clock::HOUR;
use crate::people::connected;
use crate::stage::Stage;

const SERVICE_MANAGEMENT: [&str; 3] = [
    "read:servicedesk-request",
    "write:servicedesk-request",
    "manage:servicedesk-customer",
];

async fn with_a_desk() -> Stage {
    let stage = Stage::set(Settings::default()).await;
    stage
        .connect(Authorize::new("desk").with_service_management())
        .await;
    stage
}

fn desk_lost(scopes: &[&str]) -> AffectedConnection {
    AffectedConnection {
        connection: "desk".to_owned(),
        lost_scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        lost_site: false,
        unchecked: None,
    }
}

#[tokio::test]
async fn the_scopes_that_another_connection_has_lost_are_named() {
    let stage = with_a_desk().await;
    let plain = stage.connect(Authorize::new("plain")).await;
    assert_eq!(plain.affected, [desk_lost(&SERVICE_MANAGEMENT)]);
}

#[tokio::test]
async fn the_scopes_are_named_also_where_the_other_token_has_expired() {
    let stage = with_a_desk().await;
    stage.advance(2 * HOUR);
    let plain = stage.connect(Authorize::new("plain")).await;
    assert_eq!(plain.affected, [desk_lost(&SERVICE_MANAGEMENT)]);
}

#[tokio::test]
async fn the_scopes_are_named_again_when_the_site_is_chosen_later() {
    let stage = with_a_desk().await;
    stage.script("GET", "/me", Fault::status(500, &[]));
    stage
        .consent(Authorize::new("plain"), crate::people::allow())
        .await
        .unwrap_err();
    let plain = connected(stage.choose("plain", None).await);
    assert_eq!(plain.affected, [desk_lost(&SERVICE_MANAGEMENT)]);
}

#[tokio::test]
async fn a_consent_that_takes_nothing_affects_nobody() {
    let stage = Stage::set(Settings::default()).await;
    stage.connect(Authorize::new("plain")).await;
    let desk = stage
        .connect(Authorize::new("desk").with_service_management())
        .await;
    assert_eq!(desk.affected, []);
}

#[tokio::test]
async fn connections_of_another_account_are_not_asked() {
    let stage = with_a_desk().await;
    let mark = stage.mark();
    let decision = Decision::AllowAs {
        account: stage.simulator.settings().accounts[1].account_id.clone(),
        sites: Vec::new(),
    };
    let plain = connected(stage.consent(Authorize::new("plain"), decision).await);
    assert_eq!(plain.affected, []);
    let asked = stage.sent_since(mark);
    let asked = asked
        .iter()
        .filter(|line| line.starts_with("api GET /oauth/token"));
    assert_eq!(asked.count(), 1);
}

/// The second list of sites, which is that of the other connection, is this.
fn script_the_others_sites(stage: &Stage, fault: Fault) {
    let gate = Gate::new();
    gate.open();
    stage.script("GET", "/accessible-resources", Fault::Hold(gate));
    stage.script("GET", "/accessible-resources", fault);
}

#[tokio::test]
async fn a_connection_that_has_lost_its_site_is_named() {
    let stage = with_a_desk().await;
    script_the_others_sites(&stage, Fault::json(200, "[]"));
    let plain = stage
        .connect(Authorize::new("plain").with_service_management())
        .await;
    let lost_site = AffectedConnection {
        lost_site: true,
        ..desk_lost(&[])
    };
    assert_eq!(plain.affected, [lost_site]);
}

#[tokio::test]
async fn a_connection_that_could_not_be_asked_is_named_with_the_reason() {
    let stage = with_a_desk().await;
    script_the_others_sites(&stage, Fault::status(503, &[]));
    let plain = stage.connect(Authorize::new("plain")).await;
    let why = "asking /oauth/token/accessible-resources: Atlassian answered 503";
    let unchecked = AffectedConnection {
        unchecked: Some(why.to_owned()),
        ..desk_lost(&[])
    };
    assert_eq!(plain.affected, [unchecked]);
}
