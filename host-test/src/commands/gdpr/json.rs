//! What a sweep takes and gives, in the contract's names.

use jira_host::types::{
    AccountAction, AccountState, BatchEvidence, Error, FailedBatch, RefreshOutcome,
    RegisteredAccount, Summary, SweepCounts, SweepEnd, SweepReport, SweepSummary,
};
use serde_json::{Value, json};

use crate::exit::Exit;

pub(super) fn report(report: &SweepReport) -> Value {
    json!({
        "sweep": report.sweep,
        "dry_run": report.dry_run,
        "started_at_unix_ms": report.started_at_unix_ms,
        "ended_at_unix_ms": report.ended_at_unix_ms,
        "counts": counts(&report.counts),
        "end": end(&report.end),
        "actions": report.actions.iter().map(action).collect::<Vec<_>>(),
        "more_actions": report.more_actions,
        "failed": report.failed.iter().map(failed).collect::<Vec<_>>(),
        "would_report": report.would_report,
        "evidence": report.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "next_due_unix_ms": report.next_due_unix_ms,
        "cycle_period_ms": report.cycle_period_ms,
        "attempts": report.attempts,
        "waited_ms": report.waited_ms,
        "refresh": report.refresh.map(RefreshOutcome::name),
    })
}

fn end(end: &SweepEnd) -> Value {
    match end {
        SweepEnd::Complete => json!({ "state": "complete" }),
        SweepEnd::More(cursor) => json!({ "state": "more", "cursor": cursor }),
        SweepEnd::Stopped(stop) => json!({
            "state": "stopped",
            "error": error(&stop.error),
            "cursor": stop.cursor,
            "not_before_unix_ms": stop.not_before_unix_ms,
        }),
        SweepEnd::TakenOver => json!({ "state": "taken-over" }),
    }
}

fn counts(counts: &SweepCounts) -> Value {
    json!({
        "seen": counts.seen,
        "due": counts.due,
        "reported": counts.reported,
        "closed": counts.closed,
        "updated": counts.updated,
        "failed": counts.failed,
        "resumed": counts.resumed,
        "batches": counts.batches,
    })
}

fn failed(batch: &FailedBatch) -> Value {
    json!({
        "batch": batch.batch,
        "account_ids": batch.account_ids,
        "error": error(&batch.error),
    })
}

/// The class is that of the exit codes.
pub(super) fn error(error: &Error) -> Value {
    json!({
        "message": error.message,
        "exit_code": Exit::of(&error.kind) as u8,
        "trace_id": error.trace_id,
    })
}

/// The contract's word.
pub(super) fn state(state: AccountState) -> &'static str {
    match state {
        AccountState::Closed => "closed",
        AccountState::Updated => "updated",
    }
}

pub(super) fn action(action: &AccountAction) -> Value {
    json!({
        "id": action.id,
        "account_id": action.account_id,
        "state": state(action.state),
        "answered_at_unix_ms": action.answered_at_unix_ms,
        "sweep": action.sweep,
        "batch": action.batch,
        "trace_id": action.trace_id,
        "cloud_ids": action.cloud_ids,
        "erased": {
            "pack_configurations": action.erased.pack_configurations,
            "action_options": action.erased.action_options,
            "user_data": action.erased.user_data,
            "connections": action.erased.connections,
        },
    })
}

pub(super) fn evidence(batch: &BatchEvidence) -> Value {
    json!({
        "at_unix_ms": batch.at_unix_ms,
        "batch": batch.batch,
        "accounts": batch.accounts,
        "status": batch.status,
        "trace_id": batch.trace_id,
        "closed": batch.closed,
        "updated": batch.updated,
        "failure": batch.failure,
    })
}

pub(super) fn sweep_summary(sweep: &SweepSummary) -> Value {
    json!({
        "sweep": sweep.sweep,
        "started_at_unix_ms": sweep.started_at_unix_ms,
        "ended_at_unix_ms": sweep.ended_at_unix_ms,
        "complete": sweep.complete,
        "counts": counts(&sweep.counts),
        "stopped": sweep.stopped,
        "cycle_period_ms": sweep.cycle_period_ms,
    })
}

pub(super) fn summary(summary: &Summary) -> Value {
    json!({
        "cycle_period_ms": summary.cycle_period_ms,
        "next_due_unix_ms": summary.next_due_unix_ms,
        "started_at_unix_ms": summary.started_at_unix_ms,
        "completed_at_unix_ms": summary.completed_at_unix_ms,
        "busy_until_unix_ms": summary.busy_until_unix_ms,
    })
}

pub(in crate::commands) fn account(account: &RegisteredAccount) -> Value {
    let connections = account.connections.iter().map(|own| {
        json!({
            "connection": own.connection,
            "retrieved_at_unix_ms": own.retrieved_at_unix_ms,
        })
    });
    json!({
        "account_id": account.account_id,
        "retrieved_at_unix_ms": account.retrieved_at_unix_ms,
        "connections": connections.collect::<Vec<_>>(),
        "cloud_ids": account.cloud_ids,
        "entered_at_unix_ms": account.entered_at_unix_ms,
        "reported_at_unix_ms": account.reported_at_unix_ms,
        "due_at_unix_ms": account.due_at_unix_ms,
        "retrieve_again": account.retrieve_again,
    })
}
