//! Pages that contradict themselves, lead nowhere, or lead elsewhere.

use super::script::{
    SEARCH, Script, assert_complete, body, cursor, end, list, message, report, tokens, told, with,
};
use crate::jira::{
    error::Kind,
    paging::options::Paginate,
    paging::report::{ListEnd, PagingStyle, Reason},
    path::Api,
    request::ApiRequest,
};

fn get(paginate: Paginate) -> ApiRequest {
    with("/search/jql?jql=x", paginate)
}

#[test]
fn the_same_token_again_stops_and_the_cursor_asks_once_more_where_it_went() {
    let again = told(&[0]).page(tokens()[1].0, r#"{"issues":[3],"nextPageToken":"t1"}"#);
    let answer = again.run(Api::Platform, get(Paginate::default())).unwrap();
    assert_eq!(
        (end(&answer), body(&answer)),
        ("no-progress", r#"[1.10, "a]",3]"#)
    );
    assert_eq!(
        message(&answer),
        "Jira names a next page that it has named before; the cursor tries again from there"
    );
    let paginate = Paginate {
        cursor: cursor(&answer),
        ..Paginate::default()
    };
    let mended = Script::default()
        .page(tokens()[1].0, r#"{"issues":[3],"nextPageToken":"t3"}"#)
        .page(
            "GET /rest/api/3/search/jql?jql=x&nextPageToken=t3",
            r#"{"issues":[4]}"#,
        );
    let rest = mended.run(Api::Platform, get(paginate)).unwrap();
    assert_complete(&rest, Some(PagingStyle::NextPageToken), "[4]");
}

#[test]
fn the_same_page_again_is_not_answered_again() {
    let page = r#"{"startAt":0,"maxResults":2,"isLast":false,"values":[1,2]}"#;
    let script = Script::default()
        .page("GET /rest/api/3/x", page)
        .page("GET /rest/api/3/x?startAt=2", page);
    let answer = script.run(Api::Platform, list("/x")).unwrap();
    assert_eq!((end(&answer), body(&answer)), ("no-progress", "[1,2]"));
    assert_eq!(
        message(&answer),
        "Jira gave the same page again; the cursor tries again from there"
    );
}

#[test]
fn empty_pages_are_gone_over_but_not_without_end() {
    let page = |n: u32| format!(r#"{{"issues":[],"nextPageToken":"e{n}"}}"#);
    let asked = |n: u32| format!("GET /rest/api/3/search/jql?jql=x&nextPageToken=e{n}");
    let some = (1..5).fold(Script::default().page(SEARCH, &page(0)), |script, n| {
        script.page(&asked(n - 1), &page(n))
    });
    let some = some.page(&asked(4), r#"{"issues":[1],"isLast":true}"#);
    let answer = some.run(Api::Platform, list("/search/jql?jql=x")).unwrap();
    assert_complete(&answer, Some(PagingStyle::NextPageToken), "[1]");
    let many = (1..21).fold(Script::default().page(SEARCH, &page(0)), |script, n| {
        script.page(&asked(n - 1), &page(n))
    });
    let answer = many.run(Api::Platform, list("/search/jql?jql=x")).unwrap();
    assert_eq!((end(&answer), body(&answer)), ("no-progress", "[]"));
    assert_eq!(
        message(&answer),
        "Jira gave one empty page after the other; the cursor tries again from there"
    );
    assert!(cursor(&answer).is_some());
}

#[test]
fn a_page_that_is_not_the_last_and_names_no_other_is_said_to_be_cut() {
    let script = Script::default().page(SEARCH, r#"{"issues":[1],"isLast":false}"#);
    let answer = script
        .run(Api::Platform, list("/search/jql?jql=x"))
        .unwrap();
    assert_eq!((end(&answer), body(&answer)), ("no-progress", "[1]"));
    assert_eq!(
        message(&answer),
        "Jira says that the list goes on, but not where; the cursor tries again from there"
    );
}

#[test]
fn what_contradicts_itself_is_asked_for_more() {
    let script = Script::default()
        .page(
            SEARCH,
            r#"{"issues":[1],"isLast":true,"nextPageToken":"t"}"#,
        )
        .page(
            "GET /rest/api/3/search/jql?jql=x&nextPageToken=t",
            r#"{"issues":[2],"isLast":true,"nextPageToken":"t"}"#,
        );
    let answer = script
        .run(Api::Platform, list("/search/jql?jql=x"))
        .unwrap();
    assert_complete(&answer, Some(PagingStyle::NextPageToken), "[1,2]");
    let link = "https://api.atlassian.com/ex/jira/acme/rest/api/3/x?startAt=1";
    let script = Script::default()
        .page(
            "GET /rest/api/3/x",
            &format!(
                r#"{{"startAt":0,"maxResults":1,"isLast":true,"nextPage":"{link}","values":[1]}}"#
            ),
        )
        .page(
            "GET /rest/api/3/x?startAt=1",
            r#"{"startAt":1,"maxResults":1,"isLast":true,"values":[2],"total":9}"#,
        )
        .answer("GET /rest/api/3/x?startAt=2", 404, &[], "");
    let answer = script.run(Api::Platform, list("/x")).unwrap();
    assert_complete(&answer, Some(PagingStyle::StartAt), "[1,2]");
    // A full page, and a total that says that this was all.
    let script = Script::default()
        .page(
            "GET /rest/api/3/x",
            r#"{"startAt":0,"maxResults":2,"total":2,"comments":[1,2]}"#,
        )
        .page(
            "GET /rest/api/3/x?startAt=2",
            r#"{"startAt":2,"maxResults":2,"total":2,"comments":[3]}"#,
        );
    let answer = script.run(Api::Platform, list("/x")).unwrap();
    assert_complete(&answer, Some(PagingStyle::StartAt), "[1,2,3]");
}

#[test]
fn a_link_to_anywhere_else_is_not_followed() {
    for link in [
        "https://evil.example/rest/api/3/webhook/failed?after=7",
        "https://api.atlassian.com/ex/jira/other/rest/api/3/webhook/failed?after=7",
        "https://acme.atlassian.net.evil.example/rest/api/3/webhook/failed?after=7",
        "javascript:7",
        "//evil.example/rest/?after=7",
    ] {
        let page = format!(r#"{{"maxResults":1,"next":"{link}","values":[1]}}"#);
        let script = Script::default().page("GET /rest/api/3/webhook/failed", &page);
        let answer = script.run(Api::Platform, list("/webhook/failed")).unwrap();
        assert_eq!(
            (end(&answer), body(&answer)),
            ("failed-page", "[1]"),
            "{link}"
        );
        let ListEnd::Truncated(truncation) = &report(&answer).end else {
            panic!()
        };
        let Reason::FailedPage(error) = &truncation.reason else {
            panic!()
        };
        assert!(matches!(error.kind(), Kind::UnexpectedResponse("next")));
        assert!(!truncation.message.contains("evil"));
    }
    // Where the place is a number, the link is not needed.
    let page = r#"{"startAt":0,"maxResults":1,"isLast":false,"nextPage":"https://evil.example/?startAt=9","values":[1]}"#;
    let script = Script::default().page("GET /rest/api/3/x", page).page(
        "GET /rest/api/3/x?startAt=1",
        r#"{"startAt":1,"isLast":true,"values":[2]}"#,
    );
    assert_complete(
        &script.run(Api::Platform, list("/x")).unwrap(),
        Some(PagingStyle::StartAt),
        "[1,2]",
    );
}

#[test]
fn a_link_shows_where_a_page_that_was_filtered_ends_but_no_further() {
    let page = |start: u64, values: &str, next: u64| {
        let link = format!("https://acme.atlassian.net/rest/api/2/x?maxResults=3&startAt={next}");
        format!(
            r#"{{"startAt":{start},"maxResults":3,"isLast":false,"nextPage":"{link}","values":[{values}]}}"#
        )
    };
    let script = Script::default()
        .page("GET /rest/api/3/x", &page(0, "1", 3))
        .page("GET /rest/api/3/x?startAt=3", &page(3, "2,3", 9))
        .page(
            "GET /rest/api/3/x?startAt=5",
            r#"{"startAt":5,"isLast":true,"values":[]}"#,
        );
    let answer = script.run(Api::Platform, list("/x")).unwrap();
    assert_complete(&answer, Some(PagingStyle::StartAt), "[1,2,3]");
}
