//! Where an allowed name may lead.

use std::sync::{Arc, Mutex};

use jira_host::network::{AddressKind, NetworkPolicy, RequestTimeouts, Rule, SendError, Timeouts};

use crate::resolver::{Answers, Silent};
use crate::server::{Play, Server};
use crate::{SOON, answer, read, request, send};

#[tokio::test]
async fn a_public_name_that_leads_inwards_is_denied_and_the_rule_is_named() {
    let table = [
        ("127.0.0.1", AddressKind::Loopback),
        ("::1", AddressKind::Loopback),
        ("10.0.0.1", AddressKind::Private),
        ("fd12::1", AddressKind::Private),
        ("169.254.1.1", AddressKind::LinkLocal),
        ("169.254.169.254", AddressKind::Metadata),
        ("100.64.0.1", AddressKind::SharedSpace),
        ("224.0.0.1", AddressKind::Multicast),
        ("0.0.0.0", AddressKind::Unspecified),
        ("192.0.2.1", AddressKind::Documentation),
        ("::ffff:10.0.0.1", AddressKind::Private),
        ("64:ff9b::127.0.0.1", AddressKind::Loopback),
    ];
    for (address, kind) in table {
        let network = NetworkPolicy::atlassian()
            .with_resolver(Answers::with(&[address]))
            .build()
            .unwrap();
        let sent = send(&network, "POST", "https://api.atlassian.com/me").await;
        assert!(
            matches!(sent, Err(SendError::DestinationIpProhibited)),
            "{address}"
        );
        let denial = network.last_denial().unwrap();
        assert_eq!(denial.rule(), Rule::Address(kind), "{address}");
        assert_eq!(
            denial.origin().unwrap().to_string(),
            "https://api.atlassian.com"
        );
        assert_eq!(network.denials(), 1);
    }
}

#[tokio::test]
async fn an_address_in_place_of_a_name_is_judged_as_well() {
    for host in [
        "10.0.0.1",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
    ] {
        let origin = format!("https://{host}:1");
        let network = NetworkPolicy::none().allow_origin(&origin).build().unwrap();
        let sent = send(&network, "GET", &origin).await;
        assert!(
            matches!(sent, Err(SendError::DestinationIpProhibited)),
            "{host}"
        );
    }
}

#[tokio::test]
async fn a_number_that_the_platform_takes_for_loopback_is_denied() {
    for host in ["127.1", "2130706433", "0x7f.1"] {
        let origin = format!("https://{host}:1");
        let network = NetworkPolicy::none().allow_origin(&origin).build().unwrap();
        let sent = send(&network, "GET", &origin).await;
        // Platforms differ in whether they read it at all.
        assert!(
            matches!(
                sent,
                Err(SendError::DestinationIpProhibited | SendError::DnsError { .. })
            ),
            "{host}"
        );
    }
}

#[tokio::test]
async fn what_the_operator_allows_is_reached() {
    let server = Server::playing([vec![Play::Close]]).await;
    let origin = server.origin("https").replace("127.0.0.1", "a.example");
    let policy = || {
        NetworkPolicy::none()
            .allow_origin(&origin)
            .with_resolver(Answers::with(&["127.0.0.1"]))
    };
    let closed = policy().allow_addresses("127.0.0.2").build().unwrap();
    let sent = send(&closed, "GET", &origin).await;
    assert!(matches!(sent, Err(SendError::DestinationIpProhibited)));
    assert_eq!(server.connections(), 0);

    let open = policy().allow_addresses("127.0.0.0/8").build().unwrap();
    let sent = send(&open, "GET", &origin).await;
    assert!(matches!(sent, Err(SendError::ConnectionRefused)));
    assert_eq!((server.connections(), open.denials()), (1, 0));
}

#[tokio::test]
async fn of_several_addresses_only_those_that_are_allowed_are_tried() {
    let inner = Server::playing([]).await;
    let origin = inner.origin("https").replace("127.0.0.1", "a.example");
    // The other one is allowed, and nobody is there.
    let network = NetworkPolicy::none()
        .allow_origin(&origin)
        .allow_addresses("127.0.0.2")
        .with_resolver(Answers::with(&["127.0.0.1", "127.0.0.2"]))
        .build()
        .unwrap();
    assert!(send(&network, "GET", &origin).await.is_err());
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn a_name_is_looked_up_once_for_each_connection() {
    let server = Server::playing([vec![answer("one"), answer("two")]]).await;
    let origin = server.origin("http").replace("127.0.0.1", "localhost");
    let answers = Answers::with(&["127.0.0.1"]);
    let network = NetworkPolicy::none()
        .allow_origin(&origin)
        .with_resolver(answers.clone())
        .build()
        .unwrap();
    for expected in ["one", "two"] {
        let response = send(&network, "GET", &origin).await.unwrap();
        assert_eq!(read(response).await.unwrap(), expected);
    }
    assert_eq!((answers.asked(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_name_without_an_address_was_surely_not_sent() {
    let network = NetworkPolicy::atlassian()
        .with_resolver(Answers::with(&[]))
        .build()
        .unwrap();
    let sent = send(&network, "POST", "https://api.atlassian.com/").await;
    assert!(matches!(sent, Err(SendError::DnsError { .. })));
}

#[tokio::test]
async fn a_resolver_that_is_silent_is_not_waited_for() {
    let network = NetworkPolicy::atlassian()
        .with_resolver(Silent)
        .with_timeouts(Timeouts {
            resolve: SOON,
            ..Timeouts::default()
        })
        .build()
        .unwrap();
    let sent = send(&network, "POST", "https://api.atlassian.com/").await;
    assert!(matches!(sent, Err(SendError::DnsTimeout)));
}

/// Elsewhere the system refuses, rather than lets wait, whom it has no place for.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_takes_no_connection_is_not_waited_for() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody accepts these, so there is no place left.
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let origin = format!("http://{address}");
    let network = NetworkPolicy::none()
        .allow_origin(&origin)
        .with_timeouts(Timeouts {
            connect: SOON,
            ..Timeouts::default()
        })
        .build()
        .unwrap();
    let sent = send(&network, "POST", &origin).await;
    assert!(matches!(sent, Err(SendError::ConnectionTimeout)));
}

#[tokio::test]
async fn denials_are_told_to_whom_it_concerns() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let book = Arc::clone(&told);
    let network = NetworkPolicy::none()
        .on_denial(move |denial| book.lock().unwrap().push(denial.to_string()))
        .build()
        .unwrap();
    for (method, url) in [
        ("GET", "https://evil.example/a?b=secret"),
        ("CONNECT", "https://evil.example"),
        ("GET", "https://user@evil.example/"),
    ] {
        let sent = network
            .clone()
            .send(request(method, url), RequestTimeouts::default())
            .await;
        assert!(matches!(sent, Err(SendError::HttpRequestDenied)));
    }
    assert_eq!(
        *told.lock().unwrap(),
        [
            "denied `https://evil.example`: the origin is not among those allowed",
            "denied `https://evil.example`: a tunnel is never allowed",
            "denied a request: the origin is not among those allowed",
        ]
    );
    assert_eq!(network.denials(), 3);
}

#[test]
fn a_block_that_is_none_is_refused_when_the_network_is_set_up() {
    let refused = NetworkPolicy::none().allow_addresses("10.0.0.0/64").build();
    assert_eq!(
        refused.unwrap_err().to_string(),
        "`10.0.0.0/64` is no block of addresses; write an address, or a network such as \
         `10.1.0.0/16`"
    );
}
