use std::fmt;
use std::net::IpAddr;

use http::Uri;

/// The longest name that DNS can have.
const MAX_HOST_LENGTH: usize = 253;

/// A scheme, a host and a port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    https: bool,
    host: String,
    port: u16,
}

/// What was given is not an origin that can be allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` cannot be allowed: {why}")]
pub struct InvalidOrigin {
    given: String,
    why: &'static str,
}

impl Origin {
    /// Parses an origin as it is written: `https://api.atlassian.com`.
    pub fn parse(given: &str) -> Result<Origin, InvalidOrigin> {
        let invalid = |why| InvalidOrigin {
            given: given.to_owned(),
            why,
        };
        let shape = "it must be a scheme and a host, such as `https://api.atlassian.com`";
        let uri: Uri = given.parse().map_err(|_| invalid(shape))?;
        let origin = Origin::of(&uri).ok_or_else(|| invalid(shape))?;
        if given.matches('/').count() != 2 || uri.query().is_some() {
            return Err(invalid("an origin has no path and no query"));
        }
        if origin.host.contains('*') {
            return Err(invalid(
                "there are no wildcards; each host is allowed by name",
            ));
        }
        if !origin.https && !origin.is_loopback() {
            return Err(invalid(
                "without `https` only a loopback address can be allowed",
            ));
        }
        Ok(origin)
    }

    /// The origin of an absolute URL, if it has one that can be told for sure.
    pub fn of(uri: &Uri) -> Option<Origin> {
        let https = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        let host = authority.host();
        // What stands before an `@` is read differently by different parsers.
        if host.is_empty() || host.len() > MAX_HOST_LENGTH || authority.as_str().contains('@') {
            return None;
        }
        Some(Origin {
            https,
            host: host.to_ascii_lowercase(),
            port: authority.port_u16().unwrap_or(if https { 443 } else { 80 }),
        })
    }

    /// Whether it is reached by TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    pub(super) fn is_loopback(&self) -> bool {
        is_loopback_name(self.host.trim_start_matches('[').trim_end_matches(']'))
    }
}

/// Whether a host, without brackets, is this machine by its very name.
pub(super) fn is_loopback_name(host: &str) -> bool {
    let address = host.parse();
    host == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, default_port) = if self.https {
            ("https", 443)
        } else {
            ("http", 80)
        };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != default_port {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Option<String> {
        Origin::of(&url.parse().unwrap()).map(|origin| origin.to_string())
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(
            of("https://API.atlassian.com/a?b"),
            Some("https://api.atlassian.com".into())
        );
        assert_eq!(
            of("https://api.atlassian.com:443/"),
            Some("https://api.atlassian.com".into())
        );
        assert_eq!(
            of("http://127.0.0.1:81/"),
            Some("http://127.0.0.1:81".into())
        );
    }

    #[test]
    fn what_has_no_certain_origin_has_none() {
        assert_eq!(of("/path"), None);
        assert_eq!(of("https://api.atlassian.com@evil.example/"), None);
        assert_eq!(of("https://evil.example@api.atlassian.com/"), None);
        assert_eq!(of("ftp://api.atlassian.com/"), None);
        assert_eq!(of(&format!("https://{}/", "a".repeat(254))), None);
    }

    #[test]
    fn only_loopback_may_go_without_tls() {
        for allowed in [
            "http://127.0.0.1:1",
            "http://[::1]:1",
            "http://localhost",
            "https://a.b",
        ] {
            assert_eq!(Origin::parse(allowed).unwrap().to_string(), allowed);
        }
        let refused = Origin::parse("http://api.atlassian.com").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`http://api.atlassian.com` cannot be allowed: \
             without `https` only a loopback address can be allowed"
        );
        assert!(Origin::parse("http://127.0.0.1.evil.example").is_err());
    }

    #[test]
    fn a_url_with_more_than_an_origin_is_refused() {
        for given in [
            "",
            "api.atlassian.com",
            "https://",
            "https://a.b/",
            "https://a.b/c",
            "https://a.b?c",
        ] {
            let parsed = Origin::parse(given);
            assert!(parsed.is_err(), "{given:?} {parsed:?}");
        }
    }

    #[test]
    fn a_wildcard_is_refused_as_it_would_allow_nothing() {
        for given in ["https://*", "https://*.atlassian.net", "https://a*.b:443"] {
            let refused = Origin::parse(given).unwrap_err();
            let told = format!(
                "`{given}` cannot be allowed: there are no wildcards; each host is allowed by name"
            );
            assert_eq!(refused.to_string(), told);
        }
    }
}
