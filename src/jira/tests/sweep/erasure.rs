use super::model::{REPORT, RETRIEVED, World, data_keys, may_report};
use crate::jira::{
    connection::{Account, Connection, SiteChoice},
    host::StoreError,
    instant::{DAY_MS, UnixMs},
    sweep::{action::Erased, options::SweepOptions, register::Registered, report::End},
    tests::fake::{FakeHost, NOW, connection, site, tokens},
    token::TokenSet,
};

pub fn consented_by(id: &str) -> Connection {
    let mut connection = connection();
    connection.account = Some(Account {
        account_id: id.into(),
        name: Some("Ada".into()),
        retrieved_at: RETRIEVED,
    });
    if let Some(choice) = &mut connection.choice {
        choice.account_id = id.into();
    }
    connection
}

pub fn connect(host: &FakeHost, name: &str, id: &str, tokens: &TokenSet) {
    host.connect(name, tokens);
    host.set_record(&format!("connections/{name}"), &consented_by(id));
}

fn closing(id: &'static str, ids: &[&str]) -> World {
    let world = World::with(ids);
    world.tell(|atlassian| atlassian.closed.push(id.into()));
    world
}

#[test]
fn all_that_is_kept_of_a_closed_account_is_erased_and_nothing_of_accounts_with_a_similar_id() {
    let world = closing("12", &["12", "123", "1", "12:3"]);
    for id in ["12", "123", "1", "12=3A3"] {
        world.keep_data(id);
    }
    world.host.set("user-data/12", b"not under the account");
    let report = world.sweep();
    for key in data_keys("12") {
        assert_eq!(world.host.stored(&key), None, "{key}");
    }
    for id in ["123", "1", "12=3A3"] {
        for key in data_keys(id) {
            assert!(world.host.stored(&key).is_some(), "{key}");
        }
    }
    assert!(world.host.stored("user-data/12").is_some());
    assert!(world.entry("12").is_none() && world.entry("123").is_some());
    let (_, action) = &report.actions.actions[0];
    let expected = Erased {
        pack_configurations: 2,
        action_options: 1,
        user_data: 1,
        connections: vec![],
    };
    assert_eq!(action.erased, expected);
    assert_eq!(world.reported_ids().len(), 4);
}

#[test]
fn an_account_that_was_closed_is_never_reported_again() {
    let world = closing("a", &["a", "b"]);
    world.sweep();
    for _ in 0..3 {
        world.host.advance(8 * DAY_MS);
        world.sweep();
    }
    let ids = world.reported_ids();
    assert_eq!(ids.iter().filter(|id| *id == "a").count(), 1);
    assert_eq!(ids.iter().filter(|id| *id == "b").count(), 4);
}

#[test]
fn the_connections_of_a_closed_account_are_erased_whether_the_register_names_them_or_not() {
    let world = closing("a", &["a", "b"]);
    connect(&world.host, "x1", "a", &tokens("t", "r"));
    connect(&world.host, "x2", "a", &tokens("t", "r"));
    connect(&world.host, "of-b", "b", &tokens("t", "r"));
    world.host.set("consents/x1/01010101", b"{}");
    world.host.set("leases/x2", b"{}");
    let named = world.entry("a").unwrap().with_own("x2", RETRIEVED);
    world.host.set_record("accounts/a", &named);
    let report = world.sweep();
    let mut erased = report.actions.actions[0].1.erased.connections.clone();
    erased.sort();
    assert_eq!(erased, ["x1", "x2"]);
    let left: Vec<_> = world
        .host
        .keys()
        .into_iter()
        .filter(|key| key.contains("/x1") || key.contains("/x2"))
        .collect();
    assert_eq!(left, [""; 0]);
    assert!(world.host.stored("tokens/of-b").is_some());
    assert!(world.host.stored("connections/of-b").is_some());
}

