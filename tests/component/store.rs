use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use atlassian_simulator::Simulator;
use jira_host::secrets::{
    DeleteOutcome, Entry, Expect, KeyPage, MemoryStore, PutOutcome, SecretStore, StoreError,
};
use serde_json::Value;

/// A memory store that notes what is done to it, and fails as ordered.
pub struct RecordingStore {
    inner: MemoryStore,
    simulator: Simulator,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    reads: Vec<String>,
    changes: Vec<Change>,
    faults: Vec<StoreFault>,
    slow_deletes: Option<(String, Duration)>,
    texts: Vec<String>,
}

/// A change that was made.
#[derive(Clone)]
pub struct Change {
    /// How many requests the simulator had got by then.
    pub requests_before: usize,
    /// Such as `store put tokens/demo`.
    pub line: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Get,
    Put,
    Delete,
    List,
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Undone,
    Done,
}

struct StoreFault {
    operation: Operation,
    key_prefix: String,
    failure: Failure,
    error: StoreError,
}

impl RecordingStore {
    /// A store with the `app` record of the simulator in it.
    pub fn new(simulator: Simulator) -> RecordingStore {
        let inner = MemoryStore::new().with_page_size(2);
        inner.insert("app", simulator.app_record()).unwrap();
        RecordingStore {
            inner,
            simulator,
            seen: Mutex::default(),
        }
    }

    pub fn write_app(&self, record: &str) {
        self.write_directly("app", record);
    }

    /// As an operator or the host does, past what is noted.
    pub fn write_directly(&self, key: &str, value: &str) {
        self.inner.insert(key, value).unwrap();
    }

    /// The next such operation on such a key fails, and nothing is changed.
    pub fn fail(&self, operation: Operation, key_prefix: &str, error: StoreError) {
        self.order(operation, key_prefix, Failure::Undone, error);
    }

    /// The next such change is made, and answered as a failure.
    pub fn fail_after_doing(&self, operation: Operation, key_prefix: &str, error: StoreError) {
        self.order(operation, key_prefix, Failure::Done, error);
    }

    /// Each delete of such a key takes so long, by this thread's timers.
    pub fn slow_deletes(&self, key_prefix: &str, each: Duration) {
        self.seen().slow_deletes = Some((key_prefix.to_owned(), each));
    }

    fn order(&self, operation: Operation, key_prefix: &str, failure: Failure, error: StoreError) {
        self.seen().faults.push(StoreFault {
            operation,
            key_prefix: key_prefix.to_owned(),
            failure,
            error,
        });
    }

    /// The faults that were never met, in words.
    pub fn unmet_faults(&self) -> Vec<String> {
        let seen = self.seen();
        let words = |fault: &StoreFault| format!("{:?} of {}…", fault.operation, fault.key_prefix);
        seen.faults.iter().map(words).collect()
    }

    pub fn changes(&self) -> Vec<Change> {
        self.seen().changes.clone()
    }

    /// How often keys were read that begin so.
    pub fn reads(&self, key_prefix: &str) -> usize {
        let seen = self.seen();
        let is_read = |key: &&String| key.starts_with(key_prefix);
        seen.reads.iter().filter(is_read).count()
    }

    /// All texts within what was ever stored.
    pub fn texts(&self) -> Vec<String> {
        self.seen().texts.clone()
    }

    pub async fn keys(&self) -> Vec<String> {
        let (mut keys, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.inner.list("", cursor).await.unwrap();
            keys.extend(page.keys);
            cursor = page.cursor;
            if cursor.is_none() {
                return keys;
            }
        }
    }

    /// Everything that is stored.
    pub async fn entries(&self) -> Vec<(String, Entry)> {
        let mut entries = Vec::new();
        for key in self.keys().await {
            let entry = self.inner.get(&key).await.unwrap().unwrap();
            entries.push((key, entry));
        }
        entries
    }

    /// The keys whose entries are not as they were then.
    pub async fn changed_since(&self, then: &[(String, Entry)]) -> Vec<String> {
        let now = self.entries().await;
        let gone = then.iter().filter(|entry| !now.contains(entry));
        let new = now.iter().filter(|entry| !then.contains(entry));
        let mut keys: Vec<_> = gone.chain(new).map(|(key, _)| key.clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn meet(&self, operation: Operation, key: &str) -> Option<(Failure, StoreError)> {
        let mut seen = self.seen();
        let is_met =
            |fault: &StoreFault| fault.operation == operation && key.starts_with(&fault.key_prefix);
        let place = seen.faults.iter().position(is_met)?;
        let fault = seen.faults.remove(place);
        Some((fault.failure, fault.error))
    }

    fn note(&self, what: &str, key: &str) {
        let requests_before = self.simulator.transcript().len();
        let line = format!("store {what} {key}");
        self.seen().changes.push(Change {
            requests_before,
            line,
        });
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        if let Some((_, error)) = self.meet(Operation::Get, key) {
            return Err(error);
        }
        self.seen().reads.push(key.to_owned());
        self.inner.get(key).await
    }

    async fn write(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        let fault = self.meet(Operation::Put, key);
        if let Some((Failure::Undone, error)) = fault {
            return Err(error);
        }
        let texts = texts(&serde_json::from_slice(&value).unwrap());
        let outcome = self.inner.put(key, value, expect).await;
        if matches!(outcome, Ok(PutOutcome::Stored(_))) {
            self.seen().texts.extend(texts);
            self.note("put", key);
        }
        fault.map_or(outcome, |(_, error)| Err(error))
    }

    async fn erase(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        let slow = self.seen().slow_deletes.clone();
        if let Some((_, each)) = slow.filter(|(prefix, _)| key.starts_with(prefix)) {
            tokio::time::sleep(each).await;
        }
        let fault = self.meet(Operation::Delete, key);
        if let Some((Failure::Undone, error)) = fault {
            return Err(error);
        }
        let was_there = self.inner.get(key).await?.is_some();
        let outcome = self.inner.delete(key, expect).await;
        if was_there && matches!(outcome, Ok(DeleteOutcome::Deleted)) {
            self.note("delete", key);
        }
        fault.map_or(outcome, |(_, error)| Err(error))
    }

    async fn page(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        if let Some((_, error)) = self.meet(Operation::List, prefix) {
            return Err(error);
        }
        self.seen().reads.push(prefix.to_owned());
        self.inner.list(prefix, cursor).await
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What the trait's methods answer; it is written with boxed futures.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

impl SecretStore for RecordingStore {
    fn get<'store, 'key, 'call>(&'store self, key: &'key str) -> Answer<'call, Option<Entry>>
    where
        'store: 'call,
        'key: 'call,
    {
        Box::pin(self.read(key))
    }

    fn put<'store, 'key, 'call>(
        &'store self,
        key: &'key str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Answer<'call, PutOutcome>
    where
        'store: 'call,
        'key: 'call,
    {
        Box::pin(self.write(key, value, expect))
    }

    fn delete<'store, 'key, 'call>(
        &'store self,
        key: &'key str,
        expect: Expect,
    ) -> Answer<'call, DeleteOutcome>
    where
        'store: 'call,
        'key: 'call,
    {
        Box::pin(self.erase(key, expect))
    }

    fn list<'store, 'prefix, 'call>(
        &'store self,
        prefix: &'prefix str,
        cursor: Option<String>,
    ) -> Answer<'call, KeyPage>
    where
        'store: 'call,
        'prefix: 'call,
    {
        Box::pin(self.page(prefix, cursor))
    }
}
