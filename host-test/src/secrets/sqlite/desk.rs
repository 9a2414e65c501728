//! One connection to the file, and the key that fits it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::super::error::SealedStoreError;
use super::super::key_source::KeySource;
use super::super::unlocked::Unlocked;
use super::error::{SqliteError, classify, named};
use super::patience::Patience;
use super::schema;

/// For every connection.
///
/// - FULL, and `fullfsync` for macOS: what is answered as stored is on the disk.
/// - `secure_delete`: what was replaced, or was sealed under the key before, is
///   overwritten.
/// - The others: a file that somebody has tampered with gets nothing run.
const SETTINGS: &str = "
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA secure_delete = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
";

/// How often a key is looked for. While something only reads, the key may be
/// changed between a look at the store and one at the key file, so that the two
/// do not fit; it takes a change at the same moment each time for the last
/// attempt to fail.
const UNLOCK_ATTEMPTS: u32 = 5;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Role {
    Reader,
    Writer { max_file_bytes: Option<u64> },
}

/// A connection and the key.
pub(super) struct Desk {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    pub(super) keys: KeySource,
    busy_timeout: Duration,
    unlocked: Option<Unlocked>,
}

impl Desk {
    /// Opens the file, which must be there. It is never made anew: an empty one
    /// in its place would hide that something is wrong.
    pub(super) fn open(
        path: &Path,
        keys: KeySource,
        busy_timeout: Duration,
        role: Role,
    ) -> Result<Self, SealedStoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let classify = |error| classify(path, error);
        let connection = Connection::open_with_flags(path, flags).map_err(classify)?;
        connection.busy_timeout(busy_timeout).map_err(classify)?;
        // SQLite opens what it may not write for reading, without a word.
        if connection.is_readonly("main").map_err(classify)? {
            return Err(SqliteError::ReadOnly(path.to_owned()).into());
        }
        schema::expect_store(path, &connection)?;
        connection.execute_batch(SETTINGS).map_err(classify)?;
        match role {
            Role::Reader => connection.execute_batch("PRAGMA query_only = ON"),
            Role::Writer { max_file_bytes } => limit_size(&connection, max_file_bytes),
        }
        .map_err(classify)?;
        Ok(Desk {
            path: path.to_owned(),
            connection,
            keys,
            busy_timeout,
            unlocked: None,
        })
    }

    /// Counts the wait for this connection as part of the wait for others.
    pub(super) fn waited(&self, patience: &Patience) -> Result<(), SealedStoreError> {
        self.connection
            .busy_timeout(patience.left(self.busy_timeout))
            .map_err(|error| classify(&self.path, error))
    }

    /// Runs something that only reads, on one state of the store.
    pub(super) fn read<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Unlocked) -> Result<T, Trouble>,
    ) -> Result<T, SealedStoreError> {
        self.within(TransactionBehavior::Deferred, work)
    }

    /// Runs something that writes, while nobody else does. It is done when this
    /// returns `Ok`, and not done at all when `work` fails.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Unlocked) -> Result<T, Trouble>,
    ) -> Result<T, SealedStoreError> {
        self.within(TransactionBehavior::Immediate, work)
    }

    fn within<T>(
        &mut self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>, &Unlocked) -> Result<T, Trouble>,
    ) -> Result<T, SealedStoreError> {
        let Desk {
            path,
            connection,
            keys,
            unlocked,
            ..
        } = self;
        let run = || {
            let mut attempts = UNLOCK_ATTEMPTS;
            loop {
                let transaction = connection.transaction_with_behavior(behavior)?;
                match unlock(path, &transaction, keys, unlocked) {
                    Ok(unlocked) => {
                        let done = work(&transaction, unlocked)?;
                        transaction.commit()?;
                        return Ok(done);
                    }
                    Err(Trouble::Store(
                        SealedStoreError::KeyChanged(_) | SealedStoreError::WrongKey(_),
                    )) if attempts > 1 => {
                        attempts -= 1;
                    }
                    Err(trouble) => return Err(trouble),
                }
            }
        };
        run().map_err(|trouble: Trouble| trouble.at(path))
    }
}

/// The key for the store as the transaction sees it. Another process may have
/// changed the key since the last one.
fn unlock<'a>(
    path: &Path,
    transaction: &Transaction<'_>,
    keys: &KeySource,
    unlocked: &'a mut Option<Unlocked>,
) -> Result<&'a Unlocked, Trouble> {
    let meta = schema::read_meta(transaction)?;
    let known = match unlocked.take() {
        Some(known) if *known.meta() == meta => known,
        before => match Unlocked::by(keys, &meta).map_err(SealedStoreError::Key)? {
            Some(fitting) => fitting,
            None => {
                let error = match before {
                    Some(_) => SealedStoreError::KeyChanged(named(path)),
                    None => SealedStoreError::WrongKey(named(path)),
                };
                *unlocked = before;
                return Err(error.into());
            }
        },
    };
    Ok(unlocked.insert(known))
}

/// SQLite counts in pages.
fn limit_size(connection: &Connection, bytes: Option<u64>) -> Result<(), rusqlite::Error> {
    let Some(bytes) = bytes else {
        return Ok(());
    };
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = (bytes / page.unsigned_abs().max(1)).clamp(1, u64::from(u32::MAX - 1));
    connection.execute_batch(&format!("PRAGMA max_page_count = {pages}"))
}

/// A failure in the middle of something, before it is known of which file.
pub(super) enum Trouble {
    Sqlite(rusqlite::Error),
    Store(SealedStoreError),
    /// An entry that is not what was sealed there.
    Entry(String),
}

impl Trouble {
    pub(super) fn at(self, path: &Path) -> SealedStoreError {
        match self {
            Trouble::Sqlite(error) => classify(path, error),
            Trouble::Store(error) => error,
            Trouble::Entry(key) => SealedStoreError::Damaged {
                at: named(path),
                what: format!("the value of `{key}` is not what was sealed there"),
            },
        }
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Trouble::Sqlite(error)
    }
}

impl<E: Into<SealedStoreError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Trouble::Store(error.into())
    }
}
