//! Sealed exports.

use jira_host::secrets::{MasterKey, SealedStoreError};

use crate::any_place::AnyPlace;
use crate::place::contains;
use crate::rules::{all_keys, stored, value};

on_every_store! {
    everything_goes_to_a_store_with_another_key,
    an_export_under_the_stores_own_key_comes_back,
    what_is_of_the_moment_stays_behind,
    an_import_overwrites_only_when_it_is_asked_to,
    a_version_stays_unique_when_its_key_is_imported,
    what_is_no_export_or_is_under_another_key_is_refused,
}

fn key(byte: u8) -> Option<MasterKey> {
    Some(MasterKey::from_bytes([byte; 32]))
}

async fn everything_goes_to_a_store_with_another_key(place: AnyPlace) {
    let place = place.with_entries().await;
    let export = place.open().await.export(key(1)).await.unwrap();
    assert_eq!(export.entries, 3);
    for hidden in ["the tokens of a", "tokens/a"] {
        assert!(!contains(&export.bytes, hidden.as_bytes()));
    }
    let other = place.another();
    let store = other.open().await;
    stored(&*store, "tokens/z", "already there").await;
    assert_eq!(store.import(export.bytes, key(1), false).await.unwrap(), 3);
    assert_eq!(value(&*store, "app").await.unwrap(), b"the client secret");
    let expected = ["app", "tokens/a", "tokens/b", "tokens/z"];
    assert_eq!(all_keys(&*store, "").await.0, expected);
}

async fn an_export_under_the_stores_own_key_comes_back(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
    let export = store.export(None).await.unwrap();
    stored(&*store, "app", "changed since").await;
    assert_eq!(store.import(export.bytes, None, true).await.unwrap(), 3);
    assert_eq!(value(&*store, "app").await.unwrap(), b"the client secret");
}

async fn what_is_of_the_moment_stays_behind(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
    for key in ["leases/a", "consents/a/1", "connections/a"] {
        stored(&*store, key, "x").await;
    }
    let export = store.export(key(1)).await.unwrap();
    assert_eq!(export.entries, 4);
    let there = place.another();
    let other = there.open().await;
    other.import(export.bytes, key(1), false).await.unwrap();
    let expected = ["app", "connections/a", "tokens/a", "tokens/b"];
    assert_eq!(all_keys(&*other, "").await.0, expected);
}

async fn an_import_overwrites_only_when_it_is_asked_to(place: AnyPlace) {
    let place = place.with_entries().await;
    let export = place.open().await.export(key(1)).await.unwrap();
    let other = place.another();
    let store = other.open().await;
    stored(&*store, "tokens/a", "there").await;
    let error = store
        .import(export.bytes.clone(), key(1), false)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 of the keys are in the store already, `tokens/a` among them"
    );
    assert_eq!(
        all_keys(&*store, "").await.0,
        ["tokens/a"],
        "nothing was imported"
    );
    assert_eq!(value(&*store, "tokens/a").await.unwrap(), b"there");
    store.import(export.bytes, key(1), true).await.unwrap();
    assert_eq!(
        value(&*store, "tokens/a").await.unwrap(),
        b"the tokens of a"
    );
}

async fn a_version_stays_unique_when_its_key_is_imported(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
    let export = store.export(None).await.unwrap();
    let before = stored(&*store, "app", "x").await;
    store.import(export.bytes, None, true).await.unwrap();
    let after = store.get("app").await.unwrap().unwrap();
    assert_ne!(after.version, before);
}

async fn what_is_no_export_or_is_under_another_key_is_refused(place: AnyPlace) {
    let place = place.with_entries().await;
    let store = place.open().await;
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
        assert!(matches!(error, SealedStoreError::NotAnExport), "{error:?}");
    }
    assert_eq!(value(&*store, "app").await.unwrap(), b"the client secret");
}
