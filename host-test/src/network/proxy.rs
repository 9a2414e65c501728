use std::fmt;
use std::sync::Arc;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::origin::is_loopback_name;
use crate::environment;

/// Where a proxy for `https` is looked for, as curl does.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Which hosts are reached without it.
const EXCEPTION_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A proxy on the way out, which opens a tunnel to each origin (`CONNECT`).
///
/// TLS is spoken with the origin, so the proxy sees its name and no more. Plain
/// `http` is for loopback origins, which no proxy can reach for this machine:
/// they are always reached directly.
#[derive(Clone)]
pub struct Proxy {
    server: Intercept,
    /// Answers `None` for a host that is reached without it.
    matcher: Arc<Matcher>,
    variable: Option<&'static str>,
}

/// What was given is no proxy that can be used. The URL is not shown, as it may
/// hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proxy{} cannot be used: {why}", .variable.map(|it| format!(" in {it}")).unwrap_or_default())]
pub struct InvalidProxy {
    variable: Option<&'static str>,
    why: &'static str,
}

impl Proxy {
    /// The proxy with this URL, such as `http://user:password@proxy.example:3128`.
    /// The hosts that are reached without it are written as in the variable
    /// `NO_PROXY`: names, which cover what is below them, addresses and networks,
    /// with commas between them.
    pub fn new(url: &str, no_proxy: &str) -> Result<Proxy, InvalidProxy> {
        let invalid = |why| InvalidProxy {
            variable: None,
            why,
        };
        let always = Matcher::builder().https(url.to_owned()).build();
        let server = always.intercept(&Uri::from_static("https://anywhere.invalid"));
        let server = server.ok_or_else(|| invalid("it must be a URL: `http://proxy:3128`"))?;
        if server.uri().scheme_str() != Some("http") {
            return Err(invalid(
                "only `http` proxies are spoken to; what goes through them is encrypted anyway",
            ));
        }
        let matcher = Matcher::builder()
            .https(url.to_owned())
            .no(no_proxy.to_owned())
            .build();
        Ok(Proxy {
            server,
            matcher: Arc::new(matcher),
            variable: None,
        })
    }

    /// What `HTTPS_PROXY` or `ALL_PROXY` names, and `NO_PROXY`, in upper or
    /// lower case; `None` where no proxy is set.
    pub fn from_environment() -> Result<Option<Proxy>, InvalidProxy> {
        let set = |name: &'static str| Some((name, environment::text(name)?));
        let Some((variable, url)) = PROXY_VARIABLES.into_iter().find_map(set) else {
            return Ok(None);
        };
        let exceptions = EXCEPTION_VARIABLES.into_iter().find_map(set);
        let exceptions = exceptions.map_or_else(String::new, |(_, hosts)| hosts);
        match Proxy::new(&url, &exceptions) {
            Ok(proxy) => Ok(Some(Proxy {
                variable: Some(variable),
                ..proxy
            })),
            Err(invalid) => Err(InvalidProxy {
                variable: Some(variable),
                ..invalid
            }),
        }
    }

    /// The variable that it was named in, if it was.
    pub fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    pub(super) fn uri(&self) -> &Uri {
        self.server.uri()
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.server.basic_auth()
    }

    /// Whether the way to this origin leads through it.
    pub(super) fn is_for(&self, origin: &Uri) -> bool {
        let host = origin.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        !is_loopback_name(bare) && self.matcher.intercept(origin).is_some()
    }
}

/// Without user and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.uri().authority().map_or("", |it| it.as_str());
        write!(f, "http://{authority}")
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.to_string()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_for(proxy: &Proxy, origin: &str) -> bool {
        proxy.is_for(&origin.parse().unwrap())
    }

    #[test]
    fn it_is_for_all_but_the_exceptions_and_this_machine() {
        let exceptions = "corp.example, 10.0.0.0/8";
        let proxy = Proxy::new("http://proxy.example:3128", exceptions).unwrap();
        assert!(is_for(&proxy, "https://api.atlassian.com"));
        for direct in [
            "https://corp.example",
            "https://jira.corp.example",
            "https://10.1.2.3",
            "https://localhost:8443",
            "https://127.0.0.1:8443",
            "https://[::1]:8443",
        ] {
            assert!(!is_for(&proxy, direct), "{direct}");
        }
    }

    #[test]
    fn user_and_password_are_sent_and_not_shown() {
        let proxy = Proxy::new("http://ada:hidden@proxy.example:3128", "").unwrap();
        assert_eq!(
            format!("{proxy} {proxy:?}"),
            "http://proxy.example:3128 Proxy(\"http://proxy.example:3128\")"
        );
        let authorization = proxy.authorization().unwrap();
        assert_eq!(authorization, "Basic YWRhOmhpZGRlbg==");
        assert!(!format!("{:?}", proxy.server).contains("hidden"));
    }

    #[test]
    fn what_is_no_usable_proxy_is_refused_without_its_url() {
        for (url, why) in [
            ("https://a:hidden@proxy", "only `http` proxies"),
            ("socks5://a:hidden@proxy", "only `http` proxies"),
            ("ftp://a:hidden@proxy", "it must be a URL"),
            ("http://a hidden", "it must be a URL"),
            ("", "it must be a URL"),
        ] {
            let refused = Proxy::new(url, "").unwrap_err().to_string();
            assert!(refused.contains(why), "{url}: {refused}");
            assert!(!refused.contains("hidden"), "{refused}");
        }
    }
}
