//! Waiting for the server's disk, together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::RedisResult;
use tokio::sync::Mutex;

use super::durability::Disk;
use super::wire::Live;

/// How long a change may take to get to the disk. A server that writes once in
/// a second takes two at most, before it holds up everybody.
const SETTLING: Duration = Duration::from_secs(4);

/// Those who wait for the disk on one connection. Whoever comes while somebody
/// waits shares the next wait with all others that have come.
#[derive(Default)]
pub(super) struct Settling {
    changes: AtomicU64,
    settled: AtomicU64,
    /// Up to which change a wait was in vain.
    failed: AtomicU64,
    turn: Mutex<()>,
}

impl Settling {
    /// Returns whether a wait that has begun after this call was not in vain,
    /// be it this one or another caller's.
    async fn share(&self, wait: impl Future<Output = RedisResult<bool>>) -> RedisResult<bool> {
        let mine = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let _turn = self.turn.lock().await;
        if self.settled.load(Ordering::SeqCst) >= mine {
            return Ok(true);
        }
        // Those who have waited behind a wait that was in vain do not wait once
        // more each, one after the other.
        if self.failed.load(Ordering::SeqCst) >= mine {
            return Ok(false);
        }
        let all = self.changes.load(Ordering::SeqCst);
        let settled = wait.await;
        let reached = match settled {
            Ok(true) => &self.settled,
            Ok(false) | Err(_) => &self.failed,
        };
        reached.store(all, Ordering::SeqCst);
        settled
    }
}

impl Live {
    /// Returns when every change that was answered on this connection until now
    /// is on the disk; `false` where the server cannot say so.
    pub(super) async fn settle(&mut self) -> RedisResult<bool> {
        if self.durability.disk != Disk::Awaited {
            return Ok(true);
        }
        let settling = self.settling.clone();
        let on_disk = async {
            let (on_disk, _replicas): (u64, u64) = redis::cmd("WAITAOF")
                .arg(1)
                .arg(0)
                .arg(SETTLING.as_millis() as u64)
                .query_async(self.connection())
                .await?;
            Ok(on_disk > 0)
        };
        settling.share(on_disk).await
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use tokio::task::{JoinSet, yield_now};

    use super::*;

    const CALLERS: u64 = 10;

    /// Many who come at once: how often somebody waited, and what each was told.
    async fn shared(answer: fn() -> RedisResult<bool>) -> (u64, Vec<Option<bool>>) {
        let (settling, waits) = (Arc::<Settling>::default(), Arc::<AtomicU64>::default());
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (settling, waits) = (Arc::clone(&settling), Arc::clone(&waits));
            callers.spawn(async move {
                let wait = async {
                    waits.fetch_add(1, Ordering::SeqCst);
                    while settling.changes.load(Ordering::SeqCst) < CALLERS {
                        yield_now().await;
                    }
                    answer()
                };
                settling.share(wait).await.ok()
            });
        }
        let told = callers.join_all().await;
        (waits.load(Ordering::SeqCst), told)
    }

    #[tokio::test]
    async fn the_first_waits_alone_and_all_others_together() {
        assert_eq!(
            shared(|| Ok(true)).await,
            (2, vec![Some(true); CALLERS as usize])
        );
    }

    #[tokio::test]
    async fn nobody_waits_once_more_for_what_was_in_vain() {
        assert_eq!(
            shared(|| Ok(false)).await,
            (2, vec![Some(false); CALLERS as usize])
        );
        let broken = || Err(io::Error::from(io::ErrorKind::TimedOut).into());
        let (waits, told) = shared(broken).await;
        assert_eq!(waits, 2);
        assert!(!told.contains(&Some(true)), "{told:?}");
    }

    #[tokio::test]
    async fn whoever_comes_after_a_wait_that_was_in_vain_waits_anew() {
        let settling = Settling::default();
        assert!(!settling.share(async { Ok(false) }).await.unwrap());
        assert!(settling.share(async { Ok(true) }).await.unwrap());
    }
}
