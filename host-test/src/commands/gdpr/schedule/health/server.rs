use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jira_host::observe::Metrics;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::Health;
use crate::commands::instant::now_unix_ms;
use crate::exit::{Exit, Failure};
use crate::log;

/// How long whoever asks may take to say what it wants.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How many may ask at once. One more waits.
const CONNECTIONS: usize = 16;

/// Answers how the daemon stands.
pub(in super::super) struct HealthServer(JoinHandle<()>);

impl HealthServer {
    pub(in super::super) async fn start(
        address: SocketAddr,
        health: Health,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Failure> {
        let unusable = |error| {
            let why = format!("cannot listen at {address}: {error}");
            Failure::new(Exit::Configuration, why).with_hint("choose another port")
        };
        let listener = TcpListener::bind(address).await.map_err(unusable)?;
        let address = listener.local_addr()?;
        log::note(format_args!("health at http://{address}/health"));
        Ok(HealthServer(tokio::spawn(serve(listener, health, metrics))))
    }

    pub(in super::super) fn end(self) {
        self.0.abort();
    }
}

async fn serve(listener: TcpListener, health: Health, metrics: Arc<Metrics>) {
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // Nobody closes it.
        let Ok(place) = Arc::clone(&free).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of files, most likely: not to be asked again at once.
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        let (health, metrics) = (health.clone(), metrics.clone());
        tokio::spawn(async move {
            // Whoever sends something else than HTTP gets no answer.
            let _ =
                tokio::time::timeout(HEAD_TIMEOUT * 2, answer_on(stream, health, metrics)).await;
            drop(place);
        });
    }
}

async fn answer_on(
    stream: TcpStream,
    health: Health,
    metrics: Arc<Metrics>,
) -> Result<(), hyper::Error> {
    let answer = service_fn(move |request: Request<Incoming>| {
        let response = answer(&request, &health, &metrics);
        async move { Ok::<_, hyper::Error>(response) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer)
        .await
}

fn answer(
    request: &Request<Incoming>,
    health: &Health,
    metrics: &Metrics,
) -> Response<Full<Bytes>> {
    let standing = health.look();
    let now = now_unix_ms();
    let (status, media_type, body) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/health") => {
            let status = match standing.is_healthy(now) {
                true => StatusCode::OK,
                false => StatusCode::SERVICE_UNAVAILABLE,
            };
            let document = format!("{:#}\n", standing.document(now));
            (status, "application/json", document)
        }
        (&Method::GET, "/metrics") => {
            let page = standing.metrics(now) + &metrics.render();
            (StatusCode::OK, Metrics::CONTENT_TYPE, page)
        }
        _ => {
            let text = "GET /health or /metrics\n".to_owned();
            (StatusCode::NOT_FOUND, "text/plain", text)
        }
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let media_type = header::HeaderValue::from_static(media_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
