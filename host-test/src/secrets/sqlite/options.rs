use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::super::error::SealedStoreError;
use super::super::key_source::KeySource;
use super::SqliteStore;
use super::desk::{Desk, Role};
use super::error::{SqliteError, named};
use super::{rotation, schema};

/// How long a writer waits for another process. A change takes milliseconds, so
/// whoever has the store for longer is stuck or makes a copy; and a call to Jira
/// has 30 seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many keys a page of a list has: some 10 kB.
const PAGE_SIZE: usize = 256;

/// How a store in a file is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    busy_timeout: Duration,
    page_size: usize,
    max_file_bytes: Option<u64>,
    create: bool,
}

impl SqliteOptions {
    /// The usual: a store that is not there is made, a writer waits five seconds
    /// for another process, and the disk is the limit.
    pub fn new() -> Self {
        SqliteOptions {
            busy_timeout: BUSY_TIMEOUT,
            page_size: PAGE_SIZE,
            max_file_bytes: None,
            create: true,
        }
    }

    /// Sets how long a writer waits for another process.
    pub fn with_busy_timeout(mut self, longest: Duration) -> Self {
        self.busy_timeout = longest;
        self
    }

    /// Sets how many keys a page of a list has; at least one.
    pub fn with_page_size(mut self, keys: usize) -> Self {
        self.page_size = keys.max(1);
        self
    }

    /// Sets how large this process lets the file become. The log beside it is
    /// not counted.
    pub fn with_max_file_bytes(mut self, bytes: u64) -> Self {
        self.max_file_bytes = Some(bytes);
        self
    }

    /// Opens only a store that is there.
    pub fn existing_only(mut self) -> Self {
        self.create = false;
        self
    }

    /// Opens a store, and waits for the disk meanwhile: do so when the program
    /// starts.
    pub fn open(
        &self,
        path: impl AsRef<Path>,
        keys: impl Into<KeySource>,
    ) -> Result<SqliteStore, SealedStoreError> {
        let (path, keys) = (path.as_ref(), keys.into());
        let is_there = path
            .try_exists()
            .map_err(|error| SqliteError::unreachable(path, &error))?;
        match (is_there, self.create) {
            (true, _) => {}
            (false, true) => schema::create(path, &keys)?,
            (false, false) => return Err(SealedStoreError::Missing(named(path))),
        }
        let open = |role| Desk::open(path, keys.clone(), self.busy_timeout, role);
        let mut writer = open(Role::Writer {
            max_file_bytes: self.max_file_bytes,
        })?;
        let mut reader = open(Role::Reader)?;
        for desk in [&mut reader, &mut writer] {
            desk.read(|_, _| Ok(()))?;
        }
        rotation::finish(&mut writer)?;
        Ok(SqliteStore {
            path: path.to_owned(),
            page_size: self.page_size,
            reader: Arc::new(Mutex::new(reader)),
            writer: Arc::new(Mutex::new(writer)),
        })
    }
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions::new()
    }
}
