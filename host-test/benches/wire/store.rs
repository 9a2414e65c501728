//! A store that counts its calls.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use jira_host::secrets::{
    Change, DeleteOutcome, Entry, Expect, KeyPage, MemoryStore, PutOutcome, SecretStore, StoreError,
};

pub(crate) struct CountingStore {
    inner: MemoryStore,
    reads: AtomicUsize,
    writes: AtomicUsize,
}

/// How often it was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) reads: usize,
    pub(crate) writes: usize,
}

impl CountingStore {
    pub(crate) fn new(inner: MemoryStore) -> CountingStore {
        CountingStore {
            inner,
            reads: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
        }
    }

    /// The calls since this was last asked.
    pub(crate) fn take(&self) -> Calls {
        Calls {
            reads: self.reads.swap(0, Ordering::Relaxed),
            writes: self.writes.swap(0, Ordering::Relaxed),
        }
    }

    fn reading(&self) -> &MemoryStore {
        self.reads.fetch_add(1, Ordering::Relaxed);
        &self.inner
    }

    fn writing(&self) -> &MemoryStore {
        self.writes.fetch_add(1, Ordering::Relaxed);
        &self.inner
    }
}

#[async_trait]
impl SecretStore for CountingStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.reading().get(key).await
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        self.reading().get_many(keys).await
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        self.writing().put(key, value, expect).await
    }

    async fn put_many(
        &self,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        self.writing().put_many(changes).await
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        self.writing().delete(key, expect).await
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        self.reading().list(prefix, cursor).await
    }
}
