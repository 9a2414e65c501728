use atlassian_simulator::CANARY;

use super::fake::{FakeHost, response};
use crate::jira::{
    error::{Action, Error, Kind},
    host::StoreError,
    http::TransportError,
    oauth::{
        Authorize, Callback, ChooseSite, ConnectionState, Consent, OauthOutcome, OauthStep,
        oauth_exchange,
    },
};

pub const TOKEN: &str = "POST https://auth.atlassian.com/oauth/token -";
pub const RESOURCES: &str = "GET https://api.atlassian.com/oauth/token/accessible-resources";
const ME: &str = "GET https://api.atlassian.com/me";
pub const PAIR: &str = r#"{"access_token":"n1","refresh_token":"m1","expires_in":3600,"scope":"read:me read:jira-work"}"#;
pub const ONE_SITE: &str = r#"[{"id":"acme","url":"https://acme.atlassian.net","name":"Acme","scopes":["read:jira-work"]}]"#;
pub const TWO_SITES: &str = r#"[{"id":"acme","url":"https://acme.atlassian.net","name":"Acme","scopes":["read:jira-work"]},
    {"id":"beta","url":"https://beta.atlassian.net","name":"Beta","scopes":["read:jira-work"]}]"#;

pub fn take(host: &FakeHost, step: OauthStep) -> Result<OauthOutcome, Error> {
    host.run(oauth_exchange(host, step))
}

pub fn authorization(connection: &str) -> OauthStep {
    OauthStep::Authorize(Authorize {
        connection: connection.into(),
        display_name: Some("Main".into()),
        description: None,
        include_service_management: false,
        extra_scopes: vec![],
    })
}

pub fn authorize(host: &FakeHost, connection: &str) -> Consent {
    match take(host, authorization(connection)).unwrap() {
        OauthOutcome::Consent(consent) => consent,
        other => panic!("{other:?}"),
    }
}

pub fn callback(connection: &str, state: &str) -> OauthStep {
    OauthStep::Callback(Callback {
        connection: connection.into(),
        state: state.into(),
        redirect_url: format!("https://h/cb?code={CANARY}&state={state}"),
    })
}

pub fn expect_identity(host: &FakeHost, token: &str, sites: &str, account_id: &str) {
    host.expect(&format!("{RESOURCES} {token}"), 200, sites);
    host.expect(
        &format!("{ME} {token}"),
        200,
        &format!(r#"{{"account_id":"{account_id}","name":"Ada"}}"#),
    );
}

#[test]
fn a_consent_is_deleted_and_its_tokens_saved_before_anything_else_is_sent() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    let id = &consent.state[..8];
    assert_eq!(host.effects(), [format!("put consents/main/{id}")]);

    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    let outcome = take(&host, callback("main", &consent.state)).unwrap();
    assert_eq!(
        host.effects(),
        [
            format!("delete consents/main/{id}"),
            TOKEN.into(),
            "put tokens/main".into(),
            "put connections/main".into(),
            format!("{RESOURCES} n1"),
            format!("{ME} n1"),
            "put sweep".into(),
            "put accounts/5b10".into(),
            "put connections/main".into(),
        ]
    );
    let OauthOutcome::Connected(connected) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(connected.status.state, ConnectionState::Ready);
    assert_eq!(connected.status.site.unwrap().cloud_id, "acme");
    assert_eq!(connected.status.display_name.as_deref(), Some("Main"));
    assert!(
        connected
            .status
            .missing_scopes
            .contains(&"write:jira-work".into())
    );
    assert!(connected.affected.is_empty());
}

#[test]
fn a_state_counts_once_and_for_ten_minutes_and_for_its_connection_only() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    let refused = |step| take(&host, step).unwrap_err();

    let other = refused(callback("other", &consent.state));
    assert!(
        matches!(other.kind(), Kind::ReauthorizationRequired("state")),
        "{other:?}"
    );
    let same_start = format!("{}{}", &consent.state[..8], "0".repeat(56));
    let forged = refused(callback("main", &same_start));
    assert!(
        matches!(forged.kind(), Kind::ReauthorizationRequired("state")),
        "{forged:?}"
    );

    host.advance(10 * 60 * 1_000);
    let late = refused(callback("main", &consent.state));
    assert_eq!(
        late.to_string(),
        "the consent took longer than 10 minutes; begin it again"
    );
    let again = refused(callback("main", &consent.state));
    assert!(
        again.to_string().starts_with("this consent is not known"),
        "{again}"
    );
}

