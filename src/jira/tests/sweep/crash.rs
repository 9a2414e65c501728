//! A sweep that is stopped after every single effect in turn.

use std::collections::BTreeSet;

use super::model::{RETRIEVED, World, data_keys};
use crate::jira::{
    connection::{Account, Connection},
    instant::{DAY_MS, UnixMs},
    sweep::{
        SweepOutcome, SweepStep,
        enter::HeldAccount,
        gdpr_sweep,
        options::SweepOptions,
        register::Registered,
        report::{End, SweepReport},
    },
    tests::fake::{NOW, connection, tokens},
};

const ACCOUNTS: usize = 200;
const CLOSED: [&str; 3] = ["a00003", "a00100", "a00199"];
const UPDATED: [&str; 2] = ["a00004", "a00150"];

fn world() -> World {
    let world = World::with_many(ACCOUNTS);
    for id in CLOSED
        .iter()
        .chain(&UPDATED)
        .chain(&["a00000", "a00042", "a0000", "a00199x"])
    {
        world.keep_data(id);
    }
    for (name, id) in [
        ("of-closed", "a00003"),
        ("of-updated", "a00004"),
        ("of-other", "a00042"),
    ] {
        world.host.connect(name, &tokens("t", "r"));
        let account = Account {
            account_id: id.into(),
            name: Some("Ada".into()),
            retrieved_at: RETRIEVED,
        };
        let own = Connection {
            account: Some(account),
            choice: None,
            ..connection()
        };
        world.host.set_record(&format!("connections/{name}"), &own);
        let entry = world.entry(id).unwrap().with_own(name, RETRIEVED);
        world.host.set_record(&format!("accounts/{id}"), &entry);
    }
    world.host.set("consents/of-closed/01010101", b"{}");
    world.tell(|atlassian| {
        atlassian.closed = CLOSED.map(String::from).to_vec();
        let changed = UPDATED.map(|id| (id.into(), UnixMs(NOW.0 - DAY_MS)));
        atlassian.changed = changed.into();
    });
    world.host.effects();
    world
}

