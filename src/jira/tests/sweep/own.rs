//! What the connector itself keeps of accounts.

use super::{
    erasure::{connect, consented_by},
    model::{REPORT, RETRIEVED, World, data_keys, may_report},
};
use crate::jira::{
    host::StoreError,
    instant::{DAY_MS, UnixMs},
    sweep::{account_id::AccountId, options::SweepOptions, register::Registered},
    tests::fake::NOW,
};

const ME: &str = "GET https://api.atlassian.com/me";

fn with_own_account() -> World {
    let world = World::new();
    connect(&world.host, "main", "a", &may_report("a1"));
    let own = Registered::new(NOW).with_own("main", RETRIEVED);
    world.host.set_record("accounts/a", &own);
    world.change("a", UnixMs(NOW.0 - 1));
    world
}

#[test]
fn the_connectors_own_copy_is_read_anew_and_is_not_updated_for_ever() {
    let world = with_own_account();
    world.host.expect(
        &format!("{ME} a1"),
        200,
        r#"{"account_id":"a","name":"Ada L."}"#,
    );
    assert_eq!(world.sweep().counts.updated, 1);
    assert!(
        world
            .host
            .stored("connections/main")
            .unwrap()
            .contains("Ada L.")
    );
    let entry = world.entry("a").unwrap();
    assert_eq!(entry.oldest(), Some(NOW));
    assert!(!entry.retrieve_again, "the host keeps nothing of it");
    world.host.advance(7 * DAY_MS);
    let report = world.sweep();
    assert_eq!((report.counts.reported, report.counts.updated), (1, 0));
}

#[test]
fn where_the_own_copy_cannot_be_read_anew_the_name_is_erased() {
    let world = with_own_account();
    world.host.expect(&format!("{ME} a1"), 500, "");
    world.sweep();
    let connection = world.host.stored("connections/main").unwrap();
    assert!(!connection.contains("Ada") && connection.contains(r#""account_id":"a""#));
    assert!(world.host.stored("tokens/main").is_some());
}

#[test]
fn a_copy_whose_name_was_erased_makes_nobody_updated_for_ever() {
    let world = with_own_account();
    world.enter(&["a"], UnixMs(NOW.0 - DAY_MS));
    world.host.expect(&format!("{ME} a1"), 500, "");
    assert_eq!(world.sweep().counts.updated, 1);

    world.host.advance(8 * DAY_MS);
    world.enter(&["a"], NOW.plus(DAY_MS));
    world.keep_data("a");
    let report = world.sweep();
    assert_eq!((report.counts.reported, report.counts.updated), (1, 0));
    for key in data_keys("a") {
        assert!(world.host.stored(&key).is_some(), "{key}");
    }
}

#[test]
fn what_the_host_has_retrieved_again_stays_although_the_copy_is_older() {
    let world = with_own_account();
    world.enter(&["a"], UnixMs(NOW.0 - DAY_MS));
    world.host.meanwhile(REPORT, |host| {
        let renewed = Registered {
            retrieved_at: Some(NOW),
            ..Registered::new(NOW).with_own("main", RETRIEVED)
        };
        host.set_record("accounts/a", &renewed);
        for key in data_keys("a") {
            host.set(&key, b"fresh");
        }
    });
    let anew = r#"{"account_id":"a","name":"Ada L."}"#;
    world.host.expect(&format!("{ME} a1"), 200, anew);
    let report = world.sweep();
    assert_eq!((report.counts.reported, report.counts.updated), (1, 0));
    assert!(report.actions.actions.is_empty());
    let entry = world.entry("a").unwrap();
    assert!(!entry.retrieve_again);
    assert_eq!(entry.own[0].retrieved_at, NOW, "it was read anew");
    for key in data_keys("a") {
        assert!(world.host.stored(&key).is_some(), "{key}");
    }
}

#[test]
fn of_a_connection_that_is_gone_or_somebody_elses_nobody_is_reported() {
    let world = World::new();
    connect(&world.host, "taken", "b", &may_report("a1"));
    let own = |connection| Registered::new(NOW).with_own(connection, RETRIEVED);
    world.host.set_record("accounts/gone", &own("gone"));
    world.host.set_record("accounts/other", &own("taken"));
    let held = Registered {
        retrieved_at: Some(RETRIEVED.plus(1_000)),
        ..own("gone")
    };
    world.host.set_record("accounts/held", &held);
    let begun = Registered::new(NOW).with_own("begun", NOW);
    world.host.set_record("accounts/begun", &begun);
    world.host.set("connections/broken", b"{");
    world.host.set_record("accounts/broken", &own("broken"));

    let dry_run = world.sweep_with(SweepOptions {
        dry_run: true,
        ..SweepOptions::default()
    });
    let told: Vec<_> = dry_run.would_report.iter().map(AccountId::as_str).collect();
    assert_eq!(told, ["begun", "broken", "held"], "a sweep enters b itself");
    assert!(world.entry("gone").is_some());

    // With the others, and alone; at the beginning, and of a batch.
    for _ in 0..4 {
        let broken_seal = StoreError::Other("the seal is broken".into());
        world.host.fail_read("connections/broken", broken_seal);
    }
    world.sweep();
    assert_eq!(world.reported_ids(), ["b", "begun", "broken", "held"]);
    assert_eq!(world.atlassian().batches[0][3].1, RETRIEVED.plus(1_000));
    assert!(world.entry("gone").is_none() && world.entry("other").is_none());
    assert_eq!(world.entry("held").unwrap().own, []);
    assert_eq!(world.entry("begun").unwrap().own.len(), 1);
}

#[test]
fn what_the_store_cannot_give_keeps_nobody_from_the_others() {
    let world = World::with(&["a", "b", "c"]);
    world.host.set("actions/a", b"{}");
    let broken_seal = || StoreError::Other("the seal is broken".into());
    // Among others, and alone.
    for key in ["accounts/b", "accounts/b", "actions/a", "actions/a"] {
        world.host.fail_read(key, broken_seal());
    }
    let report = world.sweep();
    assert_eq!(world.reported_ids(), ["a", "c"]);
    assert_eq!(report.failed[0].accounts[0].as_str(), "b");

    for _ in 0..2 {
        world.host.fail_read("accounts/b", broken_seal());
    }
    let entered = world.enter(&["a", "b"], NOW);
    assert_eq!((entered.renewed, entered.refused.len()), (1, 1));
    assert_eq!(entered.refused[0].account_id, "b");
}

#[test]
fn an_own_copy_that_is_somebody_elses_while_it_is_read_anew_leaves_the_register() {
    let world = with_own_account();
    world.host.meanwhile(REPORT, |host| {
        host.set_record("connections/main", &consented_by("b"));
    });
    let somebody_else = r#"{"account_id":"b"}"#;
    world.host.expect(&format!("{ME} a1"), 200, somebody_else);
    world.sweep();
    assert!(world.entry("a").is_none());
    let connection = world.host.stored("connections/main").unwrap();
    assert!(connection.contains("Ada"));
}
