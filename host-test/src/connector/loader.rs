use std::path::{Path, PathBuf};

use super::cache::{Cache, default_cache_dir};
use super::{Connector, LoadError, compile, engine, read};

/// How many calls run at once, where nothing else is said. Most of a call is
/// waiting for Atlassian, which for one site answers about ten requests a
/// second; this serves many sites. A call commonly takes a few megabytes. Were
/// all to take what they may ([`Limits::memory_bytes`](crate::Limits), 256 MiB),
/// that would be 16 GiB: on a smaller machine, where callers ask for long
/// answers, lower either.
const MAX_CONCURRENT_CALLS: u32 = 64;

/// How a component is loaded.
///
/// ```no_run
/// # use jira_host::{Loader, LoadError};
/// # fn load() -> Result<(), LoadError> {
/// let connector = Loader::new()
///     .with_max_concurrent_calls(200)
///     .with_default_cache()
///     .load("jira_connector.wasm")?;
/// # let _ = connector;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Loader {
    max_concurrent_calls: u32,
    cache: Option<PathBuf>,
}

impl Loader {
    /// Compiles anew, for at most 64 calls at once.
    pub fn new() -> Loader {
        Loader {
            max_concurrent_calls: MAX_CONCURRENT_CALLS,
            cache: None,
        }
    }

    /// Sets how many calls may run at once, over all tenants; at least one. The
    /// next one is answered
    /// [`CallError::Busy`](crate::CallError::Busy) without delay.
    ///
    /// This many times [`Limits::memory_bytes`](crate::Limits::memory_bytes) is
    /// what they may use together.
    pub fn with_max_concurrent_calls(mut self, calls: u32) -> Self {
        self.max_concurrent_calls = calls.max(1);
        self
    }

    /// Keeps compiled code in this folder, which is made if it is not there, so
    /// that a component is compiled once and not at every start.
    ///
    /// Whoever can write there decides what this process executes. So a folder
    /// or a file that belongs to somebody else, or that others may write to, is
    /// not used; nor is one that was damaged, or made by another version. The
    /// component is then compiled as if there were no cache.
    pub fn with_cache(mut self, dir: impl Into<PathBuf>) -> Self {
        self.cache = Some(dir.into());
        self
    }

    /// Keeps it in [`default_cache_dir`], if there is one.
    pub fn with_default_cache(self) -> Self {
        match default_cache_dir() {
            Some(dir) => self.with_cache(dir),
            None => self,
        }
    }

    /// Loads a component from a file.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<Connector, LoadError> {
        let path = path.as_ref();
        let loaded = self.load_bytes(&read(path)?);
        loaded.map_err(|error| error.of_file(path))
    }

    /// Loads a component.
    pub fn load_bytes(&self, bytes: &[u8]) -> Result<Connector, LoadError> {
        let engine = engine::pooled(self.max_concurrent_calls)?;
        let component = match &self.cache {
            Some(dir) => Cache::in_dir(dir).component(&engine, bytes)?,
            None => compile(&engine, bytes)?,
        };
        Connector::linked(&component, bytes.len(), self.max_concurrent_calls)
    }
}

impl Default for Loader {
    fn default() -> Self {
        Loader::new()
    }
}
