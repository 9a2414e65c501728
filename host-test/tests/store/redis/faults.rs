//! Servers that cannot be used, and what is said of them.

use std::time::Duration;

use atlassian_simulator::CANARY;
use jira_host::secrets::{
    DeleteOutcome, Expect, KeyFile, MasterKey, PutOutcome, RedisAddress, RedisError, RedisOptions,
    RedisStore, SealedStore, SealedStoreError, SecretStore, StoreError,
};

use super::opened::{key, open, put, refusal, unavailable};
use crate::place::Place;
use crate::redis_server::RedisServer;
use crate::rules::{stored, value};

#[tokio::test]
async fn a_password_lets_in_and_is_not_shown() {
    let password = format!("{CANARY} word");
    let settings = ["--appendonly", "yes", "--requirepass", &password];
    let Some(server) = RedisServer::start_with(&settings) else {
        return;
    };
    let address = server.address("a");
    for address in [
        address.clone(),
        address.clone().with_password(&format!("{CANARY} guess")),
    ] {
        let error = RedisStore::open(&address, key()).await.unwrap_err();
        assert!(
            matches!(error, SealedStoreError::Redis(RedisError::Denied { .. })),
            "{error:?}"
        );
        let told = format!("{error} {} {error:?} {address:?}", error.advice());
        assert!(told.contains("right password"), "{told}");
        assert!(!told.contains(CANARY), "{told}");
    }
    let address = address.with_password(&password);
    let store = RedisStore::open(&address, key()).await.unwrap();
    stored(&store, "app", "x").await;
    let shown = format!("{store:?} {}", store.at());
    assert!(!shown.contains(CANARY), "{shown}");
}

#[tokio::test]
async fn a_user_who_may_not_write_is_denied() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    stored(&open(&server).await, "app", "kept").await;
    let user = [
        "ACL",
        "SETUSER",
        "reader",
        "on",
        ">word",
        "~*",
        "+@read",
        "+@connection",
    ];
    let more = ["+@transaction", "+hget", "+script", "+evalsha", "+eval"];
    let _: String = server.command(&[&user[..], &more].concat());
    let url = server.url("a") + "&user=reader";
    let address: RedisAddress = url.parse().unwrap();
    let address = address.with_password("word");
    let store = RedisStore::open(&address, key());
    let store = store.await.unwrap();
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
    assert_eq!(put(&store).await, Err(StoreError::AccessDenied));
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
}

#[tokio::test]
async fn a_server_without_memory_says_so_and_loses_nothing() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = open(&server).await;
    stored(&store, "app", "kept").await;
    let _: String = server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let told = unavailable(put(&store).await);
    assert!(told.starts_with("the server has no memory left"), "{told}");
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
    let deleted = store.delete("app", Expect::Any).await;
    assert_eq!(deleted, Ok(DeleteOutcome::Deleted));
    let _: String = server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    assert!(matches!(put(&store).await, Ok(PutOutcome::Stored(_))));
}

#[tokio::test]
async fn a_replica_is_read_and_says_that_it_takes_no_changes() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let options = RedisOptions::new().with_patience(Duration::ZERO);
    let opened = options.open(&server.address("a"), key()).await;
    let store = opened.unwrap();
    stored(&store, "app", "kept").await;
    let _: String = server.command(&["REPLICAOF", "127.0.0.1", "1"]);
    let told = unavailable(put(&store).await);
    assert!(told.contains("is on a replica"), "{told}");
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
}

#[tokio::test]
async fn something_else_under_the_stores_name_is_left_alone() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let name = "jira-host:{a}";
    for make in [
        &["SET", name, "theirs"][..],
        &["HSET", name, "their", "field"],
    ] {
        let _: redis::Value = server.command(&["DEL", name]);
        let _: redis::Value = server.command(make);
        let before: Vec<u8> = server.command(&["DUMP", name]);
        let error = refusal(&server, key()).await;
        assert!(matches!(error, SealedStoreError::NotAStore(_)), "{error:?}");
        let after: Vec<u8> = server.command(&["DUMP", name]);
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn a_newer_format_is_left_to_the_newer_program() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    open(&server).await;
    let _: u32 = server.command(&["HSET", "jira-host:{a}", ":format", "2"]);
    let error = refusal(&server, key()).await;
    let told = error.to_string();
    assert!(
        told.ends_with("has format 2, and this program knows 1"),
        "{told}"
    );
}

#[tokio::test]
async fn a_store_that_is_not_there_is_not_made_where_it_must_exist() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let options = RedisOptions::new().existing_only();
    let opened = options.open(&server.address("a"), key()).await;
    let error = opened.unwrap_err();
    assert!(matches!(error, SealedStoreError::Missing(_)), "{error:?}");
    assert_eq!(server.command::<u32>(&["DBSIZE"]), 0);
}

#[tokio::test]
async fn an_index_that_does_not_fit_the_entries_is_found() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = open(&server).await;
    stored(&store, "app", "x").await;
    let index = "jira-host:{a}:keys";
    let _: u32 = server.command(&["ZREM", index, "app"]);
    let problems = store.check().await.unwrap().problems;
    assert_eq!(problems, ["`app` is not in the index"]);
    let _: u32 = server.command(&["ZADD", index, "0", "app", "0", "nothing"]);
    let problems = store.check().await.unwrap().problems;
    assert_eq!(problems, ["there are keys in the index that have no entry"]);
}

#[tokio::test]
async fn a_server_that_forgets_is_told_of_and_its_key_file_is_not_changed() {
    let Some(server) = RedisServer::start_with(&["--appendonly", "no"]) else {
        return;
    };
    let place = Place::new();
    let keys = KeyFile::new(place.key());
    let store = RedisStore::open(&server.address("a"), keys).await.unwrap();
    stored(&store, "app", "x").await;
    let report = store.check().await.unwrap();
    assert_eq!((report.entries, report.problems.len()), (1, 0));
    let warnings = report.warnings.join(" ");
    assert!(
        warnings.contains("the server keeps no log of changes"),
        "{warnings}"
    );

    let before = std::fs::read(place.key()).unwrap();
    let error = store.rotate_key(MasterKey::generate().unwrap()).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, SealedStoreError::Redis(RedisError::NoDisk(_))),
        "{error:?}"
    );
    assert_eq!(std::fs::read(place.key()).unwrap(), before);
    assert!(!place.next_key().exists());

    // Whoever has the key elsewhere keeps the old one.
    let own = RedisStore::open(&server.address("b"), key()).await.unwrap();
    stored(&own, "app", "x").await;
    assert_eq!(
        own.rotate_key(MasterKey::from_bytes([8; 32]))
            .await
            .unwrap(),
        1
    );
}
