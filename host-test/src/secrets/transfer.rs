//! Taking everything to another store, sealed on the way.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::error::SealedStoreError;
use super::key::{check_key, check_value};
use super::master_key::MasterKey;
use super::seal::{Purpose, Sealer, StoreId};
use super::sealed_store::SealedExport;

/// What an export begins with, so that something else is told at once. The
/// number is its format.
const MAGIC: &[u8] = b"jira-host export 1\n";

/// What stays behind: who refreshes a connection at the moment, and consents
/// that have not come back. Neither is good for anything later or elsewhere.
const MOMENTARY: [&str; 2] = ["leases/", "consents/"];

/// An export is from no store in particular.
const NO_STORE: StoreId = [0; 16];

/// What goes to another store.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Export {
    entries: Vec<Exported>,
}

/// Versions stay behind: the other store has its own.
#[derive(Serialize, Deserialize)]
struct Exported {
    key: String,
    /// In base64.
    value: String,
}

impl Drop for Exported {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

/// Whether what is under a key goes to another store.
pub(super) fn lasts(key: &str) -> bool {
    !MOMENTARY.iter().any(|prefix| key.starts_with(prefix))
}

impl Export {
    /// Adds an entry.
    pub(super) fn add(&mut self, key: String, value: Vec<u8>) {
        let value = BASE64.encode(&Zeroizing::new(value));
        self.entries.push(Exported { key, value });
    }

    /// Seals everything under a key.
    pub(super) fn seal(self, key: &MasterKey) -> Result<SealedExport, SealedStoreError> {
        let plain = serde_json::to_vec(&self).map_err(|_| SealedStoreError::NotAnExport)?;
        let sealer = Sealer::new(key, NO_STORE);
        let sealed = sealer.seal(Purpose::Export, &Zeroizing::new(plain))?;
        Ok(SealedExport {
            bytes: [MAGIC, &sealed].concat(),
            entries: self.entries.len(),
        })
    }

    /// Opens what was sealed under this key, and sees to it that a store can
    /// take it.
    pub(super) fn open(sealed: &[u8], key: &MasterKey) -> Result<Entries, SealedStoreError> {
        let sealed = sealed
            .strip_prefix(MAGIC)
            .ok_or(SealedStoreError::NotAnExport)?;
        let plain = Sealer::new(key, NO_STORE)
            .open(Purpose::Export, sealed)
            .map(Zeroizing::new)
            .ok_or(SealedStoreError::NotAnExport)?;
        let export: Export =
            serde_json::from_slice(&plain).map_err(|_| SealedStoreError::NotAnExport)?;
        export.entries.iter().map(Exported::checked).collect()
    }
}

impl MasterKey {
    /// Sees to it that an import of this can succeed, before a store is made for
    /// it: that it is a whole export, under this key.
    pub fn check_export(&self, export: &[u8]) -> Result<(), SealedStoreError> {
        Export::open(export, self).map(drop)
    }
}

/// Keys and values that a store can take.
pub(super) type Entries = Vec<(String, Zeroizing<Vec<u8>>)>;

impl Exported {
    fn checked(&self) -> Result<(String, Zeroizing<Vec<u8>>), SealedStoreError> {
        let value = BASE64
            .decode(self.value.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| SealedStoreError::NotAnExport)?;
        check_key(&self.key)
            .and_then(|()| check_value(&value))
            .map_err(SealedStoreError::Refused)?;
        Ok((self.key.clone(), value))
    }
}
