//! The file of an export.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::exit::{Exit, Failure};

/// Writes a file that was not there, for its owner only, all of it or nothing.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    try_write(path, content).map_err(|error| {
        let failure = Failure::new(
            Exit::Other,
            format!("cannot write `{}`: {error}", path.display()),
        );
        match error.kind() {
            io::ErrorKind::AlreadyExists => failure.with_hint("name a file that is not there"),
            _ => failure,
        }
    })
}

fn try_write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", path.display());
        Failure::new(Exit::Usage, message)
    })
}
