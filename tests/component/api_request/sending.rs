use atlassian_simulator::Recorded;
use jira_host::types::{Method, Request};

use crate::stage::{DEMO, Stage, json};

const METHODS: [(Method, &str); 9] = [
    (Method::Get, "GET"),
    (Method::Head, "HEAD"),
    (Method::Post, "POST"),
    (Method::Put, "PUT"),
    (Method::Patch, "PATCH"),
    (Method::Delete, "DELETE"),
    (Method::Options, "OPTIONS"),
    (Method::Trace, "TRACE"),
    (Method::Purge, "PURGE"),
];

async fn sent(stage: &Stage, request: Request) -> Recorded {
    let before = stage.simulator.requests().len();
    let response = stage.api(&request).await.unwrap();
    assert_eq!((response.status, response.attempts), (200, 1));
    assert_eq!(stage.simulator.requests().len(), before + 1);
    stage.last_request()
}

fn values<'a>(request: &'a Recorded, name: &str) -> Vec<&'a str> {
    let fields = request.headers.iter();
    fields
        .filter(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect()
}

#[tokio::test]
async fn every_method_arrives_as_it_was_called() {
    let stage = Stage::connected().await;
    for (method, name) in METHODS {
        let request = sent(&stage, Request::new(method, DEMO, "/echo/a")).await;
        assert_eq!(request.method, name);
        assert_eq!(request.target, stage.target("/rest/api/3/echo/a"));
        assert_eq!(request.body, b"");
    }
}

#[tokio::test]
async fn a_request_has_one_token_one_host_and_the_defaults() {
    let stage = Stage::connected().await;
    for (method, name) in METHODS {
        let request = sent(&stage, Request::new(method, DEMO, "/echo/a")).await;
        let authority = stage
            .simulator
            .api_origin()
            .strip_prefix("http://")
            .unwrap();
        assert_eq!(values(&request, "authorization"), ["Bearer access#1"]);
        assert_eq!(values(&request, "host"), [authority]);
        assert_eq!(values(&request, "accept"), ["application/json"]);
        assert_eq!(values(&request, "accept-encoding"), ["identity"]);
        assert_eq!(values(&request, "user-agent"), ["jira-connector/0.1.0"]);
        let lengths = match method {
            Method::Get | Method::Head | Method::Trace => vec![],
            _ => vec!["0"],
        };
        assert_eq!(values(&request, "content-length"), lengths, "{name}");
        for absent in ["transfer-encoding", "content-type", "cookie", "connection"] {
            assert_eq!(values(&request, absent), Vec::<&str>::new(), "{name}");
        }
    }
}

#[tokio::test]
async fn a_body_arrives_byte_for_byte_with_its_length_and_type() {
    let stage = Stage::connected().await;
    let object = " {\"b\": 1.10,\n \"a\":[ ]}\n";
    let post = || Request::post(DEMO, "/echo/a");
    let table: [(Request, &[u8], &str); 7] = [
        (
            post().with_json_object(object),
            object.as_bytes(),
            "application/json",
        ),
        (
            post().with_json("[1.10, \"\\u00e4\"]"),
            b"[1.10, \"\\u00e4\"]",
            "application/json",
        ),
        (post().with_json("null"), b"null", "application/json"),
        (
            post().with_body("gr\u{fc}n"),
            "gr\u{fc}n".as_bytes(),
            "text/plain; charset=utf-8",
        ),
        (
            post().with_body([0, 159, 255]),
            &[0, 159, 255],
            "application/octet-stream",
        ),
        (post().with_body(""), b"", "text/plain; charset=utf-8"),
        (
            post()
                .with_json("{}")
                .with_header("content-type", "application/vnd.x+json"),
            b"{}",
            "application/vnd.x+json",
        ),
    ];
    for (request, body, content_type) in table {
        let request = sent(&stage, request).await;
        assert_eq!(request.body, body);
        assert_eq!(values(&request, "content-type"), [content_type]);
        assert_eq!(values(&request, "content-length"), [body.len().to_string()]);
    }
}

