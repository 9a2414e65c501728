//! Several futures of one call on their way at once, on one thread.

use core::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// Futures that are driven together, in the order in which they were added,
/// each with a name.
pub struct Flight<'a, N, T>(Vec<(N, Flyer<'a, T>)>);

enum Flyer<'a, T> {
    Flying(Pin<Box<dyn Future<Output = T> + 'a>>),
    Landed(T),
}

impl<N: fmt::Debug, T> fmt::Debug for Flight<'_, N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

impl<N, T> Default for Flight<'_, N, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, N: Copy, T> Flight<'a, N, T> {
    /// How many are on their way, or have landed and were not taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of the one that was added first.
    #[must_use]
    pub fn first(&self) -> Option<N> {
        self.0.first().map(|(name, _)| *name)
    }

    /// The name of the one that was added last.
    #[must_use]
    pub fn last(&self) -> Option<N> {
        self.0.last().map(|(name, _)| *name)
    }

    /// Adds one. It sets off with the next wait.
    pub fn add(&mut self, name: N, future: impl Future<Output = T> + 'a) {
        self.0.push((name, Flyer::Flying(Box::pin(future))));
    }

    /// Forgets all of them, wherever they are.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What the one that was added first comes to, while the others are driven;
    /// nothing where none is left.
    pub async fn next_in_order(&mut self) -> Option<T> {
        self.take(1).await
    }

    /// What any one comes to; nothing where none is left.
    pub async fn next_to_land(&mut self) -> Option<T> {
        self.take(usize::MAX).await
    }

    /// Waits for something else, and drives all of these meanwhile.
    pub async fn beside<R>(&mut self, work: impl Future<Output = R>) -> R {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.drive(context);
            work.as_mut().poll(context)
        })
        .await
    }

    /// Waits until one of so many has landed.
    async fn take(&mut self, among: usize) -> Option<T> {
        let place = poll_fn(|context| {
            self.drive(context);
            let has_landed = |(_, flyer): &(N, Flyer<'_, T>)| matches!(flyer, Flyer::Landed(_));
            match self.0.iter().take(among).position(has_landed) {
                None if !self.is_empty() => Poll::Pending,
                place => Poll::Ready(place),
            }
        })
        .await?;
        match self.0.remove(place) {
            (_, Flyer::Landed(value)) => Some(value),
            (_, Flyer::Flying(_)) => None,
        }
    }

    fn drive(&mut self, context: &mut Context<'_>) {
        for (_, flyer) in &mut self.0 {
            if let Flyer::Flying(future) = flyer
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *flyer = Flyer::Landed(value);
            }
        }
    }
}
