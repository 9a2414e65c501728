//! How a list is paged, as far as its answers and its path can tell.

use super::{page::Found, paths, report::PagingStyle};

/// What a first answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// No list.
    NotAList,
    /// A list, and all of it.
    Whole,
    /// A page of a list.
    Page(PagingStyle),
}

/// The words of a style: its parameter, and the members of its pages.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The parameter that names a place in the list.
    pub place: &'static str,
    /// What links call it.
    pub linked: &'static [&'static str],
    /// Where the page begins.
    pub start: &'static str,
    /// How many items a page has at most.
    pub size: &'static str,
    /// Whether it is the last page.
    pub last: &'static [&'static str],
    /// Where the next page is.
    pub next: Next,
}

/// Where a page says the place of the next one.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    /// In a member that is the place.
    Place(&'static str),
    /// In a member that is a URL.
    Link(&'static [&'static str]),
    /// In a member that is a URL, inside another.
    LinkIn(&'static str),
}

/// The words of each style.
#[must_use]
pub const fn words(style: PagingStyle) -> Words {
    const STANDARD: Words = Words {
        place: "startAt",
        linked: &["startAt"],
        start: "startAt",
        size: "maxResults",
        last: &["isLast"],
        next: Next::Link(&["nextPage", "next"]),
    };
    match style {
        PagingStyle::StartAt | PagingStyle::BareArray => STANDARD,
        PagingStyle::NextPageToken => Words {
            place: "nextPageToken",
            next: Next::Place("nextPageToken"),
            ..STANDARD
        },
        // Its schema says `last`, its example `isLast`.
        PagingStyle::NextPageCursor => Words {
            place: "cursor",
            last: &["last", "isLast"],
            next: Next::Place("nextPageCursor"),
            ..STANDARD
        },
        PagingStyle::StartingAfter => Words {
            place: "startingAfter",
            next: Next::Place("startingAfter"),
            ..STANDARD
        },
        PagingStyle::NextUrl => Words {
            place: "after",
            // The second is how the documented example has it.
            linked: &["after", "failedAfter"],
            next: Next::Link(&["next"]),
            ..STANDARD
        },
        PagingStyle::Since => Words {
            place: "since",
            last: &["lastPage"],
            next: Next::Place("until"),
            ..STANDARD
        },
        PagingStyle::OffsetLimit => Words {
            place: "offset",
            start: "offset",
            size: "limit",
            last: &[],
            ..STANDARD
        },
        PagingStyle::StartLimit => Words {
            place: "start",
            linked: &["start"],
            start: "start",
            size: "limit",
            last: &["isLastPage"],
            next: Next::LinkIn("_links"),
        },
        PagingStyle::LinksNext => Words {
            place: "cursor",
            linked: &["cursor"],
            start: "start",
            size: "limit",
            last: &["isLastPage"],
            next: Next::LinkIn("_links"),
        },
        PagingStyle::OffsetSize => Words {
            place: "offset",
            linked: &["offset"],
            start: "offset",
            size: "size",
            last: &[],
            next: Next::LinkIn("links"),
        },
    }
}

/// Whether a place in the list is a number of items, so that the places of
/// later pages can be known in advance.
#[must_use]
pub const fn counts_items(style: PagingStyle) -> bool {
    matches!(
        style,
        PagingStyle::StartAt
            | PagingStyle::BareArray
            | PagingStyle::OffsetLimit
            | PagingStyle::StartLimit
            | PagingStyle::OffsetSize
    )
}

/// Objects whose `values` are a page, although nothing in them says so once
/// it is the last one.
const NESTED_LISTS: &[&str] = &["issueTypes", "projects", "workflowSchemes", "workflows"];

/// Recognises a first answer.
#[must_use]
pub fn recognise(found: &Found<'_>, path: &str) -> Recognised {
    use PagingStyle as S;
    let has = |name| found.scalar(name).is_some();
    let is_number = |name| found.number(name).is_some();
    if found.is_bare() {
        return Recognised::Page(S::BareArray);
    }
    if let Some(name) = found.nested_in() {
        return match has("nextPageToken") || NESTED_LISTS.contains(&name) {
            true => Recognised::Page(S::NextPageToken),
            false => Recognised::NotAList,
        };
    }
    let style = if is_number("startAt") {
        S::StartAt
    } else if has("nextPageCursor") || (has("cursor") && (has("last") || has("isLast"))) {
        S::NextPageCursor
    } else if has("nextPageToken") || has("isLast") {
        S::NextPageToken
    } else if has("startingAfter") || has("endingBefore") {
        S::StartingAfter
    } else if has("lastPage") {
        S::Since
    } else if has("isLastPage") || (is_number("start") && is_number("limit")) {
        let is_by_cursor = match found.text_in("_links", "next") {
            Some(link) => link.contains("cursor="),
            None => paths::searches_knowledge(path),
        };
        match is_by_cursor {
            true => S::LinksNext,
            false => S::StartLimit,
        }
    } else if is_number("offset") && is_number("limit") {
        S::OffsetLimit
    } else if found.text_in("links", "next").is_some() {
        S::OffsetSize
    } else if has("next") && has("maxResults") {
        S::NextUrl
    } else if let Some(style) = paths::style_of(path, found.list_name()) {
        style
    } else if found.is_nothing_but_values() {
        return Recognised::Whole;
    } else {
        return Recognised::NotAList;
    };
    Recognised::Page(style)
}
