use jira_host::Limits;
use jira_host::types::{ListEnd, Request};

use super::{all, paginate, report, with_lists};
use crate::stage::{DEMO, Stage};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_list_takes_its_length_and_16_mib() {
    let stage = with_lists(&["/search/jql items=10000"]).await;
    let path = "/search/jql?jql=project%3DDEMO&fields=*all&maxResults=100";
    let response = stage.api(&all(path)).await.unwrap();
    assert_eq!(report(&response).end, ListEnd::Complete);
    let length = response.body.len();
    assert!(length > 18 * 1000 * 1000, "{length}");
    let limits = Limits {
        memory_bytes: length + 16 * MIB,
        ..Limits::default()
    };
    let tenant = stage
        .tenant_on(stage.simulator.origins())
        .with_limits(limits);
    let again = tenant.api_request(&all(path)).await.unwrap().unwrap();
    assert_eq!(again.body.len(), length);
}

#[tokio::test]
async fn many_pages_at_once_take_no_more_memory_than_they_may() {
    let stage = with_lists(&["/auditing/record items=60000"]).await;
    let paginate = paginate(|paginate| paginate.in_flight = Some(16));
    let request = Request::get(DEMO, "/auditing/record").with_paginate(paginate);
    let response = stage.api(&request).await.unwrap();
    let length = response.body.len();
    assert_eq!(report(&response).items, 60_000);
    let limits = Limits {
        memory_bytes: 2 * length + 16 * MIB,
        ..Limits::default()
    };
    let tenant = stage
        .tenant_on(stage.simulator.origins())
        .with_limits(limits);
    let again = tenant.api_request(&request).await.unwrap().unwrap();
    assert_eq!(again.body.len(), length);
}

#[tokio::test]
async fn a_plain_answer_of_a_length_that_was_told_is_held_once() {
    let stage = Stage::connected().await;
    let length = 16 * MIB;
    let limits = Limits {
        memory_bytes: length + 4 * MIB,
        ..Limits::default()
    };
    let tenant = stage
        .tenant_on(stage.simulator.origins())
        .with_limits(limits);
    let request = Request::get(DEMO, format!("/bytes/{length}"));
    let response = tenant.api_request(&request).await.unwrap().unwrap();
    assert_eq!(response.body.len(), length);
}
