//! What a call may repeat in all.

use core::cell::Cell;

use super::MAX_RETRIES;

/// What all requests of a call may be repeated together, so that a list of
/// many pages does not beat upon a server that is down. The component keeps
/// nothing between calls, and so no budget: a host that wants one for all
/// calls has to have it.
#[derive(Debug)]
pub struct RetryBudget(Cell<u32>);

impl RetryBudget {
    /// Two requests may be repeated as often as one ever is.
    const FULL: u32 = 2 * MAX_RETRIES as u32 * Self::COST;
    /// A retry costs what ten successes bring: no more than a tenth is added
    /// to what a server has to do.
    const COST: u32 = 10;

    /// Takes a retry out, if there is one.
    #[must_use]
    pub fn take(&self) -> bool {
        let rest = self.0.get().checked_sub(Self::COST);
        rest.inspect(|rest| self.0.set(*rest)).is_some()
    }

    /// Puts back what a success brings.
    pub fn succeeded(&self) {
        self.0.set((self.0.get() + 1).min(Self::FULL));
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Cell::new(Self::FULL))
    }
}
