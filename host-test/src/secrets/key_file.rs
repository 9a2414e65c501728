mod content;

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use self::content::{Content, failed};
use super::key_error::KeyError;
use super::master_key::MasterKey;
use super::private_file;
use super::seal::StoreId;

/// A file with a master key, for its owner only.
///
/// One key file is for one store: a change of the key replaces what the file
/// holds, so a second store under the same one could not be opened any more.
/// The first store that is opened with the file writes its name into it, and
/// others are refused.
///
/// Beside it, and only while the key of a store is being changed, is another
/// one whose name ends in `.new`: it has the next key. Whichever of the two
/// opens the store is the right one, so a crash at any moment loses neither.
/// Where the path is a symbolic link, both are where it leads to.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The key file with this path. Nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        KeyFile { path: path.into() }
    }

    /// The key file that belongs to a store where nothing else is said: beside
    /// it, with `.key` after its name.
    pub fn beside(store: &Path) -> Self {
        KeyFile::new(with_suffix(store, ".key"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key in the file, if there is one. A file that others may read, or
    /// that belongs to another user, is refused.
    pub fn read(&self) -> Result<Option<MasterKey>, KeyError> {
        Ok(Content::read(&self.path)?.map(|content| content.key))
    }

    /// The key in the file, or a new one that is in it from now on.
    pub fn read_or_create(&self) -> Result<MasterKey, KeyError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let key = MasterKey::generate()?;
        let content = Content { key, store: None };
        let created = private_file::create_folder(&self.path)
            .and_then(|()| private_file::create(&self.path, content.text().as_bytes()));
        match created {
            Ok(()) => Ok(content.key),
            // Somebody else was first.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.read()?.ok_or_else(|| KeyError::Missing {
                    path: self.path.clone(),
                })
            }
            Err(error) => Err(failed(&self.path, "create", error)),
        }
    }

    /// Whether some store has this file as its own.
    pub(super) fn is_taken(&self) -> Result<bool, KeyError> {
        Ok(Content::read(&self.path)?.is_some_and(|content| content.store.is_some()))
    }

    /// The key, for this store. The file of another store is refused.
    pub(super) fn read_for(&self, store: &StoreId) -> Result<Option<MasterKey>, KeyError> {
        match Content::read(&self.path)? {
            Some(content) if content.is_of_another(store) => Err(self.of_another_store()),
            content => Ok(content.map(|content| content.key)),
        }
    }

    /// The key that this store is being changed to, if it is being changed.
    pub(super) fn read_next_for(&self, store: &StoreId) -> Result<Option<MasterKey>, KeyError> {
        let next = Content::read(&self.next_path())?;
        Ok(next
            .filter(|next| !next.is_of_another(store))
            .map(|next| next.key))
    }

    /// Writes the store's name into a file that has none yet. The next key's
    /// file, which only one can make, keeps two stores from doing so at once.
    pub(super) fn take(&self, store: &StoreId) -> Result<(), KeyError> {
        match Content::read(&self.path)? {
            Some(Content { key, store: None }) => {
                self.write_next(&key, store)?;
                self.adopt_next()
            }
            _ => Ok(()),
        }
    }

    /// Writes the key that the store is about to be changed to. There must be
    /// no next key.
    pub(super) fn write_next(&self, key: &MasterKey, store: &StoreId) -> Result<(), KeyError> {
        let path = self.next_path();
        private_file::create(&path, line(key, store).as_bytes()).map_err(|error| {
            match error.kind() {
                ErrorKind::AlreadyExists => self.of_another_store(),
                _ => failed(&path, "write", error),
            }
        })?;
        // Another store may have taken the file before the next one was there;
        // none can from here on.
        if let Err(refused) = self.read_for(store) {
            self.drop_next()?;
            return Err(refused);
        }
        Ok(())
    }

    /// Makes the next key the key.
    pub(super) fn adopt_next(&self) -> Result<(), KeyError> {
        let place = self.place();
        fs::rename(self.next_path(), &place)
            .and_then(|()| private_file::sync_folder(&place))
            .map_err(|error| failed(&self.path, "replace", error))
    }

    /// Forgets a next key that the store was not changed to.
    pub(super) fn drop_next(&self) -> Result<(), KeyError> {
        let path = self.next_path();
        fs::remove_file(&path).map_err(|error| failed(&path, "remove", error))
    }

    /// Gives the file this key, whatever it held, unless it is another store's.
    pub(super) fn replace(&self, key: &MasterKey, store: &StoreId) -> Result<(), KeyError> {
        match self.read_for(store) {
            // Nothing of another store's is lost with a file that holds no key.
            Ok(_) | Err(KeyError::Malformed { .. }) => {}
            Err(error) => return Err(error),
        }
        private_file::replace(&self.place(), line(key, store).as_bytes())
            .map_err(|error| failed(&self.path, "write", error))
    }

    /// Whether there is a next key, of any store.
    pub(super) fn has_next(&self) -> bool {
        self.next_path().exists()
    }

    fn of_another_store(&self) -> KeyError {
        KeyError::OfAnotherStore {
            path: self.path.clone(),
        }
    }

    fn next_path(&self) -> PathBuf {
        with_suffix(&self.place(), ".new")
    }

    /// Where the file itself is: a rename would replace a symbolic link, and
    /// leave the file that it leads to with the key before.
    fn place(&self) -> PathBuf {
        if self.path.is_symlink() {
            return fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        }
        self.path.clone()
    }
}

/// A path whose last part goes on like this.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut extended = OsString::from(path);
    extended.push(suffix);
    extended.into()
}

fn line(key: &MasterKey, store: &StoreId) -> zeroize::Zeroizing<String> {
    let content = Content {
        key: key.clone(),
        store: Some(*store),
    };
    content.text()
}