#[tokio::test]
async fn every_method_that_takes_a_body_carries_it() {
    let stage = Stage::connected().await;
    for (method, name) in METHODS {
        if matches!(method, Method::Get | Method::Head | Method::Trace) {
            continue;
        }
        let request = Request::new(method, DEMO, "/echo/a").with_json(r#"{"a":1}"#);
        let request = sent(&stage, request).await;
        assert_eq!(
            (request.method.as_str(), &request.body[..]),
            (name, &br#"{"a":1}"#[..])
        );
    }
}

#[tokio::test]
async fn a_large_body_arrives_whole() {
    let stage = Stage::connected().await;
    let body: Vec<u8> = (0..3_000_000_u32)
        .map(|place| (place % 251) as u8)
        .collect();
    let request = sent(
        &stage,
        Request::put(DEMO, "/echo/a").with_body(body.clone()),
    )
    .await;
    assert_eq!(values(&request, "content-length"), ["3000000"]);
    assert!(request.body == body, "the body is another one");
}

#[tokio::test]
async fn a_content_type_without_a_body_is_not_sent() {
    let stage = Stage::connected().await;
    let request = Request::post(DEMO, "/echo/a").with_header("Content-Type", "image/png");
    let request = sent(&stage, request).await;
    assert_eq!(values(&request, "content-type"), Vec::<&str>::new());
}

#[tokio::test]
async fn headers_keep_their_order_and_replace_the_defaults() {
    let stage = Stage::connected().await;
    let request = Request::get(DEMO, "/echo/a")
        .with_header("X-Atlassian-Token", "no-check")
        .with_header("X-One", "first")
        .with_header("Accept", "text/csv")
        .with_header("x-one", "second, third")
        .with_header("User-Agent", "Robot/1");
    let request = sent(&stage, request).await;
    assert_eq!(values(&request, "x-atlassian-token"), ["no-check"]);
    assert_eq!(values(&request, "x-one"), ["first", "second, third"]);
    assert_eq!(values(&request, "accept"), ["text/csv"]);
    assert_eq!(values(&request, "user-agent"), ["Robot/1"]);
}

#[tokio::test]
async fn cookies_are_one_header_in_their_order() {
    let stage = Stage::connected().await;
    let request = Request::get(DEMO, "/echo/a")
        .with_cookie("b", "2")
        .with_cookie("a", "1=x")
        .with_cookie("empty", "");
    let request = sent(&stage, request).await;
    assert_eq!(values(&request, "cookie"), ["b=2; a=1=x; empty="]);
}

#[tokio::test]
async fn a_query_is_that_of_the_path_and_then_the_parameters_in_order() {
    let stage = Stage::connected().await;
    let table = [
        (Request::get(DEMO, "/echo/a?"), "/echo/a"),
        (Request::get(DEMO, "/echo/a?b=%20c&d"), "/echo/a?b=%20c&d"),
        (
            Request::get(DEMO, "/echo/a").with_query("a", ""),
            "/echo/a?a=",
        ),
        (
            Request::get(DEMO, "/echo/a?expand=b&jql=project = A")
                .with_query("expand", "c")
                .with_query("a+b", "1 + 1 = 2 & 3")
                .with_query("expand", "\u{fc}"),
            "/echo/a?expand=b&jql=project%20=%20A&expand=c\
             &a%2Bb=1%20%2B%201%20%3D%202%20%26%203&expand=%C3%BC",
        ),
    ];
    for (request, target) in table {
        let request = sent(&stage, request).await;
        assert_eq!(
            request.target,
            stage.target(&format!("/rest/api/3{target}"))
        );
    }
}

#[tokio::test]
async fn a_path_below_rest_is_taken_whole_and_any_other_is_relative() {
    let stage = Stage::connected().await;
    let table = [
        ("/echo/a", "/rest/api/3/echo/a"),
        ("/rest/api/2/echo/a", "/rest/api/2/echo/a"),
        ("/rest/api/3/echo/a", "/rest/api/3/echo/a"),
        ("/echo/rest/api/2", "/rest/api/3/echo/rest/api/2"),
        (
            "/echo/user:712020:7bf1",
            "/rest/api/3/echo/user:712020:7bf1",
        ),
        ("/echo/a%2Fb%25", "/rest/api/3/echo/a%2Fb%25"),
        ("/echo/a b{c}\u{e4}", "/rest/api/3/echo/a%20b%7Bc%7D%C3%A4"),
    ];
    for (path, target) in table {
        let request = sent(&stage, Request::get(DEMO, path)).await;
        assert_eq!(request.target, stage.target(target));
    }
}

#[tokio::test]
async fn the_agile_api_is_reached_with_its_scopes() {
    let stage = Stage::set(Default::default()).await;
    let mut ask = jira_host::types::Authorize::new(DEMO);
    ask.extra_scopes = vec![
        "read:board-scope:jira-software".to_owned(),
        "read:project:jira".to_owned(),
    ];
    stage.connect(ask).await;
    let response = stage
        .api(&Request::get(DEMO, "/rest/agile/1.0/board"))
        .await;
    assert_eq!(
        json(&response.unwrap().body)["values"][0]["name"],
        "DEMO board"
    );
    assert_eq!(
        stage.last_request().target,
        stage.target("/rest/agile/1.0/board")
    );
}

#[tokio::test]
async fn a_request_with_a_good_token_reads_four_keys_and_writes_none() {
    let stage = Stage::connected().await;
    let (mark, reads) = (stage.mark(), stage.store.reads(""));
    stage.api(&Request::get(DEMO, "/myself")).await.unwrap();
    assert_eq!(
        stage.timeline_since(mark),
        ["api GET {site}/rest/api/3/myself access#1 -> 200"]
    );
    assert_eq!(stage.store.reads(""), reads + 4);
}
