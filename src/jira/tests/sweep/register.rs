use proptest::prelude::*;

use super::{
    erasure::connect,
    model::{RETRIEVED, World, may_report},
};
use crate::jira::{
    instant::{DAY_MS, UnixMs},
    oauth::{OauthOutcome, OauthStep},
    sweep::{
        StatusQuery, SweepOutcome, SweepStep, plan::Start, register::Registered,
        status::ShownAccount,
    },
    tests::{
        fake::{FakeHost, NOW},
        oauth::{
            ONE_SITE, PAIR, RESOURCES, TOKEN, TWO_SITES, authorize, callback, expect_identity, take,
        },
    },
};

fn status(world: &World, query: StatusQuery) -> SweepOutcome {
    world.step(SweepStep::Status(query)).unwrap()
}

fn all_accounts(world: &World) -> Vec<ShownAccount> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        match status(world, StatusQuery::Accounts(cursor.take())) {
            SweepOutcome::Accounts(page) => {
                assert!(page.accounts.len() <= 500);
                all.extend(page.accounts);
                cursor = page.cursor;
            }
            other => panic!("{other:?}"),
        }
        if cursor.is_none() {
            return all;
        }
    }
}

#[test]
fn the_register_is_shown_whole_whatever_the_pages_of_the_store() {
    for page_keys in [1, 333, 500, 501, 2_000] {
        let world = World::with_many(1_200);
        world.host.set_page_keys(page_keys);
        let ids: Vec<_> = all_accounts(&world)
            .into_iter()
            .map(|account| account.id.as_str().to_string())
            .collect();
        let expected: Vec<_> = (0..1_200).map(|n| format!("a{n:05}")).collect();
        assert_eq!(ids, expected, "{page_keys}");
    }
}

#[test]
fn an_account_is_shown_with_when_it_is_due() {
    let world = World::with(&["a"]);
    world.host.advance(DAY_MS);
    let shown = |world: &World| match status(world, StatusQuery::Account("a".into())) {
        SweepOutcome::Account(account) => account.unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        shown(&world).due_at,
        NOW.plus(7 * DAY_MS),
        "from when it was entered"
    );
    world.sweep();
    assert_eq!(
        shown(&world).due_at,
        NOW.plus(8 * DAY_MS),
        "from when it was reported"
    );
    let outcome = status(&world, StatusQuery::Account("b".into()));
    assert!(matches!(outcome, SweepOutcome::Account(None)));
}

#[test]
fn status_writes_and_sends_nothing() {
    let world = World::with(&["a"]);
    world.sweep();
    world.host.effects();
    for query in [
        StatusQuery::Summary,
        StatusQuery::Account("a".into()),
        StatusQuery::Accounts(None),
        StatusQuery::Actions(None),
        StatusQuery::Reports,
        StatusQuery::Evidence(NOW.0.to_string(), 0),
        StatusQuery::Evidence("7".into(), u32::MAX),
    ] {
        status(&world, query);
    }
    assert_eq!(world.host.effects(), [""; 0]);
    for query in [
        StatusQuery::Accounts(Some("x".into())),
        StatusQuery::Actions(Some("a|b".into())),
        StatusQuery::Evidence("x".into(), 0),
        StatusQuery::Account("unknown".into()),
    ] {
        assert!(world.step(SweepStep::Status(query)).is_err());
    }
}

#[test]
fn the_oldest_of_what_is_kept_is_what_is_reported() {
    let world = World::with(&["a"]);
    let entry = world.entry("a").unwrap();
    let older = UnixMs(RETRIEVED.0 - DAY_MS);
    let entry = entry.with_own("x", NOW).with_own("y", older);
    world.host.set_record("accounts/a", &entry);
    connect(&world.host, "y", "a", &may_report("a1"));
    world.sweep();
    assert_eq!(world.atlassian().batches[0][0].1, older);
}

fn entry(host: &FakeHost, id: &str) -> Option<Registered> {
    let key = format!("accounts/{id}");
    let stored = host.run(crate::jira::store::read::<Registered>(host, &key));
    stored.unwrap().map(|stored| stored.value)
}

