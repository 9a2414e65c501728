//! Reading and writing entries, within a transaction.

use rusqlite::{OptionalExtension, Transaction};

use super::super::seal::{Purpose, Sealer};
use super::super::{DeleteOutcome, Entry, Expect, PutOutcome};
use super::desk::Trouble;

/// An entry as it is in the file.
struct Row {
    version: i64,
    value: Vec<u8>,
}

/// The entry of a key.
pub(super) fn get(
    transaction: &Transaction<'_>,
    sealer: &Sealer,
    key: &str,
) -> Result<Option<Entry>, Trouble> {
    let row = row(transaction, key)?;
    row.map(|row| opened(sealer, key, &row)).transpose()
}

/// Makes one change, where the key is as expected.
pub(super) fn put(
    transaction: &Transaction<'_>,
    sealer: &Sealer,
    key: &str,
    value: &[u8],
    expect: &Expect,
) -> Result<PutOutcome, Trouble> {
    let there = row(transaction, key)?;
    if !is_met(expect, there.as_ref()) {
        let entry = there.map(|row| opened(sealer, key, &row)).transpose()?;
        return Ok(PutOutcome::Stale(entry));
    }
    let version = write(transaction, sealer, key, value)?;
    Ok(PutOutcome::Stored(version.to_string()))
}

/// Deletes a key, where it is as expected.
pub(super) fn delete(
    transaction: &Transaction<'_>,
    sealer: &Sealer,
    key: &str,
    expect: &Expect,
) -> Result<DeleteOutcome, Trouble> {
    let there = row(transaction, key)?;
    if !is_met(expect, there.as_ref()) {
        let entry = there.map(|row| opened(sealer, key, &row)).transpose()?;
        return Ok(DeleteOutcome::Stale(entry));
    }
    transaction
        .prepare_cached("DELETE FROM entries WHERE key = ?1")?
        .execute([key])?;
    Ok(DeleteOutcome::Deleted)
}

/// Keys that begin with a prefix and come after another key, at most so many.
pub(super) fn keys(
    transaction: &Transaction<'_>,
    prefix: &str,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<String>, Trouble> {
    // No byte of a key is as large as DEL, so this is behind all of them.
    let end = format!("{prefix}\u{7f}");
    let (comparison, start) = match after {
        Some(last) if last >= prefix => (">", last),
        _ => (">=", prefix),
    };
    let sql = format!(
        "SELECT key FROM entries WHERE key {comparison} ?1 AND key < ?2 ORDER BY key LIMIT ?3"
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let keys = statement.query_map((start, end, most), |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Seals and writes a value, whatever is there, and answers its version.
pub(super) fn write(
    transaction: &Transaction<'_>,
    sealer: &Sealer,
    key: &str,
    value: &[u8],
) -> Result<i64, Trouble> {
    let version: i64 = transaction
        .prepare_cached("UPDATE meta SET last_version = last_version + 1 RETURNING last_version")?
        .query_row((), |row| row.get(0))?;
    let sealed = sealer.seal(Purpose::Entry { key, version }, value)?;
    transaction
        .prepare_cached(
            "INSERT INTO entries (key, version, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET version = ?2, value = ?3",
        )?
        .execute((key, version, sealed))?;
    Ok(version)
}

fn row(transaction: &Transaction<'_>, key: &str) -> Result<Option<Row>, rusqlite::Error> {
    transaction
        .prepare_cached("SELECT version, value FROM entries WHERE key = ?1")?
        .query_row([key], |row| {
            Ok(Row {
                version: row.get(0)?,
                value: row.get(1)?,
            })
        })
        .optional()
}

fn is_met(expect: &Expect, there: Option<&Row>) -> bool {
    let version = there.map(|row| row.version.to_string());
    expect.is_met_by(version.as_deref())
}

fn opened(sealer: &Sealer, key: &str, row: &Row) -> Result<Entry, Trouble> {
    let version = row.version;
    let value = sealer
        .open(Purpose::Entry { key, version }, &row.value)
        .ok_or_else(|| Trouble::Entry(key.to_owned()))?;
    Ok(Entry {
        value,
        version: version.to_string(),
    })
}