#[test]
fn a_state_of_another_session_is_refused_before_anything_is_read() {
    let host = FakeHost::new();
    let step = Callback {
        connection: "main".into(),
        state: format!("{CANARY}mine"),
        redirect_url: format!("https://h/cb?code={CANARY}&state={CANARY}yours"),
    };
    let error = take(&host, OauthStep::Callback(step)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::InvalidRequest("state")),
        "{error:?}"
    );
    assert_eq!(host.reads(), 0);
}

#[test]
fn a_consent_that_was_declined_is_over() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    let step = Callback {
        connection: "main".into(),
        state: consent.state.clone(),
        redirect_url: format!(
            "https://h/cb?error=access_denied&error_description=no&state={}",
            consent.state
        ),
    };
    let error = take(&host, OauthStep::Callback(step)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the person declined the consent, or may not give it"
    );
    assert_eq!(host.keys(), ["app"]);
}

#[test]
fn expired_consents_are_forgotten_when_a_new_one_begins() {
    let host = FakeHost::new();
    authorize(&host, "main");
    authorize(&host, "main");
    assert_eq!(
        host.keys().len(),
        3,
        "two consents of one connection may be under way"
    );
    host.advance(10 * 60 * 1_000);
    authorize(&host, "main");
    assert_eq!(host.keys().len(), 2);
}

#[test]
fn consents_of_others_that_never_came_back_do_not_pile_up() {
    let host = FakeHost::new();
    host.set_page_keys(100);
    for visitor in 0..100 {
        authorize(&host, &format!("visitor-{visitor}"));
        // The application, and those of the last ten minutes.
        assert!(host.keys().len() <= 11, "{visitor}: {:?}", host.keys());
        host.advance(60 * 1_000);
    }
}

#[test]
fn a_callback_that_is_interrupted_after_the_tokens_goes_on_with_choose_site() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    host.expect_with(
        &format!("{RESOURCES} n1"),
        Err(TransportError::TlsFailed("x".into())),
    );
    let error = take(&host, callback("main", &consent.state)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the consent is saved, choose-site goes on from here: asking /oauth/token/accessible-resources: \
         TLS with the server failed (x)"
    );
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    let step = ChooseSite {
        connection: "main".into(),
        site: None,
    };
    let outcome = take(&host, OauthStep::ChooseSite(step)).unwrap();
    assert!(matches!(outcome, OauthOutcome::Connected(_)), "{outcome:?}");
}

