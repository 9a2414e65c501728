//! From the client's errors to the ones that a component gets to see.
//!
//! The one question that counts is whether the request can have been sent:
//! only a component that is sure it was not may send it again.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter;

use hyper_util::client::legacy::Error as ClientError;

use super::dial::DialError;
use super::{AddressKind, SendError};

/// The failure of a request that has no answer.
pub(super) fn of_request(error: &ClientError, has_connection: bool) -> SendError {
    let unsent = !has_connection
        || error.is_connect()
        || find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled);
    if unsent {
        of_connecting(error)
    } else {
        of_exchange(error)
    }
}

/// The failure of a connection that did not come about.
fn of_connecting(error: &(dyn Error + 'static)) -> SendError {
    if let Some(cause) = find::<DialError>(error) {
        return of_dialing(cause);
    }
    if let Some(cause) = find::<rustls::Error>(error) {
        return of_tls(cause);
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(ErrorKind::TimedOut) => SendError::ConnectionTimeout,
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => {
            SendError::DestinationIpUnroutable
        }
        _ => SendError::ConnectionRefused,
    }
}

fn of_dialing(error: &DialError) -> SendError {
    match error {
        DialError::Unresolved(cause) => SendError::DnsError {
            rcode: Some(cause.to_string()),
            info_code: None,
        },
        DialError::ResolveTimeout => SendError::DnsTimeout,
        DialError::Prohibited(_) => SendError::DestinationIpProhibited,
        DialError::TlsTimeout => SendError::ConnectionTimeout,
        DialError::NoTunnel(_) => SendError::ConnectionRefused,
    }
}

/// The kind of the address, where a request failed for it.
pub(super) fn prohibited(error: &ClientError) -> Option<AddressKind> {
    match find(error)? {
        DialError::Prohibited(kind) => Some(*kind),
        _ => None,
    }
}

fn of_tls(error: &rustls::Error) -> SendError {
    match error {
        rustls::Error::InvalidCertificate(_) => SendError::TlsCertificateError,
        rustls::Error::AlertReceived(alert) => SendError::TlsAlertReceived {
            alert_id: Some(u8::from(*alert)),
            alert_message: Some(format!("{alert:?}")),
        },
        _ => SendError::TlsProtocolError,
    }
}

/// The failure of a request or of the body of its answer, after it was begun.
pub(super) fn of_exchange(error: &(dyn Error + 'static)) -> SendError {
    match find::<hyper::Error>(error) {
        Some(error) if error.is_parse_too_large() => SendError::HttpResponseHeaderSectionSize(None),
        Some(error) if error.is_parse() || error.is_user() => SendError::HttpProtocolError,
        Some(error) if error.is_timeout() => SendError::ConnectionReadTimeout,
        _ => SendError::ConnectionTerminated,
    }
}

/// The first cause of a kind. An `io::Error` hides what it was made of from
/// `source`, so it is asked for that itself.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    iter::successors(Some(error), |error| cause(*error)).find_map(|error| error.downcast_ref())
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, CertificateError};

    use super::*;

    fn wrapped(error: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
        io::Error::other(io::Error::new(ErrorKind::InvalidData, error))
    }

    fn named(error: &(dyn Error + 'static)) -> String {
        format!("{:?}", of_connecting(error))
    }

    #[test]
    fn a_cause_is_found_behind_the_errors_of_io() {
        let untrusted = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert_eq!(named(&wrapped(untrusted)), "TlsCertificateError");
        let alert = rustls::Error::AlertReceived(AlertDescription::HandshakeFailure);
        assert!(named(&wrapped(alert)).starts_with("TlsAlertReceived { alert_id: Some(40)"));
        assert_eq!(
            named(&wrapped(rustls::Error::DecryptError)),
            "TlsProtocolError"
        );
        let dialing = |error| named(&wrapped(error));
        let unresolved = DialError::Unresolved(ErrorKind::NotFound.into());
        assert!(dialing(unresolved).starts_with("DnsError"));
        assert_eq!(dialing(DialError::ResolveTimeout), "DnsTimeout");
        assert_eq!(dialing(DialError::TlsTimeout), "ConnectionTimeout");
        let no_tunnel = DialError::NoTunnel("it says 403".to_owned());
        assert_eq!(dialing(no_tunnel), "ConnectionRefused");
        let prohibited = DialError::Prohibited(AddressKind::Private);
        assert_eq!(dialing(prohibited), "DestinationIpProhibited");
    }

    #[test]
    fn a_connection_that_fails_is_told_apart_by_its_kind() {
        let table = [
            (ErrorKind::ConnectionRefused, "ConnectionRefused"),
            (ErrorKind::UnexpectedEof, "ConnectionRefused"),
            (ErrorKind::TimedOut, "ConnectionTimeout"),
            (ErrorKind::HostUnreachable, "DestinationIpUnroutable"),
            (ErrorKind::NetworkUnreachable, "DestinationIpUnroutable"),
        ];
        for (kind, name) in table {
            assert_eq!(named(&io::Error::from(kind)), name);
        }
    }
}
