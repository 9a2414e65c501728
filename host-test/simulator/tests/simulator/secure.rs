//! A client that trusts one authority and speaks the HTTP it is told to.

use crate::client::Reply;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

pub const HTTP_1: &[u8] = b"http/1.1";
pub const HTTP_2: &[u8] = b"h2";

pub async fn connect(
    origin: &str,
    ca_pem: &str,
    name: &str,
    protocols: &[&[u8]],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let authority = origin.strip_prefix("https://").unwrap();
    let socket = TcpStream::connect(authority).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, socket).await
}

/// A connection for several requests.
pub enum Client {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Client {
    pub async fn new(origin: &str, ca_pem: &str, protocol: &[u8]) -> Client {
        let socket = connect(origin, ca_pem, "127.0.0.1", &[protocol]).await;
        let socket = socket.unwrap();
        assert_eq!(socket.get_ref().1.alpn_protocol(), Some(protocol));
        let io = TokioIo::new(socket);
        if protocol == HTTP_2 {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
            tokio::spawn(connection);
            Client::Two(sender)
        } else {
            let (sender, connection) = http1::handshake(io).await.unwrap();
            tokio::spawn(connection);
            Client::One(sender)
        }
    }

    pub async fn open(
        &mut self,
        origin: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> hyper::Result<Response<Incoming>> {
        let authority = origin.strip_prefix("https://").unwrap();
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match self {
            Client::One(sender) => {
                let request = request.uri(target).header("host", authority);
                let request = request.body(Full::default()).unwrap();
                sender.send_request(request).await
            }
            Client::Two(sender) => {
                let request = request.uri(format!("{origin}{target}"));
                let request = request.body(Full::default()).unwrap();
                sender.send_request(request).await
            }
        }
    }

    pub async fn get(
        &mut self,
        origin: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> hyper::Result<Reply> {
        let (head, body) = self.open(origin, target, headers).await?.into_parts();
        Ok(Reply {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}
