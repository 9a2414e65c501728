//! Each style with its documented sample.

use super::script::{Script, assert_complete, list, post, report, slowly};
use crate::jira::{
    paging::report::PagingStyle as Style,
    path::Api,
    request::{ApiRequest, CheckedRequest},
};

const GATEWAY: &str = "https://api.atlassian.com/ex/jira/acme/rest/api/3";
const OWN: &str = "https://acme.atlassian.net";

/// How the list is said to be paged before it is asked for.
fn expected(api: Api, request: &ApiRequest) -> Option<Style> {
    let checked = CheckedRequest::check(api, request.clone()).unwrap();
    checked.traits().paging
}

/// Plays two pages and expects `[{"id":"1"},{"id":"2"}]` of them.
#[track_caller]
fn two_pages(api: Api, request: ApiRequest, script: Script, style: Style) {
    assert_eq!(expected(api, &request), Some(style));
    let answer = script.run(api, request).unwrap();
    assert_complete(&answer, Some(style), r#"[{"id":"1"},{"id":"2"}]"#);
    assert_eq!((report(&answer).pages, report(&answer).items), (2, 2));
}

#[test]
fn offset_pages_end_with_is_last() {
    let first = format!(
        r#"{{"self":"{GATEWAY}/project/search?maxResults=1&startAt=0",
        "nextPage":"{GATEWAY}/project/search?maxResults=1&startAt=1","maxResults":1,"startAt":0,
        "total":2,"isLast":false,"values":[{{"id":"1"}}]}}"#
    );
    let script = Script::default()
        .page(
            "GET /rest/api/3/project/search?query=a%20b&orderBy=%2Bname",
            &first,
        )
        .page(
            "GET /rest/api/3/project/search?query=a%20b&orderBy=%2Bname&startAt=1",
            r#"{"maxResults":1,"startAt":1,"total":2,"isLast":true,"values":[{"id":"2"}]}"#,
        );
    two_pages(
        Api::Platform,
        list("/project/search?query=a b&orderBy=%2Bname"),
        script,
        Style::StartAt,
    );
}

#[test]
fn offset_pages_of_named_items_end_with_their_total() {
    let script = Script::default()
        .page(
            "GET /rest/api/3/issue/DEMO-1/comment",
            r#"{"startAt":0,"maxResults":1,"total":2,"comments":[{"id":"1"}]}"#,
        )
        .page(
            "GET /rest/api/3/issue/DEMO-1/comment?startAt=1",
            r#"{"startAt":1,"maxResults":100,"total":2,"comments":[{"id":"2"}]}"#,
        );
    two_pages(
        Api::Platform,
        list("/issue/DEMO-1/comment"),
        script,
        Style::StartAt,
    );
}

#[test]
fn of_several_arrays_the_documented_one_is_the_list() {
    for (path, page) in [
        (
            "/issue/createmeta/DEMO/issuetypes",
            r#"{"createMetaIssueType":[7],"issueTypes":[1],"startAt":0,"maxResults":50,"total":1}"#,
        ),
        (
            "/issue/createmeta/DEMO/issuetypes/1",
            r#"{"fields":[1],"results":[7,8],"startAt":0,"maxResults":50,"total":1}"#,
        ),
        (
            "/workflows/search",
            r#"{"statuses":[7,8],"values":[1],"startAt":0,"maxResults":50,"total":1,"isLast":true}"#,
        ),
    ] {
        let script = Script::default().page(&format!("GET /rest/api/3{path}"), page);
        let answer = script.run(Api::Platform, list(path)).unwrap();
        assert_complete(&answer, Some(Style::StartAt), "[1]");
    }
}

#[test]
fn dashboards_go_on_by_their_offset_and_not_by_their_url() {
    let first = format!(
        r#"{{"startAt":0,"maxResults":1,"total":2,"next":"{OWN}/rest/api/3/dashboard?startAt=1","dashboards":[{{"id":"1"}}]}}"#
    );
    let script = Script::default()
        .page("GET /rest/api/3/dashboard", &first)
        .page(
            "GET /rest/api/3/dashboard?startAt=1",
            r#"{"startAt":1,"maxResults":20,"total":2,"prev":"x","dashboards":[{"id":"2"}]}"#,
        );
    two_pages(Api::Platform, list("/dashboard"), script, Style::StartAt);
}

