//! Requests and answers as plain data.
//!
//! These are the border between the connector and whoever does the input and
//! output: no socket, no WASI type, no HTTP library.

use core::fmt;

use url::Url;

use super::{json::Broken, secret::Secret};

/// A request method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names say it all; wit/types.wit describes them"
)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Trace,
    Purge,
}

impl Method {
    /// As it is written in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Purge => "PURGE",
        }
    }

    /// Whether it only reads (RFC 9110 section 9.2.1).
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Trace)
    }

    /// Whether a body may go with it. RFC 9110 forbids one with TRACE and gives
    /// none a meaning with GET and HEAD; gateways refuse those.
    #[must_use]
    pub const fn takes_body(self) -> bool {
        !matches!(self, Self::Get | Self::Head | Self::Trace)
    }
}

/// Header fields in order, names compared without regard to case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends a field; one of the same name stays.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Takes the fields of this name away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The fields whose names are not listed.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        self.filtered(|name| !names.iter().any(|n| n.eq_ignore_ascii_case(name)))
    }

    /// The fields whose names are listed.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        self.filtered(|name| names.iter().any(|n| n.eq_ignore_ascii_case(name)))
    }

    fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(name, _)| keep(name))
                .cloned()
                .collect(),
        )
    }

    /// How the body is compressed, where it is.
    #[must_use]
    pub fn coding(&self) -> Option<&'static str> {
        let coding = self
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"))
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .find(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(IDENTITY))?;
        let mut known = CODINGS.iter().copied();
        Some(
            known
                .find(|known| known.eq_ignore_ascii_case(coding))
                .unwrap_or("in a way that nobody knows"),
        )
    }

    /// Whether the body is said to be JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        let media_type = self.get("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let media_type = media_type.to_ascii_lowercase();
        media_type == JSON || media_type.ends_with("+json")
    }

    /// What is wrong with a body that cannot be read: where it is compressed,
    /// that.
    #[must_use]
    pub fn explain(&self, broken: Broken) -> Broken {
        match (broken, self.coding()) {
            (Broken::Syntax(..), Some(coding)) => Broken::Compressed(coding),
            _ => broken,
        }
    }

    /// The fields as plain pairs.
    #[must_use]
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

impl From<Vec<(String, String)>> for Headers {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

/// Names only: values may be secrets or signed URLs.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

/// A request, ready to be sent.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Where to. Always `http` or `https`, without user information.
    pub url: Url,
    /// All headers but `Authorization`, `Host` and `Content-Length`.
    pub headers: Headers,
    /// The bearer token, if any.
    pub bearer: Option<Secret>,
    /// The body, if any; an empty one is still one.
    pub body: Option<Vec<u8>>,
}

impl HttpRequest {
    /// A request for JSON without a body.
    #[must_use]
    pub fn get_json(url: Url) -> Self {
        let mut headers = Headers::new();
        headers.push("accept", JSON);
        headers.push("accept-encoding", IDENTITY);
        headers.push("user-agent", USER_AGENT);
        Self {
            method: Method::Get,
            url,
            headers,
            bearer: None,
            body: None,
        }
    }

    /// A request that sends JSON and wants JSON.
    #[must_use]
    pub fn post_json(url: Url, body: Vec<u8>) -> Self {
        let mut request = Self::get_json(url);
        request.method = Method::Post;
        request.headers.push("content-type", JSON);
        request.body = Some(body);
        request
    }
}

/// Method and origin only: the query may be signed, and the rest may be secret.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            self.method.as_str(),
            self.url.origin().ascii_serialization()
        )
    }
}

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// Who we say we are. A browser's name would bring Jira's XSRF check upon us.
pub const USER_AGENT: &str = concat!("jira-connector/", env!("CARGO_PKG_VERSION"));

/// That an answer is to come as it is. Who says nothing may be sent anything
/// (RFC 9110 section 12.5.3), and here nothing is unpacked: what a few
/// kilobytes become has no bound.
pub const IDENTITY: &str = "identity";

/// What bodies are compressed with (RFC 9110 section 8.4.1, and two younger
/// ones).
const CODINGS: &[&str] = &["gzip", "x-gzip", "deflate", "br", "zstd", "compress"];

/// What one round trip may take.
#[derive(Debug, Clone, Copy)]
pub struct SendLimits {
    /// From the call to the last byte of the answer.
    pub timeout_ms: u64,
    /// How much of the answer's body is read; what is beyond is left.
    pub body_bytes: u64,
}

/// An answer. Its body has been read to the end, or to the limit.
#[derive(Clone)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Headers,
    /// The body, up to the limit.
    pub body: Vec<u8>,
    /// Whether the body was longer than the limit.
    pub truncated: bool,
}

impl HttpResponse {
    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status <= 299
    }

    /// Atlassian's name for this exchange, which its support asks for.
    #[must_use]
    pub fn trace_id(&self) -> Option<String> {
        [
            "atl-traceid",
            "x-arequestid",
            "x-trace-id",
            "atl-request-id",
        ]
        .into_iter()
        .find_map(|name| self.headers.get(name))
        .map(String::from)
    }
}

/// Status and length only: headers and body may be secret.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}

/// Why there was no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportError {
    /// The host's policy refused it.
    Denied(String),
    /// The server's name has no address.
    NameUnresolved,
    /// No connection came about.
    ConnectionFailed(String),
    /// TLS could not be agreed upon, or the certificate is wrong.
    TlsFailed(String),
    /// The time was up.
    TimedOut,
    /// The connection ended too early.
    Interrupted(String),
    /// What came was not HTTP, or broke a rule of it.
    ProtocolError(String),
}

impl TransportError {
    /// Whether no byte of the request can have reached the server.
    #[must_use]
    pub const fn surely_not_sent(&self) -> bool {
        match self {
            Self::Denied(_)
            | Self::NameUnresolved
            | Self::ConnectionFailed(_)
            | Self::TlsFailed(_) => true,
            Self::TimedOut | Self::Interrupted(_) | Self::ProtocolError(_) => false,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(why) => {
                write!(
                    f,
                    "the host does not allow this request ({why}); allow the origin in its network policy"
                )
            }
            Self::NameUnresolved => f.write_str("the server's name could not be resolved"),
            Self::ConnectionFailed(why) => write!(f, "no connection to the server ({why})"),
            Self::TlsFailed(why) => write!(f, "TLS with the server failed ({why})"),
            Self::TimedOut => f.write_str("no whole answer within the time allowed"),
            Self::Interrupted(why) => write!(
                f,
                "the connection ended before the whole answer was there ({why})"
            ),
            Self::ProtocolError(why) => write!(f, "the answer is not valid HTTP ({why})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compresses_a_body_is_known_by_its_name_however_it_is_written() {
        for (values, expected) in [
            (&[][..], None),
            (&[""], None),
            (&["identity"], None),
            (&["Identity, "], None),
            (&["GZIP"], Some("gzip")),
            (&["identity", " br , gzip"], Some("br")),
            (&["zstd", "gzip"], Some("zstd")),
            (&["secret"], Some("in a way that nobody knows")),
        ] {
            let mut headers = Headers::new();
            for value in values {
                headers.push("Content-Encoding", *value);
            }
            assert_eq!(headers.coding(), expected, "{values:?}");
        }
    }
}
