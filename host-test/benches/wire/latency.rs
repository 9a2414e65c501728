//! A list from a distance: several pages in flight, and one after another.

use std::sync::Arc;
use std::time::Duration;

use jira_host::types::{ListEnd, Paginate, Request};

use crate::Result;
use crate::lists::drain;
use crate::paged::{PAGE_SIZE, Style, issues};
use crate::report::{Report, Target};
use crate::served::Served;
use crate::server::Server;
use crate::stage::{CONNECTION, Stage};
use crate::timing::{Sample, in_ms, ratio};

const LATENCY: Duration = Duration::from_millis(50);

const PAGES: usize = 50;

const IN_FLIGHT: u32 = 8;

/// One round takes three seconds.
const ROUNDS: usize = 5;

/// The part of the time that is left.
const MAX_OF_SEQUENTIAL: f64 = 0.2;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let served = Arc::new(Served::new(&issues(PAGES * PAGE_SIZE)));
    let server = Server::start_with(Arc::clone(&served), LATENCY, 1).await?;
    let native = stage.native(&server)?;
    let tenant = stage.tenant(&server)?;
    let pages = served.pages(Style::Offset).ok_or("a list is not served")?;
    let paginate = Paginate {
        in_flight: Some(IN_FLIGHT),
        ..Paginate::default()
    };
    let request = Request::get(CONNECTION, Style::Offset.path()).with_paginate(paginate);
    let (mut sequential, mut in_flight) = <(Sample, Sample)>::default();
    for _ in 0..ROUNDS {
        sequential
            .time(drain(&native, Style::Offset, pages))
            .await?;
        let response = in_flight
            .time(async { Ok(tenant.api_request(&request).await??) })
            .await?;
        if response.list.map(|list| list.end) != Some(ListEnd::Complete) {
            return Err("the list is not complete".into());
        }
    }
    let name = "latency: 50 pages at 50 ms";
    report.tell(
        format!("{name}, native, one by one"),
        in_ms(sequential.median()),
        "ms",
    );
    report.tell(
        format!("{name}, sandboxed, 8 in flight"),
        in_ms(in_flight.median()),
        "ms",
    );
    let target = Target::Below(MAX_OF_SEQUENTIAL);
    report.judge(
        format!("{name}, ratio"),
        ratio(&in_flight, &sequential),
        "x",
        target,
    );
    Ok(())
}
