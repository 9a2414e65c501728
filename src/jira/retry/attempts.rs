//! One request that is sent again and again, and the waits in between.

use super::{Retry, RetryBudget, Setback};
use crate::jira::host::{Deadline, Host};

/// The attempts at one request.
#[derive(Debug)]
pub struct Attempts<'a, H> {
    host: &'a H,
    deadline: Deadline,
    retry: Retry,
    budget: Option<&'a RetryBudget>,
    retries: u8,
    waited_ms: &'a mut u64,
}

impl<'a, H: Host> Attempts<'a, H> {
    /// Those that the time and the caller allow. What is waited in between is
    /// added to `waited_ms`.
    pub const fn new(
        host: &'a H,
        deadline: Deadline,
        retry: Retry,
        waited_ms: &'a mut u64,
    ) -> Self {
        Self {
            host,
            deadline,
            retry,
            budget: None,
            retries: 0,
            waited_ms,
        }
    }

    /// The same, of one request among several.
    #[must_use]
    pub const fn sharing(mut self, budget: &'a RetryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Waits until the request is to be sent again after this setback; `false`
    /// where it is not.
    pub async fn go_on_after(&mut self, setback: Option<Setback>, is_idempotent: bool) -> bool {
        let Some(wait_ms) = self.wait_ms(setback, is_idempotent) else {
            return false;
        };
        self.host.sleep(wait_ms).await;
        *self.waited_ms += wait_ms;
        self.retries += 1;
        true
    }

    fn wait_ms(&self, setback: Option<Setback>, is_idempotent: bool) -> Option<u64> {
        let setback = setback?;
        let [chance, ..] = self.host.random();
        let remaining_ms = self.deadline.remaining_ms(self.host);
        self.retry
            .wait_ms(self.retries, is_idempotent, setback, chance, remaining_ms)
            .filter(|_| self.budget.is_none_or(RetryBudget::take))
    }
}
