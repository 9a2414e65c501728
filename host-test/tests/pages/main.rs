//! Lists of any length, fetched a few pages at a time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

mod memory;
mod stage;
#[path = "../support/mod.rs"]
mod support;

use atlassian_simulator::{Fault, Gate, On};
use jira_host::Pages;
use jira_host::types::{
    ErrorKind, ListEnd, ListReport, Paginate, PagingStyle, Request, Truncation, TruncationReason,
};

use self::stage::Stage;

/// All items that come, and how many chunks they come in.
async fn rest(pages: &mut Pages) -> (Vec<String>, usize) {
    let (mut items, mut chunks) = (Vec::new(), 0);
    while let Some(chunk) = pages.next().await.unwrap().unwrap() {
        items.extend(chunk.items().unwrap().iter().map(ToString::to_string));
        chunks += 1;
    }
    (items, chunks)
}

/// All items in one call.
async fn whole(stage: &Stage, request: Request) -> Vec<String> {
    let request = request.with_paginate(Paginate::default());
    let answer = stage.tenant.api_request(&request).await.unwrap().unwrap();
    assert_eq!(answer.list.as_ref().unwrap().end, ListEnd::Complete);
    let items = answer.items().unwrap();
    items.iter().map(ToString::to_string).collect()
}

fn projects() -> Request {
    Request::get("demo", "/project/search")
}

fn truncation(pages: &Pages) -> Truncation {
    match pages.report().unwrap().end {
        ListEnd::Truncated(truncation) => truncation,
        end => panic!("{end:?}"),
    }
}

fn from(cursor: Option<String>) -> Request {
    projects().with_paginate(Paginate {
        cursor,
        ..Paginate::default()
    })
}

#[tokio::test]
async fn a_list_comes_in_chunks_with_the_very_items_of_the_whole() {
    let stage = Stage::with_lists(&["/project/search items=520"]).await;
    let mut pages = stage.tenant.api_pages(projects());
    assert_eq!(pages.report(), None);
    let (items, chunks) = rest(&mut pages).await;
    // Of 2, 4, 4 and 1 pages.
    assert_eq!(chunks, 4);
    assert_eq!(
        pages.report(),
        Some(ListReport {
            style: Some(PagingStyle::StartAt),
            pages: 11,
            items: 520,
            end: ListEnd::Complete,
        })
    );
    assert_eq!(items, whole(&stage, projects()).await);
    assert!(pages.next().await.unwrap().unwrap().is_none());
}

#[tokio::test]
async fn the_pages_of_a_chunk_can_be_chosen_and_each_page_is_fetched_once() {
    let stage = Stage::with_lists(&["/search/jql items=250"]).await;
    let search = Request::get("demo", "/search/jql")
        .with_query("jql", "project = DEMO")
        .with_query("fields", "summary");
    let mut pages = stage.tenant.api_pages(search).with_pages_at_once(1);
    let first = pages.next().await.unwrap().unwrap().unwrap();
    assert_eq!(first.items().unwrap().len(), 50);
    assert_eq!(first.list, pages.report());
    assert_eq!(truncation(&pages).reason, TruncationReason::MaxPages);
    let (items, chunks) = rest(&mut pages).await;
    assert_eq!((items.len(), chunks), (200, 4));
    assert_eq!(stage.requests("/search/jql"), 5);
}

