//! What it costs to be watched: a call that nobody hears of, and the same with
//! metrics. Spans and events are made for both; without a subscriber, as here,
//! they go nowhere.

use std::sync::Arc;

use jira_host::Tenant;
use jira_host::observe::Metrics;
use jira_host::types::Request;

use crate::Result;
use crate::awake::Awake;
use crate::paged::issues;
use crate::report::{Report, Target};
use crate::served::Served;
use crate::server::Server;
use crate::stage::{CONNECTION, Stage};
use crate::timing::{Sample, in_us, ratio};

/// How often both take their turn, one call each.
const TURNS: usize = 2_000;

/// The first ones find nothing warm.
const WARMING: usize = 200;

/// Two in a hundred are what a run differs from the next one by itself.
const MAX_RATIO: f64 = 1.02;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let _awake = Awake::keep()?;
    let server = Server::start(Arc::new(Served::new(&issues(1)))).await?;
    let unwatched = stage.tenant(&server)?;
    let metrics = Arc::new(Metrics::new());
    let watched = unwatched.clone().observed_by(metrics.clone());
    for _ in 0..WARMING {
        ask(&unwatched).await?;
        ask(&watched).await?;
    }
    let (mut without, mut with) = <(Sample, Sample)>::default();
    for turn in 0..TURNS {
        // Whoever goes second finds the processor warmer.
        if turn % 2 == 0 {
            without.time(ask(&unwatched)).await?;
            with.time(ask(&watched)).await?;
        } else {
            with.time(ask(&watched)).await?;
            without.time(ask(&unwatched)).await?;
        }
    }
    let counted = format!(
        "jira_call_attempts_total{{export=\"api-request\"}} {}",
        TURNS + WARMING
    );
    if !metrics.render().contains(&counted) {
        return Err("the metrics did not count every call".into());
    }
    report.tell("hooks: nobody", in_us(without.median()), "µs");
    report.tell("hooks: metrics", in_us(with.median()), "µs");
    report.judge(
        "hooks: metrics to nobody",
        ratio(&with, &without),
        "x",
        Target::AtMost(MAX_RATIO),
    );
    Ok(())
}

async fn ask(tenant: &Tenant) -> Result<()> {
    let request = Request::get(CONNECTION, "/myself");
    tenant.api_request(&request).await??;
    Ok(())
}
