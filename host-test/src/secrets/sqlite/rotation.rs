//! Changing the key of a store.
//!
//! With a key file this is four steps: the next key is written beside the key;
//! everything is sealed anew, in one transaction; the next key takes the key's
//! place; the log, which has values under the key before, is emptied. After a
//! crash between any two of them one of the two files opens the store, and
//! whoever opens it next takes the rest of the steps.
//!
//! Both files are only touched while this process is the one that writes, so
//! that two of them cannot take away each other's next key.

use rusqlite::Transaction;

use super::super::key_error::KeyError;
use super::super::key_file::KeyFile;
use super::super::key_source::KeySource;
use super::super::master_key::MasterKey;
use super::super::seal::{Purpose, Sealer};
use super::desk::{Desk, Trouble, Unlocked};
use super::error::SqliteError;
use super::schema;

/// Seals everything under another key, and answers how many entries that were.
/// Versions stay: the values are the same.
pub(super) fn rotate(desk: &mut Desk, next: MasterKey) -> Result<usize, SqliteError> {
    let file = key_file(desk);
    let sealed = desk.write(|transaction, unlocked| {
        if let Some(file) = &file {
            settle(file, unlocked)?;
            file.write_next(&next, unlocked.store())?;
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
pub(super) fn finish(desk: &mut Desk) -> Result<(), SqliteError> {
    let Some(file) = key_file(desk) else {
        return Ok(());
    };
    if file.has_next() {
        desk.write(|_, unlocked| Ok(settle(&file, unlocked)?))?;
    }
    if !file.is_taken()? {
        let taken = desk.write(|_, unlocked| Ok(file.take(unlocked.store())?));
        match taken {
            // A file in a place that cannot be written serves until the key is
            // to be changed.
            Err(SqliteError::Key(KeyError::File { .. }) | SqliteError::Locked(_)) => {}
            taken => return taken,
        }
    }
    Ok(())
}

/// Sees to it that the key file has the key that fits, and that there is no
/// next one of this store.
fn settle(file: &KeyFile, unlocked: &Unlocked) -> Result<(), KeyError> {
    let next = file.read_next_for(unlocked.store())?;
    if file
        .read_for(unlocked.store())?
        .is_some_and(|key| unlocked.fits(&key))
    {
        return match next {
            Some(_) => file.drop_next(),
            None => Ok(()),
        };
    }
    if next.is_some_and(|next| unlocked.fits(&next)) {
        return file.adopt_next();
    }
    Err(KeyError::Missing {
        path: file.path().to_owned(),
    })
}

/// Sees to it that a file has the key under which everything is sealed by now.
/// Where only the last step cannot be taken, whoever opens the store next takes
/// it.
fn keep(desk: &mut Desk, file: &KeyFile, next: &MasterKey) -> Result<(), SqliteError> {
    let path = desk.path.clone();
    let settled = desk.write(|_, unlocked| Ok(settle(file, unlocked)?));
    if settled.is_ok() {
        return Ok(());
    }
    let kept = desk.read(|_, unlocked| {
        let kept = match is_kept(file, unlocked) {
            Ok(true) => Ok(()),
            _ => file.replace(next, unlocked.store()),
        };
        Ok(kept.map_err(|why| SqliteError::KeyNotKept { path, why })?)
    });
    match kept {
        Err(error @ SqliteError::KeyNotKept { .. }) => Err(error),
        // Another process has changed the key again, and so had this one.
        _ => Ok(()),
    }
}

/// Whether one of the two files has the key that fits. The next key comes
/// first: it may become the key in between.
fn is_kept(file: &KeyFile, unlocked: &Unlocked) -> Result<bool, KeyError> {
    let next = file.read_next_for(unlocked.store())?;
    let is_next = next.is_some_and(|next| unlocked.fits(&next));
    Ok(is_next || {
        let key = file.read_for(unlocked.store())?;
        key.is_some_and(|key| unlocked.fits(&key))
    })
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
    let key_check = schema::seal_key_check(&sealer)?;
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

fn key_file(desk: &Desk) -> Option<KeyFile> {
    match &desk.keys {
        KeySource::File(file) => Some(file.clone()),
        KeySource::Key(_) => None,
    }
}
