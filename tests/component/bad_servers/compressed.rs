//! Answers that are compressed although that was not asked for. Nothing is
//! unpacked here: who asked for one answer gets it as it came, and what has to
//! be read is said to be compressed.

use std::io::Write;

use atlassian_simulator::{Fault, On};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use jira_host::types::{
    Error, ErrorKind, ListEnd, Method, Paginate, Request, Response, TruncationReason,
};

use crate::clock::hurried;
use crate::stage::{DEMO, Stage};

/// What there is of a word for it, and the bytes.
struct Packed {
    coding: &'static str,
    told: &'static str,
    bytes: Vec<u8>,
}

impl Packed {
    fn new(coding: &'static str, told: &'static str, bytes: impl Into<Vec<u8>>) -> Packed {
        Packed {
            coding,
            told,
            bytes: bytes.into(),
        }
    }

    fn answer(&self, status: u16) -> Fault {
        let headers = [
            ("content-type", "application/json"),
            ("content-encoding", self.coding),
        ];
        Fault::Answer {
            status,
            headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(),
            body: self.bytes.clone(),
        }
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(plain).unwrap();
    packed.finish().unwrap()
}

/// What unpacks to this is larger than any limit by far.
const BOMB_BYTES: usize = 64 * 1024 * 1024;

fn all(plain: &[u8]) -> Vec<Packed> {
    let whole = gzip(plain);
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(plain).unwrap();
    vec![
        Packed::new("gzip", "gzip", &whole[..whole.len() / 2]),
        Packed::new("X-GZip", "x-gzip", gzip(&whole)),
        Packed::new("gzip", "gzip", whole),
        Packed::new("deflate", "deflate", deflate.finish().unwrap()),
        // Nobody looks into these.
        Packed::new("br", "br", *b"\x8b\x00\x80{}\x03"),
        Packed::new("zstd", "zstd", *b"\x28\xb5\x2f\xfd\x00\x58\x11\x00\x00{}"),
        Packed::new("zebra", "in a way that nobody knows", *b"\xff\xfe"),
        Packed::new("gzip", "gzip", gzip(&vec![0; BOMB_BYTES])),
    ]
}

const PAIR: &[u8] = br#"{"access_token":"a","refresh_token":"r","expires_in":3600}"#;
const PAGE: &[u8] = br#"{"startAt":0,"maxResults":50,"total":1,"isLast":true,"values":[1]}"#;
const REFUSAL: &[u8] = br#"{"errorMessages":["no"]}"#;

/// As a server says a pair that is one, once it is unpacked.
pub fn tokens_said() -> Vec<super::fault::Fault> {
    let said = |(nth, packed): (usize, Packed)| {
        let Packed { coding, bytes, .. } = packed;
        let length = bytes.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nContent-Encoding: {coding}\r\n\r\n"
        );
        let text = [head.as_bytes(), &bytes].concat();
        let name = format!("tokens in {coding} ({nth})");
        super::fault::Fault::said(&name, text, super::fault::body(bytes))
    };
    all(PAIR).into_iter().enumerate().flat_map(said).collect()
}

/// How many answers were met, and what went otherwise than it should.
pub async fn run() -> (usize, Vec<String>) {
    let stage = Stage::connected().await;
    let tried = [
        answers(&stage).await,
        refusals(&stage).await,
        lists(&stage).await,
        later_pages().await,
        tokens(&stage).await,
    ];
    let met = tried.iter().map(Vec::len).sum();
    (met, tried.into_iter().flatten().flatten().collect())
}

/// What is wrong with an outcome that is not as it should be.
fn unless(
    is_right: bool,
    what: &str,
    packed: &Packed,
    outcome: &dyn core::fmt::Debug,
) -> Option<String> {
    let Packed { coding, bytes, .. } = packed;
    let length = bytes.len();
    (!is_right).then(|| format!("{what} in {coding}, {length} bytes: {outcome:.300?}"))
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut named = headers.iter().filter(|(n, _)| n == name);
    named.next().map(|(_, value)| value.as_str())
}

