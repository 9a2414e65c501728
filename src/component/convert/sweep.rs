//! The types of `gdpr-sweep`, case for case.

use super::{to_wit_error, to_wit_instant, to_wit_refresh};
use crate::component::bindings::jira::connector::sweep as wit;
use crate::jira::{
    instant::UnixMs,
    sweep::{
        StatusQuery, SweepOutcome, SweepStep,
        account_id::AccountId,
        action::{AccountState, Action, ActionPage},
        answer::Failure,
        enter::{HeldAccount, Refusal, RefusedAccount},
        evidence::{BatchEvidence, Counts, SweepSummary},
        options::SweepOptions,
        report::{End, SweepReport},
        status::ShownAccount,
    },
};

pub fn from_wit_sweep_step(step: wit::SweepStep) -> SweepStep {
    match step {
        wit::SweepStep::Enter(accounts) => {
            SweepStep::Enter(accounts.into_iter().map(from_wit_held).collect())
        }
        wit::SweepStep::Forget(ids) => SweepStep::Forget(ids),
        wit::SweepStep::Sweep(options) => SweepStep::Sweep(SweepOptions {
            connection: options.connection,
            dry_run: options.dry_run,
            force: options.force,
            max_batches: options.max_batches,
            timeout_ms: options.timeout_ms,
            in_flight: options.in_flight,
            cursor: options.cursor,
        }),
        wit::SweepStep::Acknowledge(ids) => SweepStep::Acknowledge(ids),
        wit::SweepStep::Status(query) => SweepStep::Status(match query {
            wit::StatusQuery::Summary => StatusQuery::Summary,
            wit::StatusQuery::Account(id) => StatusQuery::Account(id),
            wit::StatusQuery::Accounts(cursor) => StatusQuery::Accounts(cursor),
            wit::StatusQuery::Actions(cursor) => StatusQuery::Actions(cursor),
            wit::StatusQuery::Reports => StatusQuery::Reports,
            wit::StatusQuery::Evidence(query) => StatusQuery::Evidence(query.sweep, query.page),
        }),
    }
}

fn from_wit_held(account: wit::HeldAccount) -> HeldAccount {
    HeldAccount {
        account_id: account.account_id,
        retrieved_at: UnixMs(account.retrieved_at_unix_ms),
        cloud_ids: account.cloud_ids,
        may_be_older: account.may_be_older,
    }
}

pub fn to_wit_sweep_outcome(outcome: SweepOutcome) -> wit::SweepOutcome {
    match outcome {
        SweepOutcome::Entered(entered) => wit::SweepOutcome::Entered(wit::Entered {
            added: entered.added,
            renewed: entered.renewed,
            refused: entered.refused.into_iter().map(to_wit_refused).collect(),
        }),
        SweepOutcome::Forgotten(forgotten) => wit::SweepOutcome::Forgotten(wit::Forgotten {
            removed: forgotten.removed,
            kept: forgotten.kept,
            refused: forgotten.refused.into_iter().map(to_wit_refused).collect(),
        }),
        SweepOutcome::Swept(report) => wit::SweepOutcome::Swept(to_wit_report(*report)),
        SweepOutcome::Busy(until) => wit::SweepOutcome::Busy(until.0),
        SweepOutcome::Acknowledged(count) => wit::SweepOutcome::Acknowledged(count),
        SweepOutcome::Summary(summary) => wit::SweepOutcome::Summary(wit::Summary {
            cycle_period_ms: summary.state.cycle_ms,
            next_due_unix_ms: to_wit_instant(summary.state.next_due),
            started_at_unix_ms: to_wit_instant(summary.state.started_at),
            completed_at_unix_ms: to_wit_instant(summary.state.completed_at),
            busy_until_unix_ms: to_wit_instant(summary.busy_until),
        }),
        SweepOutcome::Account(account) => wit::SweepOutcome::Account(account.map(to_wit_account)),
        SweepOutcome::Accounts(page) => wit::SweepOutcome::Accounts(wit::AccountPage {
            accounts: page.accounts.into_iter().map(to_wit_account).collect(),
            damaged: to_wit_ids(&page.damaged),
            cursor: page.cursor,
        }),
        SweepOutcome::Actions(page) => wit::SweepOutcome::Actions(wit::ActionPage {
            actions: page.actions.into_iter().map(to_wit_action).collect(),
            cursor: page.cursor,
        }),
        SweepOutcome::Reports(all) => {
            wit::SweepOutcome::Reports(all.into_iter().map(to_wit_summary).collect())
        }
        SweepOutcome::Evidence(batches, next) => wit::SweepOutcome::Evidence(wit::EvidencePage {
            batches: batches.into_iter().map(to_wit_evidence).collect(),
            next,
        }),
    }
}

