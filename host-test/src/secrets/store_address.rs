use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::error::SealedStoreError;
use super::key_error::KeyError;
use super::key_file::KeyFile;
use super::key_source::KeySource;
use super::location::{data_path, default_store_path};
use super::master_key::MasterKey;
use super::redis::{RedisAddress, RedisAddressError, RedisError, RedisOptions};
use super::sealed_store::SealedStore;
use super::sqlite::SqliteOptions;

/// Where a sealed store is: a file, or on a Redis server.
#[derive(Clone, Debug)]
pub enum StoreAddress {
    /// The file of a [`SqliteStore`](super::SqliteStore).
    File(PathBuf),
    /// A [`RedisStore`](super::RedisStore).
    Redis(Box<RedisAddress>),
}

impl StoreAddress {
    /// Where the store is when nothing else is said. `None` for a user without a
    /// home.
    pub fn usual() -> Option<Self> {
        default_store_path().map(StoreAddress::File)
    }

    /// Reads the address of a Redis server, and takes all else for the path of a
    /// file.
    pub fn parse(text: &OsStr) -> Result<Self, RedisAddressError> {
        match text.to_str().filter(|text| RedisAddress::is_meant(text)) {
            Some(text) => Ok(StoreAddress::Redis(Box::new(text.parse()?))),
            None => Ok(StoreAddress::File(text.into())),
        }
    }

    /// Whether there is a password in it.
    pub fn has_password(&self) -> bool {
        match self {
            StoreAddress::File(_) => false,
            StoreAddress::Redis(address) => address.has_password(),
        }
    }

    /// The path that what belongs to the store on this machine has, but for an
    /// ending: the store's own, or one where this platform keeps a user's
    /// application data.
    pub fn beside(&self) -> Result<PathBuf, KeyError> {
        match self {
            StoreAddress::File(path) => Ok(path.clone()),
            StoreAddress::Redis(address) => {
                data_path(&address.file_name()).ok_or(KeyError::Homeless)
            }
        }
    }

    /// The usual source of its key: the environment variable `JIRA_HOST_KEY`
    /// where it is set, and otherwise a file [`beside`](StoreAddress::beside)
    /// the store.
    pub fn keys(&self) -> Result<KeySource, KeyError> {
        Ok(match MasterKey::from_env()? {
            Some(key) => KeySource::Key(key),
            None => KeySource::File(KeyFile::beside(&self.beside()?)),
        })
    }

    /// Opens the store, and makes it where there is none.
    pub async fn open(&self) -> Result<Arc<dyn SealedStore>, SealedStoreError> {
        self.open_as(true).await
    }

    /// Opens the store, which must be there.
    pub async fn open_existing(&self) -> Result<Arc<dyn SealedStore>, SealedStoreError> {
        self.open_as(false).await
    }

    async fn open_as(&self, create: bool) -> Result<Arc<dyn SealedStore>, SealedStoreError> {
        match self {
            StoreAddress::File(path) => {
                let mut options = SqliteOptions::new();
                if !create {
                    options = options.existing_only();
                }
                let (path, keys) = (path.clone(), self.keys()?);
                let opened = spawn_blocking(move || options.open(path, keys)).await;
                Ok(Arc::new(opened.map_err(SealedStoreError::left)??))
            }
            StoreAddress::Redis(address) => {
                let mut options = RedisOptions::new();
                if !create {
                    options = options.existing_only();
                }
                let address = address.as_ref().clone();
                let address = spawn_blocking(|| address.with_password_from_env()).await;
                let address = address.map_err(SealedStoreError::left)?;
                let address = address.map_err(RedisError::from)?;
                Ok(Arc::new(options.open(&address, self.keys()?).await?))
            }
        }
    }
}
