//! What a call may use, and what comes of it where it wants more.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

mod component;
mod concurrency;
mod guests;
#[path = "../support/stand_in.rs"]
mod stand_in;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use atlassian_simulator::{Decision, Fault, On, Settings, Simulator};
use jira_host::secrets::MemoryStore;
use jira_host::types::{
    Authorize, Callback, ErrorKind, OauthOutcome, OauthStep, Request, TransportError,
};
use jira_host::{CallError, Connector, Limits, Network, Tenant};

async fn tenant(simulator: &Simulator) -> Tenant {
    let store = MemoryStore::new();
    store.insert("app", simulator.app_record()).unwrap();
    let network = Network::allowing(simulator.origins()).unwrap();
    Connector::load(support::component())
        .unwrap()
        .tenant(Arc::new(store), network)
}

async fn connect(tenant: &Tenant, simulator: &Simulator) {
    let ask = OauthStep::Authorize(Authorize::new("demo"));
    let asked = tenant.oauth_exchange(&ask).await.unwrap().unwrap();
    let OauthOutcome::Consent(consent) = asked else {
        panic!("{asked:?}");
    };
    let allow = Decision::Allow { sites: Vec::new() };
    let callback = OauthStep::Callback(Callback {
        connection: "demo".to_owned(),
        state: consent.state,
        redirect_url: simulator.consent(&consent.url, allow).await.unwrap(),
    });
    tenant.oauth_exchange(&callback).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_stopped() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let tenant = tenant(&simulator).await;
    connect(&tenant, &simulator).await;
    simulator.script(On::method_path("GET", "/myself"), Fault::Stall);
    let timeout = Duration::from_secs(2);
    let hasty = tenant.with_limits(Limits {
        timeout,
        ..Limits::default()
    });
    let outcome = hasty.api_request(&Request::get("demo", "/myself")).await;
    assert_eq!(outcome, Err(CallError::OutOfTime(timeout)));
    assert_eq!(simulator.unmet_faults(), [""; 0]);
}

#[tokio::test]
async fn a_call_that_needs_too_much_memory_is_stopped() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let memory_bytes = 64 * 1024;
    let narrow = tenant(&simulator).await.with_limits(Limits {
        memory_bytes,
        ..Limits::default()
    });
    let outcome = narrow.oauth_exchange(&OauthStep::Status(None)).await;
    assert_eq!(outcome, Err(CallError::OutOfMemory(memory_bytes)));
}

#[tokio::test]
async fn an_answer_four_times_as_long_as_is_usual_fits_in_the_memory_by_default() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let tenant = tenant(&simulator).await;
    connect(&tenant, &simulator).await;
    let length = 64 * 1024 * 1024;
    let request = Request::get("demo", format!("/bytes/{length}"));
    let request = request.with_max_response_bytes(length);
    let answer = tenant.api_request(&request).await.unwrap().unwrap();
    assert_eq!(answer.body.len() as u64, length);
}

/// Why this was not sent.
async fn denial(tenant: &Tenant, request: &Request) -> String {
    let error = tenant.api_request(request).await.unwrap().unwrap_err();
    match error.kind {
        ErrorKind::Transport(TransportError::Denied(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_with_headers_or_a_body_that_are_too_long_is_not_sent() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let tenant = tenant(&simulator).await;
    connect(&tenant, &simulator).await;
    let narrow = tenant.clone().with_limits(Limits {
        request_header_bytes: 2_000,
        request_body_bytes: 100,
        ..Limits::default()
    });
    let sent = simulator.transcript().len();
    let headers = Request::get("demo", "/myself").with_header("x-long", "x".repeat(2_000));
    assert_eq!(denial(&narrow, &headers).await, "the headers are too long");
    let target = Request::get("demo", "/myself").with_query("x", "x".repeat(2_000));
    assert_eq!(denial(&narrow, &target).await, "the headers are too long");
    let text = format!(r#"{{"body": "{}"}}"#, "x".repeat(100));
    let body = Request::post("demo", "/issue/DEMO-1/comment").with_json_object(&text);
    assert_eq!(denial(&narrow, &body).await, "the body is too long");
    assert_eq!(simulator.transcript().len(), sent);

    let request = Request::get("demo", "/myself");
    assert_eq!(
        narrow.api_request(&request).await.unwrap().unwrap().status,
        200
    );
}

#[tokio::test]
async fn a_request_as_long_as_the_contract_allows_is_sent() {
    const LONGEST: usize = 32 * 1024;
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let tenant = tenant(&simulator).await;
    connect(&tenant, &simulator).await;
    let path = "/rest/api/3/myself?x=";
    let path = format!("{path}{}", "x".repeat(LONGEST - path.len()));
    let mut request = Request::get("demo", path);
    for _ in 0..LONGEST / 1024 {
        request = request.with_header("x-long", "x".repeat(1024 - "x-long".len()));
    }
    // The shortest cookies are the longest when they are sent.
    for _ in 0..LONGEST {
        request = request.with_cookie("c", "");
    }
    let before = simulator.requests().len();
    let answer = tenant.api_request(&request).await.unwrap().unwrap();
    assert_eq!(answer.status, 200);
    let sent = simulator.requests().split_off(before);
    assert_eq!(sent.len(), 1);
}

#[tokio::test]
async fn the_time_of_day_is_the_one_that_was_set() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000);
    let tenant = tenant(&simulator).await.with_wall_clock(move || now);
    let ask = OauthStep::Authorize(Authorize::new("demo"));
    let OauthOutcome::Consent(consent) = tenant.oauth_exchange(&ask).await.unwrap().unwrap() else {
        panic!("no consent");
    };
    assert_eq!(
        consent.expires_at_unix_ms,
        2_000_000_000_000 + 10 * 60 * 1000
    );
}
