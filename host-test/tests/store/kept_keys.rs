//! The key, its file, and who may read what.

use std::fs;
use std::sync::Arc;

use jira_host::secrets::{KeyError, KeySource, MasterKey, SealedStoreError, SqliteStore};

use crate::any_place::AnyPlace;
use crate::place::{Place, files};
use crate::rules::{stored, value};

on_every_store! {
    #[cfg(unix)]
    a_key_file_that_others_may_read_is_refused,
    a_lost_key_file_is_not_made_anew_for_a_store_that_is_there,
    a_key_file_without_a_key_is_told_and_left_as_it_is,
    a_wrong_key_is_told_when_it_is_opened_and_changes_nothing,
    a_key_of_the_callers_own_opens_what_it_made,
    stores_that_are_made_at_once_are_one_store,
    nothing_shows_a_key_or_a_value,
}

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn everything_is_for_its_owner_only() {
    let place = Place::new();
    let store = place.open();
    stored(&store, "app", "x").await;
    let folder = place.store().parent().unwrap().to_owned();
    assert_eq!(mode(&folder), 0o700);
    let files = files(&folder);
    assert_eq!(files.len(), 4, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[cfg(unix)]
async fn a_key_file_that_others_may_read_is_refused(place: AnyPlace) {
    use std::os::unix::fs::PermissionsExt;
    let place = place.with_entries().await;
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o640)).unwrap();
    let error = place.try_open().await.unwrap_err();
    let key = place.key();
    assert_eq!(
        error.to_string(),
        format!(
            "others may read the key file `{}` (mode 640)",
            key.display()
        )
    );
    assert!(
        error
            .advice()
            .starts_with(&format!("run `chmod 600 {}`", key.display()))
    );
}

async fn a_lost_key_file_is_not_made_anew_for_a_store_that_is_there(place: AnyPlace) {
    let place = place.with_entries().await;
    fs::rename(place.key(), place.file("elsewhere")).unwrap();
    let error = place.try_open().await.unwrap_err();
    assert!(
        matches!(&error, SealedStoreError::Key(KeyError::Missing { path }) if *path == place.key())
    );
    assert!(!place.key().exists());
    fs::rename(place.file("elsewhere"), place.key()).unwrap();
    assert!(value(&*place.open().await, "app").await.is_some());
}

async fn a_key_file_without_a_key_is_told_and_left_as_it_is(place: AnyPlace) {
    let place = place.with_entries().await;
    let key = fs::read(place.key()).unwrap();
    fs::write(place.key(), "not a key").unwrap();
    let error = place.try_open().await.unwrap_err();
    let told = format!(
        "the key file `{}` does not hold a key",
        place.key().display()
    );
    assert_eq!(error.to_string(), told);
    assert_eq!(
        error.advice(),
        "a key is 32 bytes, in base64 (44 characters) or hexadecimal (64 digits)"
    );
    assert_eq!(fs::read(place.key()).unwrap(), b"not a key");
    fs::write(place.key(), key).unwrap();
    assert!(value(&*place.open().await, "app").await.is_some());
}

async fn a_wrong_key_is_told_when_it_is_opened_and_changes_nothing(place: AnyPlace) {
    let place = place.with_entries().await;
    let before = place.field("app");
    let opened = place.try_open_with(MasterKey::generate().unwrap()).await;
    let error = opened.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the key does not open the store `{}`", place.shown())
    );
    assert!(
        error
            .advice()
            .starts_with("bring back the key that the store was made with")
    );
    assert_eq!(place.field("app"), before);
    assert!(value(&*place.open().await, "app").await.is_some());
}

async fn a_key_of_the_callers_own_opens_what_it_made(place: AnyPlace) {
    let key = || MasterKey::from_bytes([7; 32]);
    let store = place.try_open_with(key()).await.unwrap();
    stored(&*store, "app", "x").await;
    drop(store);
    assert!(!place.key().exists());
    let store = place.try_open_with(KeySource::from(key())).await.unwrap();
    assert_eq!(value(&*store, "app").await.unwrap(), b"x");
}

#[test]
fn those_who_make_a_key_file_at_once_get_the_same_key() {
    let place = Place::new();
    let path = place.file("a/b/key");
    let load = || MasterKey::load_or_create(&path).unwrap();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let loading: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
        let loaded = loading.into_iter().map(|loading| loading.join().unwrap());
        loaded.collect()
    });
    for key in keys {
        SqliteStore::open(place.store(), key).unwrap();
    }
    SqliteStore::open(place.store(), load()).unwrap();
    assert_eq!(files(path.parent().unwrap()).len(), 1);
}

async fn stores_that_are_made_at_once_are_one_store(place: AnyPlace) {
    let place = Arc::new(place);
    let open = |_| {
        let place = Arc::clone(&place);
        tokio::spawn(async move { place.open().await })
    };
    let opening: Vec<_> = (0..8).map(open).collect();
    let mut stores = Vec::new();
    for opening in opening {
        stores.push(opening.await.unwrap());
    }
    for (number, store) in stores.iter().enumerate() {
        stored(&**store, &format!("k/{number}"), "x").await;
    }
    for store in &stores {
        assert_eq!(store.check().await.unwrap().entries, 8);
    }
}

async fn nothing_shows_a_key_or_a_value(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
    let key = fs::read_to_string(place.key()).unwrap();
    let export = store.export(None).await.unwrap();
    let shown = format!(
        "{store:?} {:?} {:?} {export:?}",
        place.keys(),
        store.check().await
    );
    assert!(!shown.contains(key.lines().next().unwrap()), "{shown}");
    assert!(!shown.contains("the tokens of"), "{shown}");
}
