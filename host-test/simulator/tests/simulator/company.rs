use crate::client::{ALL, App};
use atlassian_simulator::{Settings, Simulator};
use std::io::ErrorKind;

#[tokio::test]
async fn a_company_has_people_who_work_and_customers_who_wait() {
    let settings = Settings {
        real_time: false,
        ..Settings::company(2)
    };
    let app = App::with(settings, ALL).await;
    assert_eq!(app.simulator.settings().accounts.len(), 6);
    let issue = app.get("/rest/api/3/issue/DEMO-7").await.json();
    let fields = &issue["fields"];
    assert_eq!(fields["status"]["name"], "In Progress");
    assert_eq!(fields["priority"]["name"], "High");
    assert!(fields["assignee"]["displayName"].is_string());
    assert_eq!(fields["comment"]["total"], 2);
    let request = app.get("/rest/servicedeskapi/request/SUP-3").await.json();
    assert_eq!(request["currentStatus"]["status"], "Waiting for customer");
    assert_eq!(request["reporter"]["displayName"], "Chiara Watt");
    let history = app.get("/rest/servicedeskapi/request/SUP-3/status").await;
    assert_eq!(history.json()["size"], 3);
    let sites = app.get("!/oauth/token/accessible-resources").await.json();
    assert_eq!(sites[0]["id"], "11111111-aaaa-4bbb-8ccc-000000000001");
    assert_eq!(sites[1]["id"], "22222222-aaaa-4bbb-8ccc-000000000002");
}

#[tokio::test]
async fn in_real_time_the_clock_is_that_of_the_wall() {
    let app = App::with(Settings::company(1), ALL).await;
    let info = app.get("/rest/api/3/serverInfo").await.json();
    let now = info["serverTime"].as_str().unwrap().to_owned();
    assert!(now.as_str() > "2026-01-05T09:00:00.000+0000", "{now}");
    app.simulator.advance(std::time::Duration::from_secs(3600));
    assert_eq!(app.get("!/me").await.status, 401, "the token has expired");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let other = Simulator::start(Settings::default()).await.unwrap();
    let taken = other.auth_origin().rsplit_once(':').unwrap().1;
    let settings = Settings {
        port: taken.parse().unwrap(),
        ..Settings::default()
    };
    let refused = Simulator::start(settings).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AddrInUse);
    assert!(refused.to_string().contains(&format!("127.0.0.1:{taken}")));
}
