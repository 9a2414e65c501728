//! Exports and imports, each in one transaction.

use super::super::error::SealedStoreError;
use super::super::master_key::MasterKey;
use super::super::sealed_store::SealedExport;
use super::super::transfer::{Export, lasts};
use super::desk::Desk;
use super::entries;

/// Everything that lasts, sealed under this key or the store's own.
pub(super) fn export(
    desk: &mut Desk,
    key: Option<&MasterKey>,
) -> Result<SealedExport, SealedStoreError> {
    desk.read(|transaction, unlocked| {
        let mut export = Export::default();
        for key in entries::keys(transaction, "", None, usize::MAX)? {
            if !lasts(&key) {
                continue;
            }
            // A key cannot go within one transaction.
            let Some(entry) = entries::get(transaction, &unlocked.sealer, &key)? else {
                continue;
            };
            export.add(key, entry.value);
        }
        Ok(export.seal(key.unwrap_or(&unlocked.key))?)
    })
}

/// Writes everything of an export, or nothing.
pub(super) fn import(
    desk: &mut Desk,
    sealed: &[u8],
    key: Option<&MasterKey>,
    replace: bool,
) -> Result<usize, SealedStoreError> {
    desk.write(|transaction, unlocked| {
        let imported = Export::open(sealed, key.unwrap_or(&unlocked.key))?;
        if !replace {
            let mut there = Vec::new();
            for (key, _) in &imported {
                there.extend(entries::get(transaction, &unlocked.sealer, key)?.map(|_| key));
            }
            if let Some(first) = there.first() {
                let (keys, first) = (there.len(), (*first).clone());
                return Err(SealedStoreError::Occupied { keys, first }.into());
            }
        }
        for (key, value) in &imported {
            entries::write(transaction, &unlocked.sealer, key, value)?;
        }
        Ok(imported.len())
    })
}
