use crate::client::{App, try_send};
use atlassian_simulator::{Fault, Gate, Links, List, On, Quirk};
use serde_json::{Value, json};

const LABEL: &str = "/rest/api/3/label";
const SEARCH: &str = "/rest/api/3/search/jql";

fn set(app: &App, list: &str) {
    app.simulator.list(list.parse().unwrap());
}

fn count(page: &Value) -> usize {
    let items = page.as_object().unwrap().values().find_map(Value::as_array);
    items.unwrap().len()
}

async fn search(app: &App, token: &Value) -> Value {
    let mut body = json!({"jql": "project = X", "maxResults": 50});
    if token.is_string() {
        body["nextPageToken"] = token.clone();
    }
    app.post(SEARCH, body).await.json()
}

#[tokio::test]
async fn a_page_is_short_before_a_break_and_in_range_of_what_is_hidden() {
    let app = App::ready().await;
    set(
        &app,
        "/label items=200 cap=60 break=70 hide=130:60 hide=199:1",
    );
    let page = async |start: usize| app.get(&format!("{LABEL}?startAt={start}")).await.json();
    assert_eq!((count(&page(0).await), count(&page(60).await)), (60, 10));
    assert_eq!(page(70).await["values"][0], "label-71");
    let hidden = page(130).await;
    assert_eq!((count(&hidden), &hidden["isLast"]), (0, &json!(false)));
    let last = page(190).await;
    assert_eq!(
        (count(&last), &last["isLast"], &last["total"]),
        (9, &json!(true), &json!(200))
    );
}

#[tokio::test]
async fn an_empty_page_comes_with_a_token() {
    let app = App::ready().await;
    set(&app, "/search/jql items=120 hide=50:50");
    let first = search(&app, &Value::Null).await;
    let empty = search(&app, &first["nextPageToken"]).await;
    assert_eq!((count(&empty), &empty["isLast"]), (0, &json!(false)));
    let last = search(&app, &empty["nextPageToken"]).await;
    assert_eq!((count(&last), &last["isLast"]), (20, &json!(true)));
}

#[tokio::test]
async fn items_are_inserted_between_pages() {
    let app = App::ready().await;
    set(&app, "/label items=120 cap=50 insert=0:2:1");
    assert_eq!(app.get(LABEL).await.json()["total"], 120);
    let second = app.get(&format!("{LABEL}?startAt=50")).await.json();
    assert_eq!(
        (&second["total"], &second["values"][0]),
        (&json!(122), &json!("label-49"))
    );
    let first = app.get(LABEL).await.json();
    assert_eq!(
        (&first["values"][0], &first["values"][2]),
        (&json!("label-121"), &json!("label-1"))
    );

    set(&app, "/search/jql items=120 insert=0:2:1");
    let first = search(&app, &Value::Null).await;
    let second = search(&app, &first["nextPageToken"]).await;
    assert_eq!(second["issues"][0]["id"], "10050");
}

#[tokio::test]
async fn a_loop_repeats_the_token_or_the_page() {
    let app = App::ready().await;
    set(&app, "/search/jql items=200 loop=50");
    let token = search(&app, &Value::Null).await["nextPageToken"].clone();
    app.simulator.advance(std::time::Duration::from_secs(60));
    let page = search(&app, &token).await;
    assert_eq!(
        (&page["nextPageToken"], &page["isLast"]),
        (&token, &json!(false))
    );

    set(&app, "/label items=200 cap=50 loop=50");
    let second = app.get(&format!("{LABEL}?startAt=50")).await.json();
    let third = app.get(&format!("{LABEL}?startAt=100")).await.json();
    assert_eq!(second["values"], third["values"]);
    assert_eq!(third["isLast"], false);
}

#[tokio::test]
async fn totals_and_ends_lie_or_are_left_out() {
    let app = App::ready().await;
    set(&app, "/label items=120 cap=50 total=50 last=true");
    let page = app.get(LABEL).await.json();
    assert_eq!(
        (&page["total"], &page["isLast"]),
        (&json!(50), &json!(true))
    );
    assert!(page["nextPage"].is_string());
    set(&app, "/label items=20 total=none last=none");
    let page = app.get(LABEL).await.json();
    assert!(page.get("total").is_none() && page.get("isLast").is_none());
    set(&app, "/search/jql items=20 last=false");
    let page = search(&app, &Value::Null).await;
    assert_eq!(page["isLast"], false);
    assert!(page.get("nextPageToken").is_none());
}

