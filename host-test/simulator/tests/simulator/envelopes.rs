use crate::client::App;
use atlassian_simulator::{List, Quirk};
use serde_json::{Value, json};

/// The first page of two items, where there are three.
async fn page(app: &App, path: &str) -> Value {
    let bare = path.split('?').next().unwrap();
    app.simulator.list(List::new(bare, 3).with(Quirk::Cap(2)));
    let opt_in = [("X-ExperimentalApi", "opt-in")];
    app.send("GET", path, &opt_in, "").await.json()
}

fn members(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn a_page_has_the_members_that_are_documented() {
    let app = App::ready().await;
    for (path, expected) in [
        (
            "/rest/api/3/project/search",
            "isLast maxResults nextPage self startAt total values",
        ),
        (
            "/rest/api/3/issue/DEMO-1/worklog",
            "maxResults startAt total worklogs",
        ),
        (
            "/rest/api/3/dashboard",
            "dashboards maxResults next startAt total",
        ),
        (
            "/rest/api/3/issue/createmeta/DEMO/issuetypes/1",
            "fields maxResults results startAt total",
        ),
        (
            "/rest/software/1.0/sprint/1/issue",
            "isLast issues nextPageToken",
        ),
        (
            "/rest/api/3/workflow/abc/workflowSchemes",
            "workflowId workflowSchemes",
        ),
        (
            "/rest/api/3/plans/plan",
            "cursor last nextPageCursor size total values",
        ),
        (
            "/rest/api/3/plans/plan/1/team",
            "cursor isLast maxResults nextPageCursor total values",
        ),
        (
            "/rest/api/3/bulk/issues/transition",
            "availableTransitions startingAfter",
        ),
        ("/rest/api/3/webhook/failed", "maxResults next values"),
        (
            "/rest/api/3/worklog/deleted",
            "lastPage nextPage self since until values",
        ),
        ("/rest/api/3/auditing/record", "limit offset records total"),
        (
            "/rest/servicedeskapi/servicedesk/15/queue",
            "_expands _links isLastPage limit size start values",
        ),
        (
            "/rest/servicedeskapi/servicedesk/15/knowledgebase/article",
            "_expands _links isLastPage limit size start values",
        ),
        ("/jsm/ops/api/v1/schedules", "count links values"),
    ] {
        assert_eq!(
            members(&page(&app, path).await).join(" "),
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn usages_are_one_level_down_and_say_of_what() {
    let app = App::ready().await;
    let path = "/rest/api/3/statuses/7/project/8/issueTypeUsages";
    let usages = page(&app, path).await;
    assert_eq!(members(&usages), ["issueTypes", "projectId", "statusId"]);
    assert_eq!(
        (&usages["statusId"], &usages["projectId"]),
        (&json!("7"), &json!("8"))
    );
    let values = &usages["issueTypes"]["values"];
    assert_eq!(*values, json!([{"id": "10000"}, {"id": "10001"}]));
    assert!(usages["issueTypes"]["nextPageToken"].is_string());
}

#[tokio::test]
async fn times_lead_on_from_page_to_page() {
    let app = App::ready().await;
    let first = page(&app, "/rest/api/3/worklog/updated?since=0").await;
    assert_eq!(
        (&first["since"], &first["lastPage"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(first["until"], first["values"][1]["updatedTime"]);
    let path = format!("/rest/api/3/worklog/updated?since={}", first["until"]);
    let last = app.get(&path).await.json();
    assert_eq!(
        (&last["since"], &last["lastPage"]),
        (&first["until"], &json!(true))
    );
    assert_eq!(last["values"].as_array().unwrap().len(), 1);
    assert!(last["nextPage"].as_str().unwrap().contains("/api/~ver~/"));

    let first = page(&app, "/rest/api/3/webhook/failed").await;
    let time = &first["values"][1]["failureTime"];
    let next = first["next"].as_str().unwrap();
    assert!(
        next.ends_with(&format!("/webhook/failed?failedAfter={time}&maxResults=2")),
        "{next}"
    );
    let last = app
        .get(&format!("/rest/api/3/webhook/failed?after={time}"))
        .await
        .json();
    assert_eq!(last["values"].as_array().unwrap().len(), 1);
    assert!(last["next"].is_string());
    let path = format!(
        "/rest/api/3/webhook/failed?after={}",
        last["values"][0]["failureTime"]
    );
    let beyond = app.get(&path).await.json();
    assert_eq!(beyond, json!({"values": [], "maxResults": 2}));
}
