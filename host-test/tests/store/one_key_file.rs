//! One key file is for one store.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use jira_host::secrets::{KeyError, KeyFile, MasterKey, SqliteError, SqliteStore};

use crate::place::Place;
use crate::rules::{stored, value};

fn new_key() -> MasterKey {
    MasterKey::generate().unwrap()
}

fn is_of_another_store(error: &SqliteError) -> bool {
    matches!(error, SqliteError::Key(KeyError::OfAnotherStore { .. }))
}

/// A second store, under the key that is in the first one's file.
async fn under_the_same_key(place: &Place) -> std::path::PathBuf {
    let path = place.file("made/other.db");
    let key = place.keys().read().unwrap().unwrap();
    let other = SqliteStore::open(&path, key).unwrap();
    stored(&other, "app", "the other one").await;
    path
}

/// Makes a key file one that no store has: a person wrote it.
fn without_a_store(place: &Place) {
    let text = fs::read_to_string(place.key()).unwrap();
    fs::write(place.key(), text.lines().next().unwrap()).unwrap();
}

#[tokio::test]
async fn a_second_store_is_not_made_under_the_key_file_of_the_first() {
    let place = Place::with_entries().await;
    let other = place.file("made/other.db");
    let error = SqliteStore::open(&other, place.keys()).unwrap_err();
    assert!(is_of_another_store(&error), "{error:?}");
    assert!(
        error.advice().starts_with("one key file per store: "),
        "{}",
        error.advice()
    );
    assert!(!other.exists());
    place.open().rotate_key(new_key()).await.unwrap();
    assert!(value(&place.open(), "app").await.is_some());
}

#[tokio::test]
async fn a_store_that_is_there_is_refused_the_key_file_of_another_until_it_has_its_own() {
    let place = Place::with_entries().await;
    let path = under_the_same_key(&place).await;
    let error = SqliteStore::open(&path, place.keys()).unwrap_err();
    assert!(is_of_another_store(&error), "{error:?}");

    // As the advice says.
    let own = KeyFile::beside(&path);
    fs::copy(place.key(), own.path()).unwrap();
    let text = fs::read_to_string(own.path()).unwrap();
    fs::write(own.path(), text.lines().next().unwrap()).unwrap();
    place.open().rotate_key(new_key()).await.unwrap();
    let other = SqliteStore::open(&path, own).unwrap();
    assert_eq!(value(&other, "app").await.unwrap(), b"the other one");
}

#[tokio::test]
async fn a_key_file_that_a_person_wrote_belongs_to_the_first_store_opened_with_it() {
    let place = Place::with_entries().await;
    let path = under_the_same_key(&place).await;
    without_a_store(&place);
    drop(place.open());
    let error = SqliteStore::open(&path, place.keys()).unwrap_err();
    assert!(is_of_another_store(&error), "{error:?}");
    assert!(!place.next_key().exists());
}

#[tokio::test]
async fn the_next_key_of_another_store_stays_where_it_is() {
    let place = Place::with_entries().await;
    let path = under_the_same_key(&place).await;
    // The first store is in the middle of a change of its key.
    fs::copy(place.key(), place.next_key()).unwrap();
    without_a_store(&place);
    let next = fs::read(place.next_key()).unwrap();
    let error = SqliteStore::open(&path, place.keys()).unwrap_err();
    assert!(is_of_another_store(&error), "{error:?}");
    assert_eq!(fs::read(place.next_key()).unwrap(), next);
    assert!(value(&place.open(), "app").await.is_some());
}

#[tokio::test]
async fn a_next_key_that_somebody_removes_does_not_lose_the_store() {
    let place = Place::with_entries().await;
    let store = place.open();
    let (is_over, next) = (AtomicBool::new(false), place.next_key());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let _ = fs::remove_file(&next);
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let rotating = scope.spawn(|| {
            runtime.unwrap().block_on(async {
                for _ in 0..20 {
                    store.rotate_key(new_key()).await?;
                }
                Ok::<(), SqliteError>(())
            })
        });
        let rotated = rotating.join().unwrap();
        is_over.store(true, Ordering::Relaxed);
        rotated.unwrap();
    });
    drop(store);
    let report = place.open().check().await.unwrap();
    assert_eq!((report.entries, report.problems.len()), (3, 0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_symbolic_link_to_a_key_file_stays_one() {
    let place = Place::with_entries().await;
    let vault = place.file("vault");
    fs::create_dir(&vault).unwrap();
    let file = vault.join("key");
    fs::rename(place.key(), &file).unwrap();
    std::os::unix::fs::symlink(&file, place.key()).unwrap();
    let before = fs::read(&file).unwrap();
    place.open().rotate_key(new_key()).await.unwrap();
    assert!(place.key().is_symlink());
    assert_ne!(fs::read(&file).unwrap(), before);
    assert_eq!(crate::place::files(&vault).len(), 1);
    assert!(value(&place.open(), "app").await.is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_file_of_another_user_is_refused() {
    let place = Place::with_entries().await;
    // Only a privileged user can give a file away.
    if std::os::unix::fs::chown(place.key(), Some(65_534), None).is_err() {
        return;
    }
    let error = place.try_open().unwrap_err();
    let told = format!(
        "the key file `{}` belongs to another user",
        place.key().display()
    );
    assert_eq!(error.to_string(), told);
    assert!(error.advice().contains("chown"), "{}", error.advice());
}
