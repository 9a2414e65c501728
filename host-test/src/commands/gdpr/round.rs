use std::time::{Duration, Instant};

use jira_host::types::{
    Error, SweepCounts, SweepEnd, SweepOptions, SweepOutcome, SweepReport, SweepStep, SweepStop,
};

use super::unexpected;
use crate::commands::context::{Finished, Session};
use crate::exit::Failure;

/// How many batches a call sends: some seconds of them, as between calls the
/// program can end and tell how far it is.
const CALL_BATCHES: u32 = 64;

/// How long a call goes on sending. Longer waits that Atlassian asks for are
/// waited outside of a call.
const CALL_MS: u32 = 5_000;

/// The batches of how many are kept in the report of a sweep: as many as in
/// that of one call. The store has them all.
const EVIDENCE: usize = 100;

/// A sweep, in as many calls as it takes.
pub(super) struct Round<'a> {
    session: &'a Session,
    options: SweepOptions,
    /// How many batches are left, if that is limited.
    batches_left: Option<u32>,
    timeout: Option<Duration>,
    sum: Option<SweepReport>,
}

/// What came of it.
pub(super) enum Swept {
    /// All calls, as one report.
    Report {
        report: Box<SweepReport>,
        /// Ctrl-C was pressed.
        is_interrupted: bool,
    },
    /// Nothing was done: another sweep is at work, until then.
    Busy(u64),
    /// Nothing was done, because of this.
    Refused(Error),
}

impl<'a> Round<'a> {
    pub(super) fn new(session: &'a Session, options: SweepOptions) -> Self {
        Round {
            session,
            batches_left: options.max_batches,
            timeout: None,
            options: SweepOptions {
                timeout_ms: Some(CALL_MS),
                ..options
            },
            sum: None,
        }
    }

    /// Sends no more after this.
    pub(super) fn with_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sweeps until the end, or until something stops it. After each call the
    /// sum of all is shown.
    pub(super) async fn go(mut self, mut show: impl FnMut(&SweepReport)) -> Result<Swept, Failure> {
        let begun = Instant::now();
        loop {
            self.options.max_batches =
                Some(self.batches_left.unwrap_or(u32::MAX).min(CALL_BATCHES));
            let step = SweepStep::Sweep(self.options.clone());
            let call = self.session.tenant().gdpr_sweep(&step);
            let Finished {
                outcome,
                is_interrupted,
            } = self.session.call_to_its_end(call).await?;
            let report = match outcome {
                Ok(SweepOutcome::Swept(report)) => report,
                Ok(SweepOutcome::Busy(until)) => match self.sum.take() {
                    None => return Ok(Swept::Busy(until)),
                    Some(sum) => self.cut_short(sum, SweepEnd::TakenOver),
                },
                Ok(_) => return Err(unexpected("sweep")),
                Err(error) => match self.sum.take() {
                    None => return Ok(Swept::Refused(error)),
                    Some(sum) => {
                        let end = self.stopped(error);
                        self.cut_short(sum, end)
                    }
                },
            };
            let is_stuck = self.is_stuck(&report);
            let sum = self.add(report);
            show(&sum);
            let goes_on = match &sum.end {
                SweepEnd::More(cursor) => {
                    self.options.cursor = Some(cursor.clone());
                    let is_late = self
                        .timeout
                        .is_some_and(|timeout| begun.elapsed() >= timeout);
                    !(is_late || is_stuck || is_interrupted || self.batches_left == Some(0))
                }
                _ => false,
            };
            if !goes_on {
                return Ok(Swept::Report {
                    report: Box::new(sum),
                    is_interrupted,
                });
            }
            self.sum = Some(sum);
        }
    }

    /// Whether another call would do the same again.
    fn is_stuck(&self, report: &SweepReport) -> bool {
        let is_at_the_same = matches!(
            (&report.end, &self.options.cursor),
            (SweepEnd::More(after), Some(before)) if after == before
        );
        is_at_the_same && report.counts.reported == 0 && report.counts.resumed == 0
    }

    fn add(&mut self, report: SweepReport) -> SweepReport {
        let batches = report.counts.batches + length(report.failed.len());
        self.batches_left = self.batches_left.map(|left| left.saturating_sub(batches));
        match self.sum.take() {
            None => report,
            Some(sum) => joined(sum, report),
        }
    }

    /// The report of calls that went well before one that did not.
    fn cut_short(&self, sum: SweepReport, end: SweepEnd) -> SweepReport {
        SweepReport { end, ..sum }
    }

    fn stopped(&self, error: Error) -> SweepEnd {
        SweepEnd::Stopped(SweepStop {
            error,
            // There was a call before, which gave it.
            cursor: self.options.cursor.clone().unwrap_or_default(),
            not_before_unix_ms: None,
        })
    }
}

/// Two calls of a sweep as one. What waits for the host is in each of them.
fn joined(mut sum: SweepReport, report: SweepReport) -> SweepReport {
    sum.failed.extend(report.failed);
    sum.would_report.extend(report.would_report);
    sum.evidence.extend(report.evidence);
    let surplus = sum.evidence.len().saturating_sub(EVIDENCE);
    sum.evidence.drain(..surplus);
    SweepReport {
        sweep: sum.sweep,
        started_at_unix_ms: sum.started_at_unix_ms,
        counts: plus(sum.counts, report.counts),
        failed: sum.failed,
        would_report: sum.would_report,
        evidence: sum.evidence,
        attempts: sum.attempts.saturating_add(report.attempts),
        waited_ms: sum.waited_ms.saturating_add(report.waited_ms),
        refresh: report.refresh.or(sum.refresh),
        ..report
    }
}

fn plus(sum: SweepCounts, more: SweepCounts) -> SweepCounts {
    SweepCounts {
        seen: sum.seen.saturating_add(more.seen),
        due: sum.due.saturating_add(more.due),
        reported: sum.reported.saturating_add(more.reported),
        closed: sum.closed.saturating_add(more.closed),
        updated: sum.updated.saturating_add(more.updated),
        failed: sum.failed.saturating_add(more.failed),
        resumed: sum.resumed.saturating_add(more.resumed),
        batches: sum.batches.saturating_add(more.batches),
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
