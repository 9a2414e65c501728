use crate::client::{ALL, App, Reply};
use atlassian_simulator::{List, Settings};
use serde_json::{Value, json};

const PLATFORM: &str = "/rest/api/3";

async fn app(lists: &[&str]) -> App {
    let settings = Settings {
        lists: lists.iter().map(|list| list.parse().unwrap()).collect(),
        ..Settings::default()
    };
    App::with(settings, ALL).await
}

/// The query of the next page, as a client would make it from a page.
type Next = fn(&Value) -> Option<String>;

fn encoded(name: &str, value: &Value) -> Option<String> {
    let value = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    Some(query.append_pair(name, &value).finish())
}

fn of_link(link: &Value) -> Option<String> {
    let (_, query) = link.as_str()?.split_once('?')?;
    Some(query.to_owned())
}

/// The items of all pages, and the pages.
async fn walk(app: &App, path: &str, items: &str, next: Next) -> (Vec<Value>, Vec<Value>) {
    let (mut all, mut pages, mut query) = (Vec::new(), Vec::new(), String::new());
    let opt_in = [("X-ExperimentalApi", "opt-in")];
    loop {
        let mark = if path.contains('?') { '&' } else { '?' };
        let target = format!("{path}{mark}{query}");
        let reply = app.send("GET", &target, &opt_in, "").await;
        assert_eq!(reply.status, 200, "{target}: {}", reply.text());
        let page = reply.json();
        let found = page.pointer(items).and_then(Value::as_array).unwrap();
        all.extend(found.iter().cloned());
        pages.push(page.clone());
        match next(&page) {
            Some(next) => query = next,
            None => return (all, pages),
        }
    }
}

fn by_is_last(page: &Value) -> Option<String> {
    let start = page["startAt"].as_u64()? + page["values"].as_array()?.len() as u64;
    (page["isLast"] == false).then(|| format!("startAt={start}"))
}

fn by_total(page: &Value) -> Option<String> {
    let items = page.as_object()?.values().filter_map(Value::as_array);
    let length = items.map(Vec::len).max()? as u64;
    let start = page["startAt"].as_u64()? + length;
    (start < page["total"].as_u64()?).then(|| format!("startAt={start}"))
}

#[tokio::test]
async fn every_style_leads_through_all_of_its_items_once() {
    let styles: [(&str, &str, usize, Next); 16] = [
        ("/rest/api/3/project/search", "/values", 5, by_is_last),
        ("/rest/agile/1.0/board/1/sprint", "/values", 5, by_is_last),
        ("/rest/api/3/issue/DEMO-1/comment", "/comments", 3, by_total),
        (
            "/rest/api/3/issue/createmeta/DEMO/issuetypes",
            "/issueTypes",
            5,
            by_total,
        ),
        ("/rest/agile/1.0/board/1/issue", "/issues", 5, by_total),
        (
            "/rest/api/3/search/jql?jql=project%3DX&fields=key",
            "/issues",
            5,
            |page| encoded("nextPageToken", &page["nextPageToken"]),
        ),
        ("/rest/software/1.0/board/1/issue", "/issues", 5, |page| {
            encoded("nextPageToken", &page["nextPageToken"])
        }),
        (
            "/rest/api/3/statuses/1/projectUsages",
            "/projects/values",
            5,
            |page| encoded("nextPageToken", &page["projects"]["nextPageToken"]),
        ),
        ("/rest/api/3/plans/plan", "/values", 5, |page| {
            encoded("cursor", &page["nextPageCursor"]).filter(|_| page["last"] == false)
        }),
        ("/rest/api/3/plans/plan/1/team", "/values", 5, |page| {
            encoded("cursor", &page["nextPageCursor"]).filter(|_| page["isLast"] == false)
        }),
        (
            "/rest/api/3/bulk/issues/fields?issueIdsOrKeys=1",
            "/fields",
            5,
            |page| encoded("startingAfter", &page["startingAfter"]),
        ),
        ("/rest/api/3/webhook/failed", "/values", 3, |page| {
            let full = page["values"].as_array()?.len() as u64 == page["maxResults"].as_u64()?;
            of_link(&page["next"]).filter(|_| full)
        }),
        ("/rest/api/3/worklog/updated", "/values", 1, |page| {
            encoded("since", &page["until"]).filter(|_| page["lastPage"] == false)
        }),
        ("/rest/servicedeskapi/request", "/values", 5, |page| {
            let start = page["start"].as_u64()? + page["size"].as_u64()?;
            (page["isLastPage"] == false).then(|| format!("start={start}"))
        }),
        (
            "/rest/servicedeskapi/knowledgebase/article",
            "/values",
            5,
            |page| of_link(&page["_links"]["next"]),
        ),
        ("/jsm/ops/api/v1/alerts", "/values", 12, |page| {
            of_link(&page["links"]["next"])
        }),
    ];
    let app = App::ready().await;
    for (path, items, pages, next) in styles {
        let bare = path.split('?').next().unwrap();
        app.simulator.list(List::new(bare, 234));
        let (all, seen) = walk(&app, path, items, next).await;
        assert_eq!((all.len(), seen.len()), (234, pages), "{path}");
        let mut texts: Vec<String> = all.iter().map(Value::to_string).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 234, "{path}");
    }
}

