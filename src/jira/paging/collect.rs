//! A request with `paginate`, from its first answer to the last page.
//!
//! ```text
//!  first answer ──► no list ───────────────────────────► as it is
//!       │
//!       ▼
//!  page ──► kept ──► end ──────────────────────────────► complete
//!   ▲         │ └──► limit, failure, no progress ──────► truncated, cursor
//!   └── next ─┘
//! ```

use crate::jira::{
    error::{Error, Kind, Result},
    exchange::{Answer, ApiResponse, Call},
    host::Host,
    json::Broken,
    request::CheckedRequest,
};

use super::{
    collector::{Collector, Next},
    cursor::{Cursor, Fingerprint},
    options::Options,
    outline::Outline,
    page::{Found, Page},
    place::{Frozen, Place},
    report::{ListEnd, ListReport, PagingStyle},
    style::{Recognised, counts_items, recognise, words},
};

/// How long a page may take. One that takes longer than a single request may
/// would not come at all.
pub const PAGE_TIMEOUT_MS: u64 = crate::jira::request::DEFAULT_TIMEOUT_MS as u64;

/// What stays the same for a whole list.
#[derive(Debug)]
pub struct Listing {
    /// The request.
    pub frozen: Frozen,
    /// Its fingerprint.
    pub request: u64,
    /// What the caller wants.
    pub options: Options,
}

/// Fetches a list from its beginning, or from a cursor.
pub async fn collect<H: Host>(
    call: Call<'_, H>,
    request: CheckedRequest,
    mut options: Options,
) -> Result<ApiResponse> {
    let Fingerprint(fingerprint) = Fingerprint::of_request(&request, call.site);
    let cursor = options.cursor.take();
    if let Some(cursor) = &cursor {
        cursor.check_request(fingerprint)?;
    }
    let path = request.target().path.clone();
    let request = request.to_http(call.site, &call.access.app.api_origin);
    let mut listing = Listing {
        frozen: Frozen::new(request, path),
        request: fingerprint,
        options,
    };
    match cursor {
        None => begin(call, listing).await,
        Some(cursor) => {
            let size = listing.options.page_size.or(cursor.size);
            listing.frozen.set_size(size);
            resume(call, listing, cursor).await
        }
    }
}

async fn begin<H: Host>(mut call: Call<'_, H>, mut listing: Listing) -> Result<ApiResponse> {
    listing.frozen.set_size(listing.options.page_size);
    let answer = first_answer(&mut call, &mut listing.frozen).await?;
    let Some((style, page)) = recognised(&answer, listing.frozen.path()) else {
        return match unreadable(&answer.response) {
            Some(why) if may_hide_a_list(&answer, &listing.frozen) => {
                Err(hidden(&answer.response, &why))
            }
            _ => Ok(not_a_list(answer.response)),
        };
    };
    let place = first_place(style, &listing.frozen);
    let mut collector = Collector::new(call, listing, style, &place);
    collector.count_attempts(answer.response.attempts);
    let first = Next::first(place);
    Ok(collector.run(first, (answer.response, page)).await)
}

async fn resume<H: Host>(
    call: Call<'_, H>,
    listing: Listing,
    cursor: Cursor,
) -> Result<ApiResponse> {
    let mut collector = Collector::new(call, listing, cursor.style, &cursor.place);
    let first = Next::first(cursor.place.clone());
    collector.go_on_from(cursor);
    let page = match collector.fetch(&first).await {
        Err(error) if is_bad_request(&error) && collector.leave_out_size() => {
            collector.fetch(&first).await
        }
        page => page,
    };
    match page {
        Ok(page) => Ok(collector.run(first, page).await),
        Err(error) => Err(error.with_attempts(collector.attempts())),
    }
}

/// The answer to the caller's request. Where it is refused with a page size
/// that the caller has not written into it, it is sent again without.
async fn first_answer<H: Host>(call: &mut Call<'_, H>, frozen: &mut Frozen) -> Result<Answer> {
    let deadline = call.deadline.at_most(call.host, PAGE_TIMEOUT_MS);
    let first = call.answer(frozen.at("", &Place::Start), deadline).await;
    match first {
        Err(error) if frozen.size().is_some() && is_bad_request(&error) => {
            frozen.set_size(None);
            let deadline = call.deadline.at_most(call.host, PAGE_TIMEOUT_MS);
            let again = call.answer(frozen.at("", &Place::Start), deadline).await;
            let before = error.attempts();
            again.map(|answer| answer.after(before)).map_err(|error| {
                let attempts = before + error.attempts();
                error.with_attempts(attempts)
            })
        }
        first => first,
    }
}

fn is_bad_request(error: &Error) -> bool {
    matches!(error.kind(), Kind::Api(api) if api.status == 400)
}

/// The first page and how to ask for the next one, if the answer is a list.
fn recognised(answer: &Answer, path: &str) -> Option<(Option<PagingStyle>, Page)> {
    let response = &answer.response;
    // What another place has answered says nothing of this one's pages.
    if !answer.is_direct || !(200..=299).contains(&response.status) {
        return None;
    }
    let outline = Outline::read(&response.body).ok()?;
    let found = Found::in_document(&response.body, &outline)?;
    let style = match recognise(&found, path) {
        Recognised::NotAList => return None,
        Recognised::Whole => None,
        Recognised::Page(style) => Some(style),
    };
    Some((style, Page::read(style, &found)))
}

/// Where the first answer begins.
fn first_place(style: Option<PagingStyle>, frozen: &Frozen) -> Place {
    match style {
        Some(style) if counts_items(style) => {
            let offset = frozen.own_offset(words(style).place);
            Place::Offset(offset.unwrap_or(0))
        }
        _ => Place::Start,
    }
}

/// Why a body cannot be read that may be a list: it is compressed, or said to be
/// JSON and is none.
fn unreadable(response: &ApiResponse) -> Option<String> {
    let body = response.body.as_slice();
    let is_text = core::str::from_utf8(body).is_ok();
    match response.headers.coding() {
        Some(coding) if !is_text => Some(Broken::Compressed(coding).to_string()),
        _ if body.is_empty() || !response.headers.is_json() => None,
        _ => match Outline::read(body) {
            Ok(_) => None,
            Err(_) => Some("it is said to be JSON, and is none or is nested too deeply".into()),
        },
    }
}

/// Whether an answer that cannot be read can be asked for again.
fn may_hide_a_list(answer: &Answer, frozen: &Frozen) -> bool {
    answer.is_direct && frozen.is_repeatable()
}

fn hidden(response: &ApiResponse, why: &str) -> Error {
    let message = format!("the list cannot be read: {why}");
    Error::unexpected("page", message)
        .with_trace(response.trace_id.clone())
        .with_attempts(response.attempts)
}

fn not_a_list(mut response: ApiResponse) -> ApiResponse {
    response.list = Some(ListReport {
        style: None,
        pages: 1,
        items: 0,
        end: ListEnd::NotAList,
    });
    response
}
