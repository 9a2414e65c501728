use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::super::StoreError;
use super::super::key_error::KeyError;
use super::super::seal::SealError;

/// Why a store in a file cannot be used as asked. Nothing was changed, unless
/// the variant says otherwise, and [`advice`](SqliteError::advice) says what to
/// do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// There is no store.
    #[error("there is no store at `{}`", .0.display())]
    Missing(PathBuf),
    /// The file is something else, or empty.
    #[error("`{}` is not a store of this program", .0.display())]
    NotAStore(PathBuf),
    /// A log of changes is there, and the store that it belongs to is not.
    #[error("the store `{}` is missing, but its log of changes is there", .0.display())]
    LogWithoutStore(PathBuf),
    /// A newer program wrote the store.
    #[error("the store `{}` has format {found}, and this program knows {known}", path.display(), known = super::FORMAT)]
    NewerFormat {
        /// The store.
        path: PathBuf,
        /// The format that it has.
        found: i64,
    },
    /// The store is sealed under another key.
    #[error("the key does not open the store `{}`", .0.display())]
    WrongKey(PathBuf),
    /// Another process has changed the key.
    #[error("the key of the store `{}` was changed while it was open", .0.display())]
    KeyChanged(PathBuf),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Another process has had the store for longer than this one waits.
    #[error("the store `{}` is locked by another process", .0.display())]
    Locked(PathBuf),
    /// The store cannot be written.
    #[error("the store `{}` is read-only", .0.display())]
    ReadOnly(PathBuf),
    /// There is no room left.
    #[error("there is no room left for the store `{}`", .0.display())]
    Full(PathBuf),
    /// The file cannot be opened, read or written. A change may have been made.
    #[error("the store `{}` cannot be reached: {why}", path.display())]
    Unreachable {
        /// The store.
        path: PathBuf,
        /// Why, in the system's or SQLite's words.
        why: String,
    },
    /// Part of the file is not what was written.
    #[error("the store `{}` is damaged: {what}", path.display())]
    Damaged {
        /// The store.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Everything is sealed under the next key, and no file has that key.
    #[error("the key of the store `{}` was changed, but cannot be written: {why}", path.display())]
    KeyNotKept {
        /// The store.
        path: PathBuf,
        /// Why it cannot be written.
        why: KeyError,
    },
    /// A value could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// An import that is no sealed export, or one under another key.
    #[error("this is not an export that the key opens")]
    NotAnExport,
    /// An import would have overwritten something.
    #[error("{keys} of the keys are in the store already, `{first}` among them")]
    Occupied {
        /// How many keys of the export the store has.
        keys: usize,
        /// One of them.
        first: String,
    },
    /// An export holds what the store does not take.
    #[error("the export holds something that is no entry: {0:?}")]
    Refused(StoreError),
    /// The program is ending. A change may have been made.
    #[error("the store was left because the program is ending")]
    Interrupted,
}

impl SqliteError {
    /// What to do about it.
    pub fn advice(&self) -> String {
        let advice = match self {
            SqliteError::Missing(_) => "name another file; storing something makes a new store",
            SqliteError::NotAStore(_) => {
                "name another file, or bring the store back from a backup; this one was not touched"
            }
            SqliteError::LogWithoutStore(path) => {
                return format!(
                    "bring `{0}` back, with `{0}-wal` beside it as it is; or move that away to \
                     begin anew",
                    path.display()
                );
            }
            SqliteError::NewerFormat { .. } => "use the newer version of this program",
            SqliteError::WrongKey(_) => {
                "bring back the key that the store was made with; without it the store cannot be \
                 read, and people must connect again"
            }
            SqliteError::KeyChanged(_) => "start this program again with the new key",
            SqliteError::Key(error) => return error.advice(),
            SqliteError::Locked(_) => {
                "try again; if it stays so, find the process that holds it, such as a backup or an \
                 open SQLite shell"
            }
            SqliteError::ReadOnly(path) => {
                return format!(
                    "let this user write `{}` and the folder that it is in",
                    path.display()
                );
            }
            SqliteError::Full(_) => "make room on the disk, then try again; nothing was lost",
            SqliteError::Unreachable { .. } => {
                "see to it that the disk works and that this user may read and write the file and \
                 its folder"
            }
            SqliteError::Damaged { .. } => {
                "stop what uses it, keep a copy of the file and of those beside it, and bring the \
                 store back from a backup"
            }
            SqliteError::KeyNotKept { .. } => {
                "only this program has the new key: do not end it before it has made an export \
                 under another key; where it has ended, bring the store and its key file back from \
                 a backup"
            }
            SqliteError::Seal(SealError::Random(_)) | SqliteError::Interrupted => "try again",
            SqliteError::Seal(SealError::TooLong) => "store something smaller",
            SqliteError::NotAnExport => {
                "name the file that an export wrote, and the key file that it was made with"
            }
            SqliteError::Occupied { .. } => {
                "nothing was imported; ask for them to be replaced, or import into a new store"
            }
            SqliteError::Refused(_) => "export it again with this version of the program",
        };
        advice.to_owned()
    }

    /// What SQLite says, in classes that an operator can act on.
    pub(super) fn classify(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed,
            ) => SqliteError::Locked(path),
            Some(ErrorCode::ReadOnly) => SqliteError::ReadOnly(path),
            Some(ErrorCode::DiskFull) => SqliteError::Full(path),
            Some(ErrorCode::NotADatabase) => SqliteError::NotAStore(path),
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
                | ErrorCode::NoLargeFileSupport,
            ) => SqliteError::Unreachable {
                path,
                why: error.to_string(),
            },
            // Also a table that is missing, and a column of another type.
            _ => SqliteError::Damaged {
                path,
                what: error.to_string(),
            },
        }
    }

    /// What the system says of the file.
    pub(super) fn unreachable(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SqliteError::Full(path),
            io::ErrorKind::ReadOnlyFilesystem => SqliteError::ReadOnly(path),
            _ => SqliteError::Unreachable {
                path,
                why: error.to_string(),
            },
        }
    }
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        let text = format!("{error}: {}", error.advice());
        match error {
            SqliteError::Locked(_)
            | SqliteError::Full(_)
            | SqliteError::Unreachable { .. }
            | SqliteError::Interrupted => StoreError::Unavailable(text),
            _ => StoreError::Other(text),
        }
    }
}