#[tokio::test]
async fn records_and_arrays_are_paged_by_what_came() {
    let app = app(&["/auditing/record items=1500", "/users items=130"]).await;
    let first = app
        .get("/rest/api/3/auditing/record?limit=5000")
        .await
        .json();
    assert_eq!(
        (&first["limit"], &first["total"]),
        (&json!(1000), &json!(1500))
    );
    let rest = app
        .get("/rest/api/3/auditing/record?offset=1000")
        .await
        .json();
    assert_eq!(rest["records"].as_array().unwrap().len(), 500);
    let lengths = async |query: &str| {
        let page = app.get(&format!("{PLATFORM}/users?{query}")).await.json();
        page.as_array().unwrap().len()
    };
    assert_eq!(lengths("").await, 50);
    assert_eq!(lengths("startAt=100&maxResults=1000").await, 30);
    assert_eq!(lengths("startAt=130").await, 0);
}

#[tokio::test]
async fn a_complete_array_is_the_same_wherever_it_is_asked_to_begin() {
    let app = app(&["/field items=70"]).await;
    let all = app.get("/rest/api/3/field").await;
    assert_eq!(all.json().as_array().unwrap().len(), 70);
    let again = app.get("/rest/api/3/field?startAt=70&maxResults=10").await;
    assert_eq!(again.body, all.body);
}

#[tokio::test]
async fn a_search_for_users_ranges_before_it_filters_and_ends_at_the_thousandth() {
    let app = app(&["/user/assignable/search items=1200 hide-every=3 hide=50:50"]).await;
    let page = async |start: usize| -> usize {
        let path = format!("{PLATFORM}/user/assignable/search?startAt={start}&maxResults=50");
        app.get(&path).await.json().as_array().unwrap().len()
    };
    assert_eq!(
        (page(0).await, page(50).await, page(100).await),
        (34, 0, 33)
    );
    assert_eq!((page(990).await, page(1000).await), (7, 0));
}

