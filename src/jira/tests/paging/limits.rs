//! Where a list is cut, and how it is gone on with.

use super::script::{
    SEARCH, Script, assert_complete, body, cursor, end, host, list, message, post, report, tokens,
    told, with,
};
use crate::jira::{
    error::Kind,
    exchange::exchange,
    paging::options::Paginate,
    paging::report::PagingStyle,
    path::Api,
    request::{ApiRequest, RequestOptions},
};

fn get(paginate: Paginate) -> ApiRequest {
    with("/search/jql?jql=x", paginate)
}

#[test]
fn after_max_items_the_cursor_goes_on_in_the_middle_of_the_page() {
    let paginate = |cursor: Option<String>| Paginate {
        max_items: Some(3),
        cursor,
        ..Paginate::default()
    };
    let first = told(&[0, 1])
        .run(Api::Platform, get(paginate(None)))
        .unwrap();
    assert_eq!(
        (end(&first), body(&first)),
        ("max-items", r#"[1.10, "a]",{"b" :1,"a":2}]"#)
    );
    assert_eq!(
        message(&first),
        "max-items, 3, is reached; the cursor goes on"
    );
    assert_eq!((report(&first).items, report(&first).pages), (3, 2));
    let second = told(&[1, 2])
        .run(Api::Platform, get(paginate(cursor(&first))))
        .unwrap();
    assert_complete(&second, Some(PagingStyle::NextPageToken), "[4,5,6]");
}

#[test]
fn a_list_that_is_just_as_long_as_allowed_is_complete() {
    let paginate = Paginate {
        max_items: Some(6),
        max_pages: Some(3),
        ..Paginate::default()
    };
    let answer = told(&[0, 1, 2]).run(Api::Platform, get(paginate)).unwrap();
    assert_eq!(end(&answer), "complete");
}

#[test]
fn after_max_pages_the_cursor_goes_on_with_the_next() {
    let paginate = |cursor| Paginate {
        max_pages: Some(1),
        cursor,
        ..Paginate::default()
    };
    let first = told(&[0]).run(Api::Platform, get(paginate(None))).unwrap();
    assert_eq!(
        message(&first),
        "max-pages, 1, is reached; the cursor goes on"
    );
    let second = told(&[1])
        .run(Api::Platform, get(paginate(cursor(&first))))
        .unwrap();
    assert_eq!(
        (end(&second), body(&second)),
        ("max-pages", r#"[{"b" :1,"a":2},4,5]"#)
    );
    let third = told(&[2])
        .run(Api::Platform, get(paginate(cursor(&second))))
        .unwrap();
    assert_complete(&third, Some(PagingStyle::NextPageToken), "[6]");
}

#[test]
fn before_max_bytes_the_cursor_goes_on_with_the_item_that_would_exceed_it() {
    let paginate = |bytes, cursor| Paginate {
        max_bytes: Some(bytes),
        cursor,
        ..Paginate::default()
    };
    let first = told(&[0])
        .run(Api::Platform, get(paginate(9, None)))
        .unwrap();
    assert_eq!((end(&first), body(&first)), ("max-bytes", "[1.10]"));
    let second = told(&[0, 1])
        .run(Api::Platform, get(paginate(9, cursor(&first))))
        .unwrap();
    assert_eq!((end(&second), body(&second)), ("max-bytes", r#"["a]"]"#));
    let stuck = told(&[1])
        .run(Api::Platform, get(paginate(9, cursor(&second))))
        .unwrap();
    assert_eq!(
        (end(&stuck), body(&stuck), report(&stuck).items),
        ("max-bytes", "[]", 0)
    );
    assert_eq!(
        message(&stuck),
        "the next item would exceed max-bytes, 9; the cursor goes on; an item that is longer alone needs more"
    );
    let rest = told(&[1, 2])
        .run(Api::Platform, get(paginate(99, cursor(&stuck))))
        .unwrap();
    assert_complete(
        &rest,
        Some(PagingStyle::NextPageToken),
        r#"[{"b" :1,"a":2},4,5,6]"#,
    );
}

#[test]
fn a_page_that_fails_for_a_moment_is_sent_again_and_the_wait_is_told() {
    let [_, second, _] = tokens();
    let script = told(&[0])
        .answer(second.0, 503, &[], "")
        .answer(second.0, 200, &[], second.1)
        .answer(tokens()[2].0, 200, &[], tokens()[2].1);
    let answer = script.run(Api::Platform, get(Paginate::default())).unwrap();
    assert_complete(
        &answer,
        Some(PagingStyle::NextPageToken),
        r#"[1.10, "a]",{"b" :1,"a":2},4,5,6]"#,
    );
    assert_eq!(answer.attempts, 4);
    assert!(answer.waited_ms >= 1_400, "{}", answer.waited_ms);
}

#[test]
fn a_page_that_fails_keeps_the_items_before_it_and_the_cursor_tries_it_again() {
    for (status, body_of_page, expected) in [
        (
            500,
            "",
            "after 1 pages: Jira answered 500; the cursor goes on from there",
        ),
        (
            400,
            r#"{"errorMessages":["No."]}"#,
            "after 1 pages: Jira answered 400: No; the cursor goes on from there",
        ),
        (
            200,
            "<html>",
            "after 1 pages: a page of the list is not as the first one: it is not JSON; the cursor goes on from there",
        ),
        (
            200,
            "{}",
            "after 1 pages: a page of the list is not as the first one: it has no list; the cursor goes on from there",
        ),
        (
            200,
            "[7]",
            "after 1 pages: a page of the list is not as the first one: it has no list; the cursor goes on from there",
        ),
    ] {
        let failing = told(&[0]).answer(tokens()[1].0, status, &[], body_of_page);
        let answer = failing
            .run(Api::Platform, get(Paginate::default()))
            .unwrap();
        assert_eq!(
            (end(&answer), body(&answer)),
            ("failed-page", r#"[1.10, "a]"]"#)
        );
        assert_eq!(message(&answer), expected);
        let paginate = Paginate {
            cursor: cursor(&answer),
            ..Paginate::default()
        };
        let rest = told(&[1, 2]).run(Api::Platform, get(paginate)).unwrap();
        assert_complete(
            &rest,
            Some(PagingStyle::NextPageToken),
            r#"[{"b" :1,"a":2},4,5,6]"#,
        );
    }
}

#[test]
fn a_first_page_that_fails_is_the_error_of_the_call_with_or_without_a_cursor() {
    let script_of = |asked| Script::default().answer(asked, 500, &[], "");
    let error = script_of(SEARCH)
        .run(Api::Platform, list("/search/jql?jql=x"))
        .unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.attempts()),
        ("Jira answered 500", 1)
    );
    let one = Paginate {
        max_pages: Some(1),
        ..Paginate::default()
    };
    let first = told(&[0]).run(Api::Platform, get(one)).unwrap();
    let paginate = Paginate {
        cursor: cursor(&first),
        ..Paginate::default()
    };
    let error = script_of(tokens()[1].0)
        .run(Api::Platform, get(paginate))
        .unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.attempts()),
        ("Jira answered 500", 1)
    );
}

#[test]
fn a_cursor_belongs_to_one_request() {
    let one = Paginate {
        max_pages: Some(1),
        ..Paginate::default()
    };
    let cursor = cursor(&told(&[0]).run(Api::Platform, get(one)).unwrap());
    let paginate = Paginate {
        cursor,
        ..Paginate::default()
    };
    let own = get(paginate);
    let host = host();
    host.connect("other", &crate::jira::tests::fake::tokens("a", "r"));
    for foreign in [
        ApiRequest {
            url_path: "/search/jql?jql=y".into(),
            ..own.clone()
        },
        ApiRequest {
            url_path: "/rest/api/2/search/jql?jql=x".into(),
            ..own.clone()
        },
        ApiRequest {
            query_params: vec![("fields".into(), "id".into())],
            ..own.clone()
        },
        ApiRequest {
            connection: "other".into(),
            ..own.clone()
        },
        ApiRequest {
            paginate: own.paginate.clone(),
            ..post("/search/jql?jql=x", "{}")
        },
    ] {
        let error = host
            .run(exchange(&host, Api::Platform, foreign))
            .unwrap_err();
        assert!(
            matches!(error.kind(), Kind::InvalidRequest("paginate.cursor")),
            "{error:?}"
        );
        assert_eq!(
            error.to_string(),
            "paginate.cursor: it belongs to another connection, site, path, method, query or body; give it with \
             the request that it came from"
        );
    }
    assert_eq!(host.effects(), [""; 0]);
    assert_eq!(
        end(&told(&[1, 2]).run(Api::Platform, own).unwrap()),
        "complete"
    );
}

#[test]
fn an_array_that_may_be_all_there_is_is_read_again_from_its_beginning() {
    let array = "[1,2,3]";
    let paginate = |max_items, cursor| Paginate {
        max_items: Some(max_items),
        cursor,
        ..Paginate::default()
    };
    for (max_items, rest) in [(2, "[3]"), (3, "[]")] {
        let first = Script::default().page("GET /rest/api/3/status", array);
        let first = first
            .run(Api::Platform, with("/status", paginate(max_items, None)))
            .unwrap();
        assert_eq!(end(&first), "max-items");
        let script = Script::default()
            .page("GET /rest/api/3/status?startAt=0", array)
            .page("GET /rest/api/3/status?startAt=3", array);
        let request = with("/status", paginate(9, cursor(&first)));
        assert_complete(&script.run(Api::Platform, request).unwrap(), None, rest);
    }
}

#[test]
fn values_without_pages_can_be_cut_and_gone_on_with() {
    let object = r#"{"values":[1,2,3]}"#;
    let paginate = |max_items, cursor| Paginate {
        max_items: Some(max_items),
        cursor,
        ..Paginate::default()
    };
    let asked = "GET /rest/api/3/workflowscheme/project";
    let path = "/workflowscheme/project";
    let first = Script::default().page(asked, object);
    let first = first
        .run(Api::Platform, with(path, paginate(2, None)))
        .unwrap();
    assert_eq!((end(&first), body(&first)), ("max-items", "[1,2]"));
    let rest = Script::default().page(asked, object);
    let rest = rest
        .run(Api::Platform, with(path, paginate(2, cursor(&first))))
        .unwrap();
    assert_complete(&rest, None, "[3]");
}

#[test]
fn the_answer_has_the_headers_of_the_last_page_but_those_of_its_body() {
    let headers = [
        ("content-type", "application/json"),
        ("content-length", "9"),
        ("etag", "\"e\""),
        ("atl-traceid", "t2"),
        ("x-ratelimit-remaining", "5"),
    ];
    let script = told(&[0, 1]).answer(tokens()[2].0, 200, &headers, tokens()[2].1);
    let answer = script
        .run(Api::Platform, list("/search/jql?jql=x"))
        .unwrap();
    let names: Vec<_> = answer.headers.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["content-type", "atl-traceid", "x-ratelimit-remaining"]
    );
    assert_eq!(answer.trace_id.as_deref(), Some("t2"));
    assert_eq!(answer.rate_limit.unwrap().remaining, Some(5));
}

#[test]
fn a_page_that_is_longer_than_an_answer_may_be_is_a_failed_page() {
    let options = RequestOptions {
        max_response_bytes: Some(45),
        ..RequestOptions::default()
    };
    let request = ApiRequest {
        options,
        ..list("/search/jql?jql=x")
    };
    let answer = told(&[0, 1]).run(Api::Platform, request).unwrap();
    assert_eq!(
        (end(&answer), body(&answer)),
        ("failed-page", r#"[1.10, "a]"]"#)
    );
}
