//! Sealed exports.

use jira_host::secrets::{MasterKey, SqliteError};

use crate::place::{Place, contains};
use crate::rules::{all_keys, stored, value};

fn key(byte: u8) -> Option<MasterKey> {
    Some(MasterKey::from_bytes([byte; 32]))
}

#[tokio::test]
async fn everything_goes_to_a_store_with_another_key() {
    let place = Place::with_entries().await;
    let export = place.open().export(key(1)).await.unwrap();
    assert_eq!(export.entries, 3);
    for hidden in ["the tokens of a", "tokens/a"] {
        assert!(!contains(&export.bytes, hidden.as_bytes()));
    }
    let other = Place::new();
    let store = other.open();
    stored(&store, "tokens/z", "already there").await;
    assert_eq!(store.import(export.bytes, key(1), false).await.unwrap(), 3);
    assert_eq!(value(&store, "app").await.unwrap(), b"the client secret");
    let expected = ["app", "tokens/a", "tokens/b", "tokens/z"];
    assert_eq!(all_keys(&store, "").await.0, expected);
}

#[tokio::test]
async fn an_export_under_the_stores_own_key_comes_back() {
    let place = Place::with_entries().await;
    let store = place.open();
    let export = store.export(None).await.unwrap();
    stored(&store, "app", "changed since").await;
    assert_eq!(store.import(export.bytes, None, true).await.unwrap(), 3);
    assert_eq!(value(&store, "app").await.unwrap(), b"the client secret");
}

#[tokio::test]
async fn what_is_of_the_moment_stays_behind() {
    let place = Place::with_entries().await;
    let store = place.open();
    for key in ["leases/a", "consents/a/1", "connections/a"] {
        stored(&store, key, "x").await;
    }
    let export = store.export(key(1)).await.unwrap();
    assert_eq!(export.entries, 4);
    let there = Place::new();
    let other = there.open();
    other.import(export.bytes, key(1), false).await.unwrap();
    let expected = ["app", "connections/a", "tokens/a", "tokens/b"];
    assert_eq!(all_keys(&other, "").await.0, expected);
}

#[tokio::test]
async fn an_import_overwrites_only_when_it_is_asked_to() {
    let place = Place::with_entries().await;
    let export = place.open().export(key(1)).await.unwrap();
    let other = Place::new();
    let store = other.open();
    stored(&store, "tokens/a", "there").await;
    let error = store
        .import(export.bytes.clone(), key(1), false)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 of the keys are in the store already, `tokens/a` among them"
    );
    assert_eq!(
        all_keys(&store, "").await.0,
        ["tokens/a"],
        "nothing was imported"
    );
    assert_eq!(value(&store, "tokens/a").await.unwrap(), b"there");
    store.import(export.bytes, key(1), true).await.unwrap();
    assert_eq!(value(&store, "tokens/a").await.unwrap(), b"the tokens of a");
}

#[tokio::test]
async fn a_version_stays_unique_when_its_key_is_imported() {
    let place = Place::with_entries().await;
    let store = place.open();
    let export = store.export(None).await.unwrap();
    let before = stored(&store, "app", "x").await;
    store.import(export.bytes, None, true).await.unwrap();
    let after = jira_host::secrets::SecretStore::get(&store, "app")
        .await
        .unwrap()
        .unwrap();
    assert_ne!(after.version, before);
}

#[tokio::test]
async fn what_is_no_export_or_is_under_another_key_is_refused() {
    let place = Place::with_entries().await;
    let store = place.open();
    let export = store.export(key(1)).await.unwrap().bytes;
    let mut changed = export.clone();
    *changed.last_mut().unwrap() ^= 1;
    let cut = export[..export.len() - 1].to_vec();
    for (bytes, key) in [
        (export.clone(), key(2)),
        (export, None),
        (changed, key(1)),
        (cut, key(1)),
        (b"something else".to_vec(), key(1)),
        (Vec::new(), key(1)),
    ] {
        let error = store.import(bytes, key, true).await.unwrap_err();
        assert!(matches!(error, SqliteError::NotAnExport), "{error:?}");
    }
    assert_eq!(value(&store, "app").await.unwrap(), b"the client secret");
}
