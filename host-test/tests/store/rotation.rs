//! Changing the key.

use std::fs;

use jira_host::secrets::{Expect, MasterKey, SealedStoreError, StoreError};

use crate::any_place::AnyPlace;
use crate::processes::Worker;
use crate::rules::{stored, value};

on_every_store! {
    everything_is_there_under_the_new_key_with_its_version,
    the_key_before_opens_nothing_and_what_it_sealed_is_gone,
    whoever_has_the_store_open_by_its_key_file_goes_on,
    with_a_key_of_its_own_the_others_must_be_started_anew,
    a_crash_before_the_store_was_changed_leaves_the_key_as_it_was,
    a_crash_after_the_store_was_changed_is_made_good_by_the_next_open,
    a_damaged_entry_keeps_the_key_from_being_changed,
    a_process_killed_while_it_changes_the_key_loses_nothing,
}

fn new_key() -> MasterKey {
    MasterKey::generate().unwrap()
}

async fn everything_is_there_under_the_new_key_with_its_version(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
    let (entry, key) = (
        store.get("tokens/a").await.unwrap(),
        fs::read(place.key()).unwrap(),
    );
    assert_eq!(store.rotate_key(new_key()).await.unwrap(), 3);
    assert_eq!(store.get("tokens/a").await.unwrap(), entry);
    drop(store);
    assert_ne!(fs::read(place.key()).unwrap(), key);
    assert!(!place.next_key().exists());
    let store = place.open().await;
    assert_eq!(store.get("tokens/a").await.unwrap(), entry);
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
}

async fn the_key_before_opens_nothing_and_what_it_sealed_is_gone(place: AnyPlace) {
    let place = place.with_entries().await;
    let sealed = place.field("app");
    assert!(place.contains(&sealed));
    let before = MasterKey::load_or_create(place.key()).unwrap();
    let store = place.open().await;
    store.rotate_key(new_key()).await.unwrap();
    place.wait_for_the_log();
    assert!(!place.contains(&sealed), "while it is open");
    let error = place.try_open_with(before).await.unwrap_err();
    assert!(matches!(error, SealedStoreError::WrongKey(_)), "{error:?}");
}

async fn whoever_has_the_store_open_by_its_key_file_goes_on(place: AnyPlace) {
    let place = place.with_entries().await;
    let (one, other) = (place.open().await, place.open().await);
    for round in 0..3 {
        stored(&*other, "tokens/a", &format!("round {round}")).await;
        one.rotate_key(new_key()).await.unwrap();
        assert_eq!(value(&*other, "app").await.unwrap(), b"the client secret");
        stored(&*other, "tokens/b", &format!("round {round}")).await;
        other.rotate_key(new_key()).await.unwrap();
        assert_eq!(
            value(&*one, "tokens/b").await.unwrap(),
            format!("round {round}").as_bytes()
        );
    }
    assert_eq!(one.check().await.unwrap().problems, Vec::<String>::new());
}

async fn with_a_key_of_its_own_the_others_must_be_started_anew(place: AnyPlace) {
    let open = |byte| place.try_open_with(MasterKey::from_bytes([byte; 32]));
    let (one, other) = (open(1).await.unwrap(), open(1).await.unwrap());
    stored(&*one, "app", "x").await;
    assert!(value(&*other, "app").await.is_some());
    one.rotate_key(MasterKey::from_bytes([2; 32]))
        .await
        .unwrap();
    assert_eq!(value(&*one, "app").await.unwrap(), b"x");
    stored(&*one, "app", "y").await;

    let told = format!(
        "the key of the store `{}` was changed while it was open: start this program again with \
         the new key",
        place.shown()
    );
    for _ in 0..2 {
        assert_eq!(other.get("app").await, Err(StoreError::Other(told.clone())));
        let put = other.put("app", b"lost".to_vec(), Expect::Any).await;
        assert_eq!(put, Err(StoreError::Other(told.clone())));
    }
    assert!(matches!(open(1).await, Err(SealedStoreError::WrongKey(_))));
    assert_eq!(value(&*open(2).await.unwrap(), "app").await.unwrap(), b"y");
}

async fn a_crash_before_the_store_was_changed_leaves_the_key_as_it_was(place: AnyPlace) {
    let place = place.with_entries().await;
    let key = fs::read(place.key()).unwrap();
    MasterKey::load_or_create(place.next_key()).unwrap();
    let store = place.open().await;
    assert_eq!(value(&*store, "app").await.unwrap(), b"the client secret");
    assert_eq!(fs::read(place.key()).unwrap(), key);
    assert!(!place.next_key().exists());
}

async fn a_crash_after_the_store_was_changed_is_made_good_by_the_next_open(place: AnyPlace) {
    let place = place.with_entries().await;
    let before = fs::read_to_string(place.key()).unwrap();
    place.open().await.rotate_key(new_key()).await.unwrap();
    let after = fs::read_to_string(place.key()).unwrap();
    fs::rename(place.key(), place.next_key()).unwrap();
    fs::copy(place.next_key(), place.key()).unwrap();
    fs::write(place.key(), before).unwrap();
    let store = place.open().await;
    assert_eq!(value(&*store, "app").await.unwrap(), b"the client secret");
    assert_eq!(fs::read_to_string(place.key()).unwrap(), after);
    assert!(!place.next_key().exists());
}

async fn a_damaged_entry_keeps_the_key_from_being_changed(place: AnyPlace) {
    let place = place.with_entries().await;
    place.set_field("app", b"short");
    let key = fs::read(place.key()).unwrap();
    let error = place.open().await.rotate_key(new_key()).await.unwrap_err();
    assert!(
        matches!(error, SealedStoreError::Damaged { .. }),
        "{error:?}"
    );
    assert!(!error.advice().contains("store check"));
    let store = place.open().await;
    assert_eq!(fs::read(place.key()).unwrap(), key);
    assert_eq!(
        value(&*store, "tokens/a").await.unwrap(),
        b"the tokens of a"
    );
}

async fn a_process_killed_while_it_changes_the_key_loses_nothing(place: AnyPlace) {
    let place = place.with_entries().await;
    for rotations in 1..=6 {
        let mut worker = Worker::rotate(&place).start();
        for _ in 0..rotations {
            worker.next_line();
        }
        worker.kill();
        let store = place.open().await;
        let report = store.check().await.unwrap();
        assert_eq!((report.entries, report.problems.len()), (3, 0));
        assert!(!place.next_key().exists());
    }
}
