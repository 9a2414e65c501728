//! `jira-host gdpr sweep`.

use std::time::Duration;

use clap::Args;
use jira_host::types::{FailedBatch, SweepEnd, SweepOptions, SweepOutcome, SweepReport, SweepStep};

use super::actions;
use super::counts::{accounts_in_batches, number, so_far};
use super::json;
use super::round::{Round, Swept};
use super::step::{check_connection, failure, step, unexpected};
use crate::commands::context::{Context, Finished, Session};
use crate::commands::instant::second;
use crate::commands::number::{ANY, count, seconds};
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::{self, Output, printable};
use crate::spinner::Spinner;
use crate::wording;

/// Why a sweep that went to its end has failed all the same.
pub(super) const SOME_FAILED: &str =
    "some accounts could not be reported or erased; the next sweep tries again";

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    Who would be reported:
    jira-host gdpr sweep --dry-run
    All that is due:
    jira-host gdpr sweep
    180 accounts at most:
    jira-host gdpr sweep --max-batches 2")]
pub(crate) struct SweepArgs {
    /// Says what would be reported, and sends and writes nothing.
    #[arg(long, conflicts_with_all = ["cursor", "in_flight"])]
    dry_run: bool,
    /// The connection whose token is used; without it, any that may report.
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// Sends so many batches at most, of up to 90 accounts each.
    #[arg(long, value_name = "COUNT", value_parser = count::<u32>(1..=ANY))]
    max_batches: Option<u32>,
    /// Sends no more after so many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds::<u32>(1..=3600))]
    timeout: Option<u32>,
    /// How many batches are on their way at once.
    #[arg(long, value_name = "COUNT", value_parser = count::<u32>(1..=16))]
    in_flight: Option<u32>,
    /// Goes on where an earlier sweep left off.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Reports also accounts that were reported within the cycle, which
    /// Atlassian watches for.
    #[arg(long)]
    force: bool,
}

impl SweepArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let (session, _) = context.session_of_app().await?;
        if self.dry_run {
            check_connection(context, &session, self.connection.as_deref()).await?;
            return self.preview(context, &session).await;
        }
        let connection = self.connection.clone();
        let timeout = self
            .timeout
            .map(|seconds| Duration::from_secs(seconds.into()));
        let round = Round::new(&session, self.options(), timeout);
        let spinner = Spinner::begin("looking for accounts that are due");
        let Finished {
            outcome,
            is_interrupted,
        } = round
            .go(|report| spinner.show(so_far(&report.counts)))
            .await;
        drop(spinner);
        let connection = connection.as_deref();
        let verdict = match outcome {
            Swept::Report(report) => {
                let told = tell(context, &report);
                let has_asked = report.counts.batches > 0;
                let verdict = match verdict(context, &session, connection, *report) {
                    Ok(()) if !has_asked => check_connection(context, &session, connection).await,
                    verdict => verdict,
                };
                verdict.and(told)
            }
            Swept::Busy(until) => Err(busy(until)),
            Swept::Refused(error) => Err(failure(context, &session, connection, error)),
            Swept::Failed(failure, done) => {
                if let Some(report) = done {
                    tell(context, &report)?;
                }
                Err(failure)
            }
        };
        match is_interrupted {
            true => Err(interrupted(verdict)),
            false => verdict,
        }
    }

    fn options(self) -> SweepOptions {
        SweepOptions {
            connection: self.connection,
            dry_run: self.dry_run,
            force: self.force,
            max_batches: self.max_batches,
            timeout_ms: self.timeout.map(|seconds| seconds.saturating_mul(1_000)),
            in_flight: self.in_flight,
            cursor: self.cursor,
        }
    }

    async fn preview(self, context: &Context, session: &Session) -> Result<(), Failure> {
        let sweep = SweepStep::Sweep(self.options());
        let SweepOutcome::Swept(report) = step(context, session, sweep).await? else {
            return Err(unexpected("sweep"));
        };
        if context.json() {
            output::json(&json::report(&report))?;
        } else {
            output::lines(&report.would_report)?;
        }
        let due = number(report.counts.due);
        let seen = number(report.counts.seen);
        log::note(format_args!(
            "{due} of {seen} accounts would be reported. Nothing was sent."
        ));
        if usize::try_from(report.counts.due).is_ok_and(|due| due > report.would_report.len()) {
            log::note("Not all of them are listed.");
        }
        if matches!(report.end, SweepEnd::More(_)) {
            log::note("The rest of the register was not looked at.");
        }
        tell_failed(&report.failed);
        Ok(())
    }
}

