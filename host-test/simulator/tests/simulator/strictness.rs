use crate::client::{App, raw};
use atlassian_simulator::{Origin, Recorded};

/// Sends a request to the API origin, spelt out but for what every one has.
async fn violation(app: &App, start: &str, fields: &str, body: &str) -> (String, Recorded) {
    let host = app.simulator.api_origin().strip_prefix("http://").unwrap();
    let access = &app.access;
    let start = start.replace("SITE", &app.site());
    let fields = fields.replace("HOST", host);
    let answer = raw(
        app.simulator.api_origin(),
        &format!(
            "{start} HTTP/1.1\r\nauthorization: Bearer {access}\r\nconnection: close\r\n\
             {fields}\r\n\r\n{body}"
        ),
    )
    .await;
    let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
    (status, app.simulator.requests().pop().unwrap())
}

#[tokio::test]
async fn what_no_client_should_send_is_answered_400_and_recorded() {
    let app = App::ready().await;
    let myself = "GET SITE/rest/api/3/myself";
    let post = "POST SITE/rest/api/3/echo";
    for (start, fields, body, why) in [
        (
            myself,
            "host: elsewhere.example",
            "",
            "Host is not this origin",
        ),
        (myself, "host: HOST\r\nhost: HOST", "", "two Host headers"),
        (myself, "x: y", "", "no Host header"),
        (
            myself,
            "host: HOST\r\nauthorization: Bearer x",
            "",
            "two Authorization headers",
        ),
        (
            post,
            "host: HOST\r\ncontent-length: 2\r\ncontent-length: 2",
            "ab",
            "two Content-Length headers",
        ),
        (
            post,
            "host: HOST\r\ncontent-length: 12\r\ntransfer-encoding: chunked",
            "2\r\nab\r\n0\r\n\r\n",
            "Transfer-Encoding together with Content-Length",
        ),
        (
            post,
            "host: HOST\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked",
            "2\r\nab\r\n0\r\n\r\n",
            "two Transfer-Encoding headers",
        ),
        (
            "GET SITE//rest/api/3/myself",
            "host: HOST",
            "",
            "`//` in the path",
        ),
        (
            "GET SITE/rest/../api/3/myself",
            "host: HOST",
            "",
            "a dot segment in the path",
        ),
        (
            "GET SITE/rest/%2e%2E/api/3/myself",
            "host: HOST",
            "",
            "a dot segment in the path",
        ),
        (
            "GET SITE/rest/api/3/a%2f../b",
            "host: HOST",
            "",
            "a dot segment in the path",
        ),
        (
            "GET SITE/rest/./api/3/myself",
            "host: HOST",
            "",
            "a dot segment in the path",
        ),
        (
            "GET SITE/rest\\api/3/myself",
            "host: HOST",
            "",
            "a backslash in the path",
        ),
        (
            "GET SITE/rest/api/3/myself#x",
            "host: HOST",
            "",
            "a fragment in the target",
        ),
        (
            "GET http://HOST/rest/api/3/myself",
            "host: HOST",
            "",
            "the target is not a path",
        ),
    ] {
        let (status, recorded) = violation(&app, start, fields, body).await;
        assert_eq!(recorded.violation.as_deref(), Some(why), "{start} {fields}");
        assert_eq!(status, "400", "{why}");
        assert_eq!(recorded.status, Some(400), "{why}");
    }
    let last = app.simulator.transcript().pop().unwrap();
    assert!(
        last.ends_with("-> 400 violation: the target is not a path"),
        "{last}"
    );
}

#[tokio::test]
async fn what_is_not_http_is_a_violation_too() {
    let app = App::ready().await;
    let two = "host: HOST\r\ncontent-length: 2\r\ncontent-length: 3";
    let (status, recorded) = violation(&app, "POST SITE/rest/api/3/echo", two, "abc").await;
    assert_eq!(status, "400");
    assert_eq!(recorded.origin, Origin::Api);
    assert!(recorded.violation.is_some());
    raw(app.simulator.media_origin(), "\u{1}\u{2}\u{3}\r\n\r\n").await;
    let recorded = app.simulator.requests().pop().unwrap();
    assert_eq!(
        (recorded.origin, recorded.status),
        (Origin::Media, Some(400))
    );
}

#[tokio::test]
async fn what_is_right_is_no_violation() {
    let app = App::ready().await;
    for target in [
        "/rest/api/3/echo/..a/%2e%2e%2e",
        "/rest/api/3/echo?a=//&b=../c",
    ] {
        assert_eq!(app.get(target).await.status, 200, "{target}");
    }
    let chunked = "host: HOST\r\ntransfer-encoding: chunked";
    let start = "POST SITE/rest/api/3/echo";
    let (status, recorded) = violation(&app, start, chunked, "2\r\nab\r\n0\r\n\r\n").await;
    assert_eq!((status.as_str(), recorded.violation), ("200", None));
    assert_eq!(recorded.body, b"ab");
    assert!(
        app.simulator
            .requests()
            .iter()
            .all(|r| r.violation.is_none())
    );
}

#[tokio::test]
async fn requests_over_one_connection_are_each_checked() {
    let app = App::ready().await;
    let host = app.simulator.api_origin().strip_prefix("http://").unwrap();
    let path = format!("{}/rest/api/3/echo", app.site());
    let common = format!("host: {host}\r\nauthorization: Bearer {}\r\n", app.access);
    let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
    let mut exchange = async |request: String, last: bool| {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        while !(answer.ends_with('}') || last) {
            let mut part = [0; 4096];
            let length = socket.read(&mut part).await.unwrap();
            answer.push_str(std::str::from_utf8(&part[..length]).unwrap());
        }
        if last {
            socket.read_to_string(&mut answer).await.unwrap();
        }
        answer
    };
    let first = format!("POST {path} HTTP/1.1\r\n{common}content-length: 3\r\n\r\nabc");
    assert!(exchange(first, false).await.starts_with("HTTP/1.1 200"));
    let second = format!("GET {path}//x HTTP/1.1\r\n{common}\r\n");
    assert!(exchange(second, false).await.starts_with("HTTP/1.1 400"));
    let third = format!("GET {path} HTTP/1.1\r\n{common}connection: close\r\n\r\n");
    assert!(exchange(third, true).await.starts_with("HTTP/1.1 200"));
    let two = format!("GET {path} HTTP/1.1\r\n{common}\r\n").repeat(2);
    let two = two + &format!("GET {path} HTTP/1.1\r\n{common}connection: close\r\n\r\n");
    raw(app.simulator.api_origin(), &two).await;
    let pipelined = app.simulator.requests().pop().unwrap();
    assert_eq!(
        pipelined.violation.as_deref(),
        Some("sent before the previous answer")
    );
}

#[tokio::test]
async fn an_access_token_has_no_place_at_the_auth_origin() {
    let app = App::ready().await;
    let origin = app.simulator.auth_origin();
    let headers = [
        ("authorization", "Bearer x"),
        ("content-type", "application/json"),
    ];
    let reply = crate::client::try_send(origin, "POST", "/oauth/token", &headers, "{}").await;
    assert_eq!(
        reply.unwrap().json()["error_description"],
        "Authorization at the auth origin"
    );
}
