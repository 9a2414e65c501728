//! One key file is for one store.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jira_host::secrets::{KeyError, MasterKey, RedisError, SealedStoreError};

use crate::any_place::AnyPlace;
use crate::rules::{stored, value};

on_every_store! {
    a_second_store_is_not_made_under_the_key_file_of_the_first,
    a_store_that_is_there_is_refused_the_key_file_of_another_until_it_has_its_own,
    a_key_file_that_a_person_wrote_belongs_to_the_first_store_opened_with_it,
    the_next_key_of_another_store_stays_where_it_is,
    a_next_key_that_somebody_removes_does_not_lose_the_store,
    #[cfg(unix)]
    a_symbolic_link_to_a_key_file_stays_one,
    #[cfg(unix)]
    a_key_file_of_another_user_is_refused,
}

fn new_key() -> MasterKey {
    MasterKey::generate().unwrap()
}

async fn assert_refused(other: &AnyPlace, place: &AnyPlace) {
    let error = other.try_open_with(place.keys()).await.unwrap_err();
    assert!(
        matches!(
            error,
            SealedStoreError::Key(KeyError::OfAnotherStore { .. })
        ),
        "{error:?}"
    );
    assert!(
        error.advice().starts_with("one key file per store: "),
        "{}",
        error.advice()
    );
}

/// A second store, under the key that is in the first one's file.
async fn under_the_same_key(place: &AnyPlace) -> AnyPlace {
    let other = place.another();
    let key = place.keys().read().unwrap().unwrap();
    let store = other.try_open_with(key).await.unwrap();
    stored(&*store, "app", "the other one").await;
    other
}

/// Makes a key file one that no store has: a person wrote it.
fn without_a_store(place: &AnyPlace) {
    let text = fs::read_to_string(place.key()).unwrap();
    fs::write(place.key(), text.lines().next().unwrap()).unwrap();
}

async fn a_second_store_is_not_made_under_the_key_file_of_the_first(place: AnyPlace) {
    let place = place.with_entries().await;
    let other = place.another();
    let error = other.try_open_with(place.keys()).await.unwrap_err();
    assert!(
        matches!(
            error,
            SealedStoreError::Key(KeyError::OfAnotherStore { .. })
                // On a server the store of the file may have been lost.
                | SealedStoreError::Redis(RedisError::KeyWithoutStore { .. })
        ),
        "{error:?}"
    );
    assert!(!other.has_store());
    place.open().await.rotate_key(new_key()).await.unwrap();
    assert!(value(&*place.open().await, "app").await.is_some());
}

async fn a_store_that_is_there_is_refused_the_key_file_of_another_until_it_has_its_own(
    place: AnyPlace,
) {
    let place = place.with_entries().await;
    let other = under_the_same_key(&place).await;
    assert_refused(&other, &place).await;

    // As the advice says.
    fs::create_dir_all(other.key().parent().unwrap()).unwrap();
    fs::copy(place.key(), other.key()).unwrap();
    without_a_store(&other);
    place.open().await.rotate_key(new_key()).await.unwrap();
    let store = other.open().await;
    assert_eq!(value(&*store, "app").await.unwrap(), b"the other one");
}

async fn a_key_file_that_a_person_wrote_belongs_to_the_first_store_opened_with_it(place: AnyPlace) {
    let place = place.with_entries().await;
    let other = under_the_same_key(&place).await;
    without_a_store(&place);
    drop(place.open().await);
    assert_refused(&other, &place).await;
    assert!(!place.next_key().exists());
}

async fn the_next_key_of_another_store_stays_where_it_is(place: AnyPlace) {
    let place = place.with_entries().await;
    let other = under_the_same_key(&place).await;
    // The first store is in the middle of a change of its key.
    fs::copy(place.key(), place.next_key()).unwrap();
    without_a_store(&place);
    let next = fs::read(place.next_key()).unwrap();
    assert_refused(&other, &place).await;
    assert_eq!(fs::read(place.next_key()).unwrap(), next);
    assert!(value(&*place.open().await, "app").await.is_some());
}

async fn a_next_key_that_somebody_removes_does_not_lose_the_store(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
    let (is_over, next) = (Arc::new(AtomicBool::new(false)), place.next_key());
    let removing = std::thread::spawn({
        let is_over = Arc::clone(&is_over);
        move || {
            while !is_over.load(Ordering::Relaxed) {
                let _ = fs::remove_file(&next);
            }
        }
    });
    let mut rotated = Ok(0);
    for _ in 0..20 {
        rotated = rotated.and(store.rotate_key(new_key()).await);
    }
    is_over.store(true, Ordering::Relaxed);
    removing.join().unwrap();
    rotated.unwrap();
    drop(store);
    let report = place.open().await.check().await.unwrap();
    assert_eq!((report.entries, report.problems.len()), (3, 0));
}

#[cfg(unix)]
async fn a_symbolic_link_to_a_key_file_stays_one(place: AnyPlace) {
    let place = place.with_entries().await;
    let vault = place.file("vault");
    fs::create_dir(&vault).unwrap();
    let file = vault.join("key");
    fs::rename(place.key(), &file).unwrap();
    std::os::unix::fs::symlink(&file, place.key()).unwrap();
    let before = fs::read(&file).unwrap();
    place.open().await.rotate_key(new_key()).await.unwrap();
    assert!(place.key().is_symlink());
    assert_ne!(fs::read(&file).unwrap(), before);
    assert_eq!(crate::place::files(&vault).len(), 1);
    assert!(value(&*place.open().await, "app").await.is_some());
}

#[cfg(unix)]
async fn a_key_file_of_another_user_is_refused(place: AnyPlace) {
    use std::os::unix::fs::{MetadataExt, chown};

    let place = place.with_entries().await;
    // Only a privileged user can give a file away.
    let other = fs::metadata(place.key()).unwrap().uid() + 1;
    if chown(place.key(), Some(other), None).is_err() {
        return;
    }
    let error = place.try_open().await.unwrap_err();
    let told = format!(
        "the key file `{}` belongs to another user",
        place.key().display()
    );
    assert_eq!(error.to_string(), told);
    assert!(error.advice().contains("chown"), "{}", error.advice());
}
