use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no key. No variant holds any of it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// What is there is no key.
    #[error("{place} does not hold a key")]
    Malformed {
        /// Where it was looked for.
        place: String,
    },
    /// The key file is not there, although its store is.
    #[error("the key file `{}` is missing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Others than its owner may read the key file.
    #[error("others may read the key file `{}` (mode {mode:03o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The key file is another user's.
    #[error("the key file `{}` belongs to another user", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The key file is another store's.
    #[error("the key file `{}` belongs to another store", path.display())]
    OfAnotherStore {
        /// The file.
        path: PathBuf,
    },
    /// The key file cannot be read or written.
    #[error("cannot {action} the key file `{}`: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried: a verb.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// There is no folder for a key file.
    #[error("this user has no home to keep a key file in")]
    Homeless,
    /// The system has no random numbers for a new key.
    #[error("the system gave no random numbers: {0}")]
    Random(getrandom::Error),
}

impl KeyError {
    /// What to do about it.
    pub fn advice(&self) -> String {
        match self {
            KeyError::Malformed { .. } => {
                "a key is 32 bytes, in base64 (44 characters) or hexadecimal (64 digits)".to_owned()
            }
            KeyError::Missing { path } => format!(
                "bring `{}` back from a backup, or set the key in the environment; nobody can open \
                 the store without it",
                path.display()
            ),
            KeyError::Exposed { path, .. } => format!(
                "run `chmod 600 {}`, and give the store another key if somebody may have read it",
                path.display()
            ),
            KeyError::NotOurs { path } => format!(
                "run this program as the owner of `{0}`, or give it to this user with `chown`",
                path.display()
            ),
            KeyError::OfAnotherStore { path } => format!(
                "one key file per store: name another one, or, for a store that already needs the \
                 key in `{}`, copy its first line alone into a key file of that store's own",
                path.display()
            ),
            KeyError::File { .. } => {
                "see to it that this user may read and write the file and its folder".to_owned()
            }
            KeyError::Homeless => "set JIRA_HOST_KEY to a key, or set HOME".to_owned(),
            KeyError::Random(_) => "try again later".to_owned(),
        }
    }
}
