//! The key file, while the key of its store is changed.
//!
//! The next key is written beside the key; everything is sealed anew, at once;
//! the next key takes the key's place. After a crash between any two of them
//! one of the two files opens the store, and whoever opens it next takes the
//! rest of the steps.
//!
//! Whoever takes a step sees to it that nobody else writes to the store
//! meanwhile, so that two of them cannot take away each other's next key.

use super::key_error::KeyError;
use super::key_file::KeyFile;
use super::key_source::KeySource;
use super::master_key::MasterKey;
use super::unlocked::Unlocked;

/// The file that a store's key is in, where it is in one.
pub(super) fn key_file(keys: &KeySource) -> Option<KeyFile> {
    match keys {
        KeySource::File(file) => Some(file.clone()),
        KeySource::Key(_) => None,
    }
}

/// Writes the next key beside the key.
pub(super) fn begin(file: &KeyFile, unlocked: &Unlocked, next: &MasterKey) -> Result<(), KeyError> {
    settle(file, unlocked)?;
    file.write_next(next, unlocked.store())
}

/// Sees to it that the key file has the key that fits, and that there is no
/// next one of this store.
pub(super) fn settle(file: &KeyFile, unlocked: &Unlocked) -> Result<(), KeyError> {
    let next = file.read_next_for(unlocked.store())?;
    if file
        .read_for(unlocked.store())?
        .is_some_and(|key| unlocked.fits(&key))
    {
        return match next {
            Some(_) => file.drop_next(),
            None => Ok(()),
        };
    }
    if next.is_some_and(|next| unlocked.fits(&next)) {
        return file.adopt_next();
    }
    Err(KeyError::Missing {
        path: file.path().to_owned(),
    })
}

/// Sees to it that a file has the key, where [`settle`] could not. Where only
/// the last step cannot be taken, whoever opens the store next takes it.
pub(super) fn keep(file: &KeyFile, unlocked: &Unlocked, key: &MasterKey) -> Result<(), KeyError> {
    match is_kept(file, unlocked) {
        Ok(true) => Ok(()),
        _ => file.replace(key, unlocked.store()),
    }
}

/// Whether one of the two files has the key that fits. The next key comes
/// first: it may become the key in between.
fn is_kept(file: &KeyFile, unlocked: &Unlocked) -> Result<bool, KeyError> {
    let next = file.read_next_for(unlocked.store())?;
    let is_next = next.is_some_and(|next| unlocked.fits(&next));
    Ok(is_next || {
        let key = file.read_for(unlocked.store())?;
        key.is_some_and(|key| unlocked.fits(&key))
    })
}
