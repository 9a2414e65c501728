//! Pages are sent for, waited for and read.

use crate::jira::{
    error::{Error, Result},
    exchange::ApiResponse,
    host::Host,
    json::Broken,
    send::send,
};

use super::{Collector, Next};
use crate::jira::paging::{
    collect::PAGE_TIMEOUT_MS,
    onward::Array,
    outline::Outline,
    page::{Found, Page},
    paths::FILTERED_USERS,
    place::Place,
    report::PagingStyle,
    style::{counts_items, words},
};

impl<H: Host> Collector<'_, H> {
    /// Reads a page of this list.
    fn read(&self, response: &ApiResponse) -> Result<Page> {
        let unexpected = |why: &str| {
            let message = format!("a page of the list is not as the first one: {why}");
            Error::unexpected("page", message).with_trace(response.trace_id.clone())
        };
        let unreadable = |why: &str| match response.headers.coding() {
            Some(coding) => unexpected(&Broken::Compressed(coding).to_string()),
            None => unexpected(why),
        };
        let body = &response.body;
        let outline = Outline::read(body).map_err(|_| match core::str::from_utf8(body) {
            Ok(_) => unreadable("it is not JSON"),
            Err(_) => unreadable("it is not UTF-8"),
        })?;
        let is_alike =
            |style, found: &Found<'_>| found.is_bare() == (style == PagingStyle::BareArray);
        Found::in_document(body, &outline)
            .filter(|found| self.style.is_none_or(|style| is_alike(style, found)))
            .map(|found| Page::read(self.style, &found))
            .ok_or_else(|| unexpected("it has no list"))
    }

    /// Waits for the page at a place.
    pub async fn fetch(&mut self, next: &Next) -> Result<(ApiResponse, Page)> {
        loop {
            self.send_from(next).await?;
            let Some(sent) = self.flight.next_in_order().await else {
                continue;
            };
            let attempts = sent
                .as_ref()
                .map_or_else(Error::attempts, |sent| sent.attempts);
            // One of them was counted when it set out.
            self.attempts = (self.attempts + attempts).saturating_sub(1);
            let sent = sent?;
            self.call.access.waited_ms += sent.waited_ms;
            if self.call.is_refused(&sent.response) && self.call.renew_after(&sent.response).await?
            {
                self.flight.clear();
                continue;
            }
            let response = self.call.read(sent)?;
            let page = self.read(&response)?;
            return Ok((response, page));
        }
    }

    /// Sends the request for a place, and those for the places behind it.
    async fn send_from(&mut self, next: &Next) -> Result<()> {
        self.call.renew_if_due().await?;
        let first = offset_of(&next.place);
        if self.flight.first() != Some(first) {
            if !self.flight.is_empty() {
                self.pace.slow_down();
            }
            self.flight.clear();
            self.send(next.place.clone());
        }
        let bound = match next.is_probe {
            true => 0,
            false => self.bound(first),
        };
        while self.flight.len() < self.pace.now() && self.has_page_left() {
            let last = self.flight.last().unwrap_or(first);
            match self.step.and_then(|step| last.checked_add(step)) {
                Some(next) if next < bound => self.send(Place::Offset(next)),
                _ => break,
            }
        }
        Ok(())
    }

    fn send(&mut self, place: Place) {
        let parameter = self.style.map_or("", |style| words(style).place);
        let request = self.listing.frozen.at(parameter, &place);
        let host = self.call.host;
        let request = self.call.authorised(request);
        let deadline = self.call.deadline.at_most(host, PAGE_TIMEOUT_MS);
        let budget = self.call.budget(deadline);
        self.attempts += 1;
        let page = async move { send(host, &request, budget).await };
        self.flight.add(offset_of(&place), page);
    }

    /// Before which place pages are worth asking for in advance.
    fn bound(&self, first: u64) -> u64 {
        let end = match self.style {
            Some(style) if counts_items(style) => match self.walk.array {
                Array::Filtered(_) => Some(FILTERED_USERS),
                Array::Page | Array::Unknown => self.total,
            },
            _ => None,
        };
        let wanted = self.listing.options.max_items - self.harvest.items;
        let reach = first.saturating_add(self.skip).saturating_add(wanted);
        end.map_or(0, |end| end.min(reach))
    }

    fn has_page_left(&self) -> bool {
        let left = self.listing.options.max_pages - self.pages;
        self.flight.len() < left as usize
    }
}

/// A place as a number. Marks are fetched one after the other, so that one
/// number is enough for all of them.
fn offset_of(place: &Place) -> u64 {
    match place {
        Place::Offset(offset) => *offset,
        Place::Start | Place::Mark(_) => 0,
    }
}
