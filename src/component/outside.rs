//! The world's imports as the connector's [`Host`].

use core::future::Future;

use super::{
    bindings::wasi::{
        clocks::{monotonic_clock, wall_clock},
        random::random,
    },
    executor::Executor,
    http, secrets,
};
use crate::jira::{
    host::{Change, DeleteOutcome, Entry, Expect, Host, KeyPage, PutOutcome, StoreError},
    http::{HttpRequest, HttpResponse, SendLimits, TransportError},
    instant::UnixMs,
};

const NANOSECONDS_PER_MS: u64 = 1_000_000;
const MS_PER_SECOND: u64 = 1_000;

/// The imports, for the time of one call.
#[derive(Default)]
pub struct Outside {
    executor: Executor,
}

impl Outside {
    /// Runs a future to its end.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.executor.block_on(future)
    }
}

/// The store answers within the call to it. Where many calls may follow each
/// other, everything else that waits may go on before each, or a long way through
/// the store would hold up requests, and let a lease end that is kept beside it.
impl Host for Outside {
    async fn send(
        &self,
        request: &HttpRequest,
        limits: SendLimits,
    ) -> Result<HttpResponse, TransportError> {
        http::send(&self.executor, request, limits).await
    }

    fn now(&self) -> UnixMs {
        let now = wall_clock::now();
        UnixMs(
            now.seconds.saturating_mul(MS_PER_SECOND)
                + u64::from(now.nanoseconds) / NANOSECONDS_PER_MS,
        )
    }

    fn monotonic_ms(&self) -> u64 {
        monotonic_clock::now() / NANOSECONDS_PER_MS
    }

    async fn sleep(&self, ms: u64) {
        self.executor.sleep(ms).await;
    }

    fn random(&self) -> [u8; 16] {
        let halves = (random::get_random_u64(), random::get_random_u64());
        (u128::from(halves.0) << 64 | u128::from(halves.1)).to_le_bytes()
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        secrets::get(key)
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        self.executor.give_way().await;
        secrets::get_many(keys)
    }

    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<PutOutcome, StoreError> {
        secrets::put(key, value, expect)
    }

    async fn put_many(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        secrets::put_many(changes)
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        self.executor.give_way().await;
        secrets::delete(key, expect)
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        self.executor.give_way().await;
        secrets::list(prefix, cursor.as_deref())
    }
}
