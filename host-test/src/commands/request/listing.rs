use std::ops::ControlFlow;
use std::sync::Arc;

use clap::{ArgGroup, Args};
use jira_host::Pages;
use jira_host::types::{ListEnd, Paginate, Request, Response, Truncation, TruncationReason};

use super::Export;
use super::exchange::Exchange;
use super::layout::{Document, Layout};
use super::outlet::Outlet;
use super::progress::Progress;
use super::sheet::Sheet;
use crate::commands::apart::apart;
use crate::commands::number::{ANY, count};
use crate::exit::{Exit, Failure};
use crate::log;
use crate::wording;

/// Told where the whole list was asked for, and there is none.
const NOT_A_LIST: &str = "note: this is no list that comes in pages; it is as Jira answered it";

// What both commands take to fetch a list. This is no doc comment, as clap
// would make it the description of both.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Lists", group = ArgGroup::new("list").multiple(true))]
pub(super) struct ListArgs {
    /// Fetches the whole list that this is the first page of, as one JSON array.
    ///
    /// It is written as it comes, so it may be of any length. Where it is not
    /// complete, that is told on standard error, and the exit code is 11. What
    /// is no list is written as Jira answered it. Where the first page fails,
    /// nothing is written, so that no error is taken for an item.
    #[arg(long, group = "list")]
    paginate: bool,
    /// The same, with one item in each line.
    #[arg(long, group = "list")]
    stream: bool,
    /// How many items to ask for at a time; Jira may give fewer.
    #[arg(long, value_name = "ITEMS", requires = "list",
          value_parser = count::<u32>(1..=5_000))]
    page_size: Option<u32>,
    /// After how many items to stop.
    #[arg(long, value_name = "ITEMS", requires = "list",
          value_parser = count::<u64>(1..=ANY))]
    max_items: Option<u64>,
    /// After how many pages to stop: 10000 unless given.
    #[arg(long, value_name = "PAGES", requires = "list",
          value_parser = count::<u32>(1..=ANY))]
    max_pages: Option<u32>,
    /// How many pages to fetch at once, where that can be done: 4 unless given.
    #[arg(long, value_name = "PAGES", requires = "list",
          value_parser = count::<u32>(1..=16))]
    in_flight: Option<u32>,
    /// Where to go on: as told when the list was not complete.
    ///
    /// With the same request on the same connection.
    #[arg(long, requires = "list")]
    cursor: Option<String>,
}

impl ListArgs {
    /// Whether a whole list is wanted.
    pub(super) fn is_wanted(&self) -> bool {
        self.paginate || self.stream
    }

    fn layout(&self) -> Layout {
        if self.stream {
            Layout::Lines
        } else {
            Layout::Document(Document::default())
        }
    }

    /// The request for a whole list, where that is wanted.
    pub(super) fn put_into(&self, request: Request) -> Request {
        match self.is_wanted() {
            true => request.with_paginate(self.paginate()),
            false => request,
        }
    }

    fn paginate(&self) -> Paginate {
        Paginate {
            page_size: self.page_size,
            max_items: self.max_items,
            max_pages: self.max_pages,
            max_bytes: None,
            in_flight: self.in_flight,
            cursor: self.cursor.clone(),
        }
    }
}

/// A list that is fetched.
pub(super) struct Listing<'a> {
    pub(super) exchange: Exchange<'a>,
    pub(super) list: &'a ListArgs,
}

/// A list as far as it is written.
struct Written {
    sheet: Sheet,
    /// The status of the first answer, if there was one.
    answered: Option<u16>,
    /// Whether more of it was wanted.
    flow: ControlFlow<()>,
    /// Why nothing more came.
    ended: Result<(), Failure>,
}

