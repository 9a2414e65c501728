//! The eleven ways in which connectors are known to lose a rotated token, each
//! provoked.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::announce;
use crate::jira::{
    error::{Action, Error, Kind},
    exchange::{ApiResponse, exchange},
    host::StoreError,
    http::{Method, TransportError},
    instant::UnixMs,
    path::Api,
    refresh::RefreshOutcome,
    request::tests::request,
    tests::fake::{FakeHost, NOW, tokens},
    token::TokenSet,
};

const TOKEN: &str = "POST https://auth.atlassian.com/oauth/token -";
const PUT_LEASE: &str = "put leases/main";
const PUT_TOKENS: &str = "put tokens/main";
const NEW_PAIR: &str = r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#;

/// When the access token has expired, and a scenario begins.
const EXPIRED_MS: u64 = 3_600_000;

/// Counts a scenario that held; the last one says how many there were.
fn held() {
    static HELD: AtomicUsize = AtomicUsize::new(0);
    let all = include_str!("scenarios.rs").matches("\n#[test]").count();
    if HELD.fetch_add(1, Ordering::Relaxed) + 1 == all {
        announce(&format!("scenarios: {all}"));
    }
}

fn with_expired_token() -> FakeHost {
    let host = FakeHost::connected("main");
    host.advance(EXPIRED_MS);
    host
}

async fn myself(host: &FakeHost) -> Result<ApiResponse, Error> {
    exchange(host, Api::Platform, request(Method::Get, "/myself")).await
}

fn expect_myself(host: &FakeHost, token: &str) {
    let url = "https://api.atlassian.com/ex/jira/acme/rest/api/3/myself";
    host.expect(&format!("GET {url} {token}"), 200, "{}");
}

fn newer_pair() -> TokenSet {
    TokenSet {
        expires_at: NOW.plus(3 * EXPIRED_MS),
        ..tokens("a3", "r3")
    }
}

/// What another caller writes that has taken the lease.
fn lease_of_another(ends: UnixMs) -> String {
    let ends = ends.0;
    format!(r#"{{"format":1,"value":{{"owner":"another","expires_at":{ends}}}}}"#)
}

fn sent(host: &FakeHost) -> usize {
    host.effects().iter().filter(|line| *line == TOKEN).count()
}

fn refresh_token(host: &FakeHost) -> String {
    let stored = host.stored("tokens/main").unwrap();
    let rest = stored.split("\"refresh_token\":\"").nth(1).unwrap();
    rest.split('"').next().unwrap().into()
}

#[test]
fn workers_that_find_the_same_expired_token_redeem_it_once() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    for _ in 0..18 {
        expect_myself(&host, "a2");
    }
    let answers = host.run_all((0..18).map(|_| myself(&host)).collect());
    let outcomes: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.unwrap().refresh.unwrap())
        .collect();
    let count = |wanted| {
        outcomes
            .iter()
            .filter(|outcome| **outcome == wanted)
            .count()
    };
    assert_eq!(count(RefreshOutcome::Rotated), 1);
    assert_eq!(count(RefreshOutcome::Waited), 17);
    assert_eq!(sent(&host), 1);
    held();
}

#[test]
fn a_slow_answer_does_not_let_a_second_worker_use_the_token_and_end_the_family() {
    let host = with_expired_token();
    host.expect_after(TOKEN, 25_000, NEW_PAIR);
    for _ in 0..2 {
        expect_myself(&host, "a2");
    }
    for answer in host.run_all(vec![myself(&host), myself(&host)]) {
        answer.unwrap();
    }
    assert_eq!(
        sent(&host),
        1,
        "the lease was renewed for as long as it took"
    );
    held();
}

#[test]
fn the_loser_of_a_race_clears_nothing() {
    let host = with_expired_token();
    host.expect(TOKEN, 403, r#"{"error":"invalid_grant"}"#);
    host.meanwhile(TOKEN, |host| {
        host.set_record("tokens/main", &newer_pair());
    });
    expect_myself(&host, "a3");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Fresh));
    assert_eq!(refresh_token(&host), "r3");
    assert!(!host.stored("tokens/main").unwrap().contains("refused"));
    held();
}

#[test]
fn the_lease_spans_reading_redeeming_and_saving() {
    let host = with_expired_token();
    host.meanwhile(PUT_LEASE, |host| {
        host.set_record("tokens/main", &newer_pair());
    });
    expect_myself(&host, "a3");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Fresh));
    assert_eq!(
        sent(&host),
        0,
        "what was read before the lease is not spent"
    );

    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    host.meanwhile(PUT_TOKENS, |host| {
        assert!(host.stored("leases/main").is_some());
    });
    expect_myself(&host, "a2");
    host.run(myself(&host)).unwrap();
    held();
}

#[test]
fn who_has_lost_the_lease_on_the_way_saves_the_fresh_pair_all_the_same() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    host.meanwhile(TOKEN, |host| {
        host.advance(20_000);
        let lease = lease_of_another(NOW.plus(EXPIRED_MS + 35_000));
        host.set("leases/main", lease.as_bytes());
    });
    expect_myself(&host, "a2");
    host.run(myself(&host)).unwrap();
    assert_eq!(refresh_token(&host), "r2");
    held();
}

