use atlassian_simulator::{Fault, Origin};
use jira_host::Limits;
use jira_host::types::{Action, ErrorKind, Request, TransportError};

use crate::stage::{DEMO, Stage};

#[tokio::test]
async fn what_the_host_does_not_allow_is_an_error_and_no_trap() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    for origins in [
        vec![],
        vec![stage.simulator.auth_origin()],
        vec![stage.simulator.media_origin()],
    ] {
        let tenant = stage.tenant_on(origins);
        let outcome = tenant.api_request(&Request::get(DEMO, "/myself")).await;
        let error = outcome.unwrap().unwrap_err();
        let denied = ErrorKind::Transport(TransportError::Denied(
            "the origin is not allowed".to_owned(),
        ));
        assert_eq!(
            (error.kind, error.action),
            (denied, Action::FixConfiguration)
        );
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    assert_eq!(
        stage
            .api(&Request::get(DEMO, "/myself"))
            .await
            .unwrap()
            .status,
        200
    );
}

#[tokio::test]
async fn a_redirect_leads_only_where_the_host_allows_it() {
    let stage = Stage::connected().await;
    let location = format!("{}/file/a/binary", stage.simulator.media_origin());
    let redirect = Fault::status(302, &[("location", &location)]);
    stage.script("GET", "/myself", redirect);
    let tenant = stage.tenant_on([stage.simulator.api_origin()]);
    let outcome = tenant.api_request(&Request::get(DEMO, "/myself")).await;
    let error = outcome.unwrap().unwrap_err();
    assert!(
        matches!(error.kind, ErrorKind::Transport(TransportError::Denied(_))),
        "{error:?}"
    );
    assert_eq!(stage.last_request().origin, Origin::Api);
}

#[tokio::test]
async fn a_redirect_never_takes_the_token_out_of_the_site() {
    let stage = Stage::connected().await;
    let api = stage.simulator.api_origin().to_owned();
    let site = stage.target("");
    let locations = [
        "/".to_owned(),
        "/me".to_owned(),
        "/oauth/token/accessible-resources".to_owned(),
        "/ex/jira/other/rest/api/3/myself".to_owned(),
        "../../../../../me".to_owned(),
        format!("{site}/../other/rest/api/3/myself"),
        format!("{site}/rest/..%2f..%2fother"),
        format!("{site}/rest/%2e%2e/%2e%2e/other/rest"),
        format!("{site}/rest/..;/..;/other"),
        format!("{site}/rest/%252e%252e/%252e%252e/other"),
        format!("{site}/rest/..%5c..%5cother"),
        format!("{site}/rest//x"),
        format!("{site}x/rest/api/3/myself"),
        format!("{api}\\@evil.example/"),
        format!("{}/authorize", stage.simulator.auth_origin()),
        format!("{}/file/x/binary", stage.simulator.media_origin()),
        "//evil.example/".to_owned(),
        "https://example.atlassian.net.evil.example/rest/api/3/myself".to_owned(),
        "https://example.atlassian.net/browse/DEMO-1".to_owned(),
        "https://example.atlassian.net@evil.example/rest/api/3/myself".to_owned(),
        "http://example.atlassian.net/rest/api/3/myself".to_owned(),
    ];
    for location in locations {
        let before = stage.simulator.requests().len();
        stage.script(
            "GET",
            "/myself",
            Fault::status(302, &[("location", &location)]),
        );
        let request = Request::get(DEMO, "/myself")
            .with_cookie("own", "1")
            .with_header("X-Own", "1");
        let outcome = stage.api(&request).await;
        let requests = stage.simulator.requests();
        for sent in &requests[before + 1..] {
            for name in ["authorization", "cookie", "x-own"] {
                assert_eq!(sent.header(name), None, "{location} {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_call_that_needs_more_than_it_may_have_is_stopped_and_the_next_one_works() {
    let stage = Stage::connected().await;
    let small = Limits {
        memory_bytes: 4 * 1024 * 1024,
        ..Limits::default()
    };
    let tenant = stage.tenant.clone().with_limits(small);
    let long = Request::get(DEMO, "/bytes/10000000");
    let stopped = tenant.api_request(&long).await.unwrap_err();
    assert_eq!(
        stopped,
        jira_host::CallError::OutOfMemory(small.memory_bytes)
    );
    let response = tenant.api_request(&Request::get(DEMO, "/myself")).await;
    assert_eq!(response.unwrap().unwrap().status, 200);
}
