//! Files that this process has open already, such as `/dev/stdout`. Whoever opened
//! one may have written to it before, and goes on after: opened once more, it would
//! be written to at a place of its own, and what comes after would overwrite that.

use std::fs::File;
use std::io;
use std::path::Path;

/// The file that a path names by its descriptor.
pub(super) fn open_already(path: &Path) -> Option<io::Result<File>> {
    let again = |_| File::options().append(true).open(path);
    Some(duplicate(descriptor(path)?).or_else(again))
}

/// Whether a path names a file by its descriptor.
pub(super) fn is_open_already(path: &Path) -> bool {
    descriptor(path).is_some()
}

fn descriptor(path: &Path) -> Option<i32> {
    match path.to_str()? {
        "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        path => {
            let number = path.strip_prefix("/dev/fd/");
            let number = number.or_else(|| path.strip_prefix("/proc/self/fd/"))?;
            number.parse().ok()
        }
    }
}

#[cfg(unix)]
fn duplicate(descriptor: i32) -> io::Result<File> {
    use std::os::fd::AsFd;
    let duplicate = match descriptor {
        1 => io::stdout().as_fd().try_clone_to_owned()?,
        2 => io::stderr().as_fd().try_clone_to_owned()?,
        other => other_duplicate(other)?,
    };
    Ok(duplicate.into())
}

/// By its number alone, a descriptor cannot be borrowed.
#[cfg(target_os = "linux")]
fn other_duplicate(descriptor: i32) -> io::Result<std::os::fd::OwnedFd> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let this_process = pidfd_open(getpid(), PidfdFlags::empty())?;
    let none = PidfdGetfdFlags::empty();
    Ok(pidfd_getfd(this_process, descriptor, none)?)
}

/// Elsewhere, to open one once more is to duplicate it.
#[cfg(all(unix, not(target_os = "linux")))]
fn other_duplicate(_: i32) -> io::Result<std::os::fd::OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn duplicate(_: i32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}