#[test]
fn a_connection_to_which_somebody_else_has_consented_stays_without_traces_of_the_closed_account() {
    let renewed = TokenSet {
        consent_id: "second".into(),
        ..tokens("new", "new")
    };
    // The tokens of the new consent are saved, the connection is not written.
    let world = closing("a", &["a"]);
    connect(&world.host, "x", "a", &renewed);
    world.sweep();
    assert!(world.host.stored("tokens/x").unwrap().contains("new"));
    let connection = world.host.stored("connections/x").unwrap();
    assert!(
        !connection.contains("Ada") && !connection.contains(r#""a""#),
        "{connection}"
    );

    // It is finished, and the old choice is still remembered.
    let world = closing("a", &["a"]);
    let of_b = Connection {
        choice: Some(SiteChoice {
            site: site("acme").into(),
            consent_id: "first".into(),
            account_id: "a".into(),
        }),
        consent_id: "second".into(),
        ..consented_by("b")
    };
    world.host.connect("x", &renewed);
    world.host.set_record("connections/x", &of_b);
    world.sweep();
    let connection = world.host.stored("connections/x").unwrap();
    assert!(connection.contains(r#""account_id":"b""#) && !connection.contains(r#""a""#));
    assert!(world.host.stored("tokens/x").is_some());
}

#[test]
fn a_consent_or_a_rotation_in_the_middle_of_an_erasure_is_seen() {
    let world = closing("a", &["a"]);
    connect(&world.host, "x", "a", &tokens("t1", "r1"));
    world.host.meanwhile("delete tokens/x", |host| {
        host.set_record("tokens/x", &tokens("t2", "r2"));
    });
    world.sweep();
    assert_eq!(
        world.host.stored("tokens/x"),
        None,
        "rotated, but of the same consent"
    );

    let world = closing("a", &["a"]);
    connect(&world.host, "x", "a", &tokens("t1", "r1"));
    world.host.meanwhile("delete tokens/x", |host| {
        let renewed = TokenSet {
            consent_id: "second".into(),
            ..tokens("t2", "r2")
        };
        host.set_record("tokens/x", &renewed);
    });
    world.sweep();
    assert!(world.host.stored("tokens/x").unwrap().contains("t2"));
    assert!(world.host.stored("connections/x").is_some());
}

#[test]
fn of_an_updated_account_the_caches_are_erased_and_the_pack_configurations_stay() {
    let world = World::with(&["a"]);
    world.keep_data("a");
    world.change("a", NOW);
    let report = world.sweep();
    let [pack, other, options, user] = data_keys("a");
    assert!(world.host.stored(&pack).is_some() && world.host.stored(&other).is_some());
    assert!(world.host.stored(&options).is_none() && world.host.stored(&user).is_none());
    let entry = world.entry("a").unwrap();
    assert!(entry.retrieve_again);
    assert_eq!(entry.retrieved_at, Some(RETRIEVED));
    let erased = &report.actions.actions[0].1.erased;
    assert_eq!(
        (
            erased.action_options,
            erased.user_data,
            erased.pack_configurations
        ),
        (1, 1, 0)
    );

    world.enter(&["a"], NOW);
    assert!(
        !world.entry("a").unwrap().retrieve_again,
        "it was retrieved again"
    );
    world.host.advance(7 * DAY_MS);
    assert_eq!(world.sweep().counts.updated, 0);
}

#[test]
fn an_account_that_was_retrieved_again_while_it_was_reported_keeps_everything() {
    for effect in [REPORT, "put erasures/a", "put accounts/a"] {
        let world = World::with(&["a"]);
        world.keep_data("a");
        world.change("a", UnixMs(NOW.0 - 10));
        world.host.meanwhile(effect, |host| {
            let renewed = Registered {
                retrieved_at: Some(NOW),
                ..Registered::new(NOW)
            };
            host.set_record("accounts/a", &renewed);
        });
        let report = world.sweep();
        assert!(report.actions.actions.is_empty(), "{effect}");
        assert_eq!(
            (report.counts.reported, report.counts.updated),
            (1, 0),
            "{effect}"
        );
        let entry = world.entry("a").unwrap();
        assert_eq!(
            (entry.retrieved_at, entry.reported_at),
            (Some(NOW), Some(NOW)),
            "{effect}"
        );
        assert!(!entry.retrieve_again);
        for key in data_keys("a") {
            assert!(world.host.stored(&key).is_some(), "{effect} {key}");
        }
        assert_eq!(world.host.stored("erasures/a"), None);
    }
}

#[test]
fn the_connection_that_reports_may_be_the_one_that_is_erased() {
    let world = World::with_many(200);
    connect(&world.host, "main", "a00000", &may_report("a1"));
    world.host.connect("second", &may_report("a1"));
    world
        .host
        .set_record("connections/second", &Connection::default());
    world.tell(|atlassian| atlassian.closed.push("a00000".into()));
    let report = world.sweep();
    assert_eq!(report.counts.reported, 200);
    assert_eq!(report.actions.actions[0].1.erased.connections, ["main"]);
}

#[test]
fn an_erasure_that_fails_is_named_is_due_in_an_hour_and_is_finished_by_the_next_sweep() {
    let world = closing("a", &["a", "b"]);
    world.keep_data("a");
    let broken = StoreError::Other("broken".into());
    world.host.fail_put("actions/a", broken);
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete));
    assert_eq!(report.failed[0].accounts[0].as_str(), "a");
    assert_eq!((report.counts.reported, report.counts.closed), (2, 0));
    assert_eq!(report.next_due, Some(NOW.plus(3_600_000)));
    assert!(world.host.stored("erasures/a").is_some());

    let report = world.sweep();
    assert_eq!((report.counts.resumed, report.counts.closed), (1, 1));
    assert_eq!(report.counts.due, 0, "nobody is reported again for it");
    assert_eq!(report.next_due, Some(NOW.plus(7 * DAY_MS)));
    assert_eq!(report.actions.actions.len(), 1);
    assert_eq!(world.host.stored("erasures/a"), None);
}

#[test]
fn an_erasure_that_fails_is_due_in_an_hour_also_where_there_is_more_to_report() {
    let world = World::with_many(91);
    world.tell(|atlassian| atlassian.closed.push("a00000".into()));
    let broken = StoreError::Other("broken".into());
    world.host.fail_put("actions/a00000", broken);
    let report = world.sweep_with(SweepOptions {
        max_batches: Some(1),
        ..SweepOptions::default()
    });
    assert!(matches!(report.end, End::More(_)), "{report:?}");
    assert_eq!(report.next_due, Some(NOW.plus(3_600_000)));
}

#[test]
fn an_erasure_that_cannot_be_read_is_named_each_time_and_keeps_nobody_from_being_reported() {
    let world = World::with(&["a", "b"]);
    world.host.set("erasures/a", b"?");
    for _ in 0..2 {
        let report = world.sweep();
        assert_eq!(report.failed[0].accounts[0].as_str(), "a");
        assert!(report.next_due.unwrap() <= NOW.plus(DAY_MS + 3_600_000));
        world.host.advance(DAY_MS);
    }
    assert_eq!(world.reported_ids(), ["a", "b"]);
}

#[test]
fn an_action_that_is_damaged_is_written_over() {
    let world = closing("a", &["a"]);
    world.keep_data("a");
    world.host.set("actions/a", b"{");
    let report = world.sweep();
    assert_eq!(report.counts.closed, 1);
    assert_eq!(report.actions.actions.len(), 1);
    assert!(world.entry("a").is_none());
}