/// As they came, for whoever asked for one answer, even if for a list that is
/// none.
async fn answers(stage: &Stage) -> Vec<Option<String>> {
    let mut tried = Vec::new();
    for packed in all(PAGE) {
        for (name, method, paginate) in [
            ("GET", Method::Get, None),
            ("POST", Method::Post, None),
            ("PUT", Method::Put, Some(Paginate::default())),
        ] {
            stage.script(name, "/thing", packed.answer(200));
            let mut request = Request::new(method, DEMO, "/thing");
            request.paginate = paginate;
            let outcome = stage.api(&request).await;
            let is_right = outcome.as_ref().is_ok_and(|response| {
                response.body == packed.bytes
                    && header(&response.headers, "content-encoding") == Some(packed.coding)
            });
            tried.push(unless(is_right, name, &packed, &outcome));
        }
    }
    tried
}

async fn refusals(stage: &Stage) -> Vec<Option<String>> {
    let mut tried = Vec::new();
    for packed in all(REFUSAL) {
        stage.script("GET", "/thing", packed.answer(400));
        let outcome = stage.api(&Request::get(DEMO, "/thing")).await;
        let expected = format!(
            "Jira answered 400 with a body that is compressed ({})",
            packed.told
        );
        let is_right = outcome.as_ref().is_err_and(|error| {
            let ErrorKind::Api(api) = &error.kind else {
                return false;
            };
            error.message == expected
                && api.messages.is_empty()
                && packed.bytes.starts_with(&api.body)
                && header(&api.headers, "content-encoding") == Some(packed.coding)
        });
        tried.push(unless(is_right, "a refusal", &packed, &outcome));
    }
    tried
}

fn is_said_to_be(packed: &Packed, error: &Error, at: &str, before: &str) -> bool {
    let why = format!(
        "it is compressed ({}), which was not asked for",
        packed.told
    );
    error.kind == ErrorKind::UnexpectedResponse(at.to_owned())
        && error.message == format!("{before}{why}")
}

fn projects() -> Request {
    let paginate = Paginate {
        in_flight: Some(1),
        ..Paginate::default()
    };
    Request::get(DEMO, "/project/search").with_paginate(paginate)
}

async fn lists(stage: &Stage) -> Vec<Option<String>> {
    let mut tried = Vec::new();
    for packed in all(PAGE) {
        stage.script("GET", "/project/search", packed.answer(200));
        let outcome = stage.api(&projects()).await;
        let is_right = outcome.as_ref().is_err_and(|error| {
            error.attempts == 1
                && is_said_to_be(&packed, error, "page", "the list cannot be read: ")
        });
        tried.push(unless(is_right, "a list", &packed, &outcome));
    }
    tried
}

/// What was fetched before is kept.
async fn later_pages() -> Vec<Option<String>> {
    let stage = Stage::connected().await;
    let list = "/project/search items=100";
    stage.simulator.list(list.parse().unwrap());
    let mut tried = Vec::new();
    for packed in all(PAGE) {
        let second = On::method_path("GET", "/project/search").asking("startAt", "50");
        stage.simulator.script(second, packed.answer(200));
        let outcome = stage.api(&projects()).await;
        let is_right = outcome
            .as_ref()
            .ok()
            .and_then(failed_page)
            .is_some_and(|error| {
                let before = "a page of the list is not as the first one: ";
                is_said_to_be(&packed, error, "page", before)
            });
        tried.push(unless(is_right, "a second page", &packed, &outcome));
    }
    tried
}

/// Why a list of fifty items is not whole.
fn failed_page(response: &Response) -> Option<&Error> {
    let report = response.list.as_ref().filter(|list| list.items == 50)?;
    match &report.end {
        ListEnd::Truncated(truncation) => match &truncation.reason {
            TruncationReason::FailedPage(error) => Some(error),
            _ => None,
        },
        _ => None,
    }
}

/// The pair stays, and the next call renews it.
async fn tokens(stage: &Stage) -> Vec<Option<String>> {
    let mut tried = Vec::new();
    for packed in all(PAIR) {
        for (status, times) in [(200, 3), (400, 1)] {
            stage.simulator.expire_access_tokens();
            for _ in 0..times {
                let on = On::token_endpoint();
                stage.simulator.script(on, packed.answer(status));
            }
            let outcome = hurried(stage.api(&Request::get(DEMO, "/myself"))).await;
            let is_right = outcome.as_ref().is_err_and(|error| {
                error.kind == ErrorKind::UnexpectedResponse("token".to_owned())
                    && error
                        .message
                        .contains(&format!("compressed ({})", packed.told))
            });
            tried.push(unless(is_right, "tokens", &packed, &outcome));
            let after = stage.api(&Request::get(DEMO, "/myself")).await;
            tried.push(unless(after.is_ok(), "after tokens", &packed, &after));
        }
    }
    tried
}
