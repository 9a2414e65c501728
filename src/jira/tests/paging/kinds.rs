//! The ways in which the model serves its list, and what can be wrong.

use crate::jira::{http::Method, path::Api};

/// How the list is paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Flagged,
    Totalled,
    Users,
    FilteredUsers,
    WholeArray,
    PagedArray,
    Token,
    TokenInBody,
    NestedToken,
    Cursor,
    Before,
    NextUrl,
    Since,
    Records,
    Desk,
    Knowledge,
    Operations,
}

pub const KINDS: &[Kind] = &[
    Kind::Flagged,
    Kind::Totalled,
    Kind::Users,
    Kind::FilteredUsers,
    Kind::WholeArray,
    Kind::PagedArray,
    Kind::Token,
    Kind::TokenInBody,
    Kind::NestedToken,
    Kind::Cursor,
    Kind::Before,
    Kind::NextUrl,
    Kind::Since,
    Kind::Records,
    Kind::Desk,
    Kind::Knowledge,
    Kind::Operations,
];

impl Kind {
    pub fn path(self) -> &'static str {
        match self {
            Self::Flagged => "/project/search",
            Self::Totalled => "/issue/DEMO-1/comment",
            Self::Users => "/users/search",
            Self::FilteredUsers => "/user/assignable/search",
            Self::WholeArray => "/status",
            // None that the documentation names.
            Self::PagedArray => "/some/array",
            Self::Token | Self::TokenInBody => "/search/jql",
            Self::NestedToken => "/statuses/1/projectUsages",
            Self::Cursor => "/plans/plan",
            Self::Before => "/bulk/issues/fields",
            Self::NextUrl => "/webhook/failed",
            Self::Since => "/worklog/updated",
            Self::Records => "/auditing/record",
            Self::Desk => "/request",
            Self::Knowledge => "/knowledgebase/article",
            Self::Operations => "/jsm/ops/api/v1/alerts",
        }
    }

    pub fn api(self) -> Api {
        match self {
            Self::Desk | Self::Knowledge | Self::Operations => Api::ServiceDesk,
            _ => Api::Platform,
        }
    }

    pub fn method(self) -> Method {
        match self {
            Self::TokenInBody => Method::Post,
            _ => Method::Get,
        }
    }

    /// Whether a place is a number of items, so that others may shift it.
    pub fn counts(self) -> bool {
        matches!(
            self,
            Self::Flagged
                | Self::Totalled
                | Self::Users
                | Self::FilteredUsers
                | Self::PagedArray
                | Self::Records
                | Self::Desk
                | Self::Operations
        )
    }

    /// Whether a page that was filtered still shows where it ends.
    pub fn can_hide(self, quirks: &Quirks) -> bool {
        match self {
            Self::Flagged | Self::Desk | Self::Operations => quirks.has_links,
            Self::Totalled
            | Self::Users
            | Self::Records
            | Self::WholeArray
            | Self::PagedArray
            | Self::NextUrl => false,
            _ => true,
        }
    }

    /// Whether nothing but a look at whether it is over leads beyond the end.
    pub fn goes_beyond_by_probes_alone(self, quirks: &Quirks) -> bool {
        match self {
            Self::WholeArray | Self::PagedArray => true,
            Self::Flagged | Self::Totalled | Self::Records => {
                quirks.total.is_none()
                    && quirks.repeats.is_none()
                    && quirks.last != Flag::AlwaysFalse
            }
            _ => false,
        }
    }

    pub fn place_parameter(self) -> &'static str {
        match self {
            Self::Token | Self::TokenInBody | Self::NestedToken => "nextPageToken",
            Self::Cursor | Self::Knowledge => "cursor",
            Self::Before => "startingAfter",
            Self::NextUrl => "after",
            Self::Since => "since",
            Self::Records | Self::Operations => "offset",
            Self::Desk => "start",
            _ => "startAt",
        }
    }

    pub fn size_parameter(self) -> &'static str {
        match self {
            Self::Desk | Self::Knowledge | Self::Records => "limit",
            Self::Operations => "size",
            _ => "maxResults",
        }
    }
}

/// What a page says of its being the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    Right,
    AlwaysTrue,
    AlwaysFalse,
    Absent,
}

/// What comes of a page beyond the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    Nothing,
    Refused(u16),
    LastPage,
}

/// What differs from the documented behaviour.
#[derive(Debug, Clone)]
pub struct Quirks {
    /// Pages have no more than this, whatever is asked for.
    pub cap: u64,
    /// Pages are shorter than they could be: the seed of how much.
    pub short: Option<u64>,
    /// These are left out after their page was cut out.
    pub hidden: core::ops::Range<u64>,
    /// So many are inserted at the beginning after the first request.
    pub inserted: u64,
    /// The page that begins here is followed by itself.
    pub repeats: Option<u64>,
    /// `None` is right, `Some(None)` absent.
    pub total: Option<Option<u64>>,
    pub last: Flag,
    pub beyond: Beyond,
    pub has_links: bool,
    pub links_elsewhere: bool,
    pub refuses_size: bool,
    /// This request is answered with this status.
    pub fails: Option<(u64, u16)>,
    pub near_limit: bool,
    /// The seed of how long answers take.
    pub turns: u64,
}
