//! The way out by way of a proxy.

use jira_host::network::{Network, NetworkPolicy, Proxy, SendError, Timeouts};

use crate::authority::Authority;
use crate::proxy_server::{Manner, ProxyServer};
use crate::resolver::{Answers, Unknowing};
use crate::tls_server::TlsServer;
use crate::{SOON, read, send};

const NAME: &str = "connector.test";

/// The world outside: a server that can be reached through a proxy only.
struct Outside {
    server: TlsServer,
    proxy: ProxyServer,
    pem: String,
}

impl Outside {
    async fn named(name: &str) -> Outside {
        let authority = Authority::new();
        let server = TlsServer::with(authority.server(name, &[])).await;
        let manner = Manner::LeadsTo(server.port());
        Outside {
            proxy: ProxyServer::with(manner).await,
            pem: authority.pem(),
            server,
        }
    }

    fn origin(&self) -> String {
        self.server.origin(NAME)
    }

    /// Allows the origin, by way of the proxy.
    fn policy(&self) -> NetworkPolicy {
        through(&self.proxy, &self.origin()).trust_pem(self.pem.clone())
    }
}

fn through(proxy: &ProxyServer, origin: &str) -> NetworkPolicy {
    let proxy = Proxy::new(&proxy.url("ada:canary@"), "").unwrap();
    NetworkPolicy::none()
        .allow_origin(origin)
        .with_resolver(Answers::with(&["203.0.113.1", "8.8.8.8"]))
        .through_proxy(proxy)
}

async fn failure(network: &Network, origin: &str) -> SendError {
    let sent = send(network, "GET", origin).await;
    sent.map(|response| response.status()).unwrap_err()
}

#[tokio::test]
async fn an_origin_is_reached_through_a_tunnel_with_tls_to_the_end() {
    let outside = Outside::named(NAME).await;
    let (origin, network) = (outside.origin(), outside.policy().build().unwrap());
    let greeting = read(send(&network, "GET", &origin).await.unwrap()).await;
    assert_eq!(greeting.unwrap(), "hello over HTTP/1.1");
    let asked = outside.proxy.asked();
    let authority = origin.trim_start_matches("https://");
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].starts_with(&format!("CONNECT {authority} HTTP/1.1\r\n")),
        "{asked:?}"
    );
    assert!(
        asked[0].contains("Proxy-Authorization: Basic YWRhOmNhbmFyeQ==\r\n"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_proxy_that_leads_elsewhere_gets_no_further_than_the_certificate() {
    let outside = Outside::named("other.test").await;
    let network = outside.policy().build().unwrap();
    let failure = failure(&network, &outside.origin()).await;
    assert!(
        matches!(failure, SendError::TlsCertificateError),
        "{failure:?}"
    );
}

#[tokio::test]
async fn an_origin_that_is_not_allowed_is_denied_before_the_proxy_hears_of_it() {
    let outside = Outside::named(NAME).await;
    let network = outside.policy().build().unwrap();
    let failure = failure(&network, "https://other.test").await;
    assert!(
        matches!(failure, SendError::HttpRequestDenied),
        "{failure:?}"
    );
    assert_eq!(outside.proxy.asked(), [""; 0]);
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_denied_before_the_proxy_hears_of_it() {
    let outside = Outside::named(NAME).await;
    for private in ["10.0.0.1", "169.254.169.254", "127.0.0.1"] {
        let policy = outside.policy().with_resolver(Answers::with(&[private]));
        let network = policy.build().unwrap();
        let failure = failure(&network, &outside.origin()).await;
        assert!(
            matches!(failure, SendError::DestinationIpProhibited),
            "{private}: {failure:?}"
        );
    }
    let literal = "https://10.0.0.1";
    let network = through(&outside.proxy, literal).build().unwrap();
    let failure = failure(&network, literal).await;
    assert!(matches!(failure, SendError::DestinationIpProhibited));
    assert_eq!(outside.proxy.asked(), [""; 0]);
}

#[tokio::test]
async fn a_name_that_only_the_proxy_knows_is_left_to_it() {
    let outside = Outside::named(NAME).await;
    let network = outside.policy().with_resolver(Unknowing).build().unwrap();
    let sent = send(&network, "GET", &outside.origin()).await;
    assert_eq!(sent.unwrap().status(), 200);
}

#[tokio::test]
async fn this_machine_and_exceptions_are_reached_directly() {
    let authority = Authority::new();
    let proxy = ProxyServer::with(Manner::Silent).await;
    for (name, exceptions) in [("localhost", ""), (NAME, "test")] {
        let server = TlsServer::with(authority.server(name, &[])).await;
        let origin = server.origin(name);
        let network = NetworkPolicy::none()
            .allow_origin(&origin)
            .allow_addresses("127.0.0.1")
            .with_resolver(Answers::with(&["127.0.0.1"]))
            .trust_pem(authority.pem())
            .through_proxy(Proxy::new(&proxy.url(""), exceptions).unwrap())
            .build()
            .unwrap();
        let sent = send(&network, "GET", &origin).await;
        assert_eq!(sent.unwrap().status(), 200, "{name}");
    }
    assert_eq!(proxy.asked(), [""; 0]);
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_is_a_connection_that_does_not_come_about() {
    for answer in [
        "HTTP/1.1 403 Forbidden\r\n\r\n",
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        "nonsense\r\n\r\n",
        "",
    ] {
        let proxy = ProxyServer::with(Manner::Says(answer)).await;
        let origin = format!("https://{NAME}");
        let network = through(&proxy, &origin).build().unwrap();
        let failure = failure(&network, &origin).await;
        assert!(
            matches!(failure, SendError::ConnectionRefused),
            "{answer}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_is_silent_is_not_waited_for() {
    let proxy = ProxyServer::with(Manner::Silent).await;
    let origin = format!("https://{NAME}");
    let policy = through(&proxy, &origin).with_timeouts(Timeouts {
        connect: SOON,
        ..Timeouts::default()
    });
    let failure = failure(&policy.build().unwrap(), &origin).await;
    assert!(
        matches!(failure, SendError::ConnectionTimeout),
        "{failure:?}"
    );
}
