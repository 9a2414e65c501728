//! Whom the network trusts, and how it speaks with them.

use std::io::Write;

use jira_host::network::{Network, NetworkPolicy, SendError, Timeouts};
use rustls::HandshakeKind;

use crate::authority::Authority;
use crate::resolver::Answers;
use crate::server::Server;
use crate::tls_server::TlsServer;
use crate::{SOON, read, send};

const NAME: &str = "connector.test";

/// A way to this machine by a name, which the platform knows nothing of.
fn policy(origin: &str) -> NetworkPolicy {
    NetworkPolicy::none()
        .allow_origin(origin)
        .allow_addresses("127.0.0.1")
        .with_resolver(Answers::with(&["127.0.0.1"]))
}

async fn greeting(network: &Network, origin: &str) -> Result<String, SendError> {
    read(send(network, "GET", origin).await?).await
}

async fn refusal(network: &Network, server: &TlsServer) -> String {
    let refused = greeting(network, &server.origin(NAME)).await.unwrap_err();
    assert_eq!(server.handshakes(), []);
    format!("{refused:?}")
}

#[tokio::test]
async fn by_default_an_unknown_authority_is_not_trusted() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.server(NAME, &[])).await;
    let network = policy(&server.origin(NAME)).build().unwrap();
    assert_eq!(refusal(&network, &server).await, "TlsCertificateError");
}

#[tokio::test]
async fn an_authority_that_was_named_is_trusted() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.server(NAME, &[])).await;
    let origin = server.origin(NAME);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.pem().as_bytes()).unwrap();
    for policy in [
        policy(&origin).trust_pem(authority.pem()),
        policy(&origin).trust_file(file.path()),
    ] {
        let network = policy.build().unwrap();
        let greeting = greeting(&network, &origin).await.unwrap();
        assert_eq!(greeting, "hello over HTTP/1.1");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.server("other.test", &[])).await;
    let policy = policy(&server.origin(NAME)).trust_pem(authority.pem());
    let network = policy.build().unwrap();
    assert_eq!(refusal(&network, &server).await, "TlsCertificateError");
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.expired_server(NAME)).await;
    let policy = policy(&server.origin(NAME)).trust_pem(authority.pem());
    let network = policy.build().unwrap();
    assert_eq!(refusal(&network, &server).await, "TlsCertificateError");
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_can() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.server(NAME, &["h2", "http/1.1"])).await;
    let origin = server.origin(NAME);
    let policy = policy(&origin).trust_pem(authority.pem());
    let network = policy.build().unwrap();
    for _ in 0..3 {
        let greeting = greeting(&network, &origin).await.unwrap();
        assert_eq!(greeting, "hello over HTTP/2.0");
    }
    assert_eq!(server.handshakes(), [HandshakeKind::Full]);
}

#[tokio::test]
async fn answers_that_nobody_reads_do_not_hold_up_others() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.server(NAME, &["h2"])).await;
    let origin = server.origin(NAME);
    let policy = policy(&origin).trust_pem(authority.pem());
    let network = policy.build().unwrap();
    let mut unread = Vec::new();
    for _ in 0..50 {
        let long = send(&network, "GET", &format!("{origin}/long")).await;
        unread.push(long.unwrap());
        let greeting = greeting(&network, &origin).await.unwrap();
        assert_eq!(greeting, "hello over HTTP/2.0");
    }
    assert_eq!(server.handshakes(), [HandshakeKind::Full]);
}

#[tokio::test]
async fn a_second_connection_resumes_the_session_of_the_first() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.server(NAME, &["http/1.1"])).await;
    let origin = server.origin(NAME);
    let policy = policy(&origin).trust_pem(authority.pem());
    let network = policy.build().unwrap();
    for _ in 0..2 {
        greeting(&network.clone(), &origin).await.unwrap();
    }
    assert_eq!(
        server.handshakes(),
        [HandshakeKind::Full, HandshakeKind::Resumed]
    );
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_not_waited_for() {
    let server = Server::playing([vec![]]).await;
    let origin = server.origin("https");
    let network = NetworkPolicy::none()
        .allow_origin(&origin)
        .with_timeouts(Timeouts {
            tls_handshake: SOON,
            ..Timeouts::default()
        })
        .build()
        .unwrap();
    let sent = send(&network, "POST", &origin).await;
    assert!(matches!(sent, Err(SendError::ConnectionTimeout)));
    assert_eq!(server.connections(), 1);
}

#[test]
fn what_holds_no_certificate_is_refused_with_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().display();
    let policy = NetworkPolicy::none().trust_file(file.path());
    assert_eq!(
        policy.build().unwrap_err().to_string(),
        format!(
            "the certificate authorities in `{path}` cannot be used: there is no certificate in \
             it (PEM is expected)"
        )
    );
    let missing = NetworkPolicy::none().trust_file("nowhere.pem").build();
    let refused = missing.unwrap_err().to_string();
    assert!(
        refused.starts_with("the certificate authorities in `nowhere.pem` cannot be used: "),
        "{refused}"
    );
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(NetworkPolicy::none().trust_pem(broken).build().is_err());
}
