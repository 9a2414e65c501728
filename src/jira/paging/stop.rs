//! Why a list is fetched no further.

use crate::jira::error::Error;

use super::{
    options::Options,
    place::Place,
    report::{Reason, Truncation},
};

/// Why, and where.
#[derive(Debug)]
pub enum Stop {
    /// There is no more.
    Complete,
    /// Before the page at this place.
    Before(Cause, Place),
    /// Behind what was taken of the page that came last.
    AtLast(Cause),
    /// The request can be sent only once.
    NotRepeatable,
}

/// Why, where a cursor can go on.
#[derive(Debug)]
#[expect(missing_docs, reason = "wit/types.wit describes the cases")]
pub enum Cause {
    MaxItems,
    MaxPages,
    MaxBytes,
    Time,
    NoProgress(&'static str),
    FailedPage(Error),
}

impl Stop {
    /// What is said of it; nothing of a list that is complete.
    #[must_use]
    pub fn into_truncation(
        self,
        cursor: Option<String>,
        options: &Options,
        pages: u32,
    ) -> Option<Truncation> {
        let (reason, message) = match self {
            Self::Complete => return None,
            Self::Before(cause, _) | Self::AtLast(cause) => cause.told(options, pages),
            Self::NotRepeatable => {
                let message = "the list goes on, but this request may change something, so it is \
                               not sent again; ask for all of it at once";
                (Reason::NotRepeatable, message.into())
            }
        };
        Some(Truncation {
            reason,
            message,
            cursor,
        })
    }
}

impl Cause {
    fn told(self, options: &Options, pages: u32) -> (Reason, String) {
        let Options {
            max_items,
            max_pages,
            max_bytes,
            ..
        } = options;
        match self {
            Self::MaxItems => (
                Reason::MaxItems,
                format!("max-items, {max_items}, is reached; the cursor goes on"),
            ),
            Self::MaxPages => (
                Reason::MaxPages,
                format!("max-pages, {max_pages}, is reached; the cursor goes on"),
            ),
            Self::MaxBytes => (
                Reason::MaxBytes,
                format!(
                    "the next item would exceed max-bytes, {max_bytes}; the cursor goes on; an \
                     item that is longer alone needs more"
                ),
            ),
            Self::Time => (
                Reason::Time,
                format!("timeout-ms was over after {pages} pages; the cursor goes on"),
            ),
            Self::NoProgress(why) => (
                Reason::NoProgress,
                format!("{why}; the cursor tries again from there"),
            ),
            Self::FailedPage(error) => {
                let message =
                    format!("after {pages} pages: {error}; the cursor goes on from there");
                (Reason::FailedPage(error), message)
            }
        }
    }
}
