//! Why it is over, and where to go on.

use crate::jira::{
    error::{Error, Kind},
    exchange::ApiResponse,
    host::Host,
};

use super::{Collector, Next};
use crate::jira::paging::{
    cursor::{Cursor, Fingerprint},
    report::{ListEnd, ListReport},
    stop::{Cause, Stop},
};

impl<H: Host> Collector<'_, H> {
    /// What it means that a page could not be fetched.
    pub(super) fn without_page(&self, next: Next, error: Error) -> Stop {
        let is_refusal = matches!(error.kind(), Kind::Api(api)
            if (400..=499).contains(&api.status) && !matches!(api.status, 403 | 408));
        if next.is_probe && is_refusal {
            return Stop::Complete;
        }
        let cause = match self.call.deadline.remaining_ms(self.call.host) {
            0 => Cause::Time,
            _ => Cause::FailedPage(error),
        };
        self.stop_before(cause, next)
    }

    /// Stops before a page. As long as nothing shows that the list goes on
    /// there, the page that came last is read again: it shows whether a refusal
    /// behind it is the end.
    pub(super) fn stop_before(&self, cause: Cause, next: Next) -> Stop {
        match next.is_probe {
            true => Stop::AtLast(cause),
            false => Stop::Before(cause, next.place),
        }
    }

    /// Where to go on. What has been noted against the list goes along, unless
    /// it was the reason to stop: who goes on then knows of it.
    fn cursor(&self, stop: &Stop) -> Option<String> {
        let frozen = &self.listing.frozen;
        let (place, skip, empty_pages, before) = match stop {
            Stop::Complete | Stop::NotRepeatable => return None,
            Stop::Before(_, place) => {
                let before = self.harvest.last_items().map(Fingerprint::of);
                (place.clone(), 0, self.walk.empty_pages, before)
            }
            Stop::AtLast(_) => {
                let (place, count) = self.last.clone();
                (place, count, 0, None)
            }
        };
        let cursor = Cursor {
            request: self.listing.request,
            style: self.style,
            place,
            skip,
            size: frozen.size(),
            step: self.step,
            total: self.total,
            empty_pages,
            before,
        };
        cursor.to_text().filter(|_| frozen.is_repeatable())
    }

    pub(super) fn finish(self, stop: Stop, answer: ApiResponse) -> ApiResponse {
        let style = match stop {
            Stop::Complete if self.is_unproven() => None,
            _ => self.style,
        };
        let cursor = self.cursor(&stop);
        let list = ListReport {
            style,
            pages: self.pages,
            items: self.harvest.items,
            end: match stop.into_truncation(cursor, &self.listing.options, self.pages) {
                None => ListEnd::Complete,
                Some(truncation) => ListEnd::Truncated(truncation),
            },
        };
        let body = self.harvest.join();
        ApiResponse {
            waited_ms: self.call.access.waited_ms,
            refresh: self.call.access.refresh,
            ..answer.of_list(body, list, self.attempts)
        }
    }
}
