//! What the error of a step tells, and how long its requests may take.

use super::{
    fake::{FakeHost, response, tokens},
    oauth::{ONE_SITE, PAIR, RESOURCES, TOKEN, authorize, callback, expect_identity, take},
};
use crate::jira::{
    error::{Action, Error, Kind},
    host::Host,
    http::{HttpResponse, TransportError},
    oauth::{ChooseSite, OauthOutcome, OauthStep},
};

const ME: &str = "GET https://api.atlassian.com/me";

fn refused() -> Result<HttpResponse, TransportError> {
    Err(TransportError::ConnectionFailed("refused".into()))
}

fn choose_site(host: &FakeHost) -> Result<OauthOutcome, Error> {
    let step = ChooseSite {
        connection: "main".into(),
        site: None,
    };
    take(host, OauthStep::ChooseSite(step))
}

#[track_caller]
fn assert_counted(host: &FakeHost, error: &Error, attempts: u32, waits: usize) {
    let effects = host.effects();
    let waited: Vec<u64> = effects
        .iter()
        .filter_map(|line| line.strip_prefix("sleep "))
        .map(|ms| ms.parse().unwrap())
        .collect();
    assert_eq!(waited.len(), waits, "{effects:?}");
    assert_eq!(
        (error.attempts(), error.waited_ms()),
        (attempts, waited.iter().sum()),
        "{error:?}"
    );
}

#[test]
fn of_a_code_the_times_it_was_sent_and_the_waits_are_told() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    host.expect_with(TOKEN, refused());
    host.expect(TOKEN, 429, "");
    host.expect(TOKEN, 503, "");
    let error = take(&host, callback("main", &consent.state)).unwrap_err();
    assert_counted(&host, &error, 2, 2);
}

#[test]
fn what_a_code_waited_is_told_of_what_fails_after_it_too() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 429, "");
    host.expect(TOKEN, 200, PAIR);
    host.expect(&format!("{RESOURCES} n1"), 503, "");
    host.expect(&format!("{RESOURCES} n1"), 500, "");
    let error = take(&host, callback("main", &consent.state)).unwrap_err();
    assert_counted(&host, &error, 2, 2);
}

#[test]
fn an_answer_of_identity_that_is_of_no_use_was_an_attempt_too() {
    for (status, body) in [(500, ""), (403, ""), (200, "{}")] {
        let host = FakeHost::connected("main");
        host.expect(&format!("{RESOURCES} a1"), status, body);
        assert_counted(&host, &choose_site(&host).unwrap_err(), 1, 0);

        host.expect(&format!("{RESOURCES} a1"), 200, ONE_SITE);
        host.expect_with(&format!("{ME} a1"), refused());
        host.expect(&format!("{ME} a1"), status, body);
        assert_counted(&host, &choose_site(&host).unwrap_err(), 1, 1);
    }
}

#[test]
fn of_a_refresh_the_times_the_token_was_sent_are_told() {
    let host = FakeHost::connected("main");
    for _ in 0..3 {
        host.expect_with(TOKEN, Ok(response(503, &[], "")));
    }
    let error = take(&host, OauthStep::Refresh("main".into())).unwrap_err();
    assert_counted(&host, &error, 3, 2);
}

#[test]
fn an_answer_that_is_too_long_is_told_as_a_limit() {
    let long = |body: &str| {
        let begun = response(200, &[("atl-traceid", "t1")], body);
        Ok(HttpResponse {
            truncated: true,
            ..begun
        })
    };
    let assert_told = |error: Error, what: &str| {
        assert_eq!(
            error.to_string(),
            format!("{what} has more than 1048576 bytes")
        );
        let limit = 1024 * 1024;
        assert!(
            matches!(error.kind(), Kind::LimitExceeded("answer-bytes", value) if *value == limit),
            "{error:?}"
        );
        assert_eq!(error.action(), Action::Report);
        assert_eq!(error.trace_id(), Some("t1"));
    };
    let host = FakeHost::connected("main");
    host.expect_with(&format!("{RESOURCES} a1"), long("[{"));
    let asking = "asking /oauth/token/accessible-resources: the answer";
    assert_told(choose_site(&host).unwrap_err(), asking);
    host.expect(&format!("{RESOURCES} a1"), 200, ONE_SITE);
    host.expect_with(&format!("{ME} a1"), long("{"));
    assert_told(choose_site(&host).unwrap_err(), "asking /me: the answer");

    let consent = authorize(&host, "new");
    host.expect_with(TOKEN, long("{"));
    let error = take(&host, callback("new", &consent.state)).unwrap_err();
    let exchanging = "exchanging the code: the answer of the token endpoint";
    assert_told(error, exchanging);
}

#[test]
fn a_pair_in_an_answer_that_is_too_long_is_asked_for_again() {
    let host = FakeHost::connected("main");
    let long = HttpResponse {
        truncated: true,
        ..response(200, &[], "{")
    };
    host.expect_with(TOKEN, Ok(long));
    host.expect(TOKEN, 200, PAIR);
    take(&host, OauthStep::Refresh("main".into())).unwrap();
}

#[test]
fn a_token_that_is_refused_is_told_with_the_status_that_refused_it() {
    let login_failed = [("x-seraph-loginreason", "AUTHENTICATED_FAILED")];
    for (status, headers) in [(401, &[][..]), (200, &login_failed)] {
        let host = FakeHost::connected("main");
        host.expect_with(
            &format!("{RESOURCES} a1"),
            Ok(response(status, headers, "")),
        );
        host.expect(TOKEN, 200, PAIR);
        host.expect_with(
            &format!("{RESOURCES} n1"),
            Ok(response(status, headers, "")),
        );
        assert_eq!(
            choose_site(&host).unwrap_err().to_string(),
            format!(
                "asking /oauth/token/accessible-resources: a fresh access token was refused \
                 ({status}); consent again"
            )
        );
    }
}

#[test]
fn each_question_has_the_time_of_a_token_request() {
    let (sites, me) = (format!("{RESOURCES} a1"), format!("{ME} a1"));
    let host = FakeHost::connected("main");
    host.expect_after(&sites, 29_000, ONE_SITE);
    host.expect_after(&me, 31_000, "");
    let begun_ms = host.monotonic_ms();
    let error = choose_site(&host).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Transport(TransportError::TimedOut)),
        "{error:?}"
    );
    assert!(error.to_string().starts_with("asking /me: "), "{error}");
    assert_eq!(host.monotonic_ms() - begun_ms, 29_000 + 30_000);
}

#[test]
fn a_connection_that_hangs_leaves_time_to_check_the_others() {
    let host = FakeHost::connected("main");
    host.connect("hangs", &tokens("h1", "x1"));
    host.connect("well", &tokens("w1", "y1"));
    expect_identity(&host, "a1", ONE_SITE, "5b10");
    host.expect_after(&format!("{RESOURCES} h1"), 200_000, "");
    host.expect(&format!("{RESOURCES} w1"), 200, ONE_SITE);
    let outcome = choose_site(&host).unwrap();
    let OauthOutcome::Connected(connected) = outcome else {
        panic!("{outcome:?}")
    };
    let unchecked = connected.affected.iter().map(|it| it.connection.as_str());
    assert_eq!(unchecked.collect::<Vec<_>>(), ["hangs"]);
}
