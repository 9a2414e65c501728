use super::{
    fake::{FakeHost, NOW, connection, tokens},
    oauth::{
        ONE_SITE, PAIR, RESOURCES, TOKEN, authorization, authorize, callback, expect_identity, take,
    },
};
use crate::jira::{
    error::Kind,
    host::StoreError,
    http::TransportError,
    oauth::{ConnectionState, ConnectionStatus, OauthOutcome, OauthStep},
    token::TokenSet,
};

fn states(all: &[ConnectionStatus]) -> Vec<(&str, ConnectionState)> {
    let states = all.iter().map(|it| (it.connection.as_str(), it.state));
    states.collect()
}

#[test]
fn scopes_that_another_connection_lost_are_named_also_where_its_token_has_expired() {
    let host = FakeHost::new();
    let wide = TokenSet {
        scopes: ["read:jira-work", "write:jira-work"]
            .map(String::from)
            .to_vec()
            .into(),
        expires_at: NOW,
        ..tokens("w1", "x1")
    };
    host.connect("wide", &wide);
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    host.expect(
        TOKEN,
        200,
        r#"{"access_token":"w2","refresh_token":"x2","scope":"read:jira-work"}"#,
    );
    host.expect(&format!("{RESOURCES} w2"), 200, ONE_SITE);
    let outcome = take(&host, callback("main", &consent.state)).unwrap();
    let OauthOutcome::Connected(connected) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        connected.affected.first().unwrap().lost_scopes,
        ["write:jira-work"]
    );
}

#[test]
fn other_connections_of_the_account_are_asked_with_their_own_tokens() {
    let host = FakeHost::new();
    let wide = TokenSet {
        scopes: [
            "read:me",
            "offline_access",
            "read:jira-work",
            "write:jira-work",
        ]
        .map(String::from)
        .to_vec()
        .into(),
        ..tokens("w1", "x1")
    };
    host.connect("wide", &wide);
    host.connect("gone", &tokens("g1", "y1"));
    host.connect("broken", &tokens("b1", "z1"));
    let mut stranger = connection();
    stranger.account.as_mut().unwrap().account_id = "9z".into();
    host.connect("stranger", &tokens("s1", "q1"));
    host.set_record("connections/stranger", &stranger);

    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    host.expect_with(
        &format!("{RESOURCES} b1"),
        Err(TransportError::NameUnresolved),
    );
    host.expect(
        &format!("{RESOURCES} g1"),
        200,
        &ONE_SITE.replace("acme", "beta"),
    );
    host.expect(&format!("{RESOURCES} w1"), 200, ONE_SITE);
    let outcome = take(&host, callback("main", &consent.state)).unwrap();
    let OauthOutcome::Connected(connected) = outcome else {
        panic!("{outcome:?}")
    };
    let found: Vec<_> = connected
        .affected
        .iter()
        .map(|a| {
            (
                a.connection.as_str(),
                a.lost_scopes.join(" "),
                a.lost_site,
                a.unchecked.is_some(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("broken", String::new(), false, true),
            ("gone", String::new(), true, false),
            ("wide", "write:jira-work".into(), false, false),
        ]
    );
}

#[test]
fn disconnect_erases_the_tokens_first_and_the_record_last_and_nothing_of_others() {
    let host = FakeHost::connected("a");
    host.connect("ab", &tokens("a1", "r1"));
    authorize(&host, "a");
    authorize(&host, "ab");
    host.effects();
    let outcome = take(&host, OauthStep::Disconnect("a".into())).unwrap();
    let OauthOutcome::Disconnected(outcome) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(outcome.existed);
    let effects = host.effects();
    assert_eq!(effects.first().unwrap(), "delete tokens/a");
    assert_eq!(effects.last().unwrap(), "delete connections/a");
    assert_eq!(
        host.keys().iter().filter(|key| key.contains("/ab")).count(),
        3
    );
    assert_eq!(host.keys().len(), 4);

    let outcome = take(&host, OauthStep::Disconnect("a".into())).unwrap();
    assert!(matches!(outcome, OauthOutcome::Disconnected(outcome) if !outcome.existed));
}

#[test]
fn a_store_that_leaves_an_entry_out_is_believed_by_nobody() {
    for step in [
        OauthStep::Disconnect("a".into()),
        OauthStep::Status(Some("a".into())),
        OauthStep::Status(None),
    ] {
        let host = FakeHost::connected("a");
        host.shorten_read("connections/a");
        let error = take(&host, step).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the secret store failed (it answered 1 entries for 2 keys)"
        );
        assert_eq!(host.effects(), [""; 0]);
    }
}

#[test]
fn status_shows_one_or_all_and_never_a_token() {
    let host = FakeHost::connected("main");
    host.connect("=6Dain", &tokens("a1", "r1"));
    host.connect(
        "dead",
        &TokenSet {
            refreshed_at: NOW,
            refresh_token: None,
            ..tokens("a1", "r1")
        },
    );
    host.advance(4_000_000);
    let outcome = take(&host, OauthStep::Status(None)).unwrap();
    let shown = format!("{outcome:?}");
    assert!(!shown.contains("a1") && !shown.contains("r1"), "{shown}");
    let OauthOutcome::Status(all) = outcome else {
        panic!("{shown}")
    };
    assert_eq!(
        states(&all),
        [
            ("main", ConnectionState::Ready),
            ("dead", ConnectionState::ReauthorizationRequired),
            ("main", ConnectionState::Ready),
        ],
        "the first key spells the same name another way"
    );
    let error = take(&host, OauthStep::Status(Some("none".into()))).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::ReauthorizationRequired("not-connected")),
        "{error:?}"
    );
    assert_eq!(host.effects(), [""; 0]);
}

