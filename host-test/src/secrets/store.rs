use async_trait::async_trait;

use super::{Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, StoreError};

/// A store of secrets: one application, one trust domain.
///
/// The rules are those of `wit/secret-store.wit`. Two of them matter most.
/// The comparison and the write of [`put`](SecretStore::put) are one step that
/// no other writer can come between, and a value that was answered as stored
/// survives the loss of power; without either, a refresh token that Atlassian
/// has just rotated can be lost, and with it a person's consent.
///
/// The methods are `async_trait`'s boxed futures, as a store is chosen while
/// the program runs (`Arc<dyn SecretStore>`) and `async fn` in a trait does not
/// allow that.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Reads one key. A key that is absent is `None`.
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError>;

    /// Reads several keys, answered in the order asked. Every call makes this
    /// trip once, so a store that can make it in one should.
    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        let mut entries = Vec::with_capacity(keys.len());
        for key in keys {
            entries.push(self.get(key).await?);
        }
        Ok(entries)
    }

    /// Writes one key where it is as expected.
    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError>;

    /// Writes several keys, each on its own as by `put`, answered in the order
    /// given.
    async fn put_many(
        &self,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        let mut outcomes = Vec::with_capacity(changes.len());
        for change in changes {
            outcomes.push(self.put(&change.key, change.value, change.expect).await);
        }
        Ok(outcomes)
    }

    /// Deletes one key where it is as expected.
    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError>;

    /// Lists the keys that begin with a prefix, a page at a time.
    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError>;
}
