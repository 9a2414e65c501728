use std::time::Duration;

use super::super::error::SealedStoreError;
use super::super::key_error::KeyError;
use super::super::key_source::KeySource;
use super::super::unlocked::Meta;
use super::address::RedisAddress;
use super::desk::{Desk, FORMAT, on_disk};
use super::error::RedisError;
use super::server::RedisServer;
use super::{RedisStore, rotation, scripts};

/// How long somebody who writes waits for another process that changes the key.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many keys a page of a list has: some 10 kB.
const PAGE_SIZE: usize = 256;

/// How a store on a server is opened.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    patience: Duration,
    page_size: usize,
    create: bool,
}

impl RedisOptions {
    /// The usual: a store that is not there is made, and a writer waits five
    /// seconds for another process that changes the key.
    pub fn new() -> Self {
        RedisOptions {
            patience: PATIENCE,
            page_size: PAGE_SIZE,
            create: true,
        }
    }

    /// Sets how long a writer waits for another process that changes the key.
    pub fn with_patience(mut self, longest: Duration) -> Self {
        self.patience = longest;
        self
    }

    /// Sets how many keys a page of a list has; at least one.
    pub fn with_page_size(mut self, keys: usize) -> Self {
        self.page_size = keys.max(1);
        self
    }

    /// Opens only a store that is there.
    pub fn existing_only(mut self) -> Self {
        self.create = false;
        self
    }

    /// Opens the store with this address, on connections of its own.
    pub async fn open(
        &self,
        address: &RedisAddress,
        keys: impl Into<KeySource>,
    ) -> Result<RedisStore, SealedStoreError> {
        let server = RedisServer::new(address)?;
        self.open_on(&server, address.store(), keys).await
    }

    /// Opens a store on a server that others are on too.
    pub async fn open_on(
        &self,
        server: &RedisServer,
        store: &str,
        keys: impl Into<KeySource>,
    ) -> Result<RedisStore, SealedStoreError> {
        let desk = Desk::new(server.clone(), store, keys.into(), self.patience)?;
        if self.create && desk.meta().await?.is_none() {
            create(&desk).await?;
        }
        desk.unlock().await?;
        rotation::finish(&desk).await?;
        Ok(RedisStore {
            desk,
            page_size: self.page_size,
        })
    }
}

impl Default for RedisOptions {
    fn default() -> Self {
        RedisOptions::new()
    }
}

/// Makes an empty store, where there is none by now.
async fn create(desk: &Desk) -> Result<(), SealedStoreError> {
    let keys = desk.keys();
    let key = match on_disk(move || keys.for_new_store()).await {
        Ok(key) => key,
        // Another process has made this very store, and the key file is its.
        Err(SealedStoreError::Key(KeyError::OfAnotherStore { .. }))
            if desk.meta().await?.is_some() =>
        {
            return Ok(());
        }
        Err(SealedStoreError::Key(KeyError::OfAnotherStore { path })) => {
            let at = desk.at().to_owned();
            return Err(RedisError::KeyWithoutStore { at, path }.into());
        }
        Err(error) => return Err(error),
    };
    let meta = Meta::new(&key)?;
    let mut call = scripts::CREATE.prepare_invoke();
    call.key(&desk.names.entries)
        .key(&desk.names.index)
        .arg(FORMAT)
        .arg(meta.store.as_slice())
        .arg(meta.key_check.as_slice());
    let ((), live) = desk.run(&call).await?;
    if desk.meta().await?.is_none() {
        return Err(SealedStoreError::NotAStore(desk.at().to_owned()));
    }
    desk.settle(live).await
}
