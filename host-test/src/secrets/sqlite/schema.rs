//! What is in the file, and how it comes to be there.

use std::io;
use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::super::key_error::KeyError;
use super::super::key_file::with_suffix;
use super::super::key_source::KeySource;
use super::super::master_key::MasterKey;
use super::super::private_file;
use super::super::seal::{Purpose, SealError, Sealer, StoreId};
use super::desk::Trouble;
use super::error::SqliteError;

/// What SQLite's header says the file is: "jira".
const APPLICATION_ID: i64 = 0x6a69_7261;

/// The format of the file, in SQLite's header too, where a program that knows
/// nothing of a later one's tables finds it.
pub(super) const FORMAT: i64 = 1;

/// `last_version` counts for the whole store and only goes up, so that no key
/// ever has the same version twice, also after it was deleted.
const TABLES: &str = "
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    store_id BLOB NOT NULL,
    key_check BLOB NOT NULL,
    last_version INTEGER NOT NULL
) STRICT;
CREATE TABLE entries (
    key TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL UNIQUE,
    value BLOB NOT NULL
) STRICT;
";

/// What is sealed to tell a right key from a wrong one.
const KEY_CHECK: &[u8] = b"the key is right";

/// What a store says of itself.
#[derive(Clone, PartialEq)]
pub(super) struct Meta {
    pub(super) store: StoreId,
    /// The constant, sealed. It is another one whenever the key is, and so it
    /// also tells whether the key was changed.
    pub(super) key_check: Vec<u8>,
}

impl Meta {
    /// Whether a key is the store's.
    pub(super) fn is_opened_by(&self, sealer: &Sealer) -> bool {
        sealer.open(Purpose::KeyCheck, &self.key_check).as_deref() == Some(KEY_CHECK)
    }
}

/// The constant, sealed anew.
pub(super) fn seal_key_check(sealer: &Sealer) -> Result<Vec<u8>, SqliteError> {
    Ok(sealer.seal(Purpose::KeyCheck, KEY_CHECK)?)
}

/// Makes an empty store, where there is none by now.
///
/// It is made under another name and gets its own when it is complete. So a
/// file that is there and is no store has never been one of ours that was
/// begun, and is left alone.
pub(super) fn create(path: &Path, keys: &KeySource) -> Result<(), SqliteError> {
    let unreachable = |error: &io::Error| SqliteError::unreachable(path, error);
    private_file::create_folder(path).map_err(|error| unreachable(&error))?;
    if with_suffix(path, "-wal").exists() {
        // SQLite would take it for the new store's own.
        return Err(SqliteError::LogWithoutStore(path.to_owned()));
    }
    let key = match keys.for_new_store() {
        Ok(key) => key,
        // Another process has made this very store, and the key file is its.
        Err(KeyError::OfAnotherStore { .. }) if path.exists() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let draft = tempfile::NamedTempFile::new_in(private_file::folder(path))
        .map_err(|error| unreachable(&error))?
        .into_temp_path();
    write_empty_store(&draft, &key).map_err(|trouble| trouble.at(path))?;
    match draft.persist_noclobber(path) {
        Ok(()) => private_file::sync_folder(path).map_err(|error| unreachable(&error)),
        // Another process was first; its store is as good.
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(unreachable(&failed.error)),
    }
}

fn write_empty_store(draft: &Path, key: &MasterKey) -> Result<(), Trouble> {
    let mut store = StoreId::default();
    getrandom::fill(&mut store).map_err(SealError::Random)?;
    let key_check = seal_key_check(&Sealer::new(key, store))?;

    let mut connection = Connection::open(draft)?;
    // The mode stays with the file. Readers do not wait for writers in it.
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute(
        "INSERT INTO meta (id, store_id, key_check, last_version) VALUES (1, ?1, ?2, 0)",
        (store, key_check),
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    // The last one to close writes the log into the file and removes it.
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Refuses a file that is not a store, or one that is newer than this program.
pub(super) fn expect_store(path: &Path, connection: &Connection) -> Result<(), SqliteError> {
    let number = |pragma| -> Result<i64, SqliteError> {
        connection
            .pragma_query_value(None, pragma, |row| row.get(0))
            .map_err(|error| SqliteError::classify(path, error))
    };
    if number("application_id")? != APPLICATION_ID {
        return Err(SqliteError::NotAStore(path.to_owned()));
    }
    let path = path.to_owned();
    match number("user_version")? {
        FORMAT => Ok(()),
        found if found > FORMAT => Err(SqliteError::NewerFormat { path, found }),
        _ => Err(SqliteError::NotAStore(path)),
    }
}

/// Reads what the store says of itself.
pub(super) fn read_meta(transaction: &Transaction<'_>) -> Result<Meta, rusqlite::Error> {
    transaction
        .prepare_cached("SELECT store_id, key_check FROM meta")?
        .query_row((), |row| {
            Ok(Meta {
                store: row.get(0)?,
                key_check: row.get(1)?,
            })
        })
}
