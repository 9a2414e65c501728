use jira_host::secrets::{Expect, SecretStore};
use jira_host::types::{
    AccountState, HeldAccount, SweepEnd, SweepOptions, SweepOutcome, SweepReport, SweepStep,
};

use super::{Stage, Step, check};
use crate::output::Output;

/// The account that Atlassian has for tests: it is always closed.
const CLOSED: &str = "5be24ba3f91c106033269289";

/// An account whose profile changes.
const CHANGED: &str = "5e5f6acefc1ca60c0d4a1b2c";

/// When the data of both was retrieved, and when the profile changes after that:
/// the simulator's first morning.
const RETRIEVED_AT_UNIX_MS: u64 = 1_767_603_600_000;
const CHANGED_AT_UNIX_MS: i64 = 1_767_607_200_000;

/// What hosts keep under an account.
const KINDS: [&str; 3] = ["pack-configurations", "action-options", "user-data"];

/// Reports whose data is kept, and erases what is to be erased.
pub(super) async fn report(stage: &Stage, output: &mut Output) -> Step {
    stage.simulator.change_profile(CHANGED, CHANGED_AT_UNIX_MS);
    for id in [CLOSED, CHANGED] {
        for kind in KINDS {
            let key = format!("{kind}/{id}/demo");
            stage.store.put(&key, b"{}".to_vec(), Expect::Any).await?;
        }
    }
    let held = [CLOSED, CHANGED].map(|id| HeldAccount::new(id, RETRIEVED_AT_UNIX_MS));
    let enter = SweepStep::Enter(held.to_vec());
    stage.tenant.gdpr_sweep(&enter).await??;
    output.line("kept", &kept(stage).await?.join("\n"))?;

    let mark = stage.mark();
    let report = sweep(stage).await?;
    output.line("happened", &stage.timeline_since(&mark).join("\n"))?;
    for action in &report.actions {
        let state = match action.state {
            AccountState::Closed => "closed",
            AccountState::Updated => "updated",
        };
        output.line(state, &action.account_id)?;
    }
    let left = kept(stage).await?;
    output.line("left", &left.join("\n"))?;
    check_counts(&report)?;
    check(
        left == [format!("pack-configurations/{CHANGED}/demo")],
        "something else was erased than should have been",
    )?;
    let mark = stage.mark();
    let again = sweep(stage).await?;
    check(
        again.counts.reported == 0 && stage.requests_since(&mark) == 0,
        "accounts were reported twice in a cycle",
    )?;
    check(
        again.actions == report.actions,
        "what nobody has acknowledged was not told again",
    )?;
    output.conclusion(
        "shows",
        "What Atlassian answered was saved before anything was erased; of the closed account\n\
         nothing is left, of the other what is a cache is gone. The person who consented was\n\
         reported too, and is as before. A second sweep sends nothing within the cycle.",
    )?;
    Ok(())
}

async fn sweep(stage: &Stage) -> Result<SweepReport, Box<dyn std::error::Error>> {
    let sweep = SweepStep::Sweep(SweepOptions::new());
    match stage.tenant.gdpr_sweep(&sweep).await?? {
        SweepOutcome::Swept(report) => Ok(report),
        other => Err(format!("`sweep` was answered by {other:?}").into()),
    }
}

fn check_counts(report: &SweepReport) -> Step {
    let counts = &report.counts;
    check(
        report.end == SweepEnd::Complete && report.failed.is_empty(),
        "the register was not covered",
    )?;
    check(
        (counts.reported, counts.closed, counts.updated) == (3, 1, 1),
        "other accounts are closed or updated than should be",
    )
}

/// The keys of the three kinds.
async fn kept(stage: &Stage) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut keys = Vec::new();
    for kind in KINDS {
        let mut cursor = None;
        loop {
            let page = stage.store.list(&format!("{kind}/"), cursor).await?;
            keys.extend(page.keys);
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(keys)
}
