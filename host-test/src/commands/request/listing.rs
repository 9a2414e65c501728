use std::sync::Arc;
use std::{io, mem};

use clap::{ArgGroup, Args};
use jira_host::Pages;
use jira_host::types::{Error, ListEnd, Paginate, Request, Response, Truncation, TruncationReason};

use super::layout::Layout;
use super::progress::Progress;
use super::{Export, stdout, tell_head};
use crate::commands::context::{Context, Session};
use crate::commands::hint;
use crate::exit::{Exit, Failure};
use crate::log;

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
    /// is no list is written as Jira answered it.
    #[arg(long, group = "list")]
    paginate: bool,
    /// The same, with one item in each line.
    #[arg(long, group = "list")]
    stream: bool,
    /// How many items to ask for at a time; Jira may give fewer.
    #[arg(long, value_name = "ITEMS", requires = "list",
          value_parser = clap::value_parser!(u32).range(1..=5_000))]
    page_size: Option<u32>,
    /// After how many items to stop.
    #[arg(long, value_name = "ITEMS", requires = "list",
          value_parser = clap::value_parser!(u64).range(1..))]
    max_items: Option<u64>,
    /// After how many pages to stop: 10000 unless given.
    #[arg(long, value_name = "PAGES", requires = "list",
          value_parser = clap::value_parser!(u32).range(1..))]
    max_pages: Option<u32>,
    /// How many pages to fetch at once, where that can be done: 4 unless given.
    #[arg(long, value_name = "PAGES", requires = "list",
          value_parser = clap::value_parser!(u32).range(1..=16))]
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
            Layout::document()
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

/// A list on its way to standard output.
pub(super) struct Listing<'a> {
    pub(super) context: &'a Context,
    pub(super) session: &'a Session,
    pub(super) connection: &'a str,
    /// Whether to tell the head of the first answer.
    pub(super) include: bool,
}

impl Listing<'_> {
    /// Fetches the list and writes it as it comes. The document is brought to
    /// its end whatever ends the list, so that what there is can be read.
    pub(super) async fn fetch(
        mut self,
        export: Export,
        request: Request,
        wanted: &ListArgs,
    ) -> Result<(), Failure> {
        let mut pages = self.pages(export, wanted.put_into(request));
        let mut layout = wanted.layout();
        let progress = Arc::new(Progress::begin(!wanted.stream, wanted.max_items));
        let fetched = loop {
            match self.session.call(pages.next()).await {
                Ok(Ok(Some(chunk))) => self.write(chunk, &mut layout, &progress).await?,
                Ok(Ok(None)) => break Ok(()),
                Ok(Err(error)) => break Err(self.failure(error)),
                Err(failure) => break Err(failure),
            }
        };
        let end = layout.end();
        write(&progress, move || stdout::copy(end)).await?;
        progress.end();
        match (fetched, pages.report().map(|report| report.end)) {
            (Ok(()), Some(ListEnd::Truncated(truncation))) => Err(self.cut(truncation)),
            (Ok(()), Some(ListEnd::NotAList)) => {
                log::note(NOT_A_LIST);
                Ok(())
            }
            (Err(failure), Some(ListEnd::Truncated(Truncation { cursor, .. }))) => {
                Err(with_way_on(failure, cursor.as_deref()))
            }
            (fetched, _) => fetched,
        }
    }

    fn pages(&self, export: Export, request: Request) -> Pages {
        let tenant = self.session.tenant();
        match export {
            Export::Api => tenant.api_pages(request),
            Export::Servicedesk => tenant.servicedesk_pages(request),
        }
    }

    async fn write(
        &mut self,
        chunk: Response,
        layout: &mut Layout,
        progress: &Arc<Progress>,
    ) -> Result<(), Failure> {
        if mem::take(&mut self.include) {
            progress.aside(|| tell_head(chunk.status, &chunk.headers));
        }
        match &chunk.list {
            Some(report) if report.end != ListEnd::NotAList => progress.show(report),
            _ => return write(progress, move || stdout::copy_body(&chunk.body)).await,
        }
        let text = layout.lay_out(&chunk).ok_or_else(|| {
            let why = "the component answered a list that is no JSON array; report this";
            Failure::new(Exit::UnexpectedResponse, why)
        })?;
        write(progress, move || stdout::copy(&text)).await
    }

    fn failure(&self, error: Error) -> Failure {
        hint::failure(self.context, self.session, self.connection, error)
    }

    /// The failure of a list that is not complete.
    fn cut(&self, truncation: Truncation) -> Failure {
        let message = format!("the list is not complete: {truncation}");
        let mut failure = Failure::new(Exit::Truncated, message);
        if let TruncationReason::FailedPage(error) = &truncation.reason
            && let Some(hint) = hint::of(self.context, self.session, self.connection, &error.kind)
        {
            failure = failure.with_hint(hint);
        }
        with_way_on(failure, truncation.cursor.as_deref())
    }
}

/// Writes to standard output, which may be where the progress is shown.
async fn write(
    progress: &Arc<Progress>,
    writing: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> Result<(), Failure> {
    let progress = Arc::clone(progress);
    stdout::write(move || progress.aside(writing)).await
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
