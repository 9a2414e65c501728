//! Changing the key.

use std::fs;

use jira_host::secrets::{Expect, MasterKey, SecretStore, SqliteError, SqliteStore, StoreError};

use crate::place::Place;
use crate::processes::Worker;
use crate::rules::{stored, value};

fn new_key() -> MasterKey {
    MasterKey::generate().unwrap()
}

#[tokio::test]
async fn everything_is_there_under_the_new_key_with_its_version() {
    let place = Place::with_entries().await;
    let store = place.open();
    let (entry, key) = (
        store.get("tokens/a").await.unwrap(),
        fs::read(place.key()).unwrap(),
    );
    assert_eq!(store.rotate_key(new_key()).await.unwrap(), 3);
    assert_eq!(store.get("tokens/a").await.unwrap(), entry);
    drop(store);
    assert_ne!(fs::read(place.key()).unwrap(), key);
    assert!(!place.next_key().exists());
    let store = place.open();
    assert_eq!(store.get("tokens/a").await.unwrap(), entry);
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
}

#[tokio::test]
async fn the_key_before_opens_nothing_and_what_it_sealed_is_gone() {
    let place = Place::with_entries().await;
    let sealed: Vec<u8> = place
        .sqlite()
        .query_row("SELECT value FROM entries WHERE key = 'app'", (), |row| {
            row.get(0)
        })
        .unwrap();
    assert!(place.contains(&sealed));
    let before = MasterKey::load_or_create(place.key()).unwrap();
    let store = place.open();
    store.rotate_key(new_key()).await.unwrap();
    assert!(!place.contains(&sealed), "while it is open");
    let error = SqliteStore::open(place.store(), before).unwrap_err();
    assert!(matches!(error, SqliteError::WrongKey(_)), "{error:?}");
}

#[tokio::test]
async fn whoever_has_the_store_open_by_its_key_file_goes_on() {
    let place = Place::with_entries().await;
    let (one, other) = (place.open(), place.open());
    for round in 0..3 {
        stored(&other, "tokens/a", &format!("round {round}")).await;
        one.rotate_key(new_key()).await.unwrap();
        assert_eq!(value(&other, "app").await.unwrap(), b"the client secret");
        stored(&other, "tokens/b", &format!("round {round}")).await;
        other.rotate_key(new_key()).await.unwrap();
        assert_eq!(
            value(&one, "tokens/b").await.unwrap(),
            format!("round {round}").as_bytes()
        );
    }
    assert_eq!(one.check().await.unwrap().problems, Vec::<String>::new());
}

#[tokio::test]
async fn with_a_key_of_its_own_the_others_must_be_started_anew() {
    let place = Place::new();
    let open = |byte| SqliteStore::open(place.store(), MasterKey::from_bytes([byte; 32]));
    let (one, other) = (open(1).unwrap(), open(1).unwrap());
    stored(&one, "app", "x").await;
    assert!(value(&other, "app").await.is_some());
    one.rotate_key(MasterKey::from_bytes([2; 32]))
        .await
        .unwrap();
    assert_eq!(value(&one, "app").await.unwrap(), b"x");
    stored(&one, "app", "y").await;

    let told = format!(
        "the key of the store `{}` was changed while it was open: start this program again with \
         the new key",
        place.store().display()
    );
    for _ in 0..2 {
        assert_eq!(other.get("app").await, Err(StoreError::Other(told.clone())));
        let put = other.put("app", b"lost".to_vec(), Expect::Any).await;
        assert_eq!(put, Err(StoreError::Other(told.clone())));
    }
    assert!(matches!(open(1), Err(SqliteError::WrongKey(_))));
    assert_eq!(value(&open(2).unwrap(), "app").await.unwrap(), b"y");
}

#[tokio::test]
async fn a_crash_before_the_store_was_changed_leaves_the_key_as_it_was() {
    let place = Place::with_entries().await;
    let key = fs::read(place.key()).unwrap();
    MasterKey::load_or_create(place.next_key()).unwrap();
    let store = place.open();
    assert_eq!(value(&store, "app").await.unwrap(), b"the client secret");
    assert_eq!(fs::read(place.key()).unwrap(), key);
    assert!(!place.next_key().exists());
}

#[tokio::test]
async fn a_crash_after_the_store_was_changed_is_made_good_by_the_next_open() {
    let place = Place::with_entries().await;
    let before = fs::read_to_string(place.key()).unwrap();
    place.open().rotate_key(new_key()).await.unwrap();
    let after = fs::read_to_string(place.key()).unwrap();
    fs::rename(place.key(), place.next_key()).unwrap();
    fs::copy(place.next_key(), place.key()).unwrap();
    fs::write(place.key(), before).unwrap();
    let store = place.open();
    assert_eq!(value(&store, "app").await.unwrap(), b"the client secret");
    assert_eq!(fs::read_to_string(place.key()).unwrap(), after);
    assert!(!place.next_key().exists());
}

#[tokio::test]
async fn a_damaged_entry_keeps_the_key_from_being_changed() {
    let place = Place::with_entries().await;
    place
        .sqlite()
        .execute("UPDATE entries SET value = x'00' WHERE key = 'app'", ())
        .unwrap();
    let key = fs::read(place.key()).unwrap();
    let error = place.open().rotate_key(new_key()).await.unwrap_err();
    assert!(matches!(error, SqliteError::Damaged { .. }), "{error:?}");
    assert!(!error.advice().contains("store check"));
    let store = place.open();
    assert_eq!(fs::read(place.key()).unwrap(), key);
    assert_eq!(value(&store, "tokens/a").await.unwrap(), b"the tokens of a");
}

#[tokio::test]
async fn a_process_killed_while_it_changes_the_key_loses_nothing() {
    let place = Place::with_entries().await;
    for rotations in 1..=6 {
        let mut worker = Worker::rotate(&place).start();
        for _ in 0..rotations {
            worker.next_line();
        }
        worker.kill();
        let store = place.open();
        let report = store.check().await.unwrap();
        assert_eq!((report.entries, report.problems.len()), (3, 0));
        assert!(!place.next_key().exists());
    }
}
