mod cut;
mod formats;
mod streaming;

use serde_json::Value;

use crate::consent::connect;
use crate::home::Ran;
use crate::stage::Stage;

/// What the lists of JSM operations need beyond the usual scopes.
const ALERTS: &str = "read:ops-alert:jira-service-management";

/// A connection, and lists in the simulator's words.
async fn connected(lists: &[&str]) -> Stage {
    let stage = Stage::set().await;
    let connection = ["demo", "--service-management", "--scope", ALERTS];
    connect(&stage, &connection).await.0.done();
    for list in lists {
        stage.simulator.list(list.parse().unwrap());
    }
    stage
}

fn order(stage: &Stage, order: &str) {
    stage.simulator.order(order.parse().unwrap());
}

/// The items of a document.
#[track_caller]
fn items(document: &str) -> Vec<Value> {
    serde_json::from_str(document).unwrap()
}

/// The items of lines.
#[track_caller]
fn lines(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Asserts that the list is not complete, and answers the cursor that is told.
#[track_caller]
fn cursor(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(11), "{ran:#?}");
    told_cursor(&ran.stderr)
}

#[track_caller]
fn told_cursor(stderr: &str) -> String {
    let (_, rest) = stderr.split_once("`--cursor ").unwrap();
    rest.split_once('`').unwrap().0.to_owned()
}
