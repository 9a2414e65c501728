mod patience;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jira_host::types::{
    Error, SweepCounts, SweepEnd, SweepOptions, SweepOutcome, SweepReport, SweepStep, SweepStop,
};

use self::patience::{Patience, got_on};
use super::unexpected;
use crate::commands::context::{Finished, Session, interruption};
use crate::commands::instant::in_words;
use crate::exit::Failure;
use crate::log;
use crate::output::printable;
use crate::wording;

/// How many batches a call sends: some seconds of them, as between calls the
/// program can end and tell how far it is.
const CALL_BATCHES: u32 = 64;

/// The batches of how many are kept in the report of a sweep: as many as in
/// that of one call. The store has them all.
const EVIDENCE: usize = 100;

/// Who makes the calls.
pub(super) trait Caller {
    /// Makes one, to its end.
    async fn sweep(&self, options: &SweepOptions) -> Finished<Called>;
}

/// What a call comes to.
pub(super) type Called = Result<Result<SweepOutcome, Error>, Failure>;

impl Caller for Session {
    async fn sweep(&self, options: &SweepOptions) -> Finished<Called> {
        let step = SweepStep::Sweep(options.clone());
        self.call_to_its_end(self.tenant().gdpr_sweep(&step)).await
    }
}

/// A sweep, in as many calls as it takes.
pub(super) struct Round<'a, C> {
    caller: &'a C,
    options: SweepOptions,
    /// How many batches are left, if that is limited.
    batches_left: Option<u32>,
    patience: Patience,
    sum: Option<SweepReport>,
}

/// What came of it.
pub(super) enum Swept {
    /// All calls, as one report.
    Report(Box<SweepReport>),
    /// Nothing was done: another sweep is at work, until then.
    Busy(u64),
    /// Nothing was done, because of this.
    Refused(Error),
    /// A call did not come to an end, or not to one of its contract. Those before
    /// it are one report.
    Failed(Failure, Option<Box<SweepReport>>),
}

impl<'a, C: Caller> Round<'a, C> {
    /// Sends no more after the timeout.
    pub(super) fn new(caller: &'a C, options: SweepOptions, timeout: Option<Duration>) -> Self {
        Round {
            caller,
            batches_left: options.max_batches,
            options,
            patience: Patience::new(timeout),
            sum: None,
        }
    }

    /// Sweeps until the end, or until something stops it that is not to be waited
    /// for. After each call the sum of all is shown.
    pub(super) async fn go(mut self, mut show: impl FnMut(&SweepReport)) -> Finished<Swept> {
        loop {
            let Finished {
                outcome,
                is_interrupted,
            } = self.call().await;
            let report = match outcome {
                Ok(Ok(SweepOutcome::Swept(report))) => report,
                called => {
                    return Finished {
                        outcome: self.cut_short(called),
                        is_interrupted,
                    };
                }
            };
            let next = self.next_call(&report);
            let sum = self.add(report);
            show(&sum);
            let is_interrupted = is_interrupted
                || match next {
                    Some(wait) => is_interrupted_in(wait, &sum.end).await,
                    None => false,
                };
            if is_interrupted || next.is_none() {
                return Finished {
                    outcome: Swept::Report(Box::new(sum)),
                    is_interrupted,
                };
            }
            self.sum = Some(sum);
        }
    }

    async fn call(&mut self) -> Finished<Called> {
        let batches = self.batches_left.unwrap_or(u32::MAX);
        self.options.max_batches = Some(batches.min(CALL_BATCHES));
        self.options.timeout_ms = Some(self.patience.call_ms());
        self.caller.sweep(&self.options).await
    }

    /// In how long the next call is to be made, if there is to be one, and makes it
    /// go on where this one has ended.
    fn next_call(&mut self, report: &SweepReport) -> Option<Duration> {
        let batches = report.counts.batches + length(report.failed.len());
        self.batches_left = self.batches_left.map(|left| left.saturating_sub(batches));
        let (cursor, wait) = match &report.end {
            SweepEnd::More(cursor) if !self.is_stuck(report) => (cursor, Duration::ZERO),
            SweepEnd::Stopped(stop) => (&stop.cursor, self.patience.wait(report, stop)?),
            _ => return None,
        };
        self.options.cursor = Some(cursor.clone());
        let goes_on = self.patience.lasts(wait) && self.batches_left != Some(0);
        goes_on.then_some(wait)
    }

    /// Whether another call would do the same again.
    fn is_stuck(&self, report: &SweepReport) -> bool {
        let is_at_the_same = matches!(
            (&report.end, &self.options.cursor),
            (SweepEnd::More(after), Some(before)) if after == before
        );
        is_at_the_same && !got_on(report)
    }

    fn add(&mut self, report: SweepReport) -> SweepReport {
        match self.sum.take() {
            None => report,
            Some(sum) => joined(sum, report),
        }
    }

    /// What came of it where the last call brought no report.
    fn cut_short(self, called: Called) -> Swept {
        let (end, swept) = match called {
            Ok(Ok(SweepOutcome::Busy(until))) => (SweepEnd::TakenOver, Swept::Busy(until)),
            Ok(Err(error)) => (self.stopped(error.clone()), Swept::Refused(error)),
            Ok(Ok(_)) => return Swept::Failed(unexpected("sweep"), self.sum.map(Box::new)),
            Err(failure) => return Swept::Failed(failure, self.sum.map(Box::new)),
        };
        match self.sum {
            Some(sum) => Swept::Report(Box::new(SweepReport { end, ..sum })),
            None => swept,
        }
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

/// Waits for what has stopped a call, and says whether Ctrl-C was pressed
/// meanwhile.
async fn is_interrupted_in(wait: Duration, end: &SweepEnd) -> bool {
    let SweepEnd::Stopped(stop) = end else {
        return false;
    };
    let why = printable(&wording::of_message(&stop.error.message));
    let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    log::note(format_args!("{why}; goes on in {}", in_words(ms)));
    tokio::select! {
        () = tokio::time::sleep(wait) => false,
        () = interruption() => true,
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
