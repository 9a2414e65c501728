//! Stores that are whole and cannot be used at the moment.

use std::time::Duration;

use jira_host::secrets::{
    Change, Expect, PutOutcome, SealedStore, SecretStore, SqliteOptions, StoreAddress, StoreError,
};

use crate::place::Place;
use crate::processes::Worker;
use crate::rules::{stored, value};

fn hurried() -> SqliteOptions {
    SqliteOptions::new().with_busy_timeout(Duration::from_millis(1))
}

#[tokio::test]
async fn a_locked_store_is_read_and_a_write_says_that_it_is_locked() {
    let place = Place::with_entries().await;
    let store = place.open_with(hurried());
    let holder = place.sqlite();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let Err(StoreError::Unavailable(told)) = store.put("app", vec![], Expect::Any).await else {
        panic!("it was written");
    };
    let expected = format!(
        "the store `{}` is locked by another process: try again; if it stays so, find the \
         process that holds it, such as a backup or an open SQLite shell",
        place.store().display()
    );
    assert_eq!(told, expected);
    assert_eq!(value(&store, "app").await.unwrap(), b"the client secret");
    holder.execute_batch("ROLLBACK").unwrap();
    stored(&store, "app", "written").await;
}

#[tokio::test]
async fn a_writer_waits_for_a_while() {
    let place = Place::with_entries().await;
    let store = place.open_with(SqliteOptions::new().with_busy_timeout(Duration::from_secs(60)));
    let holder = place.sqlite();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn(async move { stored(&store, "app", "after all").await });
    tokio::task::spawn_blocking(move || holder.execute_batch("COMMIT"))
        .await
        .unwrap()
        .unwrap();
    waiting.await.unwrap();
    assert_eq!(value(&place.open(), "app").await.unwrap(), b"after all");
}

#[tokio::test(flavor = "current_thread")]
async fn who_waits_for_a_store_to_open_keeps_nobody_else_from_working() {
    let place = Place::with_entries().await;
    let holder = place.sqlite();
    holder
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        .unwrap();
    let address = StoreAddress::File(place.store());
    let (opened, ()) = tokio::join!(biased; address.open(), async { drop(holder) });
    let entry = opened.unwrap().get("app").await.unwrap();
    assert_eq!(entry.unwrap().value, b"the client secret");
}

/// A store with room for some hundred kilobytes.
async fn nearly_full(place: &Place) -> impl SecretStore + use<> {
    let store = place.open_with(SqliteOptions::new().with_max_file_bytes(256 * 1024));
    stored(&store, "tokens/a", "the tokens of a").await;
    store
}

#[tokio::test]
async fn a_full_store_says_so_and_loses_nothing() {
    let place = Place::new();
    let store = nearly_full(&place).await;
    let large = || vec![7; 512 * 1024];
    let Err(StoreError::Unavailable(told)) = store.put("large", large(), Expect::Any).await else {
        panic!("it was written");
    };
    assert!(
        told.starts_with("there is no room left for the store `"),
        "{told}"
    );
    assert!(
        told.ends_with("make room on the disk, then try again; nothing was lost"),
        "{told}"
    );
    let replaced = store.put("tokens/a", large(), Expect::Any).await;
    assert!(replaced.is_err());
    assert_eq!(value(&store, "tokens/a").await.unwrap(), b"the tokens of a");
    stored(&store, "tokens/a", "rotated").await;
    drop(store);
    let store = place.open();
    assert_eq!(value(&store, "tokens/a").await.unwrap(), b"rotated");
    let report = store.check().await.unwrap();
    assert_eq!((report.entries, report.problems.len()), (1, 0));
}

#[tokio::test]
async fn one_change_that_finds_no_room_does_not_keep_the_others_from_being_made() {
    let place = Place::new();
    let store = nearly_full(&place).await;
    let change = |key: &str, bytes| Change {
        key: key.to_owned(),
        value: vec![7; bytes],
        expect: Expect::Any,
    };
    let outcomes = store
        .put_many(vec![
            change("before", 100),
            change("large", 512 * 1024),
            change("after", 100),
        ])
        .await
        .unwrap();
    assert!(matches!(outcomes[0], Ok(PutOutcome::Stored(_))));
    assert!(matches!(outcomes[1], Err(StoreError::Unavailable(_))));
    assert!(matches!(outcomes[2], Ok(PutOutcome::Stored(_))));
    let report = place.open().check().await.unwrap();
    assert_eq!(
        report.by_prefix.into_keys().collect::<Vec<_>>(),
        ["after", "before", "tokens"]
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_store_that_may_not_be_written_says_what_to_permit() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_entries().await;
    let before = fs::read(place.store()).unwrap();
    let folder = place.store().parent().unwrap().to_owned();

    let store = place.store().display().to_string();
    let expected = format!(
        "the store `{store}` is read-only: let this user write `{store}` and the folder that it \
         is in"
    );
    // Either the file may not be written, or the folder, where the log would be.
    for (file, folder_mode) in [(0o444, 0o777), (0o666, 0o555)] {
        fs::set_permissions(place.store(), Permissions::from_mode(file)).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(folder_mode)).unwrap();
        let told = Worker::try_open(&place).without_privileges().told();
        assert_eq!(told.trim(), expected);
    }

    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(fs::read(place.store()).unwrap(), before);
    assert!(value(&place.open(), "app").await.is_some());
}
