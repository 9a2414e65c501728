use super::fake::{FakeHost, response};
use crate::jira::{
    error::{Action, Error, Kind},
    exchange::{ApiResponse, exchange},
    http::{Method, TransportError},
    path::Api,
    request::{ApiRequest, RedirectMode, RequestOptions, tests::request},
    retry::RetryOptions,
};

const OWN: &str = "https://api.atlassian.com/ex/jira/acme/rest/api/3";

fn send(host: &FakeHost, request: ApiRequest) -> Result<ApiResponse, Error> {
    host.run(exchange(host, Api::Platform, request))
}

pub fn request_once(method: Method, url_path: &str) -> ApiRequest {
    let retry = RetryOptions {
        at_most: Some(0),
        only_undone: false,
    };
    let options = RequestOptions {
        retry: Some(retry),
        ..RequestOptions::default()
    };
    ApiRequest {
        options,
        ..request(method, url_path)
    }
}

#[test]
fn a_request_that_is_refused_reads_and_sends_nothing() {
    let host = FakeHost::connected("main");
    send(&host, request(Method::Get, "/../x")).unwrap_err();
    assert_eq!(host.reads(), 0);
    assert_eq!(host.effects(), [""; 0]);
}

#[test]
fn an_unknown_connection_and_a_missing_application_are_told_apart() {
    let host = FakeHost::new();
    let error = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no connection \"main\"; make it by oauth-exchange with authorize"
    );
    let host = FakeHost::default();
    let error = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Configuration("app")),
        "{error:?}"
    );
}

#[test]
fn what_the_answer_says_is_answered() {
    let host = FakeHost::connected("main");
    let headers = [
        ("atl-traceid", "t"),
        ("x-ratelimit-remaining", "9"),
        ("x", "1"),
    ];
    host.expect_with(&format!("GET {OWN}/a a1"), Ok(response(204, &headers, "")));
    let answer = send(&host, request(Method::Get, "/a")).unwrap();
    assert_eq!(
        (answer.status, answer.trace_id.as_deref(), answer.attempts),
        (204, Some("t"), 1)
    );
    assert_eq!(answer.rate_limit.unwrap().remaining, Some(9));
    assert_eq!(answer.headers.iter().count(), 3);
}

#[test]
fn a_304_is_ok_and_a_300_is_not() {
    let host = FakeHost::connected("main");
    host.expect(&format!("GET {OWN}/a a1"), 304, "");
    assert_eq!(send(&host, request(Method::Get, "/a")).unwrap().status, 304);
    host.expect(&format!("GET {OWN}/a a1"), 300, "");
    assert_eq!(
        send(&host, request(Method::Get, "/a"))
            .unwrap_err()
            .action(),
        Action::Report
    );
}

#[test]
fn a_download_is_followed_to_another_origin_without_the_token() {
    let host = FakeHost::connected("main");
    let media = "https://api.media.atlassian.com/file/1?token=signed";
    host.expect_with(
        &format!("GET {OWN}/a a1"),
        Ok(response(303, &[("location", media)], "")),
    );
    host.expect(&format!("GET {media} -"), 200, "bytes");
    assert_eq!(
        send(&host, request(Method::Get, "/a")).unwrap().body,
        b"bytes"
    );
}

#[test]
fn a_task_is_followed_through_the_gateway_and_the_write_counts_as_done() {
    let host = FakeHost::connected("main");
    let task = [("location", "https://acme.atlassian.net/rest/api/3/task/1")];
    host.expect_with(&format!("POST {OWN}/a a1"), Ok(response(303, &task, "")));
    host.expect_with(
        &format!("GET {OWN}/task/1 a1"),
        Err(TransportError::TimedOut),
    );
    let error = send(&host, request_once(Method::Post, "/a")).unwrap_err();
    assert!(error.may_have_been_done());
    assert_eq!(error.action(), Action::Report);
}

#[test]
fn five_redirects_are_followed_and_the_sixth_is_not() {
    let host = FakeHost::connected("main");
    let here = [("location", "a")];
    for _ in 0..5 {
        host.expect_with(&format!("GET {OWN}/a a1"), Ok(response(302, &here, "")));
    }
    host.expect(&format!("GET {OWN}/a a1"), 200, "");
    assert_eq!(send(&host, request(Method::Get, "/a")).unwrap().attempts, 1);
    for _ in 0..6 {
        host.expect_with(&format!("GET {OWN}/a a1"), Ok(response(302, &here, "")));
    }
    let error = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::LimitExceeded("redirects", 5)),
        "{error:?}"
    );
}

