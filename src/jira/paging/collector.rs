//! The walk through a list: page after page, several on their way at once.

mod ending;
mod fetching;

use crate::jira::{
    error::{Error, Result},
    exchange::{ApiResponse, Call},
    flight::Flight,
    host::Host,
    rate_limit::RateLimit,
    send::Sent,
};

use super::{
    collect::Listing,
    cursor::{Cursor, Fingerprint},
    harvest::Harvest,
    onward::{Array, Onward, Walk},
    outline::Cut,
    pace::Pace,
    page::Page,
    place::Place,
    report::PagingStyle,
    stop::{Cause, Stop},
    style::words,
};

/// A list that is being fetched.
#[derive(Debug)]
pub struct Collector<'a, H> {
    call: Call<'a, H>,
    listing: Listing,
    /// Nothing where one answer is all there is.
    style: Option<PagingStyle>,
    walk: Walk,
    harvest: Harvest,
    flight: Flight<'a, u64, Result<Sent>>,
    pace: Pace,
    /// How far apart pages are, and how far the list goes, as far as known:
    /// where later pages can be asked for before this one is here.
    step: Option<u64>,
    total: Option<u64>,
    /// How many items are left out at the beginning.
    skip: u64,
    /// The fingerprint of the items before the beginning.
    before: Option<u64>,
    /// How many pages items came from, or were looked for on.
    pages: u32,
    /// With those that were only read again to find what follows them.
    read: u32,
    attempts: u32,
    /// The page that came last, and how many items it had.
    last: (Place, u64),
}

/// A page, here or to be fetched.
#[derive(Debug)]
pub struct Next {
    /// Where it is.
    pub place: Place,
    /// Whether it should be beyond the end.
    pub is_probe: bool,
}

impl Next {
    /// The page to begin with.
    #[must_use]
    pub const fn first(place: Place) -> Self {
        Self {
            place,
            is_probe: false,
        }
    }
}

impl<'a, H: Host> Collector<'a, H> {
    /// Before the first page.
    pub fn new(
        call: Call<'a, H>,
        listing: Listing,
        style: Option<PagingStyle>,
        from: &Place,
    ) -> Self {
        Self {
            walk: Walk::new(
                style.unwrap_or(PagingStyle::StartAt),
                from,
                array_of(&listing, style),
            ),
            pace: Pace::new(listing.options.in_flight),
            call,
            style,
            harvest: Harvest::default(),
            flight: Flight::default(),
            step: None,
            total: None,
            skip: 0,
            before: None,
            pages: 0,
            read: 0,
            attempts: 0,
            last: (from.clone(), 0),
            listing,
        }
    }

    /// Notes requests that were sent before.
    pub fn count_attempts(&mut self, attempts: u32) {
        self.attempts += attempts;
    }

    /// Takes over what a cursor knows.
    pub fn go_on_from(&mut self, cursor: Cursor) {
        self.skip = cursor.skip;
        self.step = cursor.step;
        self.total = cursor.total;
        self.before = cursor.before;
        self.walk.empty_pages = cursor.empty_pages;
    }

    /// Asks for no number of items from now on, if it did so before.
    pub fn leave_out_size(&mut self) -> bool {
        self.flight.clear();
        let frozen = &mut self.listing.frozen;
        let had_size = frozen.size().is_some();
        frozen.set_size(None);
        self.walk.array = array_of(&self.listing, self.style);
        had_size
    }

    /// Fetches all that follows a first page.
    pub async fn run(mut self, mut here: Next, first: (ApiResponse, Page)) -> ApiResponse {
        let (mut answer, mut page) = first;
        let stop = loop {
            let body = core::mem::take(&mut answer.body);
            here = match self.take(&here, body, &page, answer.rate_limit.as_ref()) {
                Ok(next) => next,
                Err(stop) => break stop,
            };
            match self.fetch(&here).await {
                Ok(arrived) => (answer, page) = arrived,
                Err(error) => break self.without_page(here, error),
            }
        };
        self.finish(stop, answer)
    }

