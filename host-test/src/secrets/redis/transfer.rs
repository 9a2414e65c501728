//! Exports and imports, each in one step.

use super::super::error::SealedStoreError;
use super::super::master_key::MasterKey;
use super::super::sealed_store::SealedExport;
use super::super::transfer::{Export, lasts};
use super::desk::Desk;
use super::entries::{opened, seal};
use super::scripts;

/// Everything that lasts, sealed under this key or the store's own.
pub(super) async fn export(
    desk: &Desk,
    key: Option<MasterKey>,
) -> Result<SealedExport, SealedStoreError> {
    let (unlocked, mut fields) = desk.all().await?;
    fields.retain(|(key, _)| lasts(key));
    fields.sort();
    let mut export = Export::default();
    for (key, field) in fields {
        let entry = opened(desk.at(), &unlocked.sealer, &key, &field)?;
        export.add(key, entry.value);
    }
    export.seal(key.as_ref().unwrap_or(&unlocked.key))
}

/// Writes everything of an export, or nothing.
pub(super) async fn import(
    desk: &Desk,
    sealed: &[u8],
    key: Option<MasterKey>,
    replace: bool,
) -> Result<usize, SealedStoreError> {
    let ran = desk
        .run_unlocked(&scripts::IMPORT, |unlocked, call| {
            let imported = Export::open(sealed, key.as_ref().unwrap_or(&unlocked.key))?;
            call.arg(i32::from(replace));
            for (key, value) in &imported {
                let sealed = seal(&unlocked.sealer, key, value)?;
                call.arg(key).arg(sealed.field);
            }
            Ok(imported.len())
        })
        .await?;
    let there: Vec<String> = ran.answer;
    if let Some(first) = there.first() {
        let (keys, first) = (there.len(), first.clone());
        return Err(SealedStoreError::Occupied { keys, first });
    }
    desk.settle(ran.live).await?;
    Ok(ran.prepared)
}
