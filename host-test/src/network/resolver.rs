use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::address_rules::AddressRules;
use super::dial::DialError;

/// How names are resolved: by the platform, or by what is put in its place.
///
/// Whatever it answers is judged by the network's rules, and connections are
/// made to the very addresses that were judged.
#[async_trait]
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a host.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The platform's resolver.
pub(super) struct PlatformResolver;

#[async_trait]
impl Resolve for PlatformResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let addresses = tokio::net::lookup_host((host, 0)).await?;
        Ok(addresses.map(|address| address.ip()).collect())
    }
}

/// Resolves, and leaves only what may be connected to. There is no second
/// lookup afterwards: a name that changes its mind changes nothing.
#[derive(Clone)]
pub(super) struct CheckedResolver {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) rules: Arc<AddressRules>,
    pub(super) timeout: Duration,
}

impl CheckedResolver {
    /// The same, for what the operator named, wherever it is.
    pub(super) fn unchecked(&self) -> Self {
        CheckedResolver {
            rules: Arc::new(AddressRules::everything()),
            ..self.clone()
        }
    }

    pub(super) async fn resolve(self, host: &str) -> Result<Vec<SocketAddr>, DialError> {
        let addresses = tokio::time::timeout(self.timeout, self.resolver.resolve(host))
            .await
            .map_err(|_| DialError::ResolveTimeout)?
            .map_err(DialError::Unresolved)?;
        let mut denied = None;
        let mut allowed = Vec::with_capacity(addresses.len());
        for address in addresses {
            match self.rules.judge(host, address) {
                Ok(()) => allowed.push(SocketAddr::new(address, 0)),
                Err(kind) => denied = Some(kind),
            }
        }
        match denied {
            _ if !allowed.is_empty() => Ok(allowed),
            Some(kind) => Err(DialError::Prohibited(kind)),
            None => Err(DialError::Unresolved(io::ErrorKind::NotFound.into())),
        }
    }
}

impl Service<Name> for CheckedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, DialError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.resolve(name.as_str()).await?;
            Ok(addresses.into_iter())
        })
    }
}
