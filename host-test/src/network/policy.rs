use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::address_rules::AddressRules;
use super::catch::Catch;
use super::denial::{Denial, Denials, Hook};
use super::dial::Dialer;
use super::proxy::Proxy;
use super::resolver::{PlatformResolver, Resolve};
use super::tls::{self, Authorities};
use super::{Network, NetworkError, Origin, Timeouts, client};

/// What the connector needs of Atlassian: its gateway, its authorisation
/// server, and where it keeps attachments.
const ATLASSIAN: [&str; 3] = [
    "https://api.atlassian.com",
    "https://auth.atlassian.com",
    "https://api.media.atlassian.com",
];

/// Where requests may go, whom to trust there, and how long to wait.
///
/// Everything that is not allowed is denied: other origins before a connection
/// is thought of, and after its name was resolved every address that is not
/// public (this machine, private networks, the metadata services of clouds).
///
/// ```
/// use jira_host::network::{NetworkPolicy, Timeouts};
///
/// # fn build() -> Result<(), jira_host::NetworkError> {
/// let network = NetworkPolicy::atlassian()
///     .on_denial(|denial| eprintln!("{denial}"))
///     .build()?;
///
/// // Behind a proxy that inspects TLS, in a network of one's own.
/// let network = NetworkPolicy::atlassian()
///     .trust_file("/etc/ssl/corporate-ca.pem")
///     .allow_addresses("10.20.0.0/16")
///     .build();
/// # let _ = network;
/// # Ok(())
/// # }
/// # build().unwrap();
/// ```
#[must_use]
pub struct NetworkPolicy {
    origins: Vec<String>,
    blocks: Vec<String>,
    authorities: Vec<Authorities>,
    timeouts: Timeouts,
    resolver: Arc<dyn Resolve>,
    proxy: Option<Proxy>,
    hook: Option<Hook>,
    catch: Option<Catch>,
}

impl NetworkPolicy {
    /// Allows nothing.
    pub fn none() -> NetworkPolicy {
        NetworkPolicy {
            origins: Vec::new(),
            blocks: Vec::new(),
            authorities: Vec::new(),
            timeouts: Timeouts::default(),
            resolver: Arc::new(PlatformResolver),
            proxy: None,
            hook: None,
            catch: None,
        }
    }

    /// Allows Atlassian's three origins: `https://api.atlassian.com`,
    /// `https://auth.atlassian.com` and `https://api.media.atlassian.com`.
    pub fn atlassian() -> NetworkPolicy {
        NetworkPolicy::none().allow_origins(ATLASSIAN)
    }

    /// Allows an origin: a scheme, a host and perhaps a port, exactly these.
    /// Plain `http` is for loopback addresses only. A loopback origin
    /// (`localhost`, `127.0.0.1`, `[::1]`) may lead to this machine; no other
    /// may.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Allows several.
    pub fn allow_origins<O>(mut self, origins: impl IntoIterator<Item = O>) -> Self
    where
        O: Into<String>,
    {
        self.origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Allows connections to addresses that are not public, for all origins:
    /// an address, or a network such as `10.1.0.0/16`.
    pub fn allow_addresses(mut self, block: impl Into<String>) -> Self {
        self.blocks.push(block.into());
        self
    }

    /// Trusts the certificate authorities in a PEM file, beside the platform's.
    pub fn trust_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.authorities.push(Authorities::File(path.into()));
        self
    }

    /// Trusts certificate authorities given as PEM, beside the platform's.
    pub fn trust_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(Authorities::Pem(pem.into()));
        self
    }

    /// Sets how long to wait for what.
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Resolves names by other means than the platform's. What it answers is
    /// judged like any other address.
    pub fn with_resolver(mut self, resolver: impl Resolve) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Goes through a proxy, other than to loopback origins and to its
    /// exceptions. Without this, none is used, whatever the environment says.
    ///
    /// Which origins may be reached stays as it is. Their addresses are then the
    /// proxy's to find: a name that this machine can resolve is judged here as
    /// well, and refused where it leads to no allowed address; a name that it
    /// cannot resolve is left to the proxy. The proxy itself was chosen by
    /// whoever calls this, and may have any address.
    pub fn through_proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Calls this for every request that is denied, with the rule and where it
    /// wanted to go. It is also a `tracing` event of level `warn`.
    pub fn on_denial(mut self, tell: impl Fn(&Denial) + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(tell));
        self
    }

    /// Sends nothing: what would be sent is kept in this, to be looked at.
    pub fn caught_by(mut self, catch: Catch) -> Self {
        self.catch = Some(catch);
        self
    }

    /// Sets the network up. Nothing is connected to yet.
    pub fn build(self) -> Result<Network, NetworkError> {
        let origins = self.origins.iter().map(|origin| Origin::parse(origin));
        let allowed = origins.collect::<Result<BTreeSet<_>, _>>()?;
        let rules = AddressRules::allowing(&self.blocks)?;
        let tls = tls::config(&allowed, &self.authorities)?;
        let dialer = Dialer::new(self.resolver, rules, tls, self.timeouts, self.proxy);
        Ok(Network::made_of(
            allowed,
            client::pooled(dialer),
            self.timeouts,
            Denials::told_to(self.hook),
            self.catch,
        ))
    }
}

impl fmt::Debug for NetworkPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkPolicy")
            .field("origins", &self.origins)
            .field("addresses", &self.blocks)
            .field("timeouts", &self.timeouts)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}
