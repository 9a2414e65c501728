use std::time::Duration;

use super::RequestTimeouts;

/// How long the parts of a request may take, each by itself.
///
/// What a component asks for shortens these and never lengthens them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Finding the address of a name. By default 10 seconds: twice as long as
    /// systems wait for one name server, so that a second one has its turn.
    pub resolve: Duration,
    /// Connecting, over all addresses of the name. By default 10 seconds;
    /// Atlassian's edge answers in a fraction of one, and after this it will not.
    pub connect: Duration,
    /// The TLS handshake. By default 10 seconds, for the same reason.
    pub tls_handshake: Duration,
    /// The first byte of an answer, from when there is a connection; sending
    /// the request is part of it. By default 610 seconds: the longest time that a
    /// request can be given (`timeout-ms`, 600), and what the component leaves its
    /// host to be later.
    pub first_byte: Duration,
    /// The next part of a body, from when somebody asks for it. By default 60
    /// seconds.
    pub between_bytes: Duration,
}

const RESOLVE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(10);
const TLS_HANDSHAKE: Duration = Duration::from_secs(10);
const FIRST_BYTE: Duration = Duration::from_secs(610);
const BETWEEN_BYTES: Duration = Duration::from_secs(60);

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            resolve: RESOLVE,
            connect: CONNECT,
            tls_handshake: TLS_HANDSHAKE,
            first_byte: FIRST_BYTE,
            between_bytes: BETWEEN_BYTES,
        }
    }
}

/// What one request waits for.
pub(super) struct Patience {
    /// All that comes before the request is sent.
    pub(super) connection: Duration,
    pub(super) first_byte: Duration,
    pub(super) between_bytes: Duration,
}

impl Timeouts {
    /// These, where a request does not ask for less.
    pub(super) fn for_request(&self, asked: &RequestTimeouts) -> Patience {
        let connection = self.resolve.saturating_add(self.connect);
        let connection = connection.saturating_add(self.tls_handshake);
        let shorter = |asked: Option<Duration>, own: Duration| asked.unwrap_or(own).min(own);
        Patience {
            connection: shorter(asked.connect_timeout, connection),
            first_byte: shorter(asked.first_byte_timeout, self.first_byte),
            between_bytes: shorter(asked.between_bytes_timeout, self.between_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_shortens_the_timeouts_and_never_lengthens_them() {
        let own = Timeouts::default();
        let patience = own.for_request(&RequestTimeouts {
            connect_timeout: Some(Duration::from_secs(3600)),
            first_byte_timeout: Some(Duration::from_secs(1)),
            between_bytes_timeout: None,
        });
        assert_eq!(
            patience.connection,
            own.resolve + own.connect + own.tls_handshake
        );
        assert_eq!(patience.first_byte, Duration::from_secs(1));
        assert_eq!(patience.between_bytes, own.between_bytes);
    }

    #[test]
    fn endless_patience_is_no_overflow() {
        let endless = Timeouts {
            resolve: Duration::MAX,
            connect: Duration::MAX,
            ..Timeouts::default()
        };
        let patience = endless.for_request(&RequestTimeouts::default());
        assert_eq!(patience.connection, Duration::MAX);
    }
}