#[test]
fn a_redirect_is_answered_as_it_is_where_the_caller_says_so() {
    let host = FakeHost::connected("main");
    let elsewhere = [("location", "https://api.media.atlassian.com/?token=signed")];
    host.expect_with(
        &format!("GET {OWN}/a a1"),
        Ok(response(303, &elsewhere, "")),
    );
    let options = RequestOptions {
        redirect: Some(RedirectMode::Manual),
        ..RequestOptions::default()
    };
    let answer = send(
        &host,
        ApiRequest {
            options,
            ..request(Method::Get, "/a")
        },
    )
    .unwrap();
    assert_eq!(answer.headers.get("location"), Some(elsewhere[0].1));
}

#[test]
fn an_answer_over_the_limit_names_the_limit() {
    let host = FakeHost::connected("main");
    host.expect(&format!("POST {OWN}/a a1"), 201, "12345");
    let options = RequestOptions {
        max_response_bytes: Some(4),
        ..RequestOptions::default()
    };
    let error = send(
        &host,
        ApiRequest {
            options,
            ..request(Method::Post, "/a")
        },
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer is longer than max-response-bytes, 4; ask for less, or allow more"
    );
    assert!(error.may_have_been_done(), "it was a 201");
}

#[test]
fn only_a_write_that_may_have_reached_the_server_may_have_been_done() {
    let refused = TransportError::ConnectionFailed("refused".into());
    let cut = TransportError::Interrupted("cut".into());
    for (method, failure, expected) in [
        (Method::Post, cut.clone(), (true, 1)),
        (Method::Post, refused.clone(), (false, 0)),
        (Method::Delete, TransportError::TimedOut, (true, 1)),
        (Method::Get, cut, (false, 1)),
        (Method::Put, TransportError::Denied("x".into()), (false, 0)),
    ] {
        let host = FakeHost::connected("main");
        host.expect_with(&format!("{} {OWN}/a a1", method.as_str()), Err(failure));
        let error = send(&host, request_once(method, "/a")).unwrap_err();
        let found = (error.may_have_been_done(), error.attempts());
        assert_eq!(found, expected, "{error:?}");
    }
}

#[test]
fn whatever_follows_an_accepted_write_does_not_make_it_undone() {
    let task = "https://acme.atlassian.net/rest/api/3/task/1";
    for (status, sentence) in [
        (404, "Jira answered 404"),
        (
            429,
            "Jira limits the rate of requests; the request itself was done; try again later",
        ),
        (503, "Jira answered 503"),
    ] {
        let host = FakeHost::connected("main");
        let accepted = response(303, &[("location", task)], "");
        host.expect_with(&format!("POST {OWN}/a a1"), Ok(accepted));
        host.expect(&format!("GET {OWN}/task/1 a1"), status, "");
        let error = send(&host, request_once(Method::Post, "/a")).unwrap_err();
        assert_eq!(error.to_string(), sentence);
        assert_eq!(
            (error.may_have_been_done(), error.action()),
            (true, Action::Report)
        );
    }
}

#[test]
fn an_answer_from_another_origin_is_told_by_its_status_alone() {
    let media = "https://api.media.atlassian.com/file/1?token=signed";
    for status in [401, 403, 500] {
        let host = FakeHost::connected("main");
        let away = response(303, &[("location", media)], "");
        host.expect_with(&format!("GET {OWN}/a a1"), Ok(away));
        let words = format!("Request {media} has expired");
        host.expect(&format!("GET {media} -"), status, &words);
        let error = send(&host, request(Method::Get, "/a")).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the server that Jira points to answered {status}")
        );
        let Kind::Api(api) = error.kind() else {
            panic!("{error:?}")
        };
        assert!(api.body.is_empty() && api.messages.is_empty());
    }
}

#[test]
fn a_scope_mismatch_burns_no_rotation() {
    let host = FakeHost::connected("main");
    let body = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    host.expect(&format!("GET {OWN}/a a1"), 401, body);
    let error = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Configuration("scope")),
        "{error:?}"
    );
    assert_eq!(host.effects().len(), 1);
}

#[test]
fn a_site_that_was_chosen_for_another_consent_is_not_used() {
    let host = FakeHost::new();
    let renewed = crate::jira::token::TokenSet {
        consent_id: "second".into(),
        ..super::fake::tokens("a1", "r1")
    };
    host.connect("main", &renewed);
    let error = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Configuration("site")),
        "{error:?}"
    );
}

#[test]
fn a_damaged_entry_is_named_and_not_shown() {
    let host = FakeHost::connected("main");
    for (value, why) in [
        (
            "hush",
            "the entry is damaged: it is not JSON (line 1, column 1)",
        ),
        (
            r#"{"format":1,"value":{"access_token":7}}"#,
            "the entry is damaged: `access_token` is not a text",
        ),
        (
            r#"{"format":2,"hush":0}"#,
            "the entry has format 2, this connector reads 1; use a newer connector",
        ),
    ] {
        host.set("tokens/main", value.as_bytes());
        let error = send(&host, request(Method::Get, "/a")).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("reading `tokens/main`: the secret store failed ({why})")
        );
    }
}
