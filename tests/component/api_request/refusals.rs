use jira_host::types::{Method, Request};

use crate::stage::{DEMO, Stage, invalid};

/// Refused, and nothing was read or sent.
async fn assert_refused(stage: &Stage, request: Request, field: &str, message: &str) {
    let (mark, reads) = (stage.mark(), stage.store.reads(""));
    let error = stage.api(&request).await.unwrap_err();
    assert_eq!(error, invalid(field, message));
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    assert_eq!(stage.store.reads(""), reads);
}

fn get() -> Request {
    Request::get(DEMO, "/myself")
}

fn post() -> Request {
    Request::post(DEMO, "/issue")
}

#[tokio::test]
async fn a_name_that_is_none_is_refused() {
    let stage = Stage::connected().await;
    let table = [
        ("", "a name has 1 to 64 bytes, this one has 0"),
        (&"x".repeat(65), "a name has 1 to 64 bytes, this one has 65"),
        ("a\nb", "a name has no control characters"),
    ];
    for (name, message) in table {
        assert_refused(&stage, Request::get(name, "/myself"), "connection", message).await;
    }
}

#[tokio::test]
async fn a_path_is_refused_with_the_reason() {
    let stage = Stage::connected().await;
    let no_start = "it must begin with '/', such as /issue/DEMO-1, and has no scheme and no host";
    let percent = "it has a '%' without two hexadecimal digits; write %25 for the character";
    let service = "it belongs to Jira Service Management; call servicedesk-request";
    let table = [
        ("", no_start),
        ("issue/DEMO-1", no_start),
        ("https://evil.example/", no_start),
        ("//evil.example/a", "it has an empty segment ('//')"),
        ("/a\\b", "it has a backslash"),
        ("/a%5Cb", "it has an encoded backslash"),
        (
            "/a#b",
            "it has a fragment ('#'); write %23 for the character",
        ),
        ("/a\u{7}", "it has a control character"),
        ("/a%0D%0Ab", "it has an encoded control character"),
        ("/a/../b", "it has a dot segment ('.' or '..')"),
        ("/a/%252E%252e", "it has a dot segment ('.' or '..')"),
        ("/100%", percent),
        ("/a?b=100%", &format!("in its query, {percent}")),
        (
            "/%2525252525",
            "a segment is percent-encoded more than 3 times",
        ),
        ("/rest/servicedeskapi/request", service),
        ("/jsm/ops/api/v1/alerts", service),
        (
            &format!("/{}", "a".repeat(32 * 1024)),
            "it is longer than 32768 bytes",
        ),
    ];
    for (path, message) in table {
        assert_refused(&stage, Request::get(DEMO, path), "url-path", message).await;
    }
}

#[tokio::test]
async fn a_parameter_needs_a_name_and_all_of_them_a_limit() {
    let stage = Stage::connected().await;
    let message = "a parameter has no name";
    assert_refused(&stage, get().with_query("", "a"), "query-params", message).await;
    let long = get().with_query("a", "b".repeat(32 * 1024));
    let message = "path and query together are longer than 32768 bytes";
    assert_refused(&stage, long, "query-params", message).await;
}

#[tokio::test]
async fn what_the_connection_decides_cannot_be_set_as_a_header() {
    let stage = Stage::connected().await;
    for name in [
        "Authorization",
        "AUTHORIZATION",
        "Host",
        "Content-Length",
        "Connection",
        "Expect",
        "Keep-Alive",
        "Proxy-Authorization",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
    ] {
        let message = format!("`{name}` cannot be set: the connection decides it");
        assert_refused(&stage, get().with_header(name, "x"), "headers", &message).await;
    }
    let message = "`Cookie` has an input of its own: cookies";
    assert_refused(
        &stage,
        get().with_header("Cookie", "a=1"),
        "headers",
        message,
    )
    .await;
}

