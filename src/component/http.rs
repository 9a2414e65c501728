//! One HTTP round trip over `wasi:http`.
//!
//! Handles are dropped in the order that the component model asks for: what
//! was taken from another before that other.

use url::Position;

use super::{
    arriving::Arriving,
    bindings::wasi::{
        http::{
            outgoing_handler,
            types::{
                ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse,
                Method as WasiMethod, OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
                http_error_code,
            },
        },
        io::streams::{InputStream, StreamError},
    },
    executor::{Executor, to_nanoseconds},
};
use crate::jira::{
    beside::beside,
    http::{Headers, HttpRequest, HttpResponse, Method, SendLimits, TransportError},
};

/// How much longer than us the host waits.
const HOST_MARGIN_MS: u64 = 1_000;

pub async fn send(
    executor: &Executor,
    request: &HttpRequest,
    limits: SendLimits,
) -> Result<HttpResponse, TransportError> {
    let exchange = exchange(executor, request, limits);
    executor
        .within(limits.timeout_ms, exchange)
        .await
        .unwrap_or(Err(TransportError::TimedOut))
}

async fn exchange(
    executor: &Executor,
    request: &HttpRequest,
    limits: SendLimits,
) -> Result<HttpResponse, TransportError> {
    let outgoing = to_wasi_request(request)?;
    let body = match &request.body {
        Some(bytes) => {
            let body = outgoing.body().map_err(|()| refused("body"))?;
            Some((body, bytes.as_slice()))
        }
        None => None,
    };
    let options = to_wasi_options(limits.timeout_ms);
    let future = outgoing_handler::handle(outgoing, Some(options)).map_err(from_wasi_error)?;
    let writing = async {
        if let Some((body, bytes)) = body {
            // A server may answer before it has read everything, and hang up.
            // What went wrong then is told by the answer.
            let _: Result<(), StreamError> = write(executor, body, bytes).await;
        }
    };
    let reading = async {
        let response = answer(executor, &future).await?;
        read(executor, response, limits.body_bytes).await
    };
    // To drop a body that is half written would break off the answer too.
    beside(writing, reading).await
}

async fn answer(
    executor: &Executor,
    future: &FutureIncomingResponse,
) -> Result<IncomingResponse, TransportError> {
    executor.ready(future.subscribe()).await;
    match future.get() {
        Some(Ok(result)) => result.map_err(from_wasi_error),
        Some(Err(())) | None => Err(TransportError::Interrupted(
            "the host gave no answer".into(),
        )),
    }
}

async fn write(
    executor: &Executor,
    body: OutgoingBody,
    mut bytes: &[u8],
) -> Result<(), StreamError> {
    let stream = body.write().map_err(|()| StreamError::Closed)?;
    while !bytes.is_empty() {
        let allowed = usize::try_from(stream.check_write()?).unwrap_or(usize::MAX);
        if allowed == 0 {
            executor.ready(stream.subscribe()).await;
            continue;
        }
        let (piece, rest) = bytes.split_at(allowed.min(bytes.len()));
        stream.write(piece)?;
        bytes = rest;
    }
    stream.flush()?;
    executor.ready(stream.subscribe()).await;
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|_| StreamError::Closed)
}

async fn read(
    executor: &Executor,
    response: IncomingResponse,
    limit: u64,
) -> Result<HttpResponse, TransportError> {
    let headers = from_wasi_headers(&response);
    let broken = || TransportError::Interrupted("the host gave no body".into());
    let body = response.consume().map_err(|()| broken())?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut bytes = Arriving::announced(announced_length(&headers), limit);
    read_body(executor, &body, &mut bytes).await?;
    Ok(HttpResponse {
        status: response.status(),
        headers,
        truncated: bytes.is_cut(),
        body: bytes.joined(),
    })
}

fn announced_length(headers: &Headers) -> Option<usize> {
    headers.get("content-length")?.parse().ok()
}