#[test]
fn a_connection_that_cannot_be_read_hides_no_other() {
    for key in ["connections/broken", "tokens/broken"] {
        for (entry, why) in [
            ("{", "the entry is damaged: it is not JSON"),
            (
                r#"{"format":2}"#,
                "the entry has format 2, this connector reads 1",
            ),
        ] {
            let host = FakeHost::connected("main");
            host.connect("broken", &tokens("b1", "x1"));
            host.set(key, entry.as_bytes());
            let outcome = take(&host, OauthStep::Status(None)).unwrap();
            let OauthOutcome::Status(all) = outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(
                states(&all),
                [
                    ("broken", ConnectionState::Unreadable),
                    ("main", ConnectionState::Ready)
                ],
                "{key}"
            );

            let alone = take(&host, OauthStep::Status(Some("broken".into()))).unwrap_err();
            assert!(matches!(alone.kind(), Kind::SecretStore(_)), "{alone:?}");
            let told = alone.to_string();
            assert!(told.contains(key) && told.contains(why), "{told}");
            take(&host, OauthStep::Disconnect("broken".into())).unwrap();
            assert!(!host.keys().iter().any(|key| key.contains("broken")));
        }
    }
}

#[test]
fn a_connection_that_the_store_cannot_give_hides_no_other() {
    let broken_seal = || StoreError::Other("the seal is broken".into());
    let host = FakeHost::connected("main");
    host.connect("broken", &tokens("b1", "x1"));
    // Among the others, and alone.
    for _ in 0..2 {
        host.fail_read("tokens/broken", broken_seal());
    }
    let outcome = take(&host, OauthStep::Status(None)).unwrap();
    let OauthOutcome::Status(all) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        states(&all),
        [
            ("broken", ConnectionState::Unreadable),
            ("main", ConnectionState::Ready)
        ]
    );

    host.fail_read("tokens/broken", broken_seal());
    let erased = take(&host, OauthStep::Disconnect("broken".into())).unwrap();
    assert!(matches!(erased, OauthOutcome::Disconnected(it) if it.existed));
    assert!(!host.keys().iter().any(|key| key.contains("broken")));
}

#[test]
fn a_store_that_is_not_available_is_an_error_of_status_and_disconnect() {
    for step in [
        OauthStep::Status(None),
        OauthStep::Disconnect("main".into()),
    ] {
        let host = FakeHost::connected("main");
        let down = StoreError::Unavailable("down".into());
        host.fail_read("tokens/main", down);
        let error = take(&host, step).unwrap_err();
        assert!(matches!(error.kind(), Kind::SecretStore(_)), "{error:?}");
        assert!(host.keys().iter().any(|key| key == "tokens/main"));
    }
}

#[test]
fn a_connection_that_is_damaged_is_made_anew_by_a_consent() {
    let host = FakeHost::connected("main");
    host.set("connections/main", b"{");
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    let outcome = take(&host, callback("main", &consent.state)).unwrap();
    assert!(matches!(outcome, OauthOutcome::Connected(_)), "{outcome:?}");
}

#[test]
fn so_is_one_that_the_store_cannot_give() {
    let host = FakeHost::connected("main");
    host.set("consents/other/1", b"?");
    // At `authorize`, and at `callback`.
    for key in ["tokens/main", "connections/main", "consents/other/1"] {
        let broken_seal = StoreError::Other("the seal is broken".into());
        host.fail_read(key, broken_seal);
    }
    let consent = authorize(&host, "main");
    host.fail_read("connections/main", StoreError::Other("broken".into()));
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    let outcome = take(&host, callback("main", &consent.state)).unwrap();
    assert!(matches!(outcome, OauthOutcome::Connected(_)), "{outcome:?}");
}

#[test]
fn what_a_newer_connector_wrote_is_not_replaced_by_a_consent() {
    for key in ["connections/main", "tokens/main"] {
        let host = FakeHost::connected("main");
        host.set(key, br#"{"format":2,"value":{}}"#);
        let error = take(&host, authorization("main")).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains(key) && told.contains("use a newer connector"),
            "{told}"
        );
        assert_eq!(host.effects(), [""; 0]);
    }
}

#[test]
fn status_tells_nothing_of_the_consent_before_the_one_that_counts() {
    let host = FakeHost::connected("main");
    let other = TokenSet {
        consent_id: "another".into(),
        ..tokens("a1", "r1")
    };
    host.set_record("tokens/main", &other);
    let outcome = take(&host, OauthStep::Status(Some("main".into()))).unwrap();
    let OauthOutcome::Status(all) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(all[0].account, None);
    assert_eq!(all[0].missing_scopes, [""; 0]);
    assert_eq!(all[0].state, ConnectionState::SiteNotChosen);
}

#[test]
fn a_refresh_on_demand_rotates_a_token_that_is_still_good() {
    let host = FakeHost::connected("main");
    host.expect(TOKEN, 200, PAIR);
    let outcome = take(&host, OauthStep::Refresh("main".into())).unwrap();
    assert!(matches!(outcome, OauthOutcome::Connected(_)), "{outcome:?}");
    assert!(host.stored("tokens/main").unwrap().contains("\"m1\""));
}
