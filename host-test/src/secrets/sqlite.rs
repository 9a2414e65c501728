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
pub use self::inspection::StoreReport;
pub use self::options::SqliteOptions;
use self::patience::Patience;
use self::schema::FORMAT;
pub use self::transfer::SealedExport;
use super::key::{check_key, check_prefix, check_value};
use super::key_source::KeySource;
use super::master_key::MasterKey;
use super::{Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError};

/// A store in one SQLite file, with every value sealed under a [`MasterKey`].
///
/// Several processes may have it open, on one machine: SQLite's locks do not
/// hold on network file systems. What was answered as stored survives a crash
/// and the loss of power.
///
/// Values are sealed with XChaCha20-Poly1305 and bound to the store, their key
/// and their version, so that whoever can write the file, but has not the key,
/// cannot move a value elsewhere or bring an old one back under the present
/// version. Two things they can do: see the keys and the sizes, and put back the
/// whole file, or an entry with its version, as it once was.
///
/// SQLite blocks, so every call runs on tokio's blocking threads rather than on
/// a thread of the store: a service with a thousand tenants, and a store for
/// each, has no thread for those that are idle. There is one connection that
/// reads and one that writes, and calls wait for them in order without holding a
/// thread; a reader never waits for a writer, nor for another process. A call
/// that is dropped while it waits is not made; one that has begun is completed.
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
    pub fn open(path: impl AsRef<Path>, keys: impl Into<KeySource>) -> Result<Self, SqliteError> {
        SqliteOptions::new().open(path, keys)
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks the file, the key and every value.
    pub async fn check(&self) -> Result<StoreReport, SqliteError> {
        on(&self.reader, inspection::inspect).await
    }

    /// Seals everything under another key, at once, and answers how many entries
    /// that were.
    ///
    /// A store that was opened with a [`KeyFile`](super::KeyFile) writes the key
    /// there, in an order that a crash cannot harm, and other processes that
    /// have it open follow. Otherwise the caller keeps the key, safely and
    /// before it is used here; other processes answer errors until they are
    /// started anew.
    pub async fn rotate_key(&self, next: MasterKey) -> Result<usize, SqliteError> {
        let mut reader = Arc::clone(&self.reader).lock_owned().await;
        on(&self.writer, move |writer| {
            let sealed = rotation::rotate(writer, next);
            reader.keys = writer.keys.clone();
            sealed
        })
        .await
    }

    /// Everything in the store, sealed under this key or the store's own, apart
    /// from leases and consents that were begun: they are of the moment. It is
    /// put together in memory.
    pub async fn export(&self, key: Option<MasterKey>) -> Result<SealedExport, SqliteError> {
        on(&self.reader, move |desk| {
            transfer::export(desk, key.as_ref())
        })
        .await
    }

    /// Writes what an export has, all of it or, when this fails, nothing, and
    /// answers how many entries that were. Keys that are in the store already
    /// are an error, unless they are to be replaced; other keys stay.
    pub async fn import(
        &self,
        export: Vec<u8>,
        key: Option<MasterKey>,
        replace: bool,
    ) -> Result<usize, SqliteError> {
        on(&self.writer, move |desk| {
            transfer::import(desk, &export, key.as_ref(), replace)
        })
        .await
    }
}

/// Does something with a connection, when it is free, where blocking is allowed.
async fn on<T: Send + 'static>(
    desk: &Arc<Mutex<Desk>>,
    work: impl FnOnce(&mut Desk) -> Result<T, SqliteError> + Send + 'static,
) -> Result<T, SqliteError> {
    let patience = Patience::from_now();
    let mut desk: OwnedMutexGuard<Desk> = Arc::clone(desk).lock_owned().await;
    let patient_work = move || {
        desk.waited(&patience)?;
        work(&mut desk)
    };
    spawn_blocking(patient_work)
        .await
        .unwrap_or(Err(SqliteError::Interrupted))
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

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
