//! How long answers are kept back.

use crate::secrets::mixed;
use std::time::Duration;

/// How long every answer is kept back, as a network and a busy server would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// The least time.
    pub fixed: Duration,
    /// What may come on top of it. Which part of it does is not foreseeable,
    /// and the same in every run.
    pub jitter: Duration,
}

impl Latency {
    /// The latency of the nth request.
    pub(crate) fn of(self, nth: usize) -> Duration {
        let jitter = u64::try_from(self.jitter.as_nanos()).unwrap_or(u64::MAX);
        let part = mixed(("latency", nth))
            .checked_rem(jitter.saturating_add(1))
            .unwrap_or(0);
        self.fixed.saturating_add(Duration::from_nanos(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_is_fixed_where_there_is_no_jitter_and_within_it_where_there_is() {
        let fixed = Duration::from_millis(20);
        let none = Latency {
            fixed,
            jitter: Duration::ZERO,
        };
        assert_eq!((none.of(0), none.of(1)), (fixed, fixed));
        let jitter = Duration::from_millis(5);
        let some = Latency { fixed, jitter };
        let of: Vec<Duration> = (0..50).map(|nth| some.of(nth)).collect();
        assert!(of.iter().all(|d| (fixed..=fixed + jitter).contains(d)));
        assert!(of.iter().any(|d| *d != some.of(0)));
    }
}
