//! Tunnels through a proxy.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;
use std::{io, iter};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::dial::{BoxError, DialError, bare, connector};
use super::proxy::Proxy;
use super::resolver::CheckedResolver;
use super::timeouts::Timeouts;

/// How long this machine tries to resolve a name that the proxy can resolve too.
/// Where there is a proxy, there is often no DNS for the world outside, and
/// nothing that would say so.
const OWN_RESOLUTION: Duration = Duration::from_secs(2);

/// Opens tunnels through a proxy to the origins that were allowed.
#[derive(Clone)]
pub(super) struct Tunnels {
    proxy: Proxy,
    tunnel: Tunnel<HttpConnector<CheckedResolver>>,
    own_resolver: CheckedResolver,
    /// Connecting to the proxy, and what it takes to connect further.
    timeout: Duration,
}

impl Tunnels {
    pub(super) fn through(proxy: Proxy, resolver: &CheckedResolver, timeouts: &Timeouts) -> Self {
        let to_proxy = connector(resolver.unchecked(), timeouts);
        let mut tunnel = Tunnel::new(proxy.uri().clone(), to_proxy);
        if let Some(authorization) = proxy.authorization() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        let own_resolver = CheckedResolver {
            timeout: timeouts.resolve.min(OWN_RESOLUTION),
            ..resolver.clone()
        };
        Tunnels {
            proxy,
            tunnel,
            own_resolver,
            timeout: timeouts.connect.saturating_mul(2),
        }
    }

    pub(super) fn are_for(&self, origin: &Uri) -> bool {
        self.proxy.is_for(origin)
    }

    pub(super) async fn open(mut self, origin: Uri) -> Result<TokioIo<TcpStream>, BoxError> {
        self.judge(&origin).await?;
        match tokio::time::timeout(self.timeout, self.tunnel.call(origin)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(DialError::NoTunnel(self.told(&error)).into()),
            Err(_) => {
                let late = io::Error::from(io::ErrorKind::TimedOut);
                self.told(&late);
                Err(late.into())
            }
        }
    }

    /// Refuses a name that leads where nothing may go, as far as this machine
    /// can tell. Addresses that are written out were judged before.
    async fn judge(&self, origin: &Uri) -> Result<(), DialError> {
        let host = bare(origin.host().unwrap_or_default());
        if host.parse::<IpAddr>().is_ok() {
            return Ok(());
        }
        match self.own_resolver.clone().resolve(host).await {
            Err(error @ DialError::Prohibited(_)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Tells why there is no tunnel.
    fn told(&self, error: &dyn Error) -> String {
        let causes = iter::successors(Some(error), |error: &&dyn Error| (*error).source());
        let causes: Vec<_> = causes.map(ToString::to_string).collect();
        let why = causes.join(": ");
        tracing::warn!("the proxy {} gives no tunnel: {why}", self.proxy);
        why
    }
}
