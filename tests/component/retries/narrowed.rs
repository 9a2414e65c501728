use std::time::Duration;

use atlassian_simulator::Fault;
use jira_host::types::{ErrorKind, Method, Retry};

use super::{echo, script, send, status};
use crate::stage::{Stage, invalid};

fn retry(at_most: Option<u8>, only_undone: bool) -> Retry {
    Retry {
        at_most,
        only_undone,
    }
}

#[tokio::test]
async fn the_caller_says_how_often_at_most() {
    let stage = Stage::connected().await;
    for at_most in 0..=4 {
        let mark = stage.mark();
        let times = usize::from(at_most) + 1;
        script(&stage, Method::Get, (0..times).map(|_| status(429)));
        let request = echo(Method::Get)
            .with_timeout(Duration::from_secs(120))
            .with_retry(retry(Some(at_most), false));
        let error = send(&stage, &request).await.unwrap_err();
        assert!(matches!(error.kind, ErrorKind::RateLimited(_)), "{error:?}");
        assert_eq!(error.attempts, u32::from(at_most) + 1);
        assert_eq!(stage.sent_since(mark).len(), times);
        assert_eq!(stage.simulator.unmet_faults(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_caller_may_allow_only_what_surely_was_not_done() {
    let stage = Stage::connected().await;
    let narrowed = || echo(Method::Get).with_retry(retry(None, true));
    script(&stage, Method::Get, [status(429)]);
    assert_eq!(send(&stage, &narrowed()).await.unwrap().attempts, 2);
    for fault in [status(503), Fault::CutBeforeAnswer, Fault::CutInBody] {
        script(&stage, Method::Get, [fault]);
        assert_eq!(send(&stage, &narrowed()).await.unwrap_err().attempts, 1);
    }
}

#[tokio::test]
async fn more_than_atlassian_allows_cannot_be_asked_for() {
    let stage = Stage::connected().await;
    let request = echo(Method::Get).with_retry(retry(Some(5), false));
    let refused = send(&stage, &request).await.unwrap_err();
    let message = "5 is more than 4; a request is sent again 4 times at most";
    assert_eq!(refused, invalid("retry.at-most", message));
}
