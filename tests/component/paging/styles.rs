use jira_host::types::{ListEnd, Method, Paginate, PagingStyle, Request};

use super::{all, assert_all, report, with_lists};
use crate::stage::{DEMO, Stage};

#[tokio::test]
async fn lists_of_the_platform_come_whole_in_every_style() {
    let stage = with_lists(&[
        "/project/search items=250",
        "/issue/DEMO-1/comment items=230",
        "/search/jql items=170",
        "/board items=120",
    ])
    .await;
    for (path, style, count) in [
        ("/project/search", PagingStyle::StartAt, 250),
        ("/workflows/search", PagingStyle::StartAt, 120),
        ("/label", PagingStyle::StartAt, 120),
        ("/user/search/query/key?query=x", PagingStyle::StartAt, 120),
        ("/rest/agile/1.0/board", PagingStyle::StartAt, 120),
        ("/issue/DEMO-1/comment", PagingStyle::StartAt, 230),
        (
            "/issue/createmeta/DEMO/issuetypes",
            PagingStyle::StartAt,
            120,
        ),
        ("/dashboard", PagingStyle::StartAt, 120),
        ("/users/search", PagingStyle::BareArray, 120),
        (
            "/user/assignable/search?project=DEMO",
            PagingStyle::BareArray,
            120,
        ),
        ("/screens/tabs", PagingStyle::BareArray, 120),
        (
            "/search/jql?jql=project%3DDEMO",
            PagingStyle::NextPageToken,
            170,
        ),
        ("/statuses/1/projectUsages", PagingStyle::NextPageToken, 120),
        ("/plans/plan", PagingStyle::NextPageCursor, 120),
        ("/plans/plan/1/team", PagingStyle::NextPageCursor, 120),
        (
            "/bulk/issues/fields?issueIdsOrKeys=DEMO-1",
            PagingStyle::StartingAfter,
            120,
        ),
        (
            "/bulk/issues/transition?issueIdsOrKeys=DEMO-1",
            PagingStyle::StartingAfter,
            120,
        ),
        ("/webhook/failed", PagingStyle::NextUrl, 120),
        ("/worklog/updated", PagingStyle::Since, 120),
        ("/auditing/record", PagingStyle::OffsetLimit, 120),
    ] {
        let response = stage
            .api(&all(path))
            .await
            .unwrap_or_else(|error| panic!("{path}: {error:?}"));
        assert_all(&response, Some(style), count);
    }
}

#[tokio::test]
async fn lists_of_the_service_desk_come_whole_in_every_style() {
    let stage = with_lists(&[
        "/request items=220",
        "/request/SUP-1/comment items=120",
        "/alerts items=130",
    ])
    .await;
    for (path, style, count) in [
        ("/request", PagingStyle::StartLimit, 220),
        ("/request/SUP-1/comment", PagingStyle::StartLimit, 120),
        ("/jsm/ops/api/v1/alerts", PagingStyle::OffsetSize, 130),
    ] {
        let response = stage
            .desk(&all(path))
            .await
            .unwrap_or_else(|error| panic!("{path}: {error:?}"));
        assert_all(&response, Some(style), count);
    }
    let articles = all("/knowledgebase/article?query=boiler").experimental();
    let response = stage.desk(&articles).await.unwrap();
    assert_all(&response, Some(PagingStyle::LinksNext), 120);
}

#[tokio::test]
async fn posts_that_only_read_are_paged_where_their_parameters_are() {
    let stage = with_lists(&["/search/jql items=130", "/changelog/bulkfetch items=2500"]).await;
    for (path, body, style, count) in [
        (
            "/search/jql",
            r#"{"jql":"project = DEMO"}"#,
            PagingStyle::NextPageToken,
            130,
        ),
        (
            "/changelog/bulkfetch",
            r#"{"issueIdsOrKeys":["DEMO-1"]}"#,
            PagingStyle::NextPageToken,
            2500,
        ),
        (
            "/priorityscheme/mappings",
            r#"{"schemeId":1}"#,
            PagingStyle::StartAt,
            120,
        ),
        (
            "/field/customfield_10001/context/mapping",
            r#"{"mappings":[]}"#,
            PagingStyle::StartAt,
            120,
        ),
        (
            "/app/field/context/configuration/list",
            r#"{"fieldIdsOrKeys":["x"]}"#,
            PagingStyle::StartAt,
            120,
        ),
    ] {
        let request = Request::post(DEMO, path)
            .with_json(body)
            .with_paginate(Paginate::default());
        let response = stage
            .api(&request)
            .await
            .unwrap_or_else(|error| panic!("{path}: {error:?}"));
        assert_all(&response, Some(style), count);
    }
}

