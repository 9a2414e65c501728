//! Pages on their way: fetched together, taken in order.

use core::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};
use std::collections::VecDeque;

/// A page that will come.
pub type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Pages on their way, in the order of their places.
pub struct Flight<'a, T>(VecDeque<(u64, Page<'a, T>)>);

enum Page<'a, T> {
    Coming(Coming<'a, T>),
    Here(T),
}

impl<T> core::fmt::Debug for Flight<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let places = self.0.iter().map(|(place, _)| place);
        f.debug_list().entries(places).finish()
    }
}

impl<T> Default for Flight<'_, T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<'a, T> Flight<'a, T> {
    /// How many are on their way, or here and not taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of the one that is taken next.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.0.front().map(|(place, _)| *place)
    }

    /// The place of the one that was sent last.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.0.back().map(|(place, _)| *place)
    }

    /// Adds one. It sets out when the next is waited for.
    pub fn add(&mut self, place: u64, page: Coming<'a, T>) {
        self.0.push_back((place, Page::Coming(page)));
    }

    /// Forgets all of them, wherever they are.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Waits for the first, while the others come closer.
    pub async fn next(&mut self) -> Option<T> {
        poll_fn(|context| {
            for (_, page) in &mut self.0 {
                if let Page::Coming(coming) = page
                    && let Poll::Ready(here) = coming.as_mut().poll(context)
                {
                    *page = Page::Here(here);
                }
            }
            match self.0.front() {
                Some((_, Page::Coming(_))) => Poll::Pending,
                Some((_, Page::Here(_))) | None => Poll::Ready(()),
            }
        })
        .await;
        match self.0.pop_front() {
            Some((_, Page::Here(here))) => Some(here),
            Some((_, Page::Coming(_))) | None => None,
        }
    }
}
