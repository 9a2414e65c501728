//! The word that `tests/canary` looks for, in every token that the code under
//! test gets to see, and in none that a test names.

use core::fmt;

use atlassian_simulator::CANARY;

use super::APP;
use crate::jira::{
    host::Host,
    http::{HttpRequest, HttpResponse},
    secret::Secret,
    tests::refresh::{NEW_PAIR, TOKEN, get, myself},
};

const BEFORE_TOKENS: [&str; 2] = ["\"access_token\":\"", "\"refresh_token\":\""];

/// The word put before each token, where it is not there already.
pub fn sung(text: &[u8]) -> Vec<u8> {
    let Ok(text) = String::from_utf8(text.into()) else {
        return text.into();
    };
    let sing = |text: String, before: &str| {
        let sung = format!("{before}{CANARY}");
        text.replace(&sung, before).replace(before, &sung)
    };
    BEFORE_TOKENS.into_iter().fold(text, sing).into_bytes()
}

pub fn sung_answer(answer: HttpResponse) -> HttpResponse {
    HttpResponse {
        body: sung(&answer.body),
        ..answer
    }
}

pub fn hushed(text: &str) -> String {
    text.replace(CANARY, "")
}

pub fn hushed_request(request: &HttpRequest) -> HttpRequest {
    let hushed_bytes = |bytes: Vec<u8>| match String::from_utf8(bytes) {
        Ok(text) => hushed(&text).into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let mut request = request.clone();
    request.body = request.body.map(hushed_bytes);
    request.bearer = request
        .bearer
        .map(|bearer| Secret::new(hushed(bearer.expose())));
    request
}

/// What a worker comes to shows no secret.
#[track_caller]
pub fn assert_hushed(result: &impl fmt::Debug) {
    assert!(APP.contains(CANARY));
    let shown = format!("{result:?}");
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn the_code_under_test_sees_the_canary_in_tokens_and_a_test_does_not() {
    let host = super::FakeHost::connected("main");
    let is_sung = || {
        host.run(async {
            let entry = Host::get(&host, "tokens/main").await.unwrap().unwrap();
            String::from_utf8(entry.value)
                .unwrap()
                .matches(CANARY)
                .count()
        })
    };
    assert_eq!(is_sung(), 2);
    host.advance(3_600_000);
    host.expect(TOKEN, 200, NEW_PAIR);
    host.expect(&get("a2"), 200, "{}");
    host.run(myself(&host)).unwrap();
    assert_eq!(is_sung(), 2);
    assert!(host.stored("tokens/main").unwrap().contains("\"r2\""));
}
