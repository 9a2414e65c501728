use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::key::{check_key, check_prefix, check_value};
use super::{DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError, Version};

/// How many keys a page has where nothing else is said: few enough that a list
/// of some length has several.
const PAGE_SIZE: usize = 32;

/// A store that forgets everything when it is dropped, for tests and trials.
///
/// Its `Debug` shows keys and no values.
pub struct MemoryStore {
    page_size: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<String, Entry>,
    /// The last version given out. It counts for the whole store, so that no
    /// key ever has the same one twice.
    last_version: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        MemoryStore {
            page_size: PAGE_SIZE,
            state: Mutex::default(),
        }
    }

    /// Sets how many keys a page of a list has; at least one.
    pub fn with_page_size(mut self, keys: usize) -> Self {
        self.page_size = keys.max(1);
        self
    }

    /// Writes a key, whatever is there: how an operator puts the `app` record.
    pub fn insert(&self, key: &str, value: impl Into<Vec<u8>>) -> Result<Version, StoreError> {
        let value = value.into();
        check_key(key)?;
        check_value(&value)?;
        Ok(self.lock().write(key, value))
    }

    /// A panic while the lock was held cannot have left half a change: each is
    /// one call of the map.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(&mut self, key: &str, value: Vec<u8>) -> Version {
        self.last_version += 1;
        let version = self.last_version.to_string();
        let entry = Entry {
            value,
            version: version.clone(),
        };
        self.entries.insert(key.to_owned(), entry);
        version
    }

    /// What is there, where that is not as expected.
    fn unexpected(&self, key: &str, expect: &Expect) -> Option<Option<Entry>> {
        let entry = self.entries.get(key);
        let version = entry.map(|entry| entry.version.as_str());
        (!expect.is_met_by(version)).then(|| entry.cloned())
    }
}

#[async_trait]
impl SecretStore for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        check_key(key)?;
        Ok(self.lock().entries.get(key).cloned())
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        check_key(key)?;
        check_value(&value)?;
        let mut state = self.lock();
        match state.unexpected(key, &expect) {
            Some(found) => Ok(PutOutcome::Stale(found)),
            None => Ok(PutOutcome::Stored(state.write(key, value))),
        }
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        check_key(key)?;
        let mut state = self.lock();
        match state.unexpected(key, &expect) {
            Some(found) => Ok(DeleteOutcome::Stale(found)),
            None => {
                state.entries.remove(key);
                Ok(DeleteOutcome::Deleted)
            }
        }
    }

    /// A cursor is the last key of its page, so it stays good whatever comes
    /// and goes.
    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        check_prefix(prefix)?;
        let start = match cursor.as_deref() {
            Some(last) if last >= prefix => Bound::Excluded(last),
            _ => Bound::Included(prefix),
        };
        let state = self.lock();
        let mut found = state
            .entries
            .range::<str, _>((start, Bound::Unbounded))
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(prefix));
        let keys: Vec<String> = found.by_ref().take(self.page_size).cloned().collect();
        let cursor = found.next().and(keys.last().cloned());
        Ok(KeyPage { keys, cursor })
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        MemoryStore::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore ")?;
        f.debug_set().entries(self.lock().entries.keys()).finish()
    }
}
