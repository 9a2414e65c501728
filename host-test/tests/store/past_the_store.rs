//! What a test does to a server past the store.

use std::fs;
use std::path::PathBuf;

use jira_host::secrets::RedisAddress;

use crate::redis_server::{DURABLE, RedisServer};

impl RedisServer {
    /// Starts it again, with what is on its disk.
    pub fn start_again(&mut self) {
        let _ = fs::remove_file(self.socket());
        assert!(self.run(&DURABLE));
    }

    /// Where it keeps its log.
    pub fn folder(&self) -> PathBuf {
        self.socket().parent().unwrap().to_owned()
    }

    pub fn address(&self, store: &str) -> RedisAddress {
        self.url(store).parse().unwrap()
    }

    pub fn client(&self) -> redis::Connection {
        let url = format!("redis+unix://{}", self.socket().display());
        redis::Client::open(url).unwrap().get_connection().unwrap()
    }

    pub fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query(&mut self.client()).unwrap()
    }
}