async fn read_body(
    executor: &Executor,
    body: &IncomingBody,
    bytes: &mut Arriving,
) -> Result<(), TransportError> {
    let broken = |()| TransportError::Interrupted("the host gave no body".into());
    let stream: InputStream = body.stream().map_err(broken)?;
    while !bytes.is_cut() {
        match stream.read(bytes.wanted()) {
            Ok(piece) if piece.is_empty() => executor.ready(stream.subscribe()).await,
            Ok(piece) => bytes.add(piece),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(http_error_code(&error).map_or_else(
                    || TransportError::Interrupted("while reading the body".into()),
                    |code| within_the_body(from_wasi_error(code)),
                ));
            }
        }
    }
    Ok(())
}

fn refused(what: &str) -> TransportError {
    TransportError::Denied(format!("the host refuses the {what}"))
}

/// The same failure once the server has begun to answer: then the request was
/// sent, whatever else the host calls it.
fn within_the_body(error: TransportError) -> TransportError {
    match error {
        TransportError::Denied(why)
        | TransportError::ConnectionFailed(why)
        | TransportError::TlsFailed(why) => TransportError::Interrupted(why),
        TransportError::NameUnresolved => TransportError::Interrupted("name unresolved".into()),
        other => other,
    }
}

fn to_wasi_request(request: &HttpRequest) -> Result<OutgoingRequest, TransportError> {
    let outgoing = OutgoingRequest::new(to_wasi_headers(request)?);
    let url = &request.url;
    let scheme = match url.scheme() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.into()),
    };
    let path = &url[Position::BeforePath..Position::AfterQuery];
    // What is new is a GET already.
    if request.method != Method::Get {
        outgoing
            .set_method(&to_wasi_method(request.method))
            .map_err(|()| refused("method"))?;
    }
    outgoing
        .set_scheme(Some(&scheme))
        .map_err(|()| refused("scheme"))?;
    outgoing
        .set_authority(Some(url.authority()))
        .map_err(|()| refused("authority"))?;
    outgoing
        .set_path_with_query(Some(path))
        .map_err(|()| refused("path"))?;
    Ok(outgoing)
}

/// The length is always told, so that no server has to take chunks. All are
/// handed over at once: each call to the host costs.
fn to_wasi_headers(request: &HttpRequest) -> Result<Fields, TransportError> {
    let of_request = request.headers.iter().map(to_wasi_header);
    let token = request.bearer.as_ref().map(|token| {
        let value = format!("Bearer {}", token.expose());
        to_wasi_header(("authorization", &value))
    });
    let length = match &request.body {
        Some(body) => Some(body.len()),
        None if request.method.takes_body() => Some(0),
        None => None,
    };
    let length = length.map(|length| to_wasi_header(("content-length", &length.to_string())));
    let fields: Vec<_> = of_request.chain(token).chain(length).collect();
    Fields::from_list(&fields).map_err(|_| refused(&culprit(&fields)))
}

/// Which of the headers the host does not take; it only says that it is one.
fn culprit(fields: &[(String, Vec<u8>)]) -> String {
    let is_refused =
        |(name, value): &&(String, Vec<u8>)| Fields::new().append(name, value).is_err();
    match fields.iter().find(is_refused) {
        Some((name, _)) => format!("header `{name}`"),
        None => "headers".into(),
    }
}

fn to_wasi_header((name, value): (&str, &str)) -> (String, Vec<u8>) {
    (name.into(), value.into())
}

fn to_wasi_method(method: Method) -> WasiMethod {
    match method {
        Method::Get => WasiMethod::Get,
        Method::Head => WasiMethod::Head,
        Method::Post => WasiMethod::Post,
        Method::Put => WasiMethod::Put,
        Method::Patch => WasiMethod::Patch,
        Method::Delete => WasiMethod::Delete,
        Method::Options => WasiMethod::Options,
        Method::Trace => WasiMethod::Trace,
        Method::Purge => WasiMethod::Other(method.as_str().into()),
    }
}

/// The host's own timeouts, so that it frees what belongs to a call that is
/// over. A host that does not know one of them is fine: ours holds as well, and
/// goes first, because it can tell what has timed out.
fn to_wasi_options(timeout_ms: u64) -> RequestOptions {
    let options = RequestOptions::new();
    let timeout = Some(to_nanoseconds(timeout_ms.saturating_add(HOST_MARGIN_MS)));
    let _: Result<(), ()> = options.set_connect_timeout(timeout);
    let _: Result<(), ()> = options.set_first_byte_timeout(timeout);
    let _: Result<(), ()> = options.set_between_bytes_timeout(timeout);
    options
}