/// The own account of `of-updated` is read anew.
fn expect_me(world: &World) {
    world.serve_me("t", r#"{"account_id":"a00004","name":"Ada L."}"#);
}

fn options() -> SweepOptions {
    SweepOptions {
        in_flight: Some(2),
        ..SweepOptions::default()
    }
}

fn sweep(world: &World) -> SweepReport {
    world.sweep_with(options())
}

/// Exactly the data of the closed accounts is gone, and of the updated ones what
/// is fetched anew; everything else is there.
fn assert_settled(world: &World, context: &str) {
    let keys: BTreeSet<String> = world.host.keys().into_iter().collect();
    for id in CLOSED {
        let key = format!("accounts/{id}");
        let left: Vec<_> = data_keys(id).into_iter().chain([key]).collect();
        assert!(
            left.iter().all(|key| !keys.contains(key)),
            "{context}: {left:?}"
        );
    }
    for id in UPDATED {
        let [pack, other, options, user] = data_keys(id);
        assert!(
            keys.contains(&pack) && keys.contains(&other),
            "{context}: {id}"
        );
        assert!(
            !keys.contains(&options) && !keys.contains(&user),
            "{context}: {id}"
        );
        assert!(world.entry(id).unwrap().retrieve_again, "{context}: {id}");
    }
    for id in ["a00000", "a00042", "a0000", "a00199x"] {
        assert!(
            data_keys(id).iter().all(|key| keys.contains(key)),
            "{context}: {id}"
        );
    }
    assert!(
        !keys.iter().any(|key| key.contains("/of-closed")),
        "{context}"
    );
    for name in ["of-updated", "of-other", "main"] {
        assert!(keys.contains(&format!("connections/{name}")), "{context}");
        assert!(keys.contains(&format!("tokens/{name}")), "{context}");
    }
    let connection = world.host.stored("connections/of-updated").unwrap();
    assert!(connection.contains("Ada L."), "{context}: {connection}");
    assert!(
        !keys.iter().any(|key| key.starts_with("erasures/")),
        "{context}"
    );
    let registered = keys
        .iter()
        .filter(|key| key.starts_with("accounts/"))
        .count();
    assert_eq!(registered, ACCOUNTS - CLOSED.len(), "{context}");
}

/// The host hears of every account that something was done about.
fn assert_told(report: &SweepReport, context: &str) {
    let told: Vec<_> = report
        .actions
        .actions
        .iter()
        .map(|(id, _)| id.as_str())
        .collect();
    let mut expected: Vec<_> = CLOSED.into_iter().chain(UPDATED).collect();
    expected.sort_unstable();
    assert_eq!(told, expected, "{context}");
}

#[test]
fn a_sweep_that_is_stopped_after_any_effect_is_finished_by_the_next_one() {
    let mut stops = 0;
    for effects in 0.. {
        let world = world();
        expect_me(&world);
        let ended = world.host.run_until_crash(
            effects,
            gdpr_sweep(&world.host, SweepStep::Sweep(options())),
        );
        let context = format!("stopped after {effects} effects");
        let log = world.host.effects();
        let at_crash = world.atlassian().reported.clone();
        let saved: BTreeSet<String> = at_crash
            .keys()
            .filter(|id| {
                world
                    .entry(id)
                    .is_none_or(|entry| entry.reported_at.is_some())
            })
            .cloned()
            .collect();
        if let Some(outcome) = ended {
            let SweepOutcome::Swept(report) = outcome.unwrap() else {
                panic!("{context}")
            };
            assert_told(&report, &context);
            assert_settled(&world, &context);
            break;
        }
        stops += 1;

        world.host.advance(135_001);
        let report = sweep(&world);
        assert!(
            matches!(report.end, End::Complete),
            "{context}: {:?}",
            report.end
        );
        assert!(report.failed.is_empty(), "{context}: {:?}", report.failed);
        assert_settled(&world, &context);
        assert_told(&report, &context);
        // Only what had no outcome saved is repeated: what was on its way.
        let twice = world.atlassian().reported.clone();
        let repeated = twice.iter().filter(|(_, times)| times.len() > 1);
        let repeated: Vec<_> = repeated.map(|(id, _)| id).collect();
        assert!(repeated.len() <= 2 * 90, "{context}: {}", repeated.len());
        for id in repeated {
            assert!(!saved.contains(id), "{context}: {id} was saved\n{log:#?}");
        }
        assert_eq!(twice.len(), ACCOUNTS, "{context}");

        let quiet = sweep(&world);
        assert_eq!(quiet.counts.due, 0, "{context}");
        assert_told(&quiet, &context);
    }
    println!("stops: {stops}");
    assert!(stops > 300, "{stops}");
}

#[test]
fn an_action_that_was_noted_before_the_crash_keeps_what_it_says() {
    let mut noted = 0;
    for effects in 0..600 {
        let world = world();
        expect_me(&world);
        let sweep_step = SweepStep::Sweep(options());
        let ended = world
            .host
            .run_until_crash(effects, gdpr_sweep(&world.host, sweep_step));
        let actions = |world: &World| -> Vec<(String, String)> {
            let keys = world.host.keys().into_iter();
            keys.filter(|key| key.starts_with("actions/"))
                .map(|key| (key.clone(), world.host.stored(&key).unwrap()))
                .collect()
        };
        let before = actions(&world);
        if before.is_empty() {
            continue;
        }
        noted += 1;
        world.host.advance(135_001);
        sweep(&world);
        let after = actions(&world);
        assert!(
            before.iter().all(|action| after.contains(action)),
            "after {effects} effects: {before:?} became {after:?}"
        );
        if ended.is_some() {
            break;
        }
    }
    assert!(noted > 20, "{noted}");
}

#[test]
fn a_sweep_that_is_stopped_again_and_again_comes_to_its_end() {
    for step in 3..40 {
        let world = world();
        expect_me(&world);
        let mut effects = step;
        let report = loop {
            let sweep = gdpr_sweep(&world.host, SweepStep::Sweep(options()));
            if let Some(outcome) = world.host.run_until_crash(effects, sweep) {
                match outcome.unwrap() {
                    SweepOutcome::Swept(report) => break report,
                    other => panic!("{other:?}"),
                }
            }
            effects += step;
            world.host.advance(135_001);
        };
        assert_settled(&world, &format!("every {step} effects"));
        assert_told(&report, &format!("every {step} effects"));
    }
}

#[test]
fn of_two_sweeps_at_once_one_works_and_the_other_says_until_when() {
    let world = world();
    expect_me(&world);
    let sweeps = || gdpr_sweep(&world.host, SweepStep::Sweep(options()));
    let outcomes = world.host.run_all(vec![sweeps(), sweeps()]);
    let busy: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| match outcome.as_ref().unwrap() {
            SweepOutcome::Busy(until) => Some(*until),
            _ => None,
        })
        .collect();
    // Two minutes, and a margin for clocks that differ.
    assert_eq!(busy, [NOW.plus(135_000)]);
    assert!(
        world
            .atlassian()
            .reported
            .values()
            .all(|times| times.len() == 1)
    );
    assert_settled(&world, "two at once");
}

