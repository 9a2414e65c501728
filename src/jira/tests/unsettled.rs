//! Refreshes that ended without that anybody knows how.

use super::{
    fake::{FakeHost, NOW, tokens},
    refresh::{NEW_PAIR, TOKEN, get, myself, with_expired_token, within},
};
use crate::jira::{
    error::{Action, Kind},
    http::{HttpResponse, TransportError},
    oauth::{OauthStep, oauth_exchange},
    refresh::RefreshOutcome,
    token::TokenSet,
};

fn cut() -> Result<HttpResponse, TransportError> {
    Err(TransportError::Interrupted("cut".into()))
}

/// A good token, and a refresh on demand of which nobody knows how it ended.
fn with_unsettled_pair() -> FakeHost {
    let host = FakeHost::connected("main");
    for _ in 0..3 {
        host.expect_with(TOKEN, cut());
    }
    let step = OauthStep::Refresh("main".into());
    host.run(oauth_exchange(&host, step)).unwrap_err();
    host
}

#[test]
fn what_is_left_unsettled_is_settled_in_time_though_the_token_is_good() {
    let host = with_unsettled_pair();

    // Not by every call, and whatever comes of it the call goes on.
    host.expect(&get("a1"), 200, "{}");
    assert_eq!(host.run(myself(&host)).unwrap().refresh, None);
    host.advance(60_000);
    host.expect_with(TOKEN, cut());
    host.expect(&get("a1"), 200, "{}");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Failed));

    host.advance(60_000);
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Recovered));
    assert_eq!(host.stored("leases/main"), None);
}

#[test]
fn who_has_a_good_token_does_not_wait_for_another_caller_who_settles() {
    let host = with_unsettled_pair();

    host.advance(60_000);
    host.expect_after(TOKEN, 20_000, NEW_PAIR);
    host.expect(&get("a1"), 200, "{}");
    host.expect(&get("a2"), 200, "{}");
    let answers = host.run_all(vec![myself(&host), myself(&host)]);
    let outcomes = answers.into_iter().map(|answer| answer.unwrap().refresh);
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        [
            Some(RefreshOutcome::Recovered),
            Some(RefreshOutcome::Failed)
        ]
    );
}

#[test]
fn a_success_that_cannot_be_read_is_asked_for_again_and_an_unknown_refusal_is_not() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, &NEW_PAIR[..20]);
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Recovered));

    let host = with_expired_token();
    host.expect(TOKEN, 400, r#"{"error":"unheard_of"}"#);
    let error = host.run(myself(&host)).unwrap_err();
    assert_eq!(error.action(), Action::Report);
    assert_eq!(host.stored("leases/main"), None);
}

#[test]
fn a_refresh_on_demand_asks_again_what_was_refused() {
    let host = FakeHost::new();
    host.connect(
        "main",
        &tokens("a1", "r1").marked("unauthorized_client", NOW),
    );
    host.advance(3_600_000);
    let error = host.run(myself(&host)).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            Kind::ReauthorizationRequired("unauthorized_client")
        ),
        "{error:?}"
    );
    assert_eq!(host.effects(), [""; 0]);
    host.expect(TOKEN, 200, NEW_PAIR);
    let step = OauthStep::Refresh("main".into());
    host.run(oauth_exchange(&host, step)).unwrap();
    assert!(!host.stored("tokens/main").unwrap().contains("refused"));
}

#[test]
fn a_holder_that_is_suspended_beyond_its_lease_spends_nothing() {
    let host = with_expired_token();
    let newer = TokenSet {
        expires_at: NOW.plus(9_000_000),
        ..tokens("a3", "r3")
    };
    // Another takes over, rotates and releases between the look at the tokens
    // and the journal.
    host.meanwhile("get tokens/main", move |host| {
        host.meanwhile("put leases/main", move |host| {
            host.advance(60_000);
            host.remove("leases/main");
            host.set_record("tokens/main", &newer);
        });
    });
    host.expect(&get("a3"), 200, "{}");
    let answer = host.run(within(&host, 90_000)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Waited));
}

#[test]
fn a_put_that_was_done_and_reported_as_failed_counts_as_done() {
    let host = with_expired_token();
    host.lose_put("leases/main");
    host.lose_put("tokens/main");
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Rotated));
    assert_eq!(answer.waited_ms, 0, "its own lease is not another's");
}

#[test]
fn what_settling_takes_is_not_the_time_of_the_call() {
    let host = with_unsettled_pair();

    host.advance(60_000);
    host.expect_with(TOKEN, Err(TransportError::TimedOut));
    host.delay(TOKEN, 30_000);
    host.expect(&get("a1"), 200, "{}");
    let answer = host.run(within(&host, 30_000)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Failed));
}
