//! What a call may use, and what comes of it where it wants more.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where its set-up fails"
)]

mod support;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use atlassian_simulator::{Decision, Fault, On, Settings, Simulator};
use jira_host::secrets::MemoryStore;
use jira_host::types::{Authorize, Callback, OauthOutcome, OauthStep, Request};
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
    let timeout = Duration::from_millis(200);
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
