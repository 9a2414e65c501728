//! The file of an export.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::commands::new_file::{check_name, folder_of, is_folder, is_there, not_made_in};
use crate::exit::{Exit, Failure};

/// What stands for standard input and standard output.
const STANDARD: &str = "-";

/// The file that an export goes to or comes from.
pub(super) struct SealedFile<'a>(&'a Path);

impl<'a> SealedFile<'a> {
    pub(super) fn new(path: &'a Path) -> Self {
        SealedFile(path)
    }

    /// Whether it is standard input or output.
    pub(super) fn is_standard(&self) -> bool {
        self.0 == Path::new(STANDARD)
    }

    /// What people call it, where it is written to.
    pub(super) fn as_output(&self) -> String {
        self.named("standard output")
    }

    /// Sees to it that it can be written, before anything is made for it.
    pub(super) fn check_place(&self) -> Result<(), Failure> {
        let checked = match self.is_standard() {
            true => Ok(()),
            false => check_new(self.0),
        };
        checked.map_err(|why| self.unwritten(&why).with_exit(Exit::Usage))
    }

    /// Writes a file that was not there, for its owner only, all of it or nothing.
    pub(super) fn write(&self, content: &[u8]) -> Result<(), Failure> {
        let written = match self.is_standard() {
            true => write_to_stdout(content),
            false => write_new(self.0, content),
        };
        written.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => error.into(),
            _ => self.unwritten(&error),
        })
    }

    fn unwritten(&self, error: &io::Error) -> Failure {
        let message = format!("cannot write to {}: {error}", self.as_output());
        match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory => {
                Failure::new(Exit::Usage, message).with_hint("name a file that is not there")
            }
            _ => Failure::new(Exit::Other, message),
        }
    }

    /// Reads a file.
    pub(super) fn read(&self) -> Result<Vec<u8>, Failure> {
        let read = match self.is_standard() {
            true => read_stdin(),
            false => fs::read(self.0),
        };
        read.map_err(|error| {
            let message = format!("cannot read {}: {error}", self.named("standard input"));
            Failure::new(Exit::Usage, message)
        })
    }

    fn named(&self, standard: &str) -> String {
        match self.is_standard() {
            true => standard.to_owned(),
            false => format!("`{}`", self.0.display()),
        }
    }
}

fn write_to_stdout(content: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    if stdout.is_terminal() {
        return Err(io::Error::other(
            "an export is no text, and this is a terminal",
        ));
    }
    stdout.write_all(content)?;
    stdout.flush()
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    io::stdin().lock().read_to_end(&mut content)?;
    Ok(content)
}

fn check_new(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    match path.symlink_metadata() {
        Ok(_) if path.is_dir() => Err(is_folder()),
        Ok(_) => Err(is_there()),
        _ if !folder.is_dir() => Err(not_made_in(folder, &io::ErrorKind::NotFound.into())),
        _ => check_name(path),
    }
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    let made = NamedTempFile::new_in(folder);
    let mut file = made.map_err(|error| not_made_in(folder, &error))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}
