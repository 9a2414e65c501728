//! Sweeps whose store fails once, or has entries that nobody can read.

use super::model::{REPORT, RETRIEVED, World};
use crate::jira::{
    error::{Action, Kind},
    host::StoreError,
    instant::DAY_MS,
    sweep::{
        SweepStep,
        options::SweepOptions,
        report::{End, Stop, SweepReport},
    },
    tests::fake::{FakeHost, NOW},
};

const ACCOUNTS: usize = 400;

fn world() -> World {
    let world = World::with_many(ACCOUNTS);
    world.host.set_page_keys(90);
    world
}

fn away() -> StoreError {
    StoreError::Unavailable("away".into())
}

#[track_caller]
fn stopped(report: &SweepReport) -> &Stop {
    match &report.end {
        End::Stopped(stop) => stop,
        other => panic!("{other:?}"),
    }
}

/// What Atlassian took and the register does not say.
fn unsaved(world: &World) -> Vec<String> {
    let atlassian = world.atlassian();
    let is_unsaved = |id: &&String| world.entry(id).unwrap().reported_at.is_none();
    atlassian
        .reported
        .keys()
        .filter(is_unsaved)
        .cloned()
        .collect()
}

fn reported_more_than_once(world: &World) -> Vec<String> {
    let atlassian = world.atlassian();
    let repeated = atlassian.reported.iter().filter(|(_, at)| at.len() > 1);
    repeated.map(|(id, _)| id.clone()).collect()
}

#[test]
fn what_is_on_its_way_is_saved_where_the_register_cannot_be_read_on() {
    let fails: [fn(&World); 2] = [
        |world| world.host.fail_read("accounts/a00300", away()),
        |world| {
            let fail = |host: &FakeHost| {
                host.fail_read("accounts/*", away());
            };
            world.host.meanwhile(REPORT, fail);
        },
    ];
    for fail in fails {
        let world = world();
        fail(&world);
        let report = world.sweep();
        let stop = stopped(&report);
        assert!(
            matches!(stop.error.kind(), Kind::SecretStore(_)),
            "{stop:?}"
        );
        let taken = world.atlassian().reported.len();
        assert!((1..ACCOUNTS).contains(&taken), "{taken}");
        assert_eq!(report.counts.reported as usize, taken);
        assert_eq!(unsaved(&world), [""; 0]);

        let rest = world.sweep_with(SweepOptions {
            cursor: Some(stop.cursor.clone()),
            ..SweepOptions::default()
        });
        assert!(matches!(rest.end, End::Complete), "{:?}", rest.end);
        assert_eq!(world.atlassian().reported.len(), ACCOUNTS);
        assert_eq!(reported_more_than_once(&world), [""; 0]);
    }
}

#[test]
fn what_is_on_its_way_is_saved_where_one_batch_cannot_be() {
    let world = world();
    let broken = StoreError::Other("broken".into());
    world.host.fail_put("accounts/a00000", broken);
    let report = world.sweep();
    assert_eq!(report.counts.reported, 310);
    assert_eq!(unsaved(&world), ["a00000"]);
    let cursor = stopped(&report).cursor.clone();
    let rest = world.sweep_with(SweepOptions {
        cursor: Some(cursor),
        ..SweepOptions::default()
    });
    assert!(matches!(rest.end, End::Complete), "{:?}", rest.end);
    assert_eq!(reported_more_than_once(&world), ["a00000"]);
}

#[test]
fn an_answer_is_saved_where_the_cycle_that_it_tells_cannot_be() {
    let world = World::with(&["a"]);
    world.tell(|atlassian| atlassian.headers = vec![("cycle-period", "15 Days")]);
    let fail = |host: &FakeHost| host.fail_read("sweep", away());
    world.host.meanwhile(REPORT, fail);
    let report = world.sweep();
    assert_eq!(stopped(&report).error.action(), Action::Retry);
    assert_eq!(unsaved(&world), [""; 0]);
}

#[test]
fn an_unfinished_erasure_does_not_hide_that_an_account_is_overdue() {
    let world = World::with(&["a", "b"]);
    world.tell(|atlassian| atlassian.bad.push("a".into()));
    world.host.set("erasures/c", b"?");
    world.host.advance(8 * DAY_MS);
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
    assert_eq!(report.counts.failed, 1);
    assert_eq!(report.next_due, Some(NOW.plus(7 * DAY_MS)));
}

