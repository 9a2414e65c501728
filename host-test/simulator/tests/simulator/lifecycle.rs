use crate::client::App;
use atlassian_simulator::{Fault, On, Settings, Simulator};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn when_the_last_handle_is_dropped_everything_is_closed() {
    let app = App::ready().await;
    let clone = app.simulator.clone();
    let host = app
        .simulator
        .api_origin()
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    app.simulator.script(On::any(), Fault::Stall);
    let mut stalled = TcpStream::connect(&host).await.unwrap();
    stalled.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    drop(app);
    assert!(TcpStream::connect(&host).await.is_ok());
    drop(clone);
    let mut rest = Vec::new();
    // Closed or reset: either way the conversation is over.
    let _ = stalled.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    assert!(TcpStream::connect(&host).await.is_err());
}

#[tokio::test]
async fn two_simulators_do_not_know_each_other() {
    let mut one = App::ready().await;
    let two = App::ready().await;
    assert_eq!(one.access, two.access, "runs are repeatable");
    assert!(
        one.simulator
            .origins()
            .iter()
            .all(|o| !two.simulator.origins().contains(o))
    );
    one.simulator.revoke_grants();
    assert_eq!(two.get("/rest/api/3/myself").await.status, 200);
    one.access.clear();
}

#[tokio::test]
async fn sites_do_not_share_their_data() {
    let app = App::with(Settings::two_sites(), crate::client::ALL).await;
    let second = app.simulator.settings().sites[1].cloud_id.clone();
    let path = "/rest/api/3/issue/DEMO-1";
    assert_eq!(app.send("DELETE", path, &[], "").await.status, 204);
    assert_eq!(app.get(path).await.status, 404);
    assert_eq!(
        app.get(&format!("!/ex/jira/{second}{path}")).await.status,
        200
    );
}

#[tokio::test]
async fn the_app_record_leads_to_the_simulator() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let record: Value = serde_json::from_str(&simulator.app_record()).unwrap();
    assert_eq!(record["auth_origin"], simulator.auth_origin());
    assert_eq!(record["api_origin"], simulator.api_origin());
    assert_eq!(record["report_personal_data"], true);
    assert_eq!(record["client_secret"], simulator.settings().client_secret);
    let members = record.as_object().unwrap();
    assert_eq!(members.len(), 6);
}

#[tokio::test]
async fn an_app_without_the_reporting_api_says_so_in_its_record() {
    let mut settings = Settings::default();
    settings
        .app_scopes
        .retain(|scope| scope != "report:personal-data");
    let simulator = Simulator::start(settings).await.unwrap();
    let record: Value = serde_json::from_str(&simulator.app_record()).unwrap();
    assert_eq!(record["report_personal_data"], false);
}
