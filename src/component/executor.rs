//! Drives futures over `wasi:io/poll`.
//!
//! There is one thread and one root future. Futures that wait register what
//! they wait for; when the root can go no further, everything registered is
//! waited for at once. So several requests of one call can be on their way
//! together.

use core::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};
use std::rc::Rc;

use super::bindings::wasi::{
    clocks::monotonic_clock,
    io::poll::{self, Pollable},
};

const NANOSECONDS_PER_MS: u64 = 1_000_000;

/// What all futures of a call wait for.
#[derive(Default)]
pub struct Executor {
    waiting: RefCell<Vec<Rc<Waiting>>>,
    /// Somebody could go on at once, and waits to see who else can.
    gives_way: Cell<bool>,
}

struct Waiting {
    pollable: Pollable,
    is_ready: Cell<bool>,
}

impl Executor {
    /// Runs a future to its end.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        // Who is woken is told by `is_ready`, so the waker has nothing to do.
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            self.wait();
        }
    }

    /// What is ready already is not waited for: whoever waited for it may be
    /// doing something else first, and this would answer at once until then.
    fn wait(&self) {
        let waiting = self.waiting.borrow();
        let waiting = waiting.iter().filter(|waiting| !waiting.is_ready.get());
        let waiting: Vec<_> = waiting.cloned().collect();
        let at_once;
        let mut pollables: Vec<_> = waiting.iter().map(|waiting| &waiting.pollable).collect();
        if self.gives_way.take() {
            at_once = monotonic_clock::subscribe_duration(0);
            pollables.push(&at_once);
        }
        for index in poll::poll(&pollables) {
            if let Some(waiting) = waiting.get(index as usize) {
                waiting.is_ready.set(true);
            }
        }
    }

    /// Waits until a pollable is ready. It is dropped with the future, and so
    /// before whatever it was taken from.
    pub fn ready(&self, pollable: Pollable) -> Ready<'_> {
        let waiting = Rc::new(Waiting {
            pollable,
            is_ready: Cell::new(false),
        });
        self.waiting.borrow_mut().push(waiting.clone());
        Ready {
            executor: self,
            waiting,
        }
    }

    /// Waits for a time.
    pub async fn sleep(&self, ms: u64) {
        let duration = monotonic_clock::subscribe_duration(to_nanoseconds(ms));
        self.ready(duration).await;
    }

    /// Lets all others that wait go on, where they can.
    pub fn give_way(&self) -> GiveWay<'_> {
        GiveWay {
            executor: self,
            has_given_way: false,
        }
    }

    /// What a future comes to, if it does so in time. Otherwise it is dropped.
    pub async fn within<T>(&self, ms: u64, future: impl Future<Output = T>) -> Option<T> {
        let mut timer = pin!(self.sleep(ms));
        let mut future = pin!(future);
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => timer.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

/// Milliseconds as WASI counts.
pub const fn to_nanoseconds(ms: u64) -> u64 {
    ms.saturating_mul(NANOSECONDS_PER_MS)
}

/// See [`Executor::ready`].
pub struct Ready<'a> {
    executor: &'a Executor,
    waiting: Rc<Waiting>,
}

impl Future for Ready<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.waiting.is_ready.get() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl Drop for Ready<'_> {
    fn drop(&mut self) {
        self.executor
            .waiting
            .borrow_mut()
            .retain(|waiting| !Rc::ptr_eq(waiting, &self.waiting));
    }
}

/// See [`Executor::give_way`].
pub struct GiveWay<'a> {
    executor: &'a Executor,
    has_given_way: bool,
}

impl Future for GiveWay<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.has_given_way || self.executor.waiting.borrow().is_empty() {
            return Poll::Ready(());
        }
        self.has_given_way = true;
        self.executor.gives_way.set(true);
        Poll::Pending
    }
}
