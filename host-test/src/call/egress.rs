//! The component's requests, on their way to the network.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderName;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tracing::Instrument;
use wasmtime_wasi_http::{DEFAULT_FORBIDDEN_HEADERS, WasiHttpHooks};

use super::Limits;
use crate::network::{Body, Network, RequestTimeouts, SendError};
use crate::observe::{Observe, RequestWatch, SendingRequest, server_address};

/// What a header takes beside its name and its value, by the way HTTP/2 counts.
pub(super) const HEADER_OVERHEAD_BYTES: usize = 32;

/// A request on its way to its answer.
pub(crate) type Sending =
    Pin<Box<dyn Future<Output = Result<http::Response<Body>, SendError>> + Send>>;

pub(crate) struct Egress {
    network: Network,
    observer: Arc<dyn Observe>,
    header_bytes: usize,
    body_bytes: u64,
}

impl Egress {
    pub(super) fn new(network: Network, observer: Arc<dyn Observe>, limits: &Limits) -> Egress {
        Egress {
            network,
            observer,
            header_bytes: limits.request_header_bytes,
            body_bytes: limits.request_body_bytes,
        }
    }

    /// Sends a request, as its answer is waited for.
    pub(crate) fn send(&self, request: http::Request<Body>, timeouts: RequestTimeouts) -> Sending {
        let is_allowed = self.network.allows(request.uri());
        let watch = RequestWatch::begin(&request, is_allowed, Arc::clone(&self.observer));
        if let Err(error) = self.check(&request) {
            watch.failed(&error);
            return Box::pin(async { Err(error) });
        }
        let network = self.network.clone();
        let (head, body) = request.into_parts();
        let body = SentBody {
            body,
            method: head.method.clone(),
            uri: head.uri.clone(),
            sent: 0,
            most: self.body_bytes,
            observer: Arc::clone(&self.observer),
        };
        let request = http::Request::from_parts(head, body.boxed_unsync());
        let span = watch.span().clone();
        let sending = async move {
            match network.send(request, timeouts).await {
                Ok(response) => Ok(watch.answered(response)),
                Err(error) => {
                    watch.failed(&error);
                    Err(error)
                }
            }
        };
        Box::pin(sending.instrument(span))
    }

    /// Refuses what is too long, before anything is sent, as far as that can be
    /// known.
    fn check(&self, request: &http::Request<Body>) -> Result<(), SendError> {
        if head_bytes(request) > self.header_bytes {
            let limit = u32::try_from(self.header_bytes).ok();
            return Err(SendError::HttpRequestHeaderSectionSize(limit));
        }
        if announced_bytes(request) > self.body_bytes {
            return Err(SendError::HttpRequestBodySize(Some(self.body_bytes)));
        }
        Ok(())
    }
}

fn head_bytes(request: &http::Request<Body>) -> usize {
    let target = request.uri().path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    let headers = request.headers().iter();
    headers.fold(target, |sum, (name, value)| {
        sum + name.as_str().len() + value.len() + HEADER_OVERHEAD_BYTES
    })
}

/// How long the body says it is. A length that cannot be read is not believed
/// here; the body is counted all the same.
fn announced_bytes(request: &http::Request<Body>) -> u64 {
    let header = request.headers().get(http::header::CONTENT_LENGTH);
    let length = header.and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(0).max(request.body().size_hint().lower())
}

/// What the library asks for. It sends nothing: `outgoing-handler.handle` is
/// linked to [`Egress::send`], and what comes here all the same is denied.
impl WasiHttpHooks for Egress {
    /// As the library has it, without an allocation for each header. `Host` is one
    /// of them; the client derives it from the URL that was checked.
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        DEFAULT_FORBIDDEN_HEADERS.contains(name)
    }

    fn send_request(
        &mut self,
        _: http::Request<Body>,
        _: Option<RequestTimeouts>,
        _: Worker,
    ) -> Box<dyn Future<Output = Result<(http::Response<Body>, Worker), SendError>> + Send> {
        Box::new(async { Err(SendError::HttpRequestDenied) })
    }
}

type Worker = Box<dyn Future<Output = Result<(), SendError>> + Send>;

/// A body that tells how far it is, and fails where it grows too long.
struct SentBody {
    body: Body,
    method: http::Method,
    uri: http::Uri,
    sent: u64,
    most: u64,
    observer: Arc<dyn Observe>,
}

impl HttpBody for SentBody {
    type Data = Bytes;
    type Error = SendError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SendError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let data = frame
            .as_ref()
            .and_then(|frame| frame.as_ref().ok()?.data_ref());
        let length = data.map_or(0, |data| data.len() as u64);
        self.sent = self.sent.saturating_add(length);
        if self.sent > self.most {
            return Poll::Ready(Some(Err(SendError::HttpRequestBodySize(None))));
        }
        if length > 0 {
            self.observer.body_sent(&SendingRequest {
                method: self.method.as_str(),
                server_address: server_address(&self.uri),
                path: self.uri.path(),
                body_bytes: self.sent,
            });
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;
    use crate::observe::Nobody;

    fn bounded(most: u64) -> SentBody {
        let body = Full::from("body").map_err(|never| match never {});
        SentBody {
            body: body.boxed_unsync(),
            method: http::Method::POST,
            uri: http::Uri::from_static("https://api.atlassian.com/"),
            sent: 0,
            most,
            observer: Arc::new(Nobody),
        }
    }

    #[tokio::test]
    async fn a_body_that_announces_no_length_is_cut_where_it_grows_too_long() {
        let whole = bounded(4).collect().await.unwrap();
        assert_eq!(whole.to_bytes().as_ref(), b"body");
        let cut = bounded(3).collect().await;
        assert!(matches!(cut, Err(SendError::HttpRequestBodySize(None))));
    }
}
