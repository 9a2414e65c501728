use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;

use super::error::SealedStoreError;
use super::master_key::MasterKey;
use super::store::SecretStore;
use crate::redacted::Size;

/// A store whose values are sealed under a [`MasterKey`], and what its operator
/// does with it.
///
/// Values are sealed with XChaCha20-Poly1305 and bound to the store, their key
/// and their version, so that whoever can write where the store is, but has not
/// the key, cannot move a value elsewhere or bring an old one back under the
/// present version. Two things they can do: see the keys and the sizes, and put
/// back the whole store, or an entry with its version, as it once was.
#[async_trait]
pub trait SealedStore: SecretStore + fmt::Debug {
    /// Where the store is, without a password.
    fn at(&self) -> String;

    /// Checks the store, the key and every value.
    async fn check(&self) -> Result<StoreReport, SealedStoreError>;

    /// Seals everything under another key, at once, and answers how many entries
    /// that were.
    ///
    /// A store that was opened with a [`KeyFile`](super::KeyFile) writes the key
    /// there, in an order that a crash cannot harm, and other processes that
    /// have it open with the same file follow. Otherwise the caller keeps the
    /// key, safely and before it is used here; other processes answer errors
    /// until they are started anew.
    async fn rotate_key(&self, next: MasterKey) -> Result<usize, SealedStoreError>;

    /// Everything in the store, sealed under this key or the store's own, apart
    /// from leases and consents that were begun: they are of the moment. It is
    /// put together in memory.
    async fn export(&self, key: Option<MasterKey>) -> Result<SealedExport, SealedStoreError>;

    /// Writes what an export has, all of it or, when this fails, nothing, and
    /// answers how many entries that were. Keys that are in the store already
    /// are an error, unless they are to be replaced; other keys stay.
    async fn import(
        &self,
        export: Vec<u8>,
        key: Option<MasterKey>,
        replace: bool,
    ) -> Result<usize, SealedStoreError>;
}

/// What a store holds and whether it is whole. It has no values.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StoreReport {
    /// How many entries there are.
    pub entries: usize,
    /// How many of them there are by the part of the key before its first `/`.
    pub by_prefix: BTreeMap<String, usize>,
    /// What is wrong, in words. Nothing, for a store that is whole.
    pub problems: Vec<String>,
    /// What may yet go wrong, in words: how what keeps the store is set up.
    pub warnings: Vec<String>,
}

impl StoreReport {
    /// Counts an entry.
    pub(super) fn count(&mut self, key: &str) {
        let prefix = key.split_once('/').map_or(key, |(prefix, _)| prefix);
        *self.by_prefix.entry(prefix.to_owned()).or_default() += 1;
        self.entries += 1;
    }
}

/// Everything in a store that lasts, sealed.
#[derive(Clone)]
pub struct SealedExport {
    /// What to keep.
    pub bytes: Vec<u8>,
    /// How many entries are in it.
    pub entries: usize,
}

impl fmt::Debug for SealedExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedExport")
            .field("bytes", &Size(self.bytes.len()))
            .field("entries", &self.entries)
            .finish()
    }
}
