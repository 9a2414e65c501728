//! Several processes over one store in a file. They are this test's own
//! program, started with the one test that does the work.

#![allow(
    clippy::disallowed_methods,
    reason = "what a process is to do is in its environment"
)]

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use atlassian_simulator::{Fault, Gate, On, Settings};
use jira_host::secrets::{KeyFile, SealedStore, SecretStore, SqliteOptions, SqliteStore};
use jira_host::types::{RefreshOutcome, Request};
use jira_host::{Network, Tenant};

use crate::refresh::until;
use crate::stage::{DEMO, Stage, connector};

const STORE: &str = "CONNECTOR_TEST_STORE";
const ORIGINS: &str = "CONNECTOR_TEST_ORIGINS";
const NOW: &str = "CONNECTOR_TEST_NOW_UNIX_MS";

const PROCESSES: usize = 8;
const CALLS: usize = 8;

fn open(path: &Path) -> SqliteStore {
    SqliteOptions::new()
        .with_busy_timeout(Duration::from_secs(60))
        .open(path, KeyFile::beside(path))
        .unwrap()
}

fn tenant(store: SqliteStore, origins: &str, now_unix_ms: u64) -> Tenant {
    let network = Network::allowing(origins.split(' ')).unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now_unix_ms);
    connector()
        .tenant(Arc::new(store), network)
        .with_wall_clock(move || now)
}

/// What the other processes do. In this one it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work() {
    let Some(path) = env::var_os(STORE) else {
        return;
    };
    let now = env::var(NOW).unwrap().parse().unwrap();
    let tenant = tenant(open(Path::new(&path)), &env::var(ORIGINS).unwrap(), now);
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move { tenant.api_request(&Request::get(DEMO, "/myself")).await })
        })
        .collect();
    for call in calls {
        let response = call.await.unwrap().unwrap().unwrap();
        assert_eq!((response.status, response.attempts), (200, 2));
        eprintln!("{:?}", response.refresh.unwrap());
    }
}

/// A process at work. What it has done, it tells in lines.
struct Worker {
    child: Child,
    lines: BufReader<ChildStderr>,
}

impl Worker {
    fn start(store: &Path, stage: &Stage) -> Worker {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "processes::work", "--nocapture"])
            .env(STORE, store)
            .env(ORIGINS, stage.simulator.origins().join(" "))
            .env(NOW, stage.clock.unix_ms().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Worker { child, lines }
    }

    /// How each of its calls came by a token.
    fn outcomes(mut self) -> Vec<String> {
        let lines: Vec<String> = self.lines.lines().map(Result::unwrap).collect();
        assert!(self.child.wait().unwrap().success(), "{lines:?}");
        lines
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_with_eight_calls_each_rotate_the_tokens_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.db");
    let stage = Stage::connected_to(Settings::default()).await;
    let store = open(&path);
    for (key, entry) in stage.store.entries().await {
        let expect = jira_host::secrets::Expect::Absent;
        store.put(&key, entry.value, expect).await.unwrap();
    }
    stage.simulator.expire_access_tokens();
    let mark = stage.mark();
    // Nobody gets new tokens before all of them were refused the old ones.
    let gate = Gate::new();
    stage
        .simulator
        .script(On::token_endpoint(), Fault::Hold(gate.clone()));
    let workers: Vec<_> = (0..PROCESSES)
        .map(|_| Worker::start(&path, &stage))
        .collect();
    let refused = || {
        stage
            .sent_since(mark)
            .iter()
            .filter(|line| line.ends_with("401"))
            .count()
    };
    until(|| refused() == PROCESSES * CALLS).await;
    gate.reached().await;
    gate.open();
    let told = || workers.into_iter().flat_map(Worker::outcomes).collect();
    let outcomes: Vec<String> = tokio::task::spawn_blocking(told).await.unwrap();

    assert_eq!(outcomes.len(), PROCESSES * CALLS);
    let rotated = format!("{:?}", RefreshOutcome::Rotated);
    let rotations = outcomes.iter().filter(|outcome| **outcome == rotated);
    assert_eq!(rotations.count(), 1, "{outcomes:?}");
    let sent = stage.sent_since(mark);
    let refreshes: Vec<_> = sent
        .iter()
        .filter(|line| line.starts_with("auth"))
        .collect();
    assert_eq!(
        refreshes,
        ["auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2"]
    );
    let answered = sent
        .iter()
        .filter(|line| line.ends_with("/myself access#2 -> 200"));
    assert_eq!(answered.count(), PROCESSES * CALLS);
    assert_eq!(sent.len(), 1 + 2 * PROCESSES * CALLS);
    assert_eq!(store.get("leases/demo").await.unwrap(), None);
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
}
