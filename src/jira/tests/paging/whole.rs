//! What is all there is, and what is no list.

use super::script::{Script, assert_complete, body, end, list, post, report};
use crate::jira::{
    http::Method, paging::report::PagingStyle as Style, path::Api, request::ApiRequest,
};

#[test]
fn an_array_that_is_all_there_is_is_asked_for_once_more_and_is_complete() {
    for second in [(200, r#"[{"id":"1"},{"id":"2"}]"#), (400, ""), (404, "")] {
        let script = Script::default()
            .page("GET /rest/api/3/priority", r#"[{"id":"1"},{"id":"2"}]"#)
            .answer(
                "GET /rest/api/3/priority?startAt=2",
                second.0,
                &[],
                second.1,
            );
        let answer = script.run(Api::Platform, list("/priority")).unwrap();
        assert_complete(&answer, None, r#"[{"id":"1"},{"id":"2"}]"#);
        assert_eq!((report(&answer).pages, answer.attempts), (1, 2));
    }
}

#[test]
fn an_array_that_has_changed_meanwhile_is_not_taken_for_a_second_page() {
    let script = Script::default()
        .page("GET /rest/api/3/field", r#"[{"id":"1"},{"id":"2"}]"#)
        .page(
            "GET /rest/api/3/field?startAt=2",
            r#"[{"id":"1"},{"id":"3"}]"#,
        );
    let answer = script.run(Api::Platform, list("/field")).unwrap();
    assert_complete(&answer, None, r#"[{"id":"1"},{"id":"2"}]"#);
}

#[test]
fn what_is_no_list_is_answered_as_it_is() {
    let page = r#"{"comments":[1],"maxResults":20,"total":9,"startAt":0}"#;
    for (path, answer) in [
        ("/issue/DEMO-1", format!(r#"{{"id":"1","fields":{{"comment":{page},"labels":["a"]}}}}"#)),
        ("/groups/picker", r#"{"header":"Showing 2 of 9","total":9,"groups":[1,2]}"#.into()),
        (
            "/groupuserpicker",
            r#"{"users":{"users":[1],"total":9,"header":"h"},"groups":{"header":"h","total":9,"groups":[1]}}"#.into(),
        ),
        ("/attachment/1", r#"{"id":1,"size":23123}"#.into()),
        ("/issue/DEMO-1/watchers", r#"{"watchCount":1,"watchers":[{}]}"#.into()),
        ("/issue/DEMO-1/properties/p", r#"{"key":"p","value":{"values":[1]}}"#.into()),
        ("/x", "\"text\"".into()),
        ("/x", String::new()),
        ("/x", "<html>".into()),
        ("/x", format!("{}1{}", "[".repeat(200), "]".repeat(200))),
    ] {
        let script = Script::default().page(&format!("GET /rest/api/3{path}"), &answer);
        let found = script.run(Api::Platform, list(path)).unwrap();
        assert_eq!((end(&found), body(&found)), ("not-a-list", answer.as_str()));
        assert_eq!((report(&found).style, report(&found).items), (None, 0));
    }
}

#[test]
fn json_that_breaks_off_is_no_answer_at_all() {
    for broken in [r#"[{"id":"1"},{"id"#, "<html>"] {
        for (media_type, expected) in [
            ("application/json;charset=UTF-8", None),
            ("application/problem+JSON", None),
            ("text/html", Some("not-a-list")),
        ] {
            let headers = [("content-type", media_type)];
            let script = Script::default().answer("GET /rest/api/3/label", 200, &headers, broken);
            match script.run(Api::Platform, list("/label")) {
                Ok(answer) => assert_eq!(Some(end(&answer)), expected, "{media_type}"),
                Err(error) => {
                    assert_eq!(expected, None, "{error}");
                    assert_eq!(
                        error.to_string(),
                        "the list cannot be read: it is said to be JSON, and is none or is nested too deeply"
                    );
                }
            }
        }
    }
}

#[test]
fn an_object_of_nothing_but_values_is_complete() {
    let script = Script::default().page(
        "GET /rest/api/3/workflowscheme/project?projectId=1",
        r#"{"values":[{"id":"1"}]}"#,
    );
    let request = list("/workflowscheme/project?projectId=1");
    assert_complete(
        &script.run(Api::Platform, request).unwrap(),
        None,
        r#"[{"id":"1"}]"#,
    );
}

#[test]
fn a_post_that_is_not_known_to_read_only_is_sent_once() {
    let path = "/request/SUP-1/participant";
    let page = |is_last: bool| {
        format!(
            r#"{{"size":1,"start":0,"limit":1,"isLastPage":{is_last},"_links":{{}},"values":[{{"id":"1"}}]}}"#
        )
    };
    for (is_last, expected) in [(true, "complete"), (false, "not-repeatable")] {
        let script = Script::default().page(
            &format!("POST /rest/servicedeskapi{path} {{}}"),
            &page(is_last),
        );
        let answer = script.run(Api::ServiceDesk, post(path, "{}")).unwrap();
        assert_eq!((end(&answer), body(&answer)), (expected, r#"[{"id":"1"}]"#));
    }
    let script = Script::default().page(
        "POST /rest/api/3/comment/list {}",
        r#"{"isLast":true,"maxResults":1000,"startAt":0,"total":1,"values":[{"id":"1"}]}"#,
    );
    let answer = script
        .run(Api::Platform, post("/comment/list", "{}"))
        .unwrap();
    assert_complete(&answer, Some(Style::StartAt), r#"[{"id":"1"}]"#);
    let script =
        Script::default().page("POST /rest/api/3/issue {}", r#"{"id":"1","key":"DEMO-1"}"#);
    assert_eq!(
        end(&script.run(Api::Platform, post("/issue", "{}")).unwrap()),
        "not-a-list"
    );
    let script = Script::default().page("PUT /rest/api/3/x {}", r#"[{"id":"1"}]"#);
    let put = ApiRequest {
        method: Method::Put,
        ..post("/x", "{}")
    };
    assert_complete(
        &script.run(Api::Platform, put).unwrap(),
        None,
        r#"[{"id":"1"}]"#,
    );
}
