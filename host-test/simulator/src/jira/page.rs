//! Which part of a list a page shows.

use crate::request::Request;

/// The longest page, whatever is asked for: it is clamped without a word.
const LONGEST: usize = 100;

/// A part of a list.
pub(crate) struct Window {
    pub start: usize,
    pub size: usize,
}

impl Window {
    /// By `startAt` and `maxResults`, as the platform has it.
    pub fn platform(request: &Request, default_size: usize) -> Window {
        Window::read(request, "startAt", "maxResults", default_size)
    }

    /// By `start` and `limit`, as Jira Service Management has it.
    pub fn service_desk(request: &Request) -> Window {
        Window::read(request, "start", "limit", 50)
    }

    fn read(request: &Request, start: &str, size: &str, default_size: usize) -> Window {
        Window {
            start: request.asked_number(start, 0),
            size: request.asked_number(size, default_size).min(LONGEST),
        }
    }

    pub fn cut<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let start = self.start.min(items.len());
        let end = self.end().min(items.len());
        items.get(start..end).unwrap_or_default()
    }

    /// Where the next page begins.
    pub fn end(&self) -> usize {
        self.start.saturating_add(self.size)
    }

    /// Nothing of the list comes after this part.
    pub fn is_last<T>(&self, items: &[T]) -> bool {
        self.end() >= items.len()
    }
}
