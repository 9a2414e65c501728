use atlassian_simulator::Fault;
use jira_host::types::{Action, ApiError, Error, ErrorKind, Limit, RateLimit, Request};

use crate::stage::{DEMO, Stage, assert_answered, error};

async fn failure(stage: &Stage, request: Request) -> Error {
    stage.api(&request).await.unwrap_err()
}

#[track_caller]
fn api_error(error: &Error) -> &ApiError {
    match &error.kind {
        ErrorKind::Api(api) => api,
        other => panic!("{other:?}"),
    }
}

/// What an answer with an error status is told as.
#[track_caller]
fn assert_api(actual: &Error, status: u16, action: Action, message: &str) {
    assert_eq!(api_error(actual).status, status);
    assert_eq!((actual.message.as_str(), actual.action), (message, action));
    assert_eq!((actual.attempts, actual.waited_ms), (1, 0));
    assert!(actual.trace_id.is_some());
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_words_of_jira() {
    let stage = Stage::connected().await;
    let error = failure(&stage, Request::get(DEMO, "/issue/NONE-1")).await;
    let words = "Issue does not exist or you do not have permission to see it.";
    let message = "Jira answered 404: Issue does not exist or you do not have permission to see it";
    assert_api(&error, 404, Action::FixRequest, message);
    assert!(!error.may_have_been_done);
    let api = api_error(&error);
    assert_eq!(api.messages, [words]);
    assert_eq!(api.field_errors, []);
    assert!(!api.body_truncated);
    assert!(String::from_utf8_lossy(&api.body).contains(words));
}

#[tokio::test]
async fn what_single_fields_lack_is_told_by_field() {
    let stage = Stage::connected().await;
    let request = Request::post(DEMO, "/issue").with_json_object(r#"{"fields": {}}"#);
    let error = failure(&stage, request).await;
    let message = "Jira answered 400: issuetype: Specify an issue type; project: Specify a valid \
                   project ID or key; summary: You must specify a summary of the issue";
    assert_api(&error, 400, Action::FixRequest, message);
    assert!(!error.may_have_been_done);
    let fields: Vec<&str> = api_error(&error)
        .field_errors
        .iter()
        .map(|(f, _)| f.as_str())
        .collect();
    assert_eq!(fields, ["issuetype", "project", "summary"]);
}

#[tokio::test]
async fn an_api_that_was_removed_is_told_with_its_successor() {
    let stage = Stage::connected().await;
    let error = failure(&stage, Request::get(DEMO, "/search?jql=project=DEMO")).await;
    let message = "Jira answered 410: The requested API has been removed. Please migrate to the \
                   /rest/api/3/search/jql API. A full migration guideline is available at \
                   https://developer.atlassian.com/changelog/#CHANGE-2046";
    assert_api(&error, 410, Action::FixRequest, message);
}

#[tokio::test]
async fn a_gateway_that_knows_no_such_path_is_told_as_it_is() {
    let stage = Stage::connected().await;
    let body =
        r#"{"timestamp":"t","status":404,"error":"Not Found","message":"No route","path":"/x"}"#;
    stage.script("GET", "/nowhere", Fault::json(404, body));
    let error = failure(&stage, Request::get(DEMO, "/nowhere")).await;
    assert_eq!(api_error(&error).status, 404);
    assert_eq!(
        error.message,
        "Jira answered 404: No route; the gateway has no such path, or no such site any more: \
         choose-site asks for the sites anew"
    );
}

fn html(status: u16, title: &str) -> Fault {
    Fault::Answer {
        status,
        headers: vec![
            ("content-type".to_owned(), "text/html".to_owned()),
            ("set-cookie".to_owned(), "hidden=1".to_owned()),
            (
                "location".to_owned(),
                "https://hidden.example/?token=x".to_owned(),
            ),
            ("atl-traceid".to_owned(), "trace-9".to_owned()),
        ],
        body: format!("<html><head><title>{title}</title></head><body>secret</body></html>").into(),
    }
}

#[tokio::test]
async fn a_server_that_fails_at_a_change_leaves_open_whether_it_was_done() {
    let stage = Stage::connected().await;
    let comment = || Request::post(DEMO, "/issue/DEMO-1/comment").with_json("{}");
    for (status, title) in [(500, "Oops"), (503, "Down")] {
        stage.script("POST", "/comment", html(status, title));
        let error = failure(&stage, comment()).await;
        let message = format!("Jira answered {status}: {title}");
        assert_api(&error, status, Action::Report, &message);
        assert!(error.may_have_been_done);
        assert_eq!(error.trace_id.as_deref(), Some("trace-9"));
        let names: Vec<&str> = api_error(&error)
            .headers
            .iter()
            .map(|(n, _)| n.as_str())
            .collect();
        assert!(names.contains(&"content-type"), "{names:?}");
        assert!(
            !names.contains(&"set-cookie") && !names.contains(&"location"),
            "{names:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_fails_at_reading_can_be_asked_again_where_that_helps() {
    let stage = Stage::connected().await;
    for (status, action) in [
        (500, Action::Report),
        (502, Action::Retry),
        (503, Action::Retry),
        (504, Action::Retry),
    ] {
        stage.script("GET", "/myself", html(status, "Oops"));
        let error = failure(&stage, Request::get(DEMO, "/myself").without_retries()).await;
        assert_api(
            &error,
            status,
            action,
            &format!("Jira answered {status}: Oops"),
        );
        assert!(!error.may_have_been_done);
    }
}

#[tokio::test]
async fn the_body_of_an_error_is_kept_up_to_64_kib_whatever_the_limit_of_answers() {
    let stage = Stage::connected().await;
    let body = format!(
        r#"{{"errorMessages":["No."],"rest":"{}"}}"#,
        "x".repeat(70_000)
    );
    for limit in [1, 1_000_000] {
        stage.script("GET", "/myself", Fault::json(400, &body));
        let request = Request::get(DEMO, "/myself").with_max_response_bytes(limit);
        let error = failure(&stage, request).await;
        let api = api_error(&error);
        assert!(api.body_truncated);
        assert_eq!(api.body, &body.as_bytes()[..64 * 1024]);
    }
}

async fn assert_limited(headers: &[(&str, &str)], limit: RateLimit, message: &str) {
    let stage = Stage::connected().await;
    stage.script("POST", "/comment", Fault::status(429, headers));
    let request = Request::post(DEMO, "/issue/DEMO-1/comment")
        .with_json("{}")
        .without_retries();
    let expected = Error {
        attempts: 1,
        ..error(ErrorKind::RateLimited(limit), Action::Retry, message)
    };
    assert_answered(failure(&stage, request).await, &expected);
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_again() {
    let unknown = RateLimit {
        retry_after_ms: None,
        resets_at_unix_ms: None,
        limit: None,
        remaining: None,
        near_limit: false,
        reason: None,
    };
    let told = "Jira limits the rate of requests";
    let seconds = [
        ("retry-after", "7"),
        ("ratelimit-reason", "jira-burst-based"),
        ("x-ratelimit-remaining", "0"),
        ("atl-traceid", "trace"),
    ];
    let limit = RateLimit {
        retry_after_ms: Some(7_000),
        remaining: Some(0),
        reason: Some("jira-burst-based".to_owned()),
        ..unknown.clone()
    };
    let message = format!("{told} (jira-burst-based); nothing was done; try again in 7 s");
    assert_limited(&seconds, limit, &message).await;

    let date = [
        ("retry-after", "Mon, 05 Jan 2026 09:00:30 GMT"),
        ("atl-traceid", "trace"),
    ];
    let limit = RateLimit {
        retry_after_ms: Some(30_000),
        ..unknown.clone()
    };
    let message = format!("{told}; nothing was done; try again in 30 s");
    assert_limited(&date, limit, &message).await;

    let message = format!("{told}; nothing was done; try again later");
    assert_limited(&[("atl-traceid", "trace")], unknown, &message).await;
}

#[tokio::test]
async fn an_answer_over_the_limit_is_stopped_early() {
    let stage = Stage::connected().await;
    let mebibytes_16 = 16 * 1024 * 1024;
    let table = [
        (
            Request::get(DEMO, "/bytes/1000").with_max_response_bytes(999),
            999,
        ),
        (
            Request::get(DEMO, "/bytes/100000").with_max_response_bytes(99_999),
            99_999,
        ),
        (Request::get(DEMO, "/bytes/1000000000000"), mebibytes_16),
    ];
    for (request, value) in table {
        let limit = Limit {
            name: "max-response-bytes".to_owned(),
            value,
        };
        let message = format!(
            "the answer is longer than max-response-bytes, {value}; ask for less, or allow more"
        );
        let expected = Error {
            attempts: 1,
            ..error(
                ErrorKind::LimitExceeded(limit),
                Action::FixRequest,
                &message,
            )
        };
        assert_answered(failure(&stage, request).await, &expected);
    }
}

#[tokio::test]
async fn a_change_whose_answer_is_too_long_may_have_been_done() {
    let stage = Stage::connected().await;
    let request = Request::post(DEMO, "/bytes/1000").with_max_response_bytes(1);
    let error = failure(&stage, request).await;
    assert!(
        matches!(error.kind, ErrorKind::LimitExceeded(_)),
        "{error:?}"
    );
    assert!(error.may_have_been_done);
}
