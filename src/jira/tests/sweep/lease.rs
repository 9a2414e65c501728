//! Sweeps that are slow, or come upon what another one has left.

use std::{cell::RefCell, rc::Rc};

use super::model::{REPORT, RETRIEVED, World, may_report};
use crate::jira::{
    connection::{Account, Connection},
    host::{Host, StoreError},
    instant::{DAY_MS, UnixMs},
    sweep::{
        SweepOutcome, SweepStep,
        action::{AccountState, Action, Erased},
        evidence::SweepId,
        options::SweepOptions,
        report::End,
    },
    tests::fake::{NOW, connection, tokens},
    token::TokenSet,
};

const LEASE: &str = "leases/gdpr/sweep";

fn lease_of_another(ends: UnixMs) -> String {
    let ends = ends.0;
    format!(r#"{{"format":1,"value":{{"owner":"other","expires_at":{ends}}}}}"#)
}

#[test]
fn a_sweep_that_lost_its_lease_while_it_read_the_register_reports_nothing() {
    let world = World::with(&["a"]);
    let other = lease_of_another(NOW.plus(300_000));
    world.host.meanwhile("get accounts/*", move |host| {
        host.advance(200_000);
        host.set(LEASE, other.as_bytes());
    });
    let report = world.sweep();
    assert!(matches!(report.end, End::TakenOver), "{:?}", report.end);
    assert!(world.atlassian().batches.is_empty());
}

#[test]
fn a_lease_is_renewed_however_long_the_register_takes_to_read() {
    let world = World::with_many(700);
    world.sweep();
    assert_kept_through(&world, vec!["get accounts/*".into(); 9]);
}

#[test]
fn a_lease_is_renewed_however_much_there_is_to_erase() {
    let world = World::with(&["a"]);
    world.tell(|atlassian| atlassian.closed.push("a".into()));
    let keys: Vec<_> = (0..9).map(|n| format!("user-data/a/{n}")).collect();
    for key in &keys {
        world.host.set(key, b"data");
    }
    let deletes = keys.iter().map(|key| format!("delete {key}"));
    assert_kept_through(&world, deletes.collect());
}

/// Each of these takes 20 seconds.
#[track_caller]
fn assert_kept_through(world: &World, effects: Vec<String>) {
    let count = effects.len();
    let ends = Rc::new(RefCell::new(Vec::new()));
    for effect in effects {
        let ends = ends.clone();
        world.host.meanwhile(&effect, move |host| {
            let lease = host.stored(LEASE).unwrap();
            let rest = lease.split("\"expires_at\":").nth(1).unwrap();
            let until = rest.split([',', '}']).next().unwrap().parse().unwrap();
            ends.borrow_mut().push((UnixMs(until), host.now()));
            host.advance(20_000);
        });
    }
    let report = world.sweep_with(SweepOptions {
        timeout_ms: Some(3_600_000),
        ..SweepOptions::default()
    });
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
    assert_eq!(ends.borrow().len(), count);
    for (until, now) in ends.borrow().iter() {
        assert!(until > now, "{until} {now}");
    }
}

#[test]
fn a_lease_that_ends_at_a_time_that_nobody_would_have_given_is_over_in_two_minutes() {
    let world = World::with(&["a"]);
    let left = lease_of_another(NOW.plus(365 * DAY_MS));
    world.host.set(LEASE, left.as_bytes());
    for _ in 0..2 {
        let step = SweepStep::Sweep(SweepOptions::default());
        let outcome = world.step(step).unwrap();
        assert!(
            matches!(outcome, SweepOutcome::Busy(until) if until == NOW.plus(135_000)),
            "{outcome:?}"
        );
    }
    world.host.advance(135_000);
    assert_eq!(world.sweep().counts.reported, 1);
}

#[test]
fn a_sweep_does_not_wait_for_a_token_beyond_its_time() {
    let world = World::with(&["a"]);
    let expired = TokenSet {
        expires_at: NOW,
        ..may_report("a1")
    };
    world.host.set_record("tokens/main", &expired);
    let held = lease_of_another(NOW.plus(60_000));
    world.host.set("leases/main", held.as_bytes());
    let report = world.sweep_with(SweepOptions {
        timeout_ms: Some(1_000),
        ..SweepOptions::default()
    });
    assert!(report.ended_at <= NOW.plus(1_000), "{report:?}");
    assert!(matches!(report.end, End::More(_)), "{report:?}");
    assert!(world.atlassian().batches.is_empty());
}

#[test]
fn what_failed_is_told_even_where_the_evidence_cannot_be_saved() {
    let world = World::with(&["a"]);
    world.answers_next(500, &[], "");
    let page = format!("reports/{}/000000", NOW.0);
    let broken = StoreError::Other("broken".into());
    world.host.fail_put(&page, broken);
    let report = world.sweep();
    assert!(matches!(report.end, End::Stopped(_)), "{report:?}");
    assert_eq!((report.counts.failed, report.failed.len()), (1, 1));
}

#[test]
fn an_erasure_that_a_sweep_without_its_lease_has_left_does_not_wait_for_a_cycle() {
    let world = World::with(&["a"]);
    let left = Action {
        nonce: "n".into(),
        state: AccountState::Closed,
        answered_at: NOW,
        retrieved_at: Some(NOW),
        sweep: SweepId(NOW),
        batch: 1,
        trace_id: None,
        cloud_ids: vec![],
        erased: Erased::default(),
    };
    world
        .host
        .meanwhile(REPORT, move |host| host.set_record("erasures/b", &left));
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete), "{report:?}");
    assert_eq!(report.next_due, Some(NOW.plus(3_600_000)));
    assert_eq!(world.sweep().counts.resumed, 1);
}

#[test]
fn what_was_answered_is_acted_upon_for_half_a_minute_more_and_then_by_the_next_sweep() {
    let world = World::with(&["a", "b"]);
    for id in ["a", "b"] {
        let name = format!("of-{id}");
        world.host.connect(&name, &tokens("t", "r"));
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
        world.change(id, NOW);
    }
    world.serve_me("t", r#"{"account_id":"a","name":"Ada L."}"#);
    world
        .host
        .meanwhile("GET https://api.atlassian.com/me t", |host| {
            host.advance(40_000)
        });
    let report = world.sweep_with(SweepOptions {
        timeout_ms: Some(1_000),
        ..SweepOptions::default()
    });
    assert_eq!((report.counts.reported, report.counts.updated), (2, 1));
    assert!(world.host.stored("erasures/b").is_some());
    assert!(report.next_due.unwrap() <= NOW.plus(40_000 + 3_600_000));
    assert_eq!(world.sweep().counts.resumed, 1);
    assert_eq!(world.host.stored("erasures/b"), None);
}

#[test]
fn a_sweep_whose_lease_another_one_has_shortened_renews_it_and_goes_on() {
    let world = World::with_many(2_000);
    world.host.meanwhile(REPORT, |host| {
        let lease = host.stored(LEASE).unwrap();
        host.set(LEASE, lease.as_bytes());
        host.advance(60_000);
    });
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
    assert_eq!(report.counts.reported, 2_000);
    assert_eq!(world.host.stored(LEASE), None);
}
