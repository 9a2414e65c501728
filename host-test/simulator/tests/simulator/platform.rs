use crate::client::App;
use serde_json::{Value, json};

fn adf(text: &str) -> Value {
    json!({
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    })
}

#[tokio::test]
async fn an_issue_has_its_comments_inline_and_links_in_gateway_form() {
    let app = App::ready().await;
    let issue = app.get("/rest/api/3/issue/DEMO-1").await.json();
    assert_eq!(issue["fields"]["summary"], "Draw the floor plan");
    assert_eq!(issue["fields"]["comment"]["total"], 3);
    assert_eq!(issue["fields"]["description"]["type"], "doc");
    assert_eq!(issue["fields"]["created"], "2026-01-05T09:00:00.000+0000");
    let base = format!("{}{}", app.simulator.api_origin(), app.site());
    assert_eq!(
        issue["self"],
        format!("{base}/rest/api/3/issue/{}", issue["id"].as_str().unwrap())
    );
    let plain = app.get("/rest/api/2/issue/demo-1").await.json();
    assert_eq!(plain["fields"]["description"], "About: Draw the floor plan");
    let one = app
        .get("/rest/api/3/issue/DEMO-1?fields=summary")
        .await
        .json();
    assert_eq!(one["fields"], json!({"summary": "Draw the floor plan"}));
}

#[tokio::test]
async fn what_is_not_there_is_not_there_or_not_to_be_seen() {
    let app = App::ready().await;
    let missing = app.get("/rest/api/3/issue/DEMO-99").await;
    assert_eq!(missing.status, 404);
    assert_eq!(
        missing.json(),
        json!({
            "errorMessages": ["Issue does not exist or you do not have permission to see it."],
            "errors": {},
        })
    );
}

#[tokio::test]
async fn an_issue_can_be_created_edited_and_deleted() {
    let app = App::ready().await;
    let fields = json!({
        "summary": "A new one",
        "project": {"key": "DEMO"},
        "issuetype": {"name": "Task"},
        "description": adf("why"),
    });
    let created = app
        .post("/rest/api/3/issue", json!({ "fields": fields }))
        .await;
    assert_eq!(created.status, 201);
    assert_eq!(created.json()["key"], "DEMO-13");
    let path = "/rest/api/3/issue/DEMO-13";
    let headers = [("content-type", "application/json")];
    let edit = json!({"fields": {"summary": "A better one"}}).to_string();
    let edited = app.send("PUT", path, &headers, edit).await;
    assert_eq!((edited.status, edited.body.len()), (204, 0));
    assert_eq!(
        app.get(path).await.json()["fields"]["summary"],
        "A better one"
    );
    assert_eq!(app.send("DELETE", path, &[], "").await.status, 204);
    assert_eq!(app.get(path).await.status, 404);
    assert_eq!(app.send("DELETE", path, &[], "").await.status, 404);
}

#[tokio::test]
async fn an_issue_without_summary_project_or_type_is_refused_by_field() {
    let app = App::ready().await;
    let refused = app.post("/rest/api/3/issue", json!({"fields": {}})).await;
    assert_eq!(refused.status, 400);
    let errors = &refused.json()["errors"];
    for field in ["summary", "project", "issuetype"] {
        assert!(errors[field].is_string(), "{field}");
    }
    let fields = json!({"summary": " ", "description": "not a document", "colour": "red"});
    let refused = app
        .post("/rest/api/3/issue", json!({ "fields": fields }))
        .await;
    let errors = refused.json()["errors"].clone();
    for field in ["summary", "description", "colour"] {
        assert!(errors[field].is_string(), "{field}");
    }
}

#[tokio::test]
async fn comments_are_documents_in_version_3_and_text_in_version_2() {
    let app = App::ready().await;
    let (three, two) = (
        "/rest/api/3/issue/DEMO-2/comment",
        "/rest/api/2/issue/DEMO-2/comment",
    );
    assert_eq!(
        app.post(three, json!({"body": adf("one")})).await.status,
        201
    );
    assert_eq!(app.post(two, json!({"body": "two"})).await.status, 201);
    for (path, body) in [(three, json!("two")), (two, adf("one")), (three, json!({}))] {
        let refused = app.post(path, json!({ "body": body })).await;
        assert_eq!(refused.status, 400);
        assert_eq!(
            refused.json()["errors"]["comment"],
            "Comment body is not valid!"
        );
    }
    let page = app
        .get(&format!("{two}?startAt=1&maxResults=500"))
        .await
        .json();
    assert_eq!(
        (&page["startAt"], &page["maxResults"], &page["total"]),
        (&json!(1), &json!(100), &json!(2))
    );
    assert_eq!(page["comments"][0]["body"], "two");
    assert!(page.get("isLast").is_none());
}

