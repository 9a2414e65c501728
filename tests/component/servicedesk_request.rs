use atlassian_simulator::{Fault, Settings};
use jira_host::types::{Action, Authorize, Error, ErrorKind, Request};
use serde_json::json;

use crate::stage::{DEMO, Stage, assert_answered, error, invalid, json};

async fn answered(stage: &Stage, request: Request) -> serde_json::Value {
    json(&stage.desk(&request).await.unwrap().body)
}

#[tokio::test]
async fn the_status_of_a_request_is_read() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    let statuses = answered(&stage, Request::get(DEMO, "/request/SUP-1/status")).await;
    assert_eq!(statuses["values"][0]["status"], "Waiting for support");
    assert_eq!(
        stage.timeline_since(mark),
        ["api GET {site}/rest/servicedeskapi/request/SUP-1/status access#1 -> 200"]
    );
}

#[tokio::test]
async fn its_own_prefixes_are_taken_whole_and_any_other_path_is_relative() {
    let stage = Stage::connected().await;
    for (path, target) in [
        ("/echo/a", "/rest/servicedeskapi/echo/a"),
        ("/rest/servicedeskapi/echo/a", "/rest/servicedeskapi/echo/a"),
        (
            "/echo/projectKey:SUP?start=1",
            "/rest/servicedeskapi/echo/projectKey:SUP?start=1",
        ),
    ] {
        answered(&stage, Request::get(DEMO, path)).await;
        assert_eq!(stage.last_request().target, stage.target(target));
    }
}

#[tokio::test]
async fn the_operations_api_is_reached_with_its_scope() {
    let stage = Stage::set(Settings::default()).await;
    let mut ask = Authorize::new(DEMO).with_service_management();
    ask.extra_scopes = vec!["read:ops-alert:jira-service-management".to_owned()];
    stage.connect(ask).await;
    let alerts = answered(&stage, Request::get(DEMO, "/jsm/ops/api/v1/alerts")).await;
    assert_eq!(alerts["values"][0]["message"], "The boiler is cold");
    assert_eq!(
        stage.last_request().target,
        stage.target("/jsm/ops/api/v1/alerts")
    );
}

