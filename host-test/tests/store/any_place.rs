//! A sealed store of either kind, and what can be done to it from outside.

use std::fs;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jira_host::secrets::{KeySource, RedisStore, SealedStore, SealedStoreError, SqliteStore};
use redis::Commands;

use crate::place::{Place, contains, files};
use crate::redis_server::RedisServer;
use crate::rules::stored;

/// Makes a test of each function for each kind of store.
macro_rules! on_every_store {
    ($($(#[$attribute:meta])* $name:ident,)*) => {
        mod sqlite {
            $(
                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(crate::any_place::AnyPlace::file()).await;
                }
            )*
        }

        mod redis {
            $(
                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(place) = crate::any_place::AnyPlace::redis() {
                        super::$name(place).await;
                    }
                }
            )*
        }
    };
}

/// Where a store is, with its key file and other files beside it.
pub struct AnyPlace {
    files: Place,
    server: Option<(Arc<RedisServer>, String)>,
}

impl AnyPlace {
    pub fn file() -> Self {
        AnyPlace {
            files: Place::new(),
            server: None,
        }
    }

    /// `None` where there is no server on this machine.
    pub fn redis() -> Option<Self> {
        RedisServer::start().map(|server| AnyPlace::on(Arc::new(server)))
    }

    pub fn on(server: Arc<RedisServer>) -> Self {
        static STORES: AtomicU32 = AtomicU32::new(1);
        let number = STORES.fetch_add(1, Ordering::Relaxed);
        AnyPlace {
            files: Place::new(),
            server: Some((server, format!("store-{number}"))),
        }
    }

    /// Another place of the same kind.
    pub fn another(&self) -> Self {
        match &self.server {
            None => AnyPlace::file(),
            Some((server, _)) => AnyPlace::on(Arc::clone(server)),
        }
    }

    /// The same, with a store that has some entries and is not open.
    pub async fn with_entries(self) -> Self {
        let store = self.open().await;
        for (key, value) in [
            ("app", "the client secret"),
            ("tokens/a", "the tokens of a"),
            ("tokens/b", "the tokens of b"),
        ] {
            stored(&*store, key, value).await;
        }
        self
    }

    /// Where the store is, as `--store` takes it.
    pub fn address(&self) -> String {
        match &self.server {
            None => self.files.store().to_str().unwrap().to_owned(),
            Some((server, store)) => server.url(store),
        }
    }

    /// Where the store is, as it is told.
    pub fn shown(&self) -> String {
        match &self.server {
            None => self.address(),
            Some((server, store)) => server.address(store).to_string(),
        }
    }

    pub async fn open(&self) -> Arc<dyn SealedStore> {
        self.try_open().await.unwrap()
    }

    pub async fn try_open(&self) -> Result<Arc<dyn SealedStore>, SealedStoreError> {
        self.try_open_with(self.files.keys()).await
    }

    pub async fn try_open_with(
        &self,
        keys: impl Into<KeySource>,
    ) -> Result<Arc<dyn SealedStore>, SealedStoreError> {
        match &self.server {
            None => Ok(Arc::new(SqliteStore::open(self.files.store(), keys)?)),
            Some((server, store)) => {
                let address = server.address(store);
                Ok(Arc::new(RedisStore::open(&address, keys).await?))
            }
        }
    }

    /// Whether there is a store, or anything of one.
    pub fn has_store(&self) -> bool {
        match &self.server {
            None => self.files.store().exists(),
            Some((server, _)) => server.client().exists(self.entries()).unwrap(),
        }
    }

    /// What is kept for a key.
    pub fn field(&self, key: &str) -> Vec<u8> {
        match &self.server {
            None => {
                let sql = "SELECT value FROM entries WHERE key = ?1";
                let sqlite = self.files.sqlite();
                sqlite.query_row(sql, [key], |row| row.get(0)).unwrap()
            }
            Some((server, _)) => {
                let field: Vec<u8> = server.client().hget(self.entries(), key).unwrap();
                field
            }
        }
    }

    /// Puts something in its place. Where the version is part of it, that stays.
    pub fn set_field(&self, key: &str, field: &[u8]) {
        match &self.server {
            None => {
                let sql = "UPDATE entries SET value = ?2 WHERE key = ?1";
                assert_eq!(self.files.sqlite().execute(sql, (key, field)).unwrap(), 1);
            }
            Some((server, _)) => {
                let version = &self.field(key)[..8];
                let field = [version, field.get(8..).unwrap_or(field)].concat();
                let added: u32 = server.client().hset(self.entries(), key, field).unwrap();
                assert_eq!(added, 0);
            }
        }
    }

    /// Moves what is kept for a key to another one, with its version.
    pub fn move_field(&self, from: &str, to: &str) {
        match &self.server {
            None => {
                let sqlite = self.files.sqlite();
                let delete = "DELETE FROM entries WHERE key = ?1";
                sqlite.execute(delete, [to]).unwrap();
                let rename = "UPDATE entries SET key = ?2 WHERE key = ?1";
                assert_eq!(sqlite.execute(rename, [from, to]).unwrap(), 1);
            }
            Some((server, _)) => {
                let field = self.field(from);
                let _: u32 = server.client().hset(self.entries(), to, field).unwrap();
            }
        }
    }

    /// Whether this is anywhere on the disk, in the store's files or the
    /// server's.
    pub fn contains(&self, bytes: &[u8]) -> bool {
        let server = self
            .server
            .iter()
            .flat_map(|(server, _)| files(&server.folder()));
        let mut server = server.filter(|file| !file.ends_with("socket"));
        self.files.contains(bytes) || server.any(|file| contains(&fs::read(file).unwrap(), bytes))
    }

    /// Returns when the server has put away what was in its log before the key
    /// was changed.
    pub fn wait_for_the_log(&self) {
        let Some((server, _)) = &self.server else {
            return;
        };
        let is_done = || {
            let told: String = server.command(&["INFO", "persistence"]);
            told.contains("aof_rewrite_in_progress:0") && told.contains("aof_rewrite_scheduled:0")
        };
        while !is_done() {}
    }

    fn entries(&self) -> String {
        let (_, store) = self.server.as_ref().unwrap();
        format!("jira-host:{{{store}}}")
    }
}

impl Deref for AnyPlace {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.files
    }
}
