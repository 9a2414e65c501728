use std::time::Duration;

use atlassian_simulator::{ClosedPort, Fault};
use jira_host::types::{Action, ErrorKind, Method, Request};
use serde_json::Value;

use super::{METHODS, echo, script, send, status};
use crate::clock::hurried;
use crate::stage::{DEMO, Stage};

/// What leaves open whether the request was carried out.
fn left_open() -> [Fault; 6] {
    [
        Fault::CutBeforeAnswer,
        Fault::CutAfterDoing,
        Fault::CutInBody,
        status(502),
        status(503),
        status(504),
    ]
}

fn is_repeatable(method: Method) -> bool {
    !matches!(method, Method::Post | Method::Patch | Method::Purge)
}

#[tokio::test]
async fn what_may_have_been_done_is_sent_again_only_where_twice_is_the_same_as_once() {
    let stage = Stage::connected().await;
    for method in METHODS {
        for fault in left_open() {
            if method == Method::Head && matches!(fault, Fault::CutInBody) {
                continue; // There is no body to cut.
            }
            let what = format!("{method:?} {fault:?}");
            let (request, mark) = (echo(method), stage.mark());
            script(&stage, method, [fault]);
            let outcome = send(&stage, &request).await;
            let sent = stage.sent_since(mark).len();
            if is_repeatable(method) {
                let response = outcome.unwrap();
                assert_eq!((response.attempts, sent), (2, 2), "{what}");
                assert!((1_400..=2_600).contains(&response.waited_ms), "{what}");
                assert!(!response.probably_done, "{what}");
            } else {
                let error = outcome.unwrap_err();
                assert_eq!((error.attempts, sent, error.waited_ms), (1, 1, 0), "{what}");
                assert!(error.may_have_been_done, "{what}");
                assert_eq!(error.action, Action::Report, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_refused_with_429_is_sent_again_whatever_its_method() {
    let stage = Stage::connected().await;
    for method in METHODS {
        script(&stage, method, [status(429)]);
        let response = send(&stage, &echo(method)).await.unwrap();
        assert_eq!(response.attempts, 2, "{method:?}");
    }
}

#[tokio::test]
async fn what_surely_was_not_sent_is_tried_again_whatever_its_method() {
    let (stage, closed) = (Stage::connected().await, ClosedPort::new().unwrap());
    let mut app: Value = serde_json::from_str(&stage.simulator.app_record()).unwrap();
    app["api_origin"] = closed.origin().into();
    stage.store.write_app(&app.to_string());
    let tenant = stage.tenant_on([closed.origin()]);
    for method in METHODS {
        let request = echo(method).with_timeout(Duration::from_secs(120));
        let error = hurried(tenant.api_request(&request)).await.unwrap();
        let error = error.unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Transport(_)), "{error:?}");
        assert_eq!((error.attempts, error.action), (0, Action::Retry));
        assert!(!error.may_have_been_done);
        // 2, 4, 8 and 16 seconds, by a factor of 0.7 to 1.3.
        assert!((21_000..=39_000).contains(&error.waited_ms), "{error:?}");
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_sent_again() {
    let stage = Stage::connected().await;
    for code in [400, 403, 404, 409, 412, 500, 501, 505] {
        let mark = stage.mark();
        script(&stage, Method::Get, [status(code)]);
        let error = send(&stage, &echo(Method::Get)).await.unwrap_err();
        assert_eq!((error.attempts, error.waited_ms), (1, 0), "{code}");
        assert_eq!(stage.sent_since(mark).len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_put_with_operations_is_not_sent_again() {
    let stage = Stage::connected().await;
    for (body, again) in [
        (r#"{"fields":{"summary":"update"}}"#, true),
        (r#"{"fields":{"update":[]}}"#, true),
        (r#"["update"]"#, true),
        (r#"{"update":{"labels":[{"add":"a"}]}}"#, false),
        (r#"{"fields":{},"up\u0064ate":{}}"#, false),
        (r#"{"update":{}} and more"#, false),
    ] {
        script(&stage, Method::Put, [status(503)]);
        let request = Request::put(DEMO, super::ECHO).with_body(body);
        match send(&stage, &request).await {
            Ok(response) => assert!(again && response.attempts == 2, "{body}"),
            Err(error) => assert!(!again && error.may_have_been_done, "{body} {error:?}"),
        }
    }
}

#[tokio::test]
async fn the_same_request_is_sent_each_time() {
    let stage = Stage::connected().await;
    let before = stage.simulator.requests().len();
    script(
        &stage,
        Method::Put,
        [status(503), Fault::CutAfterDoing, status(429), status(504)],
    );
    let request = Request::put(DEMO, super::ECHO)
        .with_json_object(r#"{"fields": {"summary": "One"}}"#)
        .with_header("x-one", "1")
        .with_cookie("a", "b")
        .with_query("c", "d")
        .with_timeout(std::time::Duration::from_secs(120));
    let response = send(&stage, &request).await.unwrap();
    assert_eq!(response.attempts, 5);
    let sent = stage.simulator.requests().split_off(before);
    assert_eq!(sent.len(), 5);
    for again in &sent {
        assert_eq!(
            (&again.target, &again.headers, &again.body),
            (&sent[0].target, &sent[0].headers, &sent[0].body)
        );
    }
}

fn delete() -> Request {
    Request::delete(DEMO, "/issue/DEMO-3")
}

#[tokio::test]
async fn a_404_to_a_delete_that_may_have_been_done_before_is_probably_done() {
    let stage = Stage::connected().await;
    stage.script("DELETE", "/DEMO-3", Fault::CutAfterDoing);
    let response = send(&stage, &delete()).await.unwrap();
    assert!(response.probably_done);
    assert_eq!((response.status, response.attempts), (404, 2));
    let error = send(&stage, &delete()).await.unwrap_err();
    assert!(!error.may_have_been_done, "this time it is known");
}

#[tokio::test]
async fn a_404_to_a_delete_that_surely_was_not_done_before_is_an_error() {
    let stage = Stage::connected().await;
    stage.script("DELETE", "/DEMO-3", status(429));
    stage.script("DELETE", "/DEMO-3", status(404));
    let error = send(&stage, &delete()).await.unwrap_err();
    assert!(matches!(&error.kind, ErrorKind::Api(api) if api.status == 404));
    assert_eq!((error.attempts, error.may_have_been_done), (2, false));
    let response = send(&stage, &delete()).await.unwrap();
    assert_eq!((response.status, response.probably_done), (204, false));
}
