use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use jira_host::network::Resolve;

/// Answers every name with the same addresses, and counts how often it was
/// asked.
#[derive(Clone)]
pub struct Answers {
    addresses: Vec<IpAddr>,
    asked: Arc<AtomicUsize>,
}

impl Answers {
    pub fn with(addresses: &[&str]) -> Answers {
        let addresses = addresses.iter().map(|address| address.parse().unwrap());
        Answers {
            addresses: addresses.collect(),
            asked: Arc::default(),
        }
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Resolve for Answers {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.addresses.clone())
    }
}

/// Never answers.
pub struct Silent;

#[async_trait]
impl Resolve for Silent {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        std::future::pending().await
    }
}

/// Knows no name.
pub struct Unknowing;

#[async_trait]
impl Resolve for Unknowing {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Err(io::ErrorKind::NotFound.into())
    }
}