/// Which is what the one after its only page tells, in the same call.
#[tokio::test]
async fn an_array_that_is_all_comes_in_one_chunk() {
    let stage = Stage::with_lists(&[]).await;
    for _ in 0..2 {
        let on = On::method_path("GET", "/priority");
        stage.simulator.script(on, Fault::json(200, r#"["a","b"]"#));
    }
    let mut pages = stage.tenant.api_pages(Request::get("demo", "/priority"));
    let (items, chunks) = rest(&mut pages).await;
    assert_eq!((items.len(), chunks), (2, 1));
    assert_eq!(pages.report().unwrap().end, ListEnd::Complete);
}

/// Nobody waits for a page who could have the one before.
#[tokio::test]
async fn where_each_page_names_the_next_a_chunk_is_a_page() {
    let stage = Stage::with_lists(&["/search/jql items=250"]).await;
    let search = Request::get("demo", "/search/jql").with_query("jql", "project = DEMO");
    let mut pages = stage.tenant.api_pages(search);
    for fetched in 2..=5 {
        pages.next().await.unwrap().unwrap().unwrap();
        assert_eq!(stage.requests("/search/jql"), fetched);
    }
    assert_eq!(pages.report().unwrap().end, ListEnd::Complete);
}

#[tokio::test]
async fn a_service_desk_has_lists_too() {
    let stage = Stage::with_lists(&["/organization items=230"]).await;
    let request = Request::get("demo", "/organization");
    let mut pages = stage.tenant.servicedesk_pages(request);
    assert_eq!(rest(&mut pages).await.0.len(), 230);
    let report = pages.report().unwrap();
    assert_eq!(report.style, Some(PagingStyle::StartLimit));
    assert_eq!(report.end, ListEnd::Complete);
}

/// At the beginning of a chunk, and within one.
#[tokio::test]
async fn a_page_that_fails_keeps_what_came_and_the_cursor_goes_on_elsewhere() {
    let stage = Stage::with_lists(&["/project/search items=520"]).await;
    for place in [300, 350] {
        stage.order(&format!("GET /project/search?startAt={place} status=404"));
        let mut pages = stage.tenant.api_pages(projects());
        let (mut items, _) = rest(&mut pages).await;
        assert_eq!(items.len(), place);
        let truncation = truncation(&pages);
        let TruncationReason::FailedPage(error) = &truncation.reason else {
            panic!("{truncation:?}");
        };
        assert!(matches!(&error.kind, ErrorKind::Api(answer) if answer.status == 404));
        assert!(truncation.message.contains("404"), "{truncation}");

        let mut on = stage.elsewhere().api_pages(from(truncation.cursor));
        items.extend(rest(&mut on).await.0);
        assert_eq!(on.report().unwrap().end, ListEnd::Complete);
        assert_eq!(items, whole(&stage, projects()).await);
    }
}

#[tokio::test]
async fn a_list_that_fails_at_once_is_an_error_and_can_be_tried_again() {
    let stage = Stage::with_lists(&["/project/search items=60"]).await;
    stage.order("GET /project/search status=404");
    let mut pages = stage.tenant.api_pages(projects());
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Api(_)), "{error:?}");
    assert_eq!(pages.report(), None);
    assert_eq!(rest(&mut pages).await.0.len(), 60);
}

#[tokio::test]
async fn a_call_that_is_dropped_loses_nothing() {
    let stage = Stage::with_lists(&["/project/search items=400"]).await;
    let gate = Gate::new();
    let on = On::method_path("GET", "/project/search").asking("startAt", "100");
    stage.simulator.script(on, Fault::Hold(gate.clone()));
    let mut pages = stage.tenant.api_pages(projects());
    let first = pages.next().await.unwrap().unwrap().unwrap();
    assert_eq!(first.items().unwrap().len(), 100);
    tokio::select! {
        chunk = pages.next() => panic!("{chunk:?}"),
        () = gate.reached() => {}
    }
    gate.open();
    assert_eq!(pages.report(), first.list);
    assert_eq!(rest(&mut pages).await.0.len(), 300);
    assert_eq!(pages.report().unwrap().end, ListEnd::Complete);
}

#[tokio::test]
async fn as_many_items_as_are_asked_for_come_and_the_cursor_goes_on_after_them() {
    let stage = Stage::with_lists(&["/project/search items=520"]).await;
    let all = whole(&stage, projects()).await;
    for most in [1, 50, 200, 333] {
        let request = projects().with_paginate(Paginate {
            max_items: Some(most),
            ..Paginate::default()
        });
        let mut pages = stage.tenant.api_pages(request);
        let (mut items, _) = rest(&mut pages).await;
        assert_eq!(items.len() as u64, most);
        let truncation = truncation(&pages);
        assert_eq!(truncation.reason, TruncationReason::MaxItems);
        let mut on = stage.tenant.api_pages(from(truncation.cursor));
        items.extend(rest(&mut on).await.0);
        assert_eq!(items, all);
    }
}

#[tokio::test]
async fn a_list_that_goes_round_ends_and_says_so() {
    let stage = Stage::with_lists(&["/search/jql items=500 loop=100"]).await;
    let search = Request::get("demo", "/search/jql").with_query("jql", "project = DEMO");
    let mut pages = stage.tenant.api_pages(search).with_pages_at_once(1);
    let (items, _) = rest(&mut pages).await;
    assert_eq!(truncation(&pages).reason, TruncationReason::NoProgress);
    assert!((100..=200).contains(&items.len()), "{}", items.len());
}

#[tokio::test]
async fn what_is_no_list_comes_as_it_is() {
    let stage = Stage::with_lists(&[]).await;
    let request = Request::get("demo", "/issue/DEMO-1");
    let mut pages = stage.tenant.api_pages(request.clone());
    let chunk = pages.next().await.unwrap().unwrap().unwrap();
    assert_eq!(chunk.items(), None);
    assert_eq!(pages.report().unwrap().end, ListEnd::NotAList);
    let plain = stage.tenant.api_request(&request).await.unwrap().unwrap();
    assert_eq!(chunk.body, plain.body);
    assert!(pages.next().await.unwrap().unwrap().is_none());
}
