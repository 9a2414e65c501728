//! Where a list goes on after a page, or that it does not.
//!
//! The next place follows from what came and never from what was asked for,
//! the end from what the style's pages say of it. Where two things that a page
//! says contradict each other, the one is believed that would bring more
//! items: the next page then tells.

use super::{
    cursor::Fingerprint,
    page::Page,
    paths::{self, FILTERED_USERS, FILTERED_USERS_PAGE},
    place::Place,
    report::PagingStyle,
};

/// How many pages without any item are gone over in a row. Jira filters some
/// pages after it has cut them out, so that a few may be empty; a list that
/// brings nothing for longer is not worth waiting for.
pub const MAX_EMPTY_PAGES: u32 = 20;

/// Where to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Onward {
    /// Nowhere: these were the last items.
    End,
    /// To the next page.
    To(Place),
    /// To a page that should be beyond the end, to see whether it is.
    Probe(Place),
    /// Nowhere, although there may be more; and why.
    Stuck(&'static str),
    /// Nowhere: the link to the next page leads elsewhere.
    Elsewhere,
}

/// The place that a page's link names, which is looked up only when needed.
pub type LinkedPlace<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What is known of an answer that is a bare array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Array {
    /// Nothing: it may be all there is.
    Unknown,
    /// It is a page.
    Page,
    /// It is what was left of so many users.
    Filtered(u64),
}

impl Array {
    /// Of a path, where the request asks for so many items.
    #[must_use]
    pub fn of(path: &str, asked: Option<u64>) -> Self {
        let range = asked.unwrap_or(FILTERED_USERS_PAGE);
        match paths::pages_bare_arrays(path) {
            true if paths::filters_users(path) => Self::Filtered(range.clamp(1, FILTERED_USERS)),
            true => Self::Page,
            false => Self::Unknown,
        }
    }
}

/// What is known of the list that a page cannot tell.
#[derive(Debug)]
pub struct Walk {
    style: PagingStyle,
    /// What is known of it, where it is a bare array.
    pub array: Array,
    marks: Vec<u64>,
    /// How many pages without any item came right before.
    pub empty_pages: u32,
}

impl Walk {
    /// A walk through a list of this style, from this place.
    #[must_use]
    pub fn new(style: PagingStyle, from: &Place, array: Array) -> Self {
        let marks = match from {
            Place::Mark(mark) => vec![Fingerprint::of(mark.as_bytes())],
            Place::Start | Place::Offset(_) => Vec::new(),
        };
        Self {
            style,
            array,
            marks,
            empty_pages: 0,
        }
    }

    /// Decides where to go after the page at a place.
    pub fn onward(&mut self, here: &Place, page: &Page, linked: LinkedPlace<'_>) -> Onward {
        let onward = match here {
            Place::Offset(here) => self.by_offset(*here, page, linked),
            Place::Start | Place::Mark(_) => self.by_mark(page, linked),
        };
        let may_be_empty = matches!(self.array, Array::Filtered(_));
        if page.items.count > 0 || may_be_empty {
            self.empty_pages = 0;
            return onward;
        }
        self.empty_pages += 1;
        match onward {
            Onward::To(_) if self.empty_pages > MAX_EMPTY_PAGES => {
                Onward::Stuck("Jira gave one empty page after the other")
            }
            onward => onward,
        }
    }

    fn by_offset(&self, here: u64, page: &Page, linked: LinkedPlace<'_>) -> Onward {
        let count = page.items.count;
        let came = here.saturating_add(count);
        let has_link = page.next.is_some();
        match self.style {
            PagingStyle::BareArray => self.by_array(here, came, count),
            PagingStyle::OffsetSize => match has_link {
                true => Onward::To(Place::Offset(behind_the_range(here, page, linked))),
                false => Onward::End,
            },
            _ => {
                let behind = behind_the_range(here, page, linked);
                match page.is_last {
                    Some(is_last) => by_flag(is_last, page, behind),
                    None if has_link => Onward::To(Place::Offset(behind)),
                    None => by_total(page, behind),
                }
            }
        }
    }

    /// A bare array names no end: what follows it must show it.
    fn by_array(&self, here: u64, behind: u64, count: u64) -> Onward {
        match self.array {
            Array::Filtered(range) => match here.saturating_add(range.max(count)) {
                FILTERED_USERS.. => Onward::End,
                next => Onward::To(Place::Offset(next)),
            },
            _ if count == 0 => Onward::End,
            Array::Page => Onward::To(Place::Offset(behind)),
            Array::Unknown => Onward::Probe(Place::Offset(behind)),
        }
    }

    fn by_mark(&mut self, page: &Page, linked: LinkedPlace<'_>) -> Onward {
        let says_last = page.is_last == Some(true);
        let is_end = match self.style {
            // Its documented example has a next place on the last page, too.
            PagingStyle::Since => says_last,
            // Documented: a page that is not full is the last one.
            PagingStyle::NextUrl => page.size.is_some_and(|size| page.items.count < size),
            _ => says_last && page.items.count == 0,
        };
        let Some(next) = page.next.as_deref().filter(|_| !is_end) else {
            return match page.is_last {
                Some(false) => Onward::Stuck("Jira says that the list goes on, but not where"),
                _ => Onward::End,
            };
        };
        let mark = match self.style {
            PagingStyle::NextUrl | PagingStyle::LinksNext => match linked(next) {
                Some(mark) => mark,
                None => return Onward::Elsewhere,
            },
            _ => next.to_owned(),
        };
        let print = Fingerprint::of(mark.as_bytes());
        if self.marks.contains(&print) {
            return match says_last {
                true => Onward::End,
                false => Onward::Stuck("Jira names a next page that it has named before"),
            };
        }
        self.marks.push(print);
        Onward::To(Place::Mark(mark))
    }
}

/// Pages that say whether they are the last one.
fn by_flag(is_last: bool, page: &Page, behind: u64) -> Onward {
    // The total counts what was left out of a page, too.
    let has_more = is_full(page) && page.total.is_some_and(|total| total > behind);
    let next = Place::Offset(behind);
    match is_last {
        false => Onward::To(next),
        true if page.items.count == 0 => Onward::End,
        true if page.next.is_some() => Onward::To(next),
        true if has_more => Onward::Probe(next),
        true => Onward::End,
    }
}

/// Pages that say only how long the list is, which they need not know.
fn by_total(page: &Page, behind: u64) -> Onward {
    let next = Place::Offset(behind);
    match page.total {
        _ if page.items.count == 0 => Onward::End,
        Some(total) if behind < total => Onward::To(next),
        Some(_) if !is_full(page) => Onward::End,
        Some(_) => Onward::Probe(next),
        None => Onward::To(next),
    }
}

fn is_full(page: &Page) -> bool {
    page.size.is_none_or(|size| page.items.count >= size)
}

/// Behind the items that came, or behind the range that they came from, where
/// the page's own link says so: some of the range may have been left out. The
/// link is believed no further than a page reaches. Where nothing came, what
/// follows must be behind the page.
fn behind_the_range(here: u64, page: &Page, linked: LinkedPlace<'_>) -> u64 {
    let count = page.items.count;
    let came = here.saturating_add(count);
    let reach = match page.size {
        Some(size) => here.saturating_add(size.max(count)),
        None => u64::MAX,
    };
    let place = page.next.as_deref().and_then(linked);
    match place.and_then(|place| place.parse::<u64>().ok()) {
        Some(place) if (came..=reach).contains(&place) && place > here => place,
        _ if count > 0 => came,
        _ => here.saturating_add(page.size.unwrap_or(1).max(1)),
    }
}
