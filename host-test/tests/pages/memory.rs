use jira_host::types::{ListEnd, Paginate, Request};
use jira_host::{CallError, Limits};

use crate::stage::Stage;

/// Less than the list, and enough for some of its pages.
const MEMORY: usize = 12 * 1024 * 1024;

/// Ten thousand issues of 1.9 kB.
const ISSUES: usize = 10_000;

#[tokio::test]
async fn memory_stays_flat_however_long_the_list_is() {
    let stage = Stage::with_lists(&[&format!("/search/jql items={ISSUES}")]).await;
    let limits = Limits {
        memory_bytes: MEMORY,
        ..Limits::default()
    };
    let narrow = stage.tenant.clone().with_limits(limits);
    let search = Request::get("demo", "/search/jql")
        .with_query("jql", "project = DEMO")
        .with_query("fields", "*all")
        .with_paginate(Paginate {
            page_size: Some(100),
            ..Paginate::default()
        });
    let at_once = narrow.api_request(&search).await;
    assert_eq!(at_once, Err(CallError::OutOfMemory(MEMORY)));

    let mut pages = narrow.api_pages(search);
    let (mut items, mut bytes, mut longest) = (0, 0, 0);
    while let Some(chunk) = pages.next().await.unwrap().unwrap() {
        items += chunk.items().unwrap().len();
        bytes += chunk.body.len();
        longest = longest.max(chunk.body.len());
    }
    assert_eq!(pages.report().unwrap().end, ListEnd::Complete);
    assert_eq!(items, ISSUES);
    assert!(bytes > MEMORY, "{bytes} bytes are not more than fit");
    assert!(
        longest < bytes / 20,
        "a chunk of {longest} of {bytes} bytes"
    );
}