#[tokio::test]
async fn lengths_are_clamped_without_a_word() {
    let app = App::ready().await;
    for (path, asked, given) in [
        ("label?maxResults=100000", "maxResults", 1000),
        ("group/member?maxResults=100", "maxResults", 50),
        ("project/search?maxResults=1000", "maxResults", 100),
        ("user/search/query/key?maxResult=7", "maxResults", 7),
        ("user/search/query/key?maxResults=7", "maxResults", 100),
    ] {
        let page = app.get(&format!("{PLATFORM}/{path}")).await.json();
        assert_eq!(page[asked], given, "{path}");
    }
    let tabs = app
        .get("/rest/api/3/screens/tabs?maxResult=3&startAt=118")
        .await;
    assert_eq!(tabs.json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_search_shows_ids_or_whole_issues_and_keeps_to_its_caps() {
    let app = app(&["/search/jql items=10000"]).await;
    let search = async |query: &str| {
        let path = format!("{PLATFORM}/search/jql?jql=project%3DX&maxResults=5000{query}");
        app.get(&path).await
    };
    let issues = |reply: &Reply| reply.json()["issues"].as_array().unwrap().clone();
    let ids = search("").await;
    assert_eq!(issues(&ids).len(), 5000);
    assert_eq!(issues(&ids)[0], json!({"id": "10000"}));
    assert_eq!(issues(&search("&fields=key").await).len(), 5000);
    let whole = search("&fields=summary,status").await;
    assert_eq!(issues(&whole).len(), 100);
    assert!(
        (180_000..200_000).contains(&whole.body.len()),
        "{}",
        whole.body.len()
    );
    assert!(whole.text().contains(r#""customfield_10016":1.10,"#));
    let members: Vec<String> = whole.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["isLast", "issues", "nextPageToken"]);
    assert_eq!(app.get("/rest/api/3/search/jql?jql=").await.status, 400);
}

#[tokio::test]
async fn posts_page_in_their_body_or_in_their_query() {
    let app = app(&["/search/jql items=60", "/changelog/bulkfetch items=1200"]).await;
    let path = "/rest/api/3/search/jql";
    let first = app
        .post(path, json!({"jql": "project = X", "maxResults": 40}))
        .await
        .json();
    let token = &first["nextPageToken"];
    let body = json!({"jql": "project = X", "maxResults": 40, "nextPageToken": token});
    let last = app.post(path, body).await.json();
    assert_eq!(
        (&last["isLast"], &last["issues"][0]["id"]),
        (&json!(true), &json!("10040"))
    );
    assert!(last.get("nextPageToken").is_none());

    let path = "/rest/api/3/changelog/bulkfetch";
    let page = app
        .post(path, json!({"issueIdsOrKeys": ["X-1"]}))
        .await
        .json();
    assert_eq!(page["issueChangeLogs"].as_array().unwrap().len(), 1000);
    assert!(page["nextPageToken"].is_string() && page.get("isLast").is_none());

    let path = "/rest/api/3/priorityscheme/mappings";
    let page = app
        .post(path, json!({"startAt": 100, "maxResults": 10}))
        .await
        .json();
    assert_eq!(
        (&page["startAt"], &page["maxResults"]),
        (&json!(100), &json!(10))
    );
    let path = "/rest/api/3/field/customfield_1/context/mapping?startAt=110";
    let page = app.post(path, json!({"mappings": []})).await.json();
    assert_eq!(
        (&page["startAt"], &page["isLast"]),
        (&json!(110), &json!(true))
    );
    let path = "/rest/servicedeskapi/request/SUP-1/participant";
    let page = app.post(path, json!({"accountIds": []})).await.json();
    assert_eq!(
        (&page["size"], &page["isLastPage"]),
        (&json!(50), &json!(false))
    );
    let page = app
        .post("/rest/api/3/comment/list", json!({"ids": [1]}))
        .await
        .json();
    assert_eq!(
        (page["values"].as_array().unwrap().len(), &page["total"]),
        (120, &json!(120))
    );
}

#[tokio::test]
async fn a_token_is_good_for_the_request_it_came_from_and_seven_days() {
    let mut app = app(&["/search/jql items=200"]).await;
    let search = async |app: &App, jql: &str, token: &str| {
        let body = json!({"jql": jql, "nextPageToken": token});
        app.post("/rest/api/3/search/jql", body).await
    };
    let first = search(&app, "project = X", "").await.json();
    let token = first["nextPageToken"].as_str().unwrap();
    assert!(token.contains('+') && token.contains('/') && token.ends_with("=="));
    assert_eq!(search(&app, "project = X", token).await.status, 200);
    assert_eq!(search(&app, "project = Y", token).await.status, 400);
    assert_eq!(search(&app, "project = X", "abc").await.status, 400);
    let week = std::time::Duration::from_secs(7 * 86_400);
    for (later, status) in [(week, 200), (std::time::Duration::from_secs(1), 400)] {
        app.simulator.advance(later);
        app.consent(ALL).await;
        assert_eq!(search(&app, "project = X", token).await.status, status);
    }
}

#[tokio::test]
async fn the_company_s_own_search_comes_in_pages_too() {
    let app = App::ready().await;
    let path = "/rest/api/3/search/jql?jql=project%3DDEMO&maxResults=5";
    let (all, pages) = walk(&app, path, "/issues", |page| {
        encoded("nextPageToken", &page["nextPageToken"])
    })
    .await;
    assert_eq!((all.len(), pages.len()), (12, 3));
    assert_eq!(pages[2]["isLast"], true);
}

#[tokio::test]
async fn what_is_no_list_looks_like_one() {
    let app = App::ready().await;
    let picker = app.get("/rest/api/3/groups/picker?query=a").await.json();
    assert_eq!(
        (picker["groups"].as_array().unwrap().len(), &picker["total"]),
        (20, &json!(120))
    );
    assert!(picker.get("startAt").is_none());
    let workflows = app.get("/rest/api/3/workflows/search").await.text();
    assert!(workflows.find(r#""statuses":["#) < workflows.find(r#""values":["#));
}

#[tokio::test]
async fn a_list_needs_its_scope_and_its_header() {
    let app = App::with_scope("read:me read:servicedesk-request").await;
    assert_eq!(app.get("/rest/api/3/label").await.status, 401);
    let articles = "/rest/servicedeskapi/knowledgebase/article";
    assert_eq!(app.get(articles).await.status, 412);
    let refused = app
        .send("DELETE", "/rest/servicedeskapi/requesttype", &[], "")
        .await;
    assert_eq!((refused.status, refused.header("allow")), (405, "GET"));
}