#[tokio::test]
async fn a_header_that_is_none_is_refused() {
    let stage = Stage::connected().await;
    for name in ["", "a b", "a:", "x\r\nauthorization", "\u{e4}"] {
        let message = format!("{name:?} is not a header name");
        assert_refused(&stage, get().with_header(name, "x"), "headers", &message).await;
    }
    let message = "the value of `x` has characters that are not visible ASCII, spaces or tabs";
    for value in ["a\r\nb: c", "\u{e4}", "\0"] {
        assert_refused(&stage, get().with_header("x", value), "headers", message).await;
    }
    let long = get().with_header("x", "y".repeat(32 * 1024));
    let message = "together they are longer than 32768 bytes";
    assert_refused(&stage, long, "headers", message).await;
}

#[tokio::test]
async fn a_cookie_that_is_none_is_refused() {
    let stage = Stage::connected().await;
    let message = r#""a b" is not a cookie name"#;
    assert_refused(&stage, get().with_cookie("a b", "1"), "cookies", message).await;
    let message = "the value of `a` has a space, quote, comma, semicolon, backslash or worse; \
                   encode it";
    for value in ["1; b=2", "1 2", "\"1\"", "1\r\n"] {
        assert_refused(&stage, get().with_cookie("a", value), "cookies", message).await;
    }
}

#[tokio::test]
async fn two_bodies_are_refused_with_the_names_of_both() {
    let stage = Stage::connected().await;
    let table = [
        (
            post().with_body("a").with_json_object("{}"),
            "json-object",
            "body",
        ),
        (post().with_body("a").with_json("1"), "raw-json", "body"),
        (
            post().with_json_object("{}").with_json("1"),
            "raw-json",
            "json-object",
        ),
    ];
    for (request, field, other) in table {
        let message = format!("`{other}` is given too; give one of them");
        assert_refused(&stage, request, field, &message).await;
    }
}

#[tokio::test]
async fn a_method_that_takes_no_body_is_refused_with_one() {
    let stage = Stage::connected().await;
    for (method, name) in [
        (Method::Get, "GET"),
        (Method::Head, "HEAD"),
        (Method::Trace, "TRACE"),
    ] {
        let request = Request::new(method, DEMO, "/myself");
        let message = format!("a {name} request takes no body");
        assert_refused(&stage, request.clone().with_body("a"), "body", &message).await;
        assert_refused(&stage, request.with_json("1"), "raw-json", &message).await;
    }
}

#[tokio::test]
async fn json_that_is_none_is_refused() {
    let stage = Stage::connected().await;
    let message = "it is not an object; use raw-json for other JSON";
    for json in ["[1]", "\"{}\"", "null"] {
        assert_refused(
            &stage,
            post().with_json_object(json),
            "json-object",
            message,
        )
        .await;
    }
    let message = "it is not JSON: trailing characters at line 1 column 4";
    assert_refused(
        &stage,
        post().with_json_object("{} x"),
        "json-object",
        message,
    )
    .await;
    let message = "it is not JSON: expected value at line 1 column 6";
    assert_refused(&stage, post().with_json(r#"{"a":}"#), "raw-json", message).await;
    let message = "it is not JSON: EOF while parsing a value at line 1 column 0";
    assert_refused(&stage, post().with_json(""), "raw-json", message).await;
}

#[tokio::test]
async fn options_out_of_their_range_are_refused() {
    let stage = Stage::connected().await;
    let timeout = |ms| get().with_timeout(std::time::Duration::from_millis(ms));
    for ms in [0, 600_001] {
        let message = format!("{ms} is not between 1 and 600000");
        assert_refused(&stage, timeout(ms), "timeout-ms", &message).await;
    }
    for bytes in [0, 256 * 1024 * 1024 + 1] {
        let message = format!("{bytes} is not between 1 and 268435456");
        let request = get().with_max_response_bytes(bytes);
        assert_refused(&stage, request, "max-response-bytes", &message).await;
    }
    let message = "it is an option of servicedesk-request only";
    assert_refused(&stage, get().experimental(), "experimental", message).await;
}
