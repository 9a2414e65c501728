use atlassian_simulator::{Fault, On};
use jira_host::types::{ErrorKind, ListEnd, Paginate, Request, TruncationReason};

use super::status;
use crate::clock::hurried;
use crate::stage::{DEMO, Stage, json};

/// Pages of 50, one at a time.
fn all() -> Request {
    let paginate = Paginate {
        in_flight: Some(1),
        ..Paginate::default()
    };
    Request::get(DEMO, "/project/search").with_paginate(paginate)
}

fn page(nth: usize) -> On {
    let start = (nth * 50).to_string();
    On::method_path("GET", "/project/search").asking("startAt", &start)
}

async fn with_pages(pages: usize) -> Stage {
    let stage = Stage::connected().await;
    let list = format!("/project/search items={}", pages * 50);
    stage.simulator.list(list.parse().unwrap());
    stage
}

fn fail(stage: &Stage, pages: impl IntoIterator<Item = usize>, fault: &Fault) {
    for nth in pages {
        stage.simulator.script(page(nth), fault.clone());
    }
}

#[tokio::test]
async fn eight_repetitions_are_all_that_the_requests_of_a_call_have_together() {
    let stage = with_pages(12).await;
    fail(&stage, 1..=9, &status(503));
    let mark = stage.mark();
    let response = hurried(stage.api(&all())).await.unwrap();
    let list = response.list.as_ref().unwrap();
    let ListEnd::Truncated(truncation) = &list.end else {
        panic!("{list:?}");
    };
    let TruncationReason::FailedPage(error) = &truncation.reason else {
        panic!("{truncation:?}");
    };
    assert!(matches!(&error.kind, ErrorKind::Api(api) if api.status == 503));
    assert_eq!((list.pages, list.items), (9, 450));
    assert_eq!(stage.sent_since(mark).len(), 9 + 8 + 1);
    assert_eq!(response.attempts, 9 + 8 + 1);
    assert!(truncation.cursor.is_some(), "{truncation:?}");
}

#[tokio::test]
async fn ten_successes_pay_for_one_more() {
    let stage = with_pages(24).await;
    fail(&stage, 1..=8, &Fault::CutBeforeAnswer);
    fail(&stage, [22], &Fault::CutBeforeAnswer);
    let response = hurried(stage.api(&all())).await.unwrap();
    let list = response.list.as_ref().unwrap();
    assert_eq!(list.end, ListEnd::Complete);
    assert_eq!(json(&response.body).as_array().unwrap().len(), 1_200);
    assert_eq!(response.attempts, 24 + 9);
}
