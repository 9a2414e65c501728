use crate::client::{ALL, authorize_url};
use crate::secure::{Client, HTTP_1, HTTP_2, connect};
use atlassian_simulator::{Decision, Fault, On, Settings, Simulator};
use http_body_util::BodyExt;

async fn start() -> Simulator {
    let settings = Settings {
        tls: true,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// An unauthorised request is answered 401, which is enough of an answer.
const TARGET: &str = "/me";

async fn both(simulator: &Simulator) -> [Client; 2] {
    let (origin, ca) = (simulator.api_origin(), simulator.ca_pem().unwrap());
    [
        Client::new(origin, ca, HTTP_1).await,
        Client::new(origin, ca, HTTP_2).await,
    ]
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_and_recorded_alike() {
    let simulator = start().await;
    let origin = simulator.api_origin();
    assert!(origin.starts_with("https://127.0.0.1:"));
    for mut client in both(&simulator).await {
        for _ in 0..2 {
            let reply = client.get(origin, TARGET, &[]).await.unwrap();
            assert_eq!(reply.status, 401);
        }
    }
    assert_eq!(simulator.transcript(), ["api GET /me -> 401"; 4]);
    let authority = origin.strip_prefix("https://").unwrap();
    for request in simulator.requests() {
        assert_eq!(request.header("host"), Some(authority));
        assert_eq!(request.violation, None);
    }
}

#[tokio::test]
async fn http_1_is_spoken_where_nothing_is_agreed_on() {
    let simulator = start().await;
    let ca = simulator.ca_pem().unwrap();
    let socket = connect(simulator.api_origin(), ca, "localhost", &[]).await;
    assert_eq!(socket.unwrap().get_ref().1.alpn_protocol(), None);
}

#[tokio::test]
async fn a_person_consents_over_tls() {
    let simulator = start().await;
    let url = authorize_url(&simulator, ALL, "a-state-of-mine");
    let allow = Decision::Allow { sites: Vec::new() };
    let back = simulator.consent(&url, allow).await.unwrap();
    assert!(back.starts_with("https://connector.example/oauth/callback?code="));
}

#[tokio::test]
async fn each_run_has_an_authority_of_its_own_which_is_good_for_loopback_alone() {
    let (one, two) = (start().await, start().await);
    assert_ne!(one.ca_pem(), two.ca_pem());
    let origin = one.api_origin();
    let other = connect(origin, two.ca_pem().unwrap(), "127.0.0.1", &[]).await;
    assert!(other.is_err());
    let elsewhere = connect(origin, one.ca_pem().unwrap(), "api.atlassian.com", &[]).await;
    assert!(elsewhere.is_err());
    let plain = Simulator::start(Settings::default()).await.unwrap();
    assert_eq!(plain.ca_pem(), None);
}

#[tokio::test]
async fn a_refused_certificate_is_told_in_the_transcript() {
    let (one, two) = (start().await, start().await);
    let mut lines = one.follow();
    let refused = connect(one.auth_origin(), two.ca_pem().unwrap(), "127.0.0.1", &[]).await;
    assert!(refused.is_err());
    let line = lines.recv().await.unwrap();
    assert!(line.starts_with("auth no TLS -> "), "{line}");
    assert_eq!(one.transcript(), [line]);
    assert_eq!(one.requests()[0].violation, None);
}

#[tokio::test]
async fn what_no_client_should_send_is_a_violation_on_http_2_too() {
    let simulator = start().await;
    let origin = simulator.api_origin();
    let [_, mut client] = both(&simulator).await;
    let mut violations = Vec::new();
    for (target, headers) in [
        ("/ex//jira", &[][..]),
        ("/ex/%2e%2e/jira", &[]),
        (TARGET, &[("host", "elsewhere.example")]),
        (TARGET, &[("authorization", "a"), ("authorization", "b")]),
    ] {
        let reply = client.get(origin, target, headers).await.unwrap();
        assert_eq!(reply.status, 400);
        violations.push(simulator.requests().pop().unwrap().violation.unwrap());
    }
    assert_eq!(
        violations,
        [
            "`//` in the path",
            "a dot segment in the path",
            "two Host headers",
            "two Authorization headers",
        ]
    );
    let authority = origin.strip_prefix("https://").unwrap();
    let same = client.get(origin, TARGET, &[("host", authority)]).await;
    assert_eq!(same.unwrap().status, 401);
}

#[tokio::test]
async fn a_cut_connection_is_cut_for_every_stream_on_it() {
    let simulator = start().await;
    let origin = simulator.api_origin();
    for fault in [Fault::CutBeforeAnswer, Fault::CutAfterDoing] {
        for mut client in both(&simulator).await {
            simulator.script(On::any(), fault.clone());
            assert!(client.get(origin, TARGET, &[]).await.is_err());
            assert!(client.get(origin, TARGET, &[]).await.is_err());
        }
    }
    assert_eq!(simulator.unmet_faults(), Vec::<String>::new());
}

#[tokio::test]
async fn a_cut_in_the_body_comes_after_the_head_and_half_of_it() {
    let simulator = start().await;
    let origin = simulator.api_origin();
    for mut client in both(&simulator).await {
        simulator.script(On::any(), Fault::CutInBody);
        let answer = client.open(origin, TARGET, &[]).await.unwrap();
        assert_eq!(answer.status(), 401);
        let promised: usize = answer.headers()["content-length"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let mut body = answer.into_body();
        let half = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(half.len(), promised / 2);
        assert!(body.frame().await.unwrap().is_err());
        assert!(client.get(origin, TARGET, &[]).await.is_err());
    }
}

#[tokio::test]
async fn raw_bytes_go_out_within_tls() {
    let simulator = start().await;
    let origin = simulator.api_origin();
    for mut client in both(&simulator).await {
        simulator.script(On::any(), Fault::Raw(b"NONSENSE\r\n\r\n".to_vec()));
        assert!(client.get(origin, TARGET, &[]).await.is_err());
    }
}

#[tokio::test]
async fn a_stalled_stream_does_not_keep_the_others() {
    let simulator = start().await;
    let origin = simulator.api_origin();
    let [_, client] = both(&simulator).await;
    let Client::Two(sender) = client else {
        panic!("the second is for HTTP/2");
    };
    let (mut one, mut two) = (Client::Two(sender.clone()), Client::Two(sender));
    simulator.script(On::method_path("GET", "/stalled"), Fault::Stall);
    let stalled = one.get(origin, "/stalled", &[]);
    let answered = async {
        let reply = two.get(origin, TARGET, &[]).await.unwrap();
        assert_eq!(reply.status, 401);
    };
    tokio::select! {
        biased;
        _ = stalled => panic!("a stalled request was answered"),
        () = answered => {}
    }
    let mut lines = simulator.transcript();
    lines.sort();
    assert_eq!(lines, ["api GET /me -> 401", "api GET /stalled -> stalled"]);
}

#[tokio::test]
async fn when_the_last_handle_is_dropped_streams_end_too() {
    let simulator = start().await;
    let origin = simulator.api_origin().to_owned();
    let [_, mut client] = both(&simulator).await;
    simulator.script(On::any(), Fault::Stall);
    let mut lines = simulator.follow();
    let end = async {
        let line = lines.recv().await.unwrap();
        assert_eq!(line, "api GET /me -> stalled");
        drop(simulator);
        lines
    };
    let (stalled, mut lines) = tokio::join!(client.get(&origin, TARGET, &[]), end);
    assert!(stalled.is_err());
    assert!(
        lines.recv().await.is_err(),
        "nobody holds the world any more"
    );
}
