use super::fake::{FakeHost, NOW, tokens};
use crate::jira::{
    error::{Action, Error, Kind},
    exchange::{ApiResponse, exchange},
    host::StoreError,
    http::{Method, TransportError},
    path::Api,
    refresh::RefreshOutcome,
    request::tests::request,
    token::TokenSet,
};

const OWN: &str = "https://api.atlassian.com/ex/jira/acme/rest/api/3/myself";
pub const TOKEN: &str = "POST https://auth.atlassian.com/oauth/token -";
pub const NEW_PAIR: &str =
    r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600,"scope":"read:jira-work"}"#;

pub async fn myself(host: &FakeHost) -> Result<ApiResponse, Error> {
    exchange(host, Api::Platform, request(Method::Get, "/myself")).await
}

pub async fn within(host: &FakeHost, timeout_ms: u32) -> Result<ApiResponse, Error> {
    let mut request = request(Method::Get, "/myself");
    request.options.timeout_ms = Some(timeout_ms);
    exchange(host, Api::Platform, request).await
}

pub fn with_expired_token() -> FakeHost {
    let host = FakeHost::connected("main");
    host.advance(3_600_000);
    host
}

pub fn get(token: &str) -> String {
    format!("GET {OWN} {token}")
}

#[test]
fn a_valid_token_costs_one_read_and_no_write() {
    let host = FakeHost::connected("main");
    host.expect(&get("a1"), 200, "{}");
    host.run(myself(&host)).unwrap();
    assert_eq!(host.reads(), 1);
    assert_eq!(host.effects(), [get("a1")]);
}

#[test]
fn an_expired_token_is_rotated_and_saved_before_anything_else_is_sent() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    let response = host.run(myself(&host)).unwrap();
    assert_eq!(response.attempts, 1);
    assert_eq!(
        host.effects(),
        [
            "put leases/main",
            "put leases/main",
            TOKEN,
            "put tokens/main",
            "delete leases/main",
            &get("a2")
        ]
    );
}

#[test]
fn a_refused_token_is_rotated_once_and_the_request_sent_again() {
    let host = FakeHost::connected("main");
    host.expect(&get("a1"), 401, "");
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    assert_eq!(host.run(myself(&host)).unwrap().attempts, 2);
    assert_eq!(
        host.effects(),
        [
            &get("a1"),
            "put leases/main",
            "put leases/main",
            TOKEN,
            "put tokens/main",
            "delete leases/main",
            &get("a2")
        ]
    );
}

#[test]
fn a_fresh_token_that_is_refused_is_not_rotated_again() {
    let host = FakeHost::connected("main");
    host.expect(&get("a1"), 401, "");
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 401, "");
    let error = host.run(myself(&host)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::ReauthorizationRequired("unauthorized")),
        "{error:?}"
    );
    assert_eq!(error.attempts(), 2);
}

#[test]
fn a_refused_token_that_another_caller_has_replaced_is_reloaded_not_rotated() {
    let host = FakeHost::connected("main");
    host.expect(&get("a1"), 401, "");
    host.meanwhile(&get("a1"), |host| {
        host.set_record("tokens/main", &tokens("a2", "r2"))
    });
    host.expect(&get("a2"), 200, "{}");
    assert_eq!(host.run(myself(&host)).unwrap().attempts, 2);
    assert_eq!(
        host.effects(),
        [
            &get("a1"),
            "put leases/main",
            "delete leases/main",
            &get("a2")
        ]
    );
}

#[test]
fn many_callers_that_find_an_expired_token_make_one_rotation() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    for _ in 0..20 {
        host.expect(&get("a2"), 200, "{}");
    }
    let results = host.run_all((0..20).map(|_| myself(&host)).collect());
    assert!(results.iter().all(Result::is_ok));
    let rotations = host.effects().iter().filter(|line| *line == TOKEN).count();
    assert_eq!(rotations, 1);
}

#[test]
fn a_lease_whose_holder_died_is_taken_over_when_it_ends() {
    let host = with_expired_token();
    let ends = NOW.plus(3_600_000 + 5_000).0;
    host.set(
        "leases/main",
        format!(r#"{{"format":1,"value":{{"owner":"x","expires_at":{ends}}}}}"#).as_bytes(),
    );
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    host.run(myself(&host)).unwrap();
    assert!(!host.keys().contains(&"leases/main".into()));
}

#[test]
fn whoever_waits_longer_than_allowed_is_told_so_and_spends_nothing() {
    let host = with_expired_token();
    let ends = NOW.plus(9_000_000).0;
    let lease = format!(r#"{{"format":1,"value":{{"owner":"x","expires_at":{ends}}}}}"#);
    host.set("leases/main", lease.as_bytes());
    for _ in 0..3 {
        let renewed = lease.clone();
        host.meanwhile("get tokens/main leases/main", move |host| {
            host.advance(5_000);
            host.set("leases/main", renewed.as_bytes());
        });
    }
    let error = host.run(within(&host, 20_000)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Transport(TransportError::TimedOut)),
        "{error:?}"
    );
    assert_eq!(error.action(), Action::Retry);
    assert_eq!(error.refresh(), Some(RefreshOutcome::Failed));
    assert_eq!(
        error.to_string(),
        "another caller is refreshing the tokens of connection \"main\" and was not done in time"
    );
}

#[test]
fn no_lease_no_refresh() {
    let host = with_expired_token();
    for _ in 0..5 {
        host.fail_put("leases/main", StoreError::Unavailable("locked".into()));
    }
    let error = host.run(myself(&host)).unwrap_err();
    assert_eq!(error.action(), Action::Retry);
    assert!(
        host.effects()
            .iter()
            .all(|line| line == "put leases/main" || line.starts_with("sleep"))
    );
}

#[test]
fn a_damaged_lease_is_nobodys_and_one_of_a_newer_connector_is_held() {
    let host = with_expired_token();
    host.set("leases/main", b"?");
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    host.run(myself(&host)).unwrap();

    let host = with_expired_token();
    host.set("leases/main", br#"{"format":2,"until":"later"}"#);
    let error = host.run(myself(&host)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Transport(TransportError::TimedOut)),
        "{error:?}"
    );
}

#[test]
fn a_consent_of_another_account_during_a_refresh_stops_the_request() {
    let host = with_expired_token();
    let foreign = TokenSet {
        expires_at: NOW.plus(9_000_000),
        consent_id: "second".into(),
        ..tokens("a3", "r3")
    };
    host.expect(TOKEN, 200, NEW_PAIR);
    host.meanwhile("put tokens/main", move |host| {
        host.set_record("tokens/main", &foreign)
    });
    let error = host.run(myself(&host)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Configuration("site")),
        "{error:?}"
    );
}

