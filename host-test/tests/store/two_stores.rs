//! Two stores that are one, as in two processes.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use jira_host::secrets::{
    Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError,
};

pub struct Two<S> {
    stores: [S; 2],
    calls: AtomicUsize,
}

impl<S> Two<S> {
    pub fn new(stores: [S; 2]) -> Self {
        let calls = AtomicUsize::new(0);
        Two { stores, calls }
    }

    fn next(&self) -> &S {
        &self.stores[self.calls.fetch_add(1, Ordering::Relaxed) % 2]
    }
}

#[async_trait]
impl<S: SecretStore> SecretStore for Two<S> {
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
