//! What a caller may ask for, and how it is asked of Jira.

use super::script::{Script, assert_complete, host, post, with};
use crate::jira::{
    error::Error, exchange::exchange, paging::options::Paginate, paging::report::PagingStyle,
    path::Api, request::ApiRequest,
};

fn get(paginate: Paginate) -> ApiRequest {
    with("/search/jql?jql=x", paginate)
}

fn refusal(request: ApiRequest) -> Error {
    let host = host();
    let error = host
        .run(exchange(&host, Api::Platform, request))
        .unwrap_err();
    assert_eq!(host.effects(), [""; 0]);
    error
}

#[test]
fn options_outside_their_range_are_refused_by_name() {
    let none = Paginate::default;
    for (paginate, expected) in [
        (
            Paginate {
                page_size: Some(0),
                ..none()
            },
            "paginate.page-size: 0 is not between 1 and 5000",
        ),
        (
            Paginate {
                page_size: Some(5_001),
                ..none()
            },
            "paginate.page-size: 5001 is not between 1 and 5000",
        ),
        (
            Paginate {
                max_items: Some(0),
                ..none()
            },
            "paginate.max-items: 0 is not between 1 and 18446744073709551615",
        ),
        (
            Paginate {
                max_pages: Some(0),
                ..none()
            },
            "paginate.max-pages: 0 is not between 1 and 4294967295",
        ),
        (
            Paginate {
                max_bytes: Some(0),
                ..none()
            },
            "paginate.max-bytes: 0 is not between 1 and 268435456",
        ),
        (
            Paginate {
                in_flight: Some(17),
                ..none()
            },
            "paginate.in-flight: 17 is not between 1 and 16",
        ),
        (
            Paginate {
                cursor: Some("x".into()),
                ..none()
            },
            "paginate.cursor: it is damaged; give it as it came",
        ),
        (
            Paginate {
                cursor: Some("2.x".into()),
                ..none()
            },
            "paginate.cursor: it comes from another version of the connector; begin anew",
        ),
    ] {
        assert_eq!(refusal(get(paginate)).to_string(), expected);
    }
}

#[test]
fn the_size_of_a_page_is_said_once() {
    let sized = || Paginate {
        page_size: Some(10),
        ..Paginate::default()
    };
    let error = refusal(with("/search/jql?maxResults=5", sized()));
    let expected = "paginate.page-size: the request says it too, by `maxResults`; give one of them";
    assert_eq!(error.to_string(), expected);
    let request = ApiRequest {
        paginate: Some(sized()),
        ..post("/search/jql", r#"{"jql":"x","maxResults":5}"#)
    };
    assert_eq!(refusal(request).to_string(), expected);
}

#[test]
fn the_size_of_a_page_is_asked_for_as_each_api_calls_it_and_on_every_page() {
    let next = r#"{"start":0,"limit":1,"size":1,"isLastPage":true,"values":[1]}"#;
    for (api, path, asked) in [
        (
            Api::Platform,
            "/project/search",
            "/rest/api/3/project/search?maxResults=7",
        ),
        (
            Api::Platform,
            "/rest/api/2/users",
            "/rest/api/2/users?maxResults=7",
        ),
        (
            Api::Platform,
            "/screens/tabs?screenId=1",
            "/rest/api/3/screens/tabs?screenId=1&maxResult=7",
        ),
        (
            Api::Platform,
            "/user/search/query/key",
            "/rest/api/3/user/search/query/key?maxResult=7",
        ),
        (
            Api::Platform,
            "/auditing/record",
            "/rest/api/3/auditing/record?limit=7",
        ),
        (
            Api::Platform,
            "/worklog/updated",
            "/rest/api/3/worklog/updated",
        ),
        (
            Api::Platform,
            "/bulk/issues/fields",
            "/rest/api/3/bulk/issues/fields",
        ),
        (
            Api::ServiceDesk,
            "/request",
            "/rest/servicedeskapi/request?limit=7",
        ),
        (
            Api::ServiceDesk,
            "/jsm/ops/api/v1/alerts",
            "/jsm/ops/api/v1/alerts?size=7",
        ),
    ] {
        let paginate = Paginate {
            page_size: Some(7),
            ..Paginate::default()
        };
        let script = Script::default().page(&format!("GET {asked}"), next);
        script.run(api, with(path, paginate)).unwrap();
    }
    let script = Script::default()
        .page(
            r#"POST /rest/api/3/search/jql {"jql":"x","maxResults":7}"#,
            r#"{"issues":[1],"nextPageToken":"t"}"#,
        )
        .page(
            r#"POST /rest/api/3/search/jql {"jql":"x","maxResults":7,"nextPageToken":"t"}"#,
            r#"{"issues":[2]}"#,
        );
    let paginate = Paginate {
        page_size: Some(7),
        ..Paginate::default()
    };
    let request = ApiRequest {
        paginate: Some(paginate),
        ..post("/search/jql", r#"{"jql":"x"}"#)
    };
    // The last page says nothing at all but its items.
    let answer = script.run(Api::Platform, request).unwrap();
    assert_complete(&answer, Some(PagingStyle::NextPageToken), "[1,2]");
}

#[test]
fn a_page_size_that_is_refused_is_left_out() {
    let paginate = Paginate {
        page_size: Some(7),
        ..Paginate::default()
    };
    let script = Script::default()
        .answer(
            "GET /rest/api/3/x?maxResults=7",
            400,
            &[],
            r#"{"errorMessages":["unknown"]}"#,
        )
        .page(
            "GET /rest/api/3/x",
            r#"{"startAt":0,"maxResults":1,"isLast":false,"values":[1]}"#,
        )
        .page(
            "GET /rest/api/3/x?startAt=1",
            r#"{"startAt":1,"maxResults":1,"isLast":true,"values":[2]}"#,
        );
    let answer = script
        .run(Api::Platform, with("/x", paginate.clone()))
        .unwrap();
    assert_complete(&answer, Some(PagingStyle::StartAt), "[1,2]");
    assert_eq!(answer.attempts, 3);
    let script = Script::default()
        .answer("GET /rest/api/3/x?maxResults=7", 400, &[], "")
        .answer(
            "GET /rest/api/3/x",
            400,
            &[],
            r#"{"errorMessages":["No."]}"#,
        );
    let error = script.run(Api::Platform, with("/x", paginate)).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.attempts()),
        ("Jira answered 400: No", 2)
    );
}
