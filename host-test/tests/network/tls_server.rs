use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::{HandshakeKind, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What is far beyond the window of one stream.
const LONG_BYTES: usize = 8 * 1024 * 1024;

/// Greets everybody over TLS, with the version of HTTP that was used; at `/long`
/// with more than anybody cares to read. It closes a connection of HTTP/1.1
/// after one answer.
pub struct TlsServer {
    port: u16,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
    task: JoinHandle<()>,
}

impl TlsServer {
    pub async fn with(config: ServerConfig) -> TlsServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let handshakes = Arc::default();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let task = tokio::spawn(accept(listener, acceptor, Arc::clone(&handshakes)));
        TlsServer {
            port,
            handshakes,
            task,
        }
    }

    pub fn origin(&self, name: &str) -> String {
        format!("https://{name}:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The handshakes that succeeded.
    pub fn handshakes(&self) -> Vec<HandshakeKind> {
        self.handshakes.lock().unwrap().clone()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
) {
    let mut tasks = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        tasks.spawn(greet(stream, acceptor.clone(), Arc::clone(&handshakes)));
    }
}

async fn greet(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
) {
    // A client that does not trust the certificate hangs up.
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let handshake = stream.get_ref().1.handshake_kind().unwrap();
    handshakes.lock().unwrap().push(handshake);
    let service = service_fn(async |request: http::Request<hyper::body::Incoming>| {
        let greeting = match request.uri().path() {
            "/long" => "hello ".repeat(LONG_BYTES / 6),
            _ => format!("hello over {:?}", request.version()),
        };
        let mut response = http::Response::new(Full::<bytes::Bytes>::from(greeting));
        if request.version() == http::Version::HTTP_11 {
            let close = http::HeaderValue::from_static("close");
            response.headers_mut().insert("connection", close);
        }
        Ok::<_, Infallible>(response)
    });
    let server = auto::Builder::new(TokioExecutor::new());
    // How the client ends the connection is not the test's matter.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}
