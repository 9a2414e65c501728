//! Files whose content goes into a request.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use jira_host::Limits;

use crate::exit::{Exit, Failure};

/// What stands for standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// The longest body that the host lets out.
pub(super) fn most_bytes() -> u64 {
    Limits::default().request_body_bytes
}

/// The content of a file, or of standard input where it is called `-`. What is
/// longer than can be sent is not read to its end.
pub(super) fn read(path: &str) -> Result<Vec<u8>, Failure> {
    match path {
        STANDARD_INPUT => bounded(&name(path), io::stdin(), most_bytes()),
        _ => read_at(Path::new(path), most_bytes()),
    }
}

/// What people call it.
pub(super) fn name(path: &str) -> String {
    match path {
        STANDARD_INPUT => "standard input".to_owned(),
        _ => named(Path::new(path)),
    }
}

/// The content of a file of at most so many bytes.
pub(super) fn read_at(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let name = named(path);
    check_length(&name, length(path)?, most)?;
    let file = File::open(path).map_err(|error| unreadable(&name, &error))?;
    bounded(&name, file, most)
}

/// How long a file says it is.
pub(super) fn length(path: &Path) -> Result<u64, Failure> {
    let name = named(path);
    let about = fs::metadata(path).map_err(|error| unreadable(&name, &error))?;
    match about.is_dir() {
        true => Err(unreadable(&name, "it is a directory")),
        false => Ok(about.len()),
    }
}

/// The failure of what is too long to be sent.
pub(super) fn check_length(what: &str, bytes: u64, most: u64) -> Result<(), Failure> {
    if bytes <= most {
        return Ok(());
    }
    Err(too_long(&format!("{what} has {bytes} bytes")))
}

fn named(path: &Path) -> String {
    format!("`{}`", path.display())
}

fn bounded(name: &str, from: impl Read, most: u64) -> Result<Vec<u8>, Failure> {
    let mut content = Vec::new();
    let read = from.take(most + 1).read_to_end(&mut content);
    read.map_err(|error| unreadable(name, &error))?;
    match content.len() as u64 > most {
        true => Err(too_long(&format!("{name} has more than {most} bytes"))),
        false => Ok(content),
    }
}

fn too_long(what: &str) -> Failure {
    let most = most_bytes();
    let why = format!("{what}, and a request carries {most} at most; nothing was sent");
    Failure::new(Exit::Limit, why)
}

fn unreadable(name: &str, why: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Usage, format!("cannot read {name}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_not_read_to_its_end() {
        let read = bounded("it", &b"12345"[..], 5).unwrap();
        assert_eq!(read, b"12345");
        let failure = bounded("it", io::repeat(0), 5).unwrap_err();
        assert_eq!(failure.exit(), Exit::Limit);
        assert!(failure.message().starts_with("it has more than 5 bytes"));
    }
}
