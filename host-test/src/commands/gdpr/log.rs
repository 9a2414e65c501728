//! `jira-host gdpr log`.

use clap::Args;
use jira_host::types::{
    BatchEvidence, EvidenceQuery, StatusQuery, SweepOutcome, SweepStep, SweepSummary,
};
use serde_json::Value;

use super::counts::number;
use super::json;
use super::step::{step, unexpected};
use crate::commands::context::{Context, Session};
use crate::commands::instant::second;
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::{self, Table};

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host gdpr log
    The batches of the last sweep:
    jira-host gdpr log latest")]
pub(crate) struct LogArgs {
    /// A sweep, by its id, or `latest`: its batches are shown, for auditors.
    #[arg(value_name = "SWEEP")]
    sweep: Option<String>,
}

impl LogArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.session().await?;
        let sweeps = read(context, &session).await?;
        match self.sweep {
            None => list(context, &sweeps),
            Some(id) => {
                let is_meant = |sweep: &&SweepSummary| id == "latest" || sweep.sweep == id;
                let Some(sweep) = sweeps.iter().find(is_meant) else {
                    let why = format!("there is no sweep {id} in the store");
                    let list = context.command_line(&["gdpr", "log"]);
                    return Err(Failure::new(Exit::Usage, why)
                        .with_hint(format!("`{list}` lists those that are kept")));
                };
                show(context, &session, sweep).await
            }
        }
    }
}

async fn read(context: &Context, session: &Session) -> Result<Vec<SweepSummary>, Failure> {
    let query = SweepStep::Status(StatusQuery::Reports);
    match step(context, session, query).await? {
        SweepOutcome::Reports(sweeps) => Ok(sweeps),
        _ => Err(unexpected("status")),
    }
}

fn list(context: &Context, sweeps: &[SweepSummary]) -> Result<(), Failure> {
    if context.json() {
        output::json(&sweeps.iter().map(json::sweep_summary).collect::<Value>())?;
        return Ok(());
    }
    if sweeps.is_empty() {
        log::note("Nothing was reported yet.");
        return Ok(());
    }
    let mut table = Table::new([
        "SWEEP", "BEGUN", "ENDED", "REPORTED", "CLOSED", "UPDATED", "FAILED", "END",
    ]);
    for sweep in sweeps {
        let counts = &sweep.counts;
        table.row([
            &sweep.sweep,
            &second(sweep.started_at_unix_ms),
            &sweep.ended_at_unix_ms.map_or("-".to_owned(), second),
            &number(counts.reported),
            &number(counts.closed),
            &number(counts.updated),
            &number(counts.failed),
            &end(sweep),
        ]);
    }
    Ok(table.write()?)
}

fn end(sweep: &SweepSummary) -> String {
    match (&sweep.stopped, sweep.complete, sweep.ended_at_unix_ms) {
        (Some(why), _, _) => format!("stopped: {why}"),
        (None, true, _) => "complete".to_owned(),
        (None, false, Some(_)) => "a part".to_owned(),
        (None, false, None) => "not ended".to_owned(),
    }
}

async fn show(context: &Context, session: &Session, sweep: &SweepSummary) -> Result<(), Failure> {
    let batches = batches(context, session, &sweep.sweep).await?;
    if context.json() {
        let mut document = json::sweep_summary(sweep);
        if let Some(members) = document.as_object_mut() {
            let batches = batches.iter().map(json::evidence).collect();
            members.insert("evidence".to_owned(), batches);
        }
        output::json(&document)?;
        return Ok(());
    }
    let mut table = Table::new(["BATCH", "AT", "ACCOUNTS", "STATUS", "TRACE", "OUTCOME"]);
    for batch in &batches {
        table.row([
            &batch.batch.to_string(),
            &second(batch.at_unix_ms),
            &batch.accounts.to_string(),
            &batch
                .status
                .map_or("-".to_owned(), |status| status.to_string()),
            batch.trace_id.as_deref().unwrap_or("-"),
            &outcome(batch),
        ]);
    }
    Ok(table.write()?)
}

fn outcome(batch: &BatchEvidence) -> String {
    if let Some(failure) = &batch.failure {
        return format!("failed: {failure}");
    }
    let mut parts = Vec::new();
    for (word, accounts) in [("closed", &batch.closed), ("updated", &batch.updated)] {
        if !accounts.is_empty() {
            parts.push(format!("{word}: {}", accounts.join(" ")));
        }
    }
    match parts.is_empty() {
        true => "nothing to do".to_owned(),
        false => parts.join("; "),
    }
}

async fn batches(
    context: &Context,
    session: &Session,
    sweep: &str,
) -> Result<Vec<BatchEvidence>, Failure> {
    let (mut batches, mut page) = (Vec::new(), 0);
    loop {
        let query = SweepStep::Status(StatusQuery::Evidence(EvidenceQuery {
            sweep: sweep.to_owned(),
            page,
        }));
        let SweepOutcome::Evidence(found) = step(context, session, query).await? else {
            return Err(unexpected("status"));
        };
        batches.extend(found.batches);
        match found.next {
            Some(next) if next > page => page = next,
            _ => return Ok(batches),
        }
    }
}
