//! The secret store that the host keeps for the component.
//!
//! The contract is `wit/secret-store.wit`; a store that breaks it loses
//! grants. [`MemoryStore`] keeps it for as long as the process lives.

mod key;
mod memory;
mod store;
mod values;

pub use self::memory::MemoryStore;
pub use self::store::SecretStore;
pub use self::values::{Change, DeleteOutcome, Entry, PutOutcome};
pub use crate::bindings::plain::secret_store::{Error as StoreError, Expect, KeyPage, Version};
