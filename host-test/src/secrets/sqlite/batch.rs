//! Several changes, for the price of one.

use super::super::error::SealedStoreError;
use super::super::key::{check_key, check_value};
use super::super::{Change, PutOutcome, StoreError};
use super::desk::Desk;
use super::entries;
use super::error::SqliteError;

type Outcome = Result<PutOutcome, StoreError>;

/// Makes several changes, each on its own, in one transaction. SQLite takes a
/// whole transaction back when there is no room for one of its changes; then
/// each gets its own, so that those that fit are made.
pub(super) fn put_many(
    desk: &mut Desk,
    changes: &[Change],
) -> Result<Vec<Outcome>, SealedStoreError> {
    match at_once(desk, changes) {
        Err(SealedStoreError::Sqlite(SqliteError::Full(_))) => Ok(one_by_one(desk, changes)),
        outcomes => outcomes,
    }
}

fn at_once(desk: &mut Desk, changes: &[Change]) -> Result<Vec<Outcome>, SealedStoreError> {
    let path = desk.path.clone();
    desk.write(|transaction, unlocked| {
        let mut outcomes = Vec::with_capacity(changes.len());
        for change in changes {
            let Change { key, value, expect } = change;
            if let Err(refused) = check_key(key).and_then(|()| check_value(value)) {
                outcomes.push(Err(refused));
                continue;
            }
            match entries::put(transaction, &unlocked.sealer, key, value, expect) {
                Err(trouble) if transaction.is_autocommit() => return Err(trouble),
                outcome => outcomes.push(outcome.map_err(|trouble| trouble.at(&path).into())),
            }
        }
        Ok(outcomes)
    })
}

fn one_by_one(desk: &mut Desk, changes: &[Change]) -> Vec<Outcome> {
    let outcomes = changes.chunks(1).map(|change| at_once(desk, change));
    let outcomes = outcomes.flat_map(|outcome| match outcome {
        Ok(outcomes) => outcomes,
        Err(error) => vec![Err(error.into())],
    });
    outcomes.collect()
}
