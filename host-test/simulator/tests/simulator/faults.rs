use crate::client::{App, raw, refresh, refresh_grant, try_send};
use atlassian_simulator::{Fault, Gate, On, Origin};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const COMMENT: &str = "/rest/api/2/issue/DEMO-5/comment";

async fn comments(app: &App) -> u64 {
    let page = app.get(COMMENT).await.json();
    page["total"].as_u64().unwrap()
}

async fn try_comment(app: &App) -> Result<u16, hyper::Error> {
    let bearer = format!("Bearer {}", app.access);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let target = format!("{}{COMMENT}", app.site());
    let body = r#"{"body":"once"}"#;
    let reply = try_send(app.simulator.api_origin(), "POST", &target, &headers, body).await?;
    Ok(reply.status)
}

#[tokio::test]
async fn a_scripted_answer_replaces_the_real_one_once() {
    let app = App::ready().await;
    let headers = [("retry-after", "7"), ("x-two", "a"), ("x-two", "b")];
    app.simulator.script(
        On::method_path("POST", "/comment"),
        Fault::status(429, &headers),
    );
    app.simulator
        .script(On::any(), Fault::json(503, r#"{"a":1}"#));
    assert_eq!(try_comment(&app).await.unwrap(), 429);
    let second = app.get(COMMENT).await;
    assert_eq!((second.status, second.json()), (503, json!({"a": 1})));
    assert_eq!(comments(&app).await, 0);
    assert_eq!(app.simulator.unmet_faults(), Vec::<String>::new());
}

#[tokio::test]
async fn faults_wait_for_the_request_they_are_for() {
    let app = App::ready().await;
    app.simulator
        .script(On::token_endpoint(), Fault::status(500, &[]));
    app.simulator
        .script(On::origin(Origin::Media), Fault::Stall);
    assert_eq!(app.get("/rest/api/3/myself").await.status, 200);
    assert_eq!(
        app.simulator.unmet_faults(),
        ["the token endpoint: Answer(500)", "media: stall"]
    );
    assert_eq!(refresh(&app.simulator, &app.refresh).await.status, 500);
    assert_eq!(refresh(&app.simulator, &app.refresh).await.status, 200);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named() {
    let app = App::ready().await;
    app.simulator
        .script(On::any(), Fault::status(200, &[("no header", "x")]));
    let reply = app.get("/rest/api/3/myself").await;
    assert_eq!(reply.status, 500);
    assert!(reply.text().contains("`no header` is not a header"));
}

#[tokio::test]
async fn a_cut_before_the_answer_does_nothing_and_a_cut_after_doing_does_it() {
    let app = App::ready().await;
    app.simulator.script(On::any(), Fault::CutBeforeAnswer);
    assert!(try_comment(&app).await.is_err());
    assert_eq!(comments(&app).await, 0);
    app.simulator.script(On::any(), Fault::CutAfterDoing);
    assert!(try_comment(&app).await.is_err());
    assert_eq!(comments(&app).await, 1);
    let lines = app.simulator.transcript().join("\n");
    assert!(lines.contains("-> cut before answer\n"), "{lines}");
    assert!(lines.contains("-> 201 (cut after doing)\n"), "{lines}");
}

#[tokio::test]
async fn a_lost_refresh_was_done_and_can_be_asked_for_again() {
    let app = App::ready().await;
    app.simulator
        .script(On::token_endpoint(), Fault::CutAfterDoing);
    let body = refresh_grant(&app.simulator, &app.refresh).to_string();
    let headers = [("content-type", "application/json")];
    let lost = try_send(
        app.simulator.auth_origin(),
        "POST",
        "/oauth/token",
        &headers,
        body,
    )
    .await;
    assert!(lost.is_err());
    assert_eq!(refresh(&app.simulator, &app.refresh).await.status, 200);
    let lines = app.simulator.transcript();
    let tail: Vec<&str> = lines[lines.len() - 2..]
        .iter()
        .map(String::as_str)
        .collect();
    assert_eq!(
        tail,
        [
            "auth POST /oauth/token grant_type=refresh_token refresh#1 \
             -> 200 access#2 refresh#2 (cut after doing)",
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#3 refresh#3",
        ]
    );
}

#[tokio::test]
async fn a_cut_in_the_body_promises_all_and_sends_half() {
    let app = App::ready().await;
    let host = app.simulator.api_origin().strip_prefix("http://").unwrap();
    let request = format!(
        "GET {}/rest/api/3/bytes/1000 HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\r\n",
        app.site(),
        app.access
    );
    app.simulator.script(On::any(), Fault::CutInBody);
    let answer = raw(app.simulator.api_origin(), &request).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"));
    assert!(head.contains("content-length: 1000"));
    assert_eq!(body.len(), 500);
}

#[tokio::test]
async fn an_answer_without_a_body_is_not_sent_where_it_is_cut_in_the_body() {
    let app = App::ready().await;
    app.simulator.script(On::any(), Fault::CutInBody);
    let bearer = format!("Bearer {}", app.access);
    let headers = [("authorization", bearer.as_str())];
    let target = format!("{}/rest/api/3/issue/DEMO-4", app.site());
    let reply = try_send(app.simulator.api_origin(), "DELETE", &target, &headers, "").await;
    assert!(reply.is_err());
    assert_eq!(app.get("/rest/api/3/issue/DEMO-4").await.status, 404);
}

#[tokio::test]
async fn raw_bytes_are_sent_as_they_are() {
    let app = App::ready().await;
    let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: nonsense\r\n\r\n".to_vec();
    app.simulator.script(On::any(), Fault::Raw(bytes));
    assert!(try_comment(&app).await.unwrap_err().is_parse());
    assert_eq!(comments(&app).await, 0);
}

#[tokio::test]
async fn a_stalled_request_is_recorded_and_others_go_on() {
    let app = App::ready().await;
    let host = app.simulator.api_origin().strip_prefix("http://").unwrap();
    let path = format!("{}/rest/api/3/bytes/1000", app.site());
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\r\n",
        app.access
    );
    let gate = Gate::new();
    app.simulator
        .script(On::method_path("GET", "/1000"), Fault::StallInBody);
    app.simulator
        .script(On::method_path("GET", "/1000"), Fault::Hold(gate.clone()));
    let mut half = TcpStream::connect(host).await.unwrap();
    half.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") || answer.len() < 600 {
        let mut part = [0; 1024];
        let length = half.read(&mut part).await.unwrap();
        assert_ne!(length, 0);
        answer.extend_from_slice(&part[..length]);
    }
    let mut held = TcpStream::connect(host).await.unwrap();
    held.write_all(request.as_bytes()).await.unwrap();
    gate.reached().await;
    assert_eq!(app.get("/rest/api/3/myself").await.status, 200);
    let lines = app.simulator.transcript();
    let [stalled, held, answered] = &lines[lines.len() - 3..] else {
        panic!("too few lines");
    };
    assert!(stalled.ends_with("-> 200 (stalled in body)"), "{stalled}");
    assert!(held.ends_with("-> …"), "{held}");
    assert!(answered.ends_with("-> 200"), "{answered}");
}

#[tokio::test]
async fn a_held_request_is_carried_out_after_its_gate_opens() {
    let app = App::ready().await;
    let gate = Gate::new();
    app.simulator.script(
        On::method_path("POST", "/comment"),
        Fault::Hold(gate.clone()),
    );
    let test = async {
        gate.reached().await;
        assert_eq!(comments(&app).await, 0);
        app.simulator.expire_access_tokens();
        gate.open();
    };
    let (held, ()) = tokio::join!(try_comment(&app), test);
    assert_eq!(held.unwrap(), 401);
}

#[tokio::test]
async fn one_gate_holds_several_requests() {
    let app = App::ready().await;
    let gate = Gate::new();
    for _ in 0..2 {
        app.simulator.script(
            On::method_path("POST", "/comment"),
            Fault::Hold(gate.clone()),
        );
    }
    let open = async {
        gate.reached_by(2).await;
        gate.open();
    };
    let (first, second, ()) = tokio::join!(try_comment(&app), try_comment(&app), open);
    assert_eq!((first.unwrap(), second.unwrap()), (201, 201));
    assert_eq!(comments(&app).await, 2);
}
