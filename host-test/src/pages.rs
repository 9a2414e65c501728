//! A list of any length, a few pages at a time.

mod progress;

use std::fmt;
use std::time::{Duration, Instant};

use self::progress::Progress;
use crate::tenant::{Outcome, Tenant};
use crate::types::{ListReport, Paginate, Request, Response};

/// How many pages a chunk has where several can be fetched at once and nothing is
/// said: as many as the contract has in flight then. With more, more memory is
/// taken; with fewer, fewer are fetched at the same time.
const PAGES_AT_ONCE: u32 = 4;

/// A list of any length, fetched in chunks of a few pages, so that no more of it
/// than that is in memory.
///
/// Each chunk is a call of its own, which goes on from the cursor of the one
/// before. [`Tenant::api_pages`] and [`Tenant::servicedesk_pages`] make one.
///
/// ```no_run
/// use jira_host::Tenant;
/// use jira_host::types::{ListEnd, Request};
///
/// async fn summaries(tenant: &Tenant) -> Result<(), Box<dyn std::error::Error>> {
///     let search = Request::get("support", "/search/jql")
///         .with_query("jql", "project = DEMO")
///         .with_query("fields", "summary");
///     let mut pages = tenant.api_pages(search);
///     while let Some(chunk) = pages.next().await?? {
///         for issue in chunk.items().unwrap_or_default() {
///             println!("{issue}");
///         }
///     }
///     match pages.report().map(|report| report.end) {
///         Some(ListEnd::Truncated(why)) => eprintln!("{why}; go on at {:?}", why.cursor),
///         Some(ListEnd::Complete) => eprintln!("that is all of them"),
///         _ => eprintln!("that is no list"),
///     }
///     Ok(())
/// }
/// ```
///
/// # What the fields of `Paginate` mean here
///
/// `max_items` and `max_pages` count over all chunks; without `max_pages` the
/// list ends after 10,000 pages, as it does in a single call. `max_bytes` is for
/// one chunk and ends none. The `timeout_ms` of the request is for the time that
/// is spent within [`Pages::next`], all chunks together, and may be longer than a
/// call may take; where there is none, it takes as long as it takes, each chunk as
/// long as a call may.
pub struct Pages {
    tenant: Tenant,
    export: Export,
    request: Request,
    chunks: Chunks,
    progress: Progress,
}

/// How many pages the first chunk has: as nobody knows yet how the list is paged,
/// the first one, and the one after it, which tells of an array that it was all.
const FIRST_PAGES: u32 = 2;

/// How many pages a chunk has.
#[derive(Clone, Copy, Debug)]
enum Chunks {
    /// So many, as somebody has said.
    Of(u32),
    /// So many where they can be fetched at once, and else one: nobody waits for
    /// a page who could have the one before.
    UpTo(u32),
}

/// Where the request goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Export {
    Api,
    Servicedesk,
}

impl Pages {
    pub(crate) fn new(tenant: Tenant, export: Export, mut request: Request) -> Self {
        let paginate = request.paginate.take().unwrap_or_default();
        let timeout = request.options.and_then(|options| options.timeout_ms);
        let timeout = timeout.map(|ms| Duration::from_millis(u64::from(ms)));
        Pages {
            tenant,
            export,
            request,
            chunks: Chunks::UpTo(paginate.in_flight.unwrap_or(PAGES_AT_ONCE).max(1)),
            progress: Progress::new(paginate, timeout),
        }
    }

    /// Sets how many pages a chunk has, at least one. Without this the first one
    /// has two pages, and each further one as many as can be fetched at once:
    /// `in_flight`, or 4, where the places of pages are numbers, and one where each
    /// page names the next.
    pub fn with_pages_at_once(mut self, pages: u32) -> Self {
        self.chunks = Chunks::Of(pages.max(1));
        self
    }

    /// Fetches the next chunk: its `body` has the items, as one JSON array, and
    /// its `list` says how the whole list stands. `None` where there is nothing
    /// more to fetch; [`Pages::report`] says then whether that is all.
    ///
    /// What is no list comes as one chunk, as Jira answered it.
    ///
    /// An error is answered only where no chunk came before it, or where the
    /// host failed; the next call tries the same place again, and so does the one
    /// after a call that was dropped. A page that Jira or the network fails on
    /// later ends the list: the report has that error, and a cursor to go on
    /// from.
    pub async fn next(&mut self) -> Outcome<Option<Response>> {
        let Some(paginate) = self.progress.share(self.pages_of_chunk()) else {
            return Ok(Ok(None));
        };
        let begun = Instant::now();
        let outcome = self.call(paginate).await;
        self.progress.spend(begun.elapsed());
        match outcome? {
            Ok(mut response) => {
                self.progress.take(response.list);
                response.list = self.progress.report();
                Ok(Ok(Some(response)))
            }
            Err(error) => Ok(self.progress.fail(error).map_or(Ok(None), Err)),
        }
    }

    /// How the whole list stands; `None` before the first chunk. While there are
    /// more to come it is truncated, with the cursor of the next one.
    pub fn report(&self) -> Option<ListReport> {
        self.progress.report()
    }

    fn pages_of_chunk(&self) -> u32 {
        match self.chunks {
            Chunks::Of(pages) => pages,
            Chunks::UpTo(_) if self.report().is_none() => FIRST_PAGES,
            Chunks::UpTo(pages) if self.progress.counts_items() => pages,
            Chunks::UpTo(_) => 1,
        }
    }

    async fn call(&self, paginate: Paginate) -> Outcome<Response> {
        let mut request = self.request.clone().with_paginate(paginate);
        if let Some(left) = self.progress.time_of_call() {
            request = request.with_timeout(left);
        }
        match self.export {
            Export::Api => self.tenant.api_request(&request).await,
            Export::Servicedesk => self.tenant.servicedesk_request(&request).await,
        }
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("export", &self.export)
            .field("request", &self.request)
            .field("report", &self.report())
            .finish_non_exhaustive()
    }
}