#[test]
fn nobody_releases_the_lease_of_another() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    let lease = lease_of_another(NOW.plus(EXPIRED_MS + 35_000));
    let taken = lease.clone();
    host.meanwhile(PUT_TOKENS, move |host| {
        host.set("leases/main", taken.as_bytes());
    });
    expect_myself(&host, "a2");
    host.run(myself(&host)).unwrap();
    assert_eq!(host.stored("leases/main"), Some(lease));
    held();
}

#[test]
fn a_pair_does_not_lose_against_another_write_to_its_entry() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    host.meanwhile(PUT_TOKENS, |host| {
        host.set_record(
            "tokens/main",
            &tokens("a1", "r1").marked("invalid_grant", NOW),
        );
    });
    expect_myself(&host, "a2");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Rotated));
    assert_eq!(refresh_token(&host), "r2");
    assert!(!host.stored("tokens/main").unwrap().contains("refused"));
    held();
}

#[test]
fn what_is_written_beside_the_tokens_does_not_bring_old_ones_back() {
    // Connection and tokens are read together and never written together.
    let host = with_expired_token();
    let renamed = crate::jira::connection::Connection {
        display_name: Some("Renamed".into()),
        ..crate::jira::tests::fake::connection()
    };
    host.expect(TOKEN, 200, NEW_PAIR);
    host.meanwhile(PUT_TOKENS, move |host| {
        host.set_record("connections/main", &renamed);
    });
    expect_myself(&host, "a2");
    host.run(myself(&host)).unwrap();
    assert_eq!(refresh_token(&host), "r2");
    let connection = host.stored("connections/main").unwrap();
    assert!(connection.contains("Renamed"), "{connection}");
    let written: Vec<_> = host.effects();
    assert!(!written.contains(&"put connections/main".to_owned()));
    held();
}

#[test]
fn a_pair_that_was_answered_and_not_saved_is_asked_for_again() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    for _ in 0..9 {
        host.fail_put("tokens/main", StoreError::Unavailable("down".into()));
    }
    let error = host.run(myself(&host)).unwrap_err();
    assert!(matches!(error.kind(), Kind::SecretStore(_)), "{error:?}");
    assert_eq!(error.action(), Action::Retry);
    host.expect(TOKEN, 200, &NEW_PAIR.replace('2', "3"));
    expect_myself(&host, "a3");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Recovered));
    assert_eq!(host.keys(), ["app", "connections/main", "tokens/main"]);

    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    host.run_until(TOKEN, myself(&host));
    host.advance(15_000);
    host.expect(TOKEN, 200, &NEW_PAIR.replace('2', "3"));
    expect_myself(&host, "a3");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Recovered));
    held();
}

#[test]
fn an_answer_that_is_lost_on_the_wire_is_asked_for_again_with_the_same_token() {
    let host = with_expired_token();
    let cut = || Err(TransportError::Interrupted("cut".into()));
    host.expect_with(TOKEN, cut());
    host.expect(TOKEN, 200, NEW_PAIR);
    expect_myself(&host, "a2");
    let answer = host.run(myself(&host)).unwrap();
    assert_eq!(answer.refresh, Some(RefreshOutcome::Recovered));
    assert!(answer.waited_ms >= 1_400, "{}", answer.waited_ms);

    // Much later it is sent once: it may never have arrived.
    for (status, body, works) in [
        (200, NEW_PAIR, true),
        (403, r#"{"error":"invalid_grant"}"#, false),
    ] {
        let host = with_expired_token();
        for _ in 0..3 {
            host.expect_with(TOKEN, cut());
        }
        let error = host.run(myself(&host)).unwrap_err();
        assert_eq!(error.action(), Action::Retry);
        assert_eq!(error.refresh(), Some(RefreshOutcome::Failed));
        host.advance(11 * 60_000);
        host.expect_with(TOKEN, cut());
        host.run(myself(&host)).unwrap_err();
        host.expect(TOKEN, status, body);
        if works {
            expect_myself(&host, "a2");
        }
        match host.run(myself(&host)) {
            Ok(answer) => assert_eq!(answer.refresh, Some(RefreshOutcome::Recovered)),
            Err(error) => {
                assert!(!works);
                assert_eq!(error.action(), Action::Reauthorize);
                assert_eq!(
                    error.to_string(),
                    "refreshing the tokens of connection \"main\" (the answer to what was sent at \
                     2026-09-29T17:00:00Z was lost): Atlassian no longer accepts this grant \
                     (invalid_grant): it was revoked, not used for 90 days, or has ended; consent again"
                );
            }
        }
    }
    held();
}

#[test]
fn a_store_that_is_down_is_neither_a_free_lease_nor_a_held_one() {
    let host = with_expired_token();
    for _ in 0..5 {
        host.fail_put("leases/main", StoreError::Unavailable("down".into()));
    }
    let error = host.run(myself(&host)).unwrap_err();
    assert!(matches!(error.kind(), Kind::SecretStore(_)), "{error:?}");
    assert_eq!(error.action(), Action::Retry);
    assert_eq!(error.refresh(), Some(RefreshOutcome::Failed));
    assert_eq!(sent(&host), 0);

    // Also where it goes down between the lease and the journal.
    let host = with_expired_token();
    host.meanwhile("get tokens/main", |host| {
        for _ in 0..5 {
            host.fail_put("leases/main", StoreError::Unavailable("down".into()));
        }
    });
    let error = host.run(myself(&host)).unwrap_err();
    assert_eq!(error.action(), Action::Retry);
    assert_eq!(sent(&host), 0);
    held();
}
