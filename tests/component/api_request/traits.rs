use jira_host::types::{Error, Paginate, PagingStyle, Request, RequestTraits, RetryClass};

use crate::stage::{DEMO, Stage};

/// The error of a request that the network does not let out.
async fn kept(stage: &Stage, request: Request) -> Error {
    let answer = stage.tenant_on([]).api_request(&request).await;
    answer.unwrap().unwrap_err()
}

fn listed(request: Request) -> Request {
    request.with_paginate(Paginate::default())
}

#[tokio::test]
async fn an_error_says_what_its_request_is() {
    let stage = Stage::connected().await;
    let get = |path| Request::get(DEMO, path);
    let post = |path| Request::post(DEMO, path).with_json_object("{}");
    let put = |json| Request::put(DEMO, "/issue/DEMO-1").with_json_object(json);
    use PagingStyle as Style;
    use RetryClass::{Idempotent, NotIdempotent, Safe};
    for (request, retry_class, paging) in [
        (get("/issue/DEMO-1"), Safe, None),
        (Request::delete(DEMO, "/issue/DEMO-1"), Idempotent, None),
        (put(r#"{"fields":{}}"#), Idempotent, None),
        (put(r#"{"update":{}}"#), NotIdempotent, None),
        (post("/issue"), NotIdempotent, None),
        (post("/search/jql"), Safe, None),
        (
            listed(post("/search/jql")),
            Safe,
            Some(Style::NextPageToken),
        ),
        (listed(post("/issue")), NotIdempotent, None),
        (listed(get("/project/search")), Safe, Some(Style::StartAt)),
        (listed(get("/users/search")), Safe, Some(Style::BareArray)),
        (
            listed(get("/plans/plan")),
            Safe,
            Some(Style::NextPageCursor),
        ),
        (
            listed(get("/bulk/issues/fields")),
            Safe,
            Some(Style::StartingAfter),
        ),
        (listed(get("/webhook/failed")), Safe, Some(Style::NextUrl)),
        (listed(get("/worklog/deleted")), Safe, Some(Style::Since)),
        (
            listed(get("/auditing/record")),
            Safe,
            Some(Style::OffsetLimit),
        ),
    ] {
        let told = format!("{request:?}");
        let expected = RequestTraits {
            retry_class,
            paging,
        };
        assert_eq!(kept(&stage, request).await.traits, Some(expected), "{told}");
    }
}

#[tokio::test]
async fn so_does_one_of_service_management() {
    let stage = Stage::connected().await;
    for (path, style) in [
        ("/request", PagingStyle::StartLimit),
        ("/knowledgebase/article", PagingStyle::LinksNext),
        ("/jsm/ops/api/v1/alerts", PagingStyle::OffsetSize),
    ] {
        let request = listed(Request::get(DEMO, path));
        let answer = stage.tenant_on([]).servicedesk_request(&request).await;
        let traits = answer.unwrap().unwrap_err().traits.unwrap();
        assert_eq!(traits.paging, Some(style), "{path}");
    }
}

#[tokio::test]
async fn what_was_refused_before_it_was_a_request_is_none() {
    let stage = Stage::connected().await;
    let error = kept(&stage, Request::get(DEMO, "no-path")).await;
    assert_eq!(error.traits, None);
    let error = kept(&stage, Request::get("nobody", "/myself")).await;
    assert!(error.traits.is_some());
}
