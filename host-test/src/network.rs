//! The way out: one pooled HTTP client behind a list of allowed origins.
//!
//! The list is the sandbox's wall, so it names origins exactly, and everything
//! else is refused before a connection is thought of. Redirects are not
//! followed here; where one may lead is for the component to judge, whose next
//! request is checked like any other.

mod body;
mod client;
mod failure;
mod origin;
mod resolver;

use std::collections::BTreeSet;
use std::fmt;
use std::pin::pin;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper_util::client::legacy::connect::capture_connection;

use self::body::TimedBody;
use self::client::PooledClient;
pub use self::origin::{InvalidOrigin, Origin};

/// The body of a request or an answer.
pub use wasmtime_wasi_http::WasiBody as Body;

/// Why there is no answer, in the words that the component gets to see.
///
/// Names that cannot be resolved, refused and timed out connections and
/// failures of TLS are only ever answered when no byte of the request was
/// sent. All other variants leave that open, except `HttpRequestDenied`, which
/// is the allow-list.
pub use wasmtime_wasi_http::Error as SendError;

/// How long a request waits for a connection, for the first byte of the answer
/// and between two parts of its body.
pub use wasmtime_wasi_http::RequestOptions as Timeouts;

/// The longest that a connection may take, its TLS included. Atlassian's edge
/// answers in a fraction of a second; after this it will not.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an answer may take where the component does not say: as long as
/// the longest call of the contract.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(600);

/// How long the next part of a body may take where the component does not say.
const BETWEEN_BYTES_TIMEOUT: Duration = Duration::from_secs(60);

/// Where requests may go, and the connections that are open there.
///
/// A clone shares both. Connections live in the tokio runtime that made them.
#[derive(Clone)]
pub struct Network {
    allowed: BTreeSet<Origin>,
    client: PooledClient,
}

/// Why a network could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// An origin is not one.
    #[error(transparent)]
    Origin(#[from] InvalidOrigin),
    /// The platform's certificate authorities cannot be read, and without them
    /// no server can be trusted.
    #[error("the platform's certificate authorities cannot be read: {0}; install its CA bundle")]
    Roots(std::io::Error),
}

impl Network {
    /// Allows what the connector needs of Atlassian: its gateway, its
    /// authorisation server, and where it keeps attachments.
    pub fn atlassian() -> Result<Network, NetworkError> {
        Network::allowing([
            "https://api.atlassian.com",
            "https://auth.atlassian.com",
            "https://api.media.atlassian.com",
        ])
    }

    /// Allows these origins and no others. An origin is a scheme, a host and
    /// perhaps a port; plain `http` is for loopback addresses only.
    pub fn allowing<O>(origins: impl IntoIterator<Item = O>) -> Result<Network, NetworkError>
    where
        O: AsRef<str>,
    {
        let allowed = origins
            .into_iter()
            .map(|origin| Origin::parse(origin.as_ref()))
            .collect::<Result<BTreeSet<_>, _>>()?;
        let needs_tls = allowed.iter().any(Origin::is_https);
        let client = client::pooled(needs_tls).map_err(NetworkError::Roots)?;
        Ok(Network { allowed, client })
    }

    /// Sends a request and answers when the headers of the answer are there;
    /// its body streams. This is what the component's requests go through.
    ///
    /// Nothing is sent twice. A kept connection that the server has closed is
    /// replaced, unnoticed, as long as the request was not begun on it; from
    /// then on every failure is answered.
    pub async fn send(
        &self,
        mut request: http::Request<Body>,
        timeouts: Timeouts,
    ) -> Result<http::Response<Body>, SendError> {
        self.check(&request)?;
        let connect_timeout = timeouts.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let first_byte_timeout = timeouts.first_byte_timeout.unwrap_or(FIRST_BYTE_TIMEOUT);
        let between_bytes = timeouts
            .between_bytes_timeout
            .unwrap_or(BETWEEN_BYTES_TIMEOUT);

        let mut connection = capture_connection(&mut request);
        let mut answer = pin!(self.client.request(request));
        // The request is driven by this future alone and is first polled, so
        // as long as it has no connection when the time is up, it was not sent.
        let early = tokio::select! {
            biased;
            early = &mut answer => Some(early),
            _ = connection.wait_for_connection_metadata() => None,
            () = tokio::time::sleep(connect_timeout.min(CONNECT_TIMEOUT)) => {
                return Err(SendError::ConnectionTimeout);
            }
        };
        let answer = match early {
            Some(answer) => answer,
            None => tokio::time::timeout(first_byte_timeout, answer)
                .await
                .map_err(|_| SendError::ConnectionReadTimeout)?,
        };
        let has_connection = connection.connection_metadata().is_some();
        let response = answer.map_err(|error| failure::of_request(&error, has_connection))?;
        Ok(response.map(|incoming| TimedBody::new(incoming, between_bytes).boxed_unsync()))
    }

    fn check(&self, request: &http::Request<Body>) -> Result<(), SendError> {
        // A tunnel would reach past the origin that was checked.
        if request.method() == http::Method::CONNECT {
            return Err(SendError::HttpRequestDenied);
        }
        match Origin::of(request.uri()) {
            Some(origin) if self.allowed.contains(&origin) => Ok(()),
            _ => Err(SendError::HttpRequestDenied),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network ")?;
        f.debug_set().entries(&self.allowed).finish()
    }
}
