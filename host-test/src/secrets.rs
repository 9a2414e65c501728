//! The secret store that the host keeps for the component.
//!
//! The contract is `wit/secret-store.wit`; a store that breaks it loses
//! grants. [`SqliteStore`] keeps it in a file and [`RedisStore`] on a server,
//! both sealed, and [`MemoryStore`] for as long as the process lives.

mod error;
mod key;
mod key_change;
mod key_error;
mod key_file;
mod key_source;
mod location;
mod master_key;
mod memory;
mod private_file;
mod redis;
mod seal;
mod sealed_store;
mod sqlite;
mod store;
mod store_address;
mod transfer;
mod unlocked;
mod values;

pub use self::error::SealedStoreError;
pub use self::key_error::KeyError;
pub use self::key_file::KeyFile;
pub use self::key_source::KeySource;
pub use self::location::default_store_path;
pub use self::master_key::{KEY_VARIABLE, MasterKey};
pub use self::memory::MemoryStore;
pub use self::redis::{
    REDIS_PASSWORD_FILE_VARIABLE, REDIS_PASSWORD_VARIABLE, RedisAddress, RedisAddressError,
    RedisError, RedisOptions, RedisServer, RedisStore,
};
pub use self::seal::SealError;
pub use self::sealed_store::{SealedExport, SealedStore, StoreReport};
pub use self::sqlite::{SqliteError, SqliteOptions, SqliteStore};
pub use self::store::SecretStore;
pub use self::store_address::StoreAddress;
pub use self::values::{Change, DeleteOutcome, Entry, PutOutcome};
pub use crate::bindings::plain::secret_store::{Error as StoreError, Expect, KeyPage, Version};
