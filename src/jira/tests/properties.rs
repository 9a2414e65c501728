//! What others write, as arbitrary bytes: nothing of it may end the connector,
//! be believed beyond its bounds, or be shown where it may be a secret.

use proptest::{prelude::*, sample::select};

use super::{
    checks::{
        NOW,
        callbacks::only_the_state_given_out_spends_a_code,
        error_bodies,
        rate_limits::{self, Circumstances},
    },
    fake::response,
    trial::{almost, holds},
};
use crate::jira::{
    http::{Method, TransportError},
    instant::UnixMs,
    safety::is_idempotent,
};

const BODY: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "1e999",
    "-0",
    "\\u0000",
    "\\ud800",
    "\"errorMessages\":[",
    "\"errors\":{",
    "\"errors\":[",
    "\"message\":\"",
    "\"code\":403",
    "\"status\":404",
    "\"timestamp\":",
    "\"error\":\"invalid_grant\"",
    "<html>",
    "<title>",
    "</title",
    "<!DOCTYPE",
    "\n",
    " ",
    "\u{130}",
    "{\"a\":[{\"a\":[{\"a\":[",
];

#[test]
fn an_error_body_is_read_whatever_it_is() {
    let bytes = prop_oneof![
        almost(BODY).prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..300),
        (
            select(&["[", "{\"a\":", "{\"errors\":["][..]),
            0..70_000usize
        )
            .prop_map(|(piece, times)| piece.repeat(times / 20).into_bytes()),
    ];
    let statuses = prop_oneof![select(&[401u16, 403, 404, 410, 429, 503][..]), 300..600u16];
    holds((statuses, bytes), |(status, body)| {
        error_bodies::an_error_body_is_read_whatever_it_is(status, &body);
        Ok(())
    });
}

const LIMITS: &[&str] = &[
    "0",
    "7",
    "-1",
    "1e9",
    "Tue, 29 Sep 2026 16:00:30 GMT",
    "2026-09-29T16:00Z",
    ";t=",
    ";r=",
    "\"global-app-quota\"",
    ";",
    ",",
    "=",
    " ",
    "true",
    "1790697600",
    "1790697600000",
    "18446744073709551615",
    "9999-12-31T23:59Z",
    "+02:00",
    "T",
    "Z",
    ":",
    "-",
];

#[test]
fn what_limits_say_is_bounded_and_never_shortens_a_wait() {
    let names = select(
        &[
            "retry-after",
            "x-ratelimit-reset",
            "ratelimit",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-nearlimit",
            "ratelimit-reason",
        ][..],
    );
    let headers = prop::collection::vec((names.prop_map(String::from), almost(LIMITS)), 0..5);
    let clock = (0..4 * NOW.0).prop_map(UnixMs);
    holds(
        (headers, clock, any::<u8>(), 0..5u8, any::<u64>()),
        |(headers, now, chance, retries, remaining_ms)| {
            let given = Circumstances {
                now,
                chance,
                retries,
                remaining_ms,
            };
            rate_limits::what_limits_say_is_bounded_and_never_shortens_a_wait(&headers, given);
            Ok(())
        },
    );
}

const REDIRECTS: &[&str] = &[
    "https://h/cb",
    "https://h/cb?state=STATE&code=",
    "STATE",
    "?",
    "&",
    "=",
    "code=",
    "state=",
    "error=",
    "access_denied",
    "#",
    "%",
    "%00",
    "//",
    "@",
    ":",
    "[",
    "hush",
    "code=hush",
    "state=hush",
    "error=hush",
    "&state=s",
    "\n",
    "http",
];

#[test]
fn only_the_state_given_out_spends_a_code_and_no_redirect_url_is_in_an_error() {
    holds(
        (almost(REDIRECTS), almost(&["STATE", "s", "hush", "%", ""])),
        |(redirect_url, state)| {
            only_the_state_given_out_spends_a_code(&redirect_url, &state);
            Ok(())
        },
    );
}

#[test]
fn what_is_repeated_never_has_an_update() {
    let bodies = prop_oneof![
        almost(&[
            "{",
            "}",
            "\"update\"",
            ":",
            "{}",
            ",",
            "\"fields\"",
            "[",
            "]",
            "\u{feff}",
            " ",
            "\\u0075pdate",
            "\"a\":1",
            "//",
            "'update'",
        ]),
        any::<u64>().prop_map(|number| format!(r#"{{"fields":{{"a":{number}}},"update":{{}}}}"#)),
    ];
    holds(bodies, |body| {
        let request = crate::jira::http::HttpRequest {
            method: Method::Put,
            body: Some(body.clone().into_bytes()),
            ..crate::jira::http::HttpRequest::get_json("https://h/".parse().unwrap())
        };
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&body);
        let has_update = match &parsed {
            Ok(value) => value.get("update").is_some(),
            Err(_) => body.contains("update"),
        };
        prop_assert_eq!(is_idempotent(&request), !has_update, "{}", body);
        Ok(())
    });
}

#[test]
fn no_sequence_of_failures_makes_a_call_last_longer_or_send_more_than_it_may() {
    let failure = prop_oneof![
        Just(Err(TransportError::Interrupted(String::new()))),
        Just(Err(TransportError::ConnectionFailed(String::new()))),
        (select(&[429u16, 502, 503, 504][..]), almost(LIMITS))
            .prop_map(|(status, after)| Ok(response(status, &[("retry-after", &after)], ""))),
    ];
    let failures = prop::collection::vec(failure, 5);
    holds((failures, 1..60_000u32), |(failures, timeout_ms)| {
        use crate::jira::{exchange::exchange, path::Api, request::tests::request};
        let host = super::fake::FakeHost::connected("main");
        let mut sent = request(Method::Get, "/a");
        sent.options.timeout_ms = Some(timeout_ms);
        for failure in failures {
            let line = "GET https://api.atlassian.com/ex/jira/acme/rest/api/3/a a1";
            host.expect_with(line, failure);
        }
        let run = host.run_all(vec![exchange(&host, Api::Platform, sent)]);
        let error = run.into_iter().next().unwrap().unwrap_err();
        prop_assert!(error.waited_ms() < timeout_ms.into());
        prop_assert!(error.attempts() <= 5);
        host.forget_answers();
        Ok(())
    });
}
