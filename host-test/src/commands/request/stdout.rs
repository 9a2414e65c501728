use std::io::{self, IsTerminal, Write};

use super::super::context::interruption;
use crate::exit::{Exit, Failure};

/// Writes to standard output. Whoever reads it may be slow, or never read;
/// Ctrl-C ends that too.
pub(super) async fn write(
    writing: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> Result<(), Failure> {
    let writing = tokio::task::spawn_blocking(writing);
    tokio::select! {
        biased;
        written = writing => match written {
            Ok(written) => Ok(written?),
            Err(error) => Err(Failure::new(Exit::Other, error)),
        },
        () = interruption() => Err(Failure::silent(Exit::Interrupted)),
    }
}

/// These bytes and nothing else.
pub(super) fn copy(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// A body, byte for byte. On a terminal the prompt gets a line of its own.
pub(super) fn copy_body(body: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(body)?;
    if stdout.is_terminal() && !body.is_empty() && !body.ends_with(b"\n") {
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}