#[tokio::test]
async fn every_item_comes_byte_for_byte_as_it_is_on_its_page() {
    let stage = with_lists(&["/project/search items=130", "/search/jql items=130"]).await;
    for path in [
        "/project/search?maxResults=100",
        "/search/jql?jql=project%3DDEMO&fields=*all&maxResults=100",
    ] {
        let whole = stage.api(&all(path)).await.unwrap();
        let one = stage.api(&Request::get(DEMO, path)).await.unwrap();
        let one = String::from_utf8(one.body).unwrap();
        let whole_text = String::from_utf8(whole.body.clone()).unwrap();
        let items = whole.items().unwrap();
        assert_eq!(items.len(), 130);
        for item in items.iter().take(100) {
            assert!(one.contains(item), "{item}");
        }
        for odd in ["1.10", "12345678901234567890", "\\u00f6", "\\/"] {
            assert!(whole_text.contains(odd), "{odd}");
        }
    }
}

#[tokio::test]
async fn an_array_that_is_all_there_is_is_complete() {
    let stage = Stage::connected().await;
    for path in [
        "/field",
        "/priority",
        "/project",
        "/status",
        "/project/DEMO/components",
    ] {
        let response = stage.api(&all(path)).await.unwrap();
        let plain = stage.api(&Request::get(DEMO, path)).await.unwrap();
        assert_eq!(report(&response).end, ListEnd::Complete, "{path}");
        assert_eq!(
            (report(&response).style, report(&response).pages),
            (None, 1),
            "{path}"
        );
        let items: Vec<&serde_json::value::RawValue> = serde_json::from_slice(&plain.body).unwrap();
        let items: Vec<&str> = items
            .into_iter()
            .map(serde_json::value::RawValue::get)
            .collect();
        assert_eq!(response.items().unwrap(), items, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_list_is_answered_as_it_is() {
    let stage = Stage::connected().await;
    for path in ["/issue/DEMO-1", "/myself", "/bytes/1000", "/status/204"] {
        let response = stage.api(&all(path)).await.unwrap();
        let plain = stage.api(&Request::get(DEMO, path)).await.unwrap();
        assert_eq!(response.body, plain.body, "{path}");
        assert_eq!(
            (&report(&response).end, report(&response).items),
            (&ListEnd::NotAList, 0)
        );
        assert_eq!(response.attempts, 1, "{path}");
    }
    let head =
        Request::new(Method::Head, DEMO, "/project/search").with_paginate(Paginate::default());
    let response = stage.api(&head).await.unwrap();
    assert_eq!(report(&response).end, ListEnd::NotAList);
}

#[tokio::test]
async fn a_post_that_may_change_something_is_sent_once() {
    let stage = with_lists(&[
        "/comment/list items=3",
        "/issue/DEMO-1/changelog/list items=3",
    ])
    .await;
    for (path, body) in [
        ("/comment/list", r#"{"ids":[1,2,3]}"#),
        (
            "/issue/DEMO-1/changelog/list",
            r#"{"changelogIds":[1,2,3]}"#,
        ),
    ] {
        let mark = stage.mark();
        let request = Request::post(DEMO, path)
            .with_json(body)
            .with_paginate(Paginate::default());
        let response = stage.api(&request).await.unwrap();
        assert_eq!(stage.sent_since(mark).len(), 1);
        assert_all(&response, Some(PagingStyle::StartAt), 3);
    }
    let create = Request::post(DEMO, "/issue/DEMO-1/comment")
        .with_json(r#"{"body":{"type":"doc","version":1,"content":[]}}"#)
        .with_paginate(Paginate::default());
    let response = stage.api(&create).await.unwrap();
    assert_eq!(
        (response.status, &report(&response).end),
        (201, &ListEnd::NotAList)
    );
}
