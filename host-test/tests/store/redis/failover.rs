//! Servers whose place another one takes.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jira_host::secrets::{PutOutcome, RedisAddress, RedisOptions, RedisStore};
use tempfile::TempDir;

use super::opened::{key, put, unavailable};
use crate::redis_server::RedisServer;
use crate::rules::{stored, value};

/// A name that leads to one server, and after a failover to another one that
/// has the same.
struct Failover {
    folder: TempDir,
    before: RedisServer,
    after: RedisServer,
}

impl Failover {
    fn new() -> Option<Self> {
        let failover = Failover {
            folder: tempfile::tempdir().unwrap(),
            before: RedisServer::start()?,
            after: RedisServer::start()?,
        };
        symlink(failover.before.socket(), failover.name()).unwrap();
        Some(failover)
    }

    fn name(&self) -> PathBuf {
        self.folder.path().join("name")
    }

    async fn open(&self, patience: Duration) -> RedisStore {
        let url = format!("redis+unix://{}?store=a", self.name().display());
        let address: RedisAddress = url.parse().unwrap();
        let options = RedisOptions::new().with_patience(patience);
        options.open(&address, key()).await.unwrap()
    }

    /// The server that there was takes no changes any more.
    fn demote(&self) {
        for part in ["jira-host:{a}", "jira-host:{a}:keys"] {
            let whole: Vec<u8> = self.before.command(&["DUMP", part]);
            let mut restore = redis::cmd("RESTORE");
            restore.arg(part).arg(0).arg(whole);
            let _: String = restore.query(&mut self.after.client()).unwrap();
        }
        let _: String = self.before.command(&["REPLICAOF", "127.0.0.1", "1"]);
    }

    fn lead_to_the_new_one(&self) {
        let next = self.folder.path().join("next");
        symlink(self.after.socket(), &next).unwrap();
        std::fs::rename(next, self.name()).unwrap();
    }
}

#[tokio::test]
async fn changes_and_reads_follow_the_name_to_the_server_that_takes_changes() {
    let Some(failover) = Failover::new() else {
        return;
    };
    let store = failover.open(Duration::ZERO).await;
    stored(&store, "app", "old").await;
    failover.demote();
    let told = unavailable(put(&store).await);
    assert!(told.contains("every change looks for anew"), "{told}");
    failover.lead_to_the_new_one();
    assert!(matches!(put(&store).await, Ok(PutOutcome::Stored(_))));
    assert_eq!(value(&store, "app").await.unwrap(), b"new");
}

#[tokio::test]
async fn a_change_waits_for_a_while_for_the_name_to_lead_there() {
    let Some(failover) = Failover::new() else {
        return;
    };
    let store = Arc::new(failover.open(Duration::from_secs(60)).await);
    stored(&*store, "app", "old").await;
    failover.demote();
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { put(&store).await }
    });
    failover.lead_to_the_new_one();
    assert!(matches!(waiting.await.unwrap(), Ok(PutOutcome::Stored(_))));
    assert_eq!(value(&*store, "app").await.unwrap(), b"new");
}