fn to_wit_refused(refused: RefusedAccount) -> wit::RefusedAccount {
    wit::RefusedAccount {
        index: refused.index,
        account_id: refused.account_id,
        reason: match refused.reason {
            Refusal::AccountId => wit::Refusal::AccountId,
            Refusal::RetrievedAt => wit::Refusal::RetrievedAt,
            Refusal::Older => wit::Refusal::Older,
            Refusal::CloudIds => wit::Refusal::CloudIds,
            Refusal::Closed => wit::Refusal::Closed,
            Refusal::HasData => wit::Refusal::HasData,
            Refusal::Damaged => wit::Refusal::Damaged,
        },
        message: refused.message,
    }
}

fn to_wit_report(report: SweepReport) -> wit::SweepReport {
    wit::SweepReport {
        sweep: report.sweep.to_string(),
        dry_run: report.dry_run,
        started_at_unix_ms: report.started_at.0,
        ended_at_unix_ms: report.ended_at.0,
        counts: to_wit_counts(report.counts),
        end: match report.end {
            End::Complete => wit::SweepEnd::Complete,
            End::More(cursor) => wit::SweepEnd::More(cursor),
            End::Stopped(stop) => wit::SweepEnd::Stopped(wit::SweepStop {
                error: to_wit_error(&stop.error),
                cursor: stop.cursor,
                not_before_unix_ms: to_wit_instant(stop.not_before),
            }),
            End::TakenOver => wit::SweepEnd::TakenOver,
        },
        more_actions: report.actions.cursor.clone(),
        actions: to_wit_actions(report.actions),
        failed: report.failed.into_iter().map(to_wit_failure).collect(),
        would_report: to_wit_ids(&report.would_report),
        evidence: report.evidence.into_iter().map(to_wit_evidence).collect(),
        next_due_unix_ms: to_wit_instant(report.next_due),
        cycle_period_ms: report.cycle_ms,
        attempts: report.efforts.attempts,
        waited_ms: report.efforts.waited_ms,
        refresh: report.efforts.refresh.map(to_wit_refresh),
    }
}

fn to_wit_actions(page: ActionPage) -> Vec<wit::AccountAction> {
    page.actions.into_iter().map(to_wit_action).collect()
}

fn to_wit_action((account, action): (AccountId, Action)) -> wit::AccountAction {
    wit::AccountAction {
        id: action.id(&account),
        account_id: account.as_str().into(),
        state: match action.state {
            AccountState::Closed => wit::AccountState::Closed,
            AccountState::Updated => wit::AccountState::Updated,
        },
        answered_at_unix_ms: action.answered_at.0,
        sweep: action.sweep.to_string(),
        batch: action.batch,
        trace_id: action.trace_id,
        cloud_ids: action.cloud_ids,
        erased: wit::Erased {
            pack_configurations: action.erased.pack_configurations,
            action_options: action.erased.action_options,
            user_data: action.erased.user_data,
            connections: action.erased.connections,
        },
    }
}

fn to_wit_failure(failure: Failure) -> wit::FailedBatch {
    wit::FailedBatch {
        batch: failure.batch,
        account_ids: to_wit_ids(&failure.accounts),
        error: to_wit_error(&failure.error),
    }
}

fn to_wit_account(account: ShownAccount) -> wit::RegisteredAccount {
    let entry = account.entry;
    let own = entry.own.into_iter().map(|copy| wit::OwnCopy {
        connection: copy.connection,
        retrieved_at_unix_ms: copy.retrieved_at.0,
    });
    wit::RegisteredAccount {
        account_id: account.id.as_str().into(),
        retrieved_at_unix_ms: to_wit_instant(entry.retrieved_at),
        connections: own.collect(),
        cloud_ids: entry.cloud_ids,
        entered_at_unix_ms: entry.entered_at.0,
        reported_at_unix_ms: to_wit_instant(entry.reported_at),
        due_at_unix_ms: account.due_at.0,
        retrieve_again: entry.retrieve_again,
    }
}

fn to_wit_summary(summary: SweepSummary) -> wit::SweepSummary {
    wit::SweepSummary {
        sweep: summary.sweep.to_string(),
        started_at_unix_ms: summary.sweep.0.0,
        ended_at_unix_ms: to_wit_instant(summary.ended_at),
        complete: summary.complete,
        counts: to_wit_counts(summary.counts),
        stopped: summary.stopped,
        cycle_period_ms: summary.cycle_ms,
    }
}

const fn to_wit_counts(counts: Counts) -> wit::SweepCounts {
    wit::SweepCounts {
        seen: counts.seen,
        due: counts.due,
        reported: counts.reported,
        closed: counts.closed,
        updated: counts.updated,
        failed: counts.failed,
        resumed: counts.resumed,
        batches: counts.batches,
    }
}

fn to_wit_evidence(batch: BatchEvidence) -> wit::BatchEvidence {
    wit::BatchEvidence {
        at_unix_ms: batch.at.0,
        batch: batch.batch,
        accounts: batch.accounts,
        status: batch.status,
        trace_id: batch.trace_id,
        closed: batch.closed,
        updated: batch.updated,
        failure: batch.failure,
    }
}

fn to_wit_ids(ids: &[AccountId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().into()).collect()
}