#[test]
fn an_earlier_choice_is_kept_for_the_same_account_only() {
    for (account_id, keeps) in [("5b10", true), ("6c21", false)] {
        let host = FakeHost::connected("main");
        let consent = authorize(&host, "main");
        host.expect(TOKEN, 200, PAIR);
        expect_identity(&host, "n1", TWO_SITES, account_id);
        let outcome = take(&host, callback("main", &consent.state)).unwrap();
        match outcome {
            OauthOutcome::Connected(connected) => {
                assert!(keeps);
                assert_eq!(connected.status.site.unwrap().cloud_id, "acme");
            }
            OauthOutcome::Sites(sites) => {
                assert!(!keeps);
                assert_eq!(sites.len(), 2);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_callback_that_could_not_reach_the_token_endpoint_can_be_repeated() {
    let host = FakeHost::new();
    for (failure, action) in [
        (Ok(response(503, &[], "")), Action::Retry),
        (
            Err(TransportError::Denied("policy".into())),
            Action::FixConfiguration,
        ),
        (
            Err(TransportError::TlsFailed("x".into())),
            Action::FixConfiguration,
        ),
    ] {
        let consent = authorize(&host, "main");
        host.expect_with(TOKEN, failure);
        let error = take(&host, callback("main", &consent.state)).unwrap_err();
        assert_eq!(error.action(), action);
        host.expect(TOKEN, 200, PAIR);
        expect_identity(&host, "n1", ONE_SITE, "5b10");
        take(&host, callback("main", &consent.state)).unwrap();
    }

    let consent = authorize(&host, "main");
    host.expect(TOKEN, 400, r#"{"error":"invalid_request"}"#);
    take(&host, callback("main", &consent.state)).unwrap_err();
    let over = take(&host, callback("main", &consent.state)).unwrap_err();
    assert!(
        matches!(over.kind(), Kind::ReauthorizationRequired("state")),
        "{over:?}"
    );
}

#[test]
fn choose_site_finishes_where_the_tokens_were_all_that_was_saved() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    host.expect(
        TOKEN,
        200,
        &PAIR.replace("read:jira-work", "read:servicedesk-request"),
    );
    host.fail_put("connections/main", StoreError::AccessDenied);
    let error = take(&host, callback("main", &consent.state)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the consent is saved, choose-site goes on"),
        "{error}"
    );
    let status = take(&host, OauthStep::Status(Some("main".into()))).unwrap();
    let OauthOutcome::Status(status) = status else {
        panic!("{status:?}")
    };
    assert_eq!(status[0].state, ConnectionState::SiteNotChosen);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    let step = ChooseSite {
        connection: "main".into(),
        site: None,
    };
    let outcome = take(&host, OauthStep::ChooseSite(step)).unwrap();
    let OauthOutcome::Connected(connected) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(connected.status.service_management, "told from the scopes");
}

#[test]
fn a_connection_that_is_erased_while_it_is_set_up_stays_erased() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    host.meanwhile(&format!("{ME} n1"), |host| {
        host.remove("tokens/main");
        host.remove("connections/main");
    });
    let error = take(&host, callback("main", &consent.state)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::ReauthorizationRequired("not-connected")),
        "{error:?}"
    );
    assert_eq!(host.keys(), ["app", "sweep"]);
}

#[test]
fn a_consent_that_comes_meanwhile_is_not_undone_by_the_one_before() {
    let host = FakeHost::new();
    let first = authorize(&host, "main");
    let second = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    let state = second.state;
    host.meanwhile("put sweep", move |host| {
        host.expect(TOKEN, 200, &PAIR.replace("n1", "n2").replace("m1", "m2"));
        let sandbox = ONE_SITE.replace("acme", "sandbox");
        expect_identity(host, "n2", &sandbox, "6c21");
        let outcome = take(host, callback("main", &state)).unwrap();
        assert!(matches!(outcome, OauthOutcome::Connected(_)), "{outcome:?}");
    });
    let error = take(&host, callback("main", &first.state)).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Configuration("site")),
        "{error:?}"
    );

    let outcome = take(&host, OauthStep::Status(Some("main".into()))).unwrap();
    let OauthOutcome::Status(all) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(all[0].state, ConnectionState::Ready);
    assert_eq!(all[0].site.as_ref().unwrap().cloud_id, "sandbox");
    assert_eq!(all[0].account.as_ref().unwrap().account_id, "6c21");
}

#[test]
fn the_one_site_of_a_new_consent_is_not_taken_where_another_was_chosen() {
    let host = FakeHost::connected("main");
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", &ONE_SITE.replace("acme", "sandbox"), "6c21");
    let outcome = take(&host, callback("main", &consent.state)).unwrap();
    assert!(matches!(outcome, OauthOutcome::Sites(sites) if sites.len() == 1));
}

#[test]
fn what_identity_answers_is_told_apart() {
    for (status, body, kind) in [
        (401, "", "ReauthorizationRequired(\"unauthorized\")"),
        (403, "", "Configuration(\"scope\")"),
        (500, "<html>", "Api"),
        (429, "", "RateLimited"),
        (200, "{}", "UnexpectedResponse(\"accessible-resources\")"),
    ] {
        let host = FakeHost::connected("main");
        host.expect_with(
            &format!("{RESOURCES} a1"),
            Ok(response(status, &[("retry-after", "3600")], body)),
        );
        if status == 401 {
            host.expect(TOKEN, 200, PAIR);
            host.expect(&format!("{RESOURCES} n1"), 401, "");
        }
        let step = ChooseSite {
            connection: "main".into(),
            site: None,
        };
        let error = take(&host, OauthStep::ChooseSite(step)).unwrap_err();
        assert!(format!("{:?}", error.kind()).starts_with(kind), "{error:?}");
    }
}
