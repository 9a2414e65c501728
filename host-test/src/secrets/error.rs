use thiserror::Error;
use tokio::task::JoinError;

use super::StoreError;
use super::key_error::KeyError;
use super::redis::RedisError;
use super::seal::SealError;
use super::sqlite::SqliteError;

/// Why a sealed store cannot be used as asked. Nothing was changed, unless the
/// variant says otherwise, and [`advice`](SealedStoreError::advice) says what to
/// do. Where a variant says where the store is, there is no password in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealedStoreError {
    /// There is no store.
    #[error("there is no store at `{0}`")]
    Missing(String),
    /// What is there is something else, or empty.
    #[error("`{0}` is not a store of this program")]
    NotAStore(String),
    /// A newer program wrote the store.
    #[error("the store `{at}` has format {found}, and this program knows {known}")]
    NewerFormat {
        /// Where the store is.
        at: String,
        /// The format that it has.
        found: i64,
        /// The format that this program knows.
        known: i64,
    },
    /// The store is sealed under another key.
    #[error("the key does not open the store `{0}`")]
    WrongKey(String),
    /// Another process has changed the key.
    #[error("the key of the store `{0}` was changed while it was open")]
    KeyChanged(String),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Everything is sealed under the next key, and no file has that key.
    #[error("the key of the store `{at}` was changed, but cannot be written: {why}")]
    KeyNotKept {
        /// Where the store is.
        at: String,
        /// Why it cannot be written.
        why: KeyError,
    },
    /// Part of the store is not what was written.
    #[error("the store `{at}` is damaged: {what}")]
    Damaged {
        /// Where the store is.
        at: String,
        /// What is wrong with it.
        what: String,
    },
    /// A value could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// An import that is no sealed export, or one under another key.
    #[error("this is not an export that the key opens")]
    NotAnExport,
    /// An import would have overwritten something.
    #[error("{keys} of the keys are in the store already, `{first}` among them")]
    Occupied {
        /// How many keys of the export the store has.
        keys: usize,
        /// One of them.
        first: String,
    },
    /// An export holds what the store does not take.
    #[error("the export holds something that is no entry: {0:?}")]
    Refused(StoreError),
    /// The program is ending. A change may have been made.
    #[error("the store was left because the program is ending")]
    Interrupted,
    /// The program has a bug. A change may have been made.
    #[error("the store was left because the work on it panicked")]
    Panicked,
    /// What only a file can be.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// What only a server can be.
    #[error(transparent)]
    Redis(#[from] RedisError),
}

impl SealedStoreError {
    /// What to do about it.
    pub fn advice(&self) -> String {
        let advice = match self {
            SealedStoreError::Missing(_) => "name another store; storing something makes a new one",
            SealedStoreError::NotAStore(_) => {
                "name another store, or bring it back from a backup; this one was not touched"
            }
            SealedStoreError::NewerFormat { .. } => "use the newer version of this program",
            SealedStoreError::WrongKey(_) => {
                "bring back the key that the store was made with; without it the store cannot be \
                 read, and people must connect again"
            }
            SealedStoreError::KeyChanged(_) => "start this program again with the new key",
            SealedStoreError::Key(error) => return error.advice(),
            SealedStoreError::KeyNotKept { .. } => {
                "only this program has the new key: do not end it before it has made an export \
                 under another key; where it has ended, bring the store and its key file back from \
                 a backup"
            }
            SealedStoreError::Damaged { .. } => {
                "stop what uses it, keep a copy of all that it consists of, and bring the store \
                 back from a backup"
            }
            SealedStoreError::Seal(SealError::Random(_)) | SealedStoreError::Interrupted => {
                "try again"
            }
            SealedStoreError::Panicked => {
                "this is a bug of this program: report it with what it wrote to standard error"
            }
            SealedStoreError::Seal(SealError::TooLong) => "store something smaller",
            SealedStoreError::NotAnExport => {
                "name the file that an export wrote, and the key file that it was made with"
            }
            SealedStoreError::Occupied { .. } => {
                "nothing was imported; ask for them to be replaced, or import into a new store"
            }
            SealedStoreError::Refused(_) => "export it again with this version of the program",
            SealedStoreError::Sqlite(error) => return error.advice(),
            SealedStoreError::Redis(error) => return error.advice(),
        };
        advice.to_owned()
    }

    /// Why work that was done where blocking is allowed has no outcome.
    pub(super) fn left(error: JoinError) -> Self {
        match error.is_panic() {
            true => SealedStoreError::Panicked,
            false => SealedStoreError::Interrupted,
        }
    }
}

impl From<SealedStoreError> for StoreError {
    fn from(error: SealedStoreError) -> Self {
        let text = format!("{error}: {}", error.advice());
        match error {
            SealedStoreError::Interrupted => StoreError::Unavailable(text),
            SealedStoreError::Sqlite(error) if error.is_passing() => StoreError::Unavailable(text),
            SealedStoreError::Redis(RedisError::Denied { .. }) => {
                // The contract's case has no room for why.
                tracing::warn!("{text}");
                StoreError::AccessDenied
            }
            SealedStoreError::Redis(error) if error.is_passing() => StoreError::Unavailable(text),
            _ => StoreError::Other(text),
        }
    }
}
