mod cursors;
mod ends;
mod flight;
mod memory;
mod quirks;
mod strings;
mod styles;

use atlassian_simulator::Settings;
use jira_host::types::{
    Authorize, ListEnd, ListReport, Paginate, PagingStyle, Request, Response, Truncation,
};

use crate::stage::{DEMO, Stage, json};

/// With lists in words, and a connection that has the scopes of all of them.
async fn with_lists(lists: &[&str]) -> Stage {
    let lists = lists.iter().map(|list| list.parse().unwrap()).collect();
    let settings = Settings {
        lists,
        ..Settings::default()
    };
    let stage = Stage::set(settings).await;
    let mut ask = Authorize::new(DEMO).with_service_management();
    ask.extra_scopes = [
        "read:board-scope:jira-software",
        "read:project:jira",
        "read:ops-alert:jira-service-management",
    ]
    .map(str::to_owned)
    .to_vec();
    stage.connect(ask).await;
    stage
}

fn all(path: &str) -> Request {
    Request::get(DEMO, path).with_paginate(Paginate::default())
}

fn paginate(change: impl FnOnce(&mut Paginate)) -> Paginate {
    let mut paginate = Paginate::default();
    change(&mut paginate);
    paginate
}

fn report(response: &Response) -> &ListReport {
    response.list.as_ref().unwrap()
}

#[track_caller]
fn truncation(response: &Response) -> &Truncation {
    match &report(response).end {
        ListEnd::Truncated(truncation) => truncation,
        other => panic!("{other:?}"),
    }
}

/// What tells the items apart.
fn names(response: &Response) -> Vec<String> {
    let items = json(&response.body);
    let name = |item: &serde_json::Value| {
        ["id", "issueId", "worklogId", "accountId", "key", "issueKey"]
            .into_iter()
            .find_map(|name| item.get(name))
            .unwrap_or(item)
            .to_string()
    };
    items.as_array().unwrap().iter().map(name).collect()
}

/// All of a list of so many items, each once.
#[track_caller]
fn assert_all(response: &Response, style: Option<PagingStyle>, count: u64) {
    let report = report(response);
    assert_eq!(report.end, ListEnd::Complete);
    assert_eq!((report.items, report.style), (count, style));
    let mut names = names(response);
    assert_eq!(names.len() as u64, count);
    names.sort();
    names.dedup();
    assert_eq!(names.len() as u64, count, "an item came twice");
}
