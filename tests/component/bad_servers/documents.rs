//! JSON that is read: of the token endpoint, and of lists. The simulator says
//! it, where everything else is in order.

use atlassian_simulator::{Fault, On};
use jira_host::types::{Error, ErrorKind, Paginate, Request};

use crate::clock::hurried;
use crate::stage::{DEMO, Stage};

/// How much is read of an answer of the token endpoint.
const READ_BYTES: usize = 1024 * 1024;

fn json(body: impl Into<Vec<u8>>) -> Fault {
    Fault::Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into(),
    }
}

fn deep(open: &str, close: &str) -> String {
    open.repeat(50_000) + &close.repeat(50_000)
}

/// What is no pair of tokens, whatever the status says.
pub fn no_tokens() -> Vec<Vec<u8>> {
    vec![
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"\xff\xfe{}".to_vec(),
        b"{\"access_token\":\"\xff\xfe\"}".to_vec(),
        br#"{"access_token":"a"#.to_vec(),
        br#"{"access_token":1e99999,"expires_in":1e99999}"#.to_vec(),
        br#"{"access_token":"\ud800"}"#.to_vec(),
        br#"{"access_token":null,"refresh_token":"r"}"#.to_vec(),
        format!(r#"{{"access_token":{}}}"#, deep("[", "]")).into_bytes(),
        deep(r#"{"access_token":"#, "}").into_bytes(),
        "[".repeat(1_000_000).into_bytes(),
        format!(r#"{{"access_token":"{}""#, "a".repeat(2_000_000)).into_bytes(),
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00".to_vec(),
    ]
}

/// What looks like a page of a list, or nearly.
fn pages() -> Vec<Vec<u8>> {
    let page = |items: &str, rest: &str| {
        format!(r#"{{"startAt":0,"maxResults":50,"values":{items},{rest}}}"#).into_bytes()
    };
    vec![
        Vec::new(),
        b"\xff".to_vec(),
        b"\x1f\x8b\x08\x00".to_vec(),
        deep("[", "]").into_bytes(),
        "[".repeat(100_000).into_bytes(),
        page(&format!("[{}]", deep("[", "]")), r#""total":1"#),
        page("[1]", r#""total":1e99999"#),
        page("[1]", r#""total":-1"#),
        page("[1]", r#""total":18446744073709551615,"isLast":true"#),
        page("[1e99999]", r#""isLast":true"#),
        page("{}", r#""total":1"#),
        page("[1", r#""total":1"#),
        page("[1,]", r#""isLast":true"#),
        page("[1]", r#""isLast":true,"isLast":false,"total":1"#),
        b"{\"values\":[\"\xff\xfe\"],\"startAt\":0,\"total\":1,\"isLast\":true}".to_vec(),
    ]
}

/// How many documents were met, and what went otherwise than it should.
pub async fn run() -> (usize, Vec<String>) {
    let stage = Stage::connected().await;
    let (mut met, mut failures) = (0, Vec::new());
    for body in no_tokens() {
        met += 1;
        stage.simulator.expire_access_tokens();
        // As often as a refresh token is sent.
        for _ in 0..3 {
            let on = On::token_endpoint();
            stage.simulator.script(on, json(body.clone()));
        }
        let refused = hurried(stage.api(&Request::get(DEMO, "/myself"))).await;
        let is_typed = |error: &Error| match error.kind {
            ErrorKind::UnexpectedResponse(_) => body.len() <= READ_BYTES,
            ErrorKind::LimitExceeded(_) => body.len() > READ_BYTES,
            _ => false,
        };
        if !refused.as_ref().is_err_and(is_typed) {
            failures.push(format!("tokens {:.40}: {refused:?}", text(&body)));
        }
        if let Err(error) = stage.api(&Request::get(DEMO, "/myself")).await {
            failures.push(format!("after tokens {:.40}: {error:?}", text(&body)));
        }
    }
    for body in pages() {
        met += 1;
        stage.script("GET", "/project/search", json(body.clone()));
        let paginate = Paginate {
            max_pages: Some(1),
            ..Paginate::default()
        };
        let request = Request::get(DEMO, "/project/search").with_paginate(paginate);
        match stage.api(&request).await {
            Ok(response) if response.list.is_some() => {}
            Err(error) if matches!(error.kind, ErrorKind::UnexpectedResponse(_)) => {}
            other => failures.push(format!("page {:.40}: {other:?}", text(&body))),
        }
    }
    (met, failures)
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}
