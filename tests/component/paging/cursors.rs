use std::time::Duration;

use atlassian_simulator::{Fault, On};
use jira_host::types::{Authorize, ListEnd, Paginate, PagingStyle, Request, Response};

use super::{assert_all, names, paginate, report, truncation, with_lists};
use crate::stage::{DEMO, Stage, invalid};

/// Fetches a list in parts, each by a call of its own on an instance of its
/// own, with nothing but the cursor between them.
async fn in_parts(stage: &Stage, request: &Request, change: fn(&mut Paginate)) -> Vec<Response> {
    let mut parts: Vec<Response> = Vec::new();
    let mut cursor = None;
    loop {
        let mut paginate = paginate(change);
        paginate.cursor = cursor;
        let request = request.clone().with_paginate(paginate);
        let part = match request.url_path.starts_with("/request") {
            true => stage.desk(&request).await.unwrap(),
            false => stage.api(&request).await.unwrap(),
        };
        let end = report(&part).end.clone();
        parts.push(part);
        match end {
            ListEnd::Truncated(truncation) => cursor = Some(truncation.cursor.unwrap()),
            ListEnd::Complete => return parts,
            ListEnd::NotAList => panic!("it is a list"),
        }
    }
}

#[tokio::test]
async fn parts_by_cursor_are_the_list_in_every_style() {
    let stage = with_lists(&[
        "/project/search items=250 break=70",
        "/search/jql items=170",
        "/users/search items=170",
        "/request items=170",
    ])
    .await;
    for (request, change) in [
        (
            Request::get(DEMO, "/project/search"),
            (|paginate: &mut Paginate| paginate.max_items = Some(33)) as fn(&mut Paginate),
        ),
        (
            Request::get(DEMO, "/search/jql?jql=project%3DDEMO"),
            |paginate| paginate.max_pages = Some(1),
        ),
        (
            Request::post(DEMO, "/search/jql").with_json(r#"{"jql":"project = DEMO"}"#),
            |paginate| paginate.max_items = Some(33),
        ),
        (Request::get(DEMO, "/users/search"), |paginate| {
            paginate.max_bytes = Some(9_000)
        }),
        (Request::get(DEMO, "/priority"), |paginate| {
            paginate.max_items = Some(1)
        }),
        (Request::get(DEMO, "/webhook/failed"), |paginate| {
            paginate.max_items = Some(33)
        }),
        (Request::get(DEMO, "/worklog/updated"), |paginate| {
            paginate.max_items = Some(33)
        }),
        (Request::get(DEMO, "/request"), |paginate| {
            paginate.max_items = Some(33)
        }),
    ] {
        let whole = in_parts(&stage, &request, |_| {}).await;
        assert_eq!(whole.len(), 1);
        let parts = in_parts(&stage, &request, change).await;
        assert!(parts.len() > 1);
        let parted: Vec<&str> = parts
            .iter()
            .flat_map(|part| part.items().unwrap())
            .collect();
        assert_eq!(parted, whole[0].items().unwrap());
    }
}

#[tokio::test]
async fn a_cursor_goes_on_behind_a_failure_days_later() {
    let stage = with_lists(&["/search/jql items=170"]).await;
    let third = On::method_path("GET", "/search/jql").after(2);
    stage.simulator.script(third, Fault::json(400, "{}"));
    let request = Request::get(DEMO, "/search/jql?jql=project%3DDEMO");
    let first = stage
        .api(&request.clone().with_paginate(Paginate::default()))
        .await
        .unwrap();
    assert_eq!(names(&first).len(), 100);
    stage.advance(Duration::from_secs(6 * 24 * 3600));
    let cursor = truncation(&first).cursor.clone();
    assert!(!cursor.as_ref().unwrap().contains("DEMO"), "{cursor:?}");
    let rest = request.with_paginate(paginate(|paginate| paginate.cursor = cursor));
    let rest = stage.api(&rest).await.unwrap();
    assert_all(&rest, Some(PagingStyle::NextPageToken), 70);
    let (first, rest) = (names(&first), names(&rest));
    assert!(rest.iter().all(|name| !first.contains(name)));
}

#[tokio::test]
async fn a_list_that_is_gone_on_with_is_fetched_several_pages_at_once_from_the_start() {
    let stage = with_lists(&["/project/search items=500"]).await;
    let request = |paginate| Request::get(DEMO, "/project/search").with_paginate(paginate);
    let first = stage
        .api(&request(paginate(|paginate| paginate.max_pages = Some(3))))
        .await
        .unwrap();
    let cursor = truncation(&first).cursor.clone();
    let gate = atlassian_simulator::Gate::new();
    for start in ["150", "200", "250", "300"] {
        let page = On::method_path("GET", "/project/search").asking("startAt", start);
        stage.simulator.script(page, Fault::Hold(gate.clone()));
    }
    let request = request(paginate(|paginate| paginate.cursor = cursor));
    let opened = async {
        gate.reached_by(4).await;
        gate.open();
    };
    let (rest, ()) = tokio::join!(stage.api(&request), opened);
    assert_all(&rest.unwrap(), Some(PagingStyle::StartAt), 350);
}

#[tokio::test]
async fn a_cursor_of_another_request_is_refused_before_anything_is_sent() {
    let stage = with_lists(&["/project/search items=120"]).await;
    stage.connect(Authorize::new("other")).await;
    let request = |connection: &str, path: &str, cursor: Option<String>| {
        let paginate = paginate(|paginate| {
            paginate.max_pages = Some(1);
            paginate.cursor = cursor;
        });
        Request::get(connection, path).with_paginate(paginate)
    };
    let first = stage
        .api(&request(DEMO, "/project/search", None))
        .await
        .unwrap();
    let cursor = truncation(&first).cursor.clone();
    let mark = stage.mark();
    let why = "it belongs to another connection, site, path, method, query or body; give it with \
               the request that it came from";
    for (connection, path) in [
        ("other", "/project/search"),
        (DEMO, "/project/search?query=x"),
        (DEMO, "/rest/api/2/project/search"),
        (DEMO, "/label"),
    ] {
        let error = stage
            .api(&request(connection, path, cursor.clone()))
            .await
            .unwrap_err();
        assert_eq!(
            error,
            invalid("paginate.cursor", why),
            "{connection} {path}"
        );
    }
    let damaged = cursor.clone().map(|cursor| cursor.replace(".o", ".s"));
    let error = stage
        .api(&request(DEMO, "/project/search", damaged))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        invalid("paginate.cursor", "it is damaged; give it as it came")
    );
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    let second = stage
        .api(&request(DEMO, "/project/search", cursor))
        .await
        .unwrap();
    assert_eq!(names(&second).len(), 50);
}
