//! Servers that cannot be used, and what is said of them.

use std::sync::Arc;
use std::time::Duration;

use jira_host::secrets::{
    Change, Expect, KeyFile, KeySource, MasterKey, PutOutcome, RedisAddress, RedisError,
    RedisOptions, RedisStore, SealedStore, SealedStoreError, SecretStore, StoreError,
};

use crate::place::Place;
use crate::redis_server::RedisServer;
use crate::rules::{stored, value};

fn key() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

async fn open(server: &RedisServer) -> RedisStore {
    RedisStore::open(&server.address("a"), key()).await.unwrap()
}

async fn refusal(server: &RedisServer, keys: impl Into<KeySource>) -> SealedStoreError {
    let opened = RedisStore::open(&server.address("a"), keys).await;
    opened.unwrap_err()
}

async fn put(store: &RedisStore) -> Result<PutOutcome, StoreError> {
    store.put("app", b"new".to_vec(), Expect::Any).await
}

/// What an operator is told of something that may pass.
fn unavailable<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Unavailable(told)) => told,
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_and_found_again() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let options = RedisOptions::new().with_patience(Duration::ZERO);
    let opened = options.open(&server.address("a"), key()).await;
    let store = opened.unwrap();
    stored(&store, "app", "kept").await;
    server.kill();
    for told in [
        unavailable(store.get("app").await),
        unavailable(put(&store).await),
        unavailable(store.list("", None).await),
    ] {
        let expected = format!("the store `{}` cannot be reached: ", server.address("a"));
        assert!(told.starts_with(&expected), "{told}");
        assert!(told.contains("see to it that the server runs"), "{told}");
    }
    let error = refusal(&server, key()).await;
    assert!(
        matches!(
            error,
            SealedStoreError::Redis(RedisError::Unreachable { .. })
        ),
        "{error:?}"
    );
    server.start_again();
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
    assert!(matches!(put(&store).await, Ok(PutOutcome::Stored(_))));
}

#[tokio::test]
async fn what_was_answered_as_stored_survives_a_crash_of_the_server() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let store = open(&server).await;
    let mut versions = Vec::new();
    for number in 0..20 {
        versions.push(stored(&store, &format!("k/{number}"), "kept").await);
    }
    server.kill();
    server.start_again();
    for (number, version) in versions.into_iter().enumerate() {
        let entry = store.get(&format!("k/{number}")).await.unwrap().unwrap();
        assert_eq!((entry.value, entry.version), (b"kept".to_vec(), version));
    }
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_that_broke_is_made_anew_without_a_word() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = open(&server).await;
    let mut version = stored(&store, "app", "kept").await;
    for _ in 0..3 {
        let _: u32 = server.command(&["CLIENT", "KILL", "TYPE", "normal"]);
        assert_eq!(value(&store, "app").await.unwrap(), b"kept");
        let _: u32 = server.command(&["CLIENT", "KILL", "TYPE", "normal"]);
        let put = store.put("app", b"kept".to_vec(), Expect::Version(version));
        let Ok(PutOutcome::Stored(next)) = put.await else {
            panic!("it was not stored");
        };
        version = next;
    }
}

#[tokio::test]
async fn a_server_that_is_started_again_meanwhile_costs_no_change() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let options = RedisOptions::new().with_patience(Duration::from_secs(60));
    let opened = options.open(&server.address("a"), key()).await;
    let store = Arc::new(opened.unwrap());
    let version = stored(&*store, "tokens/a", "spent").await;
    server.kill();
    let put = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            let rotated = b"rotated".to_vec();
            store
                .put("tokens/a", rotated, Expect::Version(version))
                .await
        }
    });
    let get = tokio::spawn(async move { store.get("tokens/b").await });
    server.start_again();
    assert!(matches!(put.await.unwrap(), Ok(PutOutcome::Stored(_))));
    assert_eq!(get.await.unwrap(), Ok(None));
}

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
async fn a_password_lets_in_and_is_not_shown() {
    let settings = ["--appendonly", "yes", "--requirepass", "hidden word"];
    let Some(server) = RedisServer::start_with(&settings) else {
        return;
    };
    let address = server.address("a");
    for address in [
        address.clone(),
        address.clone().with_password("hidden guess"),
    ] {
        let error = RedisStore::open(&address, key()).await.unwrap_err();
        assert!(
            matches!(error, SealedStoreError::Redis(RedisError::Denied { .. })),
            "{error:?}"
        );
        let told = format!("{error} {} {error:?} {address:?}", error.advice());
        assert!(told.contains("right password"), "{told}");
        assert!(!told.contains("hidden"), "{told}");
    }
    let address = address.with_password("hidden word");
    let store = RedisStore::open(&address, key()).await.unwrap();
    stored(&store, "app", "x").await;
    let shown = format!("{store:?} {}", store.at());
    assert!(!shown.contains("hidden"), "{shown}");
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
    let _: String = server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    assert!(matches!(put(&store).await, Ok(PutOutcome::Stored(_))));
}

#[tokio::test]
async fn a_replica_is_read_and_says_that_it_takes_no_changes() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = open(&server).await;
    stored(&store, "app", "kept").await;
    let _: String = server.command(&["REPLICAOF", "127.0.0.1", "1"]);
    let told = unavailable(put(&store).await);
    assert!(told.contains("is on a replica"), "{told}");
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
}

#[tokio::test]
async fn a_store_that_was_emptied_is_not_taken_for_a_new_one() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let place = Place::new();
    let keys = || KeyFile::new(place.key());
    let opened = RedisStore::open(&server.address("a"), keys()).await;
    let store = opened.unwrap();
    stored(&store, "app", "lost").await;
    let _: String = server.command(&["FLUSHALL"]);
    for outcome in [
        store.get("app").await.map(|_| ()),
        put(&store).await.map(|_| ()),
    ] {
        let Err(StoreError::Other(told)) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(told.contains("was there, and is gone"), "{told}");
        assert!(told.contains("from a backup"), "{told}");
    }
    let error = refusal(&server, keys()).await;
    assert!(
        matches!(
            error,
            SealedStoreError::Redis(RedisError::KeyWithoutStore { .. })
        ),
        "{error:?}"
    );
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

#[tokio::test]
async fn a_version_is_not_given_twice_where_the_server_has_lost_it() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = open(&server).await;
    stored(&store, "app", "kept").await;
    let kept: Vec<u8> = server.command(&["DUMP", "jira-host:{a}"]);
    let lost = stored(&store, "app", "lost").await;
    let mut restore = redis::cmd("RESTORE");
    restore.arg("jira-host:{a}").arg(0).arg(kept).arg("REPLACE");
    let _: String = restore.query(&mut server.client()).unwrap();
    assert_ne!(stored(&store, "app", "instead").await, lost);
    let spent = store
        .put("app", b"spent".to_vec(), Expect::Version(lost))
        .await;
    assert!(matches!(spent, Ok(PutOutcome::Stale(Some(_)))), "{spent:?}");
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
