use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::key_error::KeyError;
use super::master_key::MasterKey;
use super::private_file;

/// How much of a file is read: a key in any spelling, and blanks around it. The
/// buffer has this size from the beginning, as one that grew would leave copies
/// of the key behind.
const MAX_FILE_BYTES: usize = 256;

/// A file with a master key, for its owner only.
///
/// Beside it, and only while the key of a store is being changed, is another
/// one whose name ends in `.new`: it has the next key. Whichever of the two
/// opens the store is the right one, so a crash at any moment loses neither.
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

    /// The key in the file, if there is one. A file that others may read is
    /// refused.
    pub fn read(&self) -> Result<Option<MasterKey>, KeyError> {
        read(&self.path)
    }

    /// The key in the file, or a new one that is in it from now on.
    pub fn read_or_create(&self) -> Result<MasterKey, KeyError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let key = MasterKey::generate()?;
        let created = private_file::create_folder(&self.path)
            .and_then(|()| private_file::create(&self.path, line(&key).as_bytes()));
        match created {
            Ok(()) => Ok(key),
            // Somebody else was first.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.read()?.ok_or_else(|| KeyError::Missing {
                    path: self.path.clone(),
                })
            }
            Err(error) => Err(failed(&self.path, "create", error)),
        }
    }

    /// The key that the store is being changed to, if it is being changed.
    pub(super) fn read_next(&self) -> Result<Option<MasterKey>, KeyError> {
        read(&self.next_path())
    }

    /// Writes the key that the store is about to be changed to.
    pub(super) fn write_next(&self, key: &MasterKey) -> Result<(), KeyError> {
        let path = self.next_path();
        private_file::replace(&path, line(key).as_bytes())
            .map_err(|error| failed(&path, "write", error))
    }

    /// Makes the next key the key.
    pub(super) fn adopt_next(&self) -> Result<(), KeyError> {
        fs::rename(self.next_path(), &self.path)
            .and_then(|()| private_file::sync_folder(&self.path))
            .map_err(|error| failed(&self.path, "replace", error))
    }

    /// Forgets a next key that the store was not changed to.
    pub(super) fn drop_next(&self) -> Result<(), KeyError> {
        let path = self.next_path();
        fs::remove_file(&path).map_err(|error| failed(&path, "remove", error))
    }

    /// Whether there is a next key.
    pub(super) fn has_next(&self) -> bool {
        self.next_path().exists()
    }

    fn next_path(&self) -> PathBuf {
        with_suffix(&self.path, ".new")
    }
}

/// A path whose last part goes on like this.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut extended = OsString::from(path);
    extended.push(suffix);
    extended.into()
}

fn line(key: &MasterKey) -> Zeroizing<String> {
    let mut line = Zeroizing::new(String::with_capacity(64));
    line.push_str(&key.encode());
    line.push('\n');
    line
}

fn read(path: &Path) -> Result<Option<MasterKey>, KeyError> {
    let failed = |error| failed(path, "read", error);
    // One file from here on, also when another one takes its place.
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if let Some(mode) = private_file::exposed_mode(&file).map_err(failed)? {
        let path = path.to_owned();
        return Err(KeyError::Exposed { path, mode });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES));
    let mut start = file.by_ref().take(MAX_FILE_BYTES as u64);
    start.read_to_end(&mut text).map_err(failed)?;
    let key = std::str::from_utf8(&text).ok().and_then(MasterKey::decode);
    key.map(Some).ok_or_else(|| KeyError::Malformed {
        place: format!("the key file `{}`", path.display()),
    })
}

fn failed(path: &Path, action: &'static str, source: io::Error) -> KeyError {
    KeyError::File {
        path: path.to_owned(),
        action,
        source,
    }
}
