use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::super::error::SealedStoreError;

/// Why a store in a file cannot be used, where only a file can be so.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// A log of changes is there, and the store that it belongs to is not.
    #[error("the store `{}` is missing, but its log of changes is there", .0.display())]
    LogWithoutStore(PathBuf),
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
}

impl SqliteError {
    /// What to do about it.
    pub fn advice(&self) -> String {
        let advice = match self {
            SqliteError::LogWithoutStore(path) => {
                return format!(
                    "bring `{0}` back, with `{0}-wal` beside it as it is; or move that away to \
                     begin anew",
                    path.display()
                );
            }
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
        };
        advice.to_owned()
    }

    /// Whether trying again may help.
    pub(in super::super) fn is_passing(&self) -> bool {
        match self {
            SqliteError::Locked(_) | SqliteError::Full(_) | SqliteError::Unreachable { .. } => true,
            SqliteError::LogWithoutStore(_) | SqliteError::ReadOnly(_) => false,
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

/// What SQLite says, in classes that an operator can act on.
pub(super) fn classify(path: &Path, error: rusqlite::Error) -> SealedStoreError {
    let owned = path.to_owned();
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed,
        ) => SqliteError::Locked(owned).into(),
        Some(ErrorCode::ReadOnly) => SqliteError::ReadOnly(owned).into(),
        Some(ErrorCode::DiskFull) => SqliteError::Full(owned).into(),
        Some(ErrorCode::NotADatabase) => SealedStoreError::NotAStore(named(path)),
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::NoLargeFileSupport,
        ) => SealedStoreError::Sqlite(SqliteError::Unreachable {
            path: owned,
            why: error.to_string(),
        }),
        // Also a table that is missing, and a column of another type.
        _ => SealedStoreError::Damaged {
            at: named(path),
            what: error.to_string(),
        },
    }
}

/// Where a store is, in words.
pub(super) fn named(path: &Path) -> String {
    path.display().to_string()
}
