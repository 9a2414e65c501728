//! What tokens cost: one that is valid, and one that has expired under many.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use jira_host::Tenant;
use jira_host::types::Request;
use tokio::task::JoinSet;

use crate::Result;
use crate::paged::issues;
use crate::report::{Report, Target};
use crate::served::Served;
use crate::server::Server;
use crate::stage::{CONNECTION, Stage};
use crate::store::{Calls, CountingStore};
use crate::timing::{Sample, in_ms};

const CALLERS: usize = 64;

/// How often the token expires.
const ROUNDS: usize = 9;

/// Longer than a token lives, in seconds.
const LATER: u64 = 2 * 60 * 60;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let server = Server::start(Arc::new(Served::new(&issues(1)))).await?;
    let store = Arc::new(CountingStore::new(stage.store(server.origin())?));
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let tenant = stage
        .tenant_with(&server, store.clone())?
        .with_wall_clock(move || {
            SystemTime::now() + Duration::from_secs(clock.load(Ordering::Relaxed))
        });

    crowd(&tenant, 1).await?;
    store.take();
    crowd(&tenant, 1).await?;
    let Calls { reads, writes } = store.take();
    let name = "refresh: valid token";
    report.judge(
        format!("{name}, store calls"),
        (reads + writes) as f64,
        "",
        Target::Exactly(1.0),
    );
    report.judge(
        format!("{name}, store writes"),
        writes as f64,
        "",
        Target::Exactly(0.0),
    );

    let mut valid = Sample::default();
    let mut expired = Sample::default();
    let refreshes = || refreshes(stage);
    let (mut calls, before) = (0, refreshes());
    for _ in 0..ROUNDS {
        valid.add(crowd(&tenant, CALLERS).await?);
        store.take();
        passed.fetch_add(LATER, Ordering::Relaxed);
        expired.add(crowd(&tenant, CALLERS).await?);
        let Calls { reads, writes } = store.take();
        calls += reads + writes;
    }
    let name = "refresh: 64 callers";
    report.tell(format!("{name}, valid token"), in_ms(valid.median()), "ms");
    report.tell(
        format!("{name}, expired token"),
        in_ms(expired.median()),
        "ms",
    );
    let each = (refreshes() - before) as f64 / ROUNDS as f64;
    report.judge(
        format!("{name}, expired token, refreshes"),
        each,
        "",
        Target::Exactly(1.0),
    );
    let each = calls as f64 / ROUNDS as f64;
    report.tell(format!("{name}, expired token, store calls"), each, "");
    Ok(())
}

/// How many tokens the simulator has rotated.
fn refreshes(stage: &Stage) -> usize {
    let transcript = stage.simulator.transcript();
    let is_refresh = |line: &&String| line.contains("grant_type=refresh_token");
    transcript.iter().filter(is_refresh).count()
}

/// One request of each caller, all at once. Answers when the last one has its
/// answer.
async fn crowd(tenant: &Tenant, callers: usize) -> Result<Duration> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let tenant = tenant.clone();
        tasks.spawn(async move {
            tenant
                .api_request(&Request::get(CONNECTION, "/myself"))
                .await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done???;
    }
    Ok(begun.elapsed())
}
