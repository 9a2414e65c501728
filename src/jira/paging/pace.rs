//! How many pages are fetched at once.

use crate::jira::rate_limit::RateLimit;

/// How much may be on its way at once. It is held beside the list itself, so
/// large pages are fetched fewer at a time.
const FLIGHT_BYTES: usize = 8 * 1024 * 1024;

/// How many at once, now and at most.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    now: usize,
    most: usize,
}

impl Pace {
    /// As many as the caller allows.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { now: most, most }
    }

    /// How many may be on their way.
    #[must_use]
    pub const fn now(self) -> usize {
        self.now
    }

    /// One at a time from here; each page that comes as it should adds one.
    pub const fn slow_down(&mut self) {
        self.now = 1;
    }

    /// After a page of this length, and what it said of limits.
    pub fn after(&mut self, bytes: usize, limit: Option<&RateLimit>) {
        let is_near = limit.is_some_and(|limit| limit.near_limit || limit.remaining == Some(0));
        if is_near {
            self.slow_down();
            return;
        }
        let fitting = FLIGHT_BYTES / bytes.max(1);
        self.now = (self.now + 1).min(self.most).min(fitting).max(1);
    }
}
