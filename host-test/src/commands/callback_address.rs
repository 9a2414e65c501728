//! Where the browser comes back to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

use crate::exit::{Exit, Failure};

/// What is proposed to whoever has none.
pub(crate) const EXAMPLE_REDIRECT_URI: &str = "http://127.0.0.1:8734/callback";

/// A redirect URI that leads to this machine.
#[derive(Clone, Debug)]
pub(crate) struct CallbackAddress {
    uri: Url,
    /// `localhost` is two addresses, and browsers differ in which they try.
    addresses: Vec<IpAddr>,
}

impl CallbackAddress {
    /// Reads a redirect URI. `None` is one that leads elsewhere.
    pub(crate) fn parse(redirect_uri: &str) -> Result<Option<Self>, Failure> {
        let invalid = |why: &str| {
            Failure::new(
                Exit::Usage,
                format!("the redirect URI `{redirect_uri}` {why}"),
            )
        };
        let uri =
            Url::parse(redirect_uri).map_err(|error| invalid(&format!("is no URL: {error}")))?;
        if !matches!(uri.scheme(), "http" | "https") || uri.fragment().is_some() {
            return Err(invalid("must be an `http` or `https` URL without `#`"));
        }
        let addresses = match uri.host() {
            Some(Host::Domain("localhost")) => {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            }
            Some(Host::Ipv4(address)) if address.is_loopback() => vec![address.into()],
            Some(Host::Ipv6(address)) if address.is_loopback() => vec![address.into()],
            _ => return Ok(None),
        };
        Ok((uri.scheme() == "http").then_some(CallbackAddress { uri, addresses }))
    }

    /// Where to listen.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = SocketAddr> {
        // `http` always has a port: 80, where none is written.
        let port = self.uri.port_or_known_default().unwrap_or(80);
        let addresses = self.addresses.iter();
        addresses.map(move |address| SocketAddr::new(*address, port))
    }

    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The whole URL that a browser was sent to.
    pub(crate) fn with_query(&self, query: &str) -> String {
        let mut url = self.uri.clone();
        url.set_query(Some(query));
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(uri: &str) -> Option<Vec<String>> {
        let address = CallbackAddress::parse(uri).unwrap()?;
        Some(address.sockets().map(|socket| socket.to_string()).collect())
    }

    #[test]
    fn a_loopback_uri_says_where_to_listen() {
        assert_eq!(
            sockets("http://127.0.0.1:8734/callback"),
            Some(vec!["127.0.0.1:8734".into()])
        );
        assert_eq!(
            sockets("http://localhost:8734/"),
            Some(vec!["127.0.0.1:8734".into(), "[::1]:8734".into()])
        );
        assert_eq!(sockets("http://[::1]/"), Some(vec!["[::1]:80".into()]));
    }

    #[test]
    fn nothing_listens_for_a_uri_that_leads_elsewhere_or_wants_tls() {
        for uri in [
            "https://your.service/callback",
            "http://10.0.0.1:8734/",
            "http://localhost.evil.example:1/",
            "https://127.0.0.1:8734/callback",
        ] {
            assert_eq!(sockets(uri), None, "{uri}");
        }
    }

    #[test]
    fn what_is_no_redirect_uri_is_refused() {
        for uri in ["", "callback", "ftp://127.0.0.1/", "http://127.0.0.1/#a"] {
            let refused = CallbackAddress::parse(uri).unwrap_err();
            assert_eq!(refused.exit(), Exit::Usage, "{uri}");
        }
    }
}
