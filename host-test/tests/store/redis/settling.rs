//! Servers that have what they took on their disk later, and can say when.

use std::io::Write;
use std::sync::{Arc, Once};

use jira_host::secrets::{
    Change, Expect, KeyFile, MasterKey, PutOutcome, RedisStore, SealedStore, SecretStore,
};

use super::opened::open;
use crate::place::Place;
use crate::redis_server::RedisServer;
use crate::rules::{stored, value};

/// A server that writes to its disk once in a second.
fn later() -> Option<RedisServer> {
    let server = RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", "everysec"])?;
    let mut wait = redis::cmd("WAITAOF");
    wait.arg(0).arg(0).arg(1);
    if wait.query::<(u64, u64)>(&mut server.client()).is_err() {
        static TOLD: Once = Once::new();
        TOLD.call_once(|| {
            let reason = "skipped: tests of WAITAOF, which this `redis-server` does not know\n";
            std::io::stderr().write_all(reason.as_bytes()).unwrap();
        });
        return None;
    }
    Some(server)
}

#[tokio::test]
async fn what_was_answered_as_stored_survives_a_crash() {
    let Some(mut server) = later() else { return };
    let store = open(&server).await;
    assert_eq!(store.check().await.unwrap().warnings, Vec::<String>::new());
    stored(&store, "app", "kept").await;
    server.kill();
    server.start_again();
    assert_eq!(value(&store, "app").await.unwrap(), b"kept");
    store.delete("app", Expect::Any).await.unwrap();
    server.kill();
    server.start_again();
    assert_eq!(value(&store, "app").await, None);
}

#[tokio::test]
async fn a_changed_key_survives_a_crash_and_so_does_its_file() {
    let Some(mut server) = later() else { return };
    let place = Place::new();
    let keys = || KeyFile::new(place.key());
    let opened = RedisStore::open(&server.address("a"), keys()).await;
    let store = opened.unwrap();
    stored(&store, "app", "kept").await;
    store
        .rotate_key(MasterKey::generate().unwrap())
        .await
        .unwrap();
    server.kill();
    server.start_again();
    let opened = RedisStore::open(&server.address("a"), keys()).await;
    assert_eq!(value(&opened.unwrap(), "app").await.unwrap(), b"kept");
}

/// How often the server was asked to wait.
fn waits(server: &RedisServer) -> u32 {
    let told: String = server.command(&["INFO", "commandstats"]);
    let mut lines = told.lines();
    let line = lines.find_map(|line| line.strip_prefix("cmdstat_waitaof:calls="));
    let calls = line.and_then(|line| line.split(',').next()?.parse().ok());
    calls.unwrap_or_default()
}

#[tokio::test]
async fn many_who_wait_share_a_wait_and_who_changes_nothing_does_not_wait() {
    const TASKS: u32 = 24;
    let Some(server) = later() else { return };
    let store = Arc::new(open(&server).await);
    stored(&*store, "app", "x").await;
    let before = waits(&server);
    let tasks = (0..TASKS).map(|task| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { stored(&*store, &format!("k/{task}"), "x").await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let shared = waits(&server) - before;
    assert!((1..TASKS / 2).contains(&shared), "{shared}");

    let before = waits(&server);
    let stale = Change {
        key: "app".to_owned(),
        value: b"y".to_vec(),
        expect: Expect::Absent,
    };
    let outcomes = store.put_many(vec![stale]).await.unwrap();
    assert!(matches!(outcomes[0], Ok(PutOutcome::Stale(Some(_)))));
    assert_eq!(waits(&server), before);
}
