//! What is said of a list that was fetched.

use crate::jira::error::Error;

/// How a list is paged; wit/types.wit describes each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "wit/types.wit describes the cases")]
pub enum PagingStyle {
    StartAt,
    BareArray,
    NextPageToken,
    NextPageCursor,
    StartingAfter,
    NextUrl,
    Since,
    OffsetLimit,
    StartLimit,
    LinksNext,
    OffsetSize,
}

/// What was fetched of a list.
#[derive(Debug, Clone)]
pub struct ListReport {
    /// How it is paged; nothing where one answer was all there is.
    pub style: Option<PagingStyle>,
    /// How many pages the items came from.
    pub pages: u32,
    /// How many items the body has.
    pub items: u64,
    /// Whether these are all.
    pub end: ListEnd,
}

/// Whether a list is complete.
#[derive(Debug, Clone)]
pub enum ListEnd {
    /// It is.
    Complete,
    /// There are more, or there may be.
    Truncated(Truncation),
    /// It is none.
    NotAList,
}

/// Why a list is not complete, and where to go on.
#[derive(Debug, Clone)]
pub struct Truncation {
    /// Why.
    pub reason: Reason,
    /// The same for people, and what to do.
    pub message: String,
    /// Where to go on, if anything can.
    pub cursor: Option<String>,
}

/// Why a list is not complete; wit/types.wit describes each.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/types.wit describes the cases")]
pub enum Reason {
    MaxItems,
    MaxPages,
    MaxBytes,
    Time,
    NoProgress,
    NotRepeatable,
    FailedPage(Error),
}
