//! A store in a file.

mod batch;
mod desk;
mod entries;
mod error;
mod inspection;
mod options;
mod patience;
mod rotation;
mod schema;
mod transfer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::spawn_blocking;

use self::desk::Desk;
pub use self::error::SqliteError;
use self::error::named;
pub use self::options::SqliteOptions;
use self::patience::Patience;
use super::error::SealedStoreError;
use super::key::{check_key, check_prefix, check_value};
use super::key_source::KeySource;
use super::master_key::MasterKey;
use super::sealed_store::{SealedExport, SealedStore, StoreReport};
use super::{Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError};

/// A [`SealedStore`] in one SQLite file.
///
/// Several processes may have it open, on one machine: SQLite's locks do not
/// hold on network file systems. What was answered as stored survives a crash
/// and the loss of power.
///
/// SQLite blocks, so every call runs on tokio's blocking threads rather than on
/// a thread of the store: a service with a thousand tenants, and a store for
/// each, has no thread for those that are idle. There is one connection that
/// reads and one that writes, and calls wait for them in order without holding a
/// thread; a reader never waits for a writer, nor for another process. A call
/// that is dropped while it waits is not made; one that has begun is completed.
///
/// A store holds five files open for as long as it is there: with a thousand of
/// them, see to the limit of the process (`ulimit -n`), or drop those that are idle.
pub struct SqliteStore {
    path: PathBuf,
    page_size: usize,
    reader: Arc<Mutex<Desk>>,
    writer: Arc<Mutex<Desk>>,
}

impl SqliteStore {
    /// Opens a store, or makes one where no file is. It takes a key, a
    /// [`KeyFile`](super::KeyFile), or [`KeySource::for_store`].
    ///
    /// One key file is for one store; that of another store is refused.
    ///
    /// A file that is there is never made anew, whatever is wrong with it. This
    /// waits for the disk: do so when the program starts.
    pub fn open(
        path: impl AsRef<Path>,
        keys: impl Into<KeySource>,
    ) -> Result<Self, SealedStoreError> {
        SqliteOptions::new().open(path, keys)
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Does something with a connection, when it is free, where blocking is allowed.
async fn on<T: Send + 'static>(
    desk: &Arc<Mutex<Desk>>,
    work: impl FnOnce(&mut Desk) -> Result<T, SealedStoreError> + Send + 'static,
) -> Result<T, SealedStoreError> {
    let patience = Patience::from_now();
    let mut desk: OwnedMutexGuard<Desk> = Arc::clone(desk).lock_owned().await;
    let patient_work = move || {
        desk.waited(&patience)?;
        work(&mut desk)
    };
    spawn_blocking(patient_work)
        .await
        .unwrap_or_else(|error| Err(SealedStoreError::left(error)))
}

#[async_trait]
impl SecretStore for SqliteStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        check_key(key)?;
        let key = key.to_owned();
        let read = on(&self.reader, move |desk| {
            desk.read(|transaction, unlocked| entries::get(transaction, &unlocked.sealer, &key))
        });
        Ok(read.await?)
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        keys.iter().try_for_each(|key| check_key(key))?;
        let keys = keys.to_vec();
        let read = on(&self.reader, move |desk| {
            desk.read(|transaction, unlocked| {
                keys.iter()
                    .map(|key| entries::get(transaction, &unlocked.sealer, key))
                    .collect()
            })
        });
        Ok(read.await?)
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        check_key(key)?;
        check_value(&value)?;
        let key = key.to_owned();
        let written = on(&self.writer, move |desk| {
            desk.write(|transaction, unlocked| {
                entries::put(transaction, &unlocked.sealer, &key, &value, &expect)
            })
        });
        Ok(written.await?)
    }

    /// One transaction, and so one wait for the disk.
    async fn put_many(
        &self,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        let written = on(&self.writer, move |desk| batch::put_many(desk, &changes));
        Ok(written.await?)
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        check_key(key)?;
        let key = key.to_owned();
        let deleted = on(&self.writer, move |desk| {
            desk.write(|transaction, unlocked| {
                entries::delete(transaction, &unlocked.sealer, &key, &expect)
            })
        });
        Ok(deleted.await?)
    }

    /// A cursor is the last key of its page, so it stays good whatever comes
    /// and goes.
    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        check_prefix(prefix)?;
        let (prefix, page_size) = (prefix.to_owned(), self.page_size);
        let read = on(&self.reader, move |desk| {
            desk.read(|transaction, _| {
                entries::keys(transaction, &prefix, cursor.as_deref(), page_size + 1)
            })
        });
        let mut keys = read.await?;
        let has_more = keys.len() > page_size;
        keys.truncate(page_size);
        let cursor = keys.last().filter(|_| has_more).cloned();
        Ok(KeyPage { keys, cursor })
    }
}

#[async_trait]
impl SealedStore for SqliteStore {
    fn at(&self) -> String {
        named(&self.path)
    }

    async fn check(&self) -> Result<StoreReport, SealedStoreError> {
        on(&self.reader, inspection::inspect).await
    }

    async fn rotate_key(&self, next: MasterKey) -> Result<usize, SealedStoreError> {
        let mut reader = Arc::clone(&self.reader).lock_owned().await;
        on(&self.writer, move |writer| {
            let sealed = rotation::rotate(writer, next);
            reader.keys = writer.keys.clone();
            sealed
        })
        .await
    }

    async fn export(&self, key: Option<MasterKey>) -> Result<SealedExport, SealedStoreError> {
        on(&self.reader, move |desk| {
            transfer::export(desk, key.as_ref())
        })
        .await
    }

    async fn import(
        &self,
        export: Vec<u8>,
        key: Option<MasterKey>,
        replace: bool,
    ) -> Result<usize, SealedStoreError> {
        on(&self.writer, move |desk| {
            transfer::import(desk, &export, key.as_ref(), replace)
        })
        .await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_told_as_a_bug_and_leaves_the_store_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::from_bytes([1; 32]);
        let store = SqliteStore::open(folder.path().join("store"), key).unwrap();
        let put = || store.put("app", b"kept".to_vec(), Expect::Any);
        put().await.unwrap();
        let left = on(&store.writer, |desk| {
            desk.write::<()>(|transaction, _| {
                transaction.execute("DELETE FROM entries", []).unwrap();
                panic!("a bug")
            })
        });
        let error = left.await.unwrap_err();
        assert!(matches!(error, SealedStoreError::Panicked), "{error:?}");
        let entry = store.get("app").await.unwrap().unwrap();
        assert_eq!(entry.value, b"kept");
        assert!(matches!(put().await, Ok(PutOutcome::Stored(_))));
    }
}
