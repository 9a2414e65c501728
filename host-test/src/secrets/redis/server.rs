use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo,
    TlsCertificates,
};
use url::Host;

use super::super::error::SealedStoreError;
use super::address::{RedisAddress, Server};
use super::error::{RedisError, is_replica};
use super::wire::{Live, Role, Wire};

/// A Redis server and the connections to it, for any number of stores.
///
/// There are two connections, one that reads and one that writes, and they are
/// made when they are needed, kept, and made anew when they break; many calls
/// use them at once. A service that has a store for each of its tenants on one
/// server makes this once, and opens them with
/// [`RedisOptions::open_on`](super::RedisOptions::open_on).
#[derive(Clone)]
pub struct RedisServer(Arc<Inner>);

struct Inner {
    address: RedisAddress,
    reading: Wire,
    changing: Wire,
    has_warned: AtomicBool,
}

/// How long a server may take for an answer. A store is asked in the middle of a
/// call to Jira, and that has 30 seconds.
const PATIENCE: Duration = Duration::from_secs(5);

impl RedisServer {
    /// The server with this address. Nothing is sent yet.
    pub fn new(address: &RedisAddress) -> Result<Self, SealedStoreError> {
        let client = client(address)?;
        let wire = |role| Wire::new(client.clone(), address.database, role, PATIENCE);
        Ok(RedisServer(Arc::new(Inner {
            address: address.clone(),
            reading: wire(Role::Reading),
            changing: wire(Role::Changing),
            has_warned: AtomicBool::new(false),
        })))
    }

    /// Its address, with the name of the store that is meant where nothing else
    /// is said.
    pub fn address(&self) -> &RedisAddress {
        &self.0.address
    }

    /// What reads.
    pub(super) fn reading(&self) -> &Wire {
        &self.0.reading
    }

    /// What writes.
    pub(super) fn changing(&self) -> &Wire {
        &self.0.changing
    }

    /// Leaves what is to be known of the server's disk to somebody who tells it.
    pub(super) fn leave_warnings(&self) {
        self.0.has_warned.store(true, Ordering::Relaxed);
    }

    /// The connection to write by. The first one tells what is to be known of
    /// the server's disk.
    pub(super) async fn to_change(&self, at: &str) -> Result<Live, SealedStoreError> {
        let live = self.0.changing.live(at).await?;
        let warnings = &live.durability.warnings;
        if !warnings.is_empty() && !self.0.has_warned.swap(true, Ordering::Relaxed) {
            for warning in warnings {
                tracing::warn!(store = at, "{warning}");
            }
        }
        Ok(live)
    }

    /// What the answer to a change means, for the caller and for the
    /// connections. A server that is a replica by now still answers, so that
    /// after a failover both would stay with it, wherever its name leads.
    pub(super) async fn noted<T>(
        &self,
        at: &str,
        live: &Live,
        answer: redis::RedisResult<T>,
    ) -> Result<T, SealedStoreError> {
        let noted = self.0.changing.noted(at, live, answer).await;
        if noted.as_ref().is_err_and(is_replica) && self.0.changing.forget(live).await {
            self.0.reading.forget_any().await;
        }
        noted
    }
}

impl fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisServer").field(self.address()).finish()
    }
}

fn client(address: &RedisAddress) -> Result<Client, SealedStoreError> {
    if matches!(address.server, Server::Tcp { tls: true, .. }) {
        // The client takes the process's provider, and panics where there is
        // none and the program has two to choose from. One that was chosen stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let mut settings = RedisConnectionInfo::default();
    if let Some(user) = &address.user {
        settings = settings.set_username(user);
    }
    if let Some(password) = &address.password {
        settings = settings.set_password(password.as_str());
    }
    let info = connection_address(address)
        .into_connection_info()
        .map(|info| info.set_redis_settings(settings));
    let client = info.and_then(|info: ConnectionInfo| match certificates(address) {
        Ok(None) => Ok(Ok(Client::open(info)?)),
        Ok(Some(certificates)) => Ok(Client::build_with_tls(info, certificates)
            .map_err(|error| unusable_authority(address, &error))),
        Err(error) => Ok(Err(error)),
    });
    let at = || address.to_string();
    client.map_err(|error: redis::RedisError| {
        let (at, why) = (at(), error.to_string());
        RedisError::Unsuitable { at, why }
    })?
}

fn connection_address(address: &RedisAddress) -> ConnectionAddr {
    match &address.server {
        Server::Socket(path) => ConnectionAddr::Unix(path.clone()),
        Server::Tcp { host, port, tls } => {
            let host = match host {
                Host::Domain(name) => name.clone(),
                Host::Ipv4(address) => address.to_string(),
                Host::Ipv6(address) => address.to_string(),
            };
            match tls {
                false => ConnectionAddr::Tcp(host, *port),
                true => ConnectionAddr::TcpTls {
                    host,
                    port: *port,
                    insecure: false,
                    tls_params: None,
                },
            }
        }
    }
}

/// What is trusted in place of the platform's authorities.
fn certificates(address: &RedisAddress) -> Result<Option<TlsCertificates>, SealedStoreError> {
    let Some(ca) = &address.ca else {
        return Ok(None);
    };
    let root_cert = fs::read(ca).map_err(|error| unusable_authority(address, &error))?;
    Ok(Some(TlsCertificates {
        client_tls: None,
        root_cert: Some(root_cert),
    }))
}

fn unusable_authority(address: &RedisAddress, error: &dyn fmt::Display) -> SealedStoreError {
    let (at, why) = (address.to_string(), error.to_string());
    RedisError::Authority { at, why }.into()
}
