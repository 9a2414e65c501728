//! What the component's requests meet on their way out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

mod addresses;
mod authority;
mod guest;
mod proxy;
#[path = "../support/proxy.rs"]
mod proxy_server;
mod resolver;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod tls_server;

use std::time::Duration;

use atlassian_simulator::ClosedPort;
use http_body_util::{BodyExt, Full};
use jira_host::Network;
use jira_host::network::{Body, RequestTimeouts, SendError};

use self::server::{Play, Server};

/// Long enough to be there when it should not matter, short enough to wait for.
const SOON: Duration = Duration::from_millis(50);

fn answer(body: &str) -> Play {
    Play::Answer(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

fn request(method: &str, url: &str) -> http::Request<Body> {
    let body = Full::from("body")
        .map_err(|never| match never {})
        .boxed_unsync();
    http::Request::builder()
        .method(method)
        .uri(url)
        .body(body)
        .unwrap()
}

async fn send(
    network: &Network,
    method: &str,
    url: &str,
) -> Result<http::Response<Body>, SendError> {
    network
        .send(request(method, url), RequestTimeouts::default())
        .await
}

async fn read(response: http::Response<Body>) -> Result<String, SendError> {
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

/// Sends a POST to the server, and the failure of it.
async fn failure(server: &Server, scheme: &str, timeouts: RequestTimeouts) -> String {
    let origin = server.origin(scheme);
    let network = Network::allowing([&origin]).unwrap();
    let sent = network
        .send(request("POST", &format!("{origin}/a")), timeouts)
        .await;
    format!("{:?}", sent.map(|response| response.status()).unwrap_err())
}

#[tokio::test]
async fn an_origin_that_is_not_allowed_is_denied_before_a_connection_is_made() {
    let allowed = Server::playing([]).await;
    let other = Server::playing([]).await;
    let network = Network::allowing([allowed.origin("http")]).unwrap();
    let denied = [
        format!("{}/a", other.origin("http")),
        format!("{}/a", allowed.origin("https")),
        format!("{}/a", allowed.origin("http").replace("//", "//user@")),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "/a".to_owned(),
    ];
    for url in denied {
        let sent = send(&network, "GET", &url).await;
        assert!(matches!(sent, Err(SendError::HttpRequestDenied)), "{url}");
    }
    let tunnel = send(&network, "CONNECT", &allowed.origin("http")).await;
    assert!(matches!(tunnel, Err(SendError::HttpRequestDenied)));
    assert_eq!((allowed.connections(), other.connections()), (0, 0));
}

#[tokio::test]
async fn an_allowed_origin_is_reached_and_its_answer_streams() {
    let server = Server::playing([vec![answer("hello")]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let response = send(
        &network,
        "POST",
        &format!("{}/a?b=c", server.origin("http")),
    )
    .await
    .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(read(response).await.unwrap(), "hello");
    assert_eq!(server.requests(), ["POST /a?b=c HTTP/1.1"]);
}

#[tokio::test]
async fn a_connection_is_kept_and_used_again() {
    let server = Server::playing([vec![answer("one"), answer("two")]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    for expected in ["one", "two"] {
        let response = send(&network, "GET", &server.origin("http")).await.unwrap();
        assert_eq!(read(response).await.unwrap(), expected);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_clone_shares_the_connections() {
    let server = Server::playing([vec![answer("one"), answer("two")]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    for network in [network.clone(), network] {
        let response = send(&network, "GET", &server.origin("http")).await.unwrap();
        read(response).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced_and_a_post_is_sent_once() {
    let first = vec![answer("one"), Play::Close];
    let server = Server::playing([first, vec![answer("two")]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let url = server.origin("http");
    read(send(&network, "GET", &url).await.unwrap())
        .await
        .unwrap();
    let response = send(&network, "POST", &url).await.unwrap();
    assert_eq!(read(response).await.unwrap(), "two");
    assert_eq!(server.requests(), ["GET / HTTP/1.1", "POST / HTTP/1.1"]);
}

#[tokio::test]
async fn a_request_that_was_begun_on_a_kept_connection_is_never_sent_again() {
    let first = vec![answer("one"), Play::Listen, Play::Close];
    let server = Server::playing([first, vec![answer("never")]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let url = server.origin("http");
    read(send(&network, "GET", &url).await.unwrap())
        .await
        .unwrap();
    let sent = send(&network, "POST", &url).await;
    assert!(matches!(sent, Err(SendError::ConnectionTerminated)));
    assert_eq!(server.requests(), ["GET / HTTP/1.1", "POST / HTTP/1.1"]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_request_as_large_as_the_contract_allows_is_sent_whole() {
    let server = Server::playing([vec![answer("")]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let path = format!("/{}", "p".repeat(32 * 1024));
    let mut request = request("POST", &format!("{}{path}", server.origin("http")));
    let value = "v".repeat(32 * 1024).parse().unwrap();
    request.headers_mut().insert("x-large", value);
    let response = network
        .send(request, RequestTimeouts::default())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(server.requests(), [format!("POST {path} HTTP/1.1")]);
}

#[tokio::test]
async fn a_redirect_is_answered_and_not_followed() {
    let server = Server::playing([vec![Play::Answer(
        "HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n".to_owned(),
    )]])
    .await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let response = send(&network, "GET", &server.origin("http")).await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_was_surely_not_sent() {
    let closed = ClosedPort::new().unwrap();
    let network = Network::allowing([closed.origin()]).unwrap();
    let sent = send(&network, "POST", closed.origin()).await;
    assert!(matches!(sent, Err(SendError::ConnectionRefused)));
}

#[tokio::test]
async fn a_server_without_tls_fails_before_the_request_is_sent() {
    let garbage = Play::Say("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned());
    let server = Server::playing([vec![garbage]]).await;
    assert_eq!(
        failure(&server, "https", RequestTimeouts::default()).await,
        "TlsProtocolError"
    );
    assert_eq!(server.requests(), [""; 0]);
}

#[tokio::test]
async fn a_connection_that_ends_during_tls_was_surely_not_sent() {
    let server = Server::playing([vec![Play::Close]]).await;
    assert_eq!(
        failure(&server, "https", RequestTimeouts::default()).await,
        "ConnectionRefused"
    );
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_longer_than_the_request_asks() {
    let server = Server::playing([vec![]]).await;
    let timeouts = RequestTimeouts {
        connect_timeout: Some(SOON),
        ..RequestTimeouts::default()
    };
    assert_eq!(
        failure(&server, "https", timeouts).await,
        "ConnectionTimeout"
    );
}

#[tokio::test]
async fn a_connection_that_is_cut_before_the_answer_may_have_been_sent() {
    let server = Server::playing([vec![Play::Listen, Play::Close]]).await;
    assert_eq!(
        failure(&server, "http", RequestTimeouts::default()).await,
        "ConnectionTerminated"
    );
    assert_eq!(server.requests(), ["POST /a HTTP/1.1"]);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_waited_for_as_long_as_asked() {
    let server = Server::playing([vec![Play::Listen]]).await;
    let timeouts = RequestTimeouts {
        first_byte_timeout: Some(SOON),
        ..RequestTimeouts::default()
    };
    assert_eq!(
        failure(&server, "http", timeouts).await,
        "ConnectionReadTimeout"
    );
}

#[tokio::test]
async fn what_is_not_http_is_told_so() {
    let server = Server::playing([vec![Play::Answer("nonsense\r\n\r\n".to_owned())]]).await;
    assert_eq!(
        failure(&server, "http", RequestTimeouts::default()).await,
        "HttpProtocolError"
    );
}

#[tokio::test]
async fn an_answer_with_endless_headers_is_given_up() {
    let headers = "x-filler: 0123456789\r\n".repeat(4_000);
    let server =
        Server::playing([vec![Play::Answer(format!("HTTP/1.1 200 OK\r\n{headers}"))]]).await;
    let failure = failure(&server, "http", RequestTimeouts::default()).await;
    assert_eq!(failure, "HttpResponseHeaderSectionSize(None)");
}

#[tokio::test]
async fn the_head_of_an_answer_has_so_many_bytes_and_no_more() {
    let with_header = |bytes: usize| {
        let filler = "x".repeat(bytes);
        format!("HTTP/1.1 200 OK\r\nx-filler: {filler}\r\ncontent-length: 0\r\n\r\n")
    };
    let server = Server::playing([vec![Play::Answer(with_header(200_000))]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let response = send(&network, "GET", &server.origin("http")).await.unwrap();
    assert_eq!(response.headers()["x-filler"].len(), 200_000);
    let server = Server::playing([vec![Play::Answer(with_header(800_000))]]).await;
    let failure = failure(&server, "http", RequestTimeouts::default()).await;
    assert_eq!(failure, "HttpResponseHeaderSectionSize(None)");
}

#[tokio::test]
async fn a_body_that_is_cut_is_an_error_and_not_a_short_body() {
    let half = Play::Answer("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello".to_owned());
    let server = Server::playing([vec![half, Play::Close]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let response = send(&network, "GET", &server.origin("http")).await.unwrap();
    assert!(matches!(
        read(response).await,
        Err(SendError::ConnectionTerminated)
    ));
}

#[tokio::test]
async fn a_body_that_stops_is_waited_for_as_long_as_asked() {
    let half = Play::Answer("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello".to_owned());
    let server = Server::playing([vec![half]]).await;
    let network = Network::allowing([server.origin("http")]).unwrap();
    let timeouts = RequestTimeouts {
        between_bytes_timeout: Some(SOON),
        ..RequestTimeouts::default()
    };
    let sent = network
        .send(request("GET", &server.origin("http")), timeouts)
        .await;
    assert!(matches!(
        read(sent.unwrap()).await,
        Err(SendError::ConnectionReadTimeout)
    ));
}

#[test]
fn a_network_shows_where_it_may_go() {
    let network = Network::atlassian().unwrap();
    assert_eq!(
        format!("{network:?}"),
        "Network {https://api.atlassian.com, https://api.media.atlassian.com, \
         https://auth.atlassian.com}"
    );
}
