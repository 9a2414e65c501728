//! A server that costs next to nothing: pages made in advance, on loopback, on
//! a thread of its own.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{Barrier, oneshot};

use crate::Result;
use crate::served::{MEETING, REPORT, Served};

/// Runs until it is dropped.
pub(crate) struct Server {
    origin: String,
    _stop: oneshot::Sender<()>,
}

struct Desk {
    served: Arc<Served>,
    latency: Duration,
    meeting: Barrier,
}

impl Server {
    /// Answers at once.
    pub(crate) async fn start(served: Arc<Served>) -> Result<Server> {
        Server::start_with(served, Duration::ZERO, 1).await
    }

    /// Answers after a time, and [`MEETING`] when so many have come.
    pub(crate) async fn start_with(
        served: Arc<Served>,
        latency: Duration,
        meeting: usize,
    ) -> Result<Server> {
        let desk = Arc::new(Desk {
            served,
            latency,
            meeting: Barrier::new(meeting),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?.into_std()?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = accept(listener, desk) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Server {
            origin,
            _stop: stop,
        })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}

async fn accept(listener: std::net::TcpListener, desk: Arc<Desk>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(converse(socket, Arc::clone(&desk)));
    }
}

/// A client that hangs up is no failure.
async fn converse(socket: TcpStream, desk: Arc<Desk>) {
    let service = service_fn(|request| answer(&desk, request));
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

async fn answer(
    desk: &Desk,
    request: Request<Incoming>,
) -> std::result::Result<Response<Full<Bytes>>, hyper::Error> {
    let (request, body) = request.into_parts();
    body.collect().await?;
    if !desk.latency.is_zero() {
        tokio::time::sleep(desk.latency).await;
    }
    let path = request.uri.path();
    if path.ends_with(MEETING) {
        desk.meeting.wait().await;
    }
    let found = desk
        .served
        .answer(path, request.uri.query().unwrap_or_default());
    let status = match found {
        Some(_) => StatusCode::OK,
        None if path == REPORT => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    };
    let mut response = Response::new(Full::new(found.unwrap_or_default()));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    Ok(response)
}
