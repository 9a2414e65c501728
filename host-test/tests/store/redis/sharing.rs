//! Many calls, stores and processes on one server.

use std::sync::Arc;
use std::time::Duration;

use jira_host::secrets::{
    Change, Expect, PutOutcome, RedisError, RedisOptions, RedisStore, SealedStore,
    SealedStoreError, SecretStore,
};

use super::opened::{key, open, put, unavailable};
use crate::redis_server::RedisServer;
use crate::rules::{stored, value};

#[tokio::test]
async fn no_call_makes_a_connection_of_its_own_nor_does_a_store() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let shared = jira_host::secrets::RedisServer::new(&server.address("a")).unwrap();
    let connections = || {
        let told: String = server.command(&["INFO", "stats"]);
        let mut lines = told.lines();
        let line = lines.find_map(|line| line.strip_prefix("total_connections_received:"));
        line.unwrap().parse::<u32>().unwrap()
    };
    let before = connections();
    let mut tasks = Vec::new();
    for tenant in 0..10 {
        let options = RedisOptions::new();
        let tenant = format!("tenant-{tenant}");
        let store = options.open_on(&shared, &tenant, key());
        let store = Arc::new(store.await.unwrap());
        for _ in 0..10 {
            let store = Arc::clone(&store);
            tasks.push(tokio::spawn(async move {
                stored(&*store, "app", "x").await;
                assert!(store.get("app").await.unwrap().is_some());
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    // One that reads, one that writes, and the one that counts.
    assert_eq!(connections() - before, 3);
}

#[tokio::test]
async fn stores_on_one_server_do_not_see_each_other() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let a = RedisStore::open(&server.address("a"), key()).await.unwrap();
    let b = RedisStore::open(&server.address("b"), key()).await.unwrap();
    stored(&a, "app", "of a").await;
    assert_eq!(value(&b, "app").await, None);
    assert_eq!(b.list("", None).await.unwrap().keys, Vec::<String>::new());
    assert_eq!(value(&a, "app").await.unwrap(), b"of a");
}

#[tokio::test]
async fn who_writes_waits_for_a_while_for_who_changes_the_key() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    open(&server).await;
    let open = |patience| {
        let options = RedisOptions::new().with_patience(patience);
        let address = server.address("a");
        async move { options.open(&address, key()).await.unwrap() }
    };
    let hurried = open(Duration::ZERO).await;
    let _: String = server.command(&["SET", "jira-host:{a}:turn", "somebody's"]);
    let told = unavailable(put(&hurried).await);
    assert!(
        told.contains("is being changed by another process: try again"),
        "{told}"
    );
    assert_eq!(value(&hurried, "app").await, None, "reading does not wait");
    let rotated = hurried.rotate_key(key()).await.unwrap_err();
    assert!(
        matches!(rotated, SealedStoreError::Redis(RedisError::Rekeying(_))),
        "{rotated:?}"
    );

    let patient = open(Duration::from_secs(60)).await;
    let waiting = tokio::spawn(async move { put(&patient).await });
    let _: u32 = server.command(&["DEL", "jira-host:{a}:turn"]);
    assert!(matches!(waiting.await.unwrap(), Ok(PutOutcome::Stored(_))));
}

#[tokio::test]
async fn many_puts_are_one_trip_and_those_that_are_stale_write_nothing() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = open(&server).await;
    let scripts = || {
        let told: String = server.command(&["INFO", "commandstats"]);
        let mut lines = told.lines();
        let line = lines.find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
        line.and_then(|line| line.split(',').next()?.parse::<u32>().ok())
    };
    let change = |key: u32| Change {
        key: format!("k/{key}"),
        value: b"value".to_vec(),
        expect: Expect::Absent,
    };
    stored(&store, "app", "x").await;
    let before = scripts().unwrap();
    let outcomes = store.put_many((0..40).map(change).collect()).await;
    let outcomes = outcomes.unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(PutOutcome::Stored(_))))
    );
    assert_eq!(scripts().unwrap() - before, 1);

    let dump = || server.command::<Vec<u8>>(&["DUMP", "jira-host:{a}"]);
    let whole = dump();
    let outcomes = store.put_many((0..40).map(change).collect()).await;
    let outcomes = outcomes.unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(PutOutcome::Stale(Some(_)))))
    );
    assert_eq!(dump(), whole);
}
