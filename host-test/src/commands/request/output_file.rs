mod draft;
mod open_already;

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use self::draft::Draft;
pub(super) use self::draft::Unkept;
use self::open_already::{is_open_already, open_already};
use crate::commands::new_file::{check_name, folder_of, is_folder, not_made_in};
use crate::exit::{Exit, Failure};

/// At most so many links are followed, as Linux does.
const MOST_LINKS: usize = 40;

/// The file that an answer goes to. It takes its name when it is whole; until
/// then one of that name stays as it is, and where it never is, nothing stays.
#[derive(Debug)]
pub(super) struct OutputFile {
    /// As it was given.
    path: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Beside the file that it becomes.
    Growing {
        file: File,
        draft: Draft,
        becomes: PathBuf,
    },
    /// What is no regular file, such as `/dev/null` or a named pipe, and what is
    /// open already, is written to and not replaced.
    Special(File),
}

impl OutputFile {
    /// Begins a file, so that it is known before anything is sent whether it can
    /// be written.
    pub(super) fn begin(path: &Path) -> Result<Self, Failure> {
        let target = match open_already(path) {
            Some(file) => file.map(Target::Special),
            None => Target::at(path),
        };
        Ok(OutputFile {
            path: path.to_owned(),
            target: target.map_err(|error| refused(path, &error))?,
        })
    }

    /// Whether a file could be begun; nothing stays of it. What is no regular file is
    /// not opened, as somebody may notice it.
    pub(super) fn check(path: &Path) -> Result<(), Failure> {
        match fs::metadata(path) {
            Ok(there) if !there.is_file() && !there.is_dir() => Ok(()),
            _ if is_open_already(path) => Ok(()),
            _ => Target::at(path)
                .map(drop)
                .map_err(|error| refused(path, &error)),
        }
    }

    /// Gives it its name.
    pub(super) fn keep(self) -> Result<(), Failure> {
        let kept = match self.target {
            Target::Growing {
                file,
                draft,
                becomes,
            } => file.sync_all().and_then(|()| draft.keep(&becomes)),
            Target::Special(_) => Ok(()),
        };
        kept.map_err(|error| failure(&self.path, error))
    }

    /// What removes it unless it gets its name.
    pub(super) fn unkept(&self) -> Option<Unkept> {
        match &self.target {
            Target::Growing { draft, .. } => Some(draft.unkept()),
            Target::Special(_) => None,
        }
    }

    /// Why it cannot be written.
    pub(super) fn failure(&self, error: io::Error) -> Failure {
        failure(&self.path, error)
    }

    fn file(&self) -> &File {
        self.target.file()
    }
}

impl Target {
    fn file(&self) -> &File {
        let (Target::Growing { file, .. } | Target::Special(file)) = self;
        file
    }

    fn at(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(is_folder()),
            Ok(there) if !there.is_file() => {
                let mut options = File::options();
                options.append(true).open(path).map(Target::Special)
            }
            Ok(there) if there.permissions().readonly() => Err(io::Error::other("it is read-only")),
            Ok(there) => {
                let target = growing(behind_links(path), None)?;
                target.file().set_permissions(there.permissions())?;
                Ok(target)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                check_name(path)?;
                growing(behind_links(path), of_new_files())
            }
            Err(error) => Err(error),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write to `{}`: {error}", path.display());
    Failure::new(Exit::Usage, message)
}

fn failure(path: &Path, error: io::Error) -> Failure {
    Failure::from(error).about(&format!("cannot write to `{}`", path.display()))
}

fn growing(becomes: PathBuf, permissions: Option<Permissions>) -> io::Result<Target> {
    let folder = folder_of(&becomes);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".jira-host-").suffix(".part");
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let made = builder.tempfile_in(folder);
    let file = made.map_err(|error| not_made_in(folder, &error))?;
    let (file, path) = file.into_parts();
    Ok(Target::Growing {
        file,
        draft: Draft::new(path),
        becomes,
    })
}

/// The file behind a link, which is there or not: it is replaced, not the link.
fn behind_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = path.with_file_name(target);
    }
    path
}

/// What any other program would give a new file; a temporary one is closed to
/// others.
#[cfg(unix)]
fn of_new_files() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn of_new_files() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn names(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries.map(|it| name(it).into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_when_it_is_whole_and_the_one_before_stays_until_then() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "before").unwrap();
        let mut file = OutputFile::begin(&path).unwrap();
        file.write_all(b"now").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        file.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"now");
        assert_eq!(names(&folder), ["file"]);
    }

    #[test]
    fn what_never_is_whole_leaves_nothing() {
        let folder = TempDir::new().unwrap();
        let mut file = OutputFile::begin(&folder.path().join("file")).unwrap();
        file.write_all(b"half").unwrap();
        assert_eq!(names(&folder).len(), 1);
        drop(file);
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn what_is_given_up_while_it_is_written_leaves_nothing_and_gets_no_name() {
        let folder = TempDir::new().unwrap();
        let mut file = OutputFile::begin(&folder.path().join("file")).unwrap();
        drop(file.unkept());
        assert!(names(&folder).is_empty());
        file.write_all(b"more").unwrap();
        file.keep().unwrap_err();
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn what_has_its_name_is_not_given_up() {
        let folder = TempDir::new().unwrap();
        let file = OutputFile::begin(&folder.path().join("file")).unwrap();
        let unkept = file.unkept();
        file.keep().unwrap();
        drop(unkept);
        assert_eq!(names(&folder), ["file"]);
    }

    #[test]
    fn where_no_file_can_be_is_told_with_its_name() {
        let folder = TempDir::new().unwrap();
        for wrong in [folder.path().to_owned(), folder.path().join("none/file")] {
            let failure = OutputFile::begin(&wrong).unwrap_err();
            let told = format!("cannot write to `{}`: ", wrong.display());
            assert!(failure.message().starts_with(&told), "{failure}");
            assert!(!failure.message().contains(".part"), "{failure}");
            assert_eq!(failure.exit(), Exit::Usage);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_has_the_permissions_of_the_one_before_and_a_link_stays_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = TempDir::new().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&path, "before").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        let mut file = OutputFile::begin(&link).unwrap();
        file.write_all(b"now").unwrap();
        file.keep().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"now");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_that_is_not_there_yet_stays_a_link() {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("sub/file", &link).unwrap();
        let mut file = OutputFile::begin(&link).unwrap();
        file.write_all(b"now").unwrap();
        file.keep().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(folder.path().join("sub/file")).unwrap(), b"now");
    }

    #[test]
    fn a_file_that_is_read_only_is_not_replaced() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "before").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let failure = OutputFile::begin(&path).unwrap_err();
        assert!(failure.message().ends_with("it is read-only"), "{failure}");
        assert_eq!(names(&folder), ["file"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_open_already_is_written_to_where_its_owner_is() {
        use std::os::fd::AsRawFd;
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        let mut open = File::create(&path).unwrap();
        open.write_all(b"before, ").unwrap();
        let descriptor = format!("/proc/self/fd/{}", open.as_raw_fd());
        let mut file = OutputFile::begin(Path::new(&descriptor)).unwrap();
        file.write_all(b"now, ").unwrap();
        file.keep().unwrap();
        open.write_all(b"after").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before, now, after");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_written_to_and_stays() {
        let mut file = OutputFile::begin(Path::new("/dev/null")).unwrap();
        file.write_all(b"gone").unwrap();
        file.keep().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
