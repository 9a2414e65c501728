//! One store on a server, and what is done to it everywhere.

use jira_host::secrets::{
    Expect, KeySource, MasterKey, PutOutcome, RedisStore, SealedStoreError, SecretStore, StoreError,
};

use crate::redis_server::RedisServer;

pub fn key() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

pub async fn open(server: &RedisServer) -> RedisStore {
    RedisStore::open(&server.address("a"), key()).await.unwrap()
}

pub async fn refusal(server: &RedisServer, keys: impl Into<KeySource>) -> SealedStoreError {
    let opened = RedisStore::open(&server.address("a"), keys).await;
    opened.unwrap_err()
}

pub async fn put(store: &RedisStore) -> Result<PutOutcome, StoreError> {
    store.put("app", b"new".to_vec(), Expect::Any).await
}

/// What an operator is told of something that may pass.
pub fn unavailable<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Unavailable(told)) => told,
        outcome => panic!("{outcome:?}"),
    }
}
