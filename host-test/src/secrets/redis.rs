//! A store on a Redis server.

mod address;
mod desk;
mod durability;
mod entries;
mod error;
mod inspection;
mod options;
mod reading;
mod rotation;
mod scripts;
mod server;
mod settling;
mod token;
mod transfer;
mod turn;
mod wire;

use std::fmt;

use async_trait::async_trait;

pub use self::address::{
    REDIS_PASSWORD_FILE_VARIABLE, REDIS_PASSWORD_VARIABLE, RedisAddress, RedisAddressError,
};
use self::desk::{Desk, MARK_LENGTH};
use self::entries::{Changed, expectation, opened, seal};
pub use self::error::RedisError;
pub use self::options::RedisOptions;
pub use self::server::RedisServer;
use super::error::SealedStoreError;
use super::key::{check_key, check_prefix, check_value};
use super::key_source::KeySource;
use super::master_key::MasterKey;
use super::sealed_store::{SealedExport, SealedStore, StoreReport};
use super::{Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError};

/// A [`SealedStore`] on a Redis server, for services on more than one machine.
///
/// All machines need the same key: in `JIRA_HOST_KEY`, or a copy of the key
/// file. Where the key is changed, those that have it from elsewhere than the
/// same file must get the new one too.
///
/// What was answered as stored survives a crash where the server writes its log
/// of changes at once (`appendonly yes`, `appendfsync always`), or can say when
/// it has (`WAITAOF`, from version 7.2 on; then a change takes until the next
/// second). Otherwise it does not, and the first change says so, once, as a
/// warning of `tracing`. In no case does it survive the loss of the server's
/// disk, nor a failover to a replica that did not have it yet.
///
/// A call that is dropped may have been made. One that finds the server gone,
/// or a replica where it changes something, tries again for some seconds, so
/// that a server that is started anew, and a failover, cost no token that was
/// just rotated.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use jira_host::secrets::{MasterKey, RedisAddress, RedisOptions, RedisServer};
/// # use jira_host::{Connector, Network};
///
/// # async fn serve(
/// #     connector: Connector, network: Network, tenant: &str, password: &str, key: MasterKey,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// // When the service starts: two connections, for all tenants.
/// let address: RedisAddress = "rediss://jira-host@redis.example.com/0".parse()?;
/// let server = RedisServer::new(&address.with_password(password))?;
///
/// // For each tenant: a store of its own.
/// let store = RedisOptions::new().open_on(&server, tenant, key).await?;
/// let tenant = connector.tenant(Arc::new(store), network);
/// # Ok(())
/// # }
/// ```
pub struct RedisStore {
    desk: Desk,
    page_size: usize,
}

impl RedisStore {
    /// Opens a store, or makes one where there is none. It takes a key, a
    /// [`KeyFile`](super::KeyFile), or [`StoreAddress::keys`](super::StoreAddress::keys).
    ///
    /// One key file is for one store; that of another store is refused.
    pub async fn open(
        address: &RedisAddress,
        keys: impl Into<KeySource>,
    ) -> Result<Self, SealedStoreError> {
        RedisOptions::new().open(address, keys).await
    }