#[test]
fn the_account_that_consents_is_entered_and_leaves_with_its_last_connection() {
    let host = FakeHost::new();
    for name in ["one", "two"] {
        let consent = authorize(&host, name);
        host.expect(TOKEN, 200, PAIR);
        expect_identity(&host, "n1", ONE_SITE, "5b10");
        if name == "two" {
            let resources = "GET https://api.atlassian.com/oauth/token/accessible-resources n1";
            host.expect(resources, 200, ONE_SITE);
        }
        let outcome = take(&host, callback(name, &consent.state)).unwrap();
        assert!(matches!(outcome, OauthOutcome::Connected(_)));
        host.advance(1_000);
    }
    let own = entry(&host, "5b10").unwrap();
    assert_eq!(own.retrieved_at, None);
    assert_eq!(own.oldest(), Some(NOW));
    assert_eq!(own.own.len(), 2);

    take(&host, OauthStep::Disconnect("one".into())).unwrap();
    assert_eq!(
        entry(&host, "5b10").unwrap().oldest(),
        Some(NOW.plus(1_000))
    );
    host.effects();
    take(&host, OauthStep::Disconnect("two".into())).unwrap();
    assert_eq!(entry(&host, "5b10"), None);
    let effects = host.effects();
    assert_eq!(
        effects[effects.len() - 2..],
        ["delete connections/two", "delete accounts/5b10"],
        "what is still there stays in the register"
    );
}

#[test]
fn a_connection_that_changes_hands_moves_in_the_register_and_keeps_when_it_was_reported() {
    let host = FakeHost::new();
    let connect = |account: &str| {
        let consent = authorize(&host, "main");
        host.expect(TOKEN, 200, PAIR);
        expect_identity(&host, "n1", ONE_SITE, account);
        take(&host, callback("main", &consent.state)).unwrap();
    };
    connect("ada");
    let reported = Registered {
        reported_at: Some(NOW),
        ..entry(&host, "ada").unwrap()
    };
    host.set_record("accounts/ada", &reported);
    host.advance(1_000);
    connect("ada");
    let again = entry(&host, "ada").unwrap();
    assert_eq!((again.reported_at, again.own.len()), (Some(NOW), 1));
    connect("bob");
    assert_eq!(entry(&host, "ada"), None);
    assert!(entry(&host, "bob").is_some());
}

#[test]
fn who_consented_and_chose_no_site_leaves_the_register_too() {
    let host = FakeHost::new();
    for account in ["ada", "bob"] {
        let consent = authorize(&host, "main");
        host.expect(TOKEN, 200, PAIR);
        expect_identity(&host, "n1", TWO_SITES, account);
        let outcome = take(&host, callback("main", &consent.state)).unwrap();
        assert!(matches!(outcome, OauthOutcome::Sites(_)));
    }
    assert_eq!(entry(&host, "ada"), None);
    assert!(entry(&host, "bob").is_some());
}

#[test]
fn a_consent_that_was_cut_short_keeps_nobody_in_the_register_once_it_is_erased() {
    let host = FakeHost::new();
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "ada");
    take(&host, callback("main", &consent.state)).unwrap();
    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    host.expect(&format!("{RESOURCES} n1"), 400, "");
    take(&host, callback("main", &consent.state)).unwrap_err();
    take(&host, OauthStep::Disconnect("main".into())).unwrap();
    assert_eq!(entry(&host, "ada"), None);
}

#[test]
fn a_host_that_keeps_data_of_it_too_keeps_the_account_in_the_register() {
    let world = World::with(&["a"]);
    let both = world.entry("a").unwrap().with_own("x", NOW);
    world.host.set_record("accounts/a", &both);
    let mut connection = crate::jira::tests::fake::connection();
    connection.account.as_mut().unwrap().account_id = "a".into();
    world.host.connect("x", &super::model::may_report("x1"));
    world.host.set_record("connections/x", &connection);
    take(&world.host, OauthStep::Disconnect("x".into())).unwrap();
    let left = world.entry("a").unwrap();
    assert_eq!((left.retrieved_at, left.own.len()), (Some(RETRIEVED), 0));
}

#[test]
fn a_sweep_enters_the_accounts_of_connections_that_are_missing() {
    let world = World::new();
    world.host.connect("old", &super::model::may_report("x1"));
    let report = world.sweep();
    assert_eq!(report.counts.reported, 1);
    assert_eq!(world.entry("5b10").unwrap().own[0].connection, "old");
    world.host.effects();
    world.sweep();
    let effects = world.host.effects();
    assert!(
        !effects.contains(&"put accounts/5b10".into()),
        "it is there"
    );
}

proptest! {
    #[test]
    fn cursors_of_callers_are_read_or_refused(cursor in "(1|2|)?[.]?[0-9]{0,25}[.]?[0-9]{0,25}[.]?.{0,20}") {
        let _ = Start::parse(&cursor);
    }

    #[test]
    fn cycle_periods_are_bounded_or_nothing(header in "[Pp]?[0-9]{0,22} ?[A-Za-z0-9]{0,6}") {
        let cycle = crate::jira::sweep::cycle::parse(&header);
        prop_assert!(cycle.is_none_or(|ms| (DAY_MS..=60 * DAY_MS).contains(&ms)));
    }
}
