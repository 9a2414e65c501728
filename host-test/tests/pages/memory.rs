use jira_host::types::{ListEnd, Paginate, Request};
use jira_host::{CallError, Limits};

use crate::stage::Stage;

/// Less than the list, and enough for some of its pages.
const MEMORY: usize = 12 * 1024 * 1024;

/// Ten thousand issues of 1.9 kB.
const ISSUES: usize = 10_000;

/// As many audit records as are longer than that memory.
const RECORDS: usize = 60_000;

#[tokio::test]
async fn memory_stays_flat_however_long_the_list_is() {
    let search = Request::get("demo", "/search/jql")
        .with_query("jql", "project = DEMO")
        .with_query("fields", "*all");
    assert_flat(&format!("/search/jql items={ISSUES}"), search, ISSUES).await;
}

/// Here the first page says how long the list is.
#[tokio::test]
async fn memory_stays_flat_also_where_the_length_of_the_list_is_known() {
    let records = Request::get("demo", "/auditing/record");
    assert_flat(
        &format!("/auditing/record items={RECORDS}"),
        records,
        RECORDS,
    )
    .await;
}

async fn assert_flat(list: &str, request: Request, count: usize) {
    let stage = Stage::with_lists(&[list]).await;
    let limits = Limits {
        memory_bytes: MEMORY,
        ..Limits::default()
    };
    let narrow = stage.tenant.clone().with_limits(limits);
    let request = request.with_paginate(Paginate {
        page_size: Some(100),
        ..Paginate::default()
    });
    let at_once = narrow.api_request(&request).await;
    assert_eq!(at_once, Err(CallError::OutOfMemory(MEMORY)));

    let mut pages = narrow.api_pages(request);
    let (mut items, mut bytes, mut longest) = (0, 0, 0);
    while let Some(chunk) = pages.next().await.unwrap().unwrap() {
        items += chunk.items().unwrap().len();
        bytes += chunk.body.len();
        longest = longest.max(chunk.body.len());
    }
    assert_eq!(pages.report().unwrap().end, ListEnd::Complete);
    assert_eq!(items, count);
    assert!(bytes > MEMORY, "{bytes} bytes are not more than fit");
    assert!(
        longest < bytes / 20,
        "a chunk of {longest} of {bytes} bytes"
    );
}
