use std::sync::Arc;

use jira_host::secrets::{MemoryStore, SecretStore, StoreError};

use crate::rules::AnyStore;

fn empty() -> AnyStore {
    Arc::new(MemoryStore::new().with_page_size(2))
}

keeps_the_rules! { Some(((), empty())) }

#[tokio::test]
async fn an_operator_writes_a_key_whatever_is_there() {
    let store = MemoryStore::new();
    store.insert("app", "one").unwrap();
    let version = store.insert("app", "two").unwrap();
    let entry = store.get("app").await.unwrap().unwrap();
    assert_eq!((entry.value, entry.version), (b"two".to_vec(), version));
    let refused = store.insert("müller", "x");
    assert!(matches!(refused, Err(StoreError::Other(_))));
}

#[test]
fn a_store_shows_its_keys_and_no_values() {
    let store = MemoryStore::new();
    store.insert("app", "hidden").unwrap();
    assert_eq!(format!("{store:?}"), r#"MemoryStore {"app"}"#);
}
