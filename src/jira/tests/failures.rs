//! One row for each way in which Atlassian is known to fail: what it is, and
//! what the caller does.

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
const SERAPH: (&str, &str) = ("x-seraph-loginreason", "AUTHENTICATED_FAILED");
const SCOPE_CHECK: (&str, &str) = ("x-failure-category", "FAILURE_CLIENT_SCOPE_CHECK");

fn read(method: Method, response: HttpResponse) -> Error {
    let site = site("acme");
    let asked = Asked {
        method,
        site: &site,
        scopes: &["read:me".into(), "read:jira-work".into()],
        is_own_site: true,
        was_done: false,
    };
    failure::read(response, asked, NOW)
}

/// An answer, and what it is taken for.
struct Row {
    status: u16,
    header: Option<(&'static str, &'static str)>,
    body: &'static str,
    kind: &'static str,
    action: Action,
    says: &'static str,
}

const fn row(
    status: u16,
    body: &'static str,
    kind: &'static str,
    action: Action,
    says: &'static str,
) -> Row {
    Row {
        status,
        header: None,
        body,
        kind,
        action,
        says,
    }
}

const fn with(header: (&'static str, &'static str), row: Row) -> Row {
    Row {
        header: Some(header),
        ..row
    }
}

const UNAUTHORIZED: &str = "ReauthorizationRequired(\"unauthorized\")";
const SCOPE: &str = "Configuration(\"scope\")";
const SITE: &str = "Configuration(\"site\")";

/// Answers to a GET, when the token has been renewed already.
const ROWS: &[Row] = &[
    // The token.
    row(
        401,
        r#"{"code":401,"message":"Unauthorized"}"#,
        UNAUTHORIZED,
        Action::Reauthorize,
        "a fresh access token was refused (401)",
    ),
    row(401, "", UNAUTHORIZED, Action::Reauthorize, "consent again"),
    with(
        ("x-failure-category", "FAILURE_CLIENT_AUTH_MISMATCH"),
        row(401, "", UNAUTHORIZED, Action::Reauthorize, "(401)"),
    ),
    with(
        SERAPH,
        row(
            401,
            "<html><title>Unauthorized (401)</title></html>",
            UNAUTHORIZED,
            Action::Reauthorize,
            "(401)",
        ),
    ),
    with(
        SERAPH,
        row(200, "[]", UNAUTHORIZED, Action::Reauthorize, "(200)"),
    ),
    // The scopes: by the header, whatever the language of the text.
    row(
        401,
        r#"{"code":401,"message":"Unauthorized; scope does not match"}"#,
        SCOPE,
        Action::FixConfiguration,
        "granted are: read:me read:jira-work;",
    ),
    with(
        SCOPE_CHECK,
        row(401, "", SCOPE, Action::FixConfiguration, "granted are:"),
    ),
    with(
        SCOPE_CHECK,
        row(403, "", SCOPE, Action::FixConfiguration, "granted are:"),
    ),
    // The site: by the gateway's form, whatever the language of the text.
    row(
        403,
        r#"{"code":403,"message":"The app is not installed on this instance"}"#,
        SITE,
        Action::FixConfiguration,
        "not installed on the site ACME (https://acme.atlassian.net)",
    ),
    row(
        403,
        r#"{"code":403,"message":"Die App ist auf dieser Instanz nicht installiert"}"#,
        SITE,
        Action::FixConfiguration,
        "choose another site",
    ),
    row(
        403,
        r#"{"errorMessages":["The app is not installed on this instance."]}"#,
        SITE,
        Action::FixConfiguration,
        "ACME",
    ),
    row(
        404,
        r#"{"timestamp":"t","status":404,"error":"Not Found","message":"No message available","path":"/x"}"#,
        "Api(",
        Action::FixRequest,
        "no such site any more: choose-site asks",
    ),
    // The request.
    row(
        403,
        r#"{"errorMessages":["No permission"]}"#,
        "Api(",
        Action::FixRequest,
        "Jira answered 403: No permission",
    ),
    row(
        404,
        r#"{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}"#,
        "Api(",
        Action::FixRequest,
        "permission to see it",
    ),
    row(
        404,
        r#"{"errorMessages":["Vorgang existiert nicht."],"status":404}"#,
        "Api(",
        Action::FixRequest,
        "Jira answered 404: Vorgang existiert nicht",
    ),
    row(
        400,
        r#"{"errorMessages":[],"errors":{"comment":"Comment body is not valid!"}}"#,
        "Api(",
        Action::FixRequest,
        "comment: Comment body is not valid!",
    ),
    row(
        410,
        r#"{"errorMessages":["Die API wurde entfernt."]}"#,
        "Api(",
        Action::FixRequest,
        "issues are searched by /search/jql now",
    ),
    row(
        410,
        r#"{"errorMessages":["Gone. Migrate to /rest/api/3/search/jql."]}"#,
        "Api(",
        Action::FixRequest,
        "Jira answered 410: Gone. Migrate to /rest/api/3/search/jql",
    ),
    row(412, "", "Api(", Action::FixRequest, "Jira answered 412"),
    row(409, "{}", "Api(", Action::FixRequest, "Jira answered 409"),
    // The server.
    row(408, "", "Api(", Action::Retry, "Jira answered 408"),
    row(
        500,
        "<html><title>Oops</title></html>",
        "Api(",
        Action::Report,
        "Jira answered 500: Oops",
    ),
    row(502, "<html>", "Api(", Action::Retry, "Jira answered 502"),
    row(
        503,
        "upstream connect error",
        "Api(",
        Action::Retry,
        "503: upstream connect error",
    ),
    row(504, "", "Api(", Action::Retry, "Jira answered 504"),
    row(
        429,
        "<html>",
        "RateLimited(",
        Action::Retry,
        "nothing was done; try again later",
    ),
    with(
        ("retry-after", "7"),
        row(429, "", "RateLimited(", Action::Retry, "try again in 7 s"),
    ),
    with(
        ("x-ratelimit-reset", "2026-09-29T16:00Z"),
        row(
            429,
            "",
            "RateLimited(",
            Action::Retry,
            "try again after 2026-09-29T16:00:00Z",
        ),
    ),
    with(
        ("ratelimit-reason", "jira-burst-based"),
        row(
            429,
            "",
            "RateLimited(",
            Action::Retry,
            "(jira-burst-based); nothing was done",
        ),
    ),
];

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
