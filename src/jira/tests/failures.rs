//! One row for each way in which Atlassian is known to fail: what it is, and
//! what the caller does.

mod rows;

use self::rows::{ROWS, SCOPE_CHECK, SERAPH};
use super::fake::{FakeHost, NOW, response, site, tokens};
use crate::jira::{
    error::{Action, Error},
    exchange::{ApiResponse, exchange},
    failure::{self, Asked},
    http::{HttpResponse, Method},
    path::Api,
    refresh::RefreshOutcome,
    request::{ApiRequest, tests::request},
    token::TokenSet,
};

const OWN: &str = "https://api.atlassian.com/ex/jira/acme/rest/api/3/a";
const TOKEN: &str = "POST https://auth.atlassian.com/oauth/token -";
const NEW_PAIR: &str = r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#;

fn read(method: Method, response: HttpResponse) -> Error {
    let site = site("acme");
    let asked = Asked {
        is_safe: method.is_safe(),
        site: &site,
        scopes: &["read:me".into(), "read:jira-work".into()],
        is_own_site: true,
        was_done: false,
    };
    failure::read(response, asked, NOW)
}

#[test]
fn every_known_failure_is_what_it_is_and_says_what_to_do() {
    for row in ROWS {
        let headers: Vec<_> = row.header.into_iter().collect();
        let error = read(Method::Get, response(row.status, &headers, row.body));
        let told = format!("{} {:?} {}: {error:?}", row.status, row.header, row.body);
        assert!(
            format!("{:?}", error.kind()).starts_with(row.kind),
            "{told}"
        );
        assert_eq!(error.action(), row.action, "{told}");
        assert!(error.to_string().contains(row.says), "{told}");
    }
}

#[test]
fn only_what_changes_something_and_met_a_failing_server_may_have_been_done() {
    for (method, status, expected) in [
        (Method::Post, 500, true),
        (Method::Delete, 503, true),
        (Method::Put, 408, true),
        (Method::Post, 400, false),
        (Method::Post, 404, false),
        (Method::Get, 500, false),
        (Method::Head, 504, false),
    ] {
        let error = read(method, response(status, &[], ""));
        assert_eq!(error.may_have_been_done(), expected, "{method:?} {status}");
    }
}

#[test]
fn the_trace_id_goes_with_every_error() {
    for status in [400, 401, 403, 429, 500] {
        let error = read(Method::Get, response(status, &[("atl-traceid", "t1")], ""));
        assert_eq!(error.trace_id(), Some("t1"));
    }
}

#[test]
fn only_a_refused_token_is_worth_another() {
    let is_refused = |status, headers: &[(&str, &str)], body: &str| {
        failure::is_token_refused(&response(status, headers, body))
    };
    assert!(is_refused(401, &[], ""));
    assert!(is_refused(401, &[SERAPH], "<html></html>"));
    assert!(is_refused(200, &[SERAPH], "[]"));
    assert!(is_refused(200, &[SERAPH, SERAPH], "[]"));
    assert!(!is_refused(
        200,
        &[SERAPH, ("x-seraph-loginreason", "OK")],
        "[]"
    ));
    assert!(!is_refused(200, &[("x-seraph-loginreason", "OK")], "[]"));
    assert!(!is_refused(200, &[], "[]"));
    assert!(!is_refused(401, &[SCOPE_CHECK], ""));
    assert!(!is_refused(401, &[], "Unauthorized; scope does not match"));
    assert!(!is_refused(403, &[], ""));
}

fn send(host: &FakeHost, request: ApiRequest) -> Result<ApiResponse, Error> {
    host.run(exchange(host, Api::Platform, request))
}

