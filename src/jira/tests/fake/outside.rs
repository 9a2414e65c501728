//! What the connector asks of a fake outside.

use core::task::Poll;

use super::{
    FakeHost, GiveWay, NOW, State,
    canary::{hushed, sung_answer},
};
use crate::jira::{
    host::{Change, DeleteOutcome, Entry, Expect, Host, KeyPage, PutOutcome, StoreError},
    http::{HttpRequest, HttpResponse, SendLimits, TransportError},
    instant::UnixMs,
    secret::Secret,
};

impl Host for FakeHost {
    async fn send(
        &self,
        request: &HttpRequest,
        limits: SendLimits,
    ) -> Result<HttpResponse, TransportError> {
        let bearer = request.bearer.as_ref().map_or("-", Secret::expose);
        let line = format!(
            "{} {} {}",
            request.method.as_str(),
            request.url,
            hushed(bearer)
        );
        let now = self.now();
        let (served, takes_ms) = self
            .effect(line.clone(), |state| state.answer(request, &line, now))
            .await;
        for _ in 0..served.turns {
            GiveWay(false).await;
        }
        if let Some(ms) = takes_ms {
            self.sleep(ms.min(limits.timeout_ms)).await;
            if ms > limits.timeout_ms {
                return Err(TransportError::TimedOut);
            }
        }
        served.answer.map(sung_answer)
    }

    fn now(&self) -> UnixMs {
        NOW.plus(self.0.borrow().elapsed_ms)
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.borrow().elapsed_ms
    }

    /// Time passes only where nobody has anything else to do.
    async fn sleep(&self, ms: u64) {
        let wakes_at = self.monotonic_ms() + ms;
        core::future::poll_fn(|_| {
            let mut state = self.0.borrow_mut();
            if state.elapsed_ms >= wakes_at {
                return Poll::Ready(());
            }
            state.sleepers.push(wakes_at);
            Poll::Pending
        })
        .await;
        self.effect(format!("sleep {ms}"), |_| ()).await;
    }

    fn random(&self) -> [u8; 16] {
        let mut state = self.0.borrow_mut();
        state.randoms = state.randoms.wrapping_add(1);
        [state.randoms; 16]
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.effect(format!("get {key}"), |state| {
            state.read(&[key.into()])?;
            Ok(state.store.get(key).cloned())
        })
        .await
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        let read = |state: &mut State| {
            state.read(keys)?;
            let stored = keys.iter().map(|key| state.store.get(key).cloned());
            let mut entries: Vec<_> = stored.collect();
            if let Some(place) = state.short_reads.iter().position(|it| keys.contains(it)) {
                state.short_reads.remove(place);
                entries.pop();
            }
            Ok(entries)
        };
        self.effect(format!("get {}", keys.join(" ")), read).await
    }

    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<PutOutcome, StoreError> {
        self.effect(format!("put {key}"), |state| {
            state.reach_store()?;
            if state
                .put_failures
                .front()
                .is_some_and(|(failing, _)| failing == key)
            {
                return Err(state.put_failures.pop_front().unwrap().1);
            }
            if !state.is_met(key, &expect) {
                return Ok(PutOutcome::Stale(state.store.get(key).cloned()));
            }
            let version = state.write(key, value);
            if let Some(lost) = state.lost_puts.iter().position(|lost| lost == key) {
                state.lost_puts.remove(lost);
                return Err(StoreError::Unavailable("no answer".into()));
            }
            Ok(PutOutcome::Stored(version))
        })
        .await
    }

    async fn put_many(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        let mut outcomes = Vec::new();
        for change in changes {
            let outcome = self.put(&change.key, &change.value, change.expect.clone());
            outcomes.push(outcome.await);
        }
        Ok(outcomes)
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        self.effect(format!("delete {key}"), |state| {
            state.may_delete(key)?;
            if !state.is_met(key, &expect) {
                return Ok(DeleteOutcome::Stale(state.store.get(key).cloned()));
            }
            state.store.remove(key);
            Ok(DeleteOutcome::Deleted)
        })
        .await
    }

    /// Where nothing else was set, a page holds one key, and every second page
    /// is empty.
    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        self.effect(format!("get {prefix}*"), |state| {
            state.read(&[format!("{prefix}*")])?;
            let after = cursor.as_deref().unwrap_or("+");
            let (sign, after) = after.split_at(1);
            if sign == "-" {
                return Ok(KeyPage {
                    keys: vec![],
                    cursor: Some(format!("+{after}")),
                });
            }
            let next = match (state.page_keys, state.repeats_pages, sign) {
                (0, _, _) => '-',
                (_, true, "+") => '=',
                _ => '+',
            };
            let from = if after.is_empty() { prefix } else { after };
            let mut keys: Vec<String> = state
                .store
                .range(from.to_string()..)
                .map(|(key, _)| key)
                .filter(|key| *key != after)
                .take_while(|key| key.starts_with(prefix))
                .take(state.page_keys.max(1))
                .cloned()
                .collect();
            if state.repeats_pages {
                keys.extend(keys.first().cloned());
            }
            let last = keys.iter().max();
            let cursor = last.map(|last| match next {
                '=' => format!("={after}"),
                _ => format!("{next}{last}"),
            });
            Ok(KeyPage { keys, cursor })
        })
        .await
    }
}
