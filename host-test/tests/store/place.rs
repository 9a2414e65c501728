//! A folder with a store in it, for as long as a test takes.

use std::fs;
use std::path::{Path, PathBuf};

use jira_host::secrets::{KeyFile, SealedStoreError, SqliteOptions, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Place {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with a store that has some entries and is not open.
    pub async fn with_entries() -> Self {
        let place = Place::new();
        let store = place.open();
        for (key, value) in [
            ("app", "the client secret"),
            ("tokens/a", "the tokens of a"),
            ("tokens/b", "the tokens of b"),
        ] {
            crate::rules::stored(&store, key, value).await;
        }
        place
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The store is in a folder that is not there at first.
    pub fn store(&self) -> PathBuf {
        self.file("made/secrets.db")
    }

    pub fn log(&self) -> PathBuf {
        self.file("made/secrets.db-wal")
    }

    pub fn key(&self) -> PathBuf {
        self.file("made/secrets.db.key")
    }

    pub fn next_key(&self) -> PathBuf {
        self.file("made/secrets.db.key.new")
    }

    pub fn keys(&self) -> KeyFile {
        KeyFile::beside(&self.store())
    }

    pub fn open(&self) -> SqliteStore {
        self.try_open().unwrap()
    }

    pub fn try_open(&self) -> Result<SqliteStore, SealedStoreError> {
        SqliteStore::open(self.store(), self.keys())
    }

    pub fn open_with(&self, options: SqliteOptions) -> SqliteStore {
        options.open(self.store(), self.keys()).unwrap()
    }

    /// The file, past the store.
    pub fn sqlite(&self) -> Connection {
        Connection::open(self.store()).unwrap()
    }

    /// Whether this is anywhere in the folder.
    pub fn contains(&self, bytes: &[u8]) -> bool {
        files(self.folder.path())
            .iter()
            .any(|file| contains(&fs::read(file).unwrap(), bytes))
    }
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
