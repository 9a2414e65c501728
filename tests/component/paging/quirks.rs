use jira_host::types::{
    ErrorKind, ListEnd, Method, Paginate, PagingStyle, Request, TruncationReason,
};

use super::{all, assert_all, names, paginate, report, truncation, with_lists};
use crate::stage::DEMO;

#[tokio::test]
async fn short_and_empty_pages_are_not_the_end() {
    let stage = with_lists(&[
        "/project/search items=260 cap=30 break=70 hide=100:60",
        "/search/jql items=260 hide=50:100",
        "/plans/plan items=260 hide=60:120",
        "/user/assignable/search items=1200 hide-every=3",
        "/issue/DEMO-1/comment items=260 cap=30 break=70",
        "/auditing/record items=2500 break=700",
    ])
    .await;
    for (path, style, count) in [
        ("/project/search", PagingStyle::StartAt, 200),
        (
            "/search/jql?jql=project%3DDEMO",
            PagingStyle::NextPageToken,
            160,
        ),
        ("/plans/plan", PagingStyle::NextPageCursor, 140),
        (
            "/user/assignable/search?project=DEMO",
            PagingStyle::BareArray,
            667,
        ),
        ("/issue/DEMO-1/comment", PagingStyle::StartAt, 260),
        ("/auditing/record", PagingStyle::OffsetLimit, 2500),
    ] {
        let response = stage.api(&all(path)).await.unwrap();
        assert_all(&response, Some(style), count);
    }
}

#[tokio::test]
async fn items_that_are_inserted_meanwhile_shift_offsets_and_hide_nothing() {
    let stage = with_lists(&[
        "/project/search items=200",
        "/search/jql items=200 insert=0:2:1",
    ])
    .await;
    let before = names(&stage.api(&all("/project/search")).await.unwrap());
    stage
        .simulator
        .list("/project/search items=200 insert=0:2:1".parse().unwrap());
    let response = stage.api(&all("/project/search")).await.unwrap();
    assert_eq!(report(&response).end, ListEnd::Complete);
    let found = names(&response);
    assert_eq!(found.len(), 202, "the two at the edge come twice");
    assert!(before.iter().all(|name| found.contains(name)));
    let response = stage
        .api(&all("/search/jql?jql=project%3DDEMO"))
        .await
        .unwrap();
    assert_all(&response, Some(PagingStyle::NextPageToken), 200);
}

#[tokio::test]
async fn the_same_page_again_stops_and_says_so() {
    let stage = with_lists(&[
        "/search/jql items=200 loop=50",
        "/plans/plan items=200 loop=50",
        "/project/search items=200 loop=50",
        "/knowledgebase/article items=200 loop=50",
    ])
    .await;
    for path in [
        "/search/jql?jql=project%3DDEMO",
        "/plans/plan",
        "/project/search",
    ] {
        let response = stage.api(&all(path)).await.unwrap();
        assert_eq!(
            truncation(&response).reason,
            TruncationReason::NoProgress,
            "{path}"
        );
        assert_eq!(names(&response).len(), 100, "{path}");
    }
    let articles = all("/knowledgebase/article?query=x").experimental();
    let response = stage.desk(&articles).await.unwrap();
    assert_eq!(truncation(&response).reason, TruncationReason::NoProgress);
}

#[tokio::test]
async fn totals_and_flags_that_are_wrong_or_absent_lose_nothing() {
    let stage = with_lists(&[
        "/project/search items=170 total=7",
        "/dashboard/search items=170 total=9999",
        "/filter/search items=170 total=none",
        "/field/search items=170 last=true",
        "/priority/search items=170 last=none",
        "/issue/DEMO-1/comment items=300 total=100",
        "/issue/DEMO-2/comment items=300 total=none",
        "/search/jql items=170 last=true",
        "/plans/plan items=170 last=none",
        "/group/bulk items=170 last=true links=none",
    ])
    .await;
    for (path, style, count) in [
        ("/project/search", PagingStyle::StartAt, 170),
        ("/dashboard/search", PagingStyle::StartAt, 170),
        ("/filter/search", PagingStyle::StartAt, 170),
        ("/field/search", PagingStyle::StartAt, 170),
        ("/priority/search", PagingStyle::StartAt, 170),
        ("/issue/DEMO-1/comment", PagingStyle::StartAt, 300),
        ("/issue/DEMO-2/comment", PagingStyle::StartAt, 300),
        (
            "/search/jql?jql=project%3DDEMO",
            PagingStyle::NextPageToken,
            170,
        ),
        ("/plans/plan", PagingStyle::NextPageCursor, 170),
        ("/group/bulk", PagingStyle::StartAt, 170),
    ] {
        assert_all(&stage.api(&all(path)).await.unwrap(), Some(style), count);
    }
}