impl Listing<'_> {
    /// Fetches the list and writes it as it comes. A document is brought to its
    /// end whatever ends the list, so that what there is can be read.
    pub(super) async fn fetch(self, request: Request, outlet: Outlet) -> Result<(), Failure> {
        let mut pages = self.pages(self.list.put_into(request.clone()));
        let sheet = Sheet::new(self.list.layout(), outlet);
        let keeps_parts = sheet.keeps_parts();
        let Written {
            mut sheet,
            answered,
            flow,
            ended,
        } = self.write_all(&request, &mut pages, sheet).await?;
        let is_whole = ended.is_ok();
        let finished = apart(move || match is_whole {
            true => sheet.finish(),
            false => sheet.close(),
        });
        if let Err(failure) = finished.await {
            return Err(self.unwritten(&request, answered, failure).await);
        }
        if flow.is_break() {
            return Ok(());
        }
        match (ended, pages.report().map(|report| report.end)) {
            (Ok(()), Some(ListEnd::Truncated(truncation))) => Err(self.cut(truncation)),
            (Ok(()), Some(ListEnd::NotAList)) => {
                log::note(NOT_A_LIST);
                Ok(())
            }
            (Err(failure), Some(ListEnd::Truncated(Truncation { cursor, .. }))) if keeps_parts => {
                Err(with_way_on(failure, cursor.as_deref()))
            }
            (ended, _) => ended,
        }
    }

    /// Writes chunk after chunk, until there is no other or none is wanted.
    async fn write_all(
        &self,
        request: &Request,
        pages: &mut Pages,
        mut sheet: Sheet,
    ) -> Result<Written, Failure> {
        let progress = Arc::new(match sheet.is_seen_to_grow() {
            true => Progress::hidden(),
            false => Progress::of_list(self.list.max_items),
        });
        let mut answered = None;
        let mut flow = ControlFlow::Continue(());
        let ended = loop {
            if flow.is_break() {
                break Ok(());
            }
            let chunk = match self.exchange.session.call(pages.next()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => break Ok(()),
                Ok(Err(error)) => break Err(self.exchange.failure(error)),
                Err(failure) if answered.is_none() => {
                    break Err(self.exchange.given_up(request, failure).await);
                }
                Err(failure) => break Err(failure),
            };
            if answered.is_none() {
                progress.aside(|| self.exchange.tell_head(chunk.status, &chunk.headers));
            }
            answered = Some(chunk.status);
            if let Some(report) = &chunk.list {
                progress.show(report);
            }
            (sheet, flow) = match write(sheet, chunk, &progress).await {
                Ok(written) => written,
                Err(failure) => return Err(self.unwritten(request, answered, failure).await),
            };
        };
        progress.end();
        Ok(Written {
            sheet,
            answered,
            flow,
            ended,
        })
    }

    /// The failure to write what a request was answered with, if it was.
    async fn unwritten(
        &self,
        request: &Request,
        answered: Option<u16>,
        failure: Failure,
    ) -> Failure {
        match answered {
            Some(status) => self.exchange.unwritten(request, status, failure).await,
            None => failure,
        }
    }

    fn pages(&self, request: Request) -> Pages {
        let tenant = self.exchange.session.tenant();
        match self.exchange.export {
            Export::Api => tenant.api_pages(request),
            Export::Servicedesk => tenant.servicedesk_pages(request),
        }
    }

    /// The failure of a list that is not complete.
    fn cut(&self, truncation: Truncation) -> Failure {
        let why = wording::of_message(&truncation.to_string());
        let message = format!("the list is not complete: {why}");
        let mut failure = Failure::new(Exit::Truncated, message);
        if let TruncationReason::FailedPage(error) = &truncation.reason
            && let Some(hint) = self.exchange.hint(&error.kind)
        {
            failure = failure.with_hint(hint);
        }
        with_way_on(failure, truncation.cursor.as_deref())
    }
}

/// Writes a chunk, to where the progress may be shown.
async fn write(
    mut sheet: Sheet,
    chunk: Response,
    progress: &Arc<Progress>,
) -> Result<(Sheet, ControlFlow<()>), Failure> {
    let progress = Arc::clone(progress);
    apart(move || {
        let flow = progress.aside(|| sheet.take(&chunk))?;
        Ok((sheet, flow))
    })
    .await
}

/// The failure, and how to fetch the rest.
fn with_way_on(failure: Failure, cursor: Option<&str>) -> Failure {
    match cursor {
        Some(cursor) => failure.with_hint(format!(
            "for the rest, the same command with `--cursor {cursor}`"
        )),
        None => failure,
    }
}
