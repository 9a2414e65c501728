//! `jira-host gdpr status`.

use std::io;
use std::time::Duration;

use jira_host::schedule::{Moment, Schedule, Timing};
use jira_host::types::{StatusQuery, Summary, SweepOutcome, SweepStep};
use serde_json::json;

use super::json;
use super::step::{step, unexpected};
use crate::commands::context::{Context, Session};
use crate::commands::instant::{now_unix_ms, second, span};
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::{self, Output};

pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let session = context.session_of_store().await?;
    let summary = read(context, &session).await?;
    let now = now_unix_ms();
    let moment = Moment {
        unix_ms: now,
        monotonic: Duration::ZERO,
    };
    let overdue = Schedule::new(Timing::default(), 0).overdue(moment, &summary);
    let written = tell(context, &summary, now, overdue.is_some());
    match overdue {
        Some(_) => Err(alarm(context)),
        None => written,
    }
}

fn tell(context: &Context, summary: &Summary, now: u64, is_overdue: bool) -> Result<(), Failure> {
    if context.json() {
        let mut document = json::summary(summary);
        if let Some(members) = document.as_object_mut() {
            members.insert("overdue".to_owned(), json!(is_overdue));
        }
        output::json(&document)?;
    } else {
        write(summary, now, is_overdue)?;
        if summary.next_due_unix_ms.is_none() {
            let add = context.command_line(&["account", "add", "--help"]);
            log::note(format_args!(
                "hint: who keeps data of accounts enters them: `{add}`"
            ));
        }
    }
    Ok(())
}

/// What makes whoever watches look.
fn alarm(context: &Context) -> Failure {
    let sweep = context.command_line(&["gdpr", "sweep"]);
    let log = context.command_line(&["gdpr", "log"]);
    let why = "a report of personal data to Atlassian is overdue";
    Failure::new(Exit::Overdue, why).with_hint(format!(
        "report now: `{sweep}`; `{log}` shows what came of the last sweeps"
    ))
}

fn write(summary: &Summary, now: u64, is_overdue: bool) -> io::Result<()> {
    let mut output = Output::new();
    output.heading(&headline(summary, now, is_overdue))?;
    output.line("cycle", &span(summary.cycle_period_ms))?;
    for (name, instant) in [
        ("due", summary.next_due_unix_ms),
        ("last begun", summary.started_at_unix_ms),
        ("last done", summary.completed_at_unix_ms),
        ("busy until", summary.busy_until_unix_ms),
    ] {
        output.line(name, &instant.map_or_else(|| "-".to_owned(), second))?;
    }
    Ok(())
}

fn headline(summary: &Summary, now: u64, is_overdue: bool) -> String {
    let Some(due) = summary.next_due_unix_ms else {
        return "No account was entered yet: there is nothing to report.".to_owned();
    };
    let away = span(due.abs_diff(now));
    match (due > now, is_overdue) {
        (true, _) => format!("The next sweep is due in {away}."),
        (false, false) => format!("A sweep is due, for {away} now."),
        (false, true) => format!("A sweep is overdue, for {away} now."),
    }
}

/// What the store says of the cycle.
pub(super) async fn read(context: &Context, session: &Session) -> Result<Summary, Failure> {
    let query = SweepStep::Status(StatusQuery::Summary);
    match step(context, session, query).await? {
        SweepOutcome::Summary(summary) => Ok(summary),
        _ => Err(unexpected("status")),
    }
}
