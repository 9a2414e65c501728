//! Finding the items in pages and putting them together, without the network.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jira_host::Tenant;
use jira_host::types::{Paginate, Request, Response};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Result;
use crate::paged::Style;
use crate::report::{Report, Target};
use crate::served::WHOLE;
use crate::server::Server;
use crate::stage::{CONNECTION, ISSUES, Stage};
use crate::timing::{Sample, rate};

const ROUNDS: usize = 21;

/// Longer than the list.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The part of native speed that the guest ought to have.
const LEAST_OF_NATIVE: f64 = 0.5;

#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(borrow)]
    issues: Vec<&'a RawValue>,
}

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let served = stage.long();
    let pages = served.pages(Style::Token).ok_or("a list is not served")?;
    let pages: Vec<Bytes> = pages.all().cloned().collect();
    let length: usize = pages.iter().map(Bytes::len).sum();
    let server = Server::start(served).await?;
    let tenant = stage.tenant(&server)?;
    let (mut value, mut raw) = <(Sample, Sample)>::default();
    let (mut plain, mut listed) = <(Sample, Sample)>::default();
    for _ in 0..ROUNDS {
        value.add(into_values(&pages)?);
        raw.add(into_raw_values(&pages)?);
        plain.time(ask(&tenant, None)).await?;
        let response = listed.time(ask(&tenant, Some(Paginate::default()))).await?;
        let list = response.list.ok_or("there is no report")?;
        if list.pages != 1 || list.items != ISSUES as u64 {
            return Err(format!("one answer was not taken for the whole list: {list:?}").into());
        }
    }
    let raw = rate(length, raw.median());
    report.tell(
        "merge: native, into `Value`",
        rate(length, value.median()),
        "MB/s",
    );
    report.tell("merge: native, into `RawValue`", raw, "MB/s");
    // In the guest: what a list takes longer than the same answer as it is.
    let longer = listed.median().saturating_sub(plain.median());
    let guest = rate(length, longer);
    report.tell("merge: in the guest", guest, "MB/s");
    let target = Target::AtLeast(LEAST_OF_NATIVE);
    report.judge("merge: guest to `RawValue`", guest / raw, "x", target);
    Ok(())
}

/// Every page in one answer, as a list or as it is.
async fn ask(tenant: &Tenant, paginate: Option<Paginate>) -> Result<Response> {
    let mut request = Request::get(CONNECTION, WHOLE).with_max_response_bytes(MAX_BYTES);
    request.paginate = paginate;
    Ok(tenant.api_request(&request).await??)
}

/// Into a tree, which is not written out again.
fn into_values(pages: &[Bytes]) -> Result<Duration> {
    let begun = Instant::now();
    let mut items = Vec::new();
    for page in pages {
        let mut page: Value = serde_json::from_slice(page)?;
        items.extend(Style::Token.take_items(&mut page));
    }
    black_box(&items);
    Ok(begun.elapsed())
}

/// Into one array of the items as they came, as the guest does.
fn into_raw_values(pages: &[Bytes]) -> Result<Duration> {
    let begun = Instant::now();
    let mut merged = String::from("[");
    for page in pages {
        let page: RawPage<'_> = serde_json::from_slice(page)?;
        for item in page.issues {
            if merged.len() > 1 {
                merged.push(',');
            }
            merged.push_str(item.get());
        }
    }
    merged.push(']');
    black_box(&merged);
    Ok(begun.elapsed())
}
