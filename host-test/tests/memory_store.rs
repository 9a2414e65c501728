//! The rules of the secret store, as the memory store keeps them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

use jira_host::secrets::{
    Change, DeleteOutcome, Expect, MemoryStore, PutOutcome, SecretStore, StoreError, Version,
};

async fn put(store: &MemoryStore, key: &str, value: &str, expect: Expect) -> PutOutcome {
    store.put(key, value.into(), expect).await.unwrap()
}

async fn stored(store: &MemoryStore, key: &str, value: &str) -> Version {
    match put(store, key, value, Expect::Any).await {
        PutOutcome::Stored(version) => version,
        stale => panic!("{stale:?}"),
    }
}

async fn all_keys(store: &MemoryStore, prefix: &str) -> (Vec<String>, usize) {
    let (mut keys, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let page = store.list(prefix, cursor).await.unwrap();
        keys.extend(page.keys);
        pages += 1;
        cursor = page.cursor;
        if cursor.is_none() {
            return (keys, pages);
        }
    }
}

#[tokio::test]
async fn an_absent_key_is_none() {
    assert_eq!(MemoryStore::new().get("app").await, Ok(None));
}

#[tokio::test]
async fn a_version_is_never_used_again_even_after_a_delete() {
    let store = MemoryStore::new();
    let first = stored(&store, "app", "one").await;
    let second = stored(&store, "app", "two").await;
    store.delete("app", Expect::Any).await.unwrap();
    let third = stored(&store, "app", "one").await;
    assert!(first != second && second != third && first != third);
}

#[tokio::test]
async fn a_put_with_the_version_that_is_there_is_stored() {
    let store = MemoryStore::new();
    let version = stored(&store, "tokens/a", "old").await;
    let outcome = put(&store, "tokens/a", "new", Expect::Version(version.clone())).await;
    let entry = store.get("tokens/a").await.unwrap().unwrap();
    assert_eq!(outcome, PutOutcome::Stored(entry.version.clone()));
    assert_ne!(entry.version, version);
    assert_eq!(entry.value, b"new");
}

#[tokio::test]
async fn a_put_with_another_version_changes_nothing_and_tells_what_is_there() {
    let store = MemoryStore::new();
    let old = stored(&store, "tokens/a", "old").await;
    stored(&store, "tokens/a", "new").await;
    let there = store.get("tokens/a").await.unwrap();
    let outcome = put(&store, "tokens/a", "lost", Expect::Version(old)).await;
    assert_eq!(outcome, PutOutcome::Stale(there.clone()));
    assert_eq!(store.get("tokens/a").await.unwrap(), there);
}

#[tokio::test]
async fn only_one_of_two_can_write_an_absent_key() {
    let store = MemoryStore::new();
    let first = put(&store, "leases/a", "me", Expect::Absent).await;
    let second = put(&store, "leases/a", "you", Expect::Absent).await;
    assert!(matches!(first, PutOutcome::Stored(_)));
    let PutOutcome::Stale(Some(entry)) = second else {
        panic!("{second:?}");
    };
    assert_eq!(entry.value, b"me");
}

#[tokio::test]
async fn a_put_that_expects_a_version_of_an_absent_key_is_stale() {
    let expect = Expect::Version("1".to_owned());
    let outcome = put(&MemoryStore::new(), "tokens/a", "new", expect).await;
    assert_eq!(outcome, PutOutcome::Stale(None));
}

#[tokio::test]
async fn a_delete_compares_too() {
    let store = MemoryStore::new();
    let old = stored(&store, "leases/a", "one").await;
    let new = stored(&store, "leases/a", "two").await;
    let there = store.get("leases/a").await.unwrap();
    let delete = |expect| store.delete("leases/a", expect);
    assert_eq!(
        delete(Expect::Version(old)).await,
        Ok(DeleteOutcome::Stale(there.clone()))
    );
    assert_eq!(
        delete(Expect::Absent).await,
        Ok(DeleteOutcome::Stale(there))
    );
    assert_eq!(
        delete(Expect::Version(new)).await,
        Ok(DeleteOutcome::Deleted)
    );
    assert_eq!(store.get("leases/a").await, Ok(None));
}

#[tokio::test]
async fn an_absent_key_is_deleted_where_that_is_expected() {
    let store = MemoryStore::new();
    let version = Expect::Version("1".to_owned());
    assert_eq!(
        store.delete("a", Expect::Absent).await,
        Ok(DeleteOutcome::Deleted)
    );
    assert_eq!(
        store.delete("a", Expect::Any).await,
        Ok(DeleteOutcome::Deleted)
    );
    assert_eq!(
        store.delete("a", version).await,
        Ok(DeleteOutcome::Stale(None))
    );
}

