mod command;
mod crashes;
#[cfg(unix)]
mod failover;
mod faults;
mod opened;
mod refusals;
mod settling;
mod sharing;
#[cfg(unix)]
mod tls;

use std::sync::Arc;

use jira_host::secrets::{RedisOptions, RedisStore};

use self::opened::key;
use crate::redis_server::RedisServer;
use crate::rules::AnyStore;

async fn open(server: &RedisServer) -> RedisStore {
    let options = RedisOptions::new().with_page_size(2);
    options.open(&server.address("a"), key()).await.unwrap()
}

async fn empty() -> Option<(RedisServer, AnyStore)> {
    let server = RedisServer::start()?;
    let store = open(&server).await;
    Some((server, Arc::new(store)))
}

keeps_the_rules! { empty().await }

/// One half of the calls goes to one store, the other half to another one that
/// is the same on the server.
mod through_two_stores {
    use super::*;
    use crate::two_stores::Two;

    async fn empty() -> Option<(RedisServer, AnyStore)> {
        let server = RedisServer::start()?;
        let stores = [open(&server).await, open(&server).await];
        Some((server, Arc::new(Two::new(stores))))
    }

    keeps_the_rules! { empty().await }
}
