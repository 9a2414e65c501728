//! What stays, and what it costs.

use std::fs;

use jira_host::secrets::{Change, Expect, PutOutcome, SecretStore};

use crate::any_place::AnyPlace;
use crate::place::Place;
use crate::rules::{all_keys, stored, value};

on_every_store! {
    what_was_stored_is_there_when_it_is_opened_again,
    a_version_is_not_used_again_after_it_was_closed_either,
}

async fn what_was_stored_is_there_when_it_is_opened_again(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
    assert_eq!(
        all_keys(&*store, "").await.0,
        ["app", "tokens/a", "tokens/b"]
    );
    assert_eq!(
        value(&*store, "tokens/a").await.unwrap(),
        b"the tokens of a"
    );
}

async fn a_version_is_not_used_again_after_it_was_closed_either(place: AnyPlace) {
    let store = place.open().await;
    let first = stored(&*store, "app", "one").await;
    store.delete("app", Expect::Any).await.unwrap();
    drop(store);
    assert_ne!(stored(&*place.open().await, "app", "one").await, first);
}

#[tokio::test]
async fn a_call_that_has_begun_is_completed_when_nobody_waits_for_it() {
    let place = Place::new();
    let store = place.open();
    let put = store.put("app", b"kept".to_vec(), Expect::Any);
    // Polled once: it is on its way by then.
    let polled = tokio::select! {
        biased;
        outcome = put => Some(outcome),
        () = std::future::ready(()) => None,
    };
    assert!(polled.is_none_or(|outcome| outcome.is_ok()));
    // Writers take turns, so the next one comes after it.
    stored(&store, "other", "x").await;
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
}

/// The commits in SQLite's log. Each of them waits for the disk once, and that
/// is what a write costs.
fn commits(place: &Place) -> usize {
    const HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    let log = fs::read(place.log()).unwrap();
    let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
    let frames = log[HEADER..].chunks_exact(FRAME_HEADER + page);
    // Only the last frame of a commit has the size of the file.
    frames.filter(|frame| frame[4..8] != [0; 4]).count()
}

#[tokio::test]
async fn many_puts_at_once_wait_for_the_disk_once() {
    let value = || b"a value of some length".to_vec();
    let one_by_one = Place::new();
    let store = one_by_one.open();
    for key in 0..40 {
        let outcome = store
            .put(&format!("k/{key}"), value(), Expect::Absent)
            .await;
        assert!(matches!(outcome, Ok(PutOutcome::Stored(_))));
    }
    assert_eq!(commits(&one_by_one), 40);

    let at_once = Place::new();
    let store = at_once.open();
    let changes = (0..40).map(|key| Change {
        key: format!("k/{key}"),
        value: value(),
        expect: Expect::Absent,
    });
    let outcomes = store.put_many(changes.collect()).await.unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(PutOutcome::Stored(_))))
    );
    assert_eq!(commits(&at_once), 1);
    let size = |place: &Place| fs::metadata(place.log()).unwrap().len();
    assert!(size(&at_once) * 10 < size(&one_by_one));
}

#[tokio::test]
async fn a_change_that_is_stale_costs_no_wait() {
    let place = Place::new();
    let store = place.open();
    stored(&store, "app", "x").await;
    let before = commits(&place);
    let outcome = store.put("app", b"y".to_vec(), Expect::Absent).await;
    assert!(matches!(outcome, Ok(PutOutcome::Stale(Some(_)))));
    assert_eq!(commits(&place), before);
}
