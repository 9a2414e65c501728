use atlassian_simulator::Fault;
use jira_host::types::{ErrorKind, ListEnd};

use super::{all, report};
use crate::stage::Stage;

/// More than are looked at together.
const LENGTHS: std::ops::Range<usize> = 0..140;

fn answer(body: Vec<u8>) -> Fault {
    Fault::Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body,
    }
}

fn page(items: &[u8]) -> Vec<u8> {
    let before = br#"{"startAt":0,"maxResults":9999,"isLast":true,"values":["#;
    [before, items, b"]}"].concat()
}

#[tokio::test]
async fn items_are_answered_as_they_came_however_long_their_strings_are() {
    let stage = Stage::connected().await;
    let ends = ["", r#"\""#, r"\\", r"\u00e9", "\u{e9}", "\u{1f600}"];
    let items: Vec<String> = LENGTHS
        .flat_map(|length| ends.map(|end| format!(r#"{{"id":"{}{end}"}}"#, "a".repeat(length))))
        .collect();
    let joined = items.join(",");
    stage.script("GET", "/project/search", answer(page(joined.as_bytes())));
    let response = stage.api(&all("/project/search")).await.unwrap();
    assert_eq!(response.body, format!("[{joined}]").into_bytes());
    let report = report(&response);
    assert_eq!(report.end, ListEnd::Complete);
    assert_eq!(report.items, items.len() as u64);
}

#[tokio::test]
async fn what_no_string_may_have_in_it_is_found_wherever_it_is() {
    let stage = Stage::connected().await;
    for length in LENGTHS {
        for damage in [b"\x1f", b"\xff", b"\""] {
            let before = "a".repeat(length);
            let item = [b"\"", before.as_bytes(), damage, b"a\""].concat();
            let body = page(&item);
            stage.script("GET", "/project/search", answer(body));
            let error = stage.api(&all("/project/search")).await.unwrap_err();
            let unreadable = ErrorKind::UnexpectedResponse("page".to_owned());
            assert_eq!(error.kind, unreadable, "{length}");
        }
    }
}
