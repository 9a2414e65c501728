//! This program once more, as a host with nothing else in it, so that its
//! memory is that of the host.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use jira_host::types::Request;
use jira_host::{Loader, Network, Tenant};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::Result;
use crate::process::{Resident, allow_open_files, resident};
use crate::served::MEETING;
use crate::stage::{CONNECTION, Entries, filled};

/// What makes this program one.
pub(crate) const ARGUMENT: &str = "--child";

/// What a child is told.
#[derive(Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) component: PathBuf,
    pub(crate) cache: PathBuf,
    pub(crate) origins: Vec<String>,
    pub(crate) entries: Entries,
    pub(crate) work: Work,
}

/// What it is to do.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Work {
    /// So many calls, all under way before the first one is answered.
    AtOnce(usize),
    /// So many calls, of some callers, after others to warm up; and so many
    /// again, some times.
    Many {
        warm_up: usize,
        calls: usize,
        times: usize,
        callers: usize,
    },
}

/// What it found: its memory, in bytes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) before: u64,
    /// After each time.
    pub(crate) after: Vec<u64>,
}

impl Task {
    /// Has a child do it. `None` where the system does not tell memory.
    pub(crate) async fn run(self) -> Result<Option<Found>> {
        tokio::task::spawn_blocking(move || self.run_blocking()).await?
    }

    fn run_blocking(&self) -> Result<Option<Found>> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(&serde_json::to_vec(self)?)?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("the child ended with {}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Does what standard input says, and writes what was found.
pub(crate) async fn serve() -> Result<()> {
    let mut told = Vec::new();
    std::io::stdin().read_to_end(&mut told)?;
    let task: Task = serde_json::from_slice(&told)?;
    allow_open_files();
    let callers = match task.work {
        Work::AtOnce(calls) => calls,
        Work::Many { callers, .. } => callers,
    };
    let connector = Loader::new()
        .with_max_concurrent_calls(u32::try_from(callers)?)
        .with_cache(task.cache)
        .load(task.component)?;
    let store = Arc::new(filled(&task.entries)?);
    let tenant = connector.tenant(store, Network::allowing(task.origins)?);
    let found = work(&tenant, task.work).await?;
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

async fn work(tenant: &Tenant, work: Work) -> Result<Option<Found>> {
    match work {
        Work::AtOnce(calls) => {
            call(tenant.clone(), "/myself", 1).await?;
            let before = resident(Resident::Now);
            crowd(tenant, MEETING, calls, 1).await?;
            Ok(found(before, vec![resident(Resident::Peak)]))
        }
        Work::Many {
            warm_up,
            calls,
            times,
            callers,
        } => {
            // Each place in the pool keeps what its first call needed.
            crowd(tenant, MEETING, callers, 1).await?;
            crowd(tenant, "/myself", callers, warm_up / callers).await?;
            let before = resident(Resident::Now);
            let mut after = Vec::with_capacity(times);
            for _ in 0..times {
                crowd(tenant, "/myself", callers, calls / callers).await?;
                after.push(resident(Resident::Now));
            }
            Ok(found(before, after))
        }
    }
}

fn found(before: Option<u64>, after: Vec<Option<u64>>) -> Option<Found> {
    Some(Found {
        before: before?,
        after: after.into_iter().collect::<Option<_>>()?,
    })
}

async fn crowd(tenant: &Tenant, path: &'static str, callers: usize, each: usize) -> Result<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        tasks.spawn(call(tenant.clone(), path, each));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn call(tenant: Tenant, path: &str, times: usize) -> Result<()> {
    let request = Request::get(CONNECTION, path);
    for _ in 0..times {
        tenant.api_request(&request).await??;
    }
    Ok(())
}
