use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::commands::new_file::{check_name, folder_of, is_folder, not_made_in};
use crate::exit::{Exit, Failure};
use crate::log;

/// The file that is kept up to date.
pub(in super::super) struct HealthFile {
    path: PathBuf,
    /// That it cannot be written was told.
    is_told: bool,
}

impl HealthFile {
    /// A file where one can be: a typing error would else show when somebody looks
    /// for it.
    pub(in super::super) fn new(path: PathBuf) -> Result<Self, Failure> {
        let checked = match path.is_dir() {
            true => Err(is_folder()),
            false => check_name(&path).and_then(|()| check_folder(folder_of(&path))),
        };
        let Err(why) = checked else {
            return Ok(HealthFile {
                path,
                is_told: false,
            });
        };
        let message = format!("`{}` cannot be the health file: {why}", path.display());
        Err(Failure::new(Exit::Configuration, message).with_hint("choose another with `--health`"))
    }

    /// Replaces the file as a whole. Where that cannot be done, the sweep is more
    /// important; whoever watches sees that the file is old.
    pub(in super::super) fn write(&mut self, document: &Value) {
        match replace(&self.path, document) {
            Ok(()) => self.is_told = false,
            Err(error) if !self.is_told => {
                let path = self.path.display();
                let why = error.kind();
                log::warning(format_args!("`{path}` cannot be written: {why}"));
                self.is_told = true;
            }
            Err(_) => {}
        }
    }
}

fn check_folder(folder: &Path) -> io::Result<()> {
    let made = NamedTempFile::new_in(folder);
    made.map(drop).map_err(|error| not_made_in(folder, &error))
}

fn replace(path: &Path, document: &Value) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder_of(path))?;
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
