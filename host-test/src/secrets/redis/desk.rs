//! One store on a server, and the key that fits it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::{FromRedisValue, Script, ScriptInvocation};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::super::error::SealedStoreError;
use super::super::key_error::KeyError;
use super::super::key_source::KeySource;
use super::super::unlocked::{Meta, Unlocked};
use super::error::{RedisError, is_replica};
use super::server::RedisServer;
use super::token::token;
use super::wire::Live;

/// The format of a store.
pub(super) const FORMAT: i64 = 1;

/// How often a key is looked for. It may be changed between a look at the store
/// and one at the key file, so that the two do not fit; it takes a change at
/// the same moment each time for the last attempt to fail.
const UNLOCK_ATTEMPTS: u32 = 5;

/// How long somebody waits before trying again, where another process changes
/// the key.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// The same where the server is not there. To start it takes longer.
pub(super) const ABSENCE: Duration = Duration::from_millis(100);

/// How long a delete is known again: far longer than anybody is patient.
pub(super) const MARK_LENGTH: Duration = Duration::from_secs(10 * 60);

/// What the entries have beside them. No key has a colon in it.
pub(super) const FORMAT_FIELD: &str = ":format";
pub(super) const STORE_FIELD: &str = ":store";
pub(super) const KEY_CHECK_FIELD: &str = ":key-check";

/// A store.
pub(super) struct Desk {
    pub(super) server: RedisServer,
    pub(super) names: Names,
    at: String,
    patience: Duration,
    keys: RwLock<KeySource>,
    unlocked: RwLock<Option<Arc<Unlocked>>>,
}

/// Where a store is on its server. The braces keep all of it on one node, where
/// there are several behind a proxy.
pub(super) struct Names {
    /// A hash of what the store says of itself, and the entries.
    pub(super) entries: String,
    /// A sorted set of the keys.
    pub(super) index: String,
    /// Whose turn it is to change the key, for as long as somebody does.
    pub(super) turn: String,
    /// The entries that were sealed anew already.
    pub(super) aside: String,
    /// What the marks of deletes begin with.
    marks: String,
}

/// What came of a script.
pub(super) struct Ran<P, T> {
    pub(super) unlocked: Arc<Unlocked>,
    /// What the caller made ready.
    pub(super) prepared: P,
    pub(super) answer: T,
    pub(super) live: Live,
}

impl Desk {
    pub(super) fn new(
        server: RedisServer,
        store: &str,
        keys: KeySource,
        patience: Duration,
    ) -> Result<Self, RedisError> {
        let address = server.address().clone().with_store(store)?;
        Ok(Desk {
            at: address.to_string(),
            names: Names::of(store),
            server,
            patience,
            keys: RwLock::new(keys),
            unlocked: RwLock::default(),
        })
    }

    /// Where the store is.
    pub(super) fn at(&self) -> &str {
        &self.at
    }

