use jira_host::types::{
    AccountAction, EvidenceQuery, HeldAccount, Refusal, StatusQuery, SweepOutcome, SweepStep,
};

use super::keeping::{RETRIEVED, one_by_one};
use crate::clock::DAY;
use crate::stage::Stage;

async fn actions(stage: &Stage) -> Vec<AccountAction> {
    match stage
        .gdpr(SweepStep::Status(StatusQuery::Actions(None)))
        .await
    {
        Ok(SweepOutcome::Actions(page)) => page.actions,
        other => panic!("{other:?}"),
    }
}

async fn acknowledge(stage: &Stage, ids: &[&str]) -> u32 {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    match stage.gdpr(SweepStep::Acknowledge(ids)).await {
        Ok(SweepOutcome::Acknowledged(count)) => count,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_action_is_repeated_until_it_is_acknowledged() {
    let stage = Stage::with_accounts(&["a", "b"]).await;
    stage.simulator.close_account("a");
    stage.simulator.close_account("b");
    let first = stage.sweep().await.actions;
    assert_eq!(first.len(), 2);
    assert_eq!(stage.sweep().await.actions, first);
    assert_eq!(actions(&stage).await, first);
    assert_eq!(acknowledge(&stage, &[&first[0].id]).await, 1);
    assert_eq!(acknowledge(&stage, &[&first[0].id]).await, 0);
    stage.advance(7 * DAY);
    assert_eq!(stage.sweep().await.actions, first[1..]);
    assert_eq!(acknowledge(&stage, &[&first[1].id]).await, 1);
    assert_eq!(stage.sweep().await.actions, []);
}

#[tokio::test]
async fn an_old_acknowledgement_does_not_swallow_a_newer_action() {
    let stage = Stage::with_accounts(&["a"]).await;
    let at = |ms: u64| i64::try_from(RETRIEVED + ms).unwrap();
    stage.simulator.change_profile("a", at(1));
    let old = stage.sweep().await.actions;
    let anew = HeldAccount::new("a", RETRIEVED + 2);
    stage.gdpr(SweepStep::Enter(vec![anew])).await.unwrap();
    stage.simulator.change_profile("a", at(3));
    stage.advance(7 * DAY);
    let new = stage.sweep().await.actions;
    assert_eq!((old.len(), new.len()), (1, 1));
    assert_ne!(old[0].id, new[0].id);
    assert_eq!(acknowledge(&stage, &[&old[0].id]).await, 0);
    assert_eq!(actions(&stage).await, new);
}

#[tokio::test]
async fn a_closed_account_is_not_entered_before_its_action_is_acknowledged() {
    let stage = Stage::with_accounts(&["a"]).await;
    stage.simulator.close_account("a");
    let action = stage.sweep().await.actions.remove(0);
    let enter = || SweepStep::Enter(vec![HeldAccount::new("a", RETRIEVED)]);
    let Ok(SweepOutcome::Entered(entered)) = stage.gdpr(enter()).await else {
        panic!("it enters")
    };
    assert_eq!(entered.refused[0].reason, Refusal::Closed);
    acknowledge(&stage, &[&action.id]).await;
    let Ok(SweepOutcome::Entered(entered)) = stage.gdpr(enter()).await else {
        panic!("it enters")
    };
    assert_eq!((entered.added, entered.refused.len()), (1, 0));
}

#[tokio::test]
async fn there_is_evidence_of_every_batch() {
    let stage = Stage::with_accounts(&["a"]).await;
    stage.simulator.close_account("a");
    let report = stage.sweep_with(one_by_one()).await;
    let [batch] = report.evidence.as_slice() else {
        panic!("{:?}", report.evidence)
    };
    assert_eq!(
        (batch.batch, batch.accounts, batch.status),
        (1, 2, Some(200))
    );
    assert_eq!(
        (batch.closed.as_slice(), batch.failure.as_deref()),
        (&["a".to_owned()][..], None)
    );
    assert!(batch.trace_id.is_some());

    let Ok(SweepOutcome::Reports(sweeps)) =
        stage.gdpr(SweepStep::Status(StatusQuery::Reports)).await
    else {
        panic!("it reports")
    };
    assert_eq!(sweeps.len(), 1);
    assert_eq!(
        (&sweeps[0].sweep, sweeps[0].complete),
        (&report.sweep, true)
    );
    assert_eq!(sweeps[0].counts, report.counts);
    let query = EvidenceQuery {
        sweep: report.sweep.clone(),
        page: 0,
    };
    let kept = stage
        .gdpr(SweepStep::Status(StatusQuery::Evidence(query)))
        .await;
    let Ok(SweepOutcome::Evidence(page)) = kept else {
        panic!("{kept:?}")
    };
    assert_eq!((page.batches, page.next), (report.evidence, None));
}

#[tokio::test]
async fn the_last_twelve_sweeps_are_kept() {
    let stage = Stage::connected().await;
    for _ in 0..14 {
        stage.sweep().await;
        stage.advance(7 * DAY);
    }
    let Ok(SweepOutcome::Reports(sweeps)) =
        stage.gdpr(SweepStep::Status(StatusQuery::Reports)).await
    else {
        panic!("it reports")
    };
    assert_eq!(sweeps.len(), 12);
    assert!(sweeps.is_sorted_by(|a, b| a.started_at_unix_ms > b.started_at_unix_ms));
}
