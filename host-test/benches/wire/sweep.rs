//! A register of a million accounts, reported to a server that answers as
//! Atlassian does from not far away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jira_host::secrets::{MemoryStore, SecretStore};
use jira_host::types::{HeldAccount, SweepEnd, SweepOptions, SweepOutcome, SweepReport, SweepStep};
use jira_host::{CallError, Limits};

use crate::Result;
use crate::paged::issues;
use crate::report::{Report, Target};
use crate::served::Served;
use crate::server::Server;
use crate::stage::Stage;

const ACCOUNTS: usize = 1_000_000;

/// How long the server takes for an answer.
const LATENCY: Duration = Duration::from_millis(20);

const IN_FLIGHT: u32 = 8;

/// How many batches ought to be done in the time of an answer: with eight in
/// flight, eight would be all that the server lets through.
const LEAST_IN_A_WINDOW: f64 = 5.0;

/// What an instance is given: the least of these that is enough.
const MEMORIES_MIB: [usize; 5] = [4, 8, 16, 32, 64];
const MAX_MEMORY_MB: f64 = 64.0;

const MIB: usize = 1024 * 1024;

/// Longer than it should ever take.
const TIMEOUT_MS: u32 = 600_000;

/// Before the bench was written, and after account data was first of interest.
const RETRIEVED_AT_UNIX_MS: u64 = 1_700_000_000_000;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let served = Arc::new(Served::new(&issues(1)));
    let server = Server::start_with(served, LATENCY, 1).await?;
    for mib in MEMORIES_MIB {
        let Some((sweep, took)) = sweep(stage, &server, mib).await? else {
            continue;
        };
        check(&sweep)?;
        let calls = f64::from(sweep.counts.batches) / took.as_secs_f64();
        report.tell("sweep: 1,000,000 accounts", took.as_secs_f64(), "s");
        report.tell("sweep: calls", calls, "/s");
        report.judge(
            "sweep: batches in the 20 ms of an answer",
            calls * LATENCY.as_secs_f64(),
            "",
            Target::AtLeast(LEAST_IN_A_WINDOW),
        );
        report.judge(
            "sweep: memory of the instance, at most",
            (mib * MIB) as f64 / 1e6,
            "MB",
            Target::Below(MAX_MEMORY_MB),
        );
        return Ok(());
    }
    Err("no memory was enough for the sweep".into())
}

/// The whole register, by an instance that may have this much memory; nothing
/// where that is too little.
async fn sweep(
    stage: &Stage,
    server: &Server,
    mib: usize,
) -> Result<Option<(SweepReport, Duration)>> {
    let store = Arc::new(stage.store(server.origin())?);
    let limits = Limits {
        memory_bytes: mib * MIB,
        ..Limits::default()
    };
    let tenant = stage
        .tenant_with(server, store.clone())?
        .with_limits(limits);
    let accounts = vec![HeldAccount {
        account_id: id(0),
        retrieved_at_unix_ms: RETRIEVED_AT_UNIX_MS,
        cloud_ids: Vec::new(),
        may_be_older: false,
    }];
    tenant.gdpr_sweep(&SweepStep::Enter(accounts)).await??;
    multiply(&store).await?;
    let step = SweepStep::Sweep(SweepOptions {
        timeout_ms: Some(TIMEOUT_MS),
        in_flight: Some(IN_FLIGHT),
        ..SweepOptions::new()
    });
    let begun = Instant::now();
    match tenant.gdpr_sweep(&step).await {
        Ok(outcome) => match outcome? {
            SweepOutcome::Swept(report) => Ok(Some((report, begun.elapsed()))),
            other => Err(format!("the sweep did not come to a report: {other:?}").into()),
        },
        Err(CallError::OutOfMemory(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Fills the register with copies of the one account that was entered: what the
/// store has of an account is the connector's own business.
async fn multiply(store: &MemoryStore) -> Result<()> {
    let first = id(0);
    let is_entry = |key: &String| key.ends_with(&first);
    let keys = store.list("accounts/", None).await?.keys;
    let key = keys.into_iter().find(is_entry);
    let key = key.ok_or("the account is not in the register")?;
    let entry = store.get(&key).await?.ok_or("the account has no entry")?;
    for number in 1..ACCOUNTS {
        store.insert(&key.replace(&first, &id(number)), entry.value.clone())?;
    }
    Ok(())
}

/// As long as Atlassian's.
fn id(number: usize) -> String {
    format!("5b10ac8d82e05b22{number:08}")
}

fn check(report: &SweepReport) -> Result<()> {
    let counts = &report.counts;
    if report.end == SweepEnd::Complete
        && counts.reported as usize >= ACCOUNTS
        && counts.failed == 0
    {
        Ok(())
    } else {
        Err(format!("the sweep is not complete: {:?}, {counts:?}", report.end).into())
    }
}
