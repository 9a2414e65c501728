//! What a status tells of refreshes, and what it costs.

use super::{
    fake::{FakeHost, NOW, tokens},
    oauth::{ONE_SITE, PAIR, authorize, callback, expect_identity, take},
    refresh::{NEW_PAIR, TOKEN, get, myself},
};
use crate::jira::{
    error::{Error, Kind},
    host::StoreError,
    http::TransportError,
    json::{FromJson, Object, ToJson},
    oauth::{OauthOutcome, OauthStep, oauth_exchange},
    refresh::{LastRefresh, RefreshOutcome, RefreshTally},
    store::PATIENT_SAVE_ATTEMPTS,
    token::TokenSet,
};

const HOUR_MS: u64 = 3_600_000;

fn tally(host: &FakeHost) -> RefreshTally {
    let step = OauthStep::Status(Some("main".into()));
    match host.run(oauth_exchange(host, step)).unwrap() {
        OauthOutcome::Status(mut all) => all.remove(0).refreshes,
        other => panic!("{other:?}"),
    }
}

fn refresh(host: &FakeHost) -> Result<OauthOutcome, Error> {
    host.run(oauth_exchange(host, OauthStep::Refresh("main".into())))
}

#[test]
fn rotations_are_counted_with_the_pair_that_they_save() {
    let host = FakeHost::connected("main");
    assert_eq!(tally(&host), RefreshTally::default());
    for rotated in 1..=2 {
        host.advance(HOUR_MS);
        host.expect(TOKEN, 200, NEW_PAIR);
        host.expect(&get("a2"), 200, "{}");
        host.run(myself(&host)).unwrap();
        let last = LastRefresh {
            outcome: RefreshOutcome::Rotated,
            at: NOW.plus(rotated * HOUR_MS),
        };
        let expected = RefreshTally {
            rotated,
            recovered: 0,
            last: Some(last),
        };
        assert_eq!(tally(&host), expected);
        let effects = host.effects();
        let saves = effects.iter().filter(|line| *line == "put tokens/main");
        assert_eq!(saves.count(), 1, "{effects:?}");
    }
}

#[test]
fn a_lost_answer_and_a_lost_save_that_were_mended_are_counted_apart() {
    let host = FakeHost::connected("main");
    host.expect_with(TOKEN, Err(TransportError::Interrupted("cut".into())));
    host.expect(TOKEN, 200, NEW_PAIR);
    refresh(&host).unwrap();
    assert_eq!((tally(&host).rotated, tally(&host).recovered), (0, 1));

    for _ in 0..PATIENT_SAVE_ATTEMPTS {
        host.fail_put("tokens/main", StoreError::Unavailable("full".into()));
    }
    host.expect(TOKEN, 200, NEW_PAIR);
    let error = refresh(&host).unwrap_err();
    assert!(matches!(error.kind(), Kind::SecretStore(_)), "{error:?}");
    assert_eq!(tally(&host).recovered, 1, "what was not saved is not there");
    host.expect(TOKEN, 200, NEW_PAIR);
    refresh(&host).unwrap();
    let mended = tally(&host);
    assert_eq!((mended.rotated, mended.recovered), (0, 2));
    assert_eq!(mended.last.unwrap().outcome, RefreshOutcome::Recovered);
}

#[test]
fn a_refusal_is_the_last_refresh_until_somebody_consents() {
    let host = FakeHost::connected("main");
    host.expect(TOKEN, 200, NEW_PAIR);
    refresh(&host).unwrap();
    host.advance(HOUR_MS);
    host.expect(TOKEN, 403, r#"{"error":"unauthorized_client"}"#);
    host.run(myself(&host)).unwrap_err();
    let refused = tally(&host);
    assert_eq!(refused.rotated, 1);
    let last = LastRefresh {
        outcome: RefreshOutcome::Reauthorize,
        at: NOW.plus(HOUR_MS),
    };
    assert_eq!(refused.last, Some(last));

    let consent = authorize(&host, "main");
    host.expect(TOKEN, 200, PAIR);
    expect_identity(&host, "n1", ONE_SITE, "5b10");
    take(&host, callback("main", &consent.state)).unwrap();
    assert_eq!(tally(&host), RefreshTally::default());
}

#[test]
fn an_entry_without_counts_is_read_and_counted_from_then_on() {
    let host = FakeHost::connected("main");
    let stored = host.stored("tokens/main").unwrap();
    assert!(!stored.contains("refreshes"), "{stored}");
    host.expect(TOKEN, 200, NEW_PAIR);
    refresh(&host).unwrap();
    assert_eq!(tally(&host).rotated, 1);
    assert!(host.stored("tokens/main").unwrap().contains("refreshes"));
}

#[test]
fn a_tally_is_read_as_it_was_written() {
    for outcome in [
        RefreshOutcome::Rotated,
        RefreshOutcome::Recovered,
        RefreshOutcome::Reauthorize,
    ] {
        let pair = TokenSet {
            refreshes: RefreshTally::default().with(outcome, NOW),
            ..tokens("a1", "r1")
        };
        let written = pair.to_json().to_string();
        let read = TokenSet::from_json(&Object::parse(written.as_bytes()).unwrap()).unwrap();
        assert_eq!(read.refreshes, pair.refreshes);
    }
}
