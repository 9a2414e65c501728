//! What goes wrong around a fake outside.

use core::{
    future::Future,
    task::{Context, Waker},
};

use super::FakeHost;

impl FakeHost {
    /// The next request must be this one, and is answered with success and only after a time.
    pub fn expect_after(&self, request: &str, ms: u64, body: &str) {
        self.expect(request, 200, body);
        self.0.borrow_mut().slow.push((request.into(), ms));
    }

    /// Whatever was scripted need not be asked for.
    pub fn forget_answers(&self) {
        self.0.borrow_mut().answers.clear();
    }

    /// The next put of this key is done, and reported as failed.
    pub fn lose_put(&self, key: &str) {
        self.0.borrow_mut().lost_puts.push(key.into());
    }

    /// Runs one worker until it has done this, and not a step further.
    pub fn run_until<T>(&self, effect: &str, future: impl Future<Output = T>) {
        let mut future = Box::pin(future);
        let mut context = Context::from_waker(Waker::noop());
        while !self.0.borrow().log.iter().any(|line| line == effect) {
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
    }
}
