use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::types::{
    Error, ListEnd, ListReport, Paginate, PagingStyle, Truncation, TruncationReason,
};

/// After how many pages a list ends where nothing is said, as in the contract: a
/// list that does not end must not be fetched without end.
const MAX_PAGES: u32 = 10_000;

/// How many empty pages may follow one another, as in the contract's one call.
/// Searches that filter give some in the middle, but not this many.
const EMPTY_PAGES: u32 = 20;

/// Told where chunks do not get on although each of them did.
const STUCK: &str = "Jira gave the same place again, or one empty page after the other; the cursor \
                     tries again from there";

/// The shortest and the longest time that a call can be given.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(600);

/// With less than this left, the time of a chunk was that of the whole list.
const NEGLIGIBLE: Duration = Duration::from_secs(1);

/// How far a list is, and whether it goes on.
pub(super) struct Progress {
    /// As the caller asked, but with the cursor of the next chunk.
    paginate: Paginate,
    timeout: Option<Duration>,
    spent: Duration,
    style: Option<PagingStyle>,
    pages: u32,
    items: u64,
    empty_pages: u32,
    /// How the last chunk ended; none before the first.
    end: Option<ListEnd>,
    is_over: bool,
    /// The places where chunks ended, as what their cursors hash to: a list must
    /// not bend back to where it was.
    places: HashSet<u64>,
}

impl Progress {
    pub(super) fn new(paginate: Paginate, timeout: Option<Duration>) -> Self {
        Progress {
            paginate,
            timeout,
            spent: Duration::ZERO,
            style: None,
            pages: 0,
            items: 0,
            empty_pages: 0,
            end: None,
            is_over: false,
            places: HashSet::new(),
        }
    }

    pub(super) fn report(&self) -> Option<ListReport> {
        Some(ListReport {
            style: self.style,
            pages: self.pages,
            items: self.items,
            end: self.end.clone()?,
        })
    }

    /// Whether the place of a page is a number, so that several can be fetched at
    /// once.
    pub(super) fn counts_items(&self) -> bool {
        use PagingStyle as S;
        let counting = [
            S::StartAt,
            S::BareArray,
            S::OffsetLimit,
            S::StartLimit,
            S::OffsetSize,
        ];
        self.style.is_some_and(|style| counting.contains(&style))
    }

    pub(super) fn spend(&mut self, time: Duration) {
        self.spent += time;
    }

    /// What the next call may have of the caller's time, if there is an end to it.
    pub(super) fn time_of_call(&self) -> Option<Duration> {
        Some(self.time_left()?.clamp(SHORTEST, LONGEST))
    }

    fn time_left(&self) -> Option<Duration> {
        Some(self.timeout?.saturating_sub(self.spent))
    }

    /// What to ask for in the next chunk, if there is one.
    pub(super) fn share(&self, pages: u32) -> Option<Paginate> {
        if self.is_over {
            return None;
        }
        let mut share = self.paginate.clone();
        share.max_items = self.items_left();
        share.max_pages = Some(pages.min(self.pages_left()));
        Some(share)
    }

    /// Takes down what a chunk says of itself. A component that says nothing has
    /// sent the request once.
    pub(super) fn take(&mut self, chunk: Option<ListReport>) {
        let Some(chunk) = chunk else {
            self.pages = 1;
            self.finish(ListEnd::NotAList);
            return;
        };
        self.style = chunk.style.or(self.style);
        self.pages = self.pages.saturating_add(chunk.pages);
        self.items = self.items.saturating_add(chunk.items);
        match chunk.items {
            0 => self.empty_pages = self.empty_pages.saturating_add(chunk.pages),
            _ => self.empty_pages = 0,
        }
        match chunk.end {
            ListEnd::Truncated(truncation) => self.go_on(truncation, chunk.items),
            end => self.finish(end),
        }
    }

