//! Looking whether a store is whole.

use rusqlite::Transaction;

use super::super::error::SealedStoreError;
use super::super::sealed_store::StoreReport;
use super::super::unlocked::Unlocked;
use super::desk::{Desk, Trouble};
use super::entries;

/// Checks SQLite's structures and opens every value.
pub(super) fn inspect(desk: &mut Desk) -> Result<StoreReport, SealedStoreError> {
    desk.read(|transaction, unlocked| {
        let mut report = StoreReport {
            problems: structure(transaction)?,
            ..StoreReport::default()
        };
        for key in entries::keys(transaction, "", None, usize::MAX)? {
            if let Some(problem) = value_problem(transaction, unlocked, &key)? {
                report.problems.push(problem);
            }
            report.count(&key);
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
