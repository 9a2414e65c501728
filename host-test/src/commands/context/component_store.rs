use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use jira_host::secrets::{
    Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError,
};
use tokio::sync::watch;

use crate::commands::app_record::APP_KEY;

/// What the keys of leases begin with: `wit/secret-store.wit`.
pub(super) const LEASES: &str = "leases/";

/// The store as the component gets it.
///
/// It may not write the application record: that is where the operator says
/// what may be reached. And it is watched for leases, so that the command line
/// does not end between the moment when a refresh token is spent and the moment
/// when its successor is stored.
pub(super) struct ComponentStore {
    inner: Arc<dyn SecretStore>,
    held: watch::Sender<BTreeSet<String>>,
}

impl ComponentStore {
    pub(super) fn new(inner: Arc<dyn SecretStore>) -> Self {
        let (held, _) = watch::channel(BTreeSet::new());
        ComponentStore { inner, held }
    }

    /// Whether tokens are being rotated by this process.
    pub(super) fn is_rotating(&self) -> bool {
        !self.held.borrow().is_empty()
    }

    /// Ends when no tokens are being rotated.
    pub(super) async fn settled(&self) {
        // The sender is in `self`, so this does not end before.
        let _ = self.held.subscribe().wait_for(BTreeSet::is_empty).await;
    }

    fn noticed(&self, key: &str, outcome: &PutOutcome) {
        if key.starts_with(LEASES) && matches!(outcome, PutOutcome::Stored(_)) {
            self.held.send_modify(|held| {
                held.insert(key.to_owned());
            });
        }
    }
}

#[async_trait]
impl SecretStore for ComponentStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        self.inner.get_many(keys).await
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        if key == APP_KEY {
            return Err(StoreError::AccessDenied);
        }
        let outcome = self.inner.put(key, value, expect).await?;
        self.noticed(key, &outcome);
        Ok(outcome)
    }

    async fn put_many(
        &self,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        if changes.iter().any(|change| change.key == APP_KEY) {
            return Err(StoreError::AccessDenied);
        }
        let keys: Vec<_> = changes.iter().map(|change| change.key.clone()).collect();
        let outcomes = self.inner.put_many(changes).await?;
        for (key, outcome) in keys.iter().zip(&outcomes) {
            if let Ok(outcome) = outcome {
                self.noticed(key, outcome);
            }
        }
        Ok(outcomes)
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        if key == APP_KEY {
            return Err(StoreError::AccessDenied);
        }
        let outcome = self.inner.delete(key, expect).await;
        // However it ended, the rotation is over.
        self.held.send_if_modified(|held| held.remove(key));
        outcome
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        self.inner.list(prefix, cursor).await
    }
}

#[cfg(test)]
mod tests {
    use jira_host::secrets::MemoryStore;

    use super::*;

    fn store() -> ComponentStore {
        let inner = MemoryStore::new();
        inner.insert(APP_KEY, "the operator's").unwrap();
        ComponentStore::new(Arc::new(inner))
    }

    #[tokio::test]
    async fn the_application_record_is_read_and_not_written() {
        let store = store();
        assert!(store.get(APP_KEY).await.unwrap().is_some());
        let refused = store.put(APP_KEY, b"mine".to_vec(), Expect::Any).await;
        assert_eq!(refused.unwrap_err(), StoreError::AccessDenied);
        let change = Change {
            key: APP_KEY.to_owned(),
            value: b"mine".to_vec(),
            expect: Expect::Any,
        };
        let refused = store.put_many(vec![change]).await;
        assert_eq!(refused.unwrap_err(), StoreError::AccessDenied);
        let refused = store.delete(APP_KEY, Expect::Any).await;
        assert_eq!(refused.unwrap_err(), StoreError::AccessDenied);
        let entry = store.get(APP_KEY).await.unwrap().unwrap();
        assert_eq!(entry.value, b"the operator's");
    }

    #[tokio::test]
    async fn tokens_are_rotated_for_as_long_as_a_lease_is_held() {
        let store = store();
        store.put("tokens/a", vec![1], Expect::Any).await.unwrap();
        assert!(!store.is_rotating());
        store
            .put("leases/a", vec![1], Expect::Absent)
            .await
            .unwrap();
        assert!(store.is_rotating());
        // One that somebody else holds is not ours.
        store
            .put("leases/a", vec![2], Expect::Absent)
            .await
            .unwrap();
        store.delete("leases/a", Expect::Any).await.unwrap();
        assert!(!store.is_rotating());
        store.settled().await;
    }
}
