//! A long list in each style of paging: 10,000 issues.

use std::collections::BTreeMap;
use std::sync::Arc;

use jira_host::types::{ListEnd, Paginate, Request, Response};
use jira_host::{CallError, Limits, Tenant};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Result;
use crate::native::Native;
use crate::paged::{Pages, Style};
use crate::report::{Report, Target};
use crate::server::Server;
use crate::stage::{CONNECTION, ISSUES, Stage};
use crate::timing::{Sample, in_ms, ratio};

/// How often each client fetches each list.
const ROUNDS: usize = 9;

/// By how much the sandbox may be slower than bytes that nobody looks at.
const MAX_OF_FLOOR: f64 = 4.0;

/// What an instance may take beside twice the answer, in MB.
const MEMORY_BESIDE_MB: f64 = 16.0;

const MIB: usize = 1024 * 1024;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let served = stage.long();
    let server = Server::start(Arc::clone(&served)).await?;
    let native = stage.native(&server)?;
    let tenant = stage.tenant(&server)?;
    for style in Style::ALL {
        let pages = served.pages(style).ok_or("a list is not served")?;
        check(style, pages, &fetch(&tenant, style).await?)?;
        let (mut floor, mut parsed, mut sandboxed) = <(Sample, Sample, Sample)>::default();
        for _ in 0..ROUNDS {
            floor.time(drain(&native, style, pages)).await?;
            parsed.time(parse(&native, style, pages)).await?;
            sandboxed.time(fetch(&tenant, style)).await?;
        }
        let name = format!("lists: {style}");
        report.tell(
            format!("{name}, native, bytes only"),
            in_ms(floor.median()),
            "ms",
        );
        report.tell(
            format!("{name}, native, into `Value`"),
            in_ms(parsed.median()),
            "ms",
        );
        report.tell(
            format!("{name}, sandboxed"),
            in_ms(sandboxed.median()),
            "ms",
        );
        let against = ratio(&sandboxed, &parsed);
        report.judge(
            format!("{name}, to `Value`"),
            against,
            "x",
            Target::Below(1.0),
        );
        let against = ratio(&sandboxed, &floor);
        report.judge(
            format!("{name}, to bytes only"),
            against,
            "x",
            Target::AtMost(MAX_OF_FLOOR),
        );
    }
    memory(&tenant, report).await
}

/// The whole list, through the sandbox.
pub(crate) async fn fetch(tenant: &Tenant, style: Style) -> Result<Response> {
    ask(tenant, style, Paginate::default()).await?
}

async fn ask(
    tenant: &Tenant,
    style: Style,
    paginate: Paginate,
) -> std::result::Result<Result<Response>, CallError> {
    let request = Request::get(CONNECTION, style.path()).with_paginate(paginate);
    let outcome = match style {
        Style::Offset | Style::Token => tenant.api_request(&request).await?,
        Style::ServiceDesk => tenant.servicedesk_request(&request).await?,
    };
    Ok(outcome.map_err(Into::into))
}

/// A list that is fetched fast and wrong is not fetched.
fn check(style: Style, pages: &Pages, response: &Response) -> Result<()> {
    let report = response.list.as_ref().ok_or("there is no report")?;
    if report.end != ListEnd::Complete || report.items != ISSUES as u64 {
        return Err(format!("{style}: the list is not complete: {report:?}").into());
    }
    let got: Vec<&RawValue> = serde_json::from_slice(&response.body)?;
    let mut got = got.iter().map(|item| item.get());
    for page in pages.all() {
        let page: BTreeMap<&str, &RawValue> = serde_json::from_slice(page)?;
        let items = page.get(style.items()).ok_or("a page has no items")?;
        let items: Vec<&RawValue> = serde_json::from_str(items.get())?;
        if !items.iter().all(|item| got.next() == Some(item.get())) {
            return Err(format!("{style}: an item is not as it was served").into());
        }
    }
    match got.next() {
        None => Ok(()),
        Some(_) => Err(format!("{style}: there are too many items").into()),
    }
}

/// Reads the pages one after another and keeps nothing.
pub(crate) async fn drain(native: &Native, style: Style, pages: &Pages) -> Result<()> {
    let mut length = 0;
    for place in pages.places() {
        length += native.drain(&target(style, place)).await?;
    }
    if length == pages.length() {
        Ok(())
    } else {
        Err("some of the list is missing".into())
    }
}

/// Reads the pages one after another, as a program does that has no sandbox.
async fn parse(native: &Native, style: Style, pages: &Pages) -> Result<()> {
    let mut items = Vec::new();
    for place in pages.places() {
        let page = native.get(&target(style, place)).await?;
        let mut page: Value = serde_json::from_slice(&page)?;
        items.extend(style.take_items(&mut page));
    }
    if items.len() == ISSUES {
        Ok(())
    } else {
        Err("some of the list is missing".into())
    }
}

fn target(style: Style, place: usize) -> String {
    match place {
        0 => style.path().to_owned(),
        _ => format!("{}?{}={place}", style.path(), style.place()),
    }
}

/// The least memory with which an instance can answer the list, found by
/// giving it less and less.
async fn memory(tenant: &Tenant, report: &mut Report) -> Result<()> {
    let answer = fetch(tenant, Style::Offset).await?.body.len();
    let (mut too_little, mut enough) = (0, Limits::default().memory_bytes / MIB);
    while enough - too_little > 1 {
        let between = too_little.midpoint(enough);
        let limits = Limits {
            memory_bytes: between * MIB,
            ..Limits::default()
        };
        let tenant = tenant.clone().with_limits(limits);
        match ask(&tenant, Style::Offset, Paginate::default()).await {
            Ok(answer) => {
                answer?;
                enough = between;
            }
            Err(CallError::OutOfMemory(_)) => too_little = between,
            Err(error) => return Err(error.into()),
        }
    }
    let most = 2.0 * answer as f64 / 1e6 + MEMORY_BESIDE_MB;
    report.tell("lists: the answer", answer as f64 / 1e6, "MB");
    let needed = (enough * MIB) as f64 / 1e6;
    report.judge(
        "lists: memory of the instance",
        needed,
        "MB",
        Target::Below(most.round()),
    );
    Ok(())
}
