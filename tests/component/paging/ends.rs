use std::time::Duration;

use atlassian_simulator::{Fault, Gate, On};
use jira_host::types::{Action, ErrorKind, ListEnd, Paginate, Request, TruncationReason};

use super::{all, assert_all, names, paginate, report, truncation, with_lists};
use crate::stage::{DEMO, Stage, invalid};

fn at(start: &str) -> On {
    On::method_path("GET", "/project/search").asking("startAt", start)
}

#[tokio::test]
async fn each_limit_is_named_and_what_came_before_it_is_answered() {
    let stage = with_lists(&["/project/search items=300"]).await;
    let limited = |change: fn(&mut Paginate)| {
        Request::get(DEMO, "/project/search").with_paginate(paginate(change))
    };
    let response = stage
        .api(&limited(|paginate| paginate.max_items = Some(70)))
        .await
        .unwrap();
    assert_eq!(truncation(&response).reason, TruncationReason::MaxItems);
    assert_eq!(names(&response).len(), 70);
    let response = stage
        .api(&limited(|paginate| paginate.max_pages = Some(2)))
        .await
        .unwrap();
    assert_eq!(truncation(&response).reason, TruncationReason::MaxPages);
    assert_eq!((names(&response).len(), report(&response).pages), (100, 2));
    let response = stage
        .api(&limited(|paginate| paginate.max_bytes = Some(9_000)))
        .await
        .unwrap();
    assert_eq!(truncation(&response).reason, TruncationReason::MaxBytes);
    assert!(response.body.len() < 9_100, "{}", response.body.len());
    assert!(!names(&response).is_empty());
}

#[tokio::test]
async fn a_list_that_ends_at_its_limit_is_complete() {
    let stage = with_lists(&["/project/search items=100"]).await;
    let paginate = paginate(|paginate| {
        paginate.max_items = Some(100);
        paginate.max_pages = Some(2);
    });
    let request = Request::get(DEMO, "/project/search").with_paginate(paginate);
    assert_eq!(
        report(&stage.api(&request).await.unwrap()).end,
        ListEnd::Complete
    );
}

#[tokio::test]
async fn a_page_that_fails_in_the_middle_costs_nothing_that_came_before() {
    let stage = with_lists(&["/project/search items=250"]).await;
    stage.simulator.script(
        at("100"),
        Fault::json(400, r#"{"errorMessages":["No."],"errors":{}}"#),
    );
    let response = stage.api(&all("/project/search")).await.unwrap();
    let truncation = truncation(&response);
    let TruncationReason::FailedPage(error) = &truncation.reason else {
        panic!("{truncation:?}")
    };
    assert!(matches!(&error.kind, ErrorKind::Api(api) if api.status == 400));
    assert_eq!(
        truncation.message,
        "after 2 pages: Jira answered 400: No; the cursor goes on from there"
    );
    assert_eq!(names(&response).len(), 100);
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn a_first_page_that_fails_is_the_error_of_the_call() {
    let stage = with_lists(&["/project/search items=250"]).await;
    stage.script(
        "GET",
        "/project/search",
        Fault::json(404, r#"{"errorMessages":["Gone."],"errors":{}}"#),
    );
    let error = stage.api(&all("/project/search")).await.unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.action),
        ("Jira answered 404: Gone", Action::FixRequest)
    );
}

#[tokio::test]
async fn when_the_time_is_over_what_came_is_answered() {
    let stage = with_lists(&["/search/jql items=250"]).await;
    let gate = Gate::new();
    let second = On::method_path("GET", "/search/jql").after(1);
    stage.simulator.script(second, Fault::Hold(gate.clone()));
    let request = all("/search/jql?jql=project%3DDEMO").with_timeout(Duration::from_millis(1_500));
    let response = stage.api(&request).await.unwrap();
    gate.open();
    assert_eq!(truncation(&response).reason, TruncationReason::Time);
    assert_eq!(
        truncation(&response).message,
        "timeout-ms was over after 1 pages; the cursor goes on"
    );
    assert_eq!(names(&response).len(), 50);
}

#[tokio::test]
async fn options_that_are_out_of_range_are_refused_and_nothing_is_sent() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    for (change, field, why) in [
        (
            (|paginate: &mut Paginate| paginate.page_size = Some(5_001)) as fn(&mut Paginate),
            "paginate.page-size",
            "5001 is not between 1 and 5000",
        ),
        (
            |paginate| paginate.in_flight = Some(17),
            "paginate.in-flight",
            "17 is not between 1 and 16",
        ),
        (
            |paginate| paginate.max_bytes = Some(0),
            "paginate.max-bytes",
            "0 is not between 1 and 268435456",
        ),
        (
            |paginate| paginate.cursor = Some("nonsense".to_owned()),
            "paginate.cursor",
            "it is damaged; give it as it came",
        ),
    ] {
        let request = Request::get(DEMO, "/project/search").with_paginate(paginate(change));
        assert_eq!(stage.api(&request).await.unwrap_err(), invalid(field, why));
    }
    let request = Request::get(DEMO, "/project/search?maxResults=5")
        .with_paginate(paginate(|paginate| paginate.page_size = Some(10)));
    let why = "the request says it too, by `maxResults`; give one of them";
    assert_eq!(
        stage.api(&request).await.unwrap_err(),
        invalid("paginate.page-size", why)
    );
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn an_empty_list_is_complete_and_an_empty_array() {
    let stage = with_lists(&[
        "/project/search items=0",
        "/search/jql items=0",
        "/users/search items=0",
    ])
    .await;
    for path in [
        "/project/search",
        "/search/jql?jql=project%3DDEMO",
        "/users/search",
    ] {
        let response = stage.api(&all(path)).await.unwrap();
        assert_eq!(response.body, b"[]", "{path}");
        assert_eq!(report(&response).end, ListEnd::Complete, "{path}");
        assert_eq!(response.attempts, 1, "{path}");
    }
    assert_all(
        &stage.api(&all("/label")).await.unwrap(),
        Some(jira_host::types::PagingStyle::StartAt),
        120,
    );
}
