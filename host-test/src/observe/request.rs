use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, Request, Response, Uri, Version};
use http_body_util::BodyExt;
use tracing::Span;
use tracing::field::Empty;

use super::body::WatchedBody;
use super::error_type::{self, CANCELLED};
use super::method::{self, known};
use super::{EndedRequest, Observe};
use crate::network::{Body, SendError};

/// The status from which on an answer counts as an error.
const FIRST_ERROR_STATUS: u16 = 400;

/// The host that a URI is for, of IPv6 without brackets.
pub(crate) fn server_address(uri: &Uri) -> &str {
    uri.host().unwrap_or_default().trim_matches(['[', ']'])
}

/// One request, watched until its answer was read, however it ends.
pub(crate) struct RequestWatch {
    method: Method,
    scheme: String,
    server_address: String,
    server_port: u16,
    path: String,
    /// Without a query.
    url: String,
    observer: Arc<dyn Observe>,
    began: Instant,
    span: Span,
    /// The call, which the event belongs to.
    call: Span,
    status: Option<u16>,
    response_bytes: u64,
    failure: Option<&'static str>,
    is_denied: bool,
}

impl RequestWatch {
    pub(crate) fn begin(
        request: &Request<Body>,
        is_allowed: bool,
        observer: Arc<dyn Observe>,
    ) -> Self {
        let uri = request.uri();
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let address = server_address(uri);
        let port = port(uri);
        let url = match uri.port_u16() {
            Some(port) => format!("{scheme}://{host}:{port}{}", uri.path()),
            None => format!("{scheme}://{host}{}", uri.path()),
        };
        let method = request.method();
        let span = tracing::info_span!(
            "http.request",
            otel.kind = "client",
            otel.name = method::span_name(method),
            otel.status_code = Empty,
            http.request.method = known(method),
            http.request.method_original = method::original(method),
            url.full = url,
            url.scheme = scheme,
            url.path = uri.path(),
            server.address = address,
            server.port = port,
            network.protocol.version = Empty,
            http.response.status_code = Empty,
            http.response.body.size = Empty,
            "error.type" = Empty,
        );
        RequestWatch {
            method: method.clone(),
            scheme: scheme.to_owned(),
            server_address: address.to_owned(),
            server_port: port,
            path: uri.path().to_owned(),
            url,
            observer,
            began: Instant::now(),
            span,
            call: Span::current(),
            status: None,
            response_bytes: 0,
            failure: None,
            is_denied: !is_allowed,
        }
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// There is no answer.
    pub(crate) fn failed(mut self, error: &SendError) {
        self.note_failure(error);
    }

    /// The answer is there, and its body is still to be read.
    pub(crate) fn answered(mut self, response: Response<Body>) -> Response<Body> {
        self.status = Some(response.status().as_u16());
        if let Some(version) = protocol_version(response.version()) {
            self.span.record("network.protocol.version", version);
        }
        response.map(|body| WatchedBody::new(body, self).boxed_unsync())
    }

    pub(super) fn note_bytes(&mut self, length: usize) {
        self.response_bytes += length as u64;
    }

    pub(super) fn note_failure(&mut self, error: &SendError) {
        self.failure = Some(error_type::of_request(error));
    }

    /// What went wrong. A request without an answer and without a reason was
    /// given up.
    fn error_type(&self) -> Option<String> {
        match (self.failure, self.status) {
            (Some(failure), _) => Some(failure.to_owned()),
            (None, None) => Some(CANCELLED.to_owned()),
            (None, Some(status)) => (status >= FIRST_ERROR_STATUS).then(|| status.to_string()),
        }
    }

    fn record(&self, error_type: Option<&str>) {
        let span = &self.span;
        if let Some(status) = self.status {
            span.record("http.response.status_code", status);
            span.record("http.response.body.size", self.response_bytes);
        }
        if let Some(error_type) = error_type {
            span.record("error.type", error_type);
            span.record("otel.status_code", "ERROR");
        }
    }

    fn tell(&self, duration: Duration, error_type: Option<&str>) {
        let RequestWatch {
            method,
            scheme,
            server_address: address,
            server_port: port,
            path,
            url,
            ..
        } = self;
        let ms = duration.as_millis();
        let came_to = match (self.status, self.failure) {
            (Some(status), None) => status.to_string(),
            (Some(status), Some(failure)) => format!("{status}, then {failure}"),
            (None, _) => error_type.unwrap_or_default().to_owned(),
        };
        let bytes = self.response_bytes;
        tracing::debug!(
            target: super::REQUESTS,
            parent: &self.call,
            {
                http.request.method = known(method),
                http.request.method_original = method::original(method),
                url.full = url,
                url.scheme = scheme,
                url.path = path,
                server.address = address,
                server.port = port,
                http.response.status_code = self.status,
                http.response.body.size = self.status.map(|_| bytes),
                "error.type" = error_type,
                duration_ms = u64::try_from(ms).unwrap_or(u64::MAX),
            },
            "{method} {url} -> {came_to} in {ms} ms, {bytes} bytes",
        );
    }
}

impl Drop for RequestWatch {
    fn drop(&mut self) {
        let duration = self.began.elapsed();
        let error_type = self.error_type();
        let error_type = error_type.as_deref();
        self.record(error_type);
        self.tell(duration, error_type);
        self.observer.request_ended(&EndedRequest {
            method: self.method.as_str(),
            scheme: &self.scheme,
            server_address: &self.server_address,
            server_port: self.server_port,
            path: &self.path,
            status: self.status,
            response_bytes: self.response_bytes,
            duration,
            error_type,
            is_denied: self.is_denied,
        });
    }
}

fn port(uri: &Uri) -> u16 {
    let usual = if uri.scheme_str() == Some("http") {
        80
    } else {
        443
    };
    uri.port_u16().unwrap_or(usual)
}

/// The version as OpenTelemetry writes it.
fn protocol_version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}