#[tokio::test]
async fn links_lead_where_they_are_ordered_to() {
    let app = App::ready().await;
    let api = app.simulator.api_origin().to_owned();
    let rest = "/rest/api/3/label?query=x+y&startAt=50&maxResults=50";
    for (links, expected) in [
        (Links::Gateway, format!("{api}{}{rest}", app.site())),
        (Links::Site, format!("https://example.atlassian.net{rest}")),
        (
            Links::OtherVersion,
            format!("{api}{}{}", app.site(), rest.replace("/3/", "/2/")),
        ),
        (
            Links::OtherSite,
            format!("{api}/ex/jira/99999999-aaaa-4bbb-8ccc-000000000099{rest}"),
        ),
        (
            Links::Elsewhere,
            format!("https://elsewhere.example{}{rest}", app.site()),
        ),
    ] {
        let list = List::new("/label", 120).with(Quirk::Cap(50));
        app.simulator.list(list.with(Quirk::Links(links)));
        let page = app.get(&format!("{LABEL}?query=x+y")).await.json();
        assert_eq!(page["nextPage"], expected);
    }
    set(&app, "/label items=120 cap=50 links=none");
    let page = app.get(LABEL).await.json();
    assert!(page.get("nextPage").is_none() && page.get("self").is_none());
    assert_eq!(page["isLast"], false);
    set(&app, "/alerts items=30 links=site");
    let page = app.get("/jsm/ops/api/v1/alerts").await.json();
    let cloud_id = &app.simulator.settings().sites[0].cloud_id;
    let next = format!("{api}/jsm/ops/api/{cloud_id}/v1/alerts?offset=20&size=20");
    assert_eq!(page["links"]["next"], next);
}

#[tokio::test]
async fn a_length_can_be_refused() {
    let app = App::ready().await;
    set(&app, "/label refuse-size");
    let refused = app.get(&format!("{LABEL}?maxResults=10")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("maxResults"));
    assert_eq!(app.get(LABEL).await.status, 200);
}

#[tokio::test]
async fn a_single_page_fails_or_waits_or_warns() {
    let app = App::ready().await;
    set(&app, "/label items=200 cap=50");
    set(&app, "/search/jql");
    let order = |words: &str| app.simulator.order(words.parse().unwrap());
    order("GET /label?startAt=50 status=503");
    order("POST /search/jql?maxResults=50 status=500 after=1");
    order("GET /label near-limit remaining=0");
    let page = async |start: usize| app.get(&format!("{LABEL}?startAt={start}")).await;
    let first = page(0).await;
    assert_eq!(first.header("x-ratelimit-nearlimit"), "true");
    assert_eq!(first.header("x-ratelimit-remaining"), "0");
    assert_eq!(
        first
            .headers
            .get_all("x-ratelimit-remaining")
            .iter()
            .count(),
        1
    );
    assert_eq!((page(50).await.status, page(50).await.status), (503, 200));
    assert!(search(&app, &Value::Null).await["issues"].is_array());
    assert!(search(&app, &Value::Null).await["errorMessages"].is_array());
    assert!(search(&app, &Value::Null).await["issues"].is_array());

    let gate = Gate::new();
    let held = On::method_path("GET", "/label").asking("startAt", "100");
    app.simulator.script(held, Fault::Hold(gate.clone()));
    assert_eq!(
        app.simulator.unmet_faults(),
        ["GET …/label?startAt=100: hold"]
    );
    let (slow, quick) = tokio::join!(page(100), async {
        gate.reached().await;
        let quick = page(150).await;
        gate.open();
        quick
    });
    assert_eq!((slow.status, quick.status), (200, 200));
}

#[tokio::test]
async fn lists_are_set_told_and_taken_back_from_outside() {
    let app = App::ready().await;
    let auth = app.simulator.auth_origin();
    let control = async |method: &str, body: &str| {
        let target = "/_simulator/lists";
        try_send(auth, method, target, &[], body.to_owned())
            .await
            .unwrap()
    };
    let list = json!({"path": "/project/search", "items": 250, "quirks": ["cap=30", "total=none"]});
    assert_eq!(control("POST", &list.to_string()).await.status, 201);
    let page = app.get("/rest/api/2/project/search").await.json();
    assert_eq!((count(&page), &page["maxResults"]), (30, &json!(30)));
    let told = control("GET", "").await.json();
    assert_eq!(
        told,
        json!({"lists": ["/project/search items=250 cap=30 total=none"]})
    );
    let refused = control("POST", r#"{"path": "/nowhere"}"#).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["message"], "there is no list at `/nowhere`");
    assert_eq!(control("DELETE", "").await.status, 204);
    let company = app.get("/rest/api/3/project/search").await.json();
    assert_eq!(company["total"], 2);
}

#[test]
fn a_list_that_makes_no_sense_is_refused_with_a_reason() {
    let refused = |words: &str| words.parse::<List>().unwrap_err().to_string();
    assert_eq!(refused("items=3"), "it has no path");
    assert_eq!(refused("/label items=many"), "`items` has no such value");
    assert_eq!(refused("/label hide=3"), "`hide` has no such value");
    assert_eq!(refused("/label links=nowhere"), "`links` has no such value");
    assert_eq!(refused("/label sort=up"), "there is no quirk `sort`");
    assert_eq!(
        refused("/attachment/content/1"),
        "there is no list at `/attachment/content/1`"
    );
    let words = "/label items=7 cap=1 break=2 hide=3:4 hide-every=5 insert=6:7:8 loop=9 total=10 \
                 total=none last=true last=none links=other-site refuse-size";
    assert_eq!(words.parse::<List>().unwrap().to_string(), words);
}
