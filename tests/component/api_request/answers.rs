use atlassian_simulator::Fault;
use jira_host::types::{Method, RateLimit, Request};
use serde_json::json;

use crate::stage::{DEMO, Stage, json};

#[tokio::test]
async fn an_issue_that_was_created_is_read_back() {
    let stage = Stage::connected().await;
    let create = Request::post(DEMO, "/issue").with_json_object(json!({
        "fields": {
            "project": {"key": "DEMO"},
            "issuetype": {"name": "Task"},
            "summary": "Prüfe \"alles\"",
        }
    }));
    let created = stage.api(&create).await.unwrap();
    assert_eq!(created.status, 201);
    let key = json(&created.body)["key"].as_str().unwrap().to_owned();
    let read = Request::get(DEMO, format!("/issue/{key}"));
    let issue = json(&stage.api(&read).await.unwrap().body);
    assert_eq!(issue["fields"]["summary"], "Prüfe \"alles\"");
}

#[tokio::test]
async fn an_edit_is_answered_204_without_a_body() {
    let stage = Stage::connected().await;
    let edit =
        Request::put(DEMO, "/issue/DEMO-1").with_json_object(r#"{"fields": {"summary": "Other"}}"#);
    let response = stage.api(&edit).await.unwrap();
    assert_eq!((response.status, response.body), (204, Vec::new()));
}

#[tokio::test]
async fn every_success_and_304_is_an_answer() {
    let stage = Stage::connected().await;
    for status in [200, 201, 202, 204, 205, 206, 207, 304] {
        let request = Request::get(DEMO, format!("/status/{status}"));
        assert_eq!(stage.api(&request).await.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_head_is_answered_with_headers_alone() {
    let stage = Stage::connected().await;
    let request = Request::new(Method::Head, DEMO, "/bytes/1000");
    let response = stage.api(&request).await.unwrap();
    assert_eq!((response.status, response.body), (200, Vec::new()));
    let length = response
        .headers
        .iter()
        .find(|(name, _)| name == "content-length");
    assert_eq!(length.unwrap().1, "1000");
}

#[tokio::test]
async fn an_answer_has_its_headers_its_trace_and_its_limits() {
    let stage = Stage::connected().await;
    let response = stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    let header = |wanted: &str| {
        let mut values = response.headers.iter().filter(|(name, _)| name == wanted);
        values.next().map(|(_, value)| value.as_str())
    };
    assert_eq!(
        header("content-type"),
        Some("application/json;charset=UTF-8")
    );
    assert!(header("set-cookie").is_some());
    assert_eq!(response.trace_id.as_deref(), header("atl-traceid"));
    assert!(response.trace_id.is_some());
    assert_eq!(response.attempts, 1);
    assert_eq!(
        response.rate_limit,
        Some(RateLimit {
            retry_after_ms: None,
            resets_at_unix_ms: None,
            limit: Some(350),
            remaining: Some(349),
            near_limit: false,
            reason: None,
        })
    );
}

#[tokio::test]
async fn headers_come_in_order_in_lower_case_and_what_is_not_utf8_is_replaced() {
    let stage = Stage::connected().await;
    let raw = b"HTTP/1.1 200 OK\r\nX-B: 1\r\nX-A: \xff2\r\nx-b: 3\r\ncontent-length: 2\r\n\r\nok";
    stage.script("GET", "/myself", Fault::Raw(raw.to_vec()));
    let response = stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    assert_eq!(response.body, b"ok");
    assert_eq!(response.trace_id, None);
    assert_eq!(response.rate_limit, None);
    let named = |wanted: &str| -> Vec<&str> {
        let fields = response.headers.iter().filter(|(name, _)| name == wanted);
        fields.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(named("x-b"), ["1", "3"]);
    assert_eq!(named("x-a"), ["\u{fffd}2"]);
}

#[tokio::test]
async fn the_rate_limits_of_an_answer_are_read() {
    let stage = Stage::connected().await;
    let headers = [
        ("x-ratelimit-limit", "65000"),
        ("x-ratelimit-remaining", "12"),
        ("x-ratelimit-reset", "2026-01-05T10:00Z"),
        ("x-ratelimit-nearlimit", "true"),
        ("x-arequestid", "trace-7"),
    ];
    stage.script("GET", "/myself", Fault::status(200, &headers));
    let response = stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    assert_eq!(response.trace_id.as_deref(), Some("trace-7"));
    assert_eq!(
        response.rate_limit,
        Some(RateLimit {
            retry_after_ms: None,
            resets_at_unix_ms: Some(1_767_607_200_000),
            limit: Some(65_000),
            remaining: Some(12),
            near_limit: true,
            reason: None,
        })
    );
}

#[tokio::test]
async fn a_long_answer_is_whole_up_to_its_limit() {
    let stage = Stage::connected().await;
    let request = Request::get(DEMO, "/bytes/2000000").with_max_response_bytes(2_000_000);
    let response = stage.api(&request).await.unwrap();
    assert_eq!(response.body.len(), 2_000_000);
    assert!(response.body.starts_with(b"0123456789abcde\n0123"));
}