#[tokio::test]
async fn several_keys_are_answered_in_the_order_asked() {
    let store = MemoryStore::new();
    stored(&store, "a", "1").await;
    stored(&store, "c", "3").await;
    let keys = ["c", "b", "a"].map(str::to_owned);
    let entries = store.get_many(&keys).await.unwrap();
    let values: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.map(|entry| entry.value))
        .collect();
    assert_eq!(values, [Some(b"3".to_vec()), None, Some(b"1".to_vec())]);
}

#[tokio::test]
async fn one_change_that_fails_does_not_keep_the_others_from_being_made() {
    let store = MemoryStore::new();
    stored(&store, "b", "there").await;
    let change = |key: &str, expect| Change {
        key: key.to_owned(),
        value: b"new".to_vec(),
        expect,
    };
    let outcomes = store
        .put_many(vec![
            change("a", Expect::Absent),
            change("b", Expect::Absent),
            change("not a key", Expect::Any),
            change("c", Expect::Any),
        ])
        .await
        .unwrap();
    assert!(matches!(&outcomes[0], Ok(PutOutcome::Stored(_))));
    assert!(matches!(&outcomes[1], Ok(PutOutcome::Stale(Some(_)))));
    assert!(matches!(&outcomes[2], Err(StoreError::Other(_))));
    assert!(matches!(&outcomes[3], Ok(PutOutcome::Stored(_))));
}

#[tokio::test]
async fn a_list_has_every_key_of_the_prefix_once_over_several_pages() {
    let store = MemoryStore::new().with_page_size(2);
    for key in [
        "accounts/1",
        "tokens/1",
        "tokens/2",
        "tokens/3",
        "tokens/4",
        "tokens0",
    ] {
        stored(&store, key, "x").await;
    }
    let expected = ["tokens/1", "tokens/2", "tokens/3", "tokens/4"].map(str::to_owned);
    assert_eq!(all_keys(&store, "tokens/").await, (expected.to_vec(), 2));
    assert_eq!(all_keys(&store, "").await.0.len(), 6);
    assert_eq!(all_keys(&store, "none/").await, (Vec::new(), 1));
}

#[tokio::test]
async fn a_cursor_stays_good_when_its_key_is_deleted() {
    let store = MemoryStore::new().with_page_size(1);
    for key in ["a/1", "a/2", "a/3"] {
        stored(&store, key, "x").await;
    }
    let first = store.list("a/", None).await.unwrap();
    store.delete("a/1", Expect::Any).await.unwrap();
    let second = store.list("a/", first.cursor).await.unwrap();
    assert_eq!(second.keys, ["a/2"]);
}

#[tokio::test]
async fn what_is_not_a_key_is_refused_everywhere() {
    let store = MemoryStore::new();
    let wrong = "müller";
    assert!(matches!(store.get(wrong).await, Err(StoreError::Other(_))));
    assert!(matches!(
        store.put(wrong, vec![], Expect::Any).await,
        Err(StoreError::Other(_))
    ));
    assert!(matches!(
        store.delete(wrong, Expect::Any).await,
        Err(StoreError::Other(_))
    ));
    assert!(matches!(
        store.list(wrong, None).await,
        Err(StoreError::Other(_))
    ));
    assert!(matches!(
        store.insert(wrong, "x"),
        Err(StoreError::Other(_))
    ));
    let long = "k".repeat(257);
    assert_eq!(store.get(&long).await, Err(StoreError::TooLarge(256)));
}

#[tokio::test]
async fn sixty_four_kibibytes_are_accepted_and_more_than_a_mebibyte_is_not() {
    let store = MemoryStore::new();
    let large = vec![7; 65_536];
    assert!(store.put("a", large.clone(), Expect::Any).await.is_ok());
    assert_eq!(store.get("a").await.unwrap().unwrap().value, large);
    let too_large = store.put("a", vec![7; 1_048_577], Expect::Any).await;
    assert_eq!(too_large, Err(StoreError::TooLarge(1_048_576)));
    assert_eq!(store.get("a").await.unwrap().unwrap().value, large);
}

#[tokio::test]
async fn a_store_shows_its_keys_and_no_values() {
    let store = MemoryStore::new();
    store.insert("app", "hidden").unwrap();
    assert_eq!(format!("{store:?}"), r#"MemoryStore {"app"}"#);
}