#[tokio::test]
async fn each_export_refuses_the_paths_of_the_other_and_names_it() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    for path in [
        "/rest/api/3/myself",
        "/rest/api/2/issue/SUP-1",
        "/rest/agile/1.0/board",
    ] {
        let error = stage.desk(&Request::get(DEMO, path)).await.unwrap_err();
        let message = "it belongs to the Jira platform; call api-request";
        assert_eq!(error, invalid("url-path", message), "{path}");
    }
    for path in [
        "/rest/servicedeskapi/request",
        "/rest/servicedeskapi",
        "/jsm/ops/api/v1/alerts",
        "/rest/%73ervicedeskapi/request",
        "/REST/servicedeskapi;a=b/request",
    ] {
        let error = stage.api(&Request::get(DEMO, path)).await.unwrap_err();
        let message = "it belongs to Jira Service Management; call servicedesk-request";
        assert_eq!(error, invalid("url-path", message), "{path}");
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_without_service_management_is_refused() {
    let stage = Stage::set(Settings::default()).await;
    stage.connect(Authorize::new(DEMO)).await;
    let mark = stage.mark();
    let error_of = stage
        .desk(&Request::get(DEMO, "/request"))
        .await
        .unwrap_err();
    let kind = ErrorKind::Configuration("service-management".to_owned());
    let message = "connection \"demo\" was set up without Jira Service Management; authorize it \
                   again with include-service-management";
    assert_eq!(error_of, error(kind, Action::FixConfiguration, message));
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn an_experimental_operation_needs_the_option_and_is_told_so() {
    let stage = Stage::connected().await;
    let customers = || Request::get(DEMO, "/servicedesk/15/customer");
    let error = stage.desk(&customers()).await.unwrap_err();
    assert!(
        matches!(&error.kind, ErrorKind::Api(api) if api.status == 412),
        "{error:?}"
    );
    assert!(
        error.message.contains("X-ExperimentalApi: opt-in"),
        "{error}"
    );
    assert_eq!(stage.last_request().header("x-experimentalapi"), None);

    let page = answered(&stage, customers().experimental()).await;
    assert_eq!(page["size"], 2);
    assert_eq!(
        stage.last_request().header("x-experimentalapi"),
        Some("opt-in")
    );
}

#[tokio::test]
async fn a_delete_carries_its_json() {
    let stage = Stage::connected().await;
    let ada = &stage.simulator.settings().accounts[0].account_id;
    let body = json!({"accountIds": [ada]}).to_string();
    let remove = Request::delete(DEMO, "/servicedesk/projectKey:SUP/customer")
        .with_json_object(&body)
        .experimental();
    assert_eq!(stage.desk(&remove).await.unwrap().status, 204);
    let sent = stage.last_request();
    assert_eq!(
        (sent.method.as_str(), sent.body),
        ("DELETE", body.into_bytes())
    );
    let customers = Request::get(DEMO, "/servicedesk/15/customer").experimental();
    assert_eq!(answered(&stage, customers).await["size"], 1);
}

#[tokio::test]
async fn a_request_that_was_raised_is_read_back() {
    let stage = Stage::connected().await;
    let raise = Request::post(DEMO, "/request").with_json_object(json!({
        "serviceDeskId": "15",
        "requestTypeId": "25",
        "requestFieldValues": {"summary": "My chair squeaks"},
    }));
    let raised = stage.desk(&raise).await.unwrap();
    assert_eq!(raised.status, 201);
    let key = json(&raised.body)["issueKey"].as_str().unwrap().to_owned();
    let read = answered(&stage, Request::get(DEMO, format!("/request/{key}"))).await;
    assert_eq!(read["requestFieldValues"][0]["value"], "My chair squeaks");
}

#[track_caller]
fn assert_refused(actual: &Error, status: u16, message: &str) {
    let ErrorKind::Api(api) = &actual.kind else {
        panic!("{actual:?}");
    };
    assert_eq!(
        (api.status, &api.messages[..]),
        (status, &[message.to_owned()][..])
    );
}

#[tokio::test]
async fn refusals_of_the_service_desk_are_read() {
    let stage = Stage::connected().await;
    let missing = stage
        .desk(&Request::get(DEMO, "/request/SUP-99"))
        .await
        .unwrap_err();
    let words = "The request does not exist, or you do not have permission to view it.";
    assert_refused(&missing, 404, words);
    assert_eq!(
        (missing.message.as_str(), missing.action),
        (
            "Jira answered 404: The request does not exist, or you do not have permission to \
             view it",
            Action::FixRequest
        )
    );
    let empty = Request::post(DEMO, "/request").with_json_object("{}");
    let invalid = stage.desk(&empty).await.unwrap_err();
    assert_refused(&invalid, 400, "The field serviceDeskId is required.");

    let body = r#"{"errors":[{"title":"No such alert"}],"took":0.1,"requestId":"r"}"#;
    stage.script("GET", "/jsm/ops/api/v1/alerts/1", Fault::json(422, body));
    let alert = Request::get(DEMO, "/jsm/ops/api/v1/alerts/1");
    let unknown = stage.desk(&alert).await.unwrap_err();
    assert_refused(&unknown, 422, "No such alert");
}

#[tokio::test]
async fn a_missing_scope_is_for_the_operator() {
    let stage = Stage::connected().await;
    let alerts = Request::get(DEMO, "/jsm/ops/api/v1/alerts");
    let actual = stage.desk(&alerts).await.unwrap_err();
    let message = actual.message.clone();
    assert!(
        message.starts_with("the gateway says that the scopes do not match"),
        "{message}"
    );
    let kind = ErrorKind::Configuration("scope".to_owned());
    let expected = Error {
        attempts: 1,
        ..error(kind, Action::FixConfiguration, &message)
    };
    assert_answered(actual, &expected);
}
