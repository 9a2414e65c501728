//! Taking everything to another store, sealed on the way.

use std::fmt;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::super::key::{check_key, check_value};
use super::super::master_key::MasterKey;
use super::super::seal::{Purpose, Sealer, StoreId};
use super::desk::Desk;
use super::entries;
use super::error::SqliteError;
use crate::redacted::Size;

/// What an export begins with, so that something else is told at once. The
/// number is its format.
const MAGIC: &[u8] = b"jira-host export 1\n";

/// What stays behind: who refreshes a connection at the moment, and consents
/// that have not come back. Neither is good for anything later or elsewhere.
const MOMENTARY: [&str; 2] = ["leases/", "consents/"];

/// An export is from no store in particular.
const NO_STORE: StoreId = [0; 16];

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

#[derive(Serialize, Deserialize)]
struct Export {
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

/// Everything that lasts, sealed under this key or the store's own.
pub(super) fn export(
    desk: &mut Desk,
    key: Option<&MasterKey>,
) -> Result<SealedExport, SqliteError> {
    desk.read(|transaction, unlocked| {
        let mut entries = Vec::new();
        for key in entries::keys(transaction, "", None, usize::MAX)? {
            if MOMENTARY.iter().any(|prefix| key.starts_with(prefix)) {
                continue;
            }
            // A key cannot go within one transaction.
            let Some(entry) = entries::get(transaction, &unlocked.sealer, &key)? else {
                continue;
            };
            let value = BASE64.encode(&Zeroizing::new(entry.value));
            entries.push(Exported { key, value });
        }
        let export = Export { entries };
        let plain = serde_json::to_vec(&export).map_err(|_| SqliteError::NotAnExport)?;
        let sealer = Sealer::new(key.unwrap_or(&unlocked.key), NO_STORE);
        let sealed = sealer.seal(Purpose::Export, &Zeroizing::new(plain))?;
        Ok(SealedExport {
            bytes: [MAGIC, &sealed].concat(),
            entries: export.entries.len(),
        })
    })
}

/// Writes everything of an export, or nothing.
pub(super) fn import(
    desk: &mut Desk,
    sealed: &[u8],
    key: Option<&MasterKey>,
    replace: bool,
) -> Result<usize, SqliteError> {
    desk.write(|transaction, unlocked| {
        let export = open(sealed, key.unwrap_or(&unlocked.key))?;
        if !replace {
            let mut there = Vec::new();
            for Exported { key, .. } in &export.entries {
                there.extend(entries::get(transaction, &unlocked.sealer, key)?.map(|_| key));
            }
            if let Some(first) = there.first() {
                let (keys, first) = (there.len(), (*first).clone());
                return Err(SqliteError::Occupied { keys, first }.into());
            }
        }
        for Exported { key, value } in &export.entries {
            let value = BASE64
                .decode(value.as_bytes())
                .map_err(|_| SqliteError::NotAnExport)?;
            let value = Zeroizing::new(value);
            check_key(key)
                .and_then(|()| check_value(&value))
                .map_err(SqliteError::Refused)?;
            entries::write(transaction, &unlocked.sealer, key, &value)?;
        }
        Ok(export.entries.len())
    })
}

fn open(sealed: &[u8], key: &MasterKey) -> Result<Export, SqliteError> {
    let sealed = sealed.strip_prefix(MAGIC).ok_or(SqliteError::NotAnExport)?;
    let plain = Sealer::new(key, NO_STORE)
        .open(Purpose::Export, sealed)
        .map(Zeroizing::new)
        .ok_or(SqliteError::NotAnExport)?;
    serde_json::from_slice(&plain).map_err(|_| SqliteError::NotAnExport)
}
