//! Where a new file goes, and why it cannot go there.

use std::io;
use std::path::{self, Path};

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Why a path that ends as a folder's is the place of no file.
pub(super) fn check_name(path: &Path) -> io::Result<()> {
    match path.as_os_str().as_encoded_bytes().last() {
        Some(last) if path::is_separator(char::from(*last)) => {
            Err(io::Error::other("it is a folder that is not there"))
        }
        _ => Ok(()),
    }
}

/// Why no file can be made in a folder: it is not there, or as the system said,
/// which names a file that nobody gave.
pub(super) fn not_made_in(folder: &Path, error: &io::Error) -> io::Error {
    let shown = folder.display();
    io::Error::other(match folder.is_dir() {
        true => format!("in `{shown}`: {}", error.kind()),
        false => format!("there is no folder `{shown}`"),
    })
}

/// Why nothing is written where a folder is.
pub(super) fn is_folder() -> io::Error {
    io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")
}

/// Why nothing is written where a file is that must stay.
pub(super) fn is_there() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "it is there already")
}