#[test]
fn a_sweep_that_lost_its_lease_stops_and_the_other_one_goes_on() {
    let world = World::with_many(2_000);
    let other = r#"{"format":1,"value":{"owner":"other","expires_at":1790697999999}}"#;
    world.host.meanwhile("put leases/gdpr/sweep", move |host| {
        // The first put is ours; what comes now is a renewal.
        host.meanwhile("put leases/gdpr/sweep", move |host| {
            host.set("leases/gdpr/sweep", other.as_bytes());
        });
    });
    world
        .host
        .meanwhile(super::model::REPORT, |host| host.advance(60_000));
    let report = world.sweep();
    assert!(matches!(report.end, End::TakenOver), "{:?}", report.end);
    assert_eq!(world.host.stored("leases/gdpr/sweep").unwrap(), other);
    assert!(report.counts.reported <= 16 * 90);
}

#[test]
fn an_older_acknowledgement_does_not_swallow_a_newer_action() {
    let world = World::with(&["a"]);
    world.change("a", NOW);
    let first = world.sweep();
    world.host.advance(8 * DAY_MS);
    let second = world.sweep();
    let id = |report: &SweepReport| {
        let (account, action) = &report.actions.actions[0];
        action.id(account)
    };
    assert_ne!(id(&first), id(&second));
    let acknowledge = |id: String| match world.step(SweepStep::Acknowledge(vec![id])).unwrap() {
        SweepOutcome::Acknowledged(count) => count,
        other => panic!("{other:?}"),
    };
    assert_eq!(acknowledge(id(&first)), 0);
    assert_eq!(world.sweep().actions.actions.len(), 1);
    assert_eq!(acknowledge(id(&second)), 1);
    assert_eq!(acknowledge(id(&second)), 0);
    assert!(world.sweep().actions.actions.is_empty());
}

#[test]
fn accounts_that_come_and_go_during_a_sweep_do_it_no_harm() {
    let world = World::with_many(500);
    world.host.meanwhile(super::model::REPORT, |host| {
        host.remove("accounts/a00010");
        host.remove("accounts/a00450");
        let held = HeldAccount {
            account_id: "new".into(),
            retrieved_at: NOW,
            cloud_ids: vec![],
            may_be_older: false,
        };
        let entry = Registered {
            retrieved_at: Some(held.retrieved_at),
            ..Registered::new(NOW)
        };
        host.set_record("accounts/new", &entry);
    });
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete));
    assert!(
        world.entry("a00010").is_none(),
        "what is gone does not come back"
    );
    assert!(report.next_due.unwrap() <= NOW.plus(7 * DAY_MS));
}
