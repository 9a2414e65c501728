use crate::client::{App, Reply, refresh, try_send};
use serde_json::{Value, json};

async fn control(app: &App, method: &str, path: &str, body: &str) -> Reply {
    let target = format!("/_simulator{path}");
    let origin = app.simulator.auth_origin();
    try_send(origin, method, &target, &[], body.to_owned())
        .await
        .unwrap()
}

#[tokio::test]
async fn faults_are_ordered_listed_and_taken_back() {
    let app = App::ready().await;
    let fault = json!({
        "method": "GET", "path": "/issue", "times": 2,
        "fault": {"status": 429, "retry_after": "5"},
    });
    let ordered = control(&app, "POST", "/faults", &fault.to_string()).await;
    assert_eq!(ordered.status, 201);
    let path = "/rest/api/3/issue/DEMO-1";
    let reply = app.get(path).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "5"));
    let left = control(&app, "GET", "/faults", "").await.json();
    assert_eq!(
        left,
        json!({"faults": ["GET /issue: Refuse(429, [RetryAfterSeconds(5)])"]})
    );
    assert_eq!(control(&app, "DELETE", "/faults", "").await.status, 204);
    assert_eq!(app.get(path).await.status, 200);
    let refused = control(&app, "POST", "/faults", r#"{"fault": {}}"#).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["message"], "nothing happens in it");
}

#[tokio::test]
async fn the_transcript_does_not_tell_of_the_control_and_the_control_meets_no_fault() {
    let app = App::ready().await;
    app.simulator
        .order("* * status=500 times=always".parse().unwrap());
    let told = control(&app, "GET", "/transcript", "").await.json();
    let lines: Vec<String> = serde_json::from_value(told["lines"].clone()).unwrap();
    assert_eq!(lines, app.simulator.transcript());
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn the_overview_names_what_there_is_and_no_secret() {
    let app = App::ready().await;
    let reply = control(&app, "GET", "", "").await;
    let told = reply.json();
    assert_eq!(told["api_origin"], app.simulator.api_origin());
    assert_eq!(told["sites"][0]["url"], "https://example.atlassian.net");
    assert_eq!(told["people"][0]["name"], "Ada Ohm");
    let operations = told["operations"].as_array().unwrap();
    assert!(operations.contains(&Value::from("POST /_simulator/faults")));
    let secret = &app.simulator.settings().client_secret;
    assert!(!reply.text().contains(secret.as_str()));
}

#[tokio::test]
async fn time_tokens_and_grants_are_moved_from_outside() {
    let app = App::ready().await;
    assert_eq!(
        control(&app, "POST", "/tokens/expire", "").await.status,
        204
    );
    assert_eq!(app.get("!/me").await.status, 401);
    assert_eq!(refresh(&app.simulator, &app.refresh).await.status, 200);

    let hour = json!({"advance_seconds": 3600}).to_string();
    let moved = control(&app, "POST", "/clock", &hour).await;
    assert_eq!(moved.json()["now"], "2026-01-05T10:00:00Z");
    assert_eq!(control(&app, "POST", "/clock", "{}").await.status, 400);

    assert_eq!(
        control(&app, "POST", "/grants/revoke", "").await.status,
        204
    );
    assert_eq!(refresh(&app.simulator, &app.refresh).await.status, 403);
}

#[tokio::test]
async fn a_web_page_and_another_origin_are_not_served() {
    let app = App::ready().await;
    let page = [("origin", "https://evil.example")];
    let auth = app.simulator.auth_origin();
    let reply = try_send(auth, "GET", "/_simulator", &page, "").await;
    assert_eq!(reply.unwrap().status, 403);
    let rebound = [("host", "evil.example")];
    let reply = try_send(auth, "GET", "/_simulator", &rebound, "").await;
    assert_eq!(reply.unwrap().status, 400);
    assert_eq!(app.get("!/_simulator").await.status, 501);
    assert_eq!(control(&app, "GET", "/nothing", "").await.status, 404);
    assert_eq!(control(&app, "GET", "/ca.pem", "").await.status, 404);
}