#[test]
fn erasures_that_fail_at_each_sweep_keep_nobody_from_being_reported_however_many() {
    let spoils: [fn(&World, &str); 2] = [
        |world, id| {
            world.keep_data(id);
            world.host.forbid_deletes(&format!("user-data/{id}/"));
        },
        |world, id| {
            let name = format!("of-{id}");
            world.host.set(&format!("connections/{name}"), b"?");
            let own = world.entry(id).unwrap().with_own(&name, RETRIEVED);
            world.host.set_record(&format!("accounts/{id}"), &own);
        },
    ];
    for spoil in spoils {
        let closed = ["a", "b", "c", "d"];
        let world = World::with(&["a", "b", "c", "d", "e"]);
        for id in closed {
            spoil(&world, id);
        }
        world.tell(|atlassian| atlassian.closed = closed.map(String::from).to_vec());
        for reports in 1..=3 {
            let report = world.sweep();
            assert!(matches!(report.end, End::Complete), "{:?}", report.end);
            assert!(report.failed.len() >= closed.len(), "{:?}", report.failed);
            assert_eq!((report.counts.failed, report.counts.closed), (0, 0));
            assert_eq!(report.next_due, Some(report.ended_at.plus(3_600_000)));
            assert_eq!(world.atlassian().reported["e"].len(), reports);
            world.host.advance(7 * DAY_MS);
        }
    }
}

#[test]
fn erasures_that_take_long_leave_half_of_the_time_to_reports() {
    const STUCK: [&str; 3] = ["a", "b", "c"];
    let world = World::with(&["a", "b", "c", "e"]);
    for id in STUCK {
        world.keep_data(id);
        world.host.forbid_deletes(&format!("user-data/{id}/"));
    }
    world.tell(|atlassian| atlassian.closed = STUCK.map(String::from).to_vec());
    world.sweep();
    world.host.advance(7 * DAY_MS);
    world
        .host
        .meanwhile("get erasures/a", |host| host.advance(6_000));
    let report = world.sweep_with(SweepOptions {
        timeout_ms: Some(10_000),
        ..SweepOptions::default()
    });
    assert_eq!(report.counts.resumed, 1);
    assert_eq!(world.atlassian().reported["e"].len(), 2);
}

#[test]
fn where_the_store_is_away_no_more_is_erased_or_reported_than_was_read() {
    let world = world();
    let closed = (0..ACCOUNTS).map(|n| format!("a{n:05}")).collect();
    world.tell(|atlassian| atlassian.closed = closed);
    world
        .host
        .meanwhile("delete accounts/a00000", FakeHost::lose_store);
    let step = SweepStep::Sweep(SweepOptions {
        in_flight: Some(1),
        ..SweepOptions::default()
    });
    let error = world.step(step).unwrap_err();
    assert!(matches!(error.kind(), Kind::SecretStore(_)), "{error:?}");
    let batches = world.atlassian().batches.len();
    assert!(batches <= 2, "{batches}");
}

#[test]
fn entries_that_cannot_be_read_keep_nobody_from_the_others_however_many() {
    let world = World::with(&["z"]);
    for n in 0..60 {
        world.host.set(&format!("accounts/a{n:05}"), b"?");
    }
    let preview = world.sweep_with(SweepOptions {
        dry_run: true,
        ..SweepOptions::default()
    });
    assert_eq!(preview.failed.len(), 50);
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
    assert_eq!((report.counts.reported, report.failed.len()), (1, 50));
}

#[test]
fn accounts_that_are_refused_keep_nobody_from_the_others_however_many() {
    let world = World::with_many(180);
    let bad = (0..180).step_by(3).map(|n| format!("a{n:05}")).collect();
    world.tell(|atlassian| atlassian.bad = bad);
    let report = world.sweep();
    assert!(matches!(report.end, End::Complete), "{:?}", report.end);
    assert_eq!((report.counts.reported, report.counts.failed), (120, 60));
    assert_eq!(report.failed.len(), 50);
}

#[test]
fn acknowledging_something_that_is_no_action_acknowledges_nothing() {
    let world = World::with(&["a"]);
    world.change("a", NOW);
    let report = world.sweep();
    let (account, action) = &report.actions.actions[0];
    for wrong in ["nonsense", "no account/nonce"] {
        let ids = vec![action.id(account), wrong.into()];
        let error = world.step(SweepStep::Acknowledge(ids)).unwrap_err();
        assert!(matches!(error.kind(), Kind::InvalidRequest("acknowledge")));
        assert!(world.host.stored("actions/a").is_some(), "{wrong}");
    }
}