#[test]
fn user_searches_end_with_an_empty_page() {
    let script = Script::default()
        .page("GET /rest/api/3/users/search", r#"[{"id":"1"}]"#)
        .page(
            "GET /rest/api/3/users/search?startAt=1",
            r#"[ {"id":"2"} ]"#,
        )
        .page("GET /rest/api/3/users/search?startAt=2", "[]");
    let request = list("/users/search");
    assert_eq!(expected(Api::Platform, &request), Some(Style::BareArray));
    let answer = script.run(Api::Platform, request).unwrap();
    assert_complete(
        &answer,
        Some(Style::BareArray),
        r#"[{"id":"1"},{"id":"2"}]"#,
    );
}

#[test]
fn filtered_user_searches_go_on_behind_short_and_empty_pages_to_the_thousandth_user() {
    let path = "/rest/api/3/user/assignable/search?project=DEMO&maxResults=400";
    let script = Script::default()
        .page(&format!("GET {path}"), r#"[{"id":"1"}]"#)
        .page(&format!("GET {path}&startAt=400"), "[]")
        .page(&format!("GET {path}&startAt=800"), r#"[{"id":"2"}]"#);
    let request = slowly("/user/assignable/search?project=DEMO&maxResults=400");
    assert_eq!(expected(Api::Platform, &request), Some(Style::BareArray));
    let answer = script.run(Api::Platform, request).unwrap();
    assert_complete(
        &answer,
        Some(Style::BareArray),
        r#"[{"id":"1"},{"id":"2"}]"#,
    );
}

#[test]
fn tokens_go_into_the_query_of_a_get() {
    let script = Script::default()
        .page(
            "GET /rest/api/3/search/jql?jql=project%20=%20DEMO",
            r#"{"issues":[{"id":"1"}],"nextPageToken":"Cg+/=&","isLast":false}"#,
        )
        .page(
            "GET /rest/api/3/search/jql?jql=project%20=%20DEMO&nextPageToken=Cg%2B%2F%3D%26",
            r#"{"issues":[{"id":"2"}],"isLast":true}"#,
        );
    let request = list("/search/jql?jql=project = DEMO");
    two_pages(Api::Platform, request, script, Style::NextPageToken);
}

#[test]
fn tokens_go_into_the_body_of_a_post() {
    let script = Script::default()
        .page(
            r#"POST /rest/api/3/search/jql {"jql": "project = DEMO"}"#,
            r#"{"issues":[{"id":"1"}],"nextPageToken":"t\u00e9\""}"#,
        )
        .page(
            "POST /rest/api/3/search/jql {\"jql\": \"project = DEMO\",\"nextPageToken\":\"t\u{e9}\\\"\"}",
            r#"{"issues":[{"id":"2"}],"isLast":true}"#,
        );
    let request = post("/search/jql", r#"{"jql": "project = DEMO"}"#);
    two_pages(Api::Platform, request, script, Style::NextPageToken);
    let script = Script::default()
        .page(
            r#"POST /rest/api/3/changelog/bulkfetch {"issueIdsOrKeys":["A-1"]}"#,
            r#"{"issueChangeLogs":[{"id":"1"}],"nextPageToken":"t"}"#,
        )
        .page(
            r#"POST /rest/api/3/changelog/bulkfetch {"issueIdsOrKeys":["A-1"],"nextPageToken":"t"}"#,
            r#"{"issueChangeLogs":[{"id":"2"}],"nextPageToken":null}"#,
        );
    let request = post("/changelog/bulkfetch", r#"{"issueIdsOrKeys":["A-1"]}"#);
    two_pages(Api::Platform, request, script, Style::NextPageToken);
}

#[test]
fn offsets_go_into_the_body_of_a_post_that_pages_there() {
    let script = Script::default()
        .page(
            r#"POST /rest/api/3/priorityscheme/mappings {"schemeId":1,"startAt":0}"#,
            r#"{"startAt":0,"maxResults":1,"total":2,"isLast":false,"values":[{"id":"1"}]}"#,
        )
        .page(
            r#"POST /rest/api/3/priorityscheme/mappings {"schemeId":1,"startAt":1}"#,
            r#"{"startAt":1,"maxResults":1,"total":2,"isLast":true,"values":[{"id":"2"}]}"#,
        );
    let request = post("/priorityscheme/mappings", r#"{"schemeId":1,"startAt":0}"#);
    two_pages(Api::Platform, request, script, Style::StartAt);
}

#[test]
fn offsets_go_into_the_query_of_a_post_that_pages_there() {
    for path in [
        "/field/customfield_10001/context/mapping",
        "/app/field/context/configuration/list",
    ] {
        let script = Script::default()
            .page(
                &format!(r#"POST /rest/api/3{path} {{"mappings":[]}}"#),
                r#"{"startAt":0,"maxResults":1,"total":2,"isLast":false,"values":[{"id":"1"}]}"#,
            )
            .page(
                &format!(r#"POST /rest/api/3{path}?startAt=1 {{"mappings":[]}}"#),
                r#"{"startAt":1,"maxResults":1,"total":2,"isLast":true,"values":[{"id":"2"}]}"#,
            );
        let request = post(path, r#"{"mappings":[]}"#);
        two_pages(Api::Platform, request, script, Style::StartAt);
    }
}

#[test]
fn tokens_are_found_one_level_down() {
    let path = "/statuses/10000/projectUsages";
    let script = Script::default()
        .page(
            &format!("GET /rest/api/3{path}"),
            r#"{"projects":{"nextPageToken":"eyJ","values":[{"id":"1"}]},"statusId":"10000"}"#,
        )
        .page(
            &format!("GET /rest/api/3{path}?nextPageToken=eyJ"),
            r#"{"projects":{"values":[{"id":"2"}]},"statusId":"10000"}"#,
        );
    two_pages(Api::Platform, list(path), script, Style::NextPageToken);
}

#[test]
fn cursors_end_with_last_or_is_last() {
    for (more, over) in [
        (r#""last":false,"size":1"#, r#""last":true,"size":1"#),
        (
            r#""isLast":false,"maxResults":1"#,
            r#""isLast":true,"maxResults":1"#,
        ),
    ] {
        let script = Script::default()
            .page(
                "GET /rest/api/3/plans/plan",
                &format!(r#"{{"cursor":"",{more},"nextPageCursor":"2","total":2,"values":[{{"id":"1"}}]}}"#),
            )
            .page(
                "GET /rest/api/3/plans/plan?cursor=2",
                &format!(r#"{{"cursor":"2",{over},"nextPageCursor":"","total":2,"values":[{{"id":"2"}}]}}"#),
            );
        two_pages(
            Api::Platform,
            list("/plans/plan"),
            script,
            Style::NextPageCursor,
        );
    }
}

#[test]
fn starting_after_ends_where_it_is_absent() {
    for (path, name) in [("fields", "fields"), ("transition", "availableTransitions")] {
        let script = Script::default()
            .page(
                &format!("GET /rest/api/3/bulk/issues/{path}?issueIdsOrKeys=A-1"),
                &format!(r#"{{"endingBefore":"e","startingAfter":"s","{name}":[{{"id":"1"}}]}}"#),
            )
            .page(
                &format!("GET /rest/api/3/bulk/issues/{path}?issueIdsOrKeys=A-1&startingAfter=s"),
                &format!(r#"{{"{name}":[{{"id":"2"}}]}}"#),
            );
        let request = list(&format!("/bulk/issues/{path}?issueIdsOrKeys=A-1"));
        two_pages(Api::Platform, request, script, Style::StartingAfter);
    }
}

#[test]
fn of_a_next_url_only_the_place_is_taken() {
    for linked in ["after", "failedAfter"] {
        let first = format!(
            r#"{{"maxResults":1,"next":"{OWN}/rest/api/2/webhook/failed?{linked}=1573540473480&maxResults=1&x=y","values":[{{"id":"1"}}]}}"#
        );
        let last = format!(
            r#"{{"maxResults":2,"next":"{OWN}/rest/api/3/webhook/failed?{linked}=1573540473481","values":[{{"id":"2"}}]}}"#
        );
        let script = Script::default()
            .page("GET /rest/api/3/webhook/failed", &first)
            .page("GET /rest/api/3/webhook/failed?after=1573540473480", &last);
        two_pages(
            Api::Platform,
            list("/webhook/failed"),
            script,
            Style::NextUrl,
        );
    }
}

#[test]
fn since_goes_on_with_until_and_trusts_last_page() {
    let next = "http://www.example.com/jira/rest/api/~ver~/worklog/updated?since=1438013693136";
    let script = Script::default()
        .page(
            "GET /rest/api/3/worklog/updated?since=1438013671562",
            &format!(r#"{{"lastPage":false,"nextPage":"{next}","self":"s","since":1438013671562,"until":1438013693136,"values":[{{"id":"1"}}]}}"#),
        )
        .page(
            "GET /rest/api/3/worklog/updated?since=1438013693136",
            &format!(r#"{{"lastPage":true,"nextPage":"{next}","self":"s","since":1438013693136,"until":1438013693137,"values":[{{"id":"2"}}]}}"#),
        );
    let request = list("/worklog/updated?since=1438013671562");
    two_pages(Api::Platform, request, script, Style::Since);
}

#[test]
fn records_go_on_by_offset_and_limit() {
    let script = Script::default()
        .page(
            "GET /rest/api/3/auditing/record",
            r#"{"limit":1,"offset":0,"records":[{"id":"1"}],"total":2}"#,
        )
        .page(
            "GET /rest/api/3/auditing/record?offset=1",
            r#"{"limit":1000,"offset":1,"records":[{"id":"2"}],"total":2}"#,
        );
    two_pages(
        Api::Platform,
        list("/auditing/record"),
        script,
        Style::OffsetLimit,
    );
}

#[test]
fn service_desk_pages_end_with_is_last_page() {
    let links = |next: &str| {
        format!(
            r#""_links":{{"self":"{OWN}/rest/servicedeskapi/request","base":"{OWN}","context":"/jira"{next}}}"#
        )
    };
    let next = format!(r#","next":"{OWN}/rest/servicedeskapi/request?start=1&limit=1""#);
    let first = format!(
        r#"{{"_expands":[],"size":1,"start":0,"limit":1,"isLastPage":false,{},"values":[{{"id":"1"}}]}}"#,
        links(&next)
    );
    let last = format!(
        r#"{{"_expands":[],"size":1,"start":1,"limit":1,"isLastPage":true,{},"values":[{{"id":"2"}}]}}"#,
        links("")
    );
    let script = Script::default()
        .page("GET /rest/servicedeskapi/request", &first)
        .page("GET /rest/servicedeskapi/request?start=1", &last);
    two_pages(
        Api::ServiceDesk,
        list("/request"),
        script,
        Style::StartLimit,
    );
}

#[test]
fn the_knowledge_base_goes_on_with_the_cursor_of_its_link() {
    let path = "/rest/servicedeskapi/knowledgebase/article";
    let first = format!(
        r#"{{"_expands":[],"size":1,"start":0,"limit":1,"isLastPage":false,"_links":{{"next":"{OWN}{path}?query=x&limit=1&cursor=c%2B1&prev=false"}},"values":[{{"id":"1"}}]}}"#
    );
    let last = r#"{"_expands":[],"size":1,"start":0,"limit":1,"isLastPage":true,"_links":{"prev":"p"},"values":[{"id":"2"}]}"#;
    let script = Script::default()
        .page(&format!("GET {path}?query=login"), &first)
        .page(&format!("GET {path}?query=login&cursor=c%2B1"), last);
    let request = list("/knowledgebase/article?query=login");
    two_pages(Api::ServiceDesk, request, script, Style::LinksNext);
}

#[test]
fn operations_end_where_their_next_link_is_absent() {
    for base in [
        "https://api.atlassian.com/ex/jira/acme/jsm/ops/api/v1",
        "https://api.atlassian.com/jsm/ops/api/acme/v1",
    ] {
        let first = format!(
            r#"{{"values":[{{"id":"1"}}],"links":{{"next":"{base}/alerts?offset=20&size=20"}}}}"#
        );
        let script = Script::default()
            .page("GET /jsm/ops/api/v1/alerts", &first)
            .page(
                "GET /jsm/ops/api/v1/alerts?offset=20",
                r#"{"values":[{"id":"2"}],"links":{}}"#,
            );
        let request = list("/jsm/ops/api/v1/alerts");
        two_pages(Api::ServiceDesk, request, script, Style::OffsetSize);
    }
}
