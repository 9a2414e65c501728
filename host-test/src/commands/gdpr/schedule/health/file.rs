use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::log;
use serde_json::Value;
use tempfile::NamedTempFile;

/// The file that is kept up to date.
pub(in super::super) struct HealthFile {
    path: PathBuf,
    /// That it cannot be written was told.
    is_told: bool,
}

impl HealthFile {
    pub(in super::super) fn new(path: PathBuf) -> Self {
        HealthFile {
            path,
            is_told: false,
        }
    }

    /// Replaces the file as a whole. Where that cannot be done, the sweep is more
    /// important; whoever watches sees that the file is old.
    pub(in super::super) fn write(&mut self, document: &Value) {
        match replace(&self.path, document) {
            Ok(()) => self.is_told = false,
            Err(error) if !self.is_told => {
                let path = self.path.display();
                log::warning(format_args!("`{path}` cannot be written: {error}"));
                self.is_told = true;
            }
            Err(_) => {}
        }
    }
}

fn replace(path: &Path, document: &Value) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    writeln!(file, "{document:#}")?;
    readable(&file)?;
    file.persist(path)?;
    Ok(())
}

/// Whoever watches may be another user; there is nothing secret in it.
#[cfg(unix)]
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o644);
    file.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
fn readable(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}
