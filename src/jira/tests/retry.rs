//! The policy alone: nothing is sent here.

use url::Url;

use crate::jira::{
    http::{HttpRequest, Method, TransportError},
    instant::UnixMs,
    retry::{Retry, RetryBudget, Setback},
    safety::{
        RetryClass::{self, Idempotent, NotIdempotent, Safe},
        is_idempotent, is_safe,
    },
};

const ALL: Retry = Retry {
    at_most: 4,
    only_undone: false,
};

fn request(method: Method, body: Option<&str>) -> HttpRequest {
    HttpRequest {
        method,
        body: body.map(Into::into),
        ..HttpRequest::get_json(Url::parse("https://h/").unwrap())
    }
}

#[test]
fn a_request_is_as_safe_to_send_again_as_its_method_and_its_body_tell() {
    for (method, body, class) in [
        (Method::Get, None, Safe),
        (Method::Head, None, Safe),
        (Method::Options, None, Safe),
        (Method::Trace, None, Safe),
        (Method::Delete, None, Idempotent),
        (Method::Delete, Some(r#"{"update":1}"#), Idempotent),
        (Method::Put, None, Idempotent),
        (Method::Put, Some(r#"{"fields":{"update":1}}"#), Idempotent),
        (
            Method::Put,
            Some(r#"{"fields":{},"update":{}}"#),
            NotIdempotent,
        ),
        (Method::Put, Some(r#"{"\u0075pdate":{}}"#), NotIdempotent),
        (Method::Put, Some(r#"[{"update":{}}]"#), Idempotent),
        (Method::Put, Some("\u{feff}{\"update\":{}}"), NotIdempotent),
        (Method::Put, Some("plain text"), Idempotent),
        (Method::Post, None, NotIdempotent),
        (Method::Patch, None, NotIdempotent),
        (Method::Purge, None, NotIdempotent),
    ] {
        let bytes = body.unwrap_or_default().as_bytes();
        let found = RetryClass::of(method, "/", bytes);
        assert_eq!(found, class, "{method:?} {body:?}");
        let is_repeated = is_idempotent(&request(method, body));
        assert_eq!(is_repeated, class != NotIdempotent, "{method:?} {body:?}");
    }
}

#[test]
fn of_posts_only_those_that_are_known_to_read_are_safe() {
    for (path, expected) in [
        ("/rest/api/3/search/jql", true),
        ("/rest/api/2/changelog/bulkfetch", true),
        ("/rest/api/3/field/10001/context/mapping", true),
        ("/rest/api/3/issue/bulkfetch", true),
        ("/ex/jira/a-b/rest/api/3/search/approximate-count", true),
        ("/rest/api/3/issue", false),
        ("/rest/api/3/issue/search/jql", false),
        ("/rest/api/3/field/10001/context/1/mapping", false),
        ("/rest/servicedeskapi/search/jql", false),
        ("/ex/jira/a-b/rest/api/3/comment", false),
        ("/ex/jira/rest/api/3/search/jql", false),
        ("/oauth/token", false),
    ] {
        assert_eq!(is_safe(Method::Post, path), expected, "{path}");
        assert!(!is_safe(Method::Put, path), "{path}");
        assert!(is_safe(Method::Get, path), "{path}");
    }
}

#[test]
fn what_may_pass_is_told_from_what_does_not() {
    let now = UnixMs(1_790_697_600_000);
    let text = String::new;
    for (error, expected) in [
        (TransportError::NameUnresolved, Some(Setback::Undone(0))),
        (
            TransportError::ConnectionFailed(text()),
            Some(Setback::Undone(0)),
        ),
        (TransportError::TimedOut, Some(Setback::LeftOpen(0))),
        (
            TransportError::Interrupted(text()),
            Some(Setback::LeftOpen(0)),
        ),
        (
            TransportError::ProtocolError(text()),
            Some(Setback::LeftOpen(0)),
        ),
        (TransportError::Denied(text()), None),
        (TransportError::TlsFailed(text()), None),
    ] {
        assert_eq!(Setback::of_transport(&error), expected, "{error:?}");
    }
    for (status, header, expected) in [
        (429, None, Some(Setback::Undone(0))),
        (
            429,
            Some(("retry-after", "7")),
            Some(Setback::Undone(7_000)),
        ),
        (
            429,
            Some(("retry-after", "Tue, 29 Sep 2026 16:00:09 GMT")),
            Some(Setback::Undone(9_000)),
        ),
        (
            429,
            Some(("x-ratelimit-reset", "2026-09-29T16:01Z")),
            Some(Setback::Undone(60_000)),
        ),
        (
            429,
            Some(("x-ratelimit-reset", "1790697603")),
            Some(Setback::Undone(3_000)),
        ),
        (
            429,
            Some(("x-ratelimit-reset", "1790697604000")),
            Some(Setback::Undone(4_000)),
        ),
        (
            429,
            Some(("ratelimit", "\"q\";r=0;t=5")),
            Some(Setback::Undone(5_000)),
        ),
        (
            503,
            Some(("retry-after", "2")),
            Some(Setback::LeftOpen(2_000)),
        ),
        (502, None, Some(Setback::LeftOpen(0))),
        (504, None, Some(Setback::LeftOpen(0))),
        (500, None, None),
        (501, None, None),
        (408, None, None),
        (409, None, None),
        (200, None, None),
    ] {
        let response = super::fake::response(status, &header.into_iter().collect::<Vec<_>>(), "");
        assert_eq!(
            Setback::of_response(&response, || now),
            expected,
            "{status} {header:?}"
        );
    }
}

#[test]
fn the_waits_are_the_documented_ones() {
    let wait = |retries, chance| ALL.wait_ms(retries, true, Setback::LeftOpen(0), chance, 600_000);
    let least: Vec<_> = (0..6).map(|retries| wait(retries, 0)).collect();
    let most: Vec<_> = (0..6).map(|retries| wait(retries, 255)).collect();
    assert_eq!(
        least,
        [
            Some(1_400),
            Some(2_800),
            Some(5_600),
            Some(11_200),
            None,
            None
        ]
    );
    assert_eq!(
        most,
        [
            Some(2_600),
            Some(5_200),
            Some(10_400),
            Some(20_800),
            None,
            None
        ]
    );
}

#[test]
fn what_was_told_is_the_least_and_spread_all_the_same() {
    let wait = |chance| ALL.wait_ms(0, false, Setback::Undone(7_000), chance, 60_000);
    assert_eq!((wait(0), wait(255)), (Some(7_000), Some(8_200)));
    let short = ALL.wait_ms(0, false, Setback::Undone(1), 0, 60_000);
    assert_eq!(short, Some(1_400));
}

#[test]
fn what_does_not_fit_into_the_time_is_not_waited_for() {
    let wait = |told, remaining| ALL.wait_ms(0, false, Setback::Undone(told), 0, remaining);
    assert_eq!(wait(7_000, 8_000), Some(7_000));
    assert_eq!(wait(7_000, 7_999), None);
    assert_eq!(wait(0, 2_400), Some(1_400));
    assert_eq!(wait(0, 2_399), None);
    assert_eq!(wait(u64::MAX, u64::MAX), None);
}

#[test]
fn what_may_have_been_done_is_repeated_only_where_that_is_harmless_and_allowed() {
    let is_repeated = |retry: Retry, is_idempotent, setback| {
        retry
            .wait_ms(0, is_idempotent, setback, 0, 60_000)
            .is_some()
    };
    let narrow = Retry {
        only_undone: true,
        ..ALL
    };
    let off = Retry { at_most: 0, ..ALL };
    for (retry, is_idempotent, setback, expected) in [
        (ALL, true, Setback::LeftOpen(0), true),
        (ALL, false, Setback::LeftOpen(0), false),
        (ALL, false, Setback::Undone(0), true),
        (narrow, true, Setback::LeftOpen(0), false),
        (narrow, true, Setback::Undone(0), true),
        (off, true, Setback::Undone(0), false),
    ] {
        assert_eq!(
            is_repeated(retry, is_idempotent, setback),
            expected,
            "{retry:?} {is_idempotent} {setback:?}"
        );
    }
}

#[test]
fn a_call_repeats_eight_requests_and_then_a_tenth_of_what_succeeds() {
    let budget = RetryBudget::default();
    let taken = |budget: &RetryBudget| (0..100).take_while(|_| budget.take()).count();
    assert_eq!(taken(&budget), 8);
    for _ in 0..25 {
        budget.succeeded();
    }
    assert_eq!(taken(&budget), 2);
    for _ in 0..10_000 {
        budget.succeeded();
    }
    assert_eq!(taken(&budget), 8, "it does not grow without end");
}
