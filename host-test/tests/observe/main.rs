//! What is told of calls and requests, and to whom.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

mod notebook;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod written;

use std::sync::{Arc, Mutex};

use atlassian_simulator::{Fault, Gate, On};
use jira_host::observe::{Metrics, Observe, SendingRequest};
use jira_host::types::Request;

use self::notebook::Notebook;
use self::stage::Stage;
use self::written::Written;

#[tokio::test]
async fn a_call_and_its_requests_are_told_without_query_and_headers() {
    let stage = Stage::set().await;
    let notebook = Arc::new(Notebook::default());
    let tenant = stage.tenant.clone().observed_by(notebook.clone());
    let request = Request::get("demo", "/issue/DEMO-1").with_query("fields", "canary");
    tenant.api_request(&request).await.unwrap().unwrap();
    let site = stage.cloud_id();
    assert_eq!(
        notebook.lines(),
        [
            "api-request begins".to_owned(),
            format!("GET http /ex/jira/{site}/rest/api/3/issue/DEMO-1: 200, None"),
            "api-request of demo ends: None".to_owned(),
        ]
    );
}

#[tokio::test]
async fn every_request_of_a_call_is_told_and_the_call_has_the_contracts_word() {
    let stage = Stage::set().await;
    stage.simulator.expire_access_tokens();
    let notebook = Arc::new(Notebook::default());
    let tenant = stage.tenant.clone().observed_by(notebook.clone());
    let request = Request::get("demo", "/issue/NONE-1");
    tenant.api_request(&request).await.unwrap().unwrap_err();
    let site = stage.cloud_id();
    let path = format!("GET http /ex/jira/{site}/rest/api/3/issue/NONE-1");
    assert_eq!(
        notebook.lines()[1..],
        [
            format!("{path}: 401, Some(\"401\")"),
            "POST http /oauth/token: 200, None".to_owned(),
            format!("{path}: 404, Some(\"404\")"),
            "api-request of demo ends: Some(\"api\")".to_owned(),
        ]
    );
}

/// Knows how far the body of a request is.
#[derive(Default)]
struct Sent(Mutex<Vec<u64>>);

impl Observe for Sent {
    fn body_sent(&self, request: &SendingRequest<'_>) {
        assert_eq!(
            (request.method, request.server_address),
            ("POST", "127.0.0.1")
        );
        assert!(request.path.ends_with("/rest/api/3/issue"), "{request:?}");
        self.0.lock().unwrap().push(request.body_bytes);
    }
}

#[tokio::test]
async fn how_much_of_a_body_is_sent_is_told_from_its_beginning_to_its_end() {
    const BYTES: usize = 3_000_000;
    let stage = Stage::set().await;
    let sent = Arc::new(Sent::default());
    let tenant = stage.tenant.clone().observed_by(sent.clone());
    let request = Request::post("demo", "/issue");
    let request = request.with_body(vec![b' '; BYTES]);
    tenant.api_request(&request).await.unwrap().unwrap_err();
    let told = sent.0.lock().unwrap().clone();
    assert!(told.len() > 1 && told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&(BYTES as u64)));
}

