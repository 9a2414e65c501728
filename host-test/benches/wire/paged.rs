//! One list in pages, as the three APIs page it.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::document;

/// How many items a page has.
pub(crate) const PAGE_SIZE: usize = 100;

/// How a list is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `startAt` and `total`: issues of a board.
    Offset,
    /// `nextPageToken`: a search.
    Token,
    /// `start` and `isLastPage`: requests of a service desk.
    ServiceDesk,
}

impl Style {
    pub(crate) const ALL: [Style; 3] = [Style::Offset, Style::Token, Style::ServiceDesk];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Style::Offset => "/rest/agile/1.0/board/1/issue",
            Style::Token => "/rest/api/3/search/jql",
            Style::ServiceDesk => "/rest/servicedeskapi/request",
        }
    }

    /// The parameter that names a page.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Style::Offset => "startAt",
            Style::Token => "nextPageToken",
            Style::ServiceDesk => "start",
        }
    }

    /// The member that holds the items.
    pub(crate) fn items(self) -> &'static str {
        match self {
            Style::Offset | Style::Token => "issues",
            Style::ServiceDesk => "values",
        }
    }

    /// Takes the items out of a page that was read.
    pub(crate) fn take_items(self, page: &mut Value) -> Vec<Value> {
        match page.get_mut(self.items()).map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        }
    }

    fn page(self, start: usize, items: &[Value], total: usize) -> Value {
        let end = start + items.len();
        let is_last = end >= total;
        match self {
            Style::Offset => json!({
                "expand": "schema,names",
                "startAt": start,
                "maxResults": PAGE_SIZE,
                "total": total,
                "issues": items,
            }),
            Style::Token if is_last => json!({ "issues": items, "isLast": true }),
            Style::Token => {
                json!({ "issues": items, "nextPageToken": end.to_string(), "isLast": false })
            }
            Style::ServiceDesk => json!({
                "_expands": [],
                "size": items.len(),
                "start": start,
                "limit": PAGE_SIZE,
                "isLastPage": is_last,
                "_links": { "base": "https://example.atlassian.net", "context": "" },
                "values": items,
            }),
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Style::Offset => "by offset",
            Style::Token => "by token",
            Style::ServiceDesk => "service desk",
        })
    }
}

/// The pages of one list in one style, by their places.
pub(crate) struct Pages {
    pages: BTreeMap<usize, Bytes>,
    beyond: Bytes,
}

impl Pages {
    pub(crate) fn of(style: Style, items: &[Value]) -> Pages {
        let rendered = |start: usize, chunk: &[Value]| {
            style.page(start, chunk, items.len()).to_string().into()
        };
        let chunks = items.chunks(PAGE_SIZE).enumerate();
        Pages {
            pages: chunks
                .map(|(number, chunk)| (number * PAGE_SIZE, rendered(number * PAGE_SIZE, chunk)))
                .collect(),
            beyond: rendered(items.len(), &[]),
        }
    }

    /// The page that begins here. A place where none begins is a mistake.
    pub(crate) fn at(&self, place: usize) -> Option<Bytes> {
        let last = self.pages.last_key_value().map_or(0, |(place, _)| *place);
        let found = self.pages.get(&place);
        found
            .or_else(|| (place > last).then_some(&self.beyond))
            .cloned()
    }

    /// All of them, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Bytes> {
        self.pages.values()
    }

    pub(crate) fn length(&self) -> usize {
        self.all().map(Bytes::len).sum()
    }

    /// Their places, in order.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.pages.keys().copied()
    }
}

/// So many issues.
pub(crate) fn issues(count: usize) -> Vec<Value> {
    (0..count).map(document::issue).collect()
}
