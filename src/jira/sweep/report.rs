//! A sweep, from its options to its report.

use super::{
    account_id::AccountId,
    action::{self, ActionPage},
    answer::{Failure, MAX_FAILURES},
    evidence::{BatchEvidence, Counts, SweepId},
    gone::{gone, is_left},
    lease::{self, Claim},
    listing::PAGE_ITEMS,
    options::{Checked, SweepOptions},
    pass::Pass,
    plan::{Plan, Rule},
    state::SweepState,
};
use crate::jira::{
    app::App,
    error::{Error, Result},
    host::{Deadline, Host},
    instant::UnixMs,
    lease::Lease,
    name::APP_KEY,
    refresh::RefreshOutcome,
};

/// What a sweep came to; wit/sweep.wit describes the fields.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the fields")]
pub struct SweepReport {
    pub sweep: SweepId,
    pub dry_run: bool,
    pub started_at: UnixMs,
    pub ended_at: UnixMs,
    pub counts: Counts,
    pub end: End,
    pub actions: ActionPage,
    pub failed: Vec<Failure>,
    pub would_report: Vec<AccountId>,
    pub evidence: Vec<BatchEvidence>,
    pub next_due: Option<UnixMs>,
    pub cycle_ms: u64,
    pub efforts: Efforts,
}

/// What it took; wit/sweep.wit describes the fields.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the fields")]
pub struct Efforts {
    pub attempts: u32,
    pub waited_ms: u64,
    pub refresh: Option<RefreshOutcome>,
}

/// How far a sweep came. wit/sweep.wit describes each case.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the cases")]
pub enum End {
    Complete,
    More(String),
    Stopped(Stop),
    TakenOver,
}

/// What stopped a sweep.
#[derive(Debug, Clone)]
pub struct Stop {
    /// What happened.
    pub error: Error,
    /// Where to go on.
    pub cursor: String,
    /// Not before then.
    pub not_before: Option<UnixMs>,
}

/// What came of asking for one.
#[derive(Debug)]
pub enum Swept {
    /// It was done.
    Report(Box<SweepReport>),
    /// Another one is at work, until then.
    Busy(UnixMs),
}

/// Sweeps.
pub async fn sweep(host: &impl Host, options: SweepOptions) -> Result<Swept> {
    let options = options.check()?;
    let app = App::parse(&host.get(APP_KEY).await?.ok_or_else(App::absent)?.value)?;
    if !app.report_personal_data {
        return Err(Error::configuration(
            "app",
            "the application record says that the app does not have the personal data reporting API (report_personal_data): nothing can be reported",
        ));
    }
    if options.dry_run {
        let report = preview(host, &options).await?;
        return Ok(Swept::Report(Box::new(report)));
    }
    let lease = match lease::claim(host).await? {
        Claim::Ours(lease) => lease,
        Claim::Held(until) => return Ok(Swept::Busy(until)),
    };
    let report = work(host, &options, &lease).await;
    lease.release(None).await;
    report.map(|report| Swept::Report(Box::new(report)))
}

async fn work<H: Host>(host: &H, options: &Checked, lease: &Lease<'_, H>) -> Result<SweepReport> {
    let started_at = host.now();
    let mut pass = Pass::begin(host, options, lease).await?;
    pass.run().await;
    let (end, state) = pass.end().await?;
    Ok(SweepReport {
        sweep: pass.evidence.sweep(),
        dry_run: false,
        started_at,
        ended_at: host.now(),
        counts: pass.counts,
        end,
        actions: action::page(host, None).await?,
        failed: core::mem::take(&mut pass.failures),
        would_report: Vec::new(),
        evidence: core::mem::take(&mut pass.evidence.recent),
        next_due: state.next_due,
        cycle_ms: state.cycle_ms,
        efforts: pass.efforts(),
    })
}

/// What a sweep would do.
async fn preview(host: &impl Host, options: &Checked) -> Result<SweepReport> {
    let started_at = host.now();
    let deadline = Deadline::after(host, options.timeout_ms);
    let state = SweepState::read(host).await?;
    let rule = Rule {
        cycle_ms: state.cycle_ms,
        force: options.force,
    };
    let start = options.start(started_at);
    let sweep = start.sweep;
    let mut plan = Plan::new(host, start, rule, 1);
    let (mut counts, mut would_report) = (Counts::default(), Vec::new());
    while counts.batches < options.max_batches && deadline.remaining_ms(host) > 0 {
        let Some(batch) = plan.next(deadline).await? else {
            break;
        };
        let gone = gone(host, &batch.accounts).await?;
        let is_any_left = batch.accounts.iter().any(|due| is_left(due, &gone));
        counts.batches += u32::from(is_any_left);
        for due in batch.accounts {
            plan.conclude(&due, Some(due.entry.value.counted_from()), false);
            if !is_left(&due, &gone) {
                continue;
            }
            counts.due += 1;
            if would_report.len() < PAGE_ITEMS {
                would_report.push(due.id);
            }
        }
    }
    counts.seen = plan.seen;
    plan.damaged.truncate(MAX_FAILURES);
    let end = match plan.is_over() {
        true => End::Complete,
        false => End::More(plan.dry_cursor()),
    };
    Ok(SweepReport {
        sweep,
        dry_run: true,
        started_at,
        ended_at: host.now(),
        counts,
        end,
        actions: action::page(host, None).await?,
        failed: plan.damaged,
        would_report,
        evidence: Vec::new(),
        next_due: state.next_due,
        cycle_ms: state.cycle_ms,
        efforts: Efforts::default(),
    })
}
