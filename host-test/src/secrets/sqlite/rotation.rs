//! Changing the key of a store.
//!
//! Everything is sealed anew in one transaction, between the steps that
//! `key_change` takes with the key file; then the log, which has values under
//! the key before, is emptied. The files are only touched while this process is
//! the one that writes.

use rusqlite::Transaction;

use super::super::error::SealedStoreError;
use super::super::key_change;
use super::super::key_error::KeyError;
use super::super::key_file::KeyFile;
use super::super::key_source::KeySource;
use super::super::master_key::MasterKey;
use super::super::seal::{Purpose, Sealer};
use super::super::unlocked::{Unlocked, seal_key_check};
use super::desk::{Desk, Trouble};
use super::error::{SqliteError, named};

/// Seals everything under another key, and answers how many entries that were.
/// Versions stay: the values are the same.
pub(super) fn rotate(desk: &mut Desk, next: MasterKey) -> Result<usize, SealedStoreError> {
    let file = key_change::key_file(&desk.keys);
    let sealed = desk.write(|transaction, unlocked| {
        if let Some(file) = &file {
            key_change::begin(file, unlocked, &next)?;
        }
        seal_anew(transaction, unlocked, &next)
    })?;
    // From here on it is done, and nothing may say that it is not.
    desk.keys = KeySource::Key(next.clone());
    if let Some(file) = file {
        keep(desk, &file, &next)?;
        desk.keys = KeySource::File(file);
    }
    empty_log(desk);
    Ok(sealed)
}

/// Takes the steps that a crash may have kept another process from taking, and
/// makes a key file that no store has the store's own.
pub(super) fn finish(desk: &mut Desk) -> Result<(), SealedStoreError> {
    let Some(file) = key_change::key_file(&desk.keys) else {
        return Ok(());
    };
    if file.has_next() {
        desk.write(|_, unlocked| Ok(key_change::settle(&file, unlocked)?))?;
    }
    if !file.is_taken()? {
        let taken = desk.write(|_, unlocked| Ok(file.take(unlocked.store())?));
        match taken {
            // A file in a place that cannot be written serves until the key is
            // to be changed.
            Err(
                SealedStoreError::Key(KeyError::File { .. })
                | SealedStoreError::Sqlite(SqliteError::Locked(_)),
            ) => {}
            taken => return taken,
        }
    }
    Ok(())
}

/// Sees to it that a file has the key under which everything is sealed by now.
fn keep(desk: &mut Desk, file: &KeyFile, next: &MasterKey) -> Result<(), SealedStoreError> {
    let at = named(&desk.path);
    let settled = desk.write(|_, unlocked| Ok(key_change::settle(file, unlocked)?));
    if settled.is_ok() {
        return Ok(());
    }
    let kept = desk.read(|_, unlocked| {
        let kept = key_change::keep(file, unlocked, next);
        Ok(kept.map_err(|why| SealedStoreError::KeyNotKept { at, why })?)
    });
    match kept {
        Err(error @ SealedStoreError::KeyNotKept { .. }) => Err(error),
        // Another process has changed the key again, and so had this one.
        _ => Ok(()),
    }
}

fn seal_anew(
    transaction: &Transaction<'_>,
    unlocked: &Unlocked,
    next: &MasterKey,
) -> Result<usize, Trouble> {
    let sealer = unlocked.sealer_under(next);
    let entries: Vec<(String, i64)> = transaction
        .prepare("SELECT key, version FROM entries")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (key, version) in &entries {
        seal_entry_anew(transaction, &unlocked.sealer, &sealer, key, *version)?;
    }
    let key_check = seal_key_check(&sealer)?;
    transaction.execute("UPDATE meta SET key_check = ?1", [key_check])?;
    Ok(entries.len())
}

fn seal_entry_anew(
    transaction: &Transaction<'_>,
    before: &Sealer,
    after: &Sealer,
    key: &str,
    version: i64,
) -> Result<(), Trouble> {
    let purpose = Purpose::Entry { key, version };
    let sealed: Vec<u8> = transaction
        .prepare_cached("SELECT value FROM entries WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    let value = before
        .open(purpose, &sealed)
        .ok_or_else(|| Trouble::Entry(key.to_owned()))?;
    let sealed = after.seal(purpose, &zeroize::Zeroizing::new(value))?;
    transaction
        .prepare_cached("UPDATE entries SET value = ?2 WHERE key = ?1")?
        .execute((key, sealed))?;
    Ok(())
}

/// Writes the log into the file and empties it. Where somebody reads at the
/// moment, or there is no room, SQLite does so later: the key is changed
/// whatever comes of it.
fn empty_log(desk: &Desk) {
    let emptied = desk
        .connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    if let Err(error) = emptied {
        tracing::warn!(
            store = %desk.path.display(),
            %error,
            "the log still has values under the key before"
        );
    }
}
