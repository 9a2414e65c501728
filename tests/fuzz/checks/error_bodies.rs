use serde_json::Value;

use super::{
    NOW,
    outside::{response, site},
};
use crate::jira::{
    api_error::{ApiError, ERROR_BODY_BYTES},
    failure::{self, Asked},
};

/// The longest message.
const MESSAGE_CHARS: usize = 1_000;

/// Whatever an error's body is, it becomes one error of bounded size, which
/// says what the body says, and whether something may have been done.
pub fn an_error_body_is_read_whatever_it_is(status: u16, body: &[u8]) {
    let answer = response(status, body);
    let read = ApiError::read(answer.clone());
    assert!(read.body.len() <= ERROR_BODY_BYTES && body.starts_with(&read.body));
    let fields = read.field_errors.iter().map(|(_, text)| text);
    for text in read.messages.iter().chain(fields) {
        assert!(text.chars().count() <= MESSAGE_CHARS);
    }
    if let Some(first) = first_message(&read.body) {
        let expected: String = first.chars().take(MESSAGE_CHARS).collect();
        assert_eq!(read.messages.first(), Some(&expected));
    }
    let site = site();
    let asked = Asked {
        is_safe: false,
        site: &site,
        scopes: &[],
        is_own_site: true,
        was_done: false,
    };
    let error = failure::read(answer, asked, NOW);
    assert_eq!(error.may_have_been_done(), status == 408 || status >= 500);
    // A sentence and its frame, and no more than the body gave.
    assert!(error.to_string().len() <= 2 * ERROR_BODY_BYTES);
}

/// By the library: the first of `errorMessages`.
fn first_message(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut texts = value.get("errorMessages")?.as_array()?.iter();
    let first = texts.find_map(|text| text.as_str().filter(|text| !text.trim().is_empty()));
    first.map(String::from)
}
