use super::outside::{Outside, get, site};
use crate::jira::{
    exchange::exchange,
    paging::{
        cursor::{Cursor, Fingerprint},
        options::Paginate,
    },
    path::Api,
    request::{ApiRequest, CheckedRequest},
};

const LIST: &str = "/search/jql?jql=x&fields=a";
const LISTED: &str = "https://api.atlassian.com/ex/jira/acme/rest/api/3/search/jql";

/// A text is refused, or is a cursor that is written as it is read, and that
/// leads to another page of its own request and nowhere else.
pub fn a_cursor_leads_to_a_page_of_its_own_request(text: &str) {
    follow(text);
    // Chance does not hit the check at the end.
    let check = Fingerprint::of(text.as_bytes());
    let check = (check >> 32) as u32 ^ check as u32;
    follow(&format!("{text}.{check:08x}"));
}

fn follow(text: &str) {
    let Ok(cursor) = Cursor::parse(text) else {
        assert!(outcome(text).is_empty(), "{text:?} was sent");
        return;
    };
    if let Some(written) = cursor.to_text() {
        assert_eq!(Cursor::parse(&written).ok().as_ref(), Some(&cursor));
    }
    let own = Cursor {
        request: fingerprint(),
        ..cursor
    };
    let Some(text) = own.to_text() else { return };
    for url in outcome(&text) {
        assert!(url.as_str().starts_with(LISTED), "{url}");
        assert_eq!(
            (url.path(), url.fragment()),
            ("/ex/jira/acme/rest/api/3/search/jql", None)
        );
        for (name, value) in [("jql", "x"), ("fields", "a")] {
            let values: Vec<_> = url.query_pairs().filter(|(key, _)| key == name).collect();
            assert_eq!(values, [(name.into(), value.into())], "{url}");
        }
        assert!(url.query_pairs().count() <= 4, "{url}");
    }
}

/// What is asked for with a cursor.
fn outcome(cursor: &str) -> Vec<url::Url> {
    let outside = Outside::connected();
    for _ in 0..2 {
        outside.answer(200, r#"{"issues":[1],"nextPageToken":"t"}"#);
    }
    let request = list(Some(cursor.into()));
    let result = outside.run(exchange(&outside, Api::Platform, request));
    let sent = outside.sent();
    assert!(result.is_err() || !sent.is_empty());
    assert!(sent.len() <= 5, "{}", sent.len());
    sent.into_iter().map(|request| request.url).collect()
}

fn list(cursor: Option<String>) -> ApiRequest {
    let paginate = Paginate {
        max_pages: Some(3),
        cursor,
        ..Paginate::default()
    };
    get(LIST, Some(paginate))
}

fn fingerprint() -> u64 {
    match CheckedRequest::check(Api::Platform, list(None)) {
        Ok(checked) => Fingerprint::of_request(&checked, &site()).0,
        Err(error) => unreachable!("it is a constant: {error}"),
    }
}
