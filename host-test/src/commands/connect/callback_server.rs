use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use url::form_urlencoded;

use super::page::Page;
use crate::commands::callback_address::CallbackAddress;
use crate::exit::{Exit, Failure};

/// How long a browser may take to say what it wants.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the last page may take to reach the browser, which is on this
/// machine. Connections that browsers open in advance never end by themselves.
const FAREWELL: Duration = Duration::from_secs(1);

/// What listens at the redirect URI.
pub(super) struct CallbackServer {
    address: CallbackAddress,
    listeners: Vec<TcpListener>,
    connections: JoinSet<()>,
}

/// The browser is back, and waits for a page.
pub(super) struct Arrival {
    pub(super) redirect_url: String,
    pub(super) browser: oneshot::Sender<Page>,
}

/// What is expected of the browser.
struct Expected {
    address: CallbackAddress,
    state: String,
    /// Taken by the first who brings the state.
    arrival: Mutex<Option<oneshot::Sender<Arrival>>>,
    refused: AtomicUsize,
}

/// The wait for the browser. Requests are answered for as long as it is polled.
pub(super) struct Wait<'a> {
    server: &'a mut CallbackServer,
    expected: Arc<Expected>,
    arrival: oneshot::Receiver<Arrival>,
}

impl CallbackServer {
    pub(super) async fn bind(address: CallbackAddress) -> Result<Self, Failure> {
        let mut listeners = Vec::new();
        for socket in address.sockets() {
            match TcpListener::bind(socket).await {
                Ok(listener) => listeners.push(listener),
                // A machine without IPv6, when `localhost` is already served. How
                // it says so differs; but where another program listens, the
                // browser may go there.
                Err(error) if error.kind() != io::ErrorKind::AddrInUse && !listeners.is_empty() => {
                }
                Err(error) => {
                    return Err(Failure::new(
                        Exit::Configuration,
                        format!("cannot listen at {socket}, where the redirect URI leads: {error}"),
                    )
                    .with_hint(
                        "end what uses this port (another `jira-host connect`?), or register \
                         and store a redirect URI with another port",
                    ));
                }
            }
        }
        Ok(CallbackServer {
            address,
            listeners,
            connections: JoinSet::new(),
        })
    }

    /// Waits for the browser that brings this state.
    pub(super) fn wait(&mut self, state: &str) -> Wait<'_> {
        let (sender, arrival) = oneshot::channel();
        let expected = Arc::new(Expected {
            address: self.address.clone(),
            state: state.to_owned(),
            arrival: Mutex::new(Some(sender)),
            refused: AtomicUsize::new(0),
        });
        Wait {
            server: self,
            expected,
            arrival,
        }
    }

    /// Lets the last page go out.
    pub(super) async fn close(mut self) {
        self.listeners.clear();
        let rest = async { while self.connections.join_next().await.is_some() {} };
        // What has not ended is ended with `self`.
        let _ = tokio::time::timeout(FAREWELL, rest).await;
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        poll_fn(|context| {
            let ready = self
                .listeners
                .iter()
                .map(|listener| listener.poll_accept(context))
                .find(Poll::is_ready);
            ready.unwrap_or(Poll::Pending).map_ok(|(stream, _)| stream)
        })
        .await
    }
}

impl Wait<'_> {
    /// The browser's return. It may be dropped and called again.
    pub(super) async fn arrival(&mut self) -> Arrival {
        loop {
            let stream = tokio::select! {
                arrival = &mut self.arrival => match arrival {
                    Ok(arrival) => return arrival,
                    // The sender is in `expected` until it is used.
                    Err(_) => std::future::pending().await,
                },
                stream = self.server.accept() => stream,
            };
            // A connection that failed before it was accepted is nobody's.
            if let Ok(stream) = stream {
                let connection = serve(stream, Arc::clone(&self.expected));
                self.server.connections.spawn(connection);
            }
        }
    }

    /// How many came to the redirect URI and did not bring the state.
    pub(super) fn refused(&self) -> usize {
        self.expected.refused.load(Ordering::Relaxed)
    }
}

async fn serve(stream: TcpStream, expected: Arc<Expected>) {
    let answer = service_fn(move |request| {
        let expected = Arc::clone(&expected);
        async move { expected.answer(&request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer);
    // Whoever sends something else than HTTP gets no answer.
    let _ = connection.await;
}

impl Expected {
    async fn answer(
        &self,
        request: &Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, hyper::Error> {
        Ok(self.page(request).await.into_response())
    }

    async fn page(&self, request: &Request<Incoming>) -> Page {
        if request.uri().path() != self.address.path() {
            return Page::new(
                StatusCode::NOT_FOUND,
                "Not here",
                "There is nothing at this address.",
            );
        }
        if request.method() != Method::GET {
            let text = "A browser comes here with GET.";
            return Page::new(StatusCode::METHOD_NOT_ALLOWED, "Not so", text);
        }
        let query = request.uri().query().unwrap_or_default();
        if !self.brings_the_state(query) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Page::new(
                StatusCode::BAD_REQUEST,
                "Not this consent",
                "This consent was not begun by the command that waits here. Open the address that \
                 it shows in the terminal.",
            );
        }
        let Some(sender) = self.first() else {
            let text = "This consent has come back already. The terminal tells how it went.";
            return Page::new(StatusCode::CONFLICT, "Already here", text);
        };
        let (browser, page) = oneshot::channel();
        let redirect_url = self.address.with_query(query);
        let _ = sender.send(Arrival {
            redirect_url,
            browser,
        });
        page.await.unwrap_or_else(|_| {
            let text = "The command has ended. The terminal tells why.";
            Page::new(StatusCode::SERVICE_UNAVAILABLE, "Ended", text)
        })
    }

    fn first(&self) -> Option<oneshot::Sender<Arrival>> {
        let mut arrival = self.arrival.lock().unwrap_or_else(PoisonError::into_inner);
        arrival.take()
    }

    fn brings_the_state(&self, query: &str) -> bool {
        let mut states =
            form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "state");
        let first = states.next();
        first.is_some_and(|(_, state)| state == self.state) && states.next().is_none()
    }
}
