//! What is in the file, and how it comes to be there.

use std::io;
use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::super::error::SealedStoreError;
use super::super::key_error::KeyError;
use super::super::key_file::with_suffix;
use super::super::key_source::KeySource;
use super::super::master_key::MasterKey;
use super::super::private_file;
use super::super::unlocked::Meta;
use super::desk::Trouble;
use super::error::{SqliteError, classify, named};

/// What SQLite's header says the file is: "jira".
const APPLICATION_ID: i64 = 0x6a69_7261;

/// The format of the file, in SQLite's header too, where a program that knows
/// nothing of a later one's tables finds it.
const FORMAT: i64 = 1;

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

/// Makes an empty store, where there is none by now.
///
/// It is made under another name and gets its own when it is complete. So a
/// file that is there and is no store has never been one of ours that was
/// begun, and is left alone.
pub(super) fn create(path: &Path, keys: &KeySource) -> Result<(), SealedStoreError> {
    let unreachable =
        |error: &io::Error| SealedStoreError::Sqlite(SqliteError::unreachable(path, error));
    private_file::create_folder(path).map_err(|error| unreachable(&error))?;
    if with_suffix(path, "-wal").exists() {
        // SQLite would take it for the new store's own.
        return Err(SqliteError::LogWithoutStore(path.to_owned()).into());
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
    let Meta { store, key_check } = Meta::new(key)?;
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
pub(super) fn expect_store(path: &Path, connection: &Connection) -> Result<(), SealedStoreError> {
    let number = |pragma| -> Result<i64, SealedStoreError> {
        connection
            .pragma_query_value(None, pragma, |row| row.get(0))
            .map_err(|error| classify(path, error))
    };
    if number("application_id")? != APPLICATION_ID {
        return Err(SealedStoreError::NotAStore(named(path)));
    }
    match number("user_version")? {
        FORMAT => Ok(()),
        found if found > FORMAT => Err(SealedStoreError::NewerFormat {
            at: named(path),
            found,
            known: FORMAT,
        }),
        _ => Err(SealedStoreError::NotAStore(named(path))),
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
