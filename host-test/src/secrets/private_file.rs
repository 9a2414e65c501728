//! Files that only their owner can read, written so that a crash leaves the old
//! content or the new one.

use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Makes a file that was not there. Where it is there by now, nothing is
/// changed and the error says so.
pub(super) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    write_beside(path, content)?.persist_noclobber(path)?;
    sync_folder(path)
}

/// Makes a file, or gives it another content.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    write_beside(path, content)?.persist(path)?;
    sync_folder(path)
}

/// Makes the folders of a file that are missing, for their owner only.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder(path))
}

/// Makes what happened to the names in a file's folder last.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and need not be.
    if cfg!(unix) {
        File::open(folder(path))?.sync_all()?;
    }
    Ok(())
}

/// Whether a file belongs to the user that this process acts as. Elsewhere than
/// on Unix it is in the user's profile, which is theirs.
pub(super) fn is_ours(file: &File) -> io::Result<bool> {
    #[cfg(unix)]
    {
        let owner = std::os::unix::fs::MetadataExt::uid(&file.metadata()?);
        Ok(owner == rustix::process::geteuid().as_raw())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(true)
    }
}

/// The permissions of a file, where they let others than its owner at it.
pub(super) fn exposed_mode(file: &File) -> io::Result<Option<u32>> {
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o777;
    // Elsewhere a file is as private as its folder.
    #[cfg(not(unix))]
    let mode = {
        let _ = file;
        0
    };
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn write_beside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(folder(path))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}
