//! Only what we made ourselves is read.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The longest file that is read. The connector's code has three megabytes.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Refuses a folder where others could put something.
pub(super) fn check_dir(dir: &Path) -> Result<(), String> {
    let metadata = fs::metadata(dir).map_err(|error| format!("`{}`: {error}", dir.display()))?;
    check(dir, &metadata)
}

/// The content of a file of ours, or none where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let failed = |error| format!("`{}`: {error}", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Of the open file, which nobody can replace by another.
    check(path, &file.metadata().map_err(failed)?)?;
    let mut content = Vec::new();
    file.take(MAX_FILE_BYTES)
        .read_to_end(&mut content)
        .map_err(failed)?;
    Ok(Some(content))
}

/// Whether it belongs to us, and nobody else may write to it. Where there are
/// no such permissions it is in the user's profile, which is theirs.
fn check(path: &Path, metadata: &Metadata) -> Result<(), String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(format!("`{}` belongs to somebody else", path.display()));
        }
        if metadata.mode() & 0o022 != 0 {
            return Err(format!("others may write to `{}`", path.display()));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, metadata);
    Ok(())
}