#[tokio::test]
async fn a_list_that_never_says_that_it_is_over_is_not_fetched_without_end() {
    let stage = with_lists(&["/project/search items=70 last=false links=none"]).await;
    let response = stage.api(&all("/project/search")).await.unwrap();
    assert_eq!(truncation(&response).reason, TruncationReason::NoProgress);
    assert_eq!(names(&response).len(), 70, "nothing is lost");
}

#[tokio::test]
async fn links_are_taken_in_any_form_of_the_own_site_and_in_no_other() {
    for (links, is_own) in [
        ("gateway", true),
        ("site", true),
        ("other-version", true),
        ("other-site", false),
        ("elsewhere", false),
    ] {
        let lists = [
            "/project/search items=120",
            "/webhook/failed items=220",
            "/request items=120",
            "/alerts items=60",
        ];
        let lists = lists.map(|list| format!("{list} links={links}"));
        let stage = with_lists(&lists.each_ref().map(String::as_str)).await;
        // Where places are numbers, links are not needed.
        let projects = stage.api(&all("/project/search")).await.unwrap();
        assert_all(&projects, Some(PagingStyle::StartAt), 120);
        let requests = stage.desk(&all("/request")).await.unwrap();
        assert_all(&requests, Some(PagingStyle::StartLimit), 120);
        let alerts = stage.desk(&all("/jsm/ops/api/v1/alerts")).await.unwrap();
        assert_all(&alerts, Some(PagingStyle::OffsetSize), 60);
        let hooks = stage.api(&all("/webhook/failed")).await.unwrap();
        if is_own {
            assert_all(&hooks, Some(PagingStyle::NextUrl), 220);
        } else {
            let TruncationReason::FailedPage(error) = &truncation(&hooks).reason else {
                panic!()
            };
            assert_eq!(
                error.kind,
                ErrorKind::UnexpectedResponse("next".to_owned()),
                "{links}"
            );
            assert_eq!(names(&hooks).len(), 100);
        }
    }
}

#[tokio::test]
async fn a_page_size_is_asked_for_where_it_can_be_and_never_in_the_way() {
    let stage = with_lists(&[
        "/project/search items=30",
        "/label items=30 refuse-size",
        "/search/jql items=30 refuse-size",
    ])
    .await;
    let sized = |path: &str| {
        Request::get(DEMO, path).with_paginate(paginate(|paginate| paginate.page_size = Some(10)))
    };
    let mark = stage.mark();
    assert_all(
        &stage.api(&sized("/project/search")).await.unwrap(),
        Some(PagingStyle::StartAt),
        30,
    );
    let sent = stage.sent_since(mark);
    assert_eq!(sent.len(), 3);
    assert!(
        sent.iter().all(|line| line.contains("maxResults=10")),
        "{sent:?}"
    );
    for (path, style) in [
        ("/label", PagingStyle::StartAt),
        ("/search/jql?jql=project%3DDEMO", PagingStyle::NextPageToken),
    ] {
        assert_all(&stage.api(&sized(path)).await.unwrap(), Some(style), 30);
    }
    for path in ["/issue/DEMO-1", "/myself"] {
        let response = stage.api(&sized(path)).await.unwrap();
        assert_eq!(report(&response).end, ListEnd::NotAList);
    }
    let delete = Request::new(Method::Delete, DEMO, "/echo/x").with_paginate(Paginate::default());
    assert_eq!(
        report(&stage.api(&delete).await.unwrap()).end,
        ListEnd::NotAList
    );
}
