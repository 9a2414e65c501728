//! A server behind TLS.

use std::sync::Arc;

use jira_host::secrets::{RedisAddress, RedisError, RedisStore, SealedStoreError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::opened::key;
use crate::place::Place;
use crate::redis_server::RedisServer;
use crate::rules::{stored, value};

/// Lets everybody in to a server who comes over TLS.
struct Gate {
    port: u16,
    task: JoinHandle<()>,
}

impl Gate {
    /// One with a certificate for this name, and the authority that it is from.
    async fn before(server: &RedisServer, name: &str) -> (Self, String) {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, socket) = (TlsAcceptor::from(Arc::new(config)), server.socket());
        let task = tokio::spawn(async move {
            while let Ok((outside, _)) = listener.accept().await {
                let (acceptor, socket) = (acceptor.clone(), socket.clone());
                tokio::spawn(async move {
                    let mut outside = acceptor.accept(outside).await.ok()?;
                    let mut inside = UnixStream::connect(socket).await.ok()?;
                    copy_bidirectional(&mut outside, &mut inside).await.ok()
                });
            }
        });
        (Gate { port, task }, authority.pem())
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn a_server_is_reached_over_tls_with_an_authority_of_its_own() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let (gate, authority) = Gate::before(&server, "localhost").await;
    let place = Place::new();
    let ca = place.file("ca.pem");
    std::fs::write(&ca, authority).unwrap();
    let url = format!(
        "rediss://localhost:{}/1?store=a&ca={}",
        gate.port,
        ca.display()
    );
    let address: RedisAddress = url.parse().unwrap();
    let store = RedisStore::open(&address, key()).await.unwrap();
    stored(&store, "app", "x").await;
    assert_eq!(value(&store, "app").await.unwrap(), b"x");
}

#[tokio::test]
async fn a_certificate_of_somebody_else_or_for_somebody_else_is_refused() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let (gate, authority) = Gate::before(&server, "elsewhere.test").await;
    let place = Place::new();
    let ca = place.file("ca.pem");
    std::fs::write(&ca, authority).unwrap();
    let url = format!("rediss://localhost:{}/", gate.port);
    for url in [format!("{url}?ca={}", ca.display()), url] {
        let address: RedisAddress = url.parse().unwrap();
        let error = RedisStore::open(&address, key()).await.unwrap_err();
        assert!(
            matches!(
                error,
                SealedStoreError::Redis(RedisError::Unreachable { .. })
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains("certificate"), "{error}");
    }
}

#[tokio::test]
async fn an_authority_that_is_none_is_told() {
    let place = Place::new();
    let ca = place.file("ca.pem");
    for content in [
        None,
        Some("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
    ] {
        if let Some(content) = content {
            std::fs::write(&ca, content).unwrap();
        }
        let url = format!("rediss://localhost/?ca={}", ca.display());
        let address: RedisAddress = url.parse().unwrap();
        let error = RedisStore::open(&address, key()).await.unwrap_err();
        assert!(
            matches!(error, SealedStoreError::Redis(RedisError::Authority { .. })),
            "{error:?}"
        );
    }
}
