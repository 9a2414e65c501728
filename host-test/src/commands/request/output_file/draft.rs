use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempPath;

/// Where a file grows that has not got its name yet. It is removed when nobody
/// has it any more.
#[derive(Debug)]
pub(super) struct Draft(Arc<Mutex<Option<TempPath>>>);

/// Removes the draft when this is dropped, unless it has got its name; whoever
/// still writes to it. After Ctrl-C that is a thread that nobody waits for.
#[must_use]
pub(in crate::commands::request) struct Unkept(Draft);

impl Draft {
    pub(super) fn new(path: TempPath) -> Self {
        Draft(Arc::new(Mutex::new(Some(path))))
    }

    pub(super) fn unkept(&self) -> Unkept {
        Unkept(Draft(Arc::clone(&self.0)))
    }

    /// Gives it its name, unless it was removed.
    pub(super) fn keep(&self, name: &Path) -> io::Result<()> {
        self.end(|path| Ok(path.persist(name)?))
            .unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()))
    }

    /// Ends it in one of the two ways, before it can be ended in the other.
    fn end<T>(&self, end: impl FnOnce(TempPath) -> T) -> Option<T> {
        let mut path = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        path.take().map(end)
    }
}

impl Drop for Unkept {
    fn drop(&mut self) {
        self.0.end(drop);
    }
}
