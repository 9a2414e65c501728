use std::fmt;

use jira_host::types::{Paginate, PagingStyle};
use serde_json::{Value, json};

/// How a list would be fetched.
pub(super) struct List<'a> {
    limits: &'a Paginate,
    /// How it is paged, before its first answer is there.
    style: Option<PagingStyle>,
}

impl<'a> List<'a> {
    pub(super) fn of(limits: &'a Paginate, style: Option<PagingStyle>) -> List<'a> {
        List { limits, style }
    }

    pub(super) fn to_json(&self) -> Value {
        let limits = self.limits;
        json!({
            "paging": self.style.map(word),
            "page_size": limits.page_size,
            "max_items": limits.max_items,
            "max_pages": limits.max_pages,
            "in_flight": limits.in_flight,
            "cursor": limits.cursor,
        })
    }
}

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(style) = self.style else {
            return f.write_str("this page alone: it cannot be asked for another");
        };
        let place = place(style);
        write!(
            f,
            "this and the pages after it, by {place} ({}),\nunless the first answer tells \
             another way",
            word(style)
        )?;
        if let Some(items) = self.limits.max_items {
            write!(f, "\nat most {items} items")?;
        }
        if let Some(pages) = self.limits.max_pages {
            write!(f, "\nat most {pages} pages")?;
        }
        Ok(())
    }
}

/// The contract's word.
fn word(style: PagingStyle) -> &'static str {
    match style {
        PagingStyle::StartAt => "start-at",
        PagingStyle::BareArray => "bare-array",
        PagingStyle::NextPageToken => "next-page-token",
        PagingStyle::NextPageCursor => "next-page-cursor",
        PagingStyle::StartingAfter => "starting-after",
        PagingStyle::NextUrl => "next-url",
        PagingStyle::Since => "since",
        PagingStyle::OffsetLimit => "offset-limit",
        PagingStyle::StartLimit => "start-limit",
        PagingStyle::LinksNext => "links-next",
        PagingStyle::OffsetSize => "offset-size",
    }
}

/// What names the next page: a parameter of Jira's.
fn place(style: PagingStyle) -> &'static str {
    match style {
        PagingStyle::StartAt | PagingStyle::BareArray => "`startAt`",
        PagingStyle::NextPageToken => "`nextPageToken`",
        PagingStyle::NextPageCursor | PagingStyle::LinksNext => "`cursor`",
        PagingStyle::StartingAfter => "`startingAfter`",
        PagingStyle::NextUrl => "`after`",
        PagingStyle::Since => "`since`",
        PagingStyle::OffsetLimit | PagingStyle::OffsetSize => "`offset`",
        PagingStyle::StartLimit => "`start`",
    }
}
