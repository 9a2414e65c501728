use jira_host::types::{Error, ErrorKind, Response, TransportError};

use super::frames::Frame;

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// HTTP/1.1 in the clear.
    Tcp,
    /// HTTP/1.1 in TLS.
    Tls,
    /// HTTP/2, which there is in TLS only.
    H2,
}

/// What a server does, one after the other, when it has got a request.
#[derive(Clone)]
pub enum Act {
    Say(Vec<u8>),
    /// A frame on the stream of the request, or on the connection.
    Send(Frame),
    /// The same again and again, until nobody listens any more.
    Flood(Vec<u8>),
    FloodWith(Frame),
    /// A frame so many times.
    Repeat(Frame, u32),
    /// Nothing, for as long as somebody listens.
    Stall,
    /// The end of the connection in the middle of whatever it carries: in TLS
    /// without the alert that belongs there.
    Drop,
    /// The connection is reset.
    Reset,
}

/// What a server does before it has got a request.
#[derive(Clone)]
pub enum Opening {
    /// All that belongs there.
    Polite,
    /// These, in place of a handshake.
    Rude(Vec<Act>),
    /// The handshake with a certificate that nobody trusts.
    Untrusted,
}

/// What must come of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comes {
    /// A success with this body.
    Body(Vec<u8>),
    /// This status of an error.
    Status(u16),
    Interrupted,
    /// Not HTTP.
    Protocol,
    TimedOut,
    /// Longer than the caller allows.
    TooLong,
    Unconnected,
    NoTls,
    /// Something else.
    Other(String),
}

/// A server that is not as it should be.
#[derive(Clone)]
pub struct Fault {
    pub name: String,
    pub over: Over,
    pub opening: Opening,
    pub acts: Vec<Act>,
    pub comes: Comes,
}

impl Fault {
    pub fn new(over: Over, name: impl AsRef<str>, acts: Vec<Act>, comes: Comes) -> Fault {
        Fault {
            name: format!("{over:?}: {}", name.as_ref()),
            over,
            opening: Opening::Polite,
            acts,
            comes,
        }
    }

    /// The same in the clear and in TLS.
    pub fn http(name: impl AsRef<str>, acts: Vec<Act>, comes: Comes) -> [Fault; 2] {
        [Over::Tcp, Over::Tls]
            .map(|over| Fault::new(over, name.as_ref(), acts.clone(), comes.clone()))
    }

    /// A text, and the end of the connection.
    pub fn said(name: &str, text: impl Into<Vec<u8>>, comes: Comes) -> [Fault; 2] {
        Fault::http(name, vec![Act::Say(text.into())], comes)
    }
}

pub fn body(text: impl Into<Vec<u8>>) -> Comes {
    Comes::Body(text.into())
}

impl Comes {
    pub fn of(outcome: &Result<Response, Error>) -> Comes {
        let error = match outcome {
            Ok(response) => return Comes::Body(response.body.clone()),
            Err(error) => error,
        };
        match &error.kind {
            ErrorKind::Api(api) => Comes::Status(api.status),
            ErrorKind::RateLimited(_) => Comes::Status(429),
            ErrorKind::LimitExceeded(_) => Comes::TooLong,
            ErrorKind::Transport(TransportError::Interrupted(_)) => Comes::Interrupted,
            ErrorKind::Transport(TransportError::ProtocolError(_)) => Comes::Protocol,
            ErrorKind::Transport(TransportError::TimedOut) => Comes::TimedOut,
            ErrorKind::Transport(TransportError::ConnectionFailed(_)) => Comes::Unconnected,
            ErrorKind::Transport(TransportError::TlsFailed(_)) => Comes::NoTls,
            other => Comes::Other(format!("{other:?}")),
        }
    }
}
