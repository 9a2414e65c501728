//! What others write, as arbitrary bytes: nothing of it may end the connector,
//! be believed beyond its bounds, or be shown where it may be a secret.

use core::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestCaseResult, TestRunner},
};

use super::{fake::response, schedule::announce};
use crate::jira::{
    api_error::{ApiError, ERROR_BODY_BYTES},
    failure::{self, Asked},
    http::{Headers, HttpResponse, Method, TransportError},
    instant::UnixMs,
    oauth::{Callback, OauthStep, oauth_exchange},
    rate_limit::RateLimit,
    retry::{Retry, Setback, is_repeatable},
};

const CASES: u32 = 5_000;
const NOW: UnixMs = UnixMs(1_790_697_600_000);

/// Tries a property on many inputs; the last property to end says how many
/// there were in all.
fn holds<S: Strategy>(inputs: S, property: impl Fn(S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    static TRIED: AtomicUsize = AtomicUsize::new(0);
    static ENDED: AtomicUsize = AtomicUsize::new(0);
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let counted = |input| {
        TRIED.fetch_add(1, Ordering::Relaxed);
        property(input)
    };
    if let Err(error) = TestRunner::new(config).run(&inputs, counted) {
        panic!("{error}");
    }
    let all = include_str!("properties.rs").matches("\n#[test]").count();
    if ENDED.fetch_add(1, Ordering::Relaxed) + 1 == all {
        let tried = TRIED.load(Ordering::Relaxed);
        announce(&format!("hostile inputs: {tried}"));
    }
}

/// Text that looks like what it should be, and is not quite.
fn almost(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        5 => select(pieces).prop_map(String::from),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

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
        let answer = HttpResponse {
            body,
            ..response(status, &[], "")
        };
        let read = ApiError::read(answer.clone());
        prop_assert!(read.body.len() <= ERROR_BODY_BYTES);
        let texts = read
            .messages
            .iter()
            .chain(read.field_errors.iter().map(|(_, text)| text));
        for text in texts {
            prop_assert!(text.chars().count() <= 1_000);
        }
        let site = super::fake::site("acme");
        let asked = Asked {
            method: Method::Post,
            site: &site,
            scopes: &[],
            is_own_site: true,
            was_done: false,
        };
        let error = failure::read(answer, asked, NOW);
        prop_assert_eq!(error.may_have_been_done(), status == 408 || status >= 500);
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
            let answer = HttpResponse {
                headers: Headers::from(headers),
                ..response(429, &[], "")
            };
            let told_ms =
                RateLimit::read(&answer.headers, now).map_or(0, |limit| limit.told_wait_ms(now));
            let setback = Setback::of_response(&answer, now);
            prop_assert_eq!(setback, Some(Setback::Undone(told_ms)));
            let wait = Retry::default().wait_ms(
                retries,
                false,
                Setback::Undone(told_ms),
                chance,
                remaining_ms,
            );
            if let Some(wait_ms) = wait {
                prop_assert!(wait_ms >= told_ms && wait_ms < remaining_ms && retries < 4);
            }
            Ok(())
        },
    );
}

const REDIRECTS: &[&str] = &[
    "https://h/cb",
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
fn no_redirect_url_gets_past_a_state_that_nobody_began_or_into_an_error() {
    holds(
        (almost(REDIRECTS), almost(&["s", "hush", "%", ""])),
        |(redirect_url, state)| {
            let host = super::fake::FakeHost::new();
            let step = OauthStep::Callback(Callback {
                connection: "main".into(),
                state,
                redirect_url,
            });
            let shown = format!("{step:?}");
            let error = host.run(oauth_exchange(&host, step)).unwrap_err();
            let told = format!("{shown} {error} {error:?}");
            prop_assert!(!told.contains("hush"), "{}", told);
            prop_assert_eq!(host.effects(), [""; 0]);
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
        prop_assert_eq!(is_repeatable(&request), !has_update, "{}", body);
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
