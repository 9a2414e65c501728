use super::{
    fake::{FakeHost, response},
    refresh::{NEW_PAIR, TOKEN},
};
use crate::jira::{
    error::{Action, Error, Kind},
    exchange::{ApiResponse, exchange},
    http::{HttpResponse, Method, TransportError},
    path::Api,
    request::{ApiRequest, tests::request},
    retry::RetryOptions,
    safety::RetryClass,
    traits::RequestTraits,
};

const OWN: &str = "https://api.atlassian.com/ex/jira/acme/rest/api/3/a";

fn send(host: &FakeHost, request: ApiRequest) -> Result<ApiResponse, Error> {
    host.run(exchange(host, Api::Platform, request))
}

fn cut() -> Result<HttpResponse, TransportError> {
    Err(TransportError::Interrupted("cut".into()))
}

fn refused() -> Result<HttpResponse, TransportError> {
    Err(TransportError::ConnectionFailed("refused".into()))
}

fn denied() -> Result<HttpResponse, TransportError> {
    Err(TransportError::Denied("policy".into()))
}

fn status(status: u16) -> Result<HttpResponse, TransportError> {
    Ok(response(status, &[], ""))
}

fn told(status: u16, name: &str, value: &str) -> Result<HttpResponse, TransportError> {
    let reason = ("ratelimit-reason", "jira-burst-based");
    Ok(response(status, &[(name, value), reason], ""))
}

/// A host that answers one request with these, one after the other.
fn answering(method: Method, answers: Vec<Result<HttpResponse, TransportError>>) -> FakeHost {
    let host = FakeHost::connected("main");
    for answer in answers {
        host.expect_with(&format!("{} {OWN} a1", method.as_str()), answer);
    }
    host
}

fn waits(host: &FakeHost) -> Vec<u64> {
    let effects = host.effects();
    let waits = effects
        .iter()
        .filter_map(|line| line.strip_prefix("sleep "));
    waits.map(|ms| ms.parse().unwrap()).collect()
}

fn patient(method: Method) -> ApiRequest {
    let mut request = request(method, "/a");
    request.options.timeout_ms = Some(120_000);
    request
}

#[test]
fn a_request_is_sent_again_by_its_method_and_by_whether_it_may_have_been_done() {
    let gateway = || status(502);
    for (method, failure, again) in [
        (Method::Get, cut as fn() -> _, true),
        (Method::Head, gateway, true),
        (Method::Options, gateway, true),
        (Method::Delete, cut, true),
        (Method::Put, gateway, true),
        (Method::Post, cut, false),
        (Method::Post, gateway, false),
        (Method::Patch, cut, false),
        (Method::Purge, gateway, false),
        (Method::Post, refused, true),
        (Method::Patch, refused, true),
        (Method::Post, || status(429), true),
        (Method::Get, || status(500), false),
        (
            Method::Get,
            || Err(TransportError::Denied("no".into())),
            false,
        ),
        (
            Method::Get,
            || Err(TransportError::TlsFailed("no".into())),
            false,
        ),
    ] {
        let mut answers = vec![failure()];
        answers.extend(again.then(|| status(200)));
        let host = answering(method, answers);
        let answer = send(&host, request(method, "/a"));
        assert_eq!(answer.is_ok(), again, "{method:?} {:?}", failure());
    }
}

#[test]
fn a_post_that_only_reads_is_sent_again_like_a_get() {
    const SEARCH: &str = "POST https://api.atlassian.com/ex/jira/acme/rest/api/3/search/jql a1";
    let host = FakeHost::connected("main");
    host.expect_with(SEARCH, cut());
    host.expect_with(SEARCH, status(200));
    send(&host, request(Method::Post, "/search/jql")).unwrap();
    host.expect_with(SEARCH, status(500));
    let error = send(&host, request(Method::Post, "/search/jql")).unwrap_err();
    assert!(!error.may_have_been_done());
    assert_eq!(error.traits().unwrap().retry_class, RetryClass::Safe);
}

