//! Making a connection: resolve, judge, connect, perhaps by way of a proxy,
//! shake hands; each in its time.

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower_service::Service;
use tracing::Instrument;
use wasmtime_wasi::runtime::spawn;

use super::address::AddressKind;
use super::address_rules::AddressRules;
use super::proxy::Proxy;
use super::resolver::{CheckedResolver, Resolve};
use super::timeouts::Timeouts;
use super::tunnel::Tunnels;

pub(super) type BoxError = Box<dyn Error + Send + Sync>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Why there is no connection, where the system's own errors do not say. They
/// are a type of their own, as the client wraps failures of every kind in one
/// that cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("the name cannot be resolved: {0}")]
    Unresolved(io::Error),
    #[error("the name was not resolved in time")]
    ResolveTimeout,
    #[error("the address is {0}")]
    Prohibited(AddressKind),
    #[error("the TLS handshake took too long")]
    TlsTimeout,
    #[error("the proxy gives no tunnel: {0}")]
    NoTunnel(String),
}

#[derive(Clone)]
pub(super) struct Dialer {
    tcp: HttpConnector<CheckedResolver>,
    tls: TlsConnector,
    rules: Arc<AddressRules>,
    timeouts: Timeouts,
    tunnels: Option<Tunnels>,
}

impl Dialer {
    pub(super) fn new(
        resolver: Arc<dyn Resolve>,
        rules: AddressRules,
        tls: ClientConfig,
        timeouts: Timeouts,
        proxy: Option<Proxy>,
    ) -> Dialer {
        let rules = Arc::new(rules);
        let resolver = CheckedResolver {
            resolver,
            rules: Arc::clone(&rules),
            timeout: timeouts.resolve,
        };
        Dialer {
            tunnels: proxy.map(|proxy| Tunnels::through(proxy, &resolver, &timeouts)),
            tcp: connector(resolver, &timeouts),
            tls: TlsConnector::from(Arc::new(tls)),
            rules,
            timeouts,
        }
    }

    async fn dial(mut self, uri: Uri) -> Result<Stream, BoxError> {
        let host = bare(uri.host().unwrap_or_default()).to_owned();
        // The resolver is not asked for these, so they are judged here.
        if let Ok(address) = host.parse::<IpAddr>() {
            let judged = self.rules.judge(&host, address);
            judged.map_err(DialError::Prohibited)?;
        }
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let tunnels = self.tunnels.filter(|tunnels| tunnels.are_for(&uri));
        let stream = match tunnels {
            Some(tunnels) => tunnels.open(uri).await?,
            None => self.tcp.call(uri).await?,
        };
        if !is_https {
            return Ok(MaybeHttpsStream::Http(stream));
        }
        let name = ServerName::try_from(host)?;
        let handshake = self.tls.connect(name, TokioIo::new(stream));
        let stream = tokio::time::timeout(self.timeouts.tls_handshake, handshake)
            .await
            .map_err(|_| DialError::TlsTimeout)??;
        Ok(stream.into())
    }
}

impl Service<Uri> for Dialer {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialer = self.clone();
        // Made where it runs: it is large, and this may be the stack of a
        // component, which is kept. To drop the handle ends it.
        let dialing = async move { Box::pin(dialer.dial(uri)).await };
        Box::pin(spawn(dialing.in_current_span()))
    }
}

/// What connects to addresses, and bears with slow ones for so long.
pub(super) fn connector<R>(resolver: R, timeouts: &Timeouts) -> HttpConnector<R> {
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(timeouts.connect));
    tcp
}

/// A host without the brackets that a URL puts around an IPv6 address.
pub(super) fn bare(host: &str) -> &str {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    inner.unwrap_or(host)
}
