//! Several futures on their way at once, on one thread.

use core::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// Futures that are driven together.
pub struct Flight<'a, T> {
    flying: Vec<Pin<Box<dyn Future<Output = T> + 'a>>>,
    landed: Vec<T>,
}

impl<T> fmt::Debug for Flight<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} flying, {} landed",
            self.flying.len(),
            self.landed.len()
        )
    }
}

impl<T> Default for Flight<'_, T> {
    fn default() -> Self {
        Self {
            flying: Vec::new(),
            landed: Vec::new(),
        }
    }
}

impl<'a, T> Flight<'a, T> {
    /// Adds a future. It sets off with the next wait.
    pub fn push(&mut self, future: impl Future<Output = T> + 'a) {
        self.flying.push(Box::pin(future));
    }

    /// How many have not been taken by [`Flight::next`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.flying.len() + self.landed.len()
    }

    /// Whether all have been taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the next one comes to; nothing where none is left.
    pub async fn next(&mut self) -> Option<T> {
        poll_fn(|context| {
            self.drive(context);
            match self.landed.pop() {
                None if !self.flying.is_empty() => Poll::Pending,
                landed => Poll::Ready(landed),
            }
        })
        .await
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

    fn drive(&mut self, context: &mut Context<'_>) {
        let landed = &mut self.landed;
        self.flying
            .retain_mut(|future| match future.as_mut().poll(context) {
                Poll::Ready(value) => {
                    landed.push(value);
                    false
                }
                Poll::Pending => true,
            });
    }
}
