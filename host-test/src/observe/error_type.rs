//! OpenTelemetry's `error.type`: few words, that one can count by.

use crate::call::CallError;
use crate::network::SendError;
use crate::types::ErrorKind;

/// What became of a request that was given up.
pub(super) const CANCELLED: &str = "cancelled";

pub(super) fn of_call(error: &CallError) -> &'static str {
    match error {
        CallError::Trap(_) => "trap",
        CallError::OutOfTime(_) => "out-of-time",
        CallError::OutOfMemory(_) => "out-of-memory",
        CallError::Busy(_) => "busy",
    }
}

/// The contract's own names.
pub(super) fn of_kind(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidRequest(_) => "invalid-request",
        ErrorKind::ReauthorizationRequired(_) => "reauthorization-required",
        ErrorKind::Api(_) => "api",
        ErrorKind::RateLimited(_) => "rate-limited",
        ErrorKind::Transport(_) => "transport",
        ErrorKind::UnexpectedResponse(_) => "unexpected-response",
        ErrorKind::LimitExceeded(_) => "limit-exceeded",
        ErrorKind::SecretStore(_) => "secret-store",
        ErrorKind::Configuration(_) => "configuration",
        ErrorKind::Other(_) => "other",
    }
}

pub(super) fn of_request(error: &SendError) -> &'static str {
    match error {
        SendError::HttpRequestDenied => "denied",
        SendError::DestinationIpProhibited => "address-denied",
        SendError::DnsError { .. } => "name-unresolved",
        SendError::DnsTimeout => "name-resolution-timeout",
        SendError::ConnectionTimeout => "connection-timeout",
        SendError::ConnectionReadTimeout => "read-timeout",
        SendError::ConnectionRefused => "connection-refused",
        SendError::ConnectionTerminated => "connection-terminated",
        SendError::DestinationIpUnroutable => "unroutable",
        SendError::TlsCertificateError => "tls-certificate",
        SendError::TlsAlertReceived { .. } => "tls-alert",
        SendError::TlsProtocolError => "tls-protocol",
        SendError::HttpProtocolError => "http-protocol",
        SendError::HttpRequestHeaderSectionSize(_)
        | SendError::HttpRequestBodySize(_)
        | SendError::HttpResponseHeaderSectionSize(_) => "too-large",
        _ => "other",
    }
}
