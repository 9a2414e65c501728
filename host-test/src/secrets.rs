//! The secret store that the host keeps for the component.
//!
//! The contract is `wit/secret-store.wit`; a store that breaks it loses
//! grants. [`SqliteStore`] keeps it in a file, sealed, and [`MemoryStore`] for
//! as long as the process lives.

mod key;
mod key_error;
mod key_file;
mod key_source;
mod location;
mod master_key;
mod memory;
mod private_file;
mod seal;
mod sqlite;
mod store;
mod values;

pub use self::key_error::KeyError;
pub use self::key_file::KeyFile;
pub use self::key_source::KeySource;
pub use self::location::default_store_path;
pub use self::master_key::{KEY_VARIABLE, MasterKey};
pub use self::memory::MemoryStore;
pub use self::seal::SealError;
pub use self::sqlite::{SealedExport, SqliteError, SqliteOptions, SqliteStore, StoreReport};
pub use self::store::SecretStore;
pub use self::values::{Change, DeleteOutcome, Entry, PutOutcome};
pub use crate::bindings::plain::secret_store::{Error as StoreError, Expect, KeyPage, Version};
