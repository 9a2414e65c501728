use std::time::Duration;

use atlassian_simulator::Fault;
use jira_host::types::{Action, Error, ErrorKind, Method, RateLimit};

use super::{echo, script, send, status};
use crate::stage::Stage;

/// How much chance adds to the first wait.
const SPREAD_MS: u64 = 1_200;

const REASON: (&str, &str) = ("ratelimit-reason", "jira-burst-based");

/// All ways to tell that one may come again in a minute, which is 09:01.
const IN_A_MINUTE: [(&str, &str); 6] = [
    ("retry-after", "60"),
    ("retry-after", "Mon, 05 Jan 2026 09:01:00 GMT"),
    ("x-ratelimit-reset", "2026-01-05T09:01Z"),
    ("x-ratelimit-reset", "2026-01-05T09:01:00Z"),
    ("x-ratelimit-reset", "1767603660"),
    ("ratelimit", "\"global-app-quota\";r=0;t=60"),
];

#[tokio::test]
async fn what_atlassian_tells_is_waited_for_in_whatever_form_it_is_told() {
    let stage = Stage::connected().await;
    for told in IN_A_MINUTE {
        for code in [429, 503] {
            script(&stage, Method::Get, [Fault::status(code, &[told])]);
            let request = echo(Method::Get).with_timeout(Duration::from_secs(90));
            let response = send(&stage, &request).await.unwrap();
            let waited = response.waited_ms;
            let range = 60_000..=60_000 + SPREAD_MS;
            assert!(range.contains(&waited), "{code} {told:?}: {waited}");
            assert_eq!(response.attempts, 2);
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_into_the_time_comes_back_with_the_time_and_the_reason() {
    let stage = Stage::connected().await;
    for told in IN_A_MINUTE {
        for method in [Method::Get, Method::Post] {
            script(&stage, method, [Fault::status(429, &[told, REASON])]);
            let error = send(&stage, &echo(method)).await.unwrap_err();
            let ErrorKind::RateLimited(limit) = &error.kind else {
                panic!("{error:?}");
            };
            assert_eq!(limit.reason.as_deref(), Some("jira-burst-based"));
            let in_ms = told_ms(&stage, limit);
            assert_eq!(in_ms, Some(60_000), "{told:?}: {limit:?}");
            assert_eq!((error.attempts, error.waited_ms), (1, 0));
            assert_eq!(error.action, Action::Retry);
            assert!(error.message.contains("jira-burst-based"), "{error}");
        }
    }
}

fn told_ms(stage: &Stage, limit: &RateLimit) -> Option<u64> {
    let now = stage.clock.unix_ms();
    let until_reset = limit.resets_at_unix_ms.map(|at| at - now);
    limit.retry_after_ms.or(until_reset)
}

#[tokio::test]
async fn what_is_no_time_is_waited_for_as_if_nothing_was_told() {
    let stage = Stage::connected().await;
    for told in [
        ("retry-after", "soon"),
        ("retry-after", "-5"),
        ("retry-after", "Mon, 05 Jan 2026 08:00:00 GMT"),
        ("x-ratelimit-reset", "yesterday"),
        ("x-ratelimit-reset", "2026-01-05T08:59Z"),
        ("ratelimit", "r=0"),
    ] {
        script(&stage, Method::Get, [Fault::status(429, &[told])]);
        let response = send(&stage, &echo(Method::Get)).await.unwrap();
        let waited = response.waited_ms;
        assert!((1_400..=2_600).contains(&waited), "{told:?}: {waited}");
    }
}

#[tokio::test]
async fn five_times_is_the_last_and_each_wait_is_longer() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    script(&stage, Method::Get, (0..5).map(|_| status(503)));
    let request = echo(Method::Get).with_timeout(Duration::from_secs(120));
    let error = send(&stage, &request).await.unwrap_err();
    assert!(matches!(&error.kind, ErrorKind::Api(api) if api.status == 503));
    assert_eq!((error.attempts, stage.sent_since(mark).len()), (5, 5));
    // 2, 4, 8 and 16 seconds, by a factor of 0.7 to 1.3.
    assert!((21_000..=39_000).contains(&error.waited_ms), "{error:?}");
    assert_eq!(error.action, Action::Retry);
}

/// One wait fits into four seconds, and no second one. This is waited for.
#[tokio::test]
async fn the_time_of_a_call_holds_for_all_its_attempts_together() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    script(&stage, Method::Get, [status(503), status(503)]);
    let request = echo(Method::Get).with_timeout(Duration::from_secs(4));
    let error: Error = stage.api(&request).await.unwrap_err();
    assert!(matches!(&error.kind, ErrorKind::Api(api) if api.status == 503));
    assert_eq!((error.attempts, stage.sent_since(mark).len()), (2, 2));
    assert!((1_400..=2_600).contains(&error.waited_ms), "{error:?}");
}
