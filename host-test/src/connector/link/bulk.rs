//! Calls with several keys, within bounds.
//!
//! A list of keys is small and the values behind it are not: one call with a
//! key named a million times would have the host hold as many copies.

use crate::secrets::{Change, Entry, PutOutcome, SecretStore, StoreError};

/// How many keys or changes one call may have. The connector asks for fewer;
/// with keys of the longest kind they are 64 KiB.
pub(super) const MAX_KEYS: usize = 256;

/// How many bytes of values one call is answered with: 1024 values of the size
/// that every store accepts, and what a host with many calls can still hold.
pub(super) const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// How many of them are one trip to the store: more than a request needs, and
/// few enough that the values of one trip are within the bytes of an answer.
const TRIP: usize = 32;

/// Reads several keys.
pub(super) async fn get_many(
    store: &dyn SecretStore,
    keys: &[String],
    max_bytes: usize,
) -> Result<Vec<Option<Entry>>, StoreError> {
    check_count(keys.len())?;
    let mut room = Room(max_bytes);
    let mut entries = Vec::with_capacity(keys.len());
    for keys in keys.chunks(TRIP) {
        let read = store.get_many(keys).await?;
        for entry in read.iter().flatten() {
            room.take(entry)?;
        }
        entries.extend(read);
    }
    Ok(entries)
}

/// Makes several changes. What is in the way of one that is stale is left out
/// where there is no room for it.
pub(super) async fn put_many(
    store: &dyn SecretStore,
    changes: Vec<Change>,
    max_bytes: usize,
) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
    check_count(changes.len())?;
    let mut room = Room(max_bytes);
    let mut outcomes = Vec::with_capacity(changes.len());
    let mut changes = changes.into_iter().peekable();
    while changes.peek().is_some() {
        let trip: Vec<Change> = changes.by_ref().take(TRIP).collect();
        let count = trip.len();
        match store.put_many(trip).await {
            Ok(made) => outcomes.extend(made.into_iter().map(|outcome| room.keep(outcome))),
            // What was made in the trips before must not be hidden.
            Err(error) if !outcomes.is_empty() => {
                outcomes.extend((0..count).map(|_| Err(error.clone())));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcomes)
}

/// What is left of the bytes of an answer.
struct Room(usize);

impl Room {
    fn take(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.0 = self.0.checked_sub(entry.value.len()).ok_or_else(|| {
            let told = "the values are more than one call is answered with: ask for fewer keys";
            StoreError::Other(told.to_owned())
        })?;
        Ok(())
    }

    /// An outcome, without an entry that there is no room for: nothing was
    /// changed then either.
    fn keep(&mut self, outcome: Result<PutOutcome, StoreError>) -> Result<PutOutcome, StoreError> {
        if let Ok(PutOutcome::Stale(Some(entry))) = &outcome {
            self.take(entry)?;
        }
        outcome
    }
}

fn check_count(count: usize) -> Result<(), StoreError> {
    if count > MAX_KEYS {
        let told =
            format!("{count} keys in one call are more than the {MAX_KEYS} that it may have");
        return Err(StoreError::Other(told));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::{Expect, MemoryStore};

    fn store() -> MemoryStore {
        let store = MemoryStore::new();
        store.insert("tokens/a", vec![7; 100]).unwrap();
        store
    }

    fn keys(count: usize) -> Vec<String> {
        vec!["tokens/a".to_owned(); count]
    }

    fn change(key: &str, expect: Expect) -> Change {
        Change {
            key: key.to_owned(),
            value: vec![1],
            expect,
        }
    }

    #[tokio::test]
    async fn a_call_has_no_more_than_so_many_keys() {
        let most = get_many(&store(), &keys(MAX_KEYS), MAX_ANSWER_BYTES).await;
        assert_eq!(most.map(|entries| entries.len()), Ok(MAX_KEYS));
        let told = "257 keys in one call are more than the 256 that it may have";
        let refused = Err(StoreError::Other(told.to_owned()));
        let more = get_many(&store(), &keys(MAX_KEYS + 1), MAX_ANSWER_BYTES).await;
        assert_eq!(more.map(|_| ()), refused);
        let changes = vec![change("tokens/b", Expect::Any); MAX_KEYS + 1];
        let store = store();
        let more = put_many(&store, changes, MAX_ANSWER_BYTES).await;
        assert_eq!(more.map(|_| ()), refused);
        assert_eq!(store.get("tokens/b").await, Ok(None));
    }

    #[tokio::test]
    async fn a_key_that_is_named_again_and_again_is_not_answered_without_end() {
        let enough = get_many(&store(), &keys(40), 4000).await;
        assert!(enough.is_ok());
        let refused = get_many(&store(), &keys(41), 4000).await;
        assert!(matches!(refused, Err(StoreError::Other(told)) if told.contains("fewer keys")));
    }

    #[tokio::test]
    async fn changes_are_made_though_there_is_no_room_for_what_is_in_the_way_of_others() {
        let store = store();
        let mut changes = vec![change("tokens/a", Expect::Absent); 40];
        changes.push(change("tokens/b", Expect::Absent));
        let outcomes = put_many(&store, changes, 3000).await.unwrap();
        let stale = |outcome: &&Result<_, _>| matches!(outcome, Ok(PutOutcome::Stale(Some(_))));
        assert_eq!(outcomes.iter().filter(stale).count(), 30);
        assert_eq!(
            outcomes.iter().filter(|outcome| outcome.is_err()).count(),
            10
        );
        assert!(matches!(outcomes.last(), Some(Ok(PutOutcome::Stored(_)))));
        assert!(store.get("tokens/b").await.unwrap().is_some());
    }
}
