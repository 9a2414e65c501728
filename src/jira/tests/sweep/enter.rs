use super::model::{RETRIEVED, World, held};
use crate::jira::{
    error::Kind,
    host::StoreError,
    instant::{DAY_MS, UnixMs},
    sweep::{
        SweepOutcome, SweepStep,
        enter::{HeldAccount, Refusal},
        register::Registered,
    },
    tests::fake::NOW,
};

fn entered(world: &World, accounts: Vec<HeldAccount>) -> crate::jira::sweep::enter::Entered {
    match world.step(SweepStep::Enter(accounts)).unwrap() {
        SweepOutcome::Entered(entered) => entered,
        other => panic!("{other:?}"),
    }
}

fn forget(world: &World, id: &str) -> (u32, u32, Option<Refusal>) {
    match world.step(SweepStep::Forget(vec![id.into()])).unwrap() {
        SweepOutcome::Forgotten(forgotten) => (
            forgotten.removed,
            forgotten.kept,
            forgotten.refused.first().map(|refused| refused.reason),
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_account_is_entered_once_and_its_time_moves_on() {
    let world = World::new();
    assert_eq!(world.enter(&["a", "712020%3Ab"], RETRIEVED).added, 2);
    let later = RETRIEVED.plus(DAY_MS);
    let again = world.enter(&["a", "712020:b"], later);
    assert_eq!((again.added, again.renewed), (0, 2));
    let entry = world.entry("712020:b").unwrap();
    assert_eq!(entry.retrieved_at, Some(later));
    assert_eq!(entry.entered_at, NOW);
    assert!(world.host.stored("accounts/712020=3Ab").is_some());
}

#[test]
fn what_cannot_be_entered_is_named_with_its_place_and_the_rest_is_entered() {
    let world = World::new();
    let account = |id: &str, at| held(id, at);
    let with_site = |site: String| HeldAccount {
        cloud_ids: vec![site],
        ..held("e", RETRIEVED)
    };
    let accounts = vec![
        account("unknown", RETRIEVED),
        account("ok1", RETRIEVED),
        account("", RETRIEVED),
        account("a/b", RETRIEVED),
        account("c", NOW.plus(301_000)),
        account("d", UnixMs(NOW.0 / 1_000)),
        with_site("a b".into()),
        with_site("x".repeat(65)),
        account("ok2", NOW),
    ];
    let entered = entered(&world, accounts);
    assert_eq!(entered.added, 2);
    let refused: Vec<_> = entered
        .refused
        .iter()
        .map(|r| (r.index, r.reason))
        .collect();
    assert_eq!(
        refused,
        [
            (0, Refusal::AccountId),
            (2, Refusal::AccountId),
            (3, Refusal::AccountId),
            (4, Refusal::RetrievedAt),
            (5, Refusal::RetrievedAt),
            (6, Refusal::CloudIds),
            (7, Refusal::CloudIds),
        ]
    );
    assert!(world.entry("ok2").is_some());
}

#[test]
fn a_time_does_not_go_back_unless_it_may() {
    let world = World::with(&["a"]);
    let older = UnixMs(RETRIEVED.0 - 1);
    let refused = world.enter(&["a"], older).refused;
    assert_eq!(refused[0].reason, Refusal::Older);
    assert_eq!(world.entry("a").unwrap().retrieved_at, Some(RETRIEVED));
    let restored = HeldAccount {
        may_be_older: true,
        ..held("a", older)
    };
    assert_eq!(entered(&world, vec![restored]).renewed, 1);
    assert_eq!(world.entry("a").unwrap().retrieved_at, Some(older));
}

#[test]
fn sites_are_added_up_to_a_hundred() {
    let world = World::new();
    let on = |from: usize, to: usize| HeldAccount {
        cloud_ids: (from..to).map(|n| format!("site-{n}")).collect(),
        ..held("a", RETRIEVED)
    };
    entered(&world, vec![on(0, 60)]);
    entered(&world, vec![on(50, 100)]);
    assert_eq!(world.entry("a").unwrap().cloud_ids.len(), 100);
    let refused = entered(&world, vec![on(100, 101)]).refused;
    assert_eq!(refused[0].reason, Refusal::CloudIds);
}

#[test]
fn an_account_that_comes_twice_in_a_call_ends_up_with_the_later_time() {
    let world = World::new();
    let later = RETRIEVED.plus(5);
    let entered = entered(&world, vec![held("a", RETRIEVED), held("a", later)]);
    assert_eq!((entered.added, entered.renewed), (1, 1));
    assert_eq!(world.entry("a").unwrap().retrieved_at, Some(later));
}

#[test]
fn a_store_that_fails_for_a_while_is_tried_again_and_nothing_is_entered_twice() {
    let world = World::new();
    for key in ["accounts/a", "accounts/b", "accounts/b"] {
        world
            .host
            .fail_put(key, StoreError::Unavailable("busy".into()));
    }
    let entered = world.enter(&["a", "b", "c"], RETRIEVED);
    assert_eq!(entered.added, 3);
}

#[test]
fn more_than_a_thousand_in_a_call_are_refused_before_anything_is_read() {
    let world = World::new();
    world.host.effects();
    let ids = vec![String::from("a"); 1_001];
    for (step, field) in [
        (SweepStep::Enter(vec![held("a", RETRIEVED); 1_001]), "enter"),
        (SweepStep::Forget(ids.clone()), "forget"),
        (SweepStep::Acknowledge(ids), "acknowledge"),
    ] {
        let error = world.step(step).unwrap_err();
        assert!(
            matches!(error.kind(), Kind::InvalidRequest(f) if *f == field),
            "{error:?}"
        );
    }
    assert_eq!(world.host.reads() + world.host.effects().len(), 0);
}

#[test]
fn an_account_that_is_known_to_be_closed_is_not_entered_until_that_is_acknowledged() {
    let world = World::with(&["a"]);
    world.tell(|atlassian| atlassian.closed.push("a".into()));
    let report = world.sweep();
    let refused = world.enter(&["a"], NOW).refused;
    assert_eq!(refused[0].reason, Refusal::Closed);
    assert!(world.entry("a").is_none());
    let (id, action) = &report.actions.actions[0];
    let outcome = world
        .step(SweepStep::Acknowledge(vec![action.id(id)]))
        .unwrap();
    assert!(matches!(outcome, SweepOutcome::Acknowledged(1)));
    assert_eq!(world.enter(&["a"], NOW).added, 1);
}

#[test]
fn an_account_is_forgotten_only_when_nothing_of_it_is_left_in_the_store() {
    let world = World::with(&["a", "12"]);
    world.host.set("user-data/123/x", b"x");
    assert_eq!(
        forget(&world, "12"),
        (1, 0, None),
        "the data of 123 is not that of 12"
    );
    world.host.set("pack-configurations/a/x", b"x");
    assert_eq!(forget(&world, "a"), (0, 0, Some(Refusal::HasData)));
    assert!(world.entry("a").is_some());
    world.host.remove("pack-configurations/a/x");
    assert_eq!(forget(&world, "a"), (1, 0, None));
    assert_eq!(forget(&world, "a"), (0, 0, None), "it is gone");
    assert!(world.entry("a").is_none());
}

#[test]
fn an_account_with_a_connection_stays_when_the_host_forgets_it() {
    let world = World::new();
    let own = Registered::new(NOW).with_own("main", NOW);
    world.host.set_record("accounts/a", &own);
    world.enter(&["a"], RETRIEVED);
    assert_eq!(world.entry("a").unwrap().oldest(), Some(RETRIEVED));
    assert_eq!(forget(&world, "a"), (0, 1, None));
    assert_eq!(world.entry("a"), Some(own));
}

#[test]
fn an_entry_that_is_damaged_is_named_and_not_overwritten() {
    let world = World::new();
    world.host.set("accounts/a", b"?");
    let refused = world.enter(&["a", "b"], RETRIEVED).refused;
    assert_eq!((refused[0].index, refused[0].reason), (0, Refusal::Damaged));
    assert_eq!(world.host.stored("accounts/a").unwrap(), "?");
    let report = world.sweep();
    assert_eq!(report.counts.reported, 1, "b is reported all the same");
    assert_eq!(report.failed[0].accounts[0].as_str(), "a");
    assert_eq!(report.failed[0].batch, 0);
}