    /// Takes down that a chunk failed. The first one's error is the caller's and
    /// answered; a later one ends the list.
    pub(super) fn fail(&mut self, error: Error) -> Option<Error> {
        if self.end.is_none() {
            return Some(error);
        }
        let reason = match self.is_out_of_time() {
            true => TruncationReason::Time,
            false => TruncationReason::FailedPage(error),
        };
        self.cut(reason, self.paginate.cursor.clone());
        None
    }

    fn finish(&mut self, end: ListEnd) {
        self.end = Some(end);
        self.is_over = true;
    }

    /// Ends the list for a reason that the component does not give.
    fn cut(&mut self, reason: TruncationReason, cursor: Option<String>) {
        let message = self.counted(&reason).unwrap_or_else(|| STUCK.to_owned());
        self.finish(ListEnd::Truncated(Truncation {
            reason,
            message,
            cursor,
        }));
    }

    /// Moves on to the next chunk, if it is only the chunk that is over.
    fn go_on(&mut self, chunk: Truncation, items: u64) {
        let is_chunk_over = match &chunk.reason {
            TruncationReason::MaxPages => true,
            TruncationReason::MaxBytes => items > 0,
            TruncationReason::Time => {
                items > 0 && self.time_left().is_none_or(|left| left > NEGLIGIBLE)
            }
            TruncationReason::MaxItems
            | TruncationReason::NoProgress
            | TruncationReason::NotRepeatable
            | TruncationReason::FailedPage(_) => false,
        };
        match &chunk.cursor {
            Some(next) if is_chunk_over => {
                self.paginate.cursor = Some(next.clone());
                match self.why_over(next) {
                    Some(reason) => self.cut(reason, chunk.cursor),
                    None => self.end = Some(ListEnd::Truncated(chunk)),
                }
            }
            _ => {
                let message = self.counted(&chunk.reason).unwrap_or(chunk.message);
                self.finish(ListEnd::Truncated(Truncation { message, ..chunk }));
            }
        }
    }

    /// Why the list does not go on at this place, although the chunk would.
    fn why_over(&mut self, next: &str) -> Option<TruncationReason> {
        let is_new = self.places.insert(hash(next));
        if self.items_left() == Some(0) {
            Some(TruncationReason::MaxItems)
        } else if self.pages_left() == 0 {
            Some(TruncationReason::MaxPages)
        } else if !is_new || self.empty_pages > EMPTY_PAGES {
            Some(TruncationReason::NoProgress)
        } else if self.is_out_of_time() {
            Some(TruncationReason::Time)
        } else {
            None
        }
    }

    /// What the component says with the numbers of a chunk, with those of the
    /// whole list.
    fn counted(&self, reason: &TruncationReason) -> Option<String> {
        let pages = self.pages;
        Some(match reason {
            TruncationReason::MaxItems => {
                let items = self.paginate.max_items.unwrap_or(self.items);
                format!("max-items, {items}, is reached; the cursor goes on")
            }
            TruncationReason::MaxPages => {
                let pages = self.most_pages();
                format!("max-pages, {pages}, is reached; the cursor goes on")
            }
            TruncationReason::Time => {
                format!("the time was over after {pages} pages; the cursor goes on")
            }
            TruncationReason::FailedPage(error) => {
                format!("after {pages} pages: {error}; the cursor goes on from there")
            }
            TruncationReason::MaxBytes
            | TruncationReason::NoProgress
            | TruncationReason::NotRepeatable => return None,
        })
    }

    fn is_out_of_time(&self) -> bool {
        self.timeout.is_some_and(|most| most <= self.spent)
    }

    fn most_pages(&self) -> u32 {
        self.paginate.max_pages.unwrap_or(MAX_PAGES)
    }

    fn items_left(&self) -> Option<u64> {
        Some(self.paginate.max_items?.saturating_sub(self.items))
    }

    fn pages_left(&self) -> u32 {
        self.most_pages().saturating_sub(self.pages)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
