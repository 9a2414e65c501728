//! Several waits in one call, and the time that they have together.

use std::time::Duration;

use atlassian_simulator::Fault;
use jira_host::types::{Action, Error, ErrorKind, Method, TransportError};
use tokio::time::Instant;

use super::{echo, script, send, status};
use crate::clock::millis;
use crate::stage::Stage;

/// What the calls here may take: three waits fit in, and no long one after them.
const TIME: Duration = Duration::from_secs(30);

/// In what steps time goes on here, and an answer may come.
const A_STEP: Duration = Duration::from_secs(1);

fn told(code: u16, seconds: &str) -> Fault {
    Fault::status(code, &[("retry-after", seconds)])
}

/// What a call fails with that meets these one after the other; all of them are
/// met.
async fn failed(stage: &Stage, method: Method, faults: Vec<Fault>) -> Error {
    let mark = stage.mark();
    let times = faults.len();
    script(stage, method, faults);
    let begun = Instant::now();
    let error = send(stage, &echo(method).with_timeout(TIME)).await;
    let took = begun.elapsed();
    let error = error.unwrap_err();
    assert_eq!(stage.sent_since(mark).len(), times);
    assert_eq!(usize::try_from(error.attempts), Ok(times), "{error:?}");
    assert!(took <= TIME + A_STEP, "{took:?} {error:?}");
    assert!(error.waited_ms <= millis(took), "{took:?} {error:?}");
    error
}

fn is_rate_limited(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::RateLimited(_))
}

#[tokio::test]
async fn a_wait_that_does_not_fit_in_after_three_others_ends_the_call_with_their_sum() {
    let stage = Stage::connected().await;
    for (last, is_limit) in [(told(503, "60"), false), (told(429, "60"), true)] {
        let faults = vec![status(503), status(503), told(429, "6"), last];
        let error = failed(&stage, Method::Get, faults).await;
        assert_eq!(is_rate_limited(&error), is_limit, "{error:?}");
        // 2 and 4 seconds by a factor of 0.7 to 1.3, and 6 as told or more.
        let (least, most) = (1_400 + 2_800 + 6_000, 2_600 + 5_200 + 10_800);
        assert!((least..=most).contains(&error.waited_ms), "{error:?}");
        assert!(!error.may_have_been_done, "it only reads");
        assert_eq!(error.action, Action::Retry);
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_after_two_waits_ends_the_call_in_its_time() {
    let stage = Stage::connected().await;
    let faults = vec![status(503), told(429, "6"), Fault::Stall];
    let error = failed(&stage, Method::Get, faults).await;
    let kind = ErrorKind::Transport(TransportError::TimedOut);
    assert_eq!((&error.kind, error.action), (&kind, Action::Retry));
    assert!((7_400..=11_200).contains(&error.waited_ms), "{error:?}");
    assert!(!error.may_have_been_done);
}

#[tokio::test]
async fn whether_it_may_have_been_done_is_remembered_over_the_waits() {
    let stage = Stage::connected().await;
    // A DELETE is sent again after a 503, which may have been done.
    let faults = vec![status(503), told(429, "5"), told(429, "60")];
    let error = failed(&stage, Method::Delete, faults).await;
    assert!(
        is_rate_limited(&error) && error.may_have_been_done,
        "{error:?}"
    );

    // Each of these says that it was not.
    let faults = vec![status(429), told(429, "5"), told(429, "60")];
    let error = failed(&stage, Method::Post, faults).await;
    assert!(
        is_rate_limited(&error) && !error.may_have_been_done,
        "{error:?}"
    );
    assert_eq!(error.action, Action::Retry);

    // The last one does not, and is not met again.
    let faults = vec![status(429), told(429, "5"), status(503)];
    let error = failed(&stage, Method::Post, faults).await;
    assert!(error.may_have_been_done, "{error:?}");
    assert_eq!(error.action, Action::Report);
}
