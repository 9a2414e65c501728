//! What can be done to a store by somebody who has not the key.

use jira_host::secrets::{Expect, PutOutcome, SealedStore, SecretStore, StoreError};

use crate::any_place::AnyPlace;
use crate::place::Place;
use crate::rules::{stored, value};

on_every_store! {
    no_value_is_in_any_file,
    a_value_that_was_moved_to_another_key_does_not_open,
    a_value_that_was_moved_with_its_version_does_not_open,
    an_old_value_that_was_put_back_does_not_open,
    a_value_of_another_store_under_the_same_key_does_not_open,
    a_damaged_entry_keeps_nobody_from_the_others_or_from_replacing_it,
}

async fn assert_refused(store: &dyn SecretStore, key: &str) {
    let Err(StoreError::Other(told)) = store.get(key).await else {
        panic!("the value of {key} was opened");
    };
    let expected = format!("is damaged: the value of `{key}` is not what was sealed there: ");
    assert!(told.contains(&expected), "{told}");
    assert!(told.contains("from a backup"), "{told}");
}

async fn no_value_is_in_any_file(place: AnyPlace) {
    let store = place.open().await;
    for key in ["tokens/a", "tokens/b"] {
        stored(&*store, key, "easily recognised").await;
    }
    assert!(place.contains(b"tokens/a"), "keys are not hidden");
    assert!(!place.contains(b"easily recognised"), "while it is open");
    drop(store);
    assert!(!place.contains(b"easily recognised"), "when it is closed");
}

async fn a_value_that_was_moved_to_another_key_does_not_open(place: AnyPlace) {
    let place = place.with_entries().await;
    place.set_field("tokens/b", &place.field("tokens/a"));
    let store = place.open().await;
    assert_refused(&*store, "tokens/b").await;
    assert_eq!(
        value(&*store, "tokens/a").await.unwrap(),
        b"the tokens of a"
    );
}

async fn a_value_that_was_moved_with_its_version_does_not_open(place: AnyPlace) {
    let place = place.with_entries().await;
    place.move_field("tokens/a", "tokens/b");
    assert_refused(&*place.open().await, "tokens/b").await;
}

async fn an_old_value_that_was_put_back_does_not_open(place: AnyPlace) {
    let place = place.with_entries().await;
    let old = place.field("tokens/a");
    let store = place.open().await;
    stored(&*store, "tokens/a", "rotated").await;
    place.set_field("tokens/a", &old);
    assert_refused(&*store, "tokens/a").await;
}

async fn a_value_of_another_store_under_the_same_key_does_not_open(place: AnyPlace) {
    let (other, place) = (place.another(), place.with_entries().await);
    std::fs::create_dir(other.store().parent().unwrap()).unwrap();
    let key = std::fs::read_to_string(place.key()).unwrap();
    std::fs::write(other.key(), key.lines().next().unwrap()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(other.key(), private).unwrap();
    }
    let store = other.open().await;
    for key in ["app", "tokens/a", "tokens/b"] {
        stored(&*store, key, "other").await;
    }
    other.set_field("tokens/a", &place.field("tokens/a"));
    assert_refused(&*store, "tokens/a").await;
}

async fn a_damaged_entry_keeps_nobody_from_the_others_or_from_replacing_it(place: AnyPlace) {
    let place = place.with_entries().await;
    place.set_field("tokens/a", b"short");
    let store = place.open().await;
    assert_refused(&*store, "tokens/a").await;
    let stale = store.put("tokens/a", b"new".to_vec(), Expect::Absent).await;
    assert!(matches!(stale, Err(StoreError::Other(_))));
    let report = store.check().await.unwrap();
    let problem = "the value of `tokens/a` is not what was sealed there".to_owned();
    assert_eq!((report.entries, report.problems), (3, vec![problem]));

    let replaced = store.put("tokens/a", b"new".to_vec(), Expect::Any).await;
    assert!(matches!(replaced, Ok(PutOutcome::Stored(_))));
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
}

#[tokio::test]
async fn a_counter_of_versions_that_was_put_back_is_found() {
    let place = Place::with_entries().await;
    place
        .sqlite()
        .execute("UPDATE meta SET last_version = 1", ())
        .unwrap();
    let report = place.open().check().await.unwrap();
    assert_eq!(
        report.problems,
        ["the counter of versions is behind the versions"]
    );
}
