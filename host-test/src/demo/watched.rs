use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use atlassian_simulator::Simulator;
use jira_host::secrets::{
    DeleteOutcome, Entry, Expect, KeyPage, MemoryStore, PutOutcome, SecretStore, StoreError,
};
use serde_json::Value;

/// Longer texts in a stored value are tokens: the simulator's have hundreds of
/// characters, and nothing else has.
const SHORTEST_TOKEN: usize = 200;

/// A memory store that notes when it was written to, and which secrets.
pub(super) struct Watched {
    inner: MemoryStore,
    simulator: Simulator,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    writes: Vec<Write>,
    secrets: Vec<String>,
}

/// A change that was made.
#[derive(Clone)]
pub(super) struct Write {
    /// How many requests the simulator had got by then.
    pub(super) requests_before: usize,
    /// The change, as a line like the transcript's.
    pub(super) line: String,
}

impl Watched {
    /// A store with the `app` record of the simulator in it.
    pub(super) fn new(simulator: Simulator) -> Result<Self, StoreError> {
        let inner = MemoryStore::new();
        inner.insert("app", simulator.app_record())?;
        let watched = Watched {
            inner,
            simulator,
            seen: Mutex::default(),
        };
        watched.keep_secret(watched.simulator.settings().client_secret.clone());
        Ok(watched)
    }

    pub(super) fn writes(&self) -> Vec<Write> {
        self.seen().writes.clone()
    }

    /// Adds to what must not be printed.
    pub(super) fn keep_secret(&self, secret: String) {
        let mut seen = self.seen();
        if !seen.secrets.contains(&secret) {
            seen.secrets.push(secret);
        }
    }

    /// What must not be printed: everything secret that came by so far.
    pub(super) fn secrets(&self) -> Vec<String> {
        self.seen().secrets.clone()
    }

    fn note(&self, what: &str, key: &str) {
        let write = Write {
            requests_before: self.simulator.transcript().len(),
            line: format!("store {what} {key}"),
        };
        self.seen().writes.push(write);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All texts within a JSON value that are long enough to be tokens.
fn tokens(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.len() >= SHORTEST_TOKEN => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(tokens).collect(),
        Value::Object(members) => members.values().flat_map(tokens).collect(),
        _ => Vec::new(),
    }
}

#[async_trait]
impl SecretStore for Watched {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        let value_read = serde_json::from_slice(&value).unwrap_or_default();
        for token in tokens(&value_read) {
            self.keep_secret(token);
        }
        let outcome = self.inner.put(key, value, expect).await;
        if matches!(outcome, Ok(PutOutcome::Stored(_))) {
            self.note("put", key);
        }
        outcome
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        let outcome = self.inner.delete(key, expect).await;
        if matches!(outcome, Ok(DeleteOutcome::Deleted)) {
            self.note("delete", key);
        }
        outcome
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        self.inner.list(prefix, cursor).await
    }
}
