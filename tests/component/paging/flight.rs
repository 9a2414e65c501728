use atlassian_simulator::{Fault, Gate, On};
use jira_host::types::{PagingStyle, Request};

use super::{all, assert_all, paginate, with_lists};
use crate::stage::{DEMO, Stage};

fn page(start: usize) -> On {
    On::method_path("GET", "/project/search").asking("startAt", &start.to_string())
}

fn hold(stage: &Stage, starts: &[usize]) -> Gate {
    let gate = Gate::new();
    for start in starts {
        stage
            .simulator
            .script(page(*start), Fault::Hold(gate.clone()));
    }
    gate
}

fn at_once(pages: u32) -> Request {
    let paginate = paginate(|paginate| paginate.in_flight = Some(pages));
    Request::get(DEMO, "/project/search").with_paginate(paginate)
}

/// The places asked for since, in their order.
fn places(lines: &[String]) -> Vec<usize> {
    let place = |line: &String| {
        let (_, place) = line.split_once("startAt=")?;
        place
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    };
    lines.iter().filter_map(place).collect()
}

#[tokio::test]
async fn as_many_pages_as_allowed_are_on_their_way_at_once_and_come_in_order() {
    let stage = with_lists(&["/project/search items=430"]).await;
    let mark = stage.mark();
    let gate = hold(&stage, &[50, 100, 150]);
    let request = at_once(3);
    let opened = async {
        gate.reached_by(3).await;
        gate.open();
    };
    let (response, ()) = tokio::join!(stage.api(&request), opened);
    let response = response.unwrap();
    assert_all(&response, Some(PagingStyle::StartAt), 430);
    let mut ids = super::names(&response);
    let sorted = {
        let mut sorted = ids.clone();
        sorted.sort();
        sorted
    };
    ids.dedup();
    assert_eq!(ids, sorted, "in the order of the list");
    let mut asked = places(&stage.sent_since(mark));
    asked.sort_unstable();
    assert_eq!(asked, [50, 100, 150, 200, 250, 300, 350, 400], "each once");
    assert_eq!(response.attempts, 9);
}

#[tokio::test]
async fn near_a_limit_the_next_page_waits_for_the_one_before() {
    let stage = with_lists(&["/project/search items=300"]).await;
    let near = vec![("x-ratelimit-nearlimit".to_owned(), "true".to_owned())];
    let first = On::method_path("GET", "/project/search");
    stage.simulator.script(first, Fault::Headers(near));
    let gate = hold(&stage, &[50]);
    let mark = stage.mark();
    let request = at_once(4);
    let opened = async {
        gate.reached().await;
        let sent = places(&stage.sent_since(mark));
        gate.open();
        sent
    };
    let (response, sent) = tokio::join!(stage.api(&request), opened);
    assert!(sent.len() <= 1, "{sent:?} were sent at once");
    assert_all(&response.unwrap(), Some(PagingStyle::StartAt), 300);
}

#[tokio::test]
async fn a_token_that_expires_among_the_pages_is_renewed_once() {
    let stage = with_lists(&["/project/search items=400"]).await;
    let gate = hold(&stage, &[50]);
    let mark = stage.mark();
    let request = at_once(2);
    let expired = async {
        gate.reached().await;
        stage.simulator.expire_access_tokens();
        gate.open();
    };
    let (response, ()) = tokio::join!(stage.api(&request), expired);
    assert_all(&response.unwrap(), Some(PagingStyle::StartAt), 400);
    let sent = stage.sent_since(mark);
    let refreshes = sent.iter().filter(|line| line.contains("/oauth/token"));
    assert_eq!(refreshes.count(), 1, "{sent:#?}");
}

#[tokio::test]
async fn pages_that_turn_out_to_be_at_other_places_are_fetched_anew() {
    let stage = with_lists(&["/project/search items=300 break=120"]).await;
    let response = stage.api(&at_once(4)).await.unwrap();
    assert_all(&response, Some(PagingStyle::StartAt), 300);
}

#[tokio::test]
async fn tokens_and_service_desks_without_a_total_are_followed_one_by_one() {
    let stage = with_lists(&["/request items=220", "/search/jql items=220"]).await;
    let mark = stage.mark();
    let response = stage.desk(&all("/request")).await.unwrap();
    assert_all(&response, Some(PagingStyle::StartLimit), 220);
    assert_eq!(stage.sent_since(mark).len(), 5, "none in vain");
    let mark = stage.mark();
    let response = stage
        .api(&all("/search/jql?jql=project%3DDEMO"))
        .await
        .unwrap();
    assert_all(&response, Some(PagingStyle::NextPageToken), 220);
    assert_eq!(stage.sent_since(mark).len(), 5);
}
