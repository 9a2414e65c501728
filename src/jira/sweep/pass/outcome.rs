//! What came of a batch that was taken: saved first, then acted upon.

use super::{Batch, Pass, Split, count};
use crate::jira::{
    beside::beside,
    error::Result,
    host::{Change, Expect, Host, PutOutcome, random_hex},
    http::HttpResponse,
    instant::UnixMs,
    store::{self, PATIENT_SAVE_ATTEMPTS, Stored},
    sweep::{
        account_id::{AccountId, ERASURES, REGISTER},
        action::{AccountState, Action, Erased},
        answer::Failure,
        evidence::BatchEvidence,
        register::Registered,
    },
};

impl<H: Host> Pass<'_, H> {
    /// All of a batch was taken, and some of its accounts need something.
    pub(super) async fn accept(
        &mut self,
        batch: Batch,
        response: &HttpResponse,
        found: &[(usize, AccountState)],
    ) -> Result<()> {
        let now = self.host.now();
        let trace_id = response.trace_id();
        let actions = self.actions(&batch, found, now, trace_id.as_ref());
        let ids = |wanted: AccountState| {
            let of = |(id, action): &(AccountId, Action)| {
                (action.state == wanted).then(|| id.as_str().into())
            };
            actions.iter().filter_map(of).collect()
        };
        self.evidence.begin(self.host).await?;
        let evidence = self.evidence.add(BatchEvidence {
            at: now,
            batch: batch.number,
            accounts: count(&batch.accounts),
            status: Some(response.status),
            trace_id,
            closed: ids(AccountState::Closed),
            updated: ids(AccountState::Updated),
            failure: None,
        });
        self.save(&batch, &actions, evidence, now).await?;
        self.sender.accepted();
        (self.pauses, self.failed_in_a_row) = (0, 0);
        let is_its = |split: &&mut Split| split.number == batch.number;
        if let Some(split) = self.splits.iter_mut().find(is_its) {
            split.is_accepted = true;
        }
        self.counts.reported += count(&batch.accounts);
        self.counts.batches += 1;
        for due in &batch.accounts {
            let is_closed = |(id, action): &(AccountId, Action)| {
                *id == due.id && action.state == AccountState::Closed
            };
            let counted_from = (!actions.iter().any(is_closed)).then_some(now);
            self.plan.conclude(due, counted_from, false);
        }
        for (id, action) in actions {
            if self.act_by.remaining_ms(self.host) == 0 {
                self.has_unfinished = true;
                break;
            }
            self.act(id, action).await?;
        }
        Ok(())
    }

    fn actions(
        &self,
        batch: &Batch,
        found: &[(usize, AccountState)],
        now: UnixMs,
        trace_id: Option<&String>,
    ) -> Vec<(AccountId, Action)> {
        let action = |(index, state): &(usize, AccountState)| {
            let due = batch.accounts.get(*index)?;
            let action = Action {
                nonce: random_hex(self.host),
                state: *state,
                answered_at: now,
                retrieved_at: due.entry.value.retrieved_at,
                sweep: self.evidence.sweep(),
                batch: batch.number,
                trace_id: trace_id.cloned(),
                cloud_ids: due.entry.value.cloud_ids.clone(),
                erased: Erased::default(),
            };
            Some((due.id.clone(), action))
        };
        found.iter().filter_map(action).collect()
    }

    /// Saves what a batch came to, what must be erased first. An entry that was
    /// written meanwhile keeps what was written.
    async fn save(
        &self,
        batch: &Batch,
        actions: &[(AccountId, Action)],
        evidence: Vec<Change>,
        now: UnixMs,
    ) -> Result<()> {
        let mut changes: Vec<_> = actions
            .iter()
            .map(|(id, action)| Change {
                key: id.key(ERASURES),
                value: store::encode(action),
                expect: Expect::Any,
            })
            .collect();
        changes.extend(batch.accounts.iter().map(|due| Change {
            key: due.id.key(REGISTER),
            value: store::encode(&reported(due.entry.value.clone(), now)),
            expect: Expect::Version(due.entry.version.clone()),
        }));
        changes.extend(evidence);
        let outcomes = store::save_all(self.host, &changes, PATIENT_SAVE_ATTEMPTS).await?;
        for (change, outcome) in changes.iter().zip(outcomes) {
            if let PutOutcome::Stale(Some(_)) = outcome {
                mark_again(self.host, &change.key, now).await?;
            }
        }
        Ok(())
    }

    /// Does what is written down about an account. Where that fails it stays
    /// written down, for the next sweep, and stops nothing: what cannot be erased,
    /// perhaps for good, keeps nobody else from being erased or reported. A store
    /// that is gone stops the sweep where it reads on.
    pub(super) async fn act(&mut self, id: AccountId, action: Action) -> Result<()> {
        if !self.keep_lease().await? {
            return Ok(());
        }
        let batch = action.batch;
        let finished = beside(self.lease.keep(), self.eraser.finish(&id, action));
        match self.flight.beside(finished).await {
            Ok(Some(action)) => {
                match action.state {
                    AccountState::Closed => self.counts.closed += 1,
                    AccountState::Updated => self.counts.updated += 1,
                }
                self.sender.forget(&action.erased.connections);
            }
            Ok(None) => {}
            Err(error) => {
                let error = error.context("erasing, which the next sweep finishes");
                self.has_unfinished = true;
                self.note(Failure {
                    batch,
                    accounts: vec![id],
                    error,
                });
            }
        }
        Ok(())
    }
}

fn reported(entry: Registered, now: UnixMs) -> Registered {
    Registered {
        reported_at: entry.reported_before(now).max(Some(now)),
        ..entry
    }
}

async fn mark_again(host: &impl Host, key: &str, now: UnixMs) -> Result<()> {
    for _ in 0..store::UPDATE_ATTEMPTS {
        let Some(Stored { value, version }) = store::read::<Registered>(host, key).await? else {
            return Ok(());
        };
        let (entry, expect) = (
            store::encode(&reported(value, now)),
            Expect::Version(version),
        );
        let outcome = store::save(host, key, &entry, expect, PATIENT_SAVE_ATTEMPTS).await?;
        if matches!(outcome, PutOutcome::Stored(_)) {
            return Ok(());
        }
    }
    Err(store::contended(key))
}