#[test]
fn what_an_error_says_of_its_request_is_by_what_it_is_sent_again() {
    for (method, json, class) in [
        (Method::Get, None, RetryClass::Safe),
        (Method::Delete, None, RetryClass::Idempotent),
        (
            Method::Put,
            Some(r#"{"fields":{}}"#),
            RetryClass::Idempotent,
        ),
        (
            Method::Put,
            Some(r#"{"update":{}}"#),
            RetryClass::NotIdempotent,
        ),
        (Method::Post, Some("{}"), RetryClass::NotIdempotent),
    ] {
        let mut request = request(method, "/a");
        request.json_object = json.map(String::from);
        let again = class != RetryClass::NotIdempotent;
        let mut answers = vec![cut()];
        answers.extend(again.then(|| status(500)));
        let host = answering(method, answers);
        let error = send(&host, request).unwrap_err();
        assert_eq!(error.attempts(), 1 + u32::from(again), "{method:?}");
        let traits = RequestTraits {
            retry_class: class,
            paging: None,
        };
        assert_eq!(error.traits(), Some(traits), "{method:?}");
        assert_eq!(error.may_have_been_done(), class != RetryClass::Safe);
    }
}

#[test]
fn what_never_was_a_request_is_not_said_to_be_one() {
    let host = FakeHost::connected("main");
    let error = send(&host, request(Method::Get, "a")).unwrap_err();
    assert_eq!(error.traits(), None);
    let mut unknown = request(Method::Get, "/a");
    unknown.connection = "nobody".into();
    let error = send(&host, unknown).unwrap_err();
    assert!(matches!(error.kind(), Kind::ReauthorizationRequired(_)));
    assert!(error.traits().is_some());
}

#[test]
fn it_is_sent_five_times_at_most_and_waits_longer_each_time() {
    let host = answering(Method::Get, (0..5).map(|_| status(503)).collect());
    let error = send(&host, patient(Method::Get)).unwrap_err();
    assert_eq!(error.attempts(), 5);
    assert_eq!(error.action(), Action::Retry);
    let waits = waits(&host);
    assert_eq!(error.waited_ms(), waits.iter().sum::<u64>());
    for (wait, base) in waits.iter().zip([2_000, 4_000, 8_000, 16_000]) {
        let range = base * 7 / 10..=base * 13 / 10;
        assert!(range.contains(wait), "{wait} of {base}");
    }
    assert_eq!(waits.len(), 4);
}

#[test]
fn attempts_and_waits_are_in_the_answer() {
    let host = answering(
        Method::Get,
        vec![cut(), told(429, "retry-after", "7"), status(200)],
    );
    let answer = send(&host, request(Method::Get, "/a")).unwrap();
    let waits = waits(&host);
    assert_eq!(answer.attempts, 3);
    assert_eq!(answer.waited_ms, waits.iter().sum::<u64>());
    assert!(waits[1] >= 7_000, "{waits:?}");
    assert!(!answer.probably_done);
}

#[test]
fn what_cannot_be_waited_for_comes_back_with_the_time_and_the_reason() {
    for (name, value, resets) in [
        ("retry-after", "1800", false),
        ("retry-after", "Tue, 29 Sep 2026 16:30:00 GMT", false),
        ("x-ratelimit-reset", "2026-09-29T16:30Z", true),
        ("x-ratelimit-reset", "1790699400", true),
        ("x-ratelimit-reset", "1790699400000", true),
        ("ratelimit", "\"global-app-quota\";r=0;t=1800", true),
    ] {
        let host = answering(Method::Post, vec![told(429, name, value)]);
        let error = send(&host, request(Method::Post, "/a")).unwrap_err();
        let Kind::RateLimited(limit) = error.kind() else {
            panic!("{error:?}")
        };
        assert_eq!(limit.reason.as_deref(), Some("jira-burst-based"));
        let told = match resets {
            true => limit.resets_at.map(|at| at.since(super::fake::NOW)),
            false => limit.retry_after_ms,
        };
        assert_eq!(told, Some(1_800_000), "{name}: {value}");
        assert_eq!((error.waited_ms(), error.attempts()), (0, 1));
        assert_eq!(error.action(), Action::Retry);
    }
}

#[test]
fn the_caller_turns_retries_off_or_narrows_them() {
    let with = |at_most, only_undone| {
        let mut request = request(Method::Get, "/a");
        request.options.retry = Some(RetryOptions {
            at_most,
            only_undone,
        });
        request
    };
    for (request, answers) in [
        (with(Some(0), false), vec![status(429)]),
        (with(Some(1), false), vec![status(503), status(503)]),
        (with(None, true), vec![status(503)]),
        (with(None, true), vec![status(429), refused(), cut()]),
    ] {
        let host = answering(Method::Get, answers);
        send(&host, request).unwrap_err();
    }
}

#[test]
fn a_404_from_where_a_delete_was_led_is_no_answer_to_it() {
    let host = answering(
        Method::Delete,
        vec![cut(), told(303, "location", "https://elsewhere.example/1")],
    );
    host.expect_with("GET https://elsewhere.example/1 -", status(404));
    let error = send(&host, request(Method::Delete, "/a")).unwrap_err();
    assert!(error.may_have_been_done(), "{error:?}");
}

#[test]
fn a_404_to_the_repetition_of_a_delete_that_may_have_been_done_is_probably_done() {
    for (first, probably_done) in [(cut(), true), (status(503), true), (refused(), false)] {
        let host = answering(Method::Delete, vec![first, status(404)]);
        match send(&host, request(Method::Delete, "/a")) {
            Ok(answer) => {
                assert!(probably_done && answer.probably_done);
                assert_eq!((answer.status, answer.attempts), (404, 2));
            }
            Err(error) => {
                assert!(!probably_done);
                assert!(!error.may_have_been_done(), "{error:?}");
            }
        }
    }
    let host = answering(Method::Put, vec![cut(), status(404)]);
    let error = send(&host, request(Method::Put, "/a")).unwrap_err();
    assert!(error.may_have_been_done(), "a PUT is not done by a 404");
}

#[test]
fn what_may_have_been_done_before_stays_so() {
    let host = answering(Method::Put, vec![cut(), refused(), status(400)]);
    let error = send(&host, request(Method::Put, "/a")).unwrap_err();
    assert_eq!(error.attempts(), 2);
    assert_eq!(error.action(), Action::Report);
}

#[test]
fn what_may_have_been_done_stays_so_though_the_token_is_refused_after_it() {
    let dead = response(403, &[], r#"{"error":"invalid_grant"}"#);
    for (renewed, after) in [(response(200, &[], NEW_PAIR), Some(denied())), (dead, None)] {
        let host = answering(Method::Delete, vec![status(503), status(401)]);
        host.expect_with(TOKEN, Ok(renewed));
        if let Some(after) = after {
            host.expect_with(&format!("DELETE {OWN} a2"), after);
        }
        let error = send(&host, request(Method::Delete, "/a")).unwrap_err();
        assert!(error.may_have_been_done(), "{error:?}");
        assert_eq!(error.attempts(), 2);
    }
}

#[test]
fn a_put_with_operations_is_not_repeated() {
    let mut request = request(Method::Put, "/a");
    request.json_object = Some(r#"{"update":{"comment":[{"add":{}}]}}"#.into());
    let host = answering(Method::Put, vec![status(503)]);
    let error = send(&host, request).unwrap_err();
    assert!(error.may_have_been_done());
}

#[test]
fn an_attempt_that_the_time_does_not_allow_is_not_waited_for() {
    let mut request = request(Method::Get, "/a");
    request.options.timeout_ms = Some(2_000);
    let host = answering(Method::Get, vec![status(503)]);
    let error = send(&host, request).unwrap_err();
    assert!(matches!(error.kind(), Kind::Api(api) if api.status == 503));
    assert_eq!(waits(&host), [0; 0]);
}

#[test]
fn a_code_is_sent_again_only_where_it_surely_was_not() {
    use super::oauth::{ONE_SITE, PAIR, TOKEN, authorize, callback, expect_identity, take};
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    host.expect_with(TOKEN, refused());
    host.expect_with(TOKEN, status(429));
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    take(&host, callback("main", &consent.state)).unwrap();

    for left_open in [cut(), status(503)] {
        let consent = authorize(&host, "main");
        host.expect_with(TOKEN, left_open);
        take(&host, callback("main", &consent.state)).unwrap_err();
    }
}
