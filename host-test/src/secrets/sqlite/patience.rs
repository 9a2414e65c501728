//! How long a call waits for other processes.

use std::time::{Duration, Instant};

/// What is left to a call that has waited its time out in the queue. Whoever
/// shares a store with another process that works on it properly gets through
/// within this, and a store that is held for good costs the calls behind the
/// first little.
const LEAST: Duration = Duration::from_millis(100);

/// One call's, from the moment at which it was made: those that wait for the
/// connection behind a call that waits for another process do so together, not
/// one after the other.
pub(super) struct Patience {
    since: Instant,
}

impl Patience {
    pub(super) fn from_now() -> Self {
        Patience {
            since: Instant::now(),
        }
    }

    /// How long it may wait from here on.
    pub(super) fn left(&self, longest: Duration) -> Duration {
        left_after(self.since.elapsed(), longest)
    }
}

fn left_after(waited: Duration, longest: Duration) -> Duration {
    longest.saturating_sub(waited).max(LEAST.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_in_the_queue_counts() {
        let longest = Duration::from_secs(5);
        let left = |waited| left_after(Duration::from_secs(waited), longest);
        assert_eq!(left(0), longest);
        assert_eq!(left(3), Duration::from_secs(2));
        assert_eq!(left(5), LEAST);
        assert_eq!(left(60), LEAST);
    }

    #[test]
    fn nobody_waits_for_longer_than_was_asked_for() {
        let longest = Duration::from_millis(1);
        assert_eq!(left_after(Duration::from_secs(9), longest), longest);
    }
}
