//! What goes wrong around a fake outside.

use core::{
    future::Future,
    task::{Context, Waker},
};

use super::{FakeHost, State};
use crate::jira::host::StoreError;

impl FakeHost {
    /// The next request must be this one, and is answered with success and only after a time.
    pub fn expect_after(&self, request: &str, ms: u64, body: &str) {
        self.expect(request, 200, body);
        self.delay(request, ms);
    }

    /// What is expected to answer this request comes only after a time, unless
    /// that is longer than the request may take.
    pub fn delay(&self, request: &str, ms: u64) {
        self.0.borrow_mut().slow.push((request.into(), ms));
    }

    /// The next read of this key fails, alone or among others; `prefix*` is a
    /// page of a listing.
    pub fn fail_read(&self, key: &str, error: StoreError) {
        self.0.borrow_mut().read_failures.push((key.into(), error));
    }

    /// The next read of several keys, this one among them, is answered with an
    /// entry less.
    pub fn shorten_read(&self, key: &str) {
        self.0.borrow_mut().short_reads.push(key.into());
    }

    /// Whatever was scripted need not be asked for.
    pub fn forget_answers(&self) {
        self.0.borrow_mut().answers.clear();
    }

    /// The next put of this key is done, and reported as failed.
    pub fn lose_put(&self, key: &str) {
        self.0.borrow_mut().lost_puts.push(key.into());
    }

    /// From now on nothing can be deleted whose key begins so.
    pub fn forbid_deletes(&self, prefix: &str) {
        self.0.borrow_mut().kept_prefixes.push(prefix.into());
    }

    /// From now on the store is away.
    pub fn lose_store(&self) {
        self.0.borrow_mut().has_lost_store = true;
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

impl State {
    pub fn reach_store(&self) -> Result<(), StoreError> {
        match self.has_lost_store {
            true => Err(StoreError::Unavailable("away".into())),
            false => Ok(()),
        }
    }

    pub fn may_delete(&self, key: &str) -> Result<(), StoreError> {
        self.reach_store()?;
        match self.kept_prefixes.iter().any(|kept| key.starts_with(kept)) {
            true => Err(StoreError::AccessDenied),
            false => Ok(()),
        }
    }

    pub fn read(&mut self, keys: &[String]) -> Result<(), StoreError> {
        self.reach_store()?;
        let is_read = |(key, _): &(String, StoreError)| keys.contains(key);
        match self.read_failures.iter().position(is_read) {
            Some(position) => Err(self.read_failures.remove(position).1),
            None => Ok(()),
        }
    }
}
