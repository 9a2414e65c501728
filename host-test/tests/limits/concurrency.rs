//! How many calls there can be at once.

use std::sync::Arc;

use async_trait::async_trait;
use jira_host::secrets::{
    DeleteOutcome, Entry, Expect, KeyPage, MemoryStore, PutOutcome, SecretStore, StoreError,
};
use jira_host::types::OauthStep;
use jira_host::{CallError, Loader, Network, Tenant};
use tokio::sync::Semaphore;

use crate::support;

/// A store that answers when it is told to.
struct Parking {
    inner: MemoryStore,
    arrived: Semaphore,
    leave: Semaphore,
}

impl Parking {
    fn new() -> Arc<Parking> {
        Arc::new(Parking {
            inner: MemoryStore::new(),
            arrived: Semaphore::new(0),
            leave: Semaphore::new(0),
        })
    }

    async fn park(&self) {
        self.arrived.add_permits(1);
        self.leave.acquire().await.unwrap().forget();
    }

    async fn arrivals(&self, count: u32) {
        self.arrived.acquire_many(count).await.unwrap().forget();
    }
}

#[async_trait]
impl SecretStore for Parking {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        self.park().await;
        self.inner.get_many(keys).await
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        self.inner.put(key, value, expect).await
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        self.inner.delete(key, expect).await
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        self.park().await;
        self.inner.list(prefix, cursor).await
    }
}

fn tenant(calls: u32, store: Arc<Parking>) -> Tenant {
    let loader = Loader::new().with_max_concurrent_calls(calls);
    let connector = loader.load(support::component()).unwrap();
    connector.tenant(store, Network::allowing([""; 0]).unwrap())
}

#[tokio::test]
async fn the_call_beyond_the_bound_is_told_so_at_once_and_the_others_go_on() {
    let store = Parking::new();
    let tenant = tenant(3, Arc::clone(&store));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let tenant = tenant.clone();
        calls.spawn(async move { tenant.oauth_exchange(&OauthStep::Status(None)).await });
    }
    store.arrivals(3).await;
    // Every clone and every other tenant of the connector is bound by it.
    let beyond = tenant.oauth_exchange(&OauthStep::Status(None)).await;
    assert_eq!(beyond, Err(CallError::Busy(3)));

    store.leave.add_permits(1_000);
    while let Some(call) = calls.join_next().await {
        call.unwrap().unwrap().unwrap();
    }
    let next = tenant.oauth_exchange(&OauthStep::Status(None)).await;
    next.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_that_is_given_up_makes_room() {
    let store = Parking::new();
    let tenant = tenant(1, Arc::clone(&store));
    for _ in 0..3 {
        let status = OauthStep::Status(None);
        let call = tenant.oauth_exchange(&status);
        tokio::select! {
            _ = call => panic!("it is parked"),
            () = store.arrivals(1) => {}
        }
    }
    store.leave.add_permits(1_000);
    let next = tenant.oauth_exchange(&OauthStep::Status(None)).await;
    next.unwrap().unwrap();
}