    /// How many requests were sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Keeps a page's items and decides what comes next.
    fn take(
        &mut self,
        here: &Next,
        body: Vec<u8>,
        page: &Page,
        limit: Option<&RateLimit>,
    ) -> Result<Next, Stop> {
        if self.is_repetition(&body, page) {
            // Beyond the end Jira may well give the last page again. If it says
            // that these are of the place that was asked for, the list has moved.
            let has_moved = page.start.is_some() && page.start == here.place.offset();
            return Err(match here.is_probe && !has_moved {
                true => Stop::Complete,
                false => Stop::AtLast(Cause::NoProgress("Jira gave the same page again")),
            });
        }
        let call = &self.call;
        let frozen = &self.listing.frozen;
        let onward = match self.style {
            Some(style) => {
                let names = words(style).linked;
                let linked = |link: &str| call.place_in_link(frozen, link, names);
                self.walk.onward(&here.place, page, &linked)
            }
            None => Onward::End,
        };
        let cut = self.cut(&body, page);
        let is_whole = cut.skipped + cut.kept.count == page.items.count;
        self.skip -= cut.skipped;
        self.read += 1;
        if cut.skipped == 0 || cut.kept.count > 0 {
            self.pages += 1;
        }
        self.total = page.total.or(self.total);
        self.pace.after(body.len(), limit);
        self.harvest.add(body, page.items.clone(), &cut);
        if !is_whole {
            self.last = (here.place.clone(), cut.skipped + cut.kept.count);
            return Err(Stop::AtLast(match cut.is_too_long {
                true => Cause::MaxBytes,
                false => Cause::MaxItems,
            }));
        }
        self.last = (here.place.clone(), page.items.count);
        let next = self.follow(onward)?;
        let to_come = match (self.total, &next.place) {
            (Some(total), Place::Offset(offset)) => {
                let left = total.saturating_sub(*offset);
                Some(self.wanted_of(left, page.items.count))
            }
            _ => None,
        };
        let max_bytes = self.listing.options.max_bytes;
        self.harvest.make_room(to_come, max_bytes);
        Ok(next)
    }

    /// How many of so many items the caller's limits let come, with so many on a
    /// page.
    fn wanted_of(&self, items: u64, of_page: u64) -> u64 {
        let options = &self.listing.options;
        let pages = u64::from(options.max_pages.saturating_sub(self.pages));
        items
            .min(options.max_items.saturating_sub(self.harvest.items))
            .min(pages.saturating_mul(of_page))
    }

    fn is_repetition(&self, body: &[u8], page: &Page) -> bool {
        let items = body.get(page.items.bytes.clone()).unwrap_or_default();
        let is_before = |before| !items.is_empty() && before == Fingerprint::of(items);
        if self.harvest.ends_with(items) || (self.read == 0 && self.before.is_some_and(is_before)) {
            return true;
        }
        // An array that is all there is comes whole again, whatever is asked
        // for; something in it may have changed meanwhile.
        self.is_unproven()
            && page.items.count > 0
            && self.harvest.first_of_last() == Some(page.items.first(body))
    }

    /// Whether nothing has shown yet that this array is a page at all.
    fn is_unproven(&self) -> bool {
        let frozen = &self.listing.frozen;
        let own = frozen.own_offset(words(PagingStyle::BareArray).place);
        self.style == Some(PagingStyle::BareArray)
            && self.read == 1
            && self.last.0 == Place::Offset(own.unwrap_or(0))
            && self.walk.array == Array::Unknown
    }

    fn cut(&self, body: &[u8], page: &Page) -> Cut {
        let options = &self.listing.options;
        let count = options.max_items - self.harvest.items;
        let bytes = options.max_bytes - self.harvest.bytes;
        let items = &page.items;
        match self.skip == 0 && items.count <= count && items.bytes.len() as u64 <= bytes {
            true => Cut::nothing(items),
            false => items.cut(body, self.skip, count, bytes),
        }
    }

    /// Whether to go where the page says.
    fn follow(&mut self, onward: Onward) -> Result<Next, Stop> {
        let (place, is_probe) = match onward {
            Onward::End => return Err(Stop::Complete),
            Onward::To(place) => (place, false),
            Onward::Probe(place) => (place, true),
            Onward::Stuck(why) => return Err(Stop::AtLast(Cause::NoProgress(why))),
            Onward::Elsewhere => {
                let message = "the link to the next page does not lead to a page of this site";
                let error = Error::unexpected("next", message);
                return Err(Stop::AtLast(Cause::FailedPage(error)));
            }
        };
        if !self.listing.frozen.is_repeatable() {
            return Err(match is_probe {
                true => Stop::Complete,
                false => Stop::NotRepeatable,
            });
        }
        let options = &self.listing.options;
        let cause = if self.harvest.items == options.max_items {
            Some(Cause::MaxItems)
        } else if self.harvest.bytes == options.max_bytes {
            Some(Cause::MaxBytes)
        } else if self.pages == options.max_pages {
            Some(Cause::MaxPages)
        } else if self.call.deadline.remaining_ms(self.call.host) == 0 {
            Some(Cause::Time)
        } else {
            None
        };
        if let (Place::Offset(here), Place::Offset(next)) = (&self.last.0, &place) {
            self.step = next.checked_sub(*here).filter(|step| *step > 0);
        }
        let next = Next { place, is_probe };
        match cause {
            Some(cause) => Err(self.stop_before(cause, next)),
            None => Ok(next),
        }
    }
}

fn array_of(listing: &Listing, style: Option<PagingStyle>) -> Array {
    let frozen = &listing.frozen;
    match style {
        Some(PagingStyle::BareArray) => Array::of(frozen.path(), frozen.asked_size()),
        _ => Array::Unknown,
    }
}
