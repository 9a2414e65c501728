use core::{future::poll_fn, task::Poll};

use super::{
    server::Answer,
    world::{Shared, TOKENS, World, number, token},
};
use crate::jira::{
    host::{Change, DeleteOutcome, Entry, Expect, Host, KeyPage, PutOutcome, StoreError},
    http::{HttpRequest, HttpResponse, SendLimits, TransportError},
    instant::UnixMs,
    tests::fake::{NOW, response},
};

/// The wall clock at a point of real time.
pub fn wall(now: u64) -> UnixMs {
    NOW.plus(now)
}

/// The outside, as one worker sees it.
pub struct Worker {
    pub world: Shared,
    pub id: u8,
    /// By how much its clock is ahead of real time, from a zero that makes
    /// those that are behind positive too.
    pub ahead_ms: u64,
    pub behind_ms: u64,
}

/// What becomes of a request to the token server.
enum Fate {
    NotConnected,
    Lost,
    Refused(u16),
    /// It arrives; and then this is what comes back.
    Arrives(Return),
}

enum Return {
    Answer,
    Cut,
    BadGateway,
}

impl Worker {
    /// Lets others come in between.
    async fn pause(&self) {
        poll_fn(|_| {
            let mut world = self.world.borrow_mut();
            if world.chance.one_in(2) {
                return Poll::Ready(());
            }
            world.is_awake = true;
            Poll::Pending
        })
        .await;
    }

    async fn until(&self, at: u64) {
        poll_fn(|_| {
            let mut world = self.world.borrow_mut();
            if world.now >= at {
                return Poll::Ready(());
            }
            world.wakes_at = world.wakes_at.min(at);
            Poll::Pending
        })
        .await;
    }

    /// An effect, which takes place between two points where others may.
    async fn effect<T>(&self, name: &str, key: &str, act: impl FnOnce(&mut World) -> T) -> T {
        self.pause().await;
        let done = {
            let mut world = self.world.borrow_mut();
            let id = self.id;
            world.note(|| format!("worker {id}: {name} {key}"));
            act(&mut world)
        };
        self.pause().await;
        done
    }

    fn fate(&self) -> (Fate, u64) {
        let mut world = self.world.borrow_mut();
        let weather = world.weather;
        let takes_ms = match world.chance.one_in(weather.slow_answers) {
            true => world.chance.below(40_000),
            false => 20 + world.chance.below(400),
        };
        let mut is = |rate| world.chance.one_in(rate);
        let fate = if is(weather.lost_requests) {
            if is(2) {
                Fate::NotConnected
            } else {
                Fate::Lost
            }
        } else if is(weather.refusals) {
            Fate::Refused(if is(2) { 429 } else { 503 })
        } else if is(weather.lost_answers) {
            Fate::Arrives(Return::Cut)
        } else if is(weather.lying_errors) {
            Fate::Arrives(Return::BadGateway)
        } else {
            Fate::Arrives(Return::Answer)
        };
        (fate, takes_ms)
    }

    async fn redeem(
        &self,
        request: &HttpRequest,
        limits: SendLimits,
    ) -> Result<HttpResponse, TransportError> {
        let body = String::from_utf8(request.body.clone().unwrap()).unwrap();
        let spent = body.split("\"refresh_token\":\"").nth(1).unwrap();
        let number = number(spent.split('"').next().unwrap());
        let started = self.world.borrow().now;
        let gives_up = started + limits.timeout_ms;
        self.world.borrow_mut().judge_spending(self.id, number);
        let (fate, takes_ms) = self.fate();
        let back = match fate {
            Fate::NotConnected => {
                self.pause().await;
                return Err(TransportError::ConnectionFailed("refused".into()));
            }
            Fate::Lost => {
                self.pause().await;
                return Err(TransportError::Interrupted("lost".into()));
            }
            Fate::Refused(status) => {
                self.pause().await;
                return Ok(response(status, &[], ""));
            }
            Fate::Arrives(back) => back,
        };
        self.until(gives_up.min(started + takes_ms / 2)).await;
        self.pause().await;
        // What was given up is not delivered any more.
        if self.world.borrow().now >= gives_up {
            return Err(TransportError::TimedOut);
        }
        let told = number.to_string();
        let answer = self.effect("redeem", &told, |world| {
            world.judge_arrival(self.id, number);
            let now = world.now;
            world.server.redeem(number, now)
        });
        let answer = answer.await;
        self.until(gives_up.min(started + takes_ms)).await;
        if started + takes_ms >= gives_up {
            return Err(TransportError::TimedOut);
        }
        match (back, answer) {
            (Return::Cut, _) => Err(TransportError::Interrupted("cut".into())),
            (Return::BadGateway, _) => Ok(response(502, &[], "<html>")),
            (Return::Answer, Answer::Refused) => {
                Ok(response(403, &[], r#"{"error":"invalid_grant"}"#))
            }
            (Return::Answer, Answer::Issued(number)) => {
                let pair = format!(
                    r#"{{"access_token":"{}","refresh_token":"{}","expires_in":3600}}"#,
                    token('a', number),
                    token('r', number)
                );
                Ok(response(200, &[], &pair))
            }
        }
    }
}

impl Host for Worker {
    async fn send(
        &self,
        request: &HttpRequest,
        limits: SendLimits,
    ) -> Result<HttpResponse, TransportError> {
        if request.url.path() == "/oauth/token" {
            return self.redeem(request, limits).await;
        }
        let number = number(request.bearer.as_ref().unwrap().expose());
        let is_good = self
            .effect("get with", &number.to_string(), |world| {
                world.server.is_good(number, world.now)
            })
            .await;
        Ok(response(if is_good { 200 } else { 401 }, &[], "{}"))
    }

    fn now(&self) -> UnixMs {
        let real = wall(self.world.borrow().now);
        UnixMs(real.0 + self.ahead_ms - self.behind_ms)
    }

    fn monotonic_ms(&self) -> u64 {
        self.world.borrow().now
    }

    async fn sleep(&self, ms: u64) {
        let at = self.monotonic_ms() + ms;
        self.until(at).await;
        self.pause().await;
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let mut world = self.world.borrow_mut();
        let (low, high) = bytes.split_at_mut(8);
        low.copy_from_slice(&world.chance.next().to_le_bytes());
        high.copy_from_slice(&world.chance.next().to_le_bytes());
        // By this the judge knows whose a lease is.
        bytes[15] = self.id;
        bytes
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.effect("get", key, |world| {
            world.reach_store()?;
            Ok(world.store.get(key).cloned())
        })
        .await
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        self.effect("get", &keys.join(" "), |world| {
            world.reach_store()?;
            Ok(keys
                .iter()
                .map(|key| world.store.get(key).cloned())
                .collect())
        })
        .await
    }

    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<PutOutcome, StoreError> {
        self.effect("put", key, |world| {
            world.reach_store()?;
            if !world.is_met(key, &expect) {
                return Ok(PutOutcome::Stale(world.store.get(key).cloned()));
            }
            let version = world.write(key, value);
            if world.chance.one_in(world.weather.false_failures) {
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
        self.effect("delete", key, |world| {
            world.reach_store()?;
            if !world.is_met(key, &expect) {
                return Ok(DeleteOutcome::Stale(world.store.get(key).cloned()));
            }
            if key == TOKENS {
                world.judge.pair_was_deleted();
            }
            world.store.remove(key);
            Ok(DeleteOutcome::Deleted)
        })
        .await
    }

    async fn list(&self, _: &str, _: Option<String>) -> Result<KeyPage, StoreError> {
        unimplemented!("no refresh lists keys")
    }
}
