use jira_host::types::{ListEnd, ListReport, Paginate, Request, Response, Truncation};
use serde_json::Value;

use super::{CONNECTION, Stage, Step, check};
use crate::output::Output;

/// Short pages, so that a few issues make several.
const PAGE_SIZE: u32 = 5;

/// Where the second list is cut: within a page.
const FEW: u64 = 7;

/// Fetches a list of several pages.
pub(super) async fn fetch(stage: &Stage, output: &mut Output) -> Step {
    let mark = stage.mark();
    let response = stage.tenant.api_request(&search(None, None)).await??;
    let report = report(&response)?;
    output.line(
        "asked for",
        &format!("GET /search/jql, all issues of DEMO, {PAGE_SIZE} at a time"),
    )?;
    output.line("sent", &stage.timeline_since(&mark).join("\n"))?;
    output.line("answered", &told(report))?;
    check(report.end == ListEnd::Complete, "the list is not complete")?;
    let is_paged = report.pages > 2 && stage.requests_since(&mark) == report.pages as usize;
    check(is_paged, "the pages were not fetched one by one")?;
    let keys = keys(&response)?;
    check(
        keys.len() as u64 == report.items && keys.contains(&"DEMO-1".to_owned()),
        "the issues are not those of DEMO",
    )?;
    output.conclusion(
        "shows",
        "One call, one JSON array, and the word that nothing is missing.",
    )?;
    Ok(())
}

/// Fetches a part of it, and then the rest.
pub(super) async fn cut(stage: &Stage, output: &mut Output) -> Step {
    let first = stage.tenant.api_request(&search(Some(FEW), None)).await??;
    let ListEnd::Truncated(Truncation {
        message, cursor, ..
    }) = &report(&first)?.end
    else {
        return Err("a list that was cut did not say so".into());
    };
    output.line("asked for", &format!("the same, {FEW} issues at most"))?;
    output.line("answered", &told(report(&first)?))?;
    output.line("", message)?;
    let cursor = cursor.clone().ok_or("there is no cursor")?;
    output.line("cursor", &cursor)?;

    let rest = search(None, Some(cursor));
    let rest = stage.tenant.api_request(&rest).await??;
    output.line("gone on", &told(report(&rest)?))?;
    let whole = stage.tenant.api_request(&search(None, None)).await??;
    let joined = [keys(&first)?, keys(&rest)?].concat();
    check(joined == keys(&whole)?, "the two parts are not the whole")?;
    output.conclusion(
        "shows",
        "A list that is not complete says why, and its cursor goes on from there, on\n\
         another day and in another process. It holds no secret.",
    )?;
    Ok(())
}

fn search(max_items: Option<u64>, cursor: Option<String>) -> Request {
    Request::get(CONNECTION, "/search/jql")
        .with_query("jql", "project = DEMO")
        .with_query("fields", "key")
        .with_paginate(Paginate {
            page_size: Some(PAGE_SIZE),
            max_items,
            cursor,
            ..Paginate::default()
        })
}

fn report(response: &Response) -> Result<&ListReport, &'static str> {
    response.list.as_ref().ok_or("there is no report")
}

fn told(report: &ListReport) -> String {
    let end = match &report.end {
        ListEnd::Complete => "complete",
        ListEnd::Truncated(_) => "not complete",
        ListEnd::NotAList => "no list",
    };
    format!("{} issues in {} pages, {end}", report.items, report.pages)
}

fn keys(response: &Response) -> Result<Vec<String>, serde_json::Error> {
    let issues: Vec<Value> = serde_json::from_slice(&response.body)?;
    let keys = issues.iter().filter_map(|issue| issue.get("key")?.as_str());
    Ok(keys.map(str::to_owned).collect())
}
