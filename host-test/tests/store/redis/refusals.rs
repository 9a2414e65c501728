//! Servers that turn a connection away, for now or for good.

use jira_host::secrets::{RedisAddress, RedisError, RedisStore, SealedStoreError};

use super::opened::key;
use crate::redis_server::RedisServer;
use crate::rules::stored;

async fn refusal(address: &RedisAddress) -> RedisError {
    match RedisStore::open(address, key()).await {
        Err(SealedStoreError::Redis(error)) => error,
        opened => panic!("{opened:?}"),
    }
}

/// A store in the server's database 1, which has to be chosen.
fn in_another_database(server: &RedisServer) -> RedisAddress {
    let url = format!("{}&db=1", server.url("a"));
    url.parse().unwrap()
}

#[tokio::test]
async fn a_server_with_no_room_for_another_client_may_have_some_later() {
    let settings = ["--requirepass", "word", "--maxclients", "1"];
    let Some(server) = RedisServer::start_with(&settings) else {
        return;
    };
    let _only_one = server.client();
    for address in [server.address("a"), in_another_database(&server)] {
        for address in [address.clone(), address.with_password("word")] {
            let error = refusal(&address).await;
            assert!(matches!(error, RedisError::Unreachable { .. }), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_busy_when_the_database_is_chosen_may_not_be_later() {
    let Some(server) = RedisServer::start_with(&["--lua-time-limit", "1"]) else {
        return;
    };
    let endless = std::thread::spawn({
        let mut client = server.client();
        move || {
            let mut script = redis::cmd("EVAL");
            script.arg("while true do end").arg(0);
            script.exec(&mut client)
        }
    });
    let mut client = server.client();
    let is_busy = |error: redis::RedisError| error.code() == Some("BUSY");
    while !redis::cmd("PING").exec(&mut client).is_err_and(is_busy) {}
    let error = refusal(&in_another_database(&server)).await;
    let _: String = server.command(&["SCRIPT", "KILL"]);
    assert!(endless.join().unwrap().is_err());
    assert!(matches!(error, RedisError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_password_is_missed_also_where_the_database_is_to_be_chosen() {
    let Some(server) = RedisServer::start_with(&["--requirepass", "word"]) else {
        return;
    };
    let error = refusal(&in_another_database(&server)).await;
    assert!(matches!(error, RedisError::Denied { .. }), "{error:?}");
}

#[tokio::test]
async fn a_database_that_there_is_not_is_told_in_the_servers_words() {
    let Some(server) = RedisServer::start_with(&["--databases", "1"]) else {
        return;
    };
    let error = refusal(&in_another_database(&server)).await;
    assert!(matches!(error, RedisError::Unsuitable { .. }), "{error:?}");
    assert!(error.to_string().contains("out of range"), "{error}");
}

#[tokio::test]
async fn a_store_is_in_the_database_that_its_address_names() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let opened = RedisStore::open(&in_another_database(&server), key()).await;
    stored(&opened.unwrap(), "app", "x").await;
    let told: String = server.command(&["INFO", "keyspace"]);
    assert!(told.contains("db1:") && !told.contains("db0:"), "{told}");
}