    /// Makes changes, each on its own, that were checked.
    async fn change(&self, changes: &[&Change]) -> Result<Vec<PutResult>, SealedStoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let ran = self.desk.run_unlocked(&scripts::CHANGE, |unlocked, call| {
            let mut versions = Vec::with_capacity(changes.len());
            for Change { key, value, expect } in changes {
                let sealed = seal(&unlocked.sealer, key, value)?;
                let (expected, version) = expectation(expect);
                call.arg(key).arg(expected).arg(version).arg(sealed.field);
                versions.push(sealed.version);
            }
            Ok(versions)
        });
        let ran = ran.await?;
        let outcomes = self.outcomes(ran.answer, changes.len())?;
        if outcomes.iter().any(Changed::is_done) {
            self.desk.settle(ran.live).await?;
        }
        let sealer = &ran.unlocked.sealer;
        let put = |((outcome, version), change): ((Changed, _), &&Change)| {
            outcome.put(version, |field| {
                opened(self.desk.at(), sealer, &change.key, field)
            })
        };
        let outcomes = outcomes.into_iter().zip(ran.prepared).zip(changes);
        Ok(outcomes.map(put).collect())
    }

    async fn remove(&self, key: &str, expect: &Expect) -> Result<DeleteOutcome, SealedStoreError> {
        let mark = self.desk.names.mark()?;
        let ran = self.desk.run_unlocked(&scripts::REMOVE, |_, call| {
            let (expected, version) = expectation(expect);
            call.key(&mark).arg(key).arg(expected).arg(version);
            call.arg(MARK_LENGTH.as_millis() as u64);
            Ok(())
        });
        let ran = ran.await?;
        let outcome = Changed::of(ran.answer).ok_or_else(|| self.other_answer())?;
        if outcome.is_done() {
            self.desk.settle(ran.live).await?;
        }
        let sealer = &ran.unlocked.sealer;
        outcome.delete(|field| opened(self.desk.at(), sealer, key, field))
    }

    /// What a script has answered, which is as much as there were changes.
    fn outcomes(
        &self,
        answer: Vec<redis::Value>,
        changes: usize,
    ) -> Result<Vec<Changed>, SealedStoreError> {
        let outcomes: Option<Vec<_>> = answer.into_iter().map(Changed::of).collect();
        let outcomes = outcomes.filter(|outcomes| outcomes.len() == changes);
        outcomes.ok_or_else(|| self.other_answer())
    }

    fn other_answer(&self) -> SealedStoreError {
        let at = self.desk.at().to_owned();
        let why = "its answer is another".to_owned();
        RedisError::Unsuitable { at, why }.into()
    }

    async fn fields(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, SealedStoreError> {
        let (unlocked, fields) = self.desk.fields(keys).await?;
        let (at, sealer) = (self.desk.at(), &unlocked.sealer);
        let open = |(key, field): (&String, Option<Vec<u8>>)| {
            field
                .map(|field| opened(at, sealer, key, &field))
                .transpose()
        };
        keys.iter().zip(fields).map(open).collect()
    }
}

type PutResult = Result<PutOutcome, SealedStoreError>;

fn checked(change: &Change) -> Result<(), StoreError> {
    check_key(&change.key)?;
    check_value(&change.value)
}

#[async_trait]
impl SecretStore for RedisStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        check_key(key)?;
        let mut entries = self.fields(&[key.to_owned()]).await?;
        Ok(entries.pop().flatten())
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        keys.iter().try_for_each(|key| check_key(key))?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.fields(keys).await?)
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        let key = key.to_owned();
        let mut outcomes = self.put_many(vec![Change { key, value, expect }]).await?;
        outcomes.pop().unwrap_or_else(|| Err(unanswered()))
    }

    /// One script, and so one wait for the disk.
    async fn put_many(
        &self,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        let valid: Vec<&Change> = changes
            .iter()
            .filter(|change| checked(change).is_ok())
            .collect();
        let mut made = self.change(&valid).await?.into_iter();
        let outcomes = changes.iter().map(|change| {
            checked(change)?;
            Ok(made.next().ok_or_else(unanswered)??)
        });
        Ok(outcomes.collect())
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        check_key(key)?;
        Ok(self.remove(key, &expect).await?)
    }

    /// A cursor is the last key of its page, so it stays good whatever comes
    /// and goes.
    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        check_prefix(prefix)?;
        let start = match cursor.as_deref() {
            Some(last) if last >= prefix => format!("({last}"),
            _ => format!("[{prefix}"),
        };
        // No byte of a key is as large as DEL, so this is behind all of them.
        let end = format!("({prefix}\u{7f}");
        let most = self.page_size.saturating_add(1);
        let mut keys = self.desk.keys_between(&start, &end, most).await?;
        let has_more = keys.len() > self.page_size;
        keys.truncate(self.page_size);
        let cursor = keys.last().filter(|_| has_more).cloned();
        Ok(KeyPage { keys, cursor })
    }
}

/// What is said where there are fewer outcomes than changes, which does not
/// happen.
fn unanswered() -> StoreError {
    StoreError::Other("the server has not answered a change".to_owned())
}

#[async_trait]
impl SealedStore for RedisStore {
    fn at(&self) -> String {
        self.desk.at().to_owned()
    }

    async fn check(&self) -> Result<StoreReport, SealedStoreError> {
        inspection::inspect(&self.desk).await
    }

    async fn rotate_key(&self, next: MasterKey) -> Result<usize, SealedStoreError> {
        rotation::rotate(&self.desk, next).await
    }

    async fn export(&self, key: Option<MasterKey>) -> Result<SealedExport, SealedStoreError> {
        transfer::export(&self.desk, key).await
    }

    async fn import(
        &self,
        export: Vec<u8>,
        key: Option<MasterKey>,
        replace: bool,
    ) -> Result<usize, SealedStoreError> {
        transfer::import(&self.desk, &export, key, replace).await
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("at", &self.desk.at())
            .finish_non_exhaustive()
    }
}