#[test]
fn a_pair_that_cannot_be_saved_at_once_is_saved_later() {
    let host = with_expired_token();
    host.fail_put("tokens/main", StoreError::Unavailable("busy".into()));
    host.fail_put("tokens/main", StoreError::Unavailable("busy".into()));
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    host.run(myself(&host)).unwrap();
    let put = "put tokens/main";
    assert_eq!(
        host.effects(),
        [
            "put leases/main",
            "put leases/main",
            TOKEN,
            put,
            "sleep 100",
            put,
            "sleep 200",
            put,
            "delete leases/main",
            &get("a2")
        ]
    );
    assert!(host.stored("tokens/main").unwrap().contains("\"r2\""));
}

#[test]
fn a_pair_that_cannot_be_saved_at_all_is_an_error_that_says_so() {
    let host = with_expired_token();
    host.fail_put("tokens/main", StoreError::AccessDenied);
    host.expect(TOKEN, 200, NEW_PAIR);
    let error = host.run(myself(&host)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "saving the rotated tokens: the secret store does not allow it"
    );
    assert_eq!(error.action(), Action::FixConfiguration);
}

#[test]
fn a_refusal_of_a_token_that_is_no_longer_the_stored_one_is_not_believed() {
    let host = with_expired_token();
    let newer = TokenSet {
        expires_at: NOW.plus(9_000_000),
        ..tokens("a3", "r3")
    };
    host.expect(TOKEN, 403, r#"{"error":"invalid_grant"}"#);
    host.meanwhile(TOKEN, move |host| host.set_record("tokens/main", &newer));
    host.expect(&get("a3"), 200, "{}");
    host.run(myself(&host)).unwrap();
}

#[test]
fn a_new_consent_during_a_refresh_goes_before_it() {
    let host = with_expired_token();
    let newer = TokenSet {
        expires_at: NOW.plus(9_000_000),
        ..tokens("a3", "r3")
    };
    host.expect(TOKEN, 200, NEW_PAIR);
    host.meanwhile("put tokens/main", move |host| {
        host.set_record("tokens/main", &newer)
    });
    host.expect(&get("a3"), 200, "{}");
    host.run(myself(&host)).unwrap();
    assert!(host.stored("tokens/main").unwrap().contains("\"r3\""));
}

#[test]
fn what_the_token_endpoint_refuses_for_now_leaves_the_tokens_as_they_were() {
    for (status, body, kind, attempts) in [
        (
            401,
            r#"{"error":"access_denied"}"#,
            "Configuration(\"client-secret\")",
            1,
        ),
        (429, "", "RateLimited", 3),
        (503, "<html>", "Api", 3),
    ] {
        let host = with_expired_token();
        let before = host.stored("tokens/main");
        for _ in 0..attempts {
            host.expect(TOKEN, status, body);
        }
        let error = host.run(myself(&host)).unwrap_err();
        assert!(format!("{:?}", error.kind()).starts_with(kind), "{error:?}");
        assert!(
            error
                .to_string()
                .starts_with("refreshing the tokens of connection \"main\": "),
            "{error}"
        );
        assert_eq!(error.refresh(), Some(RefreshOutcome::Failed));
        assert_eq!(host.stored("tokens/main"), before);
        // A 503 may have rotated the pair.
        let is_journaled = host
            .stored("leases/main")
            .is_some_and(|lease| lease.contains("spending"));
        assert_eq!(is_journaled, status == 503);
    }
}

#[test]
fn an_expired_token_without_a_refresh_token_needs_the_person() {
    let host = FakeHost::new();
    host.connect(
        "main",
        &TokenSet {
            refresh_token: None,
            ..tokens("a1", "")
        },
    );
    host.advance(3_600_000);
    let error = host.run(myself(&host)).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            Kind::ReauthorizationRequired("no-refresh-token")
        ),
        "{error:?}"
    );
}

#[test]
fn a_connection_that_is_erased_during_a_refresh_stays_erased() {
    let host = with_expired_token();
    host.expect(TOKEN, 200, NEW_PAIR);
    host.meanwhile(TOKEN, |host| host.remove("tokens/main"));
    let error = host.run(myself(&host)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::ReauthorizationRequired("not-connected")),
        "{error:?}"
    );
    assert_eq!(host.stored("tokens/main"), None);
}
