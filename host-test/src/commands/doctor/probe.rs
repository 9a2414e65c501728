use std::time::{Duration, Instant};

use http::header::DATE;
use http_body_util::{BodyExt, Empty};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use jira_host::Network;
use jira_host::network::{Body, RequestTimeouts, SendError};

/// How long an origin may take with an answer to nothing.
const PATIENCE: Duration = Duration::from_secs(15);

/// How far a request came, by where it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// It was not let out.
    Policy,
    /// The name was not resolved.
    Name,
    /// There was no connection.
    Connection,
    /// The handshake failed.
    Tls,
    /// There was a connection, and nothing usable came over it.
    Nothing,
    /// There was an answer; which one does not matter.
    Answer,
}

/// What one request to an origin came to.
pub(super) struct Probe {
    pub(super) origin: String,
    pub(super) reached: Reached,
    pub(super) why: Option<String>,
    pub(super) took: Duration,
    /// How far this machine's clock is ahead, by the `Date` of the answer.
    pub(super) skew_seconds: Option<i64>,
}

impl Probe {
    /// Sends a `HEAD` without credentials, which every HTTP server answers.
    pub(super) async fn send(network: Network, origin: String) -> Probe {
        let began = Instant::now();
        let sent = network.send(head(&origin), timeouts()).await;
        let took = began.elapsed();
        let (reached, why, skew_seconds) = match sent {
            Ok(response) => {
                let date = response.headers().get(DATE);
                let date = date.and_then(|date| date.to_str().ok());
                let skew = date.and_then(|date| skew_seconds(date, Timestamp::now()));
                (Reached::Answer, None, skew)
            }
            Err(error) => {
                let (reached, why) = classified(&error);
                (reached, why, None)
            }
        };
        Probe {
            origin,
            reached,
            why,
            took,
            skew_seconds,
        }
    }
}

fn head(origin: &str) -> http::Request<Body> {
    let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let mut request = http::Request::new(body);
    *request.method_mut() = http::Method::HEAD;
    // An origin that was allowed is a URL; any other is denied.
    *request.uri_mut() = format!("{origin}/").parse().unwrap_or_default();
    request
}

fn timeouts() -> RequestTimeouts {
    RequestTimeouts {
        connect_timeout: Some(PATIENCE),
        first_byte_timeout: Some(PATIENCE),
        between_bytes_timeout: Some(PATIENCE),
    }
}

fn classified(error: &SendError) -> (Reached, Option<String>) {
    let why = |why: &str| Some(why.to_owned());
    match error {
        SendError::HttpRequestDenied | SendError::DestinationIpProhibited => {
            (Reached::Policy, None)
        }
        SendError::DnsError { rcode, .. } => (Reached::Name, rcode.clone()),
        SendError::DnsTimeout => (Reached::Name, why("no answer in time")),
        SendError::ConnectionRefused => (Reached::Connection, why("refused")),
        SendError::ConnectionTimeout => (Reached::Connection, why("no answer in time")),
        SendError::DestinationIpUnroutable => (Reached::Connection, why("there is no route")),
        SendError::TlsCertificateError => (Reached::Tls, why("certificate")),
        SendError::TlsAlertReceived { alert_message, .. } => (Reached::Tls, alert_message.clone()),
        SendError::TlsProtocolError => (Reached::Tls, None),
        SendError::ConnectionReadTimeout => (Reached::Nothing, why("no answer in time")),
        _ => (Reached::Nothing, None),
    }
}

/// How far ahead of an HTTP date the clock is.
fn skew_seconds(date: &str, now: Timestamp) -> Option<i64> {
    let date = DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(now.as_second() - date.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_compared_with_the_date_of_an_answer() {
        let now = Timestamp::from_second(784_111_777 + 90).unwrap();
        assert_eq!(skew_seconds("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(90));
        assert_eq!(skew_seconds("yesterday", now), None);
    }
}
