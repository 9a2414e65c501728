use std::sync::Arc;

use jira_host::secrets::{SqliteOptions, SqliteStore};

use crate::place::Place;
use crate::rules::AnyStore;

fn empty() -> (Place, AnyStore) {
    let place = Place::new();
    let store = place.open_with(SqliteOptions::new().with_page_size(2));
    (place, Arc::new(store))
}

keeps_the_rules! { empty() }

/// One half of the calls goes to one store, the other half to another one on
/// the same file.
mod through_two_stores {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use jira_host::secrets::{
        Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError,
    };

    use super::*;

    struct Two {
        stores: [SqliteStore; 2],
        calls: AtomicUsize,
    }

    impl Two {
        fn next(&self) -> &SqliteStore {
            &self.stores[self.calls.fetch_add(1, Ordering::Relaxed) % 2]
        }
    }

    fn empty() -> (Place, AnyStore) {
        let place = Place::new();
        let open = || place.open_with(SqliteOptions::new().with_page_size(2));
        let stores = [open(), open()];
        let calls = AtomicUsize::new(0);
        (place, Arc::new(Two { stores, calls }))
    }

    #[async_trait]
    impl SecretStore for Two {
        async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
            self.next().get(key).await
        }

        async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
            self.next().get_many(keys).await
        }

        async fn put(
            &self,
            key: &str,
            value: Vec<u8>,
            expect: Expect,
        ) -> Result<PutOutcome, StoreError> {
            self.next().put(key, value, expect).await
        }

        async fn put_many(
            &self,
            changes: Vec<Change>,
        ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
            self.next().put_many(changes).await
        }

        async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
            self.next().delete(key, expect).await
        }

        async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
            self.next().list(prefix, cursor).await
        }
    }

    keeps_the_rules! { empty() }
}
