//! What an answer is followed by, when it is not that all was taken.

use super::{Batch, Landed, Pass, count};
use crate::jira::{
    beside::beside,
    error::{Error, Kind, Result},
    host::Host,
    http::{HttpResponse, TransportError},
    instant::{SECOND_MS, UnixMs},
    rate_limit::RateLimit,
    secret::Secret,
    store::{self, SAVE_ATTEMPTS},
    sweep::{
        answer::{self, Failure, MAX_FAILURES},
        cycle,
        evidence::BatchEvidence,
        state::SweepState,
    },
};

/// After so many batches that failed in a row, the next ones would too.
const FAILURES_IN_A_ROW: u32 = 3;

/// How often in a row Atlassian may ask us to wait.
const MAX_PAUSES: u32 = 5;

/// The first wait where it is not told how long; each is twice the last.
const FIRST_PAUSE_MS: u64 = 2 * SECOND_MS;

/// So many accounts that are refused alone, and none of the batch accepted: it
/// is not the accounts.
const REFUSED_ALONE: u32 = 4;

/// A batch that was refused and goes in parts.
#[derive(Debug, Default)]
pub struct Split {
    pub number: u32,
    refused_alone: u32,
    pub is_accepted: bool,
}

impl<H: Host> Pass<'_, H> {
    /// Sees to what came of a batch. An answer is not lost with the cycle.
    pub(super) async fn land(&mut self, landed: Landed) -> Result<()> {
        let Landed {
            batch,
            used,
            pauses,
            result,
        } = landed;
        match result {
            Ok(response) => {
                let cycle_kept = self.read_cycle(&response).await;
                self.answered(batch, &used, pauses, response).await?;
                cycle_kept
            }
            Err(error) => self.unanswered(batch, pauses, error).await,
        }
    }

    async fn answered(
        &mut self,
        batch: Batch,
        used: &Secret,
        pauses: u32,
        response: HttpResponse,
    ) -> Result<()> {
        let status = response.status;
        match status {
            200..=299 => match answer::read(&response, &batch.accounts) {
                Ok(found) => self.accept(batch, &response, &found).await,
                Err(error) => self.fail_in_a_row(batch, error, Some(status)).await,
            },
            400 => self.split(batch, response).await,
            401 | 403 => {
                let refused = self.sender.refused(used, &response, self.deadline);
                let refused = beside(self.lease.keep(), refused);
                self.flight.beside(refused).await;
                self.waiting.push(batch);
                Ok(())
            }
            429 | 503 => {
                let now = self.host.now();
                let limit = RateLimit::read(&response.headers, now).unwrap_or_default();
                if status == 503 && limit.retry_after_ms.is_none() {
                    let error = answer::refusal(response);
                    return self.fail_in_a_row(batch, error, Some(status)).await;
                }
                let told_ms = limit.told_wait_ms(now);
                let message = format!("Atlassian answered {status}: report later");
                let error = Error::new(Kind::RateLimited(limit), message);
                self.postpone(
                    batch,
                    pauses,
                    error.with_trace(response.trace_id()),
                    told_ms,
                );
                Ok(())
            }
            _ => {
                let error = answer::refusal(response);
                self.fail_in_a_row(batch, error, Some(status)).await
            }
        }
    }

    async fn unanswered(&mut self, batch: Batch, pauses: u32, error: TransportError) -> Result<()> {
        let failure = Error::from(error.clone()).context("reporting");
        match error {
            TransportError::Denied(_) | TransportError::TlsFailed(_) => {
                self.waiting.push(batch);
                self.stop_for(failure, None);
            }
            TransportError::NameUnresolved | TransportError::ConnectionFailed(_) => {
                self.postpone(batch, pauses, failure, 0);
            }
            TransportError::TimedOut
            | TransportError::Interrupted(_)
            | TransportError::ProtocolError(_) => {
                return self.fail_in_a_row(batch, failure, None).await;
            }
        }
        Ok(())
    }

    async fn read_cycle(&mut self, response: &HttpResponse) -> Result<()> {
        let told = response.headers.get("cycle-period").and_then(cycle::parse);
        let Some(cycle_ms) = told.filter(|told| *told != self.cycle_ms) else {
            return Ok(());
        };
        self.cycle_ms = cycle_ms;
        let changed = |state: SweepState| SweepState {
            cycle_ms,
            next_due: state
                .next_due
                .map(|due| UnixMs(due.0.saturating_sub(state.cycle_ms)).plus(cycle_ms)),
            ..state
        };
        SweepState::update(self.host, &changed).await.map(drop)
    }

    /// One bad id is not to keep the others from being reported.
    async fn split(&mut self, mut batch: Batch, response: HttpResponse) -> Result<()> {
        let error = answer::refusal(response);
        let number = batch.number;
        let place = self.splits.iter().position(|split| split.number == number);
        let place = place.unwrap_or_else(|| {
            self.splits.push(Split {
                number,
                ..Split::default()
            });
            self.splits.len() - 1
        });
        let Some(split) = self.splits.get_mut(place) else {
            return Ok(());
        };
        let is_alone = batch.accounts.len() < 2;
        split.refused_alone += u32::from(is_alone);
        if !split.is_accepted && split.refused_alone >= REFUSED_ALONE {
            let is_part = |part: &Batch| part.number == number;
            let (parts, others) = self.waiting.drain(..).partition(is_part);
            self.waiting = others;
            let parts: Vec<Batch> = parts;
            for part in parts {
                self.fail(part, error.clone(), Some(400)).await?;
            }
            return self.fail_in_a_row(batch, error, Some(400)).await;
        }
        if is_alone {
            return self.fail(batch, error, Some(400)).await;
        }
        let rest = batch.accounts.split_off(batch.accounts.len() / 2);
        self.waiting.push(Batch {
            number,
            accounts: rest,
        });
        self.waiting.push(batch);
        Ok(())
    }

    async fn fail_in_a_row(
        &mut self,
        batch: Batch,
        error: Error,
        status: Option<u16>,
    ) -> Result<()> {
        self.failed_in_a_row += 1;
        if self.failed_in_a_row >= FAILURES_IN_A_ROW {
            self.stop_for(error.clone(), None);
        }
        self.fail(batch, error, status).await
    }

    async fn fail(&mut self, batch: Batch, error: Error, status: Option<u16>) -> Result<()> {
        let failure = Failure {
            batch: batch.number,
            accounts: batch.accounts.iter().map(|due| due.id.clone()).collect(),
            error,
        };
        for due in &batch.accounts {
            let counted_from = due.entry.value.counted_from();
            self.plan.conclude(due, Some(counted_from), true);
        }
        let evidence = BatchEvidence::of_failure(&failure, self.host.now(), status);
        self.counts.failed += count(&batch.accounts);
        self.note(failure);
        self.evidence.begin(self.host).await?;
        let changes = self.evidence.add(evidence);
        store::save_all(self.host, &changes, SAVE_ATTEMPTS)
            .await
            .map(drop)
    }

    pub(super) fn note(&mut self, failure: Failure) {
        if self.failures.len() < MAX_FAILURES {
            self.failures.push(failure);
        }
    }

    /// Sends a batch again, after a wait in which none is sent. What had been
    /// sent before a wait and is answered so too is part of that wait.
    fn postpone(&mut self, batch: Batch, pauses: u32, error: Error, told_ms: u64) {
        self.waiting.push(batch);
        let now_ms = self.host.monotonic_ms();
        if self.pauses == pauses {
            self.pauses += 1;
        }
        let [chance, ..] = self.host.random();
        let own_ms = FIRST_PAUSE_MS << self.pauses.saturating_sub(1).min(4);
        let own_ms = own_ms * (256 + u64::from(chance)) / 256;
        let ms = told_ms.max(own_ms);
        if self.pauses > MAX_PAUSES || ms >= self.deadline.remaining_ms(self.host) {
            let not_before = (told_ms > 0).then(|| self.host.now().plus(told_ms));
            self.stop_for(error, not_before);
        } else {
            self.paused_until_ms = self.paused_until_ms.max(now_ms.saturating_add(ms));
        }
    }
}