#[tokio::test]
async fn search_takes_a_bounded_query_and_answers_ids() {
    let app = App::ready().await;
    let found = app
        .get("/rest/api/3/search/jql?jql=project%20%3D%20DEMO")
        .await
        .json();
    assert_eq!(found["issues"].as_array().unwrap().len(), 12);
    assert_eq!(found["issues"][0].as_object().unwrap().len(), 1);
    assert_eq!(found["isLast"], true);
    let body = json!({"jql": "project = SUP order by created", "fields": ["summary"]});
    let found = app.post("/rest/api/3/search/jql", body).await.json();
    assert_eq!(found["issues"][0]["key"], "SUP-1");
    for jql in ["", "order by created"] {
        let refused = app
            .post("/rest/api/3/search/jql", json!({ "jql": jql }))
            .await;
        assert_eq!(refused.status, 400);
        assert!(refused.text().contains("Unbounded JQL"));
    }
    let removed = app.get("/rest/api/3/search?jql=project%3DDEMO").await;
    assert_eq!(removed.status, 410);
    assert!(removed.text().contains("CHANGE-2046"));
}

#[tokio::test]
async fn projects_come_in_pages_with_a_next_page() {
    let app = App::ready().await;
    let first = app
        .get("/rest/api/3/project/search?maxResults=1")
        .await
        .json();
    assert_eq!(
        (&first["isLast"], &first["total"]),
        (&json!(false), &json!(2))
    );
    let next = first["nextPage"].as_str().unwrap();
    let next = next.strip_prefix(app.simulator.api_origin()).unwrap();
    let second = app.get(&format!("!{next}")).await.json();
    assert_eq!(
        (&second["isLast"], &second["values"][0]["key"]),
        (&json!(true), &json!("SUP"))
    );
    assert!(second.get("nextPage").is_none());
}

#[tokio::test]
async fn a_project_is_deleted_by_a_task_that_is_linked_on_the_site() {
    let app = App::ready().await;
    let reply = app
        .send("POST", "/rest/api/3/project/DEMO/delete", &[], "")
        .await;
    assert_eq!(reply.status, 303);
    assert_eq!(
        reply.header("location"),
        "https://example.atlassian.net/rest/api/3/task/1"
    );
    assert_eq!(
        app.get("/rest/api/3/task/1").await.json()["status"],
        "COMPLETE"
    );
    assert_eq!(app.get("/rest/api/3/task/2").await.status, 404);
    assert_eq!(app.get("/rest/api/3/issue/DEMO-1").await.status, 404);
    let again = app
        .send("POST", "/rest/api/3/project/DEMO/delete", &[], "")
        .await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn json_must_be_json_by_its_type_and_by_its_letters() {
    let app = App::ready().await;
    let path = "/rest/api/3/issue/DEMO-1/comment";
    let text = [("content-type", "text/plain")];
    assert_eq!(app.send("POST", path, &text, "{}").await.status, 415);
    assert_eq!(app.send("POST", path, &[], "{}").await.status, 415);
    let json = [("content-type", "application/json; charset=utf-8")];
    assert_eq!(app.send("POST", path, &json, "{").await.status, 400);
}

#[tokio::test]
async fn the_server_is_open_to_every_token() {
    let app = App::with_scope("read:me").await;
    let info = app.get("/rest/api/3/serverInfo").await.json();
    assert_eq!(info["baseUrl"], "https://example.atlassian.net");
}

#[tokio::test]
async fn probes_answer_statuses_redirects_and_bytes() {
    let app = App::ready().await;
    for status in [200, 204, 304, 404, 418, 503] {
        let reply = app.get(&format!("/rest/api/3/status/{status}")).await;
        assert_eq!((reply.status, reply.body.len()), (status, 0));
    }
    assert_eq!(app.get("/rest/api/3/status/100").await.status, 400);
    let reply = app.get("/rest/api/3/redirect/2?status=307").await;
    assert_eq!(reply.status, 307);
    let base = format!("{}{}", app.simulator.api_origin(), app.site());
    assert_eq!(
        reply.header("location"),
        format!("{base}/rest/api/3/redirect/1?status=307")
    );
    assert_eq!(app.get("/rest/api/3/redirect/1").await.status, 302);
    assert_eq!(
        app.get("/rest/api/3/redirect/0").await.json()["arrived"],
        true
    );
    let bytes = app.get("/rest/api/3/bytes/1000003").await;
    assert_eq!(bytes.body.len(), 1_000_003);
    assert_eq!(&bytes.body[..16], b"0123456789abcde\n");
    assert_eq!(&bytes.body[999_984..1_000_000], b"0123456789abcde\n");
    let head = app
        .send("HEAD", "/rest/api/3/bytes/1099511627776", &[], "")
        .await;
    assert_eq!(head.header("content-length"), "1099511627776");
}
