use atlassian_simulator::Fault;
use jira_host::types::{ErrorKind, SweepEnd};

use super::keeping::{REPORTS, one_by_one};
use crate::stage::Stage;

/// An answer that cannot be trusted is one about nobody.
#[tokio::test]
async fn an_answer_that_is_not_as_documented_erases_nothing() {
    for (answer, why) in [
        (
            r#"{"accounts":[{"accountId":"12","status":"closed"}]}"#,
            "an account that was not asked for",
        ),
        (
            r#"{"accounts":[{"accountId":"123","status":"closed"},{"accountId":"123","status":"closed"}]}"#,
            "an account for the second time",
        ),
        (
            r#"{"accounts":[{"accountId":"123","status":"gone"}]}"#,
            "an unknown status",
        ),
        (
            r#"{"accounts":[{"accountId":"123","status":"closed"},{"accountId":"7","status":"updated"}]}"#,
            "an account that was not asked for",
        ),
        (r#"{"accounts":[{"accountId":"123"}]}"#, "status"),
        (r#"{"accounts":{}}"#, "accounts"),
        (r#"[]"#, "documented"),
        ("", "documented"),
    ] {
        let stage = Stage::with_accounts(&["123"]).await;
        stage.keep("123");
        let before = stage.kept().await;
        stage.script("POST", REPORTS, Fault::json(200, answer));
        let report = stage.sweep_with(one_by_one()).await;
        assert_eq!(report.end, SweepEnd::Complete, "{answer}");
        assert_eq!(report.actions, [], "{answer}");
        let [failed] = report.failed.as_slice() else {
            panic!("{answer}: {:?}", report.failed)
        };
        assert_eq!(failed.account_ids.len(), 2);
        let error = &failed.error;
        assert!(
            matches!(error.kind, ErrorKind::UnexpectedResponse(_)),
            "{error:?}"
        );
        assert!(error.message.contains(why), "{answer}: {}", error.message);
        assert_eq!(stage.kept().await, before, "{answer}");
        // It was not believed, so both are still due.
        assert_eq!(stage.sweep().await.counts.reported, 2);
    }
}

#[tokio::test]
async fn another_status_of_success_is_not_believed() {
    let stage = Stage::with_accounts(&["123"]).await;
    stage.script("POST", REPORTS, Fault::status(202, &[]));
    let report = stage.sweep_with(one_by_one()).await;
    assert_eq!((report.counts.reported, report.counts.failed), (0, 2));
}
