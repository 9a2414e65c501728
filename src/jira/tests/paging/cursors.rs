//! What a list in parts must know of the parts before.

use super::script::{Script, assert_complete, body, cursor, end, list, post, with};
use crate::jira::{
    error::Kind,
    exchange::ApiResponse,
    paging::{options::Paginate, report::PagingStyle},
    path::Api,
    request::CheckedRequest,
};

fn part(script: Script, path: &str, paginate: Paginate) -> ApiResponse {
    script.run(Api::Platform, with(path, paginate)).unwrap()
}

/// The next part, of one page.
fn page_behind(before: &ApiResponse, script: Script, path: &str) -> ApiResponse {
    let paginate = Paginate {
        max_pages: Some(1),
        cursor: cursor(before),
        ..Paginate::default()
    };
    part(script, path, paginate)
}

fn one_page() -> Paginate {
    Paginate {
        max_pages: Some(1),
        ..Paginate::default()
    }
}

/// A page beyond the end is refused, or the last one comes again.
const BEYOND: [u16; 3] = [400, 404, 200];

#[test]
fn a_part_that_ends_where_the_list_should_be_over_is_followed_by_its_end() {
    const FIRST: &str = "GET /rest/api/3/x";
    const LAST: &str = r#"{"startAt":0,"maxResults":2,"total":2,"comments":[1,2]}"#;
    for status in BEYOND {
        let first = part(Script::default().page(FIRST, LAST), "/x", one_page());
        assert_eq!((end(&first), body(&first)), ("max-pages", "[1,2]"));
        let script = Script::default()
            .page("GET /rest/api/3/x?startAt=0", LAST)
            .answer("GET /rest/api/3/x?startAt=2", status, &[], LAST);
        let rest = page_behind(&first, script, "/x");
        assert_complete(&rest, Some(PagingStyle::StartAt), "[]");
    }
}

#[test]
fn an_array_in_parts_is_over_where_nothing_else_comes() {
    for status in BEYOND {
        let first = Script::default().page("GET /rest/api/3/x", "[1,2]");
        let first = part(first, "/x", one_page());
        let second = Script::default()
            .page("GET /rest/api/3/x?startAt=0", "[1,2]")
            .page("GET /rest/api/3/x?startAt=2", "[3,4]");
        let second = page_behind(&first, second, "/x");
        assert_eq!((end(&second), body(&second)), ("max-pages", "[3,4]"));
        let rest = Script::default()
            .page("GET /rest/api/3/x?startAt=2", "[3,4]")
            .answer("GET /rest/api/3/x?startAt=4", status, &[], "[3,4]");
        let rest = page_behind(&second, rest, "/x");
        assert_complete(&rest, Some(PagingStyle::BareArray), "[]");
    }
}

#[test]
fn a_list_that_has_grown_behind_a_part_goes_on() {
    let first = Script::default().page(
        "GET /rest/api/3/x",
        r#"{"startAt":0,"maxResults":2,"total":2,"comments":[1,2]}"#,
    );
    let first = part(first, "/x", one_page());
    let rest = Script::default()
        .page(
            "GET /rest/api/3/x?startAt=0",
            r#"{"startAt":0,"maxResults":2,"total":3,"comments":[1,2]}"#,
        )
        .page(
            "GET /rest/api/3/x?startAt=2",
            r#"{"startAt":2,"maxResults":2,"total":3,"comments":[3]}"#,
        );
    let rest = page_behind(&first, rest, "/x");
    assert_complete(&rest, Some(PagingStyle::StartAt), "[3]");
}

/// Where `/x` goes on, which is paged by tokens.
fn behind_a_token() -> Paginate {
    let first = r#"{"values":[1],"nextPageToken":"t"}"#;
    let script = Script::default().page("GET /rest/api/3/x", first);
    Paginate {
        cursor: cursor(&part(script, "/x", one_page())),
        ..Paginate::default()
    }
}

#[test]
fn a_cursor_of_another_list_is_refused_and_says_nothing_of_how_this_one_is_paged() {
    let error = Script::default()
        .run(Api::Platform, with("/y", behind_a_token()))
        .unwrap_err();
    assert!(matches!(
        error.kind(),
        Kind::InvalidRequest("paginate.cursor")
    ));
    assert_eq!(error.traits(), None);
}

#[test]
fn how_a_list_is_paged_is_known_of_one_that_has_begun_and_of_none_that_cannot_go_on() {
    let expected = |request| {
        let checked = CheckedRequest::check(Api::Platform, request).unwrap();
        checked.traits().paging
    };
    assert_eq!(expected(list("/x")), Some(PagingStyle::StartAt));
    assert_eq!(
        expected(with("/x", behind_a_token())),
        Some(PagingStyle::NextPageToken)
    );
    assert_eq!(expected(post("/issue", "{}")), None);
    let search = |json| expected(post("/search/jql", json));
    assert_eq!(search("{}"), Some(PagingStyle::NextPageToken));
    assert_eq!(search("[]"), None);
    let nested = list("/workflow/1/workflowSchemes");
    assert_eq!(expected(nested), Some(PagingStyle::NextPageToken));
}
