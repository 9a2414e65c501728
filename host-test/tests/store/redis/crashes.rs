//! Servers that go, come back, and have lost something.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jira_host::secrets::{
    DeleteOutcome, Expect, KeyFile, PutOutcome, RedisAddress, RedisError, RedisOptions, RedisStore,
    SealedStore, SealedStoreError, SecretStore, StoreError,
};

use super::opened::{key, open, put, refusal, unavailable};
use crate::place::Place;
use crate::redis_server::RedisServer;
use crate::rules::{stored, value};

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

/// Passes everything on to a server and back, and loses an answer when it is
/// told to.
#[cfg(unix)]
struct LossyWay {
    folder: tempfile::TempDir,
    loses_next: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

#[cfg(unix)]
impl LossyWay {
    fn to(server: &RedisServer) -> Self {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        use tokio::net::{UnixListener, UnixStream};

        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("way")).unwrap();
        let (loses_next, socket) = (Arc::new(AtomicBool::new(false)), server.socket());
        let loses = Arc::clone(&loses_next);
        let task = tokio::spawn(async move {
            while let Ok((outside, _)) = listener.accept().await {
                let inside = UnixStream::connect(&socket).await.unwrap();
                let (mut questions, mut answered) = outside.into_split();
                let (mut answers, mut asked) = inside.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut questions, &mut asked).await });
                let loses = Arc::clone(&loses);
                tokio::spawn(async move {
                    let mut chunk = [0; 4096];
                    while let Ok(length @ 1..) = answers.read(&mut chunk).await {
                        if loses.swap(false, Ordering::SeqCst) {
                            return;
                        }
                        answered.write_all(&chunk[..length]).await.unwrap();
                    }
                });
            }
        });
        LossyWay {
            folder,
            loses_next,
            task,
        }
    }

    fn address(&self) -> RedisAddress {
        let way = self.folder.path().join("way");
        let url = format!("redis+unix://{}?store=a", way.display());
        url.parse().unwrap()
    }
}

#[cfg(unix)]
impl Drop for LossyWay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_change_whose_answer_was_lost_is_recognised_as_made() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let way = LossyWay::to(&server);
    let store = RedisStore::open(&way.address(), key()).await.unwrap();
    let mut version = stored(&store, "tokens/a", "spent").await;
    for value in ["rotated", "rotated again"] {
        way.loses_next.store(true, Ordering::SeqCst);
        let expect = Expect::Version(version);
        let put = store.put("tokens/a", value.into(), expect).await;
        let Ok(PutOutcome::Stored(next)) = put else {
            panic!("{put:?}");
        };
        assert!(
            !way.loses_next.load(Ordering::SeqCst),
            "the answer was lost"
        );
        let entry = store.get("tokens/a").await.unwrap().unwrap();
        assert_eq!((entry.value, &entry.version), (value.into(), &next));
        version = next;
    }

    let export = store.export(None).await.unwrap();
    for expect in [Expect::Version(version), Expect::Any] {
        way.loses_next.store(true, Ordering::SeqCst);
        let deleted = store.delete("tokens/a", expect).await;
        assert_eq!(deleted, Ok(DeleteOutcome::Deleted));
        assert!(
            !way.loses_next.load(Ordering::SeqCst),
            "the answer was lost"
        );
        assert_eq!(value(&store, "tokens/a").await, None);
    }
    way.loses_next.store(true, Ordering::SeqCst);
    assert_eq!(store.import(export.bytes, None, false).await.unwrap(), 1);
}
