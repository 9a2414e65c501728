//! Looking whether a store is whole.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use super::desk::{Desk, Trouble, Unlocked};
use super::entries;
use super::error::SqliteError;

/// What a store holds and whether it is whole. It has no values.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoreReport {
    /// How many entries there are.
    pub entries: usize,
    /// How many of them there are by the part of the key before its first `/`.
    pub by_prefix: BTreeMap<String, usize>,
    /// What is wrong, in words. Nothing, for a store that is whole.
    pub problems: Vec<String>,
}

/// Checks SQLite's structures and opens every value.
pub(super) fn inspect(desk: &mut Desk) -> Result<StoreReport, SqliteError> {
    desk.read(|transaction, unlocked| {
        let mut report = StoreReport {
            entries: 0,
            by_prefix: BTreeMap::new(),
            problems: structure(transaction)?,
        };
        for key in entries::keys(transaction, "", None, usize::MAX)? {
            if let Some(problem) = value_problem(transaction, unlocked, &key)? {
                report.problems.push(problem);
            }
            let prefix = key.split_once('/').map_or(&*key, |(prefix, _)| prefix);
            *report.by_prefix.entry(prefix.to_owned()).or_default() += 1;
            report.entries += 1;
        }
        report.problems.extend(version_problem(transaction)?);
        Ok(report)
    })
}

/// What SQLite finds.
fn structure(transaction: &Transaction<'_>) -> Result<Vec<String>, Trouble> {
    let found: Vec<String> = transaction
        .prepare("PRAGMA integrity_check")?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

fn value_problem(
    transaction: &Transaction<'_>,
    unlocked: &Unlocked,
    key: &str,
) -> Result<Option<String>, Trouble> {
    match entries::get(transaction, &unlocked.sealer, key) {
        Ok(_) => Ok(None),
        Err(Trouble::Entry(key)) => Ok(Some(format!(
            "the value of `{key}` is not what was sealed there"
        ))),
        Err(trouble) => Err(trouble),
    }
}

/// A counter that was put back would give versions out again.
fn version_problem(transaction: &Transaction<'_>) -> Result<Option<String>, Trouble> {
    let behind: bool = transaction.query_row(
        "SELECT last_version < (SELECT coalesce(max(version), 0) FROM entries) FROM meta",
        (),
        |row| row.get(0),
    )?;
    Ok(behind.then(|| "the counter of versions is behind the versions".to_owned()))
}