#[tokio::test]
async fn a_call_that_is_given_up_is_told_with_its_request() {
    let stage = Stage::set().await;
    let notebook = Arc::new(Notebook::default());
    let tenant = stage.tenant.clone().observed_by(notebook.clone());
    let gate = Gate::new();
    let hold = Fault::Hold(gate.clone());
    stage
        .simulator
        .script(On::method_path("GET", "/myself"), hold);
    let request = Request::get("demo", "/myself");
    tokio::select! {
        _ = tenant.api_request(&request) => panic!("it is held"),
        () = gate.reached() => {}
    }
    notebook.ended().await;
    let site = stage.cloud_id();
    let mut lines = notebook.lines();
    lines[1..].sort();
    assert_eq!(
        lines[1..],
        [
            format!("GET http /ex/jira/{site}/rest/api/3/myself: none, Some(\"cancelled\")"),
            "api-request of demo ends: Some(\"cancelled\")".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_of_its_request() {
    let stage = Stage::set().await;
    let notebook = Arc::new(Notebook::default());
    let tenant = stage.tenant.clone().observed_by(notebook.clone());
    let cut = Fault::CutInBody;
    stage
        .simulator
        .script(On::method_path("GET", "/myself"), cut);
    let request = Request::get("demo", "/myself").without_retries();
    tenant.api_request(&request).await.unwrap().unwrap_err();
    let told = notebook.lines();
    assert!(
        told[1].ends_with("/myself: 200, Some(\"connection-terminated\")"),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_is_denied_is_told_and_its_name_is_in_no_metric() {
    let stage = Stage::set().await;
    let metrics = Arc::new(Metrics::new());
    let notebook = Arc::new(Notebook::default());
    let away = Fault::Answer {
        status: 303,
        headers: vec![("Location".into(), "https://canary.example/a?token=b".into())],
        body: Vec::new(),
    };
    for observer in [
        stage.tenant.clone().observed_by(notebook.clone()),
        stage.tenant.clone().observed_by(metrics.clone()),
    ] {
        let on = On::method_path("GET", "/myself");
        stage.simulator.script(on, away.clone());
        let request = Request::get("demo", "/myself");
        observer.api_request(&request).await.unwrap().unwrap_err();
    }
    let told = notebook.lines();
    assert_eq!(told[2], "GET https /a: none, Some(\"denied\"), denied");
    let page = metrics.render();
    assert!(page.contains("error_type=\"denied\""), "{page}");
    assert!(page.contains("error_type=\"transport\"} 1"), "{page}");
    assert!(
        page.contains("jira_calls_under_way{export=\"api-request\"} 0"),
        "{page}"
    );
    assert!(!page.contains("canary"), "{page}");
}

#[tokio::test]
async fn a_call_and_a_request_that_went_well_have_no_error_in_their_spans() {
    let stage = Stage::set().await;
    let written = Written::begin();
    let request = Request::get("demo", "/myself");
    stage.tenant.api_request(&request).await.unwrap().unwrap();
    let lines = written.end();
    let spans = lines.iter().filter(|line| line["message"] == "close");
    let spans: Vec<_> = spans.map(|line| &line["span"]).collect();
    assert_eq!(spans.len(), 2, "{spans:?}");
    for span in spans {
        assert!(span["error.type"].is_null(), "{span}");
        assert!(span["otel.status_code"].is_null(), "{span}");
    }
}

#[tokio::test]
async fn spans_and_events_have_the_names_of_opentelemetry_and_hold_no_secret() {
    let stage = Stage::set().await;
    stage.simulator.expire_access_tokens();
    let written = Written::begin();
    let request = Request::get("demo", "/issue/DEMO-1")
        .with_query("fields", "canary")
        .with_header("X-Canary", "canary");
    stage.tenant.api_request(&request).await.unwrap().unwrap();
    let lines = written.end();
    let text = lines.iter().map(ToString::to_string).collect::<String>();
    assert!(!text.contains("canary"), "{text}");
    for secret in stage.secrets().await {
        assert!(!text.contains(&secret), "{text}");
    }
    let event = lines
        .iter()
        .find(|line| {
            line["target"] == jira_host::observe::REQUESTS && line["url.path"] == "/oauth/token"
        })
        .unwrap();
    assert_eq!(event["http.request.method"], "POST");
    assert_eq!(event["http.response.status_code"], 200);
    assert_eq!(event["server.address"], "127.0.0.1");
    let url = format!("{}/oauth/token", stage.simulator.auth_origin());
    assert_eq!(event["url.full"], url);
    assert!(
        event["server.port"].is_u64() && event["duration_ms"].is_u64(),
        "{event}"
    );
    assert_eq!(event["span"]["jira.export"], "api-request");
    assert_eq!(event["span"]["jira.connection"], "demo");
    let span = lines
        .iter()
        .filter(|line| line["message"] == "close")
        .map(|line| &line["span"])
        .find(|span| span["name"] == "http.request" && span["http.response.status_code"] == 401)
        .unwrap();
    assert_eq!(span["error.type"], "401");
    assert_eq!(span["otel.status_code"], "ERROR");
    assert_eq!(span["otel.kind"], "client");
    assert_eq!(span["otel.name"], "GET");
    assert_eq!(span["network.protocol.version"], "1.1");
    let path = span["url.path"].as_str().unwrap();
    let url = format!("{}{path}", stage.simulator.api_origin());
    assert_eq!(span["url.full"], url);
    assert_eq!(span["url.scheme"], "http");
}
