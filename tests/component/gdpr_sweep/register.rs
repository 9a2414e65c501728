use jira_host::types::{ErrorKind, HeldAccount, Refusal, StatusQuery, SweepOutcome, SweepStep};

use super::keeping::{RETRIEVED, as_strs, ids};
use crate::clock::{DAY, millis};
use crate::people::ADA;
use crate::stage::{Stage, invalid};

async fn refusals(stage: &Stage, accounts: Vec<HeldAccount>) -> Vec<(u32, Refusal)> {
    match stage.gdpr(SweepStep::Enter(accounts)).await {
        Ok(SweepOutcome::Entered(entered)) => entered
            .refused
            .iter()
            .map(|it| (it.index, it.reason))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_cannot_be_reported_is_refused_by_name_and_the_others_are_taken() {
    let stage = Stage::set(atlassian_simulator::Settings::default()).await;
    let of = |id: &str| HeldAccount::new(id, RETRIEVED);
    let in_seconds = HeldAccount::new("seconds", RETRIEVED / 1_000);
    let tomorrow = HeldAccount::new("tomorrow", RETRIEVED + millis(DAY));
    let mut cloud = of("cloud");
    cloud.cloud_ids = vec!["not a cloud id".to_owned()];
    let accounts = vec![
        of("ok"),
        of("unknown"),
        of(""),
        of("ü"),
        in_seconds,
        tomorrow,
        cloud,
        of("ok2"),
    ];
    let refused = refusals(&stage, accounts).await;
    assert_eq!(
        refused,
        [
            (1, Refusal::AccountId),
            (2, Refusal::AccountId),
            (3, Refusal::AccountId),
            (4, Refusal::RetrievedAt),
            (5, Refusal::RetrievedAt),
            (6, Refusal::CloudIds),
        ]
    );
    assert_eq!(stage.kept().await, ["accounts/ok", "accounts/ok2"]);
}

#[tokio::test]
async fn a_time_goes_back_only_where_that_is_said() {
    let stage = Stage::with_accounts(&["a"]).await;
    let older = HeldAccount::new("a", RETRIEVED - 1);
    assert_eq!(
        refusals(&stage, vec![older.clone()]).await,
        [(0, Refusal::Older)]
    );
    let meant = HeldAccount {
        may_be_older: true,
        ..older
    };
    assert_eq!(refusals(&stage, vec![meant]).await, []);
    let account = stage.account("a").await.unwrap();
    assert_eq!(account.retrieved_at_unix_ms, Some(RETRIEVED - 1));
}

#[tokio::test]
async fn no_step_takes_more_than_a_thousand() {
    let stage = Stage::set(atlassian_simulator::Settings::default()).await;
    let ids = ids(1_001);
    let held = ids
        .iter()
        .map(|id| HeldAccount::new(id, RETRIEVED))
        .collect();
    let error = stage.gdpr(SweepStep::Enter(held)).await.unwrap_err();
    assert_eq!(
        error,
        invalid("enter", "it has 1001 items; a call takes at most 1000")
    );
    let error = stage.gdpr(SweepStep::Forget(ids)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest("forget".to_owned()));
}

#[tokio::test]
async fn data_that_is_still_there_keeps_its_account_in_the_register() {
    let stage = Stage::with_accounts(&["a", "b"]).await;
    stage.keep("a");
    let forget = SweepStep::Forget(vec!["a".into(), "b".into(), ADA.into(), "c".into()]);
    let Ok(SweepOutcome::Forgotten(forgotten)) = stage.gdpr(forget).await else {
        panic!("it forgets")
    };
    assert_eq!((forgotten.removed, forgotten.kept), (1, 1));
    assert_eq!(forgotten.refused.len(), 1);
    assert_eq!(
        (forgotten.refused[0].index, forgotten.refused[0].reason),
        (0, Refusal::HasData)
    );
    assert!(stage.account("a").await.is_some());
    assert!(stage.account("b").await.is_none());
    assert!(stage.account(ADA).await.is_some());
}

#[tokio::test]
async fn the_register_is_listed_page_by_page() {
    let ids = ids(25);
    let stage = Stage::with_accounts(&as_strs(&ids)).await;
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let query = SweepStep::Status(StatusQuery::Accounts(cursor));
        let Ok(SweepOutcome::Accounts(page)) = stage.gdpr(query).await else {
            panic!("it lists")
        };
        found.extend(page.accounts.into_iter().map(|account| account.account_id));
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    found.sort();
    found.retain(|id| id != ADA);
    assert_eq!(found, ids);
}

#[tokio::test]
async fn the_first_sweep_is_due_a_cycle_after_the_first_entry() {
    let stage = Stage::set(atlassian_simulator::Settings::default()).await;
    assert_eq!(stage.summary().await.next_due_unix_ms, None);
    stage.enter(&["a"]).await;
    let due = stage.clock.unix_ms() + millis(7 * DAY);
    assert_eq!(stage.summary().await.next_due_unix_ms, Some(due));
    stage.advance(DAY);
    stage.enter(&["b"]).await;
    assert_eq!(stage.summary().await.next_due_unix_ms, Some(due));
}
