use std::path::Path;

use super::key_error::KeyError;
use super::key_file::KeyFile;
use super::master_key::MasterKey;
use super::seal::StoreId;

/// Where the master key of a store is.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// The caller has it, from the environment or from a vault.
    Key(MasterKey),
    /// In a file, which is made together with the store. With this one a change
    /// of the key by another process is followed.
    File(KeyFile),
}

impl KeySource {
    /// The usual source for the store with this path: the environment variable
    /// `JIRA_HOST_KEY` where it is set, and otherwise the file beside the store.
    pub fn for_store(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        Ok(match MasterKey::from_env()? {
            Some(key) => KeySource::Key(key),
            None => KeySource::File(KeyFile::beside(path.as_ref())),
        })
    }

    /// A key for a store that is being made. A file that some store has already
    /// is refused.
    pub(super) fn for_new_store(&self) -> Result<MasterKey, KeyError> {
        match self {
            KeySource::Key(key) => Ok(key.clone()),
            KeySource::File(file) if file.is_taken()? => Err(KeyError::OfAnotherStore {
                path: file.path().to_owned(),
            }),
            KeySource::File(file) => file.read_or_create(),
        }
    }

    /// The keys that may open this store, which is there, the likeliest first.
    pub(super) fn candidates(&self, store: &StoreId) -> Result<Vec<MasterKey>, KeyError> {
        let keys: Vec<_> = match self {
            KeySource::Key(key) => vec![key.clone()],
            // The next key before the key: when it becomes the key in between,
            // it is seen twice, and not missed.
            KeySource::File(file) => {
                let (next, key) = (file.read_next_for(store)?, file.read_for(store)?);
                key.into_iter().chain(next).collect()
            }
        };
        match self {
            KeySource::File(file) if keys.is_empty() => Err(KeyError::Missing {
                path: file.path().to_owned(),
            }),
            _ => Ok(keys),
        }
    }
}

impl From<MasterKey> for KeySource {
    fn from(key: MasterKey) -> Self {
        KeySource::Key(key)
    }
}

impl From<KeyFile> for KeySource {
    fn from(file: KeyFile) -> Self {
        KeySource::File(file)
    }
}
