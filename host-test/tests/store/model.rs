//! Random operations, on a store and on a map that does what the contract says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use jira_host::secrets::{Change, DeleteOutcome, Entry, Expect, PutOutcome, SecretStore};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::rules::{AnyStore, all_keys};

const CASES: u32 = 32;

/// What is expected, as something that exists only when it runs.
#[derive(Clone, Copy, Debug)]
enum Guess {
    Any,
    Absent,
    /// The version that the key has, where it has one.
    Present,
    /// The oldest version that any key ever had.
    Oldest,
}

#[derive(Clone, Debug)]
struct Write {
    key: usize,
    value: Vec<u8>,
    guess: Guess,
}

#[derive(Clone, Debug)]
enum Operation {
    Get(usize),
    GetMany(Vec<usize>),
    Put(Write),
    PutMany(Vec<Write>),
    Delete(usize, Guess),
    List(usize),
}

#[derive(Default)]
struct Model {
    entries: BTreeMap<String, Entry>,
    versions: BTreeSet<(String, String)>,
    oldest: Option<String>,
}

pub async fn random_operations_agree_with_a_model(store: AnyStore) {
    let runtime = tokio::runtime::Handle::current();
    let cases = AtomicUsize::new(0);
    tokio::task::block_in_place(|| {
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        };
        TestRunner::new(config)
            .run(&vec(operation(), 1..24), |operations| {
                let case = cases.fetch_add(1, Ordering::Relaxed);
                runtime.block_on(agree(&*store, case, operations));
                Ok(())
            })
            .unwrap();
    });
}

async fn agree(store: &dyn SecretStore, case: usize, operations: Vec<Operation>) {
    let mut model = Model::default();
    let name = |key: usize| format!("{case}/{}", ["a", "b", "b/c", "d"][key]);
    for operation in operations {
        match operation {
            Operation::Get(key) => {
                let key = name(key);
                assert_eq!(store.get(&key).await.unwrap(), model.get(&key));
            }
            Operation::GetMany(keys) => {
                let keys: Vec<_> = keys.into_iter().map(name).collect();
                let expected: Vec<_> = keys.iter().map(|key| model.get(key)).collect();
                assert_eq!(store.get_many(&keys).await.unwrap(), expected);
            }
            Operation::Put(Write { key, value, guess }) => {
                let change = model.change(name(key), value, guess);
                let Change { key, value, expect } = change.clone();
                let outcome = store.put(&key, value, expect).await.unwrap();
                model.put(change, outcome);
            }
            Operation::PutMany(writes) => {
                let changes: Vec<_> = writes
                    .into_iter()
                    .map(|Write { key, value, guess }| model.change(name(key), value, guess))
                    .collect();
                let outcomes = store.put_many(changes.clone()).await.unwrap();
                assert_eq!(outcomes.len(), changes.len());
                for (change, outcome) in changes.into_iter().zip(outcomes) {
                    model.put(change, outcome.unwrap());
                }
            }
            Operation::Delete(key, guess) => {
                let change = model.change(name(key), Vec::new(), guess);
                let outcome = store.delete(&change.key, change.expect.clone()).await;
                model.delete(&change, outcome.unwrap());
            }
            Operation::List(key) => {
                let prefix = name(key);
                let (keys, _) = all_keys(store, &prefix).await;
                let expected = model.entries.keys().filter(|key| key.starts_with(&prefix));
                assert_eq!(keys, expected.cloned().collect::<Vec<_>>());
            }
        }
    }
}

impl Model {
    fn get(&self, key: &str) -> Option<Entry> {
        self.entries.get(key).cloned()
    }

    fn change(&self, key: String, value: Vec<u8>, guess: Guess) -> Change {
        let present = self.get(&key).map(|entry| entry.version);
        let expect = match guess {
            Guess::Any => Expect::Any,
            Guess::Absent => Expect::Absent,
            Guess::Present => Expect::Version(present.unwrap_or_else(|| "0".to_owned())),
            Guess::Oldest => Expect::Version(self.oldest.clone().unwrap_or_default()),
        };
        Change { key, value, expect }
    }

    fn is_met(&self, change: &Change) -> bool {
        let there = self.entries.get(&change.key);
        change.expect.is_met_by(there.map(|entry| &*entry.version))
    }

    fn put(&mut self, change: Change, outcome: PutOutcome) {
        if !self.is_met(&change) {
            assert_eq!(
                outcome,
                PutOutcome::Stale(self.get(&change.key)),
                "{change:?}"
            );
            return;
        }
        let PutOutcome::Stored(version) = outcome else {
            panic!("{change:?}: {outcome:?}");
        };
        let is_new = self.versions.insert((change.key.clone(), version.clone()));
        assert!(is_new, "the version {version} of {} came twice", change.key);
        self.oldest.get_or_insert_with(|| version.clone());
        let entry = Entry {
            value: change.value,
            version,
        };
        self.entries.insert(change.key, entry);
    }

    fn delete(&mut self, change: &Change, outcome: DeleteOutcome) {
        if self.is_met(change) {
            assert_eq!(outcome, DeleteOutcome::Deleted, "{change:?}");
            self.entries.remove(&change.key);
        } else {
            assert_eq!(
                outcome,
                DeleteOutcome::Stale(self.get(&change.key)),
                "{change:?}"
            );
        }
    }
}

fn operation() -> impl Strategy<Value = Operation> {
    let key = 0..4_usize;
    prop_oneof![
        2 => key.clone().prop_map(Operation::Get),
        1 => vec(key.clone(), 0..4).prop_map(Operation::GetMany),
        4 => write().prop_map(Operation::Put),
        2 => vec(write(), 0..5).prop_map(Operation::PutMany),
        2 => (key.clone(), guess()).prop_map(|(key, guess)| Operation::Delete(key, guess)),
        1 => key.prop_map(Operation::List),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    let value = vec(any::<u8>(), 0..64);
    (0..4_usize, value, guess()).prop_map(|(key, value, guess)| Write { key, value, guess })
}

fn guess() -> impl Strategy<Value = Guess> {
    prop_oneof![
        3 => Just(Guess::Any),
        2 => Just(Guess::Absent),
        3 => Just(Guess::Present),
        1 => Just(Guess::Oldest),
    ]
}