fn from_wasi_headers(response: &IncomingResponse) -> Headers {
    let text = |value: Vec<u8>| {
        String::from_utf8(value)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    };
    let fields = response.headers().entries();
    let pairs: Vec<_> = fields
        .into_iter()
        .map(|(mut name, value)| {
            name.make_ascii_lowercase();
            (name, text(value))
        })
        .collect();
    Headers::from(pairs)
}

fn from_wasi_error(code: ErrorCode) -> TransportError {
    let failed = |why: &str| TransportError::ConnectionFailed(why.into());
    let denied = |why: &str| TransportError::Denied(why.into());
    let protocol = |why: &str| TransportError::ProtocolError(why.into());
    match code {
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) => TransportError::NameUnresolved,
        ErrorCode::DestinationNotFound => failed("destination not found"),
        ErrorCode::DestinationUnavailable => failed("destination unavailable"),
        ErrorCode::DestinationIpUnroutable => failed("destination unroutable"),
        ErrorCode::ConnectionRefused => failed("refused"),
        ErrorCode::ConnectionTimeout => failed("timed out while connecting"),
        ErrorCode::ConnectionLimitReached => failed("the host has too many connections"),
        ErrorCode::DestinationIpProhibited => denied("the address is prohibited"),
        ErrorCode::HttpRequestDenied => denied("the origin is not allowed"),
        ErrorCode::HttpRequestLengthRequired => denied("a length is required"),
        ErrorCode::HttpRequestBodySize(_) => denied("the body is too long"),
        ErrorCode::HttpRequestMethodInvalid => denied("the method is not supported"),
        ErrorCode::HttpRequestUriInvalid => denied("the URL is not valid"),
        ErrorCode::HttpRequestUriTooLong => denied("the URL is too long"),
        ErrorCode::HttpRequestHeaderSectionSize(_) | ErrorCode::HttpRequestHeaderSize(_) => {
            denied("the headers are too long")
        }
        ErrorCode::HttpRequestTrailerSectionSize(_) | ErrorCode::HttpRequestTrailerSize(_) => {
            denied("the trailers are too long")
        }
        ErrorCode::ConfigurationError => denied("the host is not configured for it"),
        ErrorCode::TlsProtocolError => TransportError::TlsFailed("protocol error".into()),
        ErrorCode::TlsCertificateError => {
            TransportError::TlsFailed("the certificate is not valid".into())
        }
        // In TLS 1.3 an alert may come after data.
        ErrorCode::TlsAlertReceived(_) => {
            TransportError::Interrupted("the server sent a TLS alert".into())
        }
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => TransportError::TimedOut,
        ErrorCode::ConnectionTerminated => TransportError::Interrupted("connection closed".into()),
        ErrorCode::HttpResponseIncomplete => {
            TransportError::Interrupted("answer incomplete".into())
        }
        ErrorCode::InternalError(_) => TransportError::Interrupted("the host failed".into()),
        ErrorCode::HttpResponseHeaderSectionSize(_) | ErrorCode::HttpResponseHeaderSize(_) => {
            protocol("the headers are too long")
        }
        ErrorCode::HttpResponseTrailerSectionSize(_) | ErrorCode::HttpResponseTrailerSize(_) => {
            protocol("the trailers are too long")
        }
        ErrorCode::HttpResponseBodySize(_) => {
            protocol("the body has another length than announced")
        }
        ErrorCode::HttpResponseTransferCoding(_) => protocol("unknown transfer coding"),
        ErrorCode::HttpResponseContentCoding(_) => protocol("unknown content coding"),
        ErrorCode::HttpUpgradeFailed => protocol("upgrade failed"),
        ErrorCode::HttpProtocolError => protocol("protocol error"),
        ErrorCode::LoopDetected => protocol("loop detected"),
    }
}
