use std::io;
use std::time::Duration;

use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::crypto::ring;

use super::resolver::Resolver;
use super::{Body, CONNECT_TIMEOUT};

pub(super) type PooledClient = Client<HttpsConnector<HttpConnector<Resolver>>, Body>;

/// How long an unused connection is kept: less than the minute after which
/// load balancers commonly close it, so that we are the one to do it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(45);

/// How many unused HTTP/1.1 connections are kept for an origin. With HTTP/2,
/// which Atlassian speaks, there is one.
const MAX_IDLE_PER_ORIGIN: usize = 16;

/// How often an HTTP/2 connection in use is asked whether it is alive, and how
/// long it may think about it. Else a connection that a middlebox has forgotten
/// would swallow requests until their own time is up.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest header block of an answer. Jira's have a few kilobytes.
const MAX_HEADER_BYTES: u32 = 64 * 1024;

pub(super) fn pooled(needs_tls: bool) -> io::Result<PooledClient> {
    let mut tcp = HttpConnector::new_with_resolver(Resolver::new());
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls(needs_tls)?)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(tcp);
    Ok(Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE_PER_ORIGIN)
        .http1_max_buf_size(MAX_HEADER_BYTES as usize)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .http2_keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        // A request comes back for a second try only while it is still whole,
        // that is, when nothing of it was written to the connection that
        // turned out to be closed. So this never sends a POST twice, and spares
        // callers a failure that means nothing.
        .retry_canceled_requests(true)
        .build(connector))
}

/// TLS with the platform's roots, or with none where no allowed origin has TLS:
/// a simulator must run where there are none.
fn tls(needs_roots: bool) -> io::Result<ClientConfig> {
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let config = if needs_roots {
        config.with_native_roots()?
    } else {
        config.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(config.with_no_client_auth())
}
