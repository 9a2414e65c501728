//! The way out: one pooled HTTP client behind a list of allowed origins.
//!
//! The list is the sandbox's wall, so it names origins exactly, and everything
//! else is refused before a connection is thought of. An allowed name must then
//! lead to a public address, so that nobody who has a say in DNS can turn a
//! request inwards. Redirects are not followed here; where one may lead is for
//! the component to judge, whose next request is checked like any other.

mod address;
mod address_rules;
mod body;
mod catch;
mod client;
mod denial;
mod dial;
mod failure;
mod origin;
mod policy;
mod proxy;
mod resolver;
mod timeouts;
mod tls;
mod tunnel;
mod underway;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};

pub use self::address::AddressKind;
pub use self::address_rules::InvalidBlock;
use self::body::TimedBody;
pub use self::catch::{Catch, CaughtRequest};
use self::client::PooledClient;
use self::denial::Denials;
pub use self::denial::{Denial, Rule};
pub use self::origin::{InvalidOrigin, Origin};
pub use self::policy::NetworkPolicy;
pub use self::proxy::{InvalidProxy, Proxy};
pub use self::resolver::Resolve;
use self::timeouts::Patience;
pub use self::timeouts::Timeouts;
use self::underway::{Answered, Underway};

/// The body of a request or an answer.
pub use wasmtime_wasi_http::WasiBody as Body;

/// Why there is no answer, in the words that the component gets to see.
///
/// Names that cannot be resolved, refused and timed out connections and
/// failures of TLS are only ever answered when no byte of the request was
/// sent. All other variants leave that open, except `HttpRequestDenied`, which
/// is the allow-list, and `DestinationIpProhibited`, which is an address that
/// is not public. Which rule that was, the [`Denial`] says that
/// [`NetworkPolicy::on_denial`] is told.
pub use wasmtime_wasi_http::Error as SendError;

/// What one request asks for: how long it waits for a connection, for the first
/// byte of the answer and between two parts of its body. It shortens
/// [`Timeouts`].
pub use wasmtime_wasi_http::RequestOptions as RequestTimeouts;

/// Where requests may go, and the connections that are open there.
///
/// A clone shares both. Connections live in the tokio runtime that made them.
#[derive(Clone)]
pub struct Network {
    shared: Arc<Shared>,
}

struct Shared {
    allowed: BTreeSet<Origin>,
    client: PooledClient,
    timeouts: Timeouts,
    denials: Denials,
    catch: Option<Catch>,
}

/// Why a network could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// An origin is not one.
    #[error(transparent)]
    Origin(#[from] InvalidOrigin),
    /// A block of addresses is not one.
    #[error(transparent)]
    Addresses(#[from] InvalidBlock),
    /// A proxy is none that can be used.
    #[error(transparent)]
    Proxy(#[from] InvalidProxy),
    /// The platform's certificate authorities cannot be read, and without them
    /// no server can be trusted.
    #[error(
        "the platform's certificate authorities cannot be read: {0}; install its CA bundle, or \
         name one in `SSL_CERT_FILE`"
    )]
    Roots(std::io::Error),
    /// The extra certificate authorities cannot be used.
    #[error("the certificate authorities{} cannot be used: {why}", of(path))]
    Authority {
        /// The file, if it is one.
        path: Option<PathBuf>,
        /// Why not.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

fn of(path: &Option<PathBuf>) -> String {
    path.as_ref()
        .map_or_else(String::new, |path| format!(" in `{}`", path.display()))
}

impl Network {
    /// The network of [`NetworkPolicy::atlassian`].
    pub fn atlassian() -> Result<Network, NetworkError> {
        NetworkPolicy::atlassian().build()
    }

    /// Allows these origins and no others, in the way of
    /// [`NetworkPolicy::allow_origin`].
    pub fn allowing<O>(origins: impl IntoIterator<Item = O>) -> Result<Network, NetworkError>
    where
        O: AsRef<str>,
    {
        let origins = origins.into_iter().map(|origin| origin.as_ref().to_owned());
        NetworkPolicy::none().allow_origins(origins).build()
    }

    fn made_of(
        allowed: BTreeSet<Origin>,
        client: PooledClient,
        timeouts: Timeouts,
        denials: Denials,
        catch: Option<Catch>,
    ) -> Network {
        Network {
            shared: Arc::new(Shared {
                allowed,
                client,
                timeouts,
                denials,
                catch,
            }),
        }
    }

    /// How many requests were denied, since the network was set up.
    pub fn denials(&self) -> u64 {
        self.shared.denials.count()
    }

    /// The last request that was denied, and the rule: of all that go by this
    /// network, whoever sent it.
    pub fn last_denial(&self) -> Option<Denial> {
        self.shared.denials.last()
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
        asked: RequestTimeouts,
    ) -> Result<http::Response<Body>, SendError> {
        let Shared {
            client,
            timeouts,
            denials,
            catch,
            ..
        } = &*self.shared;
        let origin = self.check(&request)?;
        if let Some(catch) = catch {
            return Err(catch.take(request).await);
        }
        let patience = timeouts.for_request(&asked);

        let mut connection = capture_connection(&mut request);
        let answer = Underway::begin(client.request(request), &connection).await;
        let answer = answered(answer, &mut connection, &patience).await?;
        let has_connection = connection.connection_metadata().is_some();
        let response = answer.map_err(|error| {
            if let Some(kind) = failure::prohibited(&error) {
                denials.record(Some(origin), Rule::Address(kind));
            }
            failure::of_request(&error, has_connection)
        })?;
        let body = |incoming| TimedBody::new(incoming, patience.between_bytes).boxed_unsync();
        Ok(response.map(body))
    }

    /// Whether a URL is at an origin that is allowed.
    pub(crate) fn allows(&self, url: &http::Uri) -> bool {
        let origin = Origin::of(url);
        origin.is_some_and(|origin| self.shared.allowed.contains(&origin))
    }

    fn check(&self, request: &http::Request<Body>) -> Result<Origin, SendError> {
        let Shared {
            allowed, denials, ..
        } = &*self.shared;
        let (origin, rule) = match Origin::of(request.uri()) {
            origin if request.method() == http::Method::CONNECT => (origin, Rule::Tunnel),
            Some(origin) if allowed.contains(&origin) => return Ok(origin),
            origin => (origin, Rule::Origin),
        };
        denials.record(origin, rule);
        Err(SendError::HttpRequestDenied)
    }
}

/// Waits for the head of the answer: for a connection first, and then for the
/// server.
async fn answered(
    mut answer: Underway,
    connection: &mut CaptureConnection,
    patience: &Patience,
) -> Result<Answered, SendError> {
    if connection.connection_metadata().is_none() {
        let connecting = async {
            tokio::select! {
                biased;
                early = &mut answer => Some(early),
                _ = connection.wait_for_connection_metadata() => None,
            }
        };
        match tokio::time::timeout(patience.connection, connecting).await {
            Ok(Some(early)) => return Ok(early),
            Ok(None) => {}
            Err(_) => {
                // It may have got one at the last moment; then it may be sent.
                let late = answer.cancel().await;
                return late.ok_or(match connection.connection_metadata().is_some() {
                    true => SendError::ConnectionReadTimeout,
                    false => SendError::ConnectionTimeout,
                });
            }
        }
    }
    let in_time = tokio::time::timeout(patience.first_byte, answer).await;
    in_time.map_err(|_| SendError::ConnectionReadTimeout)
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network ")?;
        f.debug_set().entries(&self.shared.allowed).finish()
    }
}
