use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Where the simulator's clock begins too: 2026-01-05T09:00:00Z.
pub const START_UNIX_MS: u64 = 1_767_603_600_000;

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(60 * 60);
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The time of day as the component sees it. A clone is the same clock.
#[derive(Clone)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    pub fn new() -> Clock {
        Clock(Arc::new(AtomicU64::new(START_UNIX_MS)))
    }

    pub fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.unix_ms())
    }

    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(millis(by), Ordering::SeqCst);
    }
}

/// How often everything else may go on before time does: a request of the
/// simulator is answered within a fraction of the steps that it waits for.
const ROUNDS_A_STEP: u32 = 32;

/// By how much time goes on then.
const STEP: Duration = Duration::from_millis(250);

/// What a call that waits comes to, with its waits over at once: while nothing
/// else is to be done, the time of this thread's timers passes, and with it that
/// which the connector has for the call; the time of day stands still. What is
/// done on other threads must not take part.
pub async fn hurried<T>(call: impl Future<Output = T>) -> T {
    tokio::time::pause();
    let passing = async {
        loop {
            for _ in 0..ROUNDS_A_STEP {
                tokio::task::yield_now().await;
            }
            tokio::time::advance(STEP).await;
        }
    };
    let outcome = tokio::select! {
        biased;
        outcome = call => outcome,
        never = passing => {
            let never: Infallible = never;
            match never {}
        }
    };
    tokio::time::resume();
    outcome
}

pub fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap()
}
