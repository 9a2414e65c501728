use std::fmt;

use wasmtime::component::{ComponentType, Lift, Lower};

use super::{Error, Paginate, PagingStyle};

/// The defaults of the contract.
impl Default for Paginate {
    fn default() -> Self {
        Paginate {
            page_size: None,
            max_items: None,
            max_pages: None,
            max_bytes: None,
            in_flight: None,
            cursor: None,
        }
    }
}

/// What was fetched of a list.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct ListReport {
    /// How the list is paged; `None` where one answer was all there is.
    pub style: Option<PagingStyle>,
    /// How many pages the items came from.
    pub pages: u32,
    /// How many items the body has.
    pub items: u64,
    /// Whether these are all.
    pub end: ListEnd,
}

/// Whether a list is complete.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
#[expect(clippy::large_enum_variant, reason = "the shape is the contract's")]
pub enum ListEnd {
    /// From the first item, or the cursor, to the last.
    #[component(name = "complete")]
    Complete,
    /// There are more, or there may be.
    #[component(name = "truncated")]
    Truncated(Truncation),
    /// The answer is no list: the body is what Jira answered.
    #[component(name = "not-a-list")]
    NotAList,
}

/// Why a list is not complete. It displays as its message.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Truncation {
    /// Why.
    pub reason: TruncationReason,
    /// The same for people, and what to do.
    pub message: String,
    /// Where to go on; `None` where nothing can. It holds no secret.
    pub cursor: Option<String>,
}

impl fmt::Display for Truncation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Why a list is not complete.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum TruncationReason {
    /// `max-items` is reached.
    #[component(name = "max-items")]
    MaxItems,
    /// `max-pages` is reached.
    #[component(name = "max-pages")]
    MaxPages,
    /// `max-bytes` is reached, or the next item alone is larger.
    #[component(name = "max-bytes")]
    MaxBytes,
    /// `timeout-ms` is over.
    #[component(name = "time")]
    Time,
    /// Jira gave the same page, or the same next page, again, or one empty page
    /// after the other.
    #[component(name = "no-progress")]
    NoProgress,
    /// The list goes on, but the method may change something, so it is not sent
    /// again.
    #[component(name = "not-repeatable")]
    NotRepeatable,
    /// This page could not be fetched.
    #[component(name = "failed-page")]
    FailedPage(Error),
}