/// How it ends after Ctrl-C, which is why, whatever else has come of it.
fn interrupted(verdict: Result<(), Failure>) -> Failure {
    match verdict {
        Ok(()) => Failure::silent(Exit::Interrupted),
        Err(failure) => failure.with_exit(Exit::Interrupted),
    }
}

/// Nothing was done.
pub(super) fn busy(until: u64) -> Failure {
    let until = second(until);
    Failure::new(Exit::Other, "another sweep of this store is at work").with_hint(format!(
        "it holds its lease until {until}, and renews it for as long as it lives; look again then"
    ))
}

fn tell(context: &Context, report: &SweepReport) -> Result<(), Failure> {
    if context.json() {
        output::json(&json::report(report))?;
    } else {
        in_words(report)?;
        actions::table(&report.actions)?;
    }
    tell_failed(&report.failed);
    actions::tell_waiting(context, &report.actions, report.more_actions.is_some());
    Ok(())
}

fn in_words(report: &SweepReport) -> Result<(), Failure> {
    let counts = &report.counts;
    let mut output = Output::new();
    // The log has no sweep without a batch, so its id leads nowhere.
    match report.evidence.is_empty() {
        true => output.heading("Nothing was reported")?,
        false => output.heading(&format!("Sweep {}", report.sweep))?,
    }
    output.line("reported", &accounts_in_batches(counts))?;
    for (name, count) in [
        ("closed", counts.closed),
        ("updated", counts.updated),
        ("failed", counts.failed),
        ("resumed", counts.resumed),
    ] {
        if count > 0 {
            output.line(name, &number(count))?;
        }
    }
    let covered = match &report.end {
        SweepEnd::Complete => "the whole register",
        SweepEnd::More(_) => "a part of the register",
        SweepEnd::Stopped(_) => "a part of the register, then it was stopped",
        SweepEnd::TakenOver => "a part of the register, then another sweep took over",
    };
    output.line("covered", covered)?;
    if let Some(due) = report.next_due_unix_ms {
        output.line("next due", &second(due))?;
    }
    Ok(())
}

/// Tells on standard error what could not be reported or erased, and why.
pub(super) fn tell_failed(failed: &[FailedBatch]) {
    for batch in failed {
        let (count, number) = (batch.account_ids.len(), batch.batch);
        let which = match batch.account_ids.as_slice() {
            [only] => format!("account {only}"),
            _ => format!("{count} accounts"),
        };
        let why = &batch.error;
        log::request(format_args!(
            "failed: batch {number}, {}: {}",
            printable(&which),
            printable(&wording::of_message(&why.message))
        ));
    }
}

/// How a sweep that did something ends the program.
fn verdict(
    context: &Context,
    session: &Session,
    connection: Option<&str>,
    report: SweepReport,
) -> Result<(), Failure> {
    match report.end {
        SweepEnd::Stopped(stop) => {
            let stopped = failure(context, session, connection, stop.error);
            Err(match stop.not_before_unix_ms {
                Some(at) => stopped.with_hint(format!("not again before {}", second(at))),
                None => stopped,
            })
        }
        SweepEnd::TakenOver => Err(Failure::new(
            Exit::Other,
            "the sweep was so slow that its lease ended, and another one has taken over",
        )),
        SweepEnd::Complete | SweepEnd::More(_) if !report.failed.is_empty() => {
            let exit = report
                .failed
                .first()
                .map(|first| Exit::of(&first.error.kind));
            Err(Failure::new(exit.unwrap_or(Exit::Other), SOME_FAILED))
        }
        SweepEnd::More(cursor) => {
            let next = context.command_line(&["gdpr", "sweep", "--cursor", &cursor]);
            log::note(format_args!("hint: `{next}` goes on"));
            Ok(())
        }
        SweepEnd::Complete => Ok(()),
    }
}