    pub(super) fn keys(&self) -> KeySource {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    pub(super) fn set_keys(&self, keys: KeySource) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// What the store says of itself, if it is there.
    pub(super) async fn meta(&self) -> Result<Option<Meta>, SealedStoreError> {
        let fields = [FORMAT_FIELD, STORE_FIELD, KEY_CHECK_FIELD];
        let mut question = redis::pipe();
        question.cmd("HMGET").arg(&self.names.entries).arg(&fields);
        type Fields = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
        let (found,): (Fields,) = self.server.reading().ask(&self.at, &question).await?;
        let (format, store, key_check) = match found {
            (Some(format), Some(store), Some(key_check)) => (format, store, key_check),
            (None, None, None) => return Ok(None),
            _ => return Err(SealedStoreError::NotAStore(self.at.clone())),
        };
        let format = std::str::from_utf8(&format).ok();
        let format = format.and_then(|format| format.parse::<i64>().ok());
        let store = store.try_into().ok();
        match (format, store) {
            (Some(FORMAT), Some(store)) => Ok(Some(Meta { store, key_check })),
            (Some(found), _) if found > FORMAT => Err(SealedStoreError::NewerFormat {
                at: self.at.clone(),
                found,
                known: FORMAT,
            }),
            _ => Err(SealedStoreError::NotAStore(self.at.clone())),
        }
    }

    /// The key that fits, as far as it is known.
    pub(super) async fn unlocked(&self) -> Result<Arc<Unlocked>, SealedStoreError> {
        match self.known() {
            Some(unlocked) => Ok(unlocked),
            None => self.unlock().await,
        }
    }

    fn known(&self) -> Option<Arc<Unlocked>> {
        let unlocked = self.unlocked.read();
        unlocked.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks for the key that fits.
    pub(super) async fn unlock(&self) -> Result<Arc<Unlocked>, SealedStoreError> {
        let before = self.known();
        for _ in 0..UNLOCK_ATTEMPTS {
            let Some(meta) = self.meta().await? else {
                let at = self.at.clone();
                return Err(match before {
                    Some(_) => RedisError::Gone(at).into(),
                    None => SealedStoreError::Missing(at),
                });
            };
            let keys = self.keys();
            let found = on_disk(move || Unlocked::by(&keys, &meta))
                .await?
                .map(Arc::new);
            if let Some(unlocked) = found {
                let mut known = self
                    .unlocked
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                *known = Some(Arc::clone(&unlocked));
                return Ok(unlocked);
            }
        }
        let at = self.at.clone();
        Err(match before {
            Some(_) => SealedStoreError::KeyChanged(at),
            None => SealedStoreError::WrongKey(at),
        })
    }

    /// Runs a script with what was made ready for the key that fits. What it has
    /// written may not be on the disk yet.
    ///
    /// Where the connection breaks, or leads to a replica, the same is sent once
    /// more for as long as there is patience: a server that is started again, or
    /// that another one takes the place of, must not cost a token that was just
    /// rotated. So the script may run twice, and it must tell that
    /// it finds its own work.
    pub(super) async fn run_unlocked<P, T: FromRedisValue>(
        &self,
        script: &Script,
        prepare: impl Fn(&Unlocked, &mut ScriptInvocation<'_>) -> Result<P, SealedStoreError>,
    ) -> Result<Ran<P, T>, SealedStoreError> {
        let since = Instant::now();
        loop {
            let unlocked = self.unlocked().await?;
            let mut call = script.prepare_invoke();
            call.key(&self.names.entries)
                .key(&self.names.index)
                .key(&self.names.turn)
                .arg(unlocked.meta().key_check.as_slice());
            let prepared = prepare(&unlocked, &mut call)?;
            match self.run_patiently(&call, since).await {
                Ok((answer, live)) => {
                    return Ok(Ran {
                        unlocked,
                        prepared,
                        answer,
                        live,
                    });
                }
                Err(SealedStoreError::KeyChanged(_)) if self.is_patient(since) => {
                    self.unlock().await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn run_patiently<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
        since: Instant,
    ) -> Result<(T, Live), SealedStoreError> {
        loop {
            match self.run(call).await {
                Err(error)
                    if (is_unreachable(&error) || is_replica(&error)) && self.is_patient(since) =>
                {
                    sleep(ABSENCE).await;
                }
                Err(error) if is_rekeying(&error) && self.is_patient(since) => {
                    sleep(PAUSE).await;
                }
                ran => return ran,
            }
        }
    }

    /// Runs a script that needs no key.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<(T, Live), SealedStoreError> {
        let mut live = self.server.to_change(&self.at).await?;
        let answer = call.invoke_async(live.connection()).await;
        let answer = self.server.noted(&self.at, &live, answer).await?;
        Ok((answer, live))
    }

    /// Returns when what was written by a connection is on the disk, where the
    /// server can say so.
    pub(super) async fn settle(&self, mut live: Live) -> Result<(), SealedStoreError> {
        let settled = live.settle().await;
        match self.server.noted(&self.at, &live, settled).await? {
            true => Ok(()),
            false => {
                self.server.changing().forget(&live).await;
                Err(RedisError::Unsettled(self.at.clone()).into())
            }
        }
    }

    /// Whether somebody who has begun then may still wait.
    pub(super) fn is_patient(&self, since: Instant) -> bool {
        since.elapsed() < self.patience
    }
}

/// Whether the server may be back in a moment.
pub(super) fn is_unreachable(error: &SealedStoreError) -> bool {
    matches!(
        error,
        SealedStoreError::Redis(RedisError::Unreachable { .. })
    )
}

fn is_rekeying(error: &SealedStoreError) -> bool {
    matches!(error, SealedStoreError::Redis(RedisError::Rekeying(_)))
}

impl Names {
    fn of(store: &str) -> Self {
        let entries = format!("jira-host:{{{store}}}");
        Names {
            index: format!("{entries}:keys"),
            turn: format!("{entries}:turn"),
            aside: format!("{entries}:aside"),
            marks: format!("{entries}:deleted"),
            entries,
        }
    }

    /// What one delete is known by, for [`MARK_LENGTH`].
    pub(super) fn mark(&self) -> Result<String, SealedStoreError> {
        Ok(format!("{}:{}", self.marks, token()?))
    }
}

/// Does something with the key file, where blocking is allowed.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
) -> Result<T, SealedStoreError> {
    let done = spawn_blocking(work).await;
    Ok(done.map_err(SealedStoreError::left)??)
}
