//! Changing the key of a store.
//!
//! Everything is sealed anew and put aside, and takes the place of what was
//! there at once, between the steps that `key_change` takes with the key file.
//! All of it is done in one turn, and nobody writes meanwhile.

use std::sync::Arc;

use tokio::time::sleep;
use zeroize::Zeroizing;

use super::super::error::SealedStoreError;
use super::super::key_change;
use super::super::key_error::KeyError;
use super::super::key_file::KeyFile;
use super::super::key_source::KeySource;
use super::super::master_key::MasterKey;
use super::super::unlocked::{Unlocked, seal_key_check};
use super::desk::{Desk, FORMAT, FORMAT_FIELD, KEY_CHECK_FIELD, STORE_FIELD, on_disk};
use super::durability::{Disk, LAG};
use super::entries::{self, Fields, is_entry};
use super::error::RedisError;
use super::scripts;
use super::turn::Turn;

/// How much is put aside in one step: what a server takes in milliseconds.
const STEP_BYTES: usize = 1024 * 1024;

/// Seals everything under another key, and answers how many entries that were.
/// Versions stay: the values are the same.
pub(super) async fn rotate(desk: &Desk, next: MasterKey) -> Result<usize, SealedStoreError> {
    let file = key_change::key_file(&desk.keys());
    let disk = desk.server.to_change(desk.at()).await?.durability.disk;
    if file.is_some() && disk == Disk::Unknown {
        return Err(RedisError::NoDisk(desk.at().to_owned()).into());
    }
    let turn = Turn::take(desk).await?;
    let rotated = in_turn(desk, &turn, file.as_ref(), &next, disk).await;
    turn.leave().await;
    // Where that failed, both keys stay beside each other: it may have been done,
    // or still be on its way, which it is not any more in the next turn.
    let sealed = rotated?;
    desk.set_keys(KeySource::Key(next.clone()));
    if let Some(file) = file {
        keep(desk, &file, &next).await?;
        desk.set_keys(KeySource::File(file));
    }
    if disk != Disk::Unknown {
        rewrite_log(desk).await;
    }
    Ok(sealed)
}

/// Has the server write its log anew, as it still has values under the key
/// before. It does so in the background; where it does not, it does some time.
async fn rewrite_log(desk: &Desk) {
    let mut command = redis::pipe();
    command.cmd("BGREWRITEAOF");
    let rewritten: Result<(), _> = desk.server.changing().ask(desk.at(), &command).await;
    if let Err(error) = rewritten {
        tracing::warn!(
            store = desk.at(),
            %error,
            "the server's log still has values under the key before"
        );
    }
}

async fn in_turn(
    desk: &Desk,
    turn: &Turn<'_>,
    file: Option<&KeyFile>,
    next: &MasterKey,
    disk: Disk,
) -> Result<usize, SealedStoreError> {
    let unlocked = desk.unlock().await?;
    let fields = sealed_anew(desk, next).await?;
    if let Some(file) = file.cloned() {
        let (unlocked, next) = (Arc::clone(&unlocked), next.clone());
        on_disk(move || key_change::begin(&file, &unlocked, &next)).await?;
    }
    let mut steps = fields.iter().peekable();
    while steps.peek().is_some() {
        let mut call = turn.step(&scripts::STAGE);
        let mut bytes = 0;
        while bytes < STEP_BYTES
            && let Some((field, value)) = steps.next()
        {
            call.arg(field).arg(value.as_slice());
            bytes += value.len();
        }
        let ((), _live) = desk.run(&call).await?;
    }
    let mut call = turn.step(&scripts::ADOPT);
    call.key(&desk.names.entries).arg(fields.len());
    let ((), live) = desk.run(&call).await?;
    // Before the key before goes, so that a crash of the server cannot bring back
    // what only that one opens.
    match disk {
        Disk::Soon => sleep(LAG).await,
        _ => desk.settle(live).await?,
    }
    Ok(fields.iter().filter(|(field, _)| is_entry(field)).count())
}

/// Everything, under another key.
async fn sealed_anew(desk: &Desk, next: &MasterKey) -> Result<Fields, SealedStoreError> {
    let (unlocked, fields) = desk.all().await?;
    let sealer = unlocked.sealer_under(next);
    let mut anew = vec![
        (FORMAT_FIELD.to_owned(), FORMAT.to_string().into_bytes()),
        (STORE_FIELD.to_owned(), unlocked.store().to_vec()),
        (KEY_CHECK_FIELD.to_owned(), seal_key_check(&sealer)?),
    ];
    for (key, field) in fields {
        let (version, entry) = entries::open(&unlocked.sealer, &key, &field)
            .ok_or_else(|| entries::damaged(desk.at(), &key))?;
        let value = Zeroizing::new(entry.value);
        let sealed = entries::seal_as(&sealer, &key, version, &value)?;
        anew.push((key, sealed));
    }
    Ok(anew)
}

/// Sees to it that a file has the key under which everything is sealed by now.
async fn keep(desk: &Desk, file: &KeyFile, next: &MasterKey) -> Result<(), SealedStoreError> {
    if settle(desk, file).await.is_ok() {
        return Ok(());
    }
    let Ok(unlocked) = desk.unlock().await else {
        // Another process has changed the key again, and so had this one.
        return Ok(());
    };
    let (file, next, at) = (file.clone(), next.clone(), desk.at().to_owned());
    match on_disk(move || key_change::keep(&file, &unlocked, &next)).await {
        Err(SealedStoreError::Key(why)) => Err(SealedStoreError::KeyNotKept { at, why }),
        kept => kept,
    }
}

/// Sees to it, in a turn, that a key file has the key that fits.
async fn settle(desk: &Desk, file: &KeyFile) -> Result<(), SealedStoreError> {
    let file = file.clone();
    with_key_file(desk, move |unlocked| key_change::settle(&file, unlocked)).await
}

/// Takes the steps that a crash may have kept another process from taking, and
/// makes a key file that no store has the store's own.
pub(super) async fn finish(desk: &Desk) -> Result<(), SealedStoreError> {
    let Some(file) = key_change::key_file(&desk.keys()) else {
        return Ok(());
    };
    let looked_at = file.clone();
    if on_disk(move || Ok(looked_at.has_next())).await? {
        settle(desk, &file).await?;
    }
    let looked_at = file.clone();
    if !on_disk(move || looked_at.is_taken()).await? {
        let taken = with_key_file(desk, move |unlocked| file.take(unlocked.store())).await;
        match taken {
            // A file in a place that cannot be written serves until the key is
            // to be changed.
            Err(
                SealedStoreError::Key(KeyError::File { .. })
                | SealedStoreError::Redis(RedisError::Rekeying(_)),
            ) => {}
            taken => return taken,
        }
    }
    Ok(())
}

/// Does something with the key file, in a turn.
async fn with_key_file(
    desk: &Desk,
    work: impl FnOnce(&Unlocked) -> Result<(), KeyError> + Send + 'static,
) -> Result<(), SealedStoreError> {
    let turn = Turn::take(desk).await?;
    let done = match desk.unlock().await {
        Ok(unlocked) => on_disk(move || work(&unlocked)).await,
        Err(error) => Err(error),
    };
    turn.leave().await;
    done
}
