//! What a key file says.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::super::key_error::KeyError;
use super::super::master_key::MasterKey;
use super::super::private_file;
use super::super::seal::StoreId;

/// How much of a file is read: a key in any spelling, the store's name, and
/// blanks around them. The buffer has this size from the beginning, as one that
/// grew would leave copies of the key behind.
const MAX_FILE_BYTES: usize = 256;

/// What the line with the store's name begins with.
const STORE: &str = "store ";

/// A key, and the store that it belongs to where one has it as its own.
pub(super) struct Content {
    pub(super) key: MasterKey,
    pub(super) store: Option<StoreId>,
}

impl Content {
    /// What is in the file, if there is one. A file that others may read, or
    /// that is somebody else's, is refused.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, KeyError> {
        let failed = |error| failed(path, "read", error);
        // One file from here on, also when another one takes its place.
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if !private_file::is_ours(&file).map_err(failed)? {
            return Err(KeyError::NotOurs {
                path: path.to_owned(),
            });
        }
        if let Some(mode) = private_file::exposed_mode(&file).map_err(failed)? {
            let path = path.to_owned();
            return Err(KeyError::Exposed { path, mode });
        }
        let mut text = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES));
        let mut start = file.by_ref().take(MAX_FILE_BYTES as u64);
        start.read_to_end(&mut text).map_err(failed)?;
        let content = std::str::from_utf8(&text).ok().and_then(Content::parse);
        content.map(Some).ok_or_else(|| KeyError::Malformed {
            place: format!("the key file `{}`", path.display()),
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.trim().lines();
        let key = MasterKey::decode(lines.next()?)?;
        let store = match lines.next() {
            Some(line) => {
                let name = line.trim_end().strip_prefix(STORE)?;
                let name = HEXLOWER.decode(name.as_bytes()).ok()?;
                Some(name.try_into().ok()?)
            }
            None => None,
        };
        lines.next().is_none().then_some(Content { key, store })
    }

    /// What a file with this says.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(MAX_FILE_BYTES));
        text.push_str(&self.key.encode());
        text.push('\n');
        if let Some(store) = &self.store {
            text.push_str(STORE);
            text.push_str(&HEXLOWER.encode(store));
            text.push('\n');
        }
        text
    }

    /// Whether it belongs to a store other than this one.
    pub(super) fn is_of_another(&self, store: &StoreId) -> bool {
        self.store.is_some_and(|owner| owner != *store)
    }
}

pub(super) fn failed(path: &Path, action: &'static str, source: io::Error) -> KeyError {
    KeyError::File {
        path: path.to_owned(),
        action,
        source,
    }
}
