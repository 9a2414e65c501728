//! Files that are no store, or not a whole one. None of them is touched.

use std::fs;

use jira_host::secrets::{
    MasterKey, SealedStore, SealedStoreError, SecretStore, SqliteError, SqliteOptions, SqliteStore,
};

use crate::place::Place;
use crate::rules::value;

/// Opens a store with this content, and sees to it that it stays.
fn refusal(content: &[u8]) -> SealedStoreError {
    let place = Place::new();
    let path = place.file("some.file");
    fs::write(&path, content).unwrap();
    let error = SqliteStore::open(&path, MasterKey::generate().unwrap()).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), content);
    error
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let error = refusal(&b"a letter to somebody\n".repeat(100));
    assert!(matches!(error, SealedStoreError::NotAStore(_)), "{error:?}");
    assert!(
        error
            .to_string()
            .ends_with("some.file` is not a store of this program")
    );
    assert!(error.advice().ends_with("this one was not touched"));
}

#[test]
fn an_empty_file_is_not_taken_for_a_new_store() {
    assert!(matches!(refusal(b""), SealedStoreError::NotAStore(_)));
}

#[test]
fn a_database_of_another_program_is_refused() {
    let place = Place::new();
    let path = place.file("theirs.db");
    let theirs = rusqlite::Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE entries (key)").unwrap();
    theirs.close().unwrap();
    let error = refusal(&fs::read(&path).unwrap());
    assert!(matches!(error, SealedStoreError::NotAStore(_)), "{error:?}");
}

async fn is_whole(store: &SqliteStore) -> bool {
    let report = store.check().await;
    report.is_ok_and(|report| report.problems.is_empty() && report.entries == 3)
}

async fn makes_nothing_up(store: &SqliteStore) {
    for (key, stored) in [
        ("app", "the client secret"),
        ("tokens/a", "the tokens of a"),
    ] {
        let read = store.get(key).await.ok().flatten();
        assert!(read.is_none_or(|entry| entry.value == stored.as_bytes()));
    }
}

#[tokio::test]
async fn a_store_that_was_cut_off_is_told_and_not_changed() {
    let place = Place::with_entries().await;
    let whole = fs::read(place.store()).unwrap();
    for length in [1, 50, 4096, whole.len() - 1] {
        let cut = &whole[..length];
        fs::write(place.store(), cut).unwrap();
        match place.try_open() {
            Ok(store) => {
                assert!(!is_whole(&store).await, "{length}");
                makes_nothing_up(&store).await;
            }
            Err(SealedStoreError::NotAStore(_) | SealedStoreError::Damaged { .. }) => {}
            Err(error) => panic!("{length}: {error:?}"),
        }
        assert_eq!(fs::read(place.store()).unwrap(), cut, "{length}");
    }
}

#[tokio::test]
async fn overwritten_pages_are_found_and_no_value_is_made_up() {
    let place = Place::with_entries().await;
    let whole = fs::read(place.store()).unwrap();
    for page in 1..whole.len() / 4096 {
        let mut broken = whole.clone();
        broken[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(place.store(), &broken).unwrap();
        match place.try_open() {
            Ok(store) => {
                assert!(!is_whole(&store).await, "page {page}");
                makes_nothing_up(&store).await;
            }
            Err(SealedStoreError::Damaged { .. }) => {}
            Err(error) => panic!("page {page}: {error:?}"),
        }
    }
    fs::write(place.store(), whole).unwrap();
    assert!(value(&place.open(), "app").await.is_some());
}

#[tokio::test]
async fn a_newer_format_is_left_to_the_newer_program() {
    let place = Place::with_entries().await;
    place
        .sqlite()
        .pragma_update(None, "user_version", 2)
        .unwrap();
    let before = fs::read(place.store()).unwrap();
    let error = place.try_open().unwrap_err();
    let store = place.store();
    assert_eq!(
        error.to_string(),
        format!(
            "the store `{}` has format 2, and this program knows 1",
            store.display()
        )
    );
    assert_eq!(error.advice(), "use the newer version of this program");
    assert_eq!(fs::read(place.store()).unwrap(), before);
}

#[tokio::test]
async fn a_log_whose_store_is_gone_is_not_given_to_a_new_one() {
    let place = Place::with_entries().await;
    fs::rename(place.store(), place.file("elsewhere")).unwrap();
    fs::write(place.log(), "the last changes").unwrap();
    let error = place.try_open().unwrap_err();
    assert!(
        matches!(
            error,
            SealedStoreError::Sqlite(SqliteError::LogWithoutStore(_))
        ),
        "{error:?}"
    );
    assert!(!place.store().exists());
    assert_eq!(fs::read(place.log()).unwrap(), b"the last changes");
}

#[test]
fn a_store_that_is_not_there_is_not_made_where_it_must_exist() {
    let place = Place::new();
    let open = SqliteOptions::new().existing_only();
    let error = open.open(place.store(), place.keys()).unwrap_err();
    assert!(matches!(error, SealedStoreError::Missing(_)), "{error:?}");
    assert!(!place.store().parent().unwrap().exists());
}

#[test]
fn a_folder_in_the_place_of_the_store_is_told() {
    let place = Place::new();
    fs::create_dir_all(place.store()).unwrap();
    let error = SqliteStore::open(place.store(), MasterKey::generate().unwrap()).unwrap_err();
    assert!(
        matches!(
            error,
            SealedStoreError::Sqlite(SqliteError::Unreachable { .. })
        ),
        "{error:?}"
    );
    assert!(error.advice().contains("may read and write the file"));
}
