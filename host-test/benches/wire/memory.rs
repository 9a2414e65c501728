//! The memory of a host: of many calls at once, and after many.

use std::sync::Arc;
use std::time::Duration;

use jira_host::Loader;
use tempfile::TempDir;

use crate::Result;
use crate::child::{Found, Task, Work};
use crate::paged::issues;
use crate::process::allow_open_files;
use crate::report::{Report, Target};
use crate::served::Served;
use crate::server::Server;
use crate::stage::Stage;

/// How many calls are under way at once.
const AT_ONCE: usize = 1_000;

/// How many calls a host has made when it is looked at, and is looked at again.
const WARM_UP: usize = 20_000;
const CALLS: usize = 100_000;
const CALLERS: usize = 64;

/// How often it makes so many. An allocator spreads at times, by megabytes; what
/// leaks does so each time.
const TIMES: usize = 3;

/// How much more a host may have after so many calls, the time that it was least.
/// A leak of 21 bytes a call is more.
const MAX_GROWTH_MB: f64 = 2.0;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    allow_open_files();
    let served = Arc::new(Served::new(&issues(1)));
    let serve = |meeting| Server::start_with(Arc::clone(&served), Duration::ZERO, meeting);
    let cache = TempDir::new()?;
    // So that no child compiles: what that takes would be mistaken for calls'.
    Loader::new()
        .with_max_concurrent_calls(u32::try_from(CALLERS)?)
        .with_cache(cache.path())
        .load(&stage.component)?;
    let run = async |server: Server, work| {
        let task = Task {
            component: stage.component.clone(),
            cache: cache.path().to_owned(),
            origins: stage.origins(&server),
            entries: stage.entries(server.origin())?,
            work,
        };
        task.run().await
    };

    let at_once = Work::AtOnce(AT_ONCE);
    let Some(found) = run(serve(AT_ONCE).await?, at_once).await? else {
        eprintln!("this system does not tell the memory of a process");
        return Ok(());
    };
    report.tell("memory: host before its calls", in_mb(found.before), "MB");
    report.tell("memory: for 1,000 calls at once", in_all(&found), "MB");

    let many = Work::Many {
        warm_up: WARM_UP,
        calls: CALLS,
        times: TIMES,
        callers: CALLERS,
    };
    if let Some(found) = run(serve(CALLERS).await?, many).await? {
        report.tell("memory: host in use, 64 callers", in_mb(found.before), "MB");
        report.tell("memory: more after 300,000 calls", in_all(&found), "MB");
        let name = "memory: more after 100,000 calls, least of three";
        report.judge(name, least(&found), "MB", Target::Below(MAX_GROWTH_MB));
    }
    Ok(())
}

fn in_all(found: &Found) -> f64 {
    let last = found.after.last().copied();
    in_mb(last.unwrap_or(found.before)) - in_mb(found.before)
}

/// By how much it has grown the time that it was least.
fn least(found: &Found) -> f64 {
    let before = [found.before]
        .into_iter()
        .chain(found.after.iter().copied());
    let each = before.zip(&found.after);
    let grown = each.map(|(before, after)| in_mb(*after) - in_mb(before));
    grown.fold(f64::INFINITY, f64::min)
}

fn in_mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
