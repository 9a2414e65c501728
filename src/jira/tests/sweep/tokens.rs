use super::model::{RETRIEVED, World, may_report};
use crate::jira::{
    connection::Connection,
    error::{Action, Kind},
    sweep::{options::SweepOptions, report::End},
    tests::{
        fake::{FakeHost, NOW, tokens},
        oauth::TOKEN,
    },
    token::TokenSet,
};

const PAIR: &str = r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600,"scope":"report:personal-data"}"#;

fn connect(host: &FakeHost, name: &str, tokens: &TokenSet) {
    host.connect(name, tokens);
    host.set_record(&format!("connections/{name}"), &Connection::default());
}

fn requests(world: &World) -> Vec<String> {
    let effects = world.host.effects();
    let sent = |line: &String| {
        line.contains("report-accounts")
            .then(|| line[line.len() - 2..].into())
    };
    effects.iter().filter_map(sent).collect()
}

#[track_caller]
fn assert_stopped(report: &crate::jira::sweep::report::SweepReport, kind: &str) -> String {
    let End::Stopped(stop) = &report.end else {
        panic!("{report:?}")
    };
    assert_eq!(format!("{:?}", stop.error.kind()), kind);
    stop.error.to_string()
}

#[test]
fn a_token_that_is_refused_is_renewed_once() {
    let world = World::with(&["a"]);
    world.answers_next(401, &[], "");
    world.host.expect(TOKEN, 200, PAIR);
    let report = world.sweep();
    assert_eq!(report.counts.reported, 1);
    assert_eq!(requests(&world), ["a1", "a2"]);
}

#[test]
fn a_fresh_token_that_is_refused_is_followed_by_that_of_the_next_connection() {
    let world = World::with(&["a"]);
    connect(&world.host, "next", &may_report("n1"));
    connect(&world.host, "before", &tokens("b1", "no scope"));
    world.answers_next(401, &[], "");
    world.answers_next(401, &[], "");
    world.host.expect(TOKEN, 200, PAIR);
    assert_eq!(world.sweep().counts.reported, 1);
    assert_eq!(requests(&world), ["a1", "a2", "n1"]);
}

#[test]
fn a_grant_that_is_dead_is_followed_by_the_next_connection() {
    let world = World::with(&["a"]);
    connect(&world.host, "next", &may_report("n1"));
    let expired = TokenSet {
        expires_at: NOW,
        ..may_report("a1")
    };
    world.host.set_record("tokens/main", &expired);
    world
        .host
        .expect(TOKEN, 403, r#"{"error":"invalid_grant"}"#);
    assert_eq!(world.sweep().counts.reported, 1);
    assert_eq!(requests(&world), ["n1"]);
}

#[test]
fn a_403_names_the_scope_and_what_to_do_after_the_next_connection_was_tried() {
    let world = World::with(&["a"]);
    world.answers_next(403, &[("atl-traceid", "t3")], "");
    let report = world.sweep();
    let message = assert_stopped(&report, r#"Configuration("scope")"#);
    assert!(message.contains("report:personal-data") && message.contains("developer console"));
    assert_eq!(report.counts.failed, 0, "they stay due");

    let world = World::with(&["a"]);
    connect(&world.host, "next", &may_report("n1"));
    world.answers_next(403, &[], "");
    assert_eq!(world.sweep().counts.reported, 1);
    assert_eq!(requests(&world), ["a1", "n1"]);
}

#[test]
fn a_gateway_that_says_that_the_scope_is_missing_burns_no_rotation() {
    let world = World::with(&["a"]);
    world.answers_next(
        401,
        &[],
        r#"{"code":401,"message":"Unauthorized; scope does not match"}"#,
    );
    assert_stopped(&world.sweep(), r#"Configuration("scope")"#);
    assert_eq!(requests(&world), ["a1"]);
}

#[test]
fn several_batches_whose_token_was_refused_are_one_renewal() {
    let world = World::with_many(700);
    for _ in 0..8 {
        world.answers_next(401, &[], "");
    }
    world.host.expect(TOKEN, 200, PAIR);
    let report = world.sweep();
    assert_eq!(report.counts.reported, 700);
    assert!(
        world
            .atlassian()
            .reported
            .values()
            .all(|times| times.len() == 1)
    );
}

#[test]
fn the_named_connection_is_the_only_one() {
    let world = World::with(&["a"]);
    connect(&world.host, "next", &may_report("n1"));
    let named = |name: &str| SweepOptions {
        connection: Some(name.into()),
        ..SweepOptions::default()
    };
    world.answers_next(403, &[], "");
    assert_stopped(
        &world.sweep_with(named("main")),
        r#"Configuration("scope")"#,
    );
    assert_stopped(
        &world.sweep_with(named("nobody")),
        r#"ReauthorizationRequired("not-connected")"#,
    );
    assert_eq!(world.sweep_with(named("next")).counts.reported, 1);
    assert_eq!(requests(&world), ["a1", "n1"]);
}

#[test]
fn without_a_connection_that_may_report_it_is_said_what_is_missing() {
    let world = World::with(&["a"]);
    world
        .host
        .set_record("tokens/main", &tokens("b1", "no scope"));
    assert_stopped(&world.sweep(), r#"Configuration("scope")"#);
    world.host.remove("tokens/main");
    world.host.remove("connections/main");
    assert_stopped(
        &world.sweep(),
        r#"ReauthorizationRequired("not-connected")"#,
    );
    assert!(requests(&world).is_empty());
}

#[test]
fn where_nothing_is_due_no_token_is_needed() {
    let world = World::new();
    world.host.remove("tokens/main");
    assert!(matches!(world.sweep().end, End::Complete));
}

#[test]
fn an_app_without_the_reporting_api_cannot_sweep() {
    let world = World::with(&["a"]);
    let app = crate::jira::tests::fake::APP.replace('}', r#","report_personal_data":false}"#);
    world.host.set("app", app.as_bytes());
    let step = crate::jira::sweep::SweepStep::Sweep(SweepOptions::default());
    let error = world.step(step).unwrap_err();
    assert!(matches!(error.kind(), Kind::Configuration("app")));
    assert_eq!(error.action(), Action::FixConfiguration);
    assert_eq!(world.entry("a").unwrap().retrieved_at, Some(RETRIEVED));
}

#[test]
fn an_app_that_may_not_report_goes_before_a_connection_that_is_dead() {
    let world = World::with(&["a"]);
    let dead = TokenSet {
        refused: Some("invalid_grant".into()),
        expires_at: NOW,
        ..may_report("d1")
    };
    connect(&world.host, "dead", &dead);
    world.answers_next(403, &[], "");
    let why = assert_stopped(&world.sweep(), "Configuration(\"scope\")");
    assert!(why.contains("personal data reporting API"), "{why}");
}
