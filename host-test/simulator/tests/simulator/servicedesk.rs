use crate::client::App;
use serde_json::json;

const DESK: &str = "/rest/servicedeskapi";

#[tokio::test]
async fn requests_come_in_pages_of_the_service_desk() {
    let app = App::ready().await;
    let page = app
        .get(&format!("{DESK}/request?start=1&limit=1"))
        .await
        .json();
    assert_eq!(
        (&page["size"], &page["start"], &page["limit"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(page["isLastPage"], false);
    assert_eq!(page["values"][0]["issueKey"], "SUP-2");
    let next = page["_links"]["next"].as_str().unwrap();
    assert!(next.ends_with("/rest/servicedeskapi/request?start=2&limit=1"));
    let last = app.get(&format!("{DESK}/request?start=2")).await.json();
    assert_eq!(last["isLastPage"], true);
    assert!(last["_links"].get("next").is_none());
}

#[tokio::test]
async fn a_request_can_be_raised_read_and_commented() {
    let app = App::ready().await;
    let body = json!({
        "serviceDeskId": "15",
        "requestTypeId": "25",
        "requestFieldValues": {"summary": "My chair squeaks"},
    });
    let raised = app.post(&format!("{DESK}/request"), body).await;
    assert_eq!(raised.status, 201);
    assert_eq!(raised.json()["issueKey"], "SUP-4");
    let request = app.get(&format!("{DESK}/request/SUP-4")).await.json();
    assert_eq!(request["currentStatus"]["status"], "Waiting for support");
    assert_eq!(request["createdDate"]["epochMillis"], 1_767_603_600_000_u64);
    let statuses = app
        .get(&format!("{DESK}/request/SUP-4/status"))
        .await
        .json();
    assert_eq!(statuses["values"][0]["status"], "Waiting for support");
    let comments = format!("{DESK}/request/SUP-4/comment");
    let comment = app
        .post(&comments, json!({"body": "It still does", "public": false}))
        .await;
    assert_eq!(comment.status, 201);
    assert_eq!(
        app.get(&comments).await.json()["values"][0]["public"],
        false
    );
    let issue = app.get("/rest/api/2/issue/SUP-4").await.json();
    assert_eq!(
        issue["fields"]["comment"]["comments"][0]["body"],
        "It still does"
    );
}

#[tokio::test]
async fn errors_are_in_the_words_of_the_service_desk() {
    let app = App::ready().await;
    let refused = app
        .post(&format!("{DESK}/request"), json!({"serviceDeskId": "15"}))
        .await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json()["i18nErrorMessage"],
        json!({
            "i18nKey": "sd.validation.request.creation.failure.required.field",
            "parameters": ["requestTypeId"],
        })
    );
    for path in ["request/SUP-99", "request/DEMO-1", "request/SUP-99/status"] {
        let missing = app.get(&format!("{DESK}/{path}")).await;
        assert_eq!(missing.status, 404);
        assert!(missing.json()["errorMessage"].is_string());
    }
}

#[tokio::test]
async fn customers_need_the_experimental_header_and_go_with_a_body() {
    let app = App::ready().await;
    let path = format!("{DESK}/servicedesk/projectKey:SUP/customer");
    assert_eq!(app.get(&path).await.status, 412);
    let opt_in = [
        ("X-ExperimentalApi", "opt-in"),
        ("content-type", "application/json"),
    ];
    let before = app.send("GET", &path, &opt_in, "").await.json();
    assert_eq!(before["size"], 2);
    let body = json!({"accountIds": [before["values"][1]["accountId"]]}).to_string();
    let removed = app.send("DELETE", &path, &opt_in, body).await;
    assert_eq!((removed.status, removed.body.len()), (204, 0));
    assert_eq!(app.send("GET", &path, &opt_in, "").await.json()["size"], 1);
    assert_eq!(app.send("DELETE", &path, &opt_in, "").await.status, 400);
    let path = format!("{DESK}/servicedesk/99/customer");
    assert_eq!(app.send("GET", &path, &opt_in, "").await.status, 404);
}

#[tokio::test]
async fn desks_organisations_and_alerts_are_listed() {
    let app = App::ready().await;
    let desks = app.get(&format!("{DESK}/servicedesk")).await.json();
    assert_eq!(desks["values"][0]["id"], "15");
    let organizations = app.get(&format!("{DESK}/organization")).await.json();
    assert_eq!(organizations["size"], 2);
    let alerts = app.get("/jsm/ops/api/v1/alerts").await.json();
    assert_eq!(alerts["values"][0]["tinyId"], "1");
    let refused = app.send("POST", "/jsm/ops/api/v1/alerts", &[], "").await;
    assert_eq!(refused.status, 405);
    assert!(refused.json()["errors"][0]["title"].is_string());
}

#[tokio::test]
async fn a_file_is_handed_in_and_then_attached_to_a_request() {
    let app = App::ready().await;
    let form = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                Content-Type: text/plain\r\n\r\none\r\n--xyz--\r\n";
    let form_type = ("content-type", "multipart/form-data; boundary=xyz");
    let no_check = ("x-atlassian-token", "no-check");
    let opt_in = ("x-experimentalapi", "opt-in");
    let path = format!("{DESK}/servicedesk/15/attachTemporaryFile");
    for (status, headers) in [
        (403, vec![form_type, opt_in]),
        (412, vec![form_type, no_check]),
        (415, vec![opt_in, no_check]),
    ] {
        let refused = app.send("POST", &path, &headers, form).await;
        assert_eq!(refused.status, status);
    }
    let headers = [form_type, no_check, opt_in];
    let taken = app.send("POST", &path, &headers, form).await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    let taken = taken.json();
    assert_eq!(taken["temporaryAttachments"][0]["fileName"], "a.txt");
    let ids = json!([taken["temporaryAttachments"][0]["temporaryAttachmentId"]]);
    let path = format!("{DESK}/request/SUP-1/attachment");
    let attach = json!({
        "temporaryAttachmentIds": ids,
        "public": true,
        "additionalComment": {"body": "As you asked"},
    });
    for missing in ["temporaryAttachmentIds", "public"] {
        let mut incomplete = attach.clone();
        incomplete.as_object_mut().unwrap().remove(missing);
        assert_eq!(app.post(&path, incomplete).await.status, 400, "{missing}");
    }
    let attached = app.post(&path, attach.clone()).await;
    assert_eq!(attached.status, 201, "{}", attached.text());
    assert_eq!(attached.json()["comment"]["body"], "As you asked");
    let listed = app.get(&path).await.json();
    assert_eq!(listed["values"][0]["filename"], "a.txt");
    assert_eq!(listed["values"][0]["size"], 3);
    // An id is good once.
    assert_eq!(app.post(&path, attach).await.status, 400);
}
