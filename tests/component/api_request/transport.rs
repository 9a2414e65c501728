use std::time::Duration;

use atlassian_simulator::{ClosedPort, Fault, Origin};
use jira_host::types::{Action, Error, ErrorKind, Request, TransportError};
use serde_json::Value;

use crate::clock::{MINUTE, hurried};
use crate::stage::{DEMO, Stage, error, json};

/// Sent once, like everything here: `retries` has what is sent again.
fn read() -> Request {
    Request::get(DEMO, "/bytes/1000").without_retries()
}

fn comment() -> Request {
    let body = r#"{"body": {"type": "doc", "version": 1, "content": []}}"#;
    Request::post(DEMO, "/issue/DEMO-5/comment")
        .with_json_object(body)
        .without_retries()
}

async fn comments(stage: &Stage) -> u64 {
    let page = Request::get(DEMO, "/issue/DEMO-5/comment");
    let page = json(&stage.api(&page).await.unwrap().body);
    page["total"].as_u64().unwrap()
}

/// What the failure of a request is that was sent once.
fn failure(transport: TransportError, may_have_been_done: bool, message: &str) -> Error {
    let action = if may_have_been_done {
        Action::Report
    } else {
        Action::Retry
    };
    Error {
        attempts: 1,
        may_have_been_done,
        ..error(ErrorKind::Transport(transport), action, message)
    }
}

/// Everything but how often it was sent, which
/// `what_was_not_sent_counts_as_no_attempt` looks at, and what `traits` looks at.
fn without_attempts(error: Error) -> Error {
    Error {
        attempts: 0,
        traits: None,
        ..error
    }
}

async fn refused(stage: &Stage, closed: &ClosedPort, request: &Request) -> Error {
    let mut app: Value = serde_json::from_str(&stage.simulator.app_record()).unwrap();
    app["api_origin"] = closed.origin().into();
    stage.store.write_app(&app.to_string());
    let tenant = stage.tenant_on([closed.origin()]);
    tenant.api_request(request).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_server_that_does_not_listen_can_be_asked_again() {
    let (stage, closed) = (Stage::connected().await, ClosedPort::new().unwrap());
    for request in [read(), comment()] {
        let kind = ErrorKind::Transport(TransportError::ConnectionFailed("refused".to_owned()));
        let expected = error(kind, Action::Retry, "no connection to the server (refused)");
        let error = refused(&stage, &closed, &request).await;
        assert_eq!(without_attempts(error), expected);
    }
}

async fn denied(stage: &Stage, request: &Request) -> Error {
    let tenant = stage.tenant_on([stage.simulator.auth_origin()]);
    tenant.api_request(request).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_destination_that_the_host_does_not_allow_is_for_the_operator() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    for request in [read(), comment()] {
        let why = TransportError::Denied("the origin is not allowed".to_owned());
        let message = "the host does not allow this request (the origin is not allowed); allow \
                       the origin in its network policy";
        let expected = error(ErrorKind::Transport(why), Action::FixConfiguration, message);
        assert_eq!(without_attempts(denied(&stage, &request).await), expected);
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_not_sent_counts_as_no_attempt() {
    let (stage, closed) = (Stage::connected().await, ClosedPort::new().unwrap());
    assert_eq!(denied(&stage, &read()).await.attempts, 0);
    assert_eq!(refused(&stage, &closed, &read()).await.attempts, 0);
}

/// Less than this host waits for the next part of a body, and more.
const TIMEOUTS: [Duration; 2] = [MINUTE.checked_div(2).unwrap(), MINUTE.saturating_mul(2)];

async fn assert_timed_out(fault: Fault) {
    for timeout in TIMEOUTS {
        assert_timed_out_in(timeout, &fault).await;
    }
}

async fn assert_timed_out_in(timeout: Duration, fault: &Fault) {
    let stage = Stage::connected().await;
    for (request, method, suffix, may_have_been_done) in [
        (read(), "GET", "/bytes/1000", false),
        (comment(), "POST", "/comment", true),
    ] {
        stage.script(method, suffix, fault.clone());
        let request = request.with_timeout(timeout);
        let message = "no whole answer within the time allowed";
        let expected = failure(TransportError::TimedOut, may_have_been_done, message);
        assert_eq!(hurried(stage.api(&request)).await.unwrap_err(), expected);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_waited_for_no_longer() {
    assert_timed_out(Fault::Stall).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_in_time_is_waited_for_no_longer() {
    assert_timed_out(Fault::StallInBody).await;
}

#[tokio::test]
async fn a_connection_that_ends_early_leaves_a_change_open() {
    let stage = Stage::connected().await;
    for (fault, done) in [
        (Fault::CutBeforeAnswer, 0),
        (Fault::CutAfterDoing, 1),
        (Fault::CutInBody, 1),
    ] {
        stage.script("GET", "/bytes/1000", fault.clone());
        assert_interrupted(stage.api(&read()).await.unwrap_err(), false);

        let before = comments(&stage).await;
        stage.script("POST", "/comment", fault);
        assert_interrupted(stage.api(&comment()).await.unwrap_err(), true);
        assert_eq!(comments(&stage).await, before + done, "it was sent once");
    }
}

#[track_caller]
fn assert_interrupted(error: Error, may_have_been_done: bool) {
    let ErrorKind::Transport(transport @ TransportError::Interrupted(why)) = &error.kind else {
        panic!("{error:?}");
    };
    let message = format!("the connection ended before the whole answer was there ({why})");
    let expected = failure(transport.clone(), may_have_been_done, &message);
    assert_eq!(error, expected);
}

#[tokio::test]
async fn what_is_not_http_is_told_so() {
    let stage = Stage::connected().await;
    let bytes = b"SMTP ready\r\n\r\n".to_vec();
    for (request, method, suffix, may_have_been_done) in [
        (read(), "GET", "/bytes/1000", false),
        (comment(), "POST", "/comment", true),
    ] {
        stage.script(method, suffix, Fault::Raw(bytes.clone()));
        let error = stage.api(&request).await.unwrap_err();
        let transport = TransportError::ProtocolError("protocol error".to_owned());
        let message = "the answer is not valid HTTP (protocol error)";
        assert_eq!(error, failure(transport, may_have_been_done, message));
    }
}

#[tokio::test]
async fn a_refresh_that_the_host_does_not_allow_loses_no_token() {
    let stage = Stage::connected().await;
    stage.simulator.expire_access_tokens();
    let before = stage.store.entries().await;
    let mark = stage.mark();
    let tenant = stage.tenant_on([stage.simulator.api_origin()]);
    let error = tenant.api_request(&read()).await.unwrap().unwrap_err();
    let message = "refreshing the tokens of connection \"demo\": the host does not allow this \
                   request (the origin is not allowed); allow the origin in its network policy";
    assert_eq!((error.message.as_str(), error.attempts), (message, 1));
    assert!(matches!(
        error.kind,
        ErrorKind::Transport(TransportError::Denied(_))
    ));
    assert_eq!(error.action, Action::FixConfiguration);
    assert_eq!(stage.store.entries().await, before);
    assert_eq!(stage.sent_since(mark).len(), 1);
    assert_eq!(stage.last_request().origin, Origin::Api);
    assert_eq!(stage.api(&read()).await.unwrap().attempts, 2);
}
