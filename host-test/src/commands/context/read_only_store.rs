use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jira_host::secrets::{
    Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError,
};

use super::component_store::LEASES;

/// A store that can be looked into and stays as it is.
///
/// Nobody gets a lease in it, and without one the component spends no refresh
/// token. That it asked for one says that it wanted to.
pub(super) struct ReadOnlyStore {
    inner: Arc<dyn SecretStore>,
    lease_was_wanted: AtomicBool,
}

impl ReadOnlyStore {
    pub(super) fn new(inner: Arc<dyn SecretStore>) -> Self {
        ReadOnlyStore {
            inner,
            lease_was_wanted: AtomicBool::new(false),
        }
    }

    /// Whether somebody wanted to rotate tokens.
    pub(super) fn lease_was_wanted(&self) -> bool {
        self.lease_was_wanted.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl SecretStore for ReadOnlyStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        self.inner.get_many(keys).await
    }

    async fn put(&self, key: &str, _: Vec<u8>, _: Expect) -> Result<PutOutcome, StoreError> {
        if key.starts_with(LEASES) {
            self.lease_was_wanted.store(true, Ordering::Relaxed);
        }
        Err(StoreError::AccessDenied)
    }

    async fn put_many(
        &self,
        _: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        Err(StoreError::AccessDenied)
    }

    async fn delete(&self, _: &str, _: Expect) -> Result<DeleteOutcome, StoreError> {
        Err(StoreError::AccessDenied)
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        self.inner.list(prefix, cursor).await
    }
}

#[cfg(test)]
mod tests {
    use jira_host::secrets::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn it_is_read_and_stays_as_it_is() {
        let inner = Arc::new(MemoryStore::new());
        inner.insert("tokens/a", "kept").unwrap();
        let store = ReadOnlyStore::new(inner.clone());
        let put = store.put("tokens/a", vec![1], Expect::Any).await;
        assert_eq!(put.unwrap_err(), StoreError::AccessDenied);
        let change = Change {
            key: "tokens/a".to_owned(),
            value: vec![1],
            expect: Expect::Any,
        };
        assert!(store.put_many(vec![change]).await.is_err());
        assert!(store.delete("tokens/a", Expect::Any).await.is_err());
        let entry = store.get("tokens/a").await.unwrap().unwrap();
        assert_eq!(entry.value, b"kept");
        assert_eq!(store.list("tokens/", None).await.unwrap().keys.len(), 1);

        assert!(!store.lease_was_wanted());
        let lease = store.put("leases/a", vec![1], Expect::Absent).await;
        assert_eq!(lease.unwrap_err(), StoreError::AccessDenied);
        assert!(store.lease_was_wanted());
    }
}