#[test]
fn a_403_or_404_is_an_expired_token_only_where_the_clock_agrees() {
    let body = r#"{"errorMessages":["gone"]}"#;
    for (status, seconds_before, is_expiry) in [
        (403, 299, true),
        (404, 299, true),
        (404, 61, true),
        (403, 301, false),
        (404, 3_000, false),
        (400, 61, false),
        (410, 61, false),
    ] {
        let host = FakeHost::connected("main");
        host.advance(3_600_000 - seconds_before * 1_000);
        host.expect(&format!("GET {OWN} a1"), status, body);
        if is_expiry {
            host.expect(TOKEN, 200, NEW_PAIR);
            host.expect(&format!("GET {OWN} a2"), 200, "{}");
        }
        let answer = send(&host, request(Method::Get, "/a"));
        let what = format!("{status}, {seconds_before} s before");
        assert_eq!(answer.is_ok(), is_expiry, "{what}");
        if let Ok(answer) = answer {
            assert_eq!(answer.refresh, Some(RefreshOutcome::Rotated), "{what}");
        }
    }
}

#[test]
fn a_404_stands_where_no_newer_token_can_be_had() {
    let host = FakeHost::connected("main");
    host.advance(3_600_000 - 61_000);
    host.expect(&format!("GET {OWN} a1"), 404, "");
    host.expect(TOKEN, 403, r#"{"error":"invalid_grant"}"#);
    let error = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert_eq!(error.to_string(), "Jira answered 404");
    assert_eq!(error.refresh(), Some(RefreshOutcome::Reauthorize));
}

#[test]
fn a_404_that_stays_with_a_fresh_token_is_a_404() {
    let host = FakeHost::connected("main");
    host.advance(3_500_000);
    host.expect(&format!("GET {OWN} a1"), 404, "");
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&format!("GET {OWN} a2"), 404, "");
    let error = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert_eq!(error.to_string(), "Jira answered 404");
    assert_eq!(error.refresh(), Some(RefreshOutcome::Rotated));
}

#[test]
fn a_success_for_nobody_is_none() {
    let nobody = || Ok(response(200, &[SERAPH], "[]"));
    let host = FakeHost::connected("main");
    host.expect_with(&format!("GET {OWN} a1"), nobody());
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&format!("GET {OWN} a2"), 200, "[1]");
    let answer = send(&host, request(Method::Get, "/a")).unwrap();
    assert_eq!((answer.body.as_slice(), answer.attempts), (&b"[1]"[..], 2));

    // What may have been carried out, for nobody, is not repeated.
    let host = FakeHost::connected("main");
    host.expect_with(&format!("POST {OWN} a1"), nobody());
    let error = send(&host, request(Method::Post, "/a")).unwrap_err();
    assert!(error.may_have_been_done());
    assert_eq!(error.action(), Action::Report);
}

#[test]
fn a_second_refusal_is_believed_only_of_a_pair_of_our_own() {
    // Another caller has rotated, and that pair was refused too.
    let host = FakeHost::connected("main");
    host.expect(&format!("GET {OWN} a1"), 401, "");
    host.meanwhile(&format!("GET {OWN} a1"), |host| {
        host.set_record("tokens/main", &tokens("b1", "s1"));
    });
    host.expect(&format!("GET {OWN} b1"), 401, "");
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&format!("GET {OWN} a2"), 200, "{}");
    let answer = send(&host, request(Method::Get, "/a")).unwrap();
    assert_eq!(answer.attempts, 3);
    assert_eq!(answer.refresh, Some(RefreshOutcome::Rotated));
}

#[test]
fn a_grant_that_was_refused_is_remembered_until_somebody_consents() {
    let host = FakeHost::connected("main");
    host.advance(3_600_000);
    host.expect(TOKEN, 403, r#"{"error":"invalid_grant"}"#);
    let refused = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert_eq!(refused.action(), Action::Reauthorize);
    assert_eq!(refused.refresh(), Some(RefreshOutcome::Reauthorize));
    host.effects();

    let again = send(&host, request(Method::Get, "/a")).unwrap_err();
    assert_eq!(again.action(), Action::Reauthorize);
    assert_eq!(host.effects(), [""; 0], "nothing is asked or written");

    let consented = TokenSet {
        expires_at: NOW.plus(9_000_000),
        ..tokens("a2", "r2")
    };
    host.set_record("tokens/main", &consented);
    host.expect(&format!("GET {OWN} a2"), 200, "{}");
    send(&host, request(Method::Get, "/a")).unwrap();
}
