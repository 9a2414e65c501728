use jira_host::types::{ErrorKind, Request};

use crate::stage::{DEMO, Stage};

const NAMES: [&str; 24] = [
    "authorization",
    "Authorization",
    "AUTHORIZATION ",
    " authorization",
    "authorization:",
    "x\r\nauthorization",
    "x\nauthorization",
    "x\0",
    "host",
    "Host",
    "content-length",
    "transfer-encoding",
    "Transfer-Encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "cookie",
    "proxy-authorization",
    "expect",
    "",
    "x y",
    "x\u{fc}",
    "x-ok",
];

const VALUES: [&str; 12] = [
    "Bearer stolen",
    "chunked",
    "evil.example",
    "0",
    "a\r\nauthorization: Bearer stolen",
    "a\nhost: evil.example",
    "a\rb",
    "a\0b",
    "a\u{7f}b",
    "\u{fc}",
    "\r\n\r\nGET / HTTP/1.1",
    "",
];

#[tokio::test]
async fn a_hostile_header_is_refused_or_is_one_header() {
    let stage = Stage::connected().await;
    let fields = |value: &str| NAMES.map(|name| (name, value.to_owned())).to_vec();
    for (name, value) in VALUES.iter().flat_map(|value| fields(value)) {
        let before = stage.simulator.requests().len();
        let request = Request::get(DEMO, "/echo/a").with_header(name, value.clone());
        match stage.api(&request).await {
            Err(error) => {
                let kind = ErrorKind::InvalidRequest("headers".to_owned());
                assert_eq!(error.kind, kind, "{name:?} {value:?}");
                assert_eq!(stage.simulator.requests().len(), before);
            }
            Ok(_) => {
                assert_eq!(name, "x-ok", "{value:?}");
                assert_sent_once(&stage, before, name, &value);
            }
        }
    }
}

#[tokio::test]
async fn a_hostile_cookie_is_refused() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    for (name, value) in [
        ("a", "1; b=2"),
        ("a", "1\r\nauthorization: Bearer stolen"),
        ("a", "1, 2"),
        ("a", "\0"),
        ("a;b", "1"),
        ("a=b", "1"),
        ("", "1"),
        ("a\r\n", "1"),
        ("a", "\u{fc}"),
    ] {
        let request = Request::get(DEMO, "/echo/a").with_cookie(name, value);
        let error = stage.api(&request).await.unwrap_err();
        let kind = ErrorKind::InvalidRequest("cookies".to_owned());
        assert_eq!(error.kind, kind, "{name:?} {value:?}");
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[track_caller]
fn assert_sent_once(stage: &Stage, before: usize, name: &str, value: &str) {
    let requests = stage.simulator.requests();
    let [sent] = &requests[before..] else {
        panic!("{value:?} made more than one request");
    };
    let named = |wanted: &str| {
        let fields = sent.headers.iter();
        fields
            .filter(|(field, _)| field.eq_ignore_ascii_case(wanted))
            .count()
    };
    assert_eq!(
        (named(name), named("authorization"), named("host")),
        (1, 1, 1)
    );
    assert_eq!(sent.header(name), Some(value.trim()));
    assert_eq!(sent.header("authorization"), Some("Bearer access#1"));
}
