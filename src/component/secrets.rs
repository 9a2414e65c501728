//! `secret-store`, call for call.

use super::bindings::jira::connector::secret_store as wit;
use crate::jira::host::{Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, StoreError};

pub fn get(key: &str) -> Result<Option<Entry>, StoreError> {
    wit::get(key)
        .map(|entry| entry.map(from_wit_entry))
        .map_err(from_wit_store_error)
}

pub fn get_many(keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
    let entries = wit::get_many(keys).map_err(from_wit_store_error)?;
    Ok(entries
        .into_iter()
        .map(|entry| entry.map(from_wit_entry))
        .collect())
}

pub fn put(key: &str, value: &[u8], expect: Expect) -> Result<PutOutcome, StoreError> {
    from_wit_put(wit::put(key, value, &to_wit_expect(expect)))
}

pub fn put_many(changes: &[Change]) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
    let changes: Vec<_> = changes
        .iter()
        .map(|change| wit::Change {
            key: change.key.clone(),
            value: change.value.clone(),
            expect: to_wit_expect(change.expect.clone()),
        })
        .collect();
    let outcomes = wit::put_many(&changes).map_err(from_wit_store_error)?;
    Ok(outcomes.into_iter().map(from_wit_put).collect())
}

fn from_wit_put(outcome: Result<wit::PutOutcome, wit::Error>) -> Result<PutOutcome, StoreError> {
    match outcome {
        Ok(wit::PutOutcome::Stored(version)) => Ok(PutOutcome::Stored(version)),
        Ok(wit::PutOutcome::Stale(entry)) => Ok(PutOutcome::Stale(entry.map(from_wit_entry))),
        Err(error) => Err(from_wit_store_error(error)),
    }
}

pub fn delete(key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
    match wit::delete(key, &to_wit_expect(expect)) {
        Ok(wit::DeleteOutcome::Deleted) => Ok(DeleteOutcome::Deleted),
        Ok(wit::DeleteOutcome::Stale(entry)) => Ok(DeleteOutcome::Stale(entry.map(from_wit_entry))),
        Err(error) => Err(from_wit_store_error(error)),
    }
}

pub fn list(prefix: &str, cursor: Option<&str>) -> Result<KeyPage, StoreError> {
    let wit::KeyPage { keys, cursor } = wit::list(prefix, cursor).map_err(from_wit_store_error)?;
    Ok(KeyPage { keys, cursor })
}

fn from_wit_entry(entry: wit::Entry) -> Entry {
    Entry {
        value: entry.value,
        version: entry.version,
    }
}

fn to_wit_expect(expect: Expect) -> wit::Expect {
    match expect {
        Expect::Absent => wit::Expect::Absent,
        Expect::Version(version) => wit::Expect::Version(version),
        Expect::Any => wit::Expect::Any,
    }
}

fn from_wit_store_error(error: wit::Error) -> StoreError {
    match error {
        wit::Error::AccessDenied => StoreError::AccessDenied,
        wit::Error::TooLarge(bytes) => StoreError::TooLarge(bytes),
        wit::Error::Unavailable(why) => StoreError::Unavailable(why),
        wit::Error::Unsupported(why) => StoreError::Unsupported(why),
        wit::Error::Other(why) => StoreError::Other(why),
    }
}

pub fn to_wit_store_error(error: &StoreError) -> wit::Error {
    match error {
        StoreError::AccessDenied => wit::Error::AccessDenied,
        StoreError::TooLarge(bytes) => wit::Error::TooLarge(*bytes),
        StoreError::Unavailable(why) => wit::Error::Unavailable(why.clone()),
        StoreError::Unsupported(why) => wit::Error::Unsupported(why.clone()),
        StoreError::Other(why) => wit::Error::Other(why.clone()),
    }
}
